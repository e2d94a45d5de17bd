"""Find the wanted title in a file's name, and understand everything that stands beside it."""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from rapidfuzz.distance import DamerauLevenshtein

from .names import Name, Part
from .target import Target, without_articles
from .transliteration import has_other_script, romanise, sound_of
from .versions import Region, Version, is_number, is_year, read_region
from .words import ARTICLES, STANDARD_BIT_RATES, TECHNICAL_WORDS

_MOST_PLACES = 4
_MOST_EDITS = 2
_LETTERS_PER_EDIT = 5
_SHORTEST_START = 5  # letters that a shortened title must have left.
_HASH_LENGTH = 8


class TitleLevel(IntEnum):
    """Say how well a name holds the title, best first."""

    FULL = 0
    CLOSE = 1  # Spelled a little differently.
    CORE = 2  # Without an addition of the wanted title.
    SHORTENED = 3  # Only its first words.
    NONE = 4


class Beside(NamedTuple):
    """Hold a version named beside a title, with the words of its part for the folder to explain."""

    version: Version
    part_text: str


class TitleMatch(NamedTuple):
    """Hold what a file's name says about the title and around it."""

    level: TitleLevel
    extra: str = ""  # Words of the same part that belong to another title.
    additions: tuple[str, ...] = ()  # Brackets behind the title that nothing explains.
    beside: tuple[Beside, ...] = ()
    unexplained: tuple[str, ...] = ()  # Whole parts that are neither title, artist nor album.
    has_artist: bool = False
    has_album: bool = False

    @property
    def badness(self) -> tuple[int, ...]:
        """Return a sort key, the best reading of a name first."""
        return (
            len(self.extra) > 0,
            len(self.unexplained),
            len(self.additions),
            len(self.beside),
            self.level,
        )


NO_TITLE = TitleMatch(TitleLevel.NONE)


def match_title(target: Target, name: Name) -> TitleMatch:
    """Return the best reading of a file's name."""
    text = name.text
    if target.full_text in text:
        return _best(
            target, name, _places(text, target.full_text), len(target.title.full), TitleLevel.FULL
        )
    joined = text.replace(" ", "")
    if target.compact_full in joined and (
        places := _compact_places(name.words, target.compact_full)
    ):
        return _best_ranges(target, name, places, TitleLevel.FULL)
    if target.title.has_addition and target.core_text in text:
        return _best(
            target, name, _places(text, target.core_text), len(target.title.core), TitleLevel.CORE
        )
    if target.title.has_addition and target.compact_core in joined:
        if places := _compact_places(name.words, target.compact_core):
            return _best_ranges(target, name, places, TitleLevel.CORE)
    return _match_loosely(target, name)


def _places(text: str, wanted: str) -> Iterator[int]:
    """Yield the word positions at which a text stands, the last first."""
    end = len(text)
    for _ in range(_MOST_PLACES):
        found = text.rfind(wanted, 0, end)
        if found < 0:
            return
        yield text.count(" ", 0, found + 1) - 1
        end = found + len(wanted) - 1


def _compact_places(words: tuple[str, ...], wanted: str) -> list[tuple[int, int]]:
    """Return ranges of words that make up a text without its blanks."""
    places = []
    for start in range(len(words)):
        joined = ""
        for stop in range(start, len(words)):
            joined += words[stop]
            if joined == wanted:
                places.append((start, stop + 1))
            if not wanted.startswith(joined):
                break
    return places[-_MOST_PLACES:]


def _best(
    target: Target, name: Name, starts: Iterator[int], length: int, level: TitleLevel
) -> TitleMatch:
    """Return the best reading among places of a fixed length."""
    best: TitleMatch | None = None
    for start in starts:
        match = _read_around(target, name, start, start + length, level)
        if best is None or match.badness < best.badness:
            best = match
        if not (match.extra or match.unexplained or match.additions or match.beside):
            break
    return best or NO_TITLE


