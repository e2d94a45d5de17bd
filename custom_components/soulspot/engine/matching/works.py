"""Know classical works by what everybody writes: not all name key, catalogue number and movement."""

from typing import NamedTuple

from .words import split_words

_CATALOGUES = split_words("op opus bwv kv rv hwv hob woo wwv twv sz buxwv wq trv")
# Letters that are catalogues only behind a work: K. 467, D. 960, L. 75.
_LETTERS = split_words("k d l s h m g")
_BEFORE_NUMBERS = _CATALOGUES | _LETTERS
_OF_WORKS = split_words("in i")  # Before a key, and as a movement: the rest are numbers.
_NOTES = split_words("a b c d e f g h as es des ges cis fis gis")
_ACCIDENTALS = split_words("flat sharp")
_MODES = split_words("major minor dur moll majeur mineur maggiore minore")


class Work(NamedTuple):
    """Hold a work's words less key, catalogue and movement numbers, and those numbers."""

    words: tuple[str, ...]
    catalogue: dict[str, tuple[str, ...]]
    movement: str  # Empty when it is not told.
    has_key: bool

    @property
    def is_certain(self) -> bool:
        """Tell whether this is a work at all and no song."""
        return (
            self.has_key
            or not _CATALOGUES.isdisjoint(self.catalogue)
            or bool(self.catalogue and self.movement)
        )


def read_work(words: tuple[str, ...]) -> Work:
    """Return what folded words say when they name a work."""
    if _OF_WORKS.isdisjoint(words) and not any(map(str.isdigit, words)):
        return Work(words, {}, "", has_key=False)  # A song, as mostly.
    rest: list[str] = []
    catalogue: dict[str, tuple[str, ...]] = {}
    movement, has_key = "", False
    at = 0
    while at < len(words):
        word = words[at]
        if length := _catalogue_at(words, at):
            catalogue[word] = tuple(word for word in words[at : at + length] if word.isdigit())
            at += length
        elif length := _key_at(words, at):
            has_key = True
            at += length
        elif rest and (word == "i" or (word.isdigit() and words[at - 1] not in ("number", "part"))):
            movement = "1" if word == "i" else word.lstrip("0")
            at += 1
        else:
            rest.append(word)
            at += 1
    return Work(tuple(rest), catalogue, movement, has_key)


def is_same_work(one: Work, other: Work) -> bool:
    """Tell whether two names mean the same work or movement, as far as both tell."""
    if one.words != other.words or not one.words:
        return False
    if one.movement and other.movement and one.movement != other.movement:
        return False
    return all(
        one.catalogue[name] == other.catalogue[name]
        for name in one.catalogue.keys() & other.catalogue
    )


def _catalogue_at(words: tuple[str, ...], at: int) -> int:
    """Return the length of a catalogue number at a place, 0 when there is none."""
    if words[at] not in _BEFORE_NUMBERS or at + 1 >= len(words):
        return 0
    if not words[at + 1].isdigit() or (words[at] in _LETTERS and not at):
        return 0
    has_number = at + 3 < len(words) and words[at + 2] == "number" and words[at + 3].isdigit()
    return 4 if has_number else 2


def _key_at(words: tuple[str, ...], at: int) -> int:
    """Return the length of "in E flat major" at a place, 0 when there is none."""
    if not at or words[at] != "in" or at + 1 >= len(words) or words[at + 1] not in _NOTES:
        return 0
    length = 2
    for more in (_ACCIDENTALS, _MODES):
        if at + length < len(words) and words[at + length] in more:
            length += 1
    return length if length > 2 else 0
