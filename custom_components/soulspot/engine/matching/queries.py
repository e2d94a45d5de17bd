"""Build the ladder of search texts, from the most to the least promising."""

from dataclasses import dataclass
from enum import StrEnum
import re
import unicodedata

from .folding import APOSTROPHES, fold
from .wanted import WantedRecording

_MOST_WORDS = 8  # Every word must match at every peer; more of them only lose files.
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_DASH_SUFFIX = re.compile(r"\s+[-–—]\s+.*$")
_FEATURED = re.compile(r"\s+[(\[]?(?:feat|ft|featuring)\b\.?.*$", re.IGNORECASE)
_NOT_WORDS = re.compile(r"[^\w\s]|_")
_MARKS = re.compile(f"[{re.escape(APOSTROPHES)}]")


class QueryKind(StrEnum):
    """Say how a search text was made."""

    FULL = "full"  # Artist and title as written.
    CORE = "core"  # Without featured artists, brackets and suffixes.
    ALBUM = "album"  # Title and album, for artist names the server drops.
    FOLDED = "folded"  # Without accents and apostrophes.
    WILDCARD = "wildcard"  # First letter of a word replaced: for words the server drops.


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Hold one search text."""

    text: str
    kind: QueryKind


def queries(wanted: WantedRecording) -> tuple[Query, ...]:
    """Return distinct search texts in the order to try them; empty when nothing can be searched for."""
    artist = wanted.artists[0] if wanted.artists else ""
    core = _core(wanted.title)
    album = _core(wanted.album or "")
    texts = [
        (f"{artist} {_FEATURED.sub('', wanted.title)}", QueryKind.FULL),
        (f"{artist} {core}", QueryKind.CORE),
        (f"{core} {album}", QueryKind.ALBUM),
        (fold(f"{artist} {core}"), QueryKind.FOLDED),
        (_wildcard(artist, core), QueryKind.WILDCARD),
    ]
    ladder: dict[str, Query] = {}
    for text, kind in texts:
        words = _searchable(text)
        if words and words.casefold() not in ladder:
            ladder[words.casefold()] = Query(text=words, kind=kind)
    return tuple(ladder.values())


def _core(text: str) -> str:
    """Return a name without brackets, featured artists and suffixes, or unchanged when nothing is left."""
    core = _DASH_SUFFIX.sub("", _FEATURED.sub("", _BRACKETS.sub(" ", text))).strip()
    return core or text


def _searchable(text: str) -> str:
    """Return words that a peer can match, or an empty text when they would match everything or nothing.

    A leading hyphen excludes, single letters are dropped by slskd, and punctuation is not
    matched alike by all clients.
    """
    text = unicodedata.normalize("NFC", _MARKS.sub("", text))
    words: list[str] = []
    for word in text.split():
        star = "*" if word.startswith("*") else ""
        words.extend(
            star + part if not words or star else part for part in _NOT_WORDS.sub(" ", word).split()
        )
    words = list(dict.fromkeys(words))[:_MOST_WORDS]
    if all(len(word) < 2 and word.isascii() for word in words):
        return ""
    return " ".join(words)


def _wildcard(artist: str, title: str) -> str:
    """Return artist and title with the first letter of the artist's longest word as a wildcard."""
    words = _NOT_WORDS.sub(" ", _MARKS.sub("", artist)).split()
    longest = max(words, key=len, default="")
    if len(longest) < 4:
        return ""
    return " ".join(["*" + word[1:] if word == longest else word for word in words] + [title])