def _best_ranges(
    target: Target, name: Name, places: list[tuple[int, int]], level: TitleLevel
) -> TitleMatch:
    """Return the best reading among places of any length."""
    return min(
        (_read_around(target, name, start, stop, level) for start, stop in places),
        key=lambda m: m.badness,
    )


def _read_around(
    target: Target, name: Name, start: int, stop: int, level: TitleLevel
) -> TitleMatch:
    """Return what a name says when the title stands at this place."""
    words = name.words
    explained = bytearray(len(words))
    explained[start:stop] = b"\1" * (stop - start)
    has_artist = False
    for form in target.artists:
        if form.text in name.text and _explain(name, form.text, explained, start, stop):
            has_artist = True
    has_album = target.album_text in name.text and _explain(
        name, target.album_text, explained, start, stop
    )
    if all(explained):
        return TitleMatch(level, has_artist=has_artist, has_album=has_album)
    reader = _Reader(target, words, explained, start, stop)
    title_seen = False
    beside_title = False
    for part in name.parts:
        if part.start < stop and part.stop > start:
            reader.read_title_part(part)
            title_seen = beside_title = True
        elif part.bracketed:
            reader.read_bracket(part, behind_title=beside_title, after=title_seen)
        else:
            beside_title = reader.read_part(part) and beside_title
    if level is TitleLevel.CORE and reader.holds_addition:
        level = TitleLevel.FULL
    return TitleMatch(
        level,
        " ".join(reader.extra),
        tuple(reader.additions),
        tuple(reader.beside),
        tuple(reader.unexplained),
        has_artist,
        has_album,
    )


def _explain(name: Name, text: str, explained: bytearray, start: int, stop: int) -> bool:
    """Mark the words of a text wherever it stands outside the title; tell whether it does."""
    if not text:
        return False
    found = False
    length = text.count(" ") - 1
    for place in _places(name.text, text):
        if place + length <= start or place >= stop:
            found = True
            explained[place : place + length] = b"\1" * length
    return found


class _Reader:
    """Collect what the parts of a name mean beside a title."""

    __slots__ = (
        "additions",
        "beside",
        "explained",
        "extra",
        "holds_addition",
        "start",
        "stop",
        "target",
        "unexplained",
        "words",
    )

    def __init__(
        self, target: Target, words: tuple[str, ...], explained: bytearray, start: int, stop: int
    ) -> None:
        """Begin with nothing collected."""
        self.target = target
        self.words = words
        self.explained = explained
        self.start = start
        self.stop = stop
        self.extra: list[str] = []
        self.additions: list[str] = []
        self.beside: list[Beside] = []
        self.unexplained: list[str] = []
        self.holds_addition = False

    def _left(self, start: int, stop: int) -> tuple[str, ...]:
        """Return the words of a range that are still unexplained."""
        return tuple(self.words[i] for i in range(start, stop) if not self.explained[i])

    def read_title_part(self, part: Part) -> None:
        """Read the part that holds the title: whatever else stands there belongs to it."""
        before = self._left(part.start, min(self.start, part.stop))
        while before and is_number(before[0]):
            before = before[1:]
        if before:
            self._read_neighbours(before, credit=any(self.explained[part.start : self.start]))
        after = self._left(max(self.stop, part.start), part.stop)
        if not after:
            return
        number = after[0]
        if (
            number.isdigit()
            and not is_year(number)
            and number not in STANDARD_BIT_RATES
            and not part.bracketed
        ):
            self.extra.extend(after)
            return
        self._read_neighbours(after, credit=False)

    def _read_neighbours(self, words: tuple[str, ...], *, credit: bool) -> None:
        """Read words right beside the title."""
        if all(word in ARTICLES or word in TECHNICAL_WORDS for word in words):
            return
        region = read_region(words, False)
        if region.versions:
            self._add_versions(region, "")
        elif region.foreign:
            if credit and words[0] in ("and", "vs", "x", "with"):
                self.unexplained.append(" ".join(words))
            else:
                self.extra.extend(words)

    def read_bracket(self, part: Part, *, behind_title: bool, after: bool) -> None:
        """Read a bracket: an addition to the title when it stands right behind it."""
        words = self.words[part.start : part.stop]
        if words in self.target.title.additions:
            self.holds_addition = True
            return
        left = self._left(part.start, part.stop)
        if not left:
            return
        region = read_region(left, True)
        text = f" {' '.join(words)} "
        if region.versions:
            self._add_versions(region, "" if after else text)
        elif region.foreign and behind_title:
            self.additions.append(text)

    def read_part(self, part: Part) -> bool:
        """Read a part of its own; tell whether a bracket behind it still belongs to the title."""
        left = self._left(part.start, part.stop)
        while left and is_number(left[0]):
            left = left[1:]
        if not left:
            return False
        words = self.words[part.start : part.stop]
        if words in self.target.title.additions:
            self.holds_addition = True
            return True
        region = read_region(left, True)
        text = f" {' '.join(words)} "
        if region.versions:
            self._add_versions(region, text)
            return True
        if region.foreign:
            is_credit = any(self.explained[part.start : part.stop])
            if not is_credit and not _is_hash(left):
                self.unexplained.append(text)
            return False
        return True

    def _add_versions(self, region: Region, part_text: str) -> None:
        """Note versions, with the words that a folder may explain."""
        self.beside.extend(Beside(version, part_text) for version in region.versions)


