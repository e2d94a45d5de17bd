"""Write and read the tags of MP4 files by Picard's mapping."""

from collections.abc import Mapping
from typing import Any

from mutagen.mp4 import AtomDataType, MP4Cover, MP4FreeForm

from .tag_set import Cover

_ATOMS = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "album": "\xa9alb",
    "albumartist": "aART",
    "date": "\xa9day",
    "genre": "\xa9gen",
}
_FREE = "----:com.apple.iTunes:"
_FREE_NAMES = {
    "artists": "ARTISTS",
    "isrc": "ISRC",
    "label": "LABEL",
    "barcode": "BARCODE",
    "media": "MEDIA",
    "originaldate": "originaldate",  # Not in Picard's table; Navidrome and others read it here.
    "musicbrainz_recordingid": "MusicBrainz Track Id",
    "musicbrainz_trackid": "MusicBrainz Release Track Id",
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_releasegroupid": "MusicBrainz Release Group Id",
    "musicbrainz_artistid": "MusicBrainz Artist Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
    "releasetype": "MusicBrainz Album Type",
    "releasestatus": "MusicBrainz Album Status",
    "releasecountry": "MusicBrainz Album Release Country",
}
_PAIRS = {"trkn": ("tracknumber", "totaltracks"), "disk": ("discnumber", "totaldiscs")}
_READ_ATOMS = {atom: name for name, atom in _ATOMS.items()} | {
    "sonm": "titlesort",
    "soar": "artistsort",
    "soal": "albumsort",
    "soaa": "albumartistsort",
    "\xa9wrt": "composer",
    "\xa9cmt": "comment",
    "\xa9too": "encodersettings",
}
_READ_FREE_NAMES = {free.lower(): name for name, free in _FREE_NAMES.items()}


def write(tags: Any, fields: Mapping[str, tuple[str, ...]], cover: Cover | None) -> None:
    """Set the atoms of the given fields and leave all others alone."""
    for name, values in fields.items():
        if name in _ATOMS:
            tags[_ATOMS[name]] = list(values)
        elif name in _FREE_NAMES:
            _replace_free(tags, _FREE_NAMES[name], values)
        elif name == "compilation":
            tags["cpil"] = values[0] == "1"
    for atom, names in _PAIRS.items():
        if any(name in fields for name in names):
            old = (tags.get(atom) or [(0, 0)])[0]
            pair = tuple(
                int(fields[name][0]) if name in fields else old[i] for i, name in enumerate(names)
            )
            tags[atom] = [pair]
    if cover is not None:
        kind = MP4Cover.FORMAT_PNG if cover.mime == "image/png" else MP4Cover.FORMAT_JPEG
        tags["covr"] = [
            MP4Cover(cover.data, imageformat=kind),
            *(tags.get("covr") or [])[1:],
        ]


def read(tags: Any) -> dict[str, list[str]]:
    """Return all text atoms by Picard's names, unknown ones under their own."""
    found: dict[str, list[str]] = {}
    for key, value in tags.items():
        if key in _PAIRS:
            for name, number in zip(_PAIRS[key], value[0] if value else (0, 0), strict=True):
                if number:
                    found[name] = [str(number)]
        elif key == "cpil":
            found["compilation"] = ["1" if value else "0"]
        elif key.startswith("----:"):
            free = key.rpartition(":")[2]
            texts = [bytes(item).decode("utf-8", "replace") for item in value]
            found.setdefault(_READ_FREE_NAMES.get(free.lower(), free), []).extend(texts)
        elif isinstance(value, list) and all(isinstance(item, str) for item in value):
            found[_READ_ATOMS.get(key, key)] = list(value)
    return found


def read_cover(tags: Any) -> bytes | None:
    """Return the first picture's bytes."""
    pictures = tags.get("covr") or []
    return bytes(pictures[0]) if pictures else None


def _replace_free(tags: Any, name: str, values: tuple[str, ...]) -> None:
    """Set a free-form atom in place of those whose name differs only in case."""
    key = _FREE + name
    for old in [old for old in tags if old.lower() == key.lower()]:
        del tags[old]
    tags[key] = [MP4FreeForm(value.encode(), dataformat=AtomDataType.UTF8) for value in values]
