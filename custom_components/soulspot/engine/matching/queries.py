"""Build the ladder of search texts, from the most to the least promising."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
import re
import unicodedata

from .folding import APOSTROPHES, fold
from .wanted import WantedRecording

# Every word must be in the path at every peer: more of them only lose files.
_ARTIST_WORDS = 3
_TITLE_WORDS = 5
_ALBUM_WORDS = 4
_ENOUGH_SOLID_WORDS = 2
# Two short words of a title may stand in any path; in a name they seldom come together by chance.
_DISTINCTIVE_LETTERS = 9
_DISTINCTIVE_LETTERS_OF_NAMES = 6

_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_DASH_SUFFIX = re.compile(r"\s+[-–—]\s+.*$")
_FEATURED = re.compile(
    r"\s+(?:[(\[](?:feat|ft|featuring)\b[^)\]]*[)\]]?|(?:feat|ft|featuring)\b(?:(?!\s[-–—(\[]).)*)",
    re.IGNORECASE,
)
# Additions that peers write in many ways or not at all: asking for them only loses files.
_NEUTRAL_ADDITION = re.compile(
    r"remaster|\b(?:mono|stereo|edition|deluxe|anniversary|explicit|bonus|(?:album|single|original) version)\b",
    re.IGNORECASE,
)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_INSIDE = re.compile(r"[\W_]")
_MARKS = re.compile(f"[{re.escape(APOSTROPHES)}]")
# They are in nearly every path or in none, and tell nothing.
_EMPTY_WORDS = frozenset(
    (
        *("a", "an", "and", "the", "of", "in", "on", "to", "for", "or", "at", "by", "from", "with"),
        *("und", "der", "die", "das", "den", "ein", "eine", "le", "la", "les", "un", "une", "des"),
        *("du", "de", "et", "el", "los", "las", "y", "il", "lo", "gli", "e", "o", "os", "da", "do"),
    )
)


class QueryKind(StrEnum):
    """Say how a search text was made."""

    FULL = "full"  # Artist and title as written.
    CORE = "core"  # Without featured artists, brackets and suffixes.
    TITLE = "title"  # A telling title alone finds what any more words would find.
    OTHER_ARTIST = "other_artist"  # The second artist: composers are named first, players share.
    ALBUM = "album"  # Title and album, for artist names the server drops.
    FOLDED = "folded"  # Without accents and punctuation.
    WILDCARD = "wildcard"  # First letter of a word replaced: for words the server drops.
    RELEASE = "release"  # Artist and album name: for several tracks of an album.
    ARTIST = "artist"  # The artist's name alone: for several tracks from several albums.
    OWN_WORDS = "own_words"  # A person's.


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Hold one search text."""

    text: str
    kind: QueryKind


def queries(wanted: WantedRecording) -> tuple[Query, ...]:
    """Return distinct search texts in the order to try them; empty when nothing can be searched for.

    The whole title goes before its core when what is added says which version it is. Clients treat punctuation and accents differently, so words that contain some are left out while
    enough others remain. A leading hyphen would exclude, single letters are dropped by slskd.
    """
    title, core = _FEATURED.sub("", wanted.title), _core(wanted.title)
    artist = _words(wanted.artists[:1], _ARTIST_WORDS)
    core_words = _words([core], _TITLE_WORDS)
    album = _words([_core(wanted.album or "")], _ALBUM_WORDS)
    steps = [
        (_text(artist, _words([title], _TITLE_WORDS)), QueryKind.FULL),
        (_text(artist, core_words), QueryKind.CORE),
    ]
    if _NEUTRAL_ADDITION.search(title.removeprefix(core)):
        steps.reverse()
    if _is_distinctive(core_words):
        steps.append((_text(core_words, ()), QueryKind.TITLE))
    else:
        if len(wanted.artists) > 1:
            other = _words(wanted.artists[1:2], _ARTIST_WORDS)
            steps.append((_text(other, core_words), QueryKind.OTHER_ARTIST))
        if album and not set(album) <= set(core_words):
            steps.append((_text(core_words, album), QueryKind.ALBUM))
    steps.append((fold(_text(artist, core_words)), QueryKind.FOLDED))
    steps.append((_text(_with_wildcard(artist), core_words), QueryKind.WILDCARD))
    return _distinct(steps)


