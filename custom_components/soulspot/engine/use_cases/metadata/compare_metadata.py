"""Compare what a playlist and MusicBrainz say about a track, field by field."""

from collections.abc import Iterable

from ...matching import RecordingMatch, is_same_artist, is_same_title
from ...matching.releases import album_agreement
from ...model import FieldValues, MetadataField, MetadataSource, Recording, Release, Track
from ...store.metadata import listed_values
from .find_recording import is_usable

# Below this a different length is how services round.
_LENGTH_TOLERANCE = 3_000  # ms
_SAME_LENGTH = 2_000  # ms
# So many editions that agree about a length outvote the playlist.
_WITNESSES = 3
_CATALOGUE = "spotify:track:"


def compare(track: Track, match: RecordingMatch) -> tuple[FieldValues, ...]:
    """Return the fields about which both sides differ, and what only MusicBrainz knows.

    Both values are kept. Ours to decide are only lengths that are plainly wrong and what the playlist
    leaves out; everything else stays as the playlist has it until a person decides.
    """
    recording, release = match.recording, match.release
    if recording is None:
        return ()
    found = {
        MetadataField.TITLE: _title(track, recording),
        MetadataField.ARTIST: _artists(track, recording),
        MetadataField.ALBUM: _album(track, release),
        MetadataField.LENGTH: _length(recording, release),
        MetadataField.ISRC: _isrcs(track, recording),
        MetadataField.RELEASE_DATE: _release_date(track, release),
        MetadataField.TRACK_NUMBER: _track_number(track, release),
    }
    is_taken = is_usable(match)
    fields = [
        values
        for field, told in found.items()
        if told and (values := _compared(track, field, told, recording, is_taken)) is not None
    ]
    if match.alternatives or not is_taken:
        fields.append(
            FieldValues(
                field=MetadataField.RECORDING,
                musicbrainz=(recording.id, *match.alternatives),
                in_use=MetadataSource.MUSICBRAINZ if is_taken else MetadataSource.PLAYLIST,
            )
        )
    return tuple(fields)


def is_named_edition(track: Track, release: Release, linked: Iterable[str]) -> bool:
    """Tell whether a release is an edition of the playlist's album, or there is none to compare with."""
    album = track.metadata.album
    if album is None or not album.name or release.id in linked:
        return True
    return album_agreement(album.name, release.title) < 2


def _compared(
    track: Track,
    field: MetadataField,
    told: tuple[str, ...],
    recording: Recording,
    is_taken: bool,
) -> FieldValues | None:
    """Return a field's values when they differ or one is missing; None when there is nothing to tell."""
    listed = listed_values(track, field)
    if (
        field is MetadataField.LENGTH
        and listed
        and abs(int(listed[0]) - int(told[0])) <= (_LENGTH_TOLERANCE)
    ):
        return None
    if not listed:
        if not is_taken or field not in _DISCOVERED:
            return None
        return FieldValues(field=field, musicbrainz=told, in_use=MetadataSource.MUSICBRAINZ)
    in_use = MetadataSource.PLAYLIST
    if is_taken and field is MetadataField.LENGTH and _is_wrong_length(track, recording, told):
        in_use = MetadataSource.MUSICBRAINZ
    return FieldValues(field=field, playlist=listed, musicbrainz=told, in_use=in_use)


_DISCOVERED = frozenset({MetadataField.ALBUM, MetadataField.LENGTH, MetadataField.ISRC})


def _title(track: Track, recording: Recording) -> tuple[str, ...]:
    """Return MusicBrainz's title when it is another one."""
    return () if is_same_title(track.metadata.title, recording.title) else (recording.title,)


def _artists(track: Track, recording: Recording) -> tuple[str, ...]:
    """Return MusicBrainz's artists when the playlist's first one is not among them."""
    credit = recording.artist_credit
    names = {name for part in credit for name in (part.name, part.artist_name, *part.aliases)}
    names.add("".join(part.name + part.join_phrase for part in credit))
    first = next((artist.name for artist in track.metadata.artists), None)
    if first is None or not credit or any(is_same_artist(first, name) for name in names if name):
        return ()
    return tuple(part.name for part in credit)


def _album(track: Track, release: Release | None) -> tuple[str, ...]:
    """Return the release's title when it is another album, or the playlist names none."""
    album = track.metadata.album
    if release is None or (album and album_agreement(album.name, release.title) < 2):
        return ()
    return (release.title,)


def _length(recording: Recording, release: Release | None) -> tuple[str, ...]:
    """Return the length on the release, else the recording's own."""
    length = (release.track_length_ms if release else None) or recording.length_ms
    return (str(length),) if length else ()


def _isrcs(track: Track, recording: Recording) -> tuple[str, ...]:
    """Return the recording's codes when the playlist's is not among them."""
    isrc = track.metadata.isrc
    if isrc is None:
        return recording.isrcs[:1]  # Each of them names this recording.
    return () if isrc in recording.isrcs else recording.isrcs


def _release_date(track: Track, release: Release | None) -> tuple[str, ...]:
    """Return the release's date when it is of another year, for the album the playlist names."""
    album = track.metadata.album
    if release is None or not release.date or album is None or not album.release_date:
        return ()
    is_other_album = album_agreement(album.name, release.title) == 2
    return () if is_other_album or release.date[:4] == album.release_date[:4] else (release.date,)


def _track_number(track: Track, release: Release | None) -> tuple[str, ...]:
    """Return the position on the release when it is another one, for the album the playlist names."""
    number, album = track.metadata.track_number, track.metadata.album
    if release is None or album is None or not number or not release.track_number:
        return ()
    if number == release.track_number or album_agreement(album.name, release.title) == 2:
        return ()
    return (str(release.track_number),)


def _is_wrong_length(track: Track, recording: Recording, told: tuple[str, ...]) -> bool:
    """Tell whether a playlist's length is to be corrected.

    Lists and local files hold what somebody typed or a program rounded. Spotify's own catalogue is
    trusted, unless several editions agree about another length.
    """
    length, listed = int(told[0]), track.metadata.duration_ms
    if listed is None or abs(listed - length) <= _LENGTH_TOLERANCE:
        return False
    if not (track.metadata.spotify_uri or "").startswith(_CATALOGUE):
        return True
    lengths = [release.track_length_ms for release in recording.releases if release.track_length_ms]
    agreeing = [other for other in lengths if abs(other - length) <= _SAME_LENGTH]
    return len(agreeing) >= _WITNESSES and len(agreeing) == len(lengths)
