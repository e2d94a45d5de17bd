"""Read version words: from what stands beside a title, and from folder names."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from .names import Name
from .words import (
    AFTER_LIVE,
    AFTER_LIVE_WITH_MORE,
    AFTER_VERB_LIVE,
    BEFORE_VERB_LIVE,
    FILLERS,
    FOLDER_WORDS,
    GENERIC_NOUNS,
    GUEST_WORDS,
    LANGUAGES,
    LIVE_PAIRS,
    MIXED_CONTENTS,
    NEUTRAL_PHRASES,
    NEUTRAL_WORDS,
    NOT_OF_FOLDERS,
    PART_NOUNS,
    TECHNICAL_WORDS,
    VENUE_PHRASES,
    VENUES,
    VERSION_PHRASES,
    VERSION_WORDS,
    WEAK_GUEST_WORDS,
    WHOLE_NAME_LIVE,
    VersionKind,
)

_WORD_CACHE = 4_096
_LONGEST_PHRASE = 4


class Version(NamedTuple):
    """Hold a kind of version and the words that describe which one."""

    kind: VersionKind
    detail: frozenset[str]


class Region(NamedTuple):
    """Hold what a few words beside a title mean."""

    versions: tuple[Version, ...]
    foreign: tuple[str, ...]  # Words without a known meaning; empty when there are versions.


NOTHING = Region((), ())


def is_number(word: str) -> bool:
    """Tell whether a word is a position or a year: 07, 1979, a1, cd2."""
    return word[-1].isdigit() and (
        word.isdigit() or (len(word) <= 4 and word.rstrip("0123456789") in _NUMBER_PREFIXES)
    )


_NUMBER_PREFIXES = frozenset(
    {"", "a", "b", "c", "d", "e", "f", "g", "h", "cd", "t", "lp", "s", "v"}
)


def is_year(word: str) -> bool:
    """Tell whether a word can be a year of release."""
    return len(word) == 4 and word.isdigit() and "1900" <= word <= "2099"


@lru_cache(maxsize=_WORD_CACHE)
def read_region(words: tuple[str, ...], bracketed: bool) -> Region:
    """Return what words beside a title say: versions, nothing, or something foreign.

    In brackets and in parts of their own more words are neutral than right beside a title.
    """
    words = _without_guests(words, bracketed=bracketed)
    if not words or "www" in words:  # Where a file was got from.
        return NOTHING
    kinds: list[VersionKind] = []
    generic: list[VersionKind] = []
    rest: list[str] = []
    position = 0
    while position < len(words):
        length, kind = _phrase_at(words, position)
        if length:
            if kind is not None:
                kinds.append(kind)
            position += length
            continue
        word = words[position]
        if word in VERSION_WORDS:
            kinds.append(VERSION_WORDS[word])
        elif word in GENERIC_NOUNS:
            generic.append(GENERIC_NOUNS[word])
        else:
            rest.append(word)
        position += 1
    neutral = NEUTRAL_WORDS if bracketed else TECHNICAL_WORDS
    foreign = [
        word
        for word in rest
        if word not in neutral and word not in GUEST_WORDS and not is_number(word)
    ]
    foreign += [
        word for word, following in pairwise(words) if word in PART_NOUNS and is_number(following)
    ]
    if not kinds and generic:
        kinds = _generic_kinds(generic, rest, foreign)
    if not kinds:
        return Region((), tuple(foreign))
    detail = frozenset(
        word for word in rest if word not in FILLERS and word not in NEUTRAL_WORDS
    ) or frozenset(word for word in rest if word == "a")
    return Region(tuple(Version(kind, detail) for kind in dict.fromkeys(kinds)), ())


def _generic_kinds(
    generic: list[VersionKind], rest: list[str], foreign: list[str]
) -> list[VersionKind]:
    """Return what "mix", "version" or "edition" mean with the words around them."""
    if VersionKind.REMIX in generic:
        return [VersionKind.REMIX]
    if VersionKind.LANGUAGE in generic or any(word in LANGUAGES for word in rest):
        return [VersionKind.LANGUAGE]
    if foreign or any(is_year(word) for word in rest):
        return [VersionKind.OTHER]
    return []


def _without_guests(words: tuple[str, ...], *, bracketed: bool) -> tuple[str, ...]:
    """Return words without guest credits and their names."""
    for position, word in enumerate(words):
        if word in GUEST_WORDS and position + 1 < len(words):
            behind = words[position + 1 :]
            weak = word in WEAK_GUEST_WORDS
            if weak and (
                position or not bracketed or any(name in VERSION_WORDS for name in behind)
            ):
                continue
            return words[:position] + tuple(
                name for name in behind if not weak and name in _NEVER_GUESTS
            )
    return words


_NEVER_GUESTS = frozenset(
    {"remix", "live", "acoustic", "instrumental", "karaoke", "demo", "edit", "acapella", "mix"}
)


def _phrase_at(words: Sequence[str], position: int) -> tuple[int, VersionKind | None]:
    """Return the length of a known phrase that begins here, and its kind; None for neutral ones."""
    for length in range(min(_LONGEST_PHRASE, len(words) - position), 1, -1):
        phrase = " ".join(words[position : position + length])
        if phrase in VERSION_PHRASES:
            return length, VERSION_PHRASES[phrase]
        if phrase in NEUTRAL_PHRASES:
            return length, None
    return 0, None


# Words too common among folders to be sought.
_COMMON = NEUTRAL_WORDS | {"rock"}


def _rarest(phrase: str) -> str:
    """Return the word of a phrase that is least likely to be met without it."""
    return max(phrase.split(), key=lambda word: (word not in _COMMON, len(word)))


# One of these is enough for a folder's name to be read word by word.
_ALONE_MARKING = {"live", "at", "tour"}.union(FOLDER_WORDS, VENUES, map(_rarest, WHOLE_NAME_LIVE))
_PHRASES_WITH: dict[str, list[str]] = {}  # By one of their words.
for _phrase in (*VERSION_PHRASES, *VENUE_PHRASES):
    _PHRASES_WITH.setdefault(_rarest(_phrase), []).append(f" {_phrase} ")
# A folder's name without any of these says nothing about versions.
MARKERS = frozenset(_ALONE_MARKING.union(VERSION_WORDS, _PHRASES_WITH))


class FolderMark(NamedTuple):
    """Hold a version word of a folder and its place among the folder's words."""

    kind: VersionKind
    position: int
    is_sure: bool = True


