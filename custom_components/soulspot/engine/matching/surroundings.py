"""Understand everything that stands beside a title in a file's name."""

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from .artists import JOINERS, Presence, presence
from .names import Name, Part
from .spelling import is_slip
from .target import Target
from .transliteration import romanise, sound_of
from .versions import Region, Version, is_number, is_year, read_region
from .words import ARTICLES, PART_NOUNS, STANDARD_BIT_RATES, TECHNICAL_WORDS

_SLIP_CACHE = 1_024
_HASH_LENGTH = 8
_CATALOGUE_LENGTH = 5
_SIDES = frozenset("abcdefgh")
_TITLE, _ARTIST, _ALBUM = b"\1", b"\2", b"\3"
_MOST_PLACES = 4


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
    artist: Presence = Presence.NONE
    has_album: bool = False
    names_other_song: bool = False  # The words in `extra` are the title of the file.

    @property
    def depends_on_folder(self) -> bool:
        """Tell whether the folder's words may explain something in the name."""
        return bool(
            self.additions or self.unexplained or any(item.part_text for item in self.beside)
        )

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


def places(text: str, wanted: str) -> list[int]:
    """Return the word positions at which a text stands, the last first."""
    found: list[int] = []
    at = text.rfind(wanted)
    while at >= 0 and len(found) < _MOST_PLACES:
        found.append(text.count(" ", 0, at + 1) - 1)
        at = text.rfind(wanted, 0, at + len(wanted) - 1)
    return found


def read_around(target: Target, name: Name, start: int, stop: int, level: TitleLevel) -> TitleMatch:
    """Return what a name says when the title stands at this range of words."""
    text = name.text
    explained = bytearray(len(name.words))
    explained[start:stop] = _TITLE * (stop - start)
    has_artist = False
    has_album = target.album_text in text and _explain(
        text, target.album_text, explained, start, stop, _ALBUM
    )
    for form in target.artists:
        if form.text in text and _explain(text, form.text, explained, start, stop, _ARTIST):
            has_artist = True
    if has_artist and has_album:  # Where both are called the same, one mention is the artist's.
        has_album = _ALBUM in explained or text.count(target.album_text) > 1
    first = explained.find(0)
    if first < 0 or _are_positions(name.words, explained, first, start):
        artist = Presence.CLEAR if has_artist else Presence.NONE
        return TitleMatch(level, artist=artist, has_album=has_album)
    reader = _Reader(target, name, explained, start, stop)
    title_seen = beside_title = False
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
        reader.artist,
        has_album,
        reader.names_other_song,
    )


def _are_positions(words: tuple[str, ...], explained: bytearray, first: int, start: int) -> bool:
    """Tell whether all that is left are numbers before the title."""
    while 0 <= first < start and is_number(words[first]):
        first = explained.find(0, first + 1)
    return first < 0


def _explain(
    text: str, wanted: str, explained: bytearray, start: int, stop: int, mark: bytes
) -> bool:
    """Mark the words of a text wherever it stands outside the title; tell whether it does."""
    if not wanted:
        return False
    found = False
    length = wanted.count(" ") - 1
    for place in places(text, wanted):
        if place + length <= start or place >= stop:
            found = True
            explained[place : place + length] = mark * length
    return found


