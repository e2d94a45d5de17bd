"""Find the wanted title in a file's name, also when it is spelled differently."""

from rapidfuzz import fuzz

from .artists import Presence
from .names import Name, Part
from .spelling import is_slip, numbers
from .surroundings import NO_TITLE, TitleLevel, TitleMatch, places, read_around
from .target import Target
from .transliteration import has_other_script, romanise, sound_of
from .versions import is_number
from .works import is_same_work, read_work

_MOST_PLACES = 4
_SHORTEST_CUT = 10
_SHORTEST_START = 5  # letters that a shortened title must have left.
_ALIKE = 70  # per cent; less alike than this cannot be a slip of the pen.


_TITLE_ALONE = TitleMatch(TitleLevel.FULL)
_ARTIST_AND_TITLE = TitleMatch(TitleLevel.FULL, artist=Presence.CLEAR)


def match_title(target: Target, name: Name) -> TitleMatch:
    """Return the best reading of a file's name."""
    text = name.text
    if target.full_text in text:
        names_artist = target.plain_names.get(name.plain)
        if names_artist is not None:
            return _ARTIST_AND_TITLE if names_artist else _TITLE_ALONE
        starts = places(text, target.full_text)
        return _best(target, name, starts, len(target.title.full), TitleLevel.FULL)
    joined = text.replace(" ", "")
    if target.compact_full in joined and (
        ranges := _compact_places(name.words, target.compact_full)
    ):
        return _best_ranges(target, name, ranges, TitleLevel.FULL)
    if target.articleless and f" {' '.join(target.articleless)} " in text:
        starts = places(text, f" {' '.join(target.articleless)} ")
        return _best(target, name, starts, len(target.articleless), TitleLevel.FULL)
    if target.title.has_addition and (match := _match_core(target, name, joined)):
        return match
    return _match_loosely(target, name, joined)


def _match_core(target: Target, name: Name, joined: str) -> TitleMatch | None:
    """Return the best reading of a name that has the title without its addition."""
    text = name.text
    if target.core_text in text:
        starts = places(text, target.core_text)
        return _best(target, name, starts, len(target.title.core), TitleLevel.CORE)
    if target.articleless_core and target.articleless_core in text:
        starts = places(text, target.articleless_core)
        length = target.articleless_core.count(" ") - 1
        return _best(target, name, starts, length, TitleLevel.CORE)
    if target.compact_core in joined:
        if ranges := _compact_places(name.words, target.compact_core):
            return _best_ranges(target, name, ranges, TitleLevel.CORE)
    return None


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
    target: Target, name: Name, starts: list[int], length: int, level: TitleLevel
) -> TitleMatch:
    """Return the best reading among places of a fixed length."""
    best: TitleMatch | None = None
    for start in starts:
        match = read_around(target, name, start, start + length, level)
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
        (read_around(target, name, start, stop, level) for start, stop in places),
        key=lambda m: m.badness,
    )


def _match_loosely(target: Target, name: Name, joined: str) -> TitleMatch:
    """Look for a title spelled differently, in other letters, or cut short."""
    if target.romanised or has_other_script(name.text):
        match = _match_romanised(target, name)
        if match is not None:
            return match
    if (target.work or target.movement) and (match := _match_work(target, name)):
        return match
    full = target.title.full
    if f" {full[0]} " not in name.text and not fuzz.partial_ratio(
        target.compact_full, joined, score_cutoff=_ALIKE
    ):
        return NO_TITLE
    for part in reversed(name.parts):
        if part.bracketed or not (own := _own_words(target, name.words, part)):
            continue
        start = part.stop - len(own)
        if numbers(own) != numbers(full):
            continue
        if is_slip(own, full):
            return read_around(target, name, start, part.stop, TitleLevel.CLOSE)
        if _is_beginning(own, full):
            return read_around(target, name, start, part.stop, TitleLevel.SHORTENED)
    return NO_TITLE


def _match_work(target: Target, name: Name) -> TitleMatch | None:
    """Return a match with a work named less fully, or with a movement whose work the album names."""
    words = name.words
    for part in name.parts:
        if part.bracketed:
            continue
        start = part.start
        while start < part.stop - 1 and is_number(words[start]):
            start += 1
        if target.work and is_same_work(read_work(words[start:]), target.work):
            return read_around(target, name, start, len(words), TitleLevel.CLOSE)
        is_part = target.movement and words[start : part.stop] == target.movement
        if is_part and target.whole.isdisjoint(words):
            return read_around(target, name, start, part.stop, TitleLevel.SHORTENED)
    return None


def _is_beginning(own: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Tell whether words are a title's first ones, or the title cut off anywhere after a good deal of it."""
    written, title = "".join(own), "".join(full)
    if len(own) < len(full) and full[: len(own)] == own:
        return len(written) >= _SHORTEST_START
    return len(written) >= _SHORTEST_CUT and len(written) < len(title) and title.startswith(written)


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


def _match_romanised(target: Target, name: Name) -> TitleMatch | None:
    """Return a match of both names written in Latin letters, None when they differ."""
    forms = {
        sound_of((romanise(" ".join(words)) or "".join(words)).replace(" ", ""))
        for words in (target.title.full, target.title.core)
    }
    for part in name.parts:
        first = next(
            (i for i in range(part.start, part.stop) if not is_number(name.words[i])), part.stop
        )
        for stop in {part.stop, len(name.words)}:
            own = " ".join(name.words[first:stop])
            if own and sound_of((romanise(own) or own).replace(" ", "")) in forms:
                return read_around(target, name, first, stop, TitleLevel.CLOSE)
    return None
