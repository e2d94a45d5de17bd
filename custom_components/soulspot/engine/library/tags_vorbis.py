"""Write and read Vorbis comments (FLAC, Ogg Vorbis, Opus) by Picard's mapping."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from mutagen.flac import FLAC, Picture, error as FlacError

from .tag_set import Cover

_FRONT = 3
_PICTURE = "metadata_block_picture"
# Everything else is the Picard name in upper case. MUSICBRAINZ_TRACKID is the recording, for reasons
# of history.
_KEYS = {
    "musicbrainz_recordingid": ("MUSICBRAINZ_TRACKID",),
    "musicbrainz_trackid": ("MUSICBRAINZ_RELEASETRACKID",),
    "totaltracks": ("TRACKTOTAL", "TOTALTRACKS"),
    "totaldiscs": ("DISCTOTAL", "TOTALDISCS"),
}
_NAMES = {key.lower(): name for name, keys in _KEYS.items() for key in keys}
_PAIRS = {"tracknumber": "totaltracks", "discnumber": "totaldiscs"}
_HIDDEN = (_PICTURE, "coverart", "coverartmime")


def write(file: Any, fields: Mapping[str, tuple[str, ...]], cover: Cover | None) -> None:
    """Set the comments of the given fields and leave all others alone."""
    tags = file.tags
    for number, total in _PAIRS.items():
        _split_number(tags, number, total)
    for name, values in fields.items():
        for key in _KEYS.get(name, (name.upper(),)):
            tags[key] = list(values)
    if "originaldate" in fields:
        tags["ORIGINALYEAR"] = [fields["originaldate"][0][:4]]
    if cover is not None:
        _write_cover(file, cover)


def read(tags: Any) -> dict[str, list[str]]:
    """Return all comments by Picard's names, unknown ones in lower case."""
    found: dict[str, list[str]] = {}
    for key, value in tags:
        name = _NAMES.get(key.lower(), key.lower())
        if name in _HIDDEN:
            continue
        values = found.setdefault(name, [])
        # TRACKTOTAL and TOTALTRACKS hold the same.
        if name not in _KEYS or value not in values:
            values.append(value)
    for number, total in _PAIRS.items():
        if number in found:
            first, slash, second = found[number][0].partition("/")
            found[number] = [_plain_number(first)]
            if slash and second.strip():
                found.setdefault(total, [_plain_number(second)])
    return found


def read_cover(file: Any) -> bytes | None:
    """Return the front picture's bytes, else the first's."""
    pictures = file.pictures if isinstance(file, FLAC) else _read_pictures(file.tags or {})
    front = next((picture for picture in pictures if picture.type == _FRONT), None)
    chosen = front or next(iter(pictures), None)
    return bytes(chosen.data) if chosen is not None else None


def _split_number(tags: Any, number: str, total: str) -> None:
    """Keep the total of an old "3/12" that the new number would wipe out."""
    old = tags.get(number, [""])[0]
    first, slash, second = old.partition("/")
    if slash and second.strip():
        tags[number.upper()] = [first.strip()]
        for key in _KEYS[total]:
            if key not in tags:
                tags[key] = [second.strip()]


def _write_cover(file: Any, cover: Cover) -> None:
    """Replace the front picture and keep the others."""
    picture = Picture()
    picture.type = _FRONT
    picture.mime = cover.mime
    picture.data = cover.data
    if isinstance(file, FLAC):
        others = [old for old in file.pictures if old.type != _FRONT]
        file.clear_pictures()
        for kept in (picture, *others):
            file.add_picture(kept)
        return
    kept_texts = [
        text
        for text in file.tags.get(_PICTURE, [])
        if (old := _decode_picture(text)) is None or old.type != _FRONT
    ]
    file.tags[_PICTURE] = [
        base64.b64encode(picture.write()).decode("ascii"),
        *kept_texts,
    ]


def _read_pictures(tags: Any) -> list[Any]:
    """Return the pictures that stand in comments."""
    return [
        picture for text in tags.get(_PICTURE, []) if (picture := _decode_picture(text)) is not None
    ]


def _decode_picture(text: str) -> Any:
    """Return the picture of a comment, None when it is broken."""
    try:
        return Picture(base64.b64decode(text))
    except binascii.Error, ValueError, FlacError:
        return None


def _plain_number(text: str) -> str:
    """Return a number without leading zeros, anything else as it is."""
    text = text.strip()
    return str(int(text)) if text.isdecimal() and len(text) < 10 else text
