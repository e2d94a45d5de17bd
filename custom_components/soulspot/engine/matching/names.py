"""Take file, folder and song names apart into words, parts and brackets."""

from functools import lru_cache
import re
from typing import NamedTuple

from .folding import simplify

_NAME_CACHE = 4_096
_LONGEST_NAME = 400  # characters: no file system takes more.

_AND = re.compile(r"(?<=[\w)\]])\s*[&+]\s*(?=[\w(\[])|(?<=\w )n(?= \w)")
_SEPARATOR = re.compile(r"(?<=[\s_])[-–—~‐‑•·]+(?=[\s_])|[–—|]")
_TOKEN = re.compile(r"[^\W_]+|[(\[{)\]}|-]")
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
    "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18", "xix": "19", "xx": "20",
}  # fmt: skip
_ROMAN_AFTER_NOUN = {
    "i": "1",
    "v": "5",
    "x": "10",
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


class Name(NamedTuple):
    """Hold a name's words; `text` is the words between blanks, with one at each end."""

    text: str
    words: tuple[str, ...]
    parts: tuple[Part, ...]
    is_scene: bool = False  # Parts are separated by bare hyphens.
    plain: str = ""  # The text without the numbers at its beginning.


@lru_cache(maxsize=_NAME_CACHE)
def parse_name(raw: str) -> Name:
    """Return the folded words of a name with its parts, in order.

    " - " separates parts; a bare hyphen does too in scene names, which write blanks as
    underscores or not at all. Roman numerals and "Pt." become plain numbers and words.
    """
    simple = simplify(raw[:_LONGEST_NAME])
    if "&" in simple or "+" in simple or " n " in simple:
        simple = _AND.sub(" and ", simple)
    if "-" in simple or "~" in simple or not simple.isascii():
        simple = _SEPARATOR.sub("|", simple)
    splits_at_hyphens = "|" not in simple and simple.count("-") > 1
    words: list[str] = []
    parts: list[Part] = []
    start = depth = 0
    tokens = _TOKEN.findall(simple)
    is_plain = _REWRITTEN.isdisjoint(tokens)
    for token in tokens:
        if token not in _PUNCTUATION:
            words.append(token if is_plain else _canonical(token, words))
            continue
        if (token == "-" and not splits_at_hyphens) or (depth and token in "|-"):
            continue
        if len(words) > start:
            parts.append(Part(start, len(words), depth > 0))
            start = len(words)
        if token in _OPENING:
            depth += 1
        elif token in _CLOSING and depth:
            depth -= 1
    if len(words) > start:
        parts.append(Part(start, len(words), depth > 0))
    if not words and simple.strip():
        words = [simple.strip()]
        parts = [Part(0, 1, False)]
    text = f" {' '.join(words)} "
    first = 0
    while first < len(words) - 1 and words[first].isdigit():
        first += 1
    plain = f" {' '.join(words[first:])} " if first else text
    return Name(text, tuple(words), tuple(parts), splits_at_hyphens, plain)


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
