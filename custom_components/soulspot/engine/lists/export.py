"""Write a list of tracks as M3U8, CSV or JSPF, so that reading it again brings the same tracks."""

from collections.abc import Iterator, Sequence
import csv
from dataclasses import dataclass
import io
import json

from ..model import TrackMetadata
from .models import ListKind, clean

_CSV_HEADER = (
    "Track URI",
    "Track Name",
    "Artist Name(s)",
    "Album Name",
    "Album Artist Name(s)",
    "Album Release Date",
    "Disc Number",
    "Track Number",
    "Track Duration (ms)",
    "ISRC",
    "MusicBrainz Recording ID",
    "File",
)
_SPOTIFY_TRACK = "spotify:track:"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTrack:
    """Hold a track with what is known beside its source; `path` is None for one without a file."""

    metadata: TrackMetadata
    recording_id: str | None = None  # MusicBrainz's.
    path: str | None = None  # As the list is to name it.


def render(kind: ListKind, name: str, tracks: Sequence[ExportedTrack]) -> str:
    """Return the list as text; pasted lines are "Artist - Title".

    M3U8 names files only where there are some; what is missing is noted, which players skip.
    """
    match kind:
        case ListKind.M3U:
            return "\n".join(_m3u(name, tracks)) + "\n"
        case ListKind.CSV:
            return _csv(tracks)
        case ListKind.JSPF:
            return _jspf(name, tracks)
        case ListKind.PASTED:
            return "\n".join((f"# {clean(name)}", *map(_label, tracks))) + "\n"


def _m3u(name: str, tracks: Sequence[ExportedTrack]) -> Iterator[str]:
    """Yield the lines; a negative length means unknown."""
    yield "#EXTM3U"
    yield f"#PLAYLIST:{clean(name)}"
    for track in tracks:
        length = track.metadata.duration_ms
        seconds = -1 if length is None else round(length / 1000)
        yield f"#EXTINF:{seconds},{_label(track)}"
        if artist := _artist(track.metadata):
            yield f"#EXTART:{artist}"
        if track.metadata.album is not None:
            yield f"#EXTALB:{clean(track.metadata.album.name)}"
        if track.path is not None:
            yield f"./{track.path}" if track.path.startswith("#") else track.path


def _csv(tracks: Sequence[ExportedTrack]) -> str:
    """Return comma-separated values with the columns that Exportify made common."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_CSV_HEADER)
    for track in tracks:
        metadata, album = track.metadata, track.metadata.album
        writer.writerow(
            (
                metadata.spotify_uri or "",
                clean(metadata.title),
                ";".join(clean(artist.name) for artist in metadata.artists),
                clean(album.name) if album else "",
                ";".join(clean(artist.name) for artist in album.artists) if album else "",
                (album.release_date if album else None) or "",
                metadata.disc_number or "",
                metadata.track_number or "",
                metadata.duration_ms or "",
                metadata.isrc or "",
                track.recording_id or "",
                track.path or "",
            )
        )
    return text.getvalue()


def _jspf(name: str, tracks: Sequence[ExportedTrack]) -> str:
    """Return the JSON form of XSPF."""
    document = {"playlist": {"title": clean(name), "track": [_jspf_track(item) for item in tracks]}}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _jspf_track(track: ExportedTrack) -> dict[str, object]:
    """Return one track; what is not known is left out."""
    metadata, uri = track.metadata, track.metadata.spotify_uri or ""
    identifiers = []
    if track.recording_id:
        identifiers.append(f"https://musicbrainz.org/recording/{track.recording_id}")
    if uri.startswith(_SPOTIFY_TRACK):
        identifiers.append(f"https://open.spotify.com/track/{uri.removeprefix(_SPOTIFY_TRACK)}")
    if metadata.isrc:
        identifiers.append(f"urn:isrc:{metadata.isrc}")
    values = {
        "title": clean(metadata.title),
        "creator": _artist(metadata),
        "album": clean(metadata.album.name) if metadata.album else None,
        "duration": metadata.duration_ms,
        "trackNum": metadata.track_number,
        "identifier": identifiers,
        "location": [track.path] if track.path else None,
    }
    return {key: value for key, value in values.items() if value}


def _artist(metadata: TrackMetadata) -> str:
    """Return all artists as one credit that is read as the same artists again."""
    return " feat. ".join(clean(artist.name) for artist in metadata.artists)


def _label(track: ExportedTrack) -> str:
    """Return "Artist - Title"."""
    artist, title = _artist(track.metadata), clean(track.metadata.title)
    return f"{artist} - {title}" if artist else title
