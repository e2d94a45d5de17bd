"""Write search queries in MusicBrainz's Lucene syntax."""

from collections.abc import Iterable
import re

# The characters that mean something outside a phrase.
_SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')
_PHRASE_SPECIAL = re.compile(r'(["\\])')
_OPERATORS = frozenset({"AND", "OR", "NOT", "TO"})
_BARCODE_LENGTHS = (12, 13, 14)
_MAXIMUM_TERM = 200  # characters of one value


def escape_terms(text: str) -> str:
    """Return free text as harmless terms: special characters escaped, stray operators lower-cased."""
    words = (word.lower() if word in _OPERATORS else word for word in text[:_MAXIMUM_TERM].split())
    return " ".join(_SPECIAL.sub(r"\\\1", word) for word in words)


def phrase(text: str) -> str:
    """Return the text as a quoted phrase, inside which only quotes and backslashes matter."""
    return f'"{_PHRASE_SPECIAL.sub(r"\\\1", " ".join(text[:_MAXIMUM_TERM].split()))}"'


def recording_query(
    artist: str, title: str, album: str | None = None, *, is_loose: bool = False
) -> str:
    """Return the query for a recording; a loose one asks for any of the words instead of the phrase.

    Blank parts are left out; the result is empty when nothing is left.
    """
    values = (("recording", title), ("artist", artist), ("release", album or ""))
    clauses = (
        f"{field}:{_value(text, is_loose=is_loose)}" for field, text in values if text.strip()
    )
    return " AND ".join(clauses)


def _value(text: str, *, is_loose: bool) -> str:
    """Return one field's value."""
    return f"({escape_terms(text)})" if is_loose else phrase(text)


def within_length(query: str, duration_ms: int, tolerance_ms: int) -> str:
    """Return the query narrowed to recordings of about this length, in milliseconds."""
    return (
        f"({query}) AND dur:[{max(duration_ms - tolerance_ms, 0)} TO {duration_ms + tolerance_ms}]"
    )


def barcode_query(digits: str) -> str:
    """Return the query for releases with a barcode, given without the zeros that some write in front."""
    forms = dict.fromkeys(digits.zfill(length) for length in _BARCODE_LENGTHS)
    return " OR ".join(f"barcode:{form}" for form in (digits, *forms))


def isrcs_query(isrcs: Iterable[str]) -> str:
    """Return the query for recordings with any of these canonical codes."""
    return " OR ".join(f"isrc:{isrc}" for isrc in isrcs)
