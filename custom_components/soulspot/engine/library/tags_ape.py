"""Keep an APEv2 tag of an MP3 file from contradicting its ID3 tag; some players read it first.

The names are those of Picard's appendix "Tag mappings". Nothing is added to it and nothing unknown is lost.
"""

from collections.abc import Mapping
from typing import BinaryIO

from mutagen.apev2 import BINARY, APENoHeaderError, APEv2, APEValue

from .streams.base import file_size
from .tag_set import Cover

_KEYS = {
    "title": "title",
    "artist": "artist",
    "artists": "artists",
    "album": "album",
    "albumartist": "album artist",
    "date": "year",
    "originaldate": "originaldate",
    "genre": "genre",
    "isrc": "isrc",
    "label": "label",
    "barcode": "barcode",
    "media": "media",
    "compilation": "compilation",
    "musicbrainz_recordingid": "musicbrainz_trackid",
    "musicbrainz_trackid": "musicbrainz_releasetrackid",
    "musicbrainz_albumid": "musicbrainz_albumid",
    "musicbrainz_releasegroupid": "musicbrainz_releasegroupid",
    "musicbrainz_artistid": "musicbrainz_artistid",
    "musicbrainz_albumartistid": "musicbrainz_albumartistid",
    "releasetype": "musicbrainz_albumtype",
    "releasestatus": "musicbrainz_albumstatus",
    "releasecountry": "releasecountry",
}
_PAIRS = {"track": ("tracknumber", "totaltracks"), "disc": ("discnumber", "totaldiscs")}
_COVER = "cover art (front)"
_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png"}


def find(file: BinaryIO) -> APEv2 | None:
    """Return the APEv2 tag of an open file, None when it has none."""
    file.seek(0)
    try:
        return APEv2(file)
    except APENoHeaderError:
        return None


def has_id3v1(file: BinaryIO) -> bool:
    """Tell whether an old-fashioned ID3 tag ends the file."""
    file.seek(max(file_size(file) - 128, 0))
    return file.read(3) == b"TAG"


def renew(
    tags: APEv2, file: BinaryIO, fields: Mapping[str, tuple[str, ...]], cover: Cover | None
) -> None:
    """Give what the tag holds the new values, and write it; an ID3v1 tag behind it is lost by that."""
    values = {_KEYS[name]: list(texts) for name, texts in fields.items() if name in _KEYS}
    for key in [key for key in tags if key.lower() in values]:
        tags[key] = values[key.lower()]
    for key in [key for key in tags if key.lower() in _PAIRS]:
        old = str(tags[key]).partition("/")
        number, total = (
            fields[name][0] if name in fields else old[place].strip()
            for name, place in zip(_PAIRS[key.lower()], (0, 2), strict=True)
        )
        tags[key] = f"{number}/{total}" if total else number
    for key in [key for key in tags if key.lower() == _COVER]:
        if cover is not None:
            name = f"{key}.{_EXTENSIONS.get(cover.mime, 'jpg')}".encode()
            tags[key] = APEValue(name + b"\0" + cover.data, BINARY)
    file.seek(0)
    tags.save(file)
