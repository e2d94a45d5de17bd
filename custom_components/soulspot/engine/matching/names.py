"""Take file, folder and song names apart into words, parts and brackets."""

from collections.abc import Iterable, Sequence
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
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_PUNCTUATION = _OPENING | _CLOSING | {"|", "-"}
_DROPPED = b"'`"


def _table(marks: dict[str, str], other: str) -> bytes:
    """Return a table that makes letters small, keeps digits and replaces marks and all other characters."""
    letters = (chr(code) for code in range(128))
    kept = [letter.lower() if letter.isalnum() else marks.get(letter, other) for letter in letters]
    return "".join(kept).encode() + bytes(128)


_PLAIN = _table({}, " ")
# Brackets become one kind, hyphens stay, what else stands inside a word stays apart from blanks.
_MARKED = _table(
    {
        **dict.fromkeys(_OPENING, "("),
        **dict.fromkeys(_CLOSING, ")"),
        **dict.fromkeys("-~", "-"),
        **{chr(code): " " for code in range(128) if chr(code).isspace() or chr(code) == "_"},
    },
    ".",
)

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


# Names without any of these words have their one spelling already: most of them.
REWRITTEN = frozenset({"n", "no", *_ROMAN, *_SAME_WORDS, *_NUMBERED})


class Part(NamedTuple):
    """Hold a range of words between separators or inside brackets."""

    start: int
    stop: int
    bracketed: bool


class Name:
    """Hold a name's words; `text` is the words between blanks, with one at each end.

    Most names are understood by their words alone, so the parts are sought at the first look.
    """

    __slots__ = ("_parts", "_prepared", "_raw", "text", "words")

    def __init__(self, raw: str, words: Iterable[str], prepared: str | None = None) -> None:
        """Keep the words and the name they stand in; `prepared` is None when the name is plain."""
        self.words = words = tuple(words)
        self.text = f" {' '.join(words)} "
        self._raw = raw
        self._prepared = prepared
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
            parts = self._parts = _parts_of(self._raw, self._prepared, len(self.words))
        return parts

    @property
    def is_scene(self) -> bool:
        """Tell whether bare hyphens separate the parts."""
        return _splits_at_hyphens(_with_separators(self._prepared or _prepare(self._raw)))


def plain_words(raw: str) -> list[str] | None:
    """Return the folded words of a name in plain letters, or None when it needs a closer look."""
    if not _is_plain(raw):
        return None
    return raw.encode().translate(_PLAIN, _DROPPED).decode().split()


def _is_plain(raw: str) -> bool:
    """Tell whether a name has neither initials nor symbols nor letters that need more than a table.

    Tables are several times as fast as patterns, and names come by thousands.
    """
    return (
        raw.isascii()
        and "&" not in raw
        and "!" not in raw
        and "+" not in raw
        and "$" not in raw
        and "|" not in raw
        and ("." not in raw or raw.count(".") == raw.count(". "))  # Only behind numbers.
        and len(raw) <= _LONGEST_NAME
    )


@lru_cache(maxsize=_NAME_CACHE)
def parse_name(raw: str) -> Name:
    """Return the folded words of a name, which knows its parts.

    Roman numerals and "Pt." become plain numbers and words.
    """
    words = plain_words(raw)
    if words and "n" not in words:
        return Name(raw, words if REWRITTEN.isdisjoint(words) else _rewritten(words))
    prepared = _prepare(raw)
    words = plain_words(prepared) or _WORD.findall(prepared)
    if not REWRITTEN.isdisjoint(words):
        words = _rewritten(words)
    if not words and (marks := _with_separators(prepared).strip()):
        words = [marks]
    return Name(raw, words, prepared)


def _prepare(raw: str) -> str:
    """Return a name in lower case, punctuation kept, with the word for "&"."""
    simple = simplify(raw[:_LONGEST_NAME])
    if "&" in simple or "+" in simple or " n " in simple:
        simple = _AND.sub(" and ", simple)
    return simple


def _parts_of(raw: str, prepared: str | None, count: int) -> tuple[Part, ...]:
    """Return the parts of a name of so many words."""
    if not count:
        return ()
    if raw.isascii() and not _DIVIDING.search(raw):
        return (Part(0, count, False),)
    tokens, splits_at_hyphens = _tokens_of(raw, prepared)
    parts: list[Part] = []
    start = stop = depth = 0
    for token in tokens:
        if token.isalnum():
            stop += 1
            continue
        if token not in _PUNCTUATION:
            if token.strip("-"):
                stop += len(_WORD.findall(token))
                continue
            token = "|"
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


def _tokens_of(raw: str, prepared: str | None) -> tuple[list[str], bool]:
    """Return the words and dividing marks of a name, and whether bare hyphens divide it too.

    " - " separates parts; a bare hyphen does in scene names, which write blanks as underscores
    or not at all.
    """
    if prepared is None and (" - " in raw or raw.count("-") < 2):
        return _spaced(raw).split(), False
    simple = _with_separators(prepared or _prepare(raw))
    return _TOKEN.findall(simple), _splits_at_hyphens(simple)


def _spaced(raw: str) -> str:
    """Return a plain name with blanks around what divides it, and one mark for every separator."""
    text = raw.encode().translate(_MARKED, _DROPPED).decode()
    text = text.replace("(", " ( ").replace(")", " ) ")
    return text.replace(" - ", " | ")


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
