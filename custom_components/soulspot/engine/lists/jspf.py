"""Read JSPF, the JSON form of XSPF that ListenBrainz and others write (xspf.org/jspf)."""

from collections.abc import Iterator
import json

from ..isrc import normalise_isrc
from ..model import TrackMetadata
from ..payload import (
    JsonObject,
    integer_or_none,
    json_list,
    json_object,
    positive_or_none,
    text_or_none,
)
from .identifiers import recording_id, spotify_link
from .models import MAXIMUM_LINE_CHARACTERS, MAXIMUM_LINES, ListBuilder, clean, make_track
from .pasted import split_featured

_ISRC_PREFIXES = ("urn:isrc:", "isrc:", "https://musicbrainz.org/isrc/", "http://isrc.org/")


def load(text: str) -> JsonObject | None:
    """Return the playlist object of a JSPF text, None when it is none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(text)
    except ValueError, RecursionError:
        return None
    playlist = json_object(json_object(document).get("playlist"))
    return playlist if isinstance(playlist.get("track"), list) else None


def read(playlist: JsonObject, builder: ListBuilder) -> None:
    """Take every track; problems are told by the track's place in the list."""
    builder.name = text_or_none(playlist.get("title"))
    entries = json_list(playlist.get("track"))
    builder.is_cut = len(entries) > MAXIMUM_LINES
    for number, entry in enumerate(entries[:MAXIMUM_LINES], 1):
        track = _track(json_object(entry))
        if track is None:
            builder.refuse(number, str(entry)[:MAXIMUM_LINE_CHARACTERS])
        else:
            builder.add(track)


def _track(data: JsonObject) -> TrackMetadata | None:
    """Return a track, None without a title or with more than anybody would write."""
    title, creator = text_or_none(data.get("title")), text_or_none(data.get("creator"))
    album = text_or_none(data.get("album"))
    if title is None or not clean(title):
        return None
    if any(len(text or "") > MAXIMUM_LINE_CHARACTERS for text in (title, creator, album)):
        return None
    names = [*_texts(data.get("identifier")), *_texts(data.get("location"))]
    uris = map(spotify_link, names)
    return make_track(
        title,
        split_featured(creator) if creator else (),
        album=album,
        duration_ms=integer_or_none(data.get("duration")),
        isrc=next(filter(None, map(_isrc, names)), None),
        track_number=positive_or_none(data.get("trackNum")),
        spotify_uri=next(filter(None, uris), None),
        recording_id=next(filter(None, map(recording_id, names)), None),
    )


def _texts(value: object) -> Iterator[str]:
    """Yield texts, whether there is a list of them or one alone."""
    values = value if isinstance(value, list) else [value]
    yield from (text for text in values if isinstance(text, str))


def _isrc(name: str) -> str | None:
    """Return the code of an identifier that says it is one."""
    lowered = name.lower()
    for prefix in _ISRC_PREFIXES:
        if lowered.startswith(prefix):
            return normalise_isrc(name[len(prefix) :])
    return None
