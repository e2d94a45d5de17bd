"""Recognise the identifiers that lists give their tracks."""

import re

# Spotify's ids are 22 characters of base 62.
_SPOTIFY_TRACK = re.compile(
    r"(?:spotify:track:|(?:https?://)?(?:open|play)\.spotify\.com/(?:intl-[a-z]{2,3}/)?track/)?"
    r"([0-9A-Za-z]{22})(?:[?#/].*)?"
)


def spotify_track_uri(text: str) -> str | None:
    """Return `spotify:track:<id>` for an id, a link or a URI of a track; None for all else."""
    match = _SPOTIFY_TRACK.fullmatch(text.strip())
    return f"spotify:track:{match[1]}" if match else None
