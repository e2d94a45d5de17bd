"""Take file, folder and song names apart into words, parts and brackets."""

from collections.abc import Sequence
from functools import lru_cache
import re
from typing import NamedTuple

from .folding import simplify

_NAME_CACHE = 4_096
_LONGEST_NAME = 400  # characters: no file system takes more.

_AND = re.compile(r"(?<=[\w)\]])\s*[&+]\s*(?=[\w(\[])|(?<=\w )n(?= \w)")
_SEPARATOR = re.compile(r"(?<=[\s_])[-–—~‐‑•·]+(?=[\s_])|[–—|]")
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W_]+|[(\[{)\]}|-]")
_DIVIDING = re.compile(r"[(\[{)\]}|~-]")
# Of plain text in lower case: everything but letters and digits becomes a blank.
_WORDS_ALONE = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_PUNCTUATION = _OPENING | _CLOSING | {"|", "-"}

# One spelling for words that are written in many ways.
_SAME_WORDS = {
    "pt": "part", "pts": "part", "parts": "part", "parte": "part", "teil": "part", "partie": "part", "vol": "volume",
    "vols": "volume", "nr": "number", "num": "number", "und": "and", "versus": "vs", "mister": "mr",
    "saint": "st", "doctor": "dr", "ft": "feat", "featuring": "feat", "feats": "feat", "mount": "mt",
}  # fmt: skip
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18", "xix": "19",
}  # fmt: skip
_ROMAN_AFTER_NOUN = {
    "i": "1",
    "v": "5",
    "x": "10",
    "xx": "20",  # A name by itself: The xx.
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
}
_NUMBERED = frozenset(
    {
        "part",
        "volume",
        "number",
        "book",
        "chapter",
        "act",
        "op",
        "movement",
        "episode",
        "side",
        "cd",
        "disc",
    }
)


# Names without any of these have their one spelling already: most of them.
_REWRITTEN = frozenset({"no", *_ROMAN, *_SAME_WORDS, *_NUMBERED})


class Part(NamedTuple):
    """Hold a range of words between separators or inside brackets."""

    start: int
    stop: int
    bracketed: bool


class Name:
    """Hold a name's words; `text` is the words between blanks, with one at each end.

    Most names are understood by their words alone, so the parts are sought at the first look.
    """

    __slots__ = ("_parts", "_simple", "text", "words")

    def __init__(self, simple: str, words: tuple[str, ...]) -> None:
        """Keep the words and the simplified text they stand in."""
        self.words = words
        self.text = f" {' '.join(words)} "
        self._simple = simple
        self._parts: tuple[Part, ...] | None = None

    @property
    def plain(self) -> str:
        """Return the text without the numbers at its beginning."""
        words = self.words
        if not words or not words[0].isdigit():
            return self.text
        first = 1
        while first < len(words) - 1 and words[first].isdigit():
            first += 1
        return f" {' '.join(words[first:])} " if len(words) > 1 else self.text

    @property
    def parts(self) -> tuple[Part, ...]:
        """Return the ranges of words between separators and inside brackets, in order."""
        parts = self._parts
        if parts is None:
            parts = self._parts = _parts_of(self._simple, len(self.words))
        return parts

    @property
    def is_scene(self) -> bool:
        """Tell whether bare hyphens separate the parts."""
        return _splits_at_hyphens(_with_separators(self._simple))


@lru_cache(maxsize=_NAME_CACHE)
def parse_name(raw: str) -> Name:
    """Return the folded words of a name, which knows its parts."""
    return read_name(raw)


def read_name(raw: str) -> Name:
    """Return the folded words of a name, and do not remember it.

    Roman numerals and "Pt." become plain numbers and words.
    """
    simple = simplify(raw[:_LONGEST_NAME])
    if "&" in simple or "+" in simple or " n " in simple:
        simple = _AND.sub(" and ", simple)
    if simple.isascii():  # Several times as fast as a pattern.
        words = simple.encode().translate(_WORDS_ALONE).decode().split()
    else:
        words = _WORD.findall(simple)
    if not _REWRITTEN.isdisjoint(words):
        words = _rewritten(words)
    if not words and (marks := _with_separators(simple).strip()):
        words = [marks]
    return Name(simple, tuple(words))


def _parts_of(simple: str, count: int) -> tuple[Part, ...]:
    """Return the parts of a simplified name of so many words.

    " - " separates parts; a bare hyphen does too in scene names, which write blanks as
    underscores or not at all.
    """
    if not count:
        return ()
    if simple.isascii() and not _DIVIDING.search(simple):
        return (Part(0, count, False),)
    simple = _with_separators(simple)
    splits_at_hyphens = _splits_at_hyphens(simple)
    parts: list[Part] = []
    start = stop = depth = 0
    for token in _TOKEN.findall(simple):
        if token not in _PUNCTUATION:
            stop += 1
            continue
        if (token == "-" and not splits_at_hyphens) or (depth and token in "|-"):
            continue
        if stop > start:
            parts.append(Part(start, stop, depth > 0))
            start = stop
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING and depth:
            depth -= 1
    if count > start:
        parts.append(Part(start, count, stop > 0 and depth > 0))
    return tuple(parts)


def _with_separators(simple: str) -> str:
    """Return a simplified name with one mark for everything that separates parts."""
    if "-" in simple or "~" in simple or not simple.isascii():
        return _SEPARATOR.sub("|", simple)
    return simple


def _splits_at_hyphens(simple: str) -> bool:
    """Tell whether a name without other separators has its parts between bare hyphens."""
    return "|" not in simple and simple.count("-") > 1


def _rewritten(words: Sequence[str]) -> list[str]:
    """Return words in their one spelling."""
    spelled: list[str] = []
    for word in words:
        spelled.append(_canonical(word, spelled))
    return spelled


def _canonical(word: str, before: list[str]) -> str:
    """Return a word's one spelling; numerals depend on the word before."""
    if word in _ROMAN:
        return _ROMAN[word]
    if word.isdigit() and before and before[-1] == "no":
        before[-1] = "number"
    if before and before[-1] in _NUMBERED:
        if word in _ROMAN_AFTER_NOUN:
            return _ROMAN_AFTER_NOUN[word]
        if word.isdigit():
            return word.lstrip("0") or "0"
    return _SAME_WORDS.get(word, word)
