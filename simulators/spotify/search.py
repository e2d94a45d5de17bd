"""Find recordings for a search text with the filters `track:`, `artist:`, `album:`, `isrc:`, `upc:`, `year:`."""

from collections.abc import Iterable
from hashlib import sha256
import re
import unicodedata

from simulators.catalogue import Recording

_FILTER = re.compile(r'(track|artist|album|isrc|upc|year):(?:"([^"]*)"|(\S+))')


def find_recordings(recordings: Iterable[Recording], query: str) -> list[Recording]:
    """Return the recordings in which every filter and every free word occurs."""
    filters = [(name, quoted or plain) for name, quoted, plain in _FILTER.findall(query)]
    words = _fold(_FILTER.sub(" ", query)).split()
    return [
        recording
        for recording in recordings
        if all(_passes(recording, name, value) for name, value in filters)
        and all(word in _fold(_text(recording)) for word in words)
    ]


def upc(recording: Recording) -> str:
    """Return the barcode of a recording's album; some carry leading zeros."""
    digest = sha256(f"{recording.album_artist}/{recording.album}".encode()).digest()
    digits = f"{int.from_bytes(digest[:6]) % 10**12:012d}"
    return f"00{digits}" if digest[6] % 2 else digits


def _passes(recording: Recording, name: str, value: str) -> bool:
    """Tell whether one filter lets a recording through."""
    match name:
        case "isrc":
            return recording.isrc is not None and _plain_isrc(recording.isrc) == _plain_isrc(value)
        case "upc":
            return upc(recording).lstrip("0") == value.lstrip("0")
        case "year":
            first, _, last = value.partition("-")
            return first.isdecimal() and int(first) <= recording.year <= int(last or first)
    text = {
        "track": recording.title,
        "artist": " ".join(recording.artists),
        "album": recording.album,
    }[name]
    return _fold(value) in _fold(text)


def _text(recording: Recording) -> str:
    """Return everything free words are looked up in."""
    return " ".join((recording.title, *recording.artists, recording.album))


def _plain_isrc(isrc: str) -> str:
    """Return an ISRC without hyphens, in upper case."""
    return isrc.replace("-", "").upper()


def _fold(text: str) -> str:
    """Return a text in small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
