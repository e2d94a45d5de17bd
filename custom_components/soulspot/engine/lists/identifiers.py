"""Recognise the identifiers that lists give their tracks."""

import re

# Spotify's ids are 22 characters of base 62.
_SPOTIFY_TRACK = re.compile(
    r"(?:spotify:track:|(?:https?://)?(?:open|play)\.spotify\.com/(?:intl-[a-z]{2,3}/)?track/)?"
    r"([0-9A-Za-z]{22})(?:[?#/].*)?"
)

# https://musicbrainz.org/doc/MusicBrainz_Identifier
_RECORDING = re.compile(
    r"(?:https?://(?:[a-z]+\.)?musicbrainz\.org/recording/|urn:mbid:|mbid:)?"
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[/?#].*)?"
)


def spotify_track_uri(text: str) -> str | None:
    """Return `spotify:track:<id>` for an id, a link or a URI of a track; None for all else."""
    match = _SPOTIFY_TRACK.fullmatch(text.strip())
    return f"spotify:track:{match[1]}" if match else None


def spotify_link(text: str) -> str | None:
    """Return `spotify:track:<id>` for a link or URI of a track; a bare id may as well be a word."""
    return spotify_track_uri(text) if "spotify" in text else None


def recording_id(text: str) -> str | None:
    """Return the MusicBrainz id of a recording's address or bare id, in lower case; None for all else."""
    match = _RECORDING.fullmatch(text.strip().lower())
    return match[1] if match else None