def release_query(artists: Sequence[str], album: str) -> Query | None:
    """Return the text that finds a whole album, or None when the names do not tell enough."""
    text = _text(_words(artists[:1], _ARTIST_WORDS), _words([_core(album)], _ALBUM_WORDS))
    return _of_kind(text, QueryKind.RELEASE)


def artist_query(artists: Sequence[str]) -> Query | None:
    """Return the text that finds everything of the first artist, or None for one word or common ones.

    Searches for one word are answered by so many peers that home routers have given up (issue 1102 of
    SoulSync).
    """
    words = _words(artists[:1], _ARTIST_WORDS)
    if not _is_distinctive(words, _DISTINCTIVE_LETTERS_OF_NAMES):
        return None
    return _of_kind(_text(words, ()), QueryKind.ARTIST)


def _of_kind(text: str, kind: QueryKind) -> Query | None:
    """Return the query unless it is a single word or cannot be searched for."""
    if len(text.split()) < _ENOUGH_SOLID_WORDS and text.isascii():
        return None
    return next(iter(_distinct([(text, kind)])), None)


def _distinct(steps: Iterable[tuple[str, QueryKind]]) -> tuple[Query, ...]:
    """Return the steps that can be searched for and bring something new."""
    ladder: dict[frozenset[str], Query] = {}
    for text, kind in steps:
        words = frozenset(text.casefold().split())
        if any(_can_be_found(word) for word in words):
            ladder.setdefault(words, Query(text=text, kind=kind))
    return tuple(ladder.values())


def _core(text: str) -> str:
    """Return a name without brackets, featured artists and suffixes, or unchanged when nothing is left."""
    core = _DASH_SUFFIX.sub("", _FEATURED.sub("", _BRACKETS.sub(" ", text))).strip()
    return core or text


def _words(texts: Iterable[str], limit: int) -> list[str]:
    """Return the words to search for, the most telling ones in their order.

    Words with punctuation inside are used only when too few others tell enough.
    """
    found: dict[str, None] = {}
    for text in texts:
        for part in unicodedata.normalize("NFC", text).split():
            if word := _EDGES.sub("", part):
                found[word] = None
    solid = [word for word in found if _can_be_found(word) and not _INSIDE.search(word)]
    telling = [word for word in solid if word.casefold() not in _EMPTY_WORDS]
    if len(telling) >= _ENOUGH_SOLID_WORDS:
        return _most_telling(telling, limit)
    if len(solid) >= _ENOUGH_SOLID_WORDS:
        return _most_telling(solid, limit)
    return [word for word in found if _can_be_found(word)][:limit]


def _is_distinctive(words: Sequence[str], letters: int = _DISTINCTIVE_LETTERS) -> bool:
    """Tell whether words alone are no common phrase: two telling ones with so many letters together."""
    telling = [word for word in words if word.casefold() not in _EMPTY_WORDS]
    return len(telling) >= 2 and sum(map(len, telling)) >= letters


def _most_telling(words: Sequence[str], limit: int) -> list[str]:
    """Return the longest words in their order; a number tells more than its length."""
    ranked = sorted(words, key=lambda word: -(len(word) + 3 * word.isdigit()))[:limit]
    return [word for word in words if word in ranked]


def _text(first: Sequence[str], second: Sequence[str]) -> str:
    """Join words without repeating one."""
    return " ".join(dict.fromkeys((*first, *second)))


def _can_be_found(word: str) -> bool:
    """Tell whether a word survives slskd and narrows the answers; scripts without spaces count alone."""
    return len(word) > 1 or not word.isascii()


def _with_wildcard(artist: Sequence[str]) -> list[str]:
    """Return the artist's words with the first letter of the longest one as a wildcard."""
    longest = max((_MARKS.sub("", word) for word in artist), key=len, default="")
    if len(longest) < 4:
        return []
    return ["*" + word[1:] if word == longest else word for word in artist]
