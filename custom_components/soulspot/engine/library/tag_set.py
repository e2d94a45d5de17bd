"""Hold the tags of one track under the names MusicBrainz Picard gives them."""

from dataclasses import dataclass
import re
from typing import Self
import unicodedata

MAXIMUM_COVER_BYTES = 8 * 1024 * 1024
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_MAXIMUM_NUMBER = 0xFFFF  # MP4 stores 16 bits.


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Hold a front cover; make it by `from_bytes`, which looks at what the bytes really are."""

    data: bytes
    mime: str  # "image/jpeg" or "image/png"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self | None:
        """Return the cover, or None when the bytes are no JPEG or PNG or more than 8 MiB."""
        if not 64 <= len(data) <= MAXIMUM_COVER_BYTES:
            return None
        if data.startswith(b"\xff\xd8\xff"):
            return cls(data=data, mime="image/jpeg")
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return cls(data=data, mime="image/png")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSet:
    """Hold what is known about a track; None and empty mean "not known: leave what the file has".

    `musicbrainz_recordingid` is the recording, `musicbrainz_trackid` the track on its release: Picard's
    names, whatever a format calls them inside. Dates are "2011", "2011-09" or "2011-09-30".
    """

    title: str | None = None
    artist: str | None = None  # As credited: "A feat. B".
    artists: tuple[str, ...] = ()  # One by one.
    album: str | None = None
    albumartist: str | None = None
    tracknumber: int | None = None
    totaltracks: int | None = None
    discnumber: int | None = None
    totaldiscs: int | None = None
    date: str | None = None
    originaldate: str | None = None
    genre: tuple[str, ...] = ()
    isrc: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    barcode: str | None = None
    media: str | None = None
    compilation: bool | None = None  # A "Various Artists" release.
    musicbrainz_recordingid: str | None = None
    musicbrainz_trackid: str | None = None
    musicbrainz_albumid: str | None = None
    musicbrainz_releasegroupid: str | None = None
    musicbrainz_artistid: tuple[str, ...] = ()
    musicbrainz_albumartistid: tuple[str, ...] = ()
    releasetype: tuple[str, ...] = ()
    releasestatus: str | None = None
    releasecountry: str | None = None
    cover: Cover | None = None

    def to_picard(self) -> dict[str, tuple[str, ...]]:
        """Return what will be written, by Picard's names, cleaned of what no tag can hold."""
        fields: dict[str, tuple[str, ...]] = {}
        for name in _TEXT_FIELDS:
            value: str | tuple[str, ...] | None = getattr(self, name)
            texts = (value,) if isinstance(value, str) else value or ()
            cleaned = tuple(filter(None, map(clean_text, texts)))
            if name in _DATE_FIELDS:
                cleaned = tuple(filter(_DATE.fullmatch, cleaned))
            if cleaned:
                fields[name] = cleaned
        for name in _NUMBER_FIELDS:
            number: int | None = getattr(self, name)
            if number is not None and 0 < number <= _MAXIMUM_NUMBER:
                fields[name] = (str(number),)
        if self.compilation is not None:
            fields["compilation"] = ("1" if self.compilation else "0",)
        return fields


_NUMBER_FIELDS = ("tracknumber", "totaltracks", "discnumber", "totaldiscs")
_DATE_FIELDS = ("date", "originaldate")
_TEXT_FIELDS = tuple(
    name
    for name in TagSet.__dataclass_fields__
    if name not in (*_NUMBER_FIELDS, "compilation", "cover")
)


def clean_text(text: str) -> str:
    """Return the text in NFC without control characters and lone surrogates, which tags cannot hold."""
    kept = "".join(
        " " if unicodedata.category(character) == "Cc" else character
        for character in text
        if unicodedata.category(character) != "Cs"
    )
    return unicodedata.normalize("NFC", kept).strip()
