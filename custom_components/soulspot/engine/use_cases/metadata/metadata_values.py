"""Read what a person enters for a field of a track."""

import re

from ...errors import InputError
from ...isrc import normalise_isrc
from ...lists.lengths import read_length
from ...model import MetadataField

_LONGEST = 500  # characters
_LARGEST_NUMBER = 9999
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_BARE_ID = re.compile(_ID, re.IGNORECASE | re.ASCII)
_ADDRESS = re.compile(
    rf"https?://[^/\s]+/(?:[^\s?#]*/)?([a-z-]+)/{_ID}(?:[/?#]\S*)?", re.IGNORECASE | re.ASCII
)


def read_values(field: MetadataField, text: str) -> tuple[str, ...]:
    """Return what is stored for a person's text: artists and genres are separated by semicolons.

    Raises InputError: `invalid_metadata_value`, `invalid_musicbrainz_id`, or `musicbrainz_link_is_other`
    for the address of something else.
    """
    text = " ".join(text.split())
    values: tuple[str, ...]
    match field:
        case MetadataField.RECORDING | MetadataField.RELEASE:
            return (read_musicbrainz_id(text, field.value),)
        case MetadataField.ARTIST | MetadataField.GENRES:
            parts = (part.strip() for part in text.split(";"))
            values = tuple(dict.fromkeys(part for part in parts if part))
        case MetadataField.LENGTH:
            length = read_length(text)
            values = (str(length),) if length else ()
        case MetadataField.ISRC:
            isrc = normalise_isrc(text)
            values = (isrc,) if isrc else ()
        case MetadataField.RELEASE_DATE | MetadataField.ORIGINAL_DATE:
            values = (text,) if _DATE.fullmatch(text) else ()
        case MetadataField.TRACK_NUMBER:
            is_number = text.isascii() and text.isdigit() and len(text) < 5
            values = (str(int(text)),) if is_number and 0 < int(text) <= _LARGEST_NUMBER else ()
        case MetadataField.TITLE | MetadataField.ALBUM:
            values = (text,) if text else ()
    if not values or len(text) > _LONGEST:
        raise InputError("invalid_metadata_value", field=field.value, value=text[:_LONGEST])
    return values


def read_musicbrainz_id(text: str, kind: str) -> str:
    """Return the id in an address of MusicBrainz or a mirror of it, or the bare id.

    `kind` is "recording" or "release". Raises InputError `invalid_musicbrainz_id`, or
    `musicbrainz_link_is_other` for the address of something else.
    """
    text = text.strip().strip("<>\"'")
    if _BARE_ID.fullmatch(text):
        return text.lower()
    address = _ADDRESS.fullmatch(text)
    if address is None:
        raise InputError("invalid_musicbrainz_id")
    if address[1].lower() != kind:
        raise InputError("musicbrainz_link_is_other", found=address[1].lower(), wanted=kind)
    return address[2].lower()
