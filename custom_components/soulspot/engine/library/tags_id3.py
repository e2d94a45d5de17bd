"""Write and read ID3v2.4 (MP3, and for reading WAVE, AIFF and others) by Picard's mapping."""

from collections.abc import Mapping
from typing import Any

from mutagen.id3 import APIC, TCON, TXXX, UFID, Frames, TextFrame

from .tag_set import Cover

_UTF_8 = 3
_FRONT = 3
_FRAMES = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "albumartist": "TPE2",
    "date": "TDRC",
    "originaldate": "TDOR",
    "genre": "TCON",
    "isrc": "TSRC",
    "label": "TPUB",
    "media": "TMED",
    "compilation": "TCMP",
}
_USER_TEXTS = {
    "artists": "Artists",
    "barcode": "BARCODE",
    "musicbrainz_trackid": "MusicBrainz Release Track Id",
    "musicbrainz_albumid": "MusicBrainz Album Id",
    "musicbrainz_releasegroupid": "MusicBrainz Release Group Id",
    "musicbrainz_artistid": "MusicBrainz Artist Id",
    "musicbrainz_albumartistid": "MusicBrainz Album Artist Id",
    "releasetype": "MusicBrainz Album Type",
    "releasestatus": "MusicBrainz Album Status",
    "releasecountry": "MusicBrainz Album Release Country",
}
_PAIRS = {"TRCK": ("tracknumber", "totaltracks"), "TPOS": ("discnumber", "totaldiscs")}
# The recording's id is no text but a "unique file identifier" of this owner.
_OWNER = "http://musicbrainz.org"

_READ_FRAMES = {frame: name for name, frame in _FRAMES.items()} | {
    "TSOT": "titlesort",
    "TSOP": "artistsort",
    "TSOA": "albumsort",
    "TSO2": "albumartistsort",
    "TCOM": "composer",
    "TPE3": "conductor",
    "TPE4": "remixer",
    "TLAN": "language",
    "TBPM": "bpm",
    "TSSE": "encodersettings",
}
_READ_USER_TEXTS = {text.lower(): name for name, text in _USER_TEXTS.items()} | {
    "catalognumber": "catalognumber",
    "script": "script",
    "musicbrainz work id": "musicbrainz_workid",
    "acoustid id": "acoustid_id",
    "acoustid fingerprint": "acoustid_fingerprint",
}


def write(tags: Any, fields: Mapping[str, tuple[str, ...]], cover: Cover | None) -> None:
    """Set the frames of the given fields and leave all others alone."""
    for name, values in fields.items():
        if name in _FRAMES:
            tags.setall(
                _FRAMES[name],
                [Frames[_FRAMES[name]](encoding=_UTF_8, text=list(values))],
            )
        elif name in _USER_TEXTS:
            _replace_user_text(tags, _USER_TEXTS[name], values)
        elif name == "musicbrainz_recordingid":
            tags.add(UFID(owner=_OWNER, data=values[0].encode("ascii", "replace")))
    for frame, (number, total) in _PAIRS.items():
        _write_pair(tags, frame, fields.get(number), fields.get(total))
    if cover is not None:
        _write_cover(tags, cover)


def read(tags: Any) -> dict[str, list[str]]:
    """Return all text frames by Picard's names, unknown ones under their own."""
    found: dict[str, list[str]] = {}
    for frame in tags.values():
        name = frame.FrameID
        if isinstance(frame, TXXX):
            texts = [str(text) for text in frame.text]
            found.setdefault(_READ_USER_TEXTS.get(frame.desc.lower(), frame.desc), []).extend(texts)
        elif isinstance(frame, UFID):
            if frame.owner == _OWNER:
                found["musicbrainz_recordingid"] = [frame.data.decode("ascii", "replace")]
        elif name in _PAIRS:
            for key, value in zip(_PAIRS[name], str(frame).partition("/")[::2], strict=True):
                if value.strip(" 0"):  # "0/12" has a total only.
                    found[key] = [_plain_number(value)]
        elif name == "COMM":
            found.setdefault("comment", []).extend(str(text) for text in frame.text)
        elif isinstance(frame, TextFrame):
            found[_READ_FRAMES.get(name, name)] = _texts(frame)
    return found


def read_cover(tags: Any) -> bytes | None:
    """Return the front picture's bytes, else the first's."""
    pictures = tags.getall("APIC")
    front = next((picture for picture in pictures if picture.type == _FRONT), None)
    chosen = front or next(iter(pictures), None)
    return bytes(chosen.data) if chosen is not None else None


def _replace_user_text(tags: Any, description: str, values: tuple[str, ...]) -> None:
    """Set a user-defined text in place of those whose description differs only in case."""
    for frame in tags.getall("TXXX"):
        if frame.desc.lower() == description.lower():
            tags.delall(f"TXXX:{frame.desc}")
    tags.add(TXXX(encoding=_UTF_8, desc=description, text=list(values)))


def _write_pair(
    tags: Any, frame: str, number: tuple[str, ...] | None, total: tuple[str, ...] | None
) -> None:
    """Set "3/12", keeping the half that is not known now."""
    if number is None and total is None:
        return
    old_number, _, old_total = str(tags.get(frame, "")).partition("/")
    new_number = number[0] if number else old_number or "0"
    new_total = total[0] if total else old_total
    text = f"{new_number}/{new_total}" if new_total else new_number
    tags.setall(frame, [Frames[frame](encoding=_UTF_8, text=[text])])


def _write_cover(tags: Any, cover: Cover) -> None:
    """Replace the front picture; pictures are told apart by description, so ours must be a new one."""
    others = [picture for picture in tags.getall("APIC") if picture.type != _FRONT]
    tags.setall("APIC", others)
    description = ""
    while any(picture.desc == description for picture in others):
        description += "front"
    tags.add(
        APIC(
            encoding=_UTF_8,
            mime=cover.mime,
            type=_FRONT,
            desc=description,
            data=cover.data,
        )
    )


def _texts(frame: Any) -> list[str]:
    """Return a frame's texts; genres that are numbers of the ID3v1 list by name."""
    texts = [str(text) for text in frame.text]
    if isinstance(frame, TCON) and any(text.isdigit() or text.startswith("(") for text in texts):
        return [str(genre) for genre in frame.genres]
    return texts


def _plain_number(text: str) -> str:
    """Return a number without leading zeros, anything else as it is."""
    text = text.strip()
    return str(int(text)) if text.isdecimal() and len(text) < 10 else text
