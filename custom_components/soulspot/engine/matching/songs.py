"""Compare titles and artists as metadata services and tags write them."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
import re

from .artists import artist_forms, is_same_artist
from .comparing import family
from .names import parse_name
from .spelling import is_slip, numbers
from .target import SongTitle, read_title
from .transliteration import has_other_script, romanise, sound_of
from .versions import Version
from .works import is_same_work, read_work

# Where additions of titles begin: "Song (Live)", "Song - Remastered 2011", "Song feat. B".
_ADDITION = re.compile(r"\s*[(\[]|\s[-–—]\s|\s(?:feat|ft|featuring)\b", re.IGNORECASE)


class TitleAgreement(IntEnum):
    """Say how two titles agree, best first."""

    SAME = 0
    CLOSE = 1  # Spelled a little differently.
    ADDITION = 2  # One says more than the other.
    OTHER_VERSION = 3
    DIFFERENT = 4


def compare_titles(one: str, other: str, artists: Sequence[str] = ()) -> TitleAgreement:
    """Return how two song titles agree; artists' names before a title are ignored."""
    first, second = (
        read_title(_without_artist(one, artists)),
        read_title(_without_artist(other, artists)),
    )
    words = _compare_words(first, second)
    if words is TitleAgreement.DIFFERENT:
        words = _compare_behind_artist(one, other)
    if words is TitleAgreement.DIFFERENT:
        return words
    versions = compare_version_sets(first.versions, second.versions)
    return max(words, versions)


def is_same_title(one: str, other: str) -> bool:
    """Tell whether two titles can name the same recording; what one adds is for the length to judge."""
    return compare_titles(one, other) <= TitleAgreement.ADDITION


def compare_version_sets(one: Sequence[Version], other: Sequence[Version]) -> TitleAgreement:
    """Return whether two titles name the same version."""
    if {family(version.kind) for version in one} != {family(version.kind) for version in other}:
        return TitleAgreement.OTHER_VERSION
    for version in one:
        details = [twin.detail for twin in other if family(twin.kind) is family(version.kind)]
        if (
            version.detail
            and all(details)
            and not any(version.detail & detail for detail in details)
        ):
            return TitleAgreement.OTHER_VERSION
    if {version.detail for version in one} != {version.detail for version in other}:
        return TitleAgreement.ADDITION
    return TitleAgreement.SAME


def _compare_words(one: SongTitle, other: SongTitle) -> TitleAgreement:
    """Return how the words of two titles agree, versions aside."""
    if "".join(one.full) == "".join(other.full):
        return TitleAgreement.SAME
    works = read_work(one.full), read_work(other.full)
    if any(work.is_certain for work in works) and is_same_work(*works):
        return TitleAgreement.CLOSE
    if is_slip(one.full, other.full) or _sounds_alike(one.full, other.full):
        return TitleAgreement.CLOSE
    if (one.has_addition or other.has_addition) and numbers(one.full) == numbers(other.full):
        if "".join(one.core) == "".join(other.core):
            both = bool(one.additions) and bool(other.additions)
            return TitleAgreement.DIFFERENT if both else TitleAgreement.ADDITION
    return TitleAgreement.DIFFERENT


def _sounds_alike(one: Iterable[str], other: Iterable[str]) -> bool:
    """Tell whether two names in different scripts sound alike."""
    texts = [" ".join(one), " ".join(other)]
    if has_other_script(texts[0]) == has_other_script(texts[1]):
        return False
    sounds = [sound_of((romanise(text) or text).replace(" ", "")) for text in texts]
    return sounds[0] == sounds[1]


def _without_artist(title: str, artists: Sequence[str]) -> str:
    """Return a title without "Artist - " before it."""
    head, dash, tail = title.partition(" - ")
    if dash and tail and any(is_same_artist(head, artist) for artist in artists):
        return tail
    return title


def _compare_behind_artist(one: str, other: str) -> TitleAgreement:
    """Return how titles agree when one has some artist's name before it."""
    for whole, prefixed in ((one, other), (other, one)):
        for separator in (" - ", ": "):
            head, found, tail = prefixed.partition(separator)
            if found and not parse_name(head).text.strip().isdigit():
                if _compare_words(read_title(whole), read_title(tail)) is TitleAgreement.SAME:
                    return TitleAgreement.CLOSE
    return TitleAgreement.DIFFERENT


def bare_title(title: str) -> str:
    """Return a title without what services add to it; one that is nothing but an addition stays whole."""
    return _ADDITION.split(title.strip(), maxsplit=1)[0].strip() or title


def share_artist(one: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two lists of artists have an act in common."""
    return any(is_same_artist(a, b) for a in one for b in other) or any(
        _credits(a, b) or _credits(b, a) for a in one for b in other
    )


def _credits(credit: str, artist: str) -> bool:
    """Tell whether a joint credit such as "A feat. B" names an artist."""
    text = parse_name(credit).text
    return any(
        f"{form.text}feat" in text or text.startswith(f"{form.text}and ")
        for form in artist_forms(artist)
    )