def marks_in(name: Name) -> tuple[FolderMark, ...]:
    """Return the version words of a folder or album name that are about the recordings in it.

    "Live at Leeds" and "Y - Live" are, "Live Through This" and "Long Live the Angels" are not.
    """
    if MARKERS.isdisjoint(name.words) or not _may_be_marked(name):
        return ()
    marks = _hints(name)
    for part in name.parts:
        words = name.words[part.start : part.stop]
        is_sure = not (part.bracketed and any(word in MIXED_CONTENTS for word in words))
        telling = [word for word in words if word not in NEUTRAL_WORDS and not is_number(word)]
        if " ".join(telling) in WHOLE_NAME_LIVE:
            place = part.start + words.index(telling[0])
            marks.append(FolderMark(VersionKind.LIVE, place, is_sure))
            continue
        for offset in range(len(words)):
            kind = _kind_in_folder(words, offset, bracketed=part.bracketed)
            if kind is not None:
                marks.append(FolderMark(kind, part.start + offset, is_sure))
    return tuple(marks)


def _may_be_marked(name: Name) -> bool:
    """Tell whether a folder's name is worth reading: "Alternative" alone says nothing, in brackets it may."""
    words = MARKERS.intersection(name.words)
    if not _ALONE_MARKING.isdisjoint(words):
        return True
    text = name.text
    if any(phrase in text for word in words for phrase in _PHRASES_WITH.get(word, ())):
        return True
    return not words.isdisjoint(VERSION_WORDS) and any(part.bracketed for part in name.parts)


def _kind_in_folder(words: Sequence[str], offset: int, *, bracketed: bool) -> VersionKind | None:
    """Return the version a folder's word means; in brackets more words mean one."""
    word = words[offset]
    if word == "live":
        return VersionKind.LIVE if _is_about_recording(words, offset, bracketed=bracketed) else None
    if word in FOLDER_WORDS:
        return FOLDER_WORDS[word]
    kind = _phrase_at(words, offset)[1]
    if kind is None and bracketed:
        kind = VERSION_WORDS.get(word)
    return None if kind in NOT_OF_FOLDERS else kind


def _hints(name: Name) -> list[FolderMark]:
    """Return what may mean a concert: "Live Killers", "At Budokan", "Comes Alive", "Reality Tour"."""
    hints: list[FolderMark] = []
    for part in name.parts:
        words = name.words[part.start : part.stop]
        first = next((i for i, word in enumerate(words) if not is_number(word)), len(words) - 1)
        text = f" {' '.join(words)} "
        is_live_noun = (
            words[first] == "live"
            and first + 1 < len(words)
            and words[first + 1] not in AFTER_VERB_LIVE
        )
        starts_with_at = words[first] == "at" and first + 1 < len(words)
        telling = [word for word in words if word not in NEUTRAL_WORDS and not is_number(word)]
        is_tour = len(telling) > 1 and telling[-1] == "tour"
        if is_live_noun or starts_with_at or is_tour:
            hints.append(FolderMark(VersionKind.LIVE, part.start + first, is_sure=False))
        for offset, word in enumerate(words):
            if word in VENUES:
                hints.append(FolderMark(VersionKind.LIVE, part.start + offset, is_sure=False))
        hints.extend(
            FolderMark(
                VersionKind.LIVE,
                part.start + text.count(" ", 0, text.index(f" {phrase} ") + 1) - 1,
                is_sure=False,
            )
            for phrase in VENUE_PHRASES
            if f" {phrase} " in text
        )
    return hints


def _is_about_recording(words: Sequence[str], offset: int, *, bracketed: bool) -> bool:
    """Tell whether "live" at this place means a live recording."""
    before = words[offset - 1] if offset else ""
    behind = [word for word in words[offset + 1 :] if not is_number(word) or is_year(word)]
    if not before and len(words) == offset + 1:
        return True
    if before in BEFORE_VERB_LIVE:
        return False
    if not behind or bracketed:
        return True
    following = behind[0]
    if following in AFTER_LIVE or is_year(following):
        return True
    if following in AFTER_LIVE_WITH_MORE:
        return len(behind) > 1
    return following == "and" and len(behind) > 1 and behind[1] in LIVE_PAIRS