def _is_hash(words: tuple[str, ...]) -> bool:
    """Tell whether a part is a checksum that some program put behind the name."""
    return (
        len(words) == 1
        and len(words[0]) == _HASH_LENGTH
        and all(letter in "0123456789abcdef" for letter in words[0])
    )


def _match_loosely(target: Target, name: Name) -> TitleMatch:
    """Look for a title spelled differently, in other letters, or cut short."""
    if target.romanised or has_other_script(name.text):
        match = _match_romanised(target, name)
        if match is not None:
            return match
    for part in reversed(name.parts):
        if part.bracketed:
            continue
        own = _own_words(target, name.words, part)
        if not own:
            continue
        if _is_close(without_articles(own), target.close_text) and _numbers(own) == _numbers(
            target.title.full
        ):
            return _read_around(target, name, part.stop - len(own), part.stop, TitleLevel.CLOSE)
        if (
            len(own) < len(target.title.full)
            and target.title.full[: len(own)] == own
            and len("".join(own)) >= _SHORTEST_START
        ):
            return _read_around(target, name, part.stop - len(own), part.stop, TitleLevel.SHORTENED)
    return NO_TITLE


def _own_words(target: Target, words: tuple[str, ...], part: Part) -> tuple[str, ...]:
    """Return a part's words without leading numbers and the artist's name before them."""
    own = words[part.start : part.stop]
    while own and is_number(own[0]):
        own = own[1:]
    for form in target.artists:
        length = form.text.count(" ") - 1
        if len(own) > length and f" {' '.join(own[:length])} " == form.text:
            return own[length:]
    return own


def _numbers(words: tuple[str, ...]) -> list[str]:
    """Return the numbers among words; they tell parts and takes apart."""
    return [word for word in words if word.isdigit()]


def _is_close(one: str, other: str) -> bool:
    """Tell whether two texts differ by slips of the pen only."""
    longest = max(len(one), len(other))
    edits = min(longest // _LETTERS_PER_EDIT, _MOST_EDITS)
    if one == other:
        return True
    if not edits and longest >= 4 and one[:1] == other[:1]:
        edits = 1
    return edits > 0 and DamerauLevenshtein.distance(one, other, score_cutoff=edits) <= edits


def _match_romanised(target: Target, name: Name) -> TitleMatch | None:
    """Return a match of both names written in Latin letters, None when they differ."""
    wanted = sound_of((target.romanised or target.compact_full).replace(" ", ""))
    for part in name.parts:
        words = name.words[part.start : part.stop]
        first = next((i for i, word in enumerate(words) if not is_number(word)), len(words))
        own = " ".join(words[first:])
        if own and sound_of((romanise(own) or own).replace(" ", "")) == wanted:
            return _read_around(target, name, part.start + first, part.stop, TitleLevel.CLOSE)
    return None