class _Reader:
    """Collect what the parts of a name mean beside a title."""

    __slots__ = (
        "additions",
        "artist",
        "beside",
        "explained",
        "extra",
        "holds_addition",
        "name",
        "names_other_song",
        "start",
        "stop",
        "target",
        "unexplained",
        "words",
    )

    def __init__(
        self, target: Target, name: Name, explained: bytearray, start: int, stop: int
    ) -> None:
        """Begin with nothing collected."""
        self.target = target
        self.name = name
        self.words = name.words
        self.artist = Presence.NONE
        self.explained = explained
        self.start = start
        self.stop = stop
        self.extra: list[str] = []
        self.additions: list[str] = []
        self.beside: list[Beside] = []
        self.unexplained: list[str] = []
        self.holds_addition = False
        self.names_other_song = False

    def _left(self, start: int, stop: int) -> tuple[str, ...]:
        """Return the words of a range that are still unexplained."""
        if start >= stop:
            return ()
        count = self.explained.count(0, start, stop)
        if not count:
            return ()
        words = self.words[start:stop]
        if count == len(words):
            return words
        marks = self.explained[start:stop]
        return tuple([word for word, mark in zip(words, marks, strict=True) if not mark])

    def read_title_part(self, part: Part) -> None:
        """Read the part that holds the title: whatever else stands there belongs to it."""
        if self._has_artist(part):
            self.artist = Presence.CLEAR
        before = self._left(part.start, min(self.start, part.stop))
        if part.start == 0 and before and before[0] in _SIDES:
            before = before[1:]
        while before and is_number(before[0]):
            before = before[1:]
        if before:
            self._read_neighbours(before, credit=any(self.explained[part.start : self.start]))
        after = self._left(max(self.stop, part.start), part.stop)
        if not after:
            return
        if part.bracketed and part.start and self._is_another_songs_remix(part, after):
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

    def _is_another_songs_remix(self, part: Part, after: tuple[str, ...]) -> bool:
        """Tell whether the title is only who made a version of another song: "Second Bad Vilbel (Eutow edit)"."""
        song = [word for word in self._left(0, part.start) if not is_number(word)]
        if not (
            song and read_region(after, False).versions and read_region(tuple(song), True).foreign
        ):
            return False
        self.extra.extend(song)
        self.names_other_song = True
        return True

    def _read_neighbours(self, words: tuple[str, ...], *, credit: bool) -> None:
        """Read words right beside the title."""
        if all(word in ARTICLES or word in TECHNICAL_WORDS for word in words):
            return
        region = read_region(words, False)
        if region.versions:
            self._add_versions(region, "")
        elif region.foreign:
            if credit and words[0] in JOINERS:
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
        if left and self._is_short_name(left):
            return
        region = read_region(left, True) if left else None
        if self._has_artist(part) and not (region and region.versions):
            self.artist = Presence.CLEAR
        if region is None:
            return
        text = f" {' '.join(words)} "
        if self.target.romanised and not region.versions and self._translates(words):
            return
        if region.versions:
            self._add_versions(region, "" if after else text)
        elif region.foreign and behind_title and not self._is_described_version(words):
            if not any(_is_catalogue_number(word) for word in left):
                self.additions.append(text)

    def read_part(self, part: Part) -> bool:
        """Read a part of its own; tell whether a bracket behind it still belongs to the title."""
        if self._has_artist(part):
            self.artist = max(
                self.artist, presence(self.target.artists, self.name, part, self.target.album_words)
            )
        left = self._left(part.start, part.stop)
        if (
            part.stop <= self.start
        ):  # A side or a volume before the title only says where it stands.
            if len(left) > 1 and self._is_short_name(left):
                return False
            left = tuple([word for word in left if len(word) > 1 and word not in PART_NOUNS])
        while left and is_number(left[0]):
            left = left[1:]
        if not left or self._is_short_name(left):
            return False
        words = self.words[part.start : part.stop]
        if words in self.target.title.additions:
            self.holds_addition = True
            return True
        region = read_region(left, True)
        if region.foreign and self._is_numbered_behind(part):
            self.extra.extend(left)
            self.names_other_song = True
            return False
        text = f" {' '.join(words)} "
        if region.versions:
            self._add_versions(region, text)
            return True
        if region.foreign:
            is_credit = self._has_artist(part) and any(
                word in JOINERS or word in ("dj", "mc") for word in words
            )
            if not (is_credit or _is_hash(left) or self._is_scene_group(part)):
                self.unexplained.append(text)
            return False
        return True

    def _translates(self, words: tuple[str, ...]) -> bool:
        """Tell whether Latin letters beside a title in other letters say the same once more: 봄날 (Spring Day)."""
        if not all(word.isascii() for word in words):
            return False
        spelled = sound_of("".join(words))
        additions = (romanise(" ".join(addition)) for addition in self.target.title.additions)
        if any(sound_of(addition.replace(" ", "")) == spelled for addition in additions):
            self.holds_addition = True
        return True

    def _is_short_name(self, words: tuple[str, ...]) -> bool:
        """Note an artist named for short or misspelled; that is a hint which other evidence must bear out."""
        target = self.target
        if " ".join(words) not in target.short_names and not _is_misspelled(
            words, target.long_names
        ):
            return False
        self.artist = max(self.artist, Presence.WEAK)
        return True

    def _is_numbered_behind(self, part: Part) -> bool:
        """Tell whether a part behind the title has a track's number before it: then it is the title."""
        if part.start < self.stop:
            return False
        number = self.words[part.start]
        if part.stop - part.start > 1 and number.isdigit():
            return not is_year(number)
        number = self.words[part.start - 1]
        stands_alone = (
            part.start > self.stop and Part(part.start - 1, part.start, False) in self.name.parts
        )
        return stands_alone and number.isdigit() and not is_year(number)

    def _is_described_version(self, words: tuple[str, ...]) -> bool:
        """Note a wanted version that is told by its place or person alone: [Electric Ballroom, London]."""
        for version in self.target.title.versions:
            if any(word in version.detail and not word.isdigit() for word in words):
                self.beside.append(Beside(Version(version.kind, frozenset(words)), ""))
                return True
        return False

    def _has_artist(self, part: Part) -> bool:
        """Tell whether a part holds the artist's name."""
        return self.explained.find(_ARTIST, part.start, part.stop) >= 0

    def _is_scene_group(self, part: Part) -> bool:
        """Tell whether a part is the group's name at the end of a scene name."""
        return self.name.is_scene and part.stop == len(self.words) and part.stop - part.start == 1

    def _add_versions(self, region: Region, part_text: str) -> None:
        """Note versions, with the words that a folder may explain."""
        self.beside.extend(Beside(version, part_text) for version in region.versions)


@lru_cache(maxsize=_SLIP_CACHE)
def _is_misspelled(words: tuple[str, ...], names: tuple[tuple[str, ...], ...]) -> bool:
    """Tell whether words are one of some names but for a slip of the pen or a middle name."""
    return any(is_slip(words, name) or _has_middle_name(words, name) for name in names)


def _has_middle_name(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Tell whether words are a name with one more inside: Fela Anikulapo Kuti."""
    is_longer = len(name) == 2 and len(words) == 3 and words[1] not in JOINERS
    return is_longer and (words[0], words[-1]) == name


def _is_catalogue_number(word: str) -> bool:
    """Tell whether a word is a record company's number: rt023, warplp496x."""
    digits = sum(letter.isdigit() for letter in word)
    return len(word) >= _CATALOGUE_LENGTH and 2 <= digits <= len(word) - 2 and word.isascii()


def _is_hash(words: tuple[str, ...]) -> bool:
    """Tell whether a part is a checksum that some program put behind the name."""
    return (
        len(words) == 1
        and len(words[0]) == _HASH_LENGTH
        and all(letter in "0123456789abcdef" for letter in words[0])
    )
