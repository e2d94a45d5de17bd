"""Prepare what is wanted once, so that every file can be compared quickly."""

from dataclasses import dataclass
import re

from .artists import ArtistForm, artist_forms, short_names
from .names import parse_name
from .transliteration import romanise
from .versions import Version, is_number, marks_in, read_region
from .wanted import WantedRecording
from .words import (
    ARTICLES,
    GUEST_WORDS,
    NEUTRAL_WORDS,
    PART_NOUNS,
    PLACE_WORDS,
    SOUNDTRACK_WORDS,
    WEAK_GUEST_WORDS,
    VersionKind,
)
from .works import Work, read_work

# A work with the names of its parts behind it: "2112: I. Overture / II. The Temples of Syrinx".
_ENUMERATED = re.compile(r"^(?P<work>[^:]+): (?:I\.? .+ / II\.? |1\.? .+ / 2\.? |[^/]+ / [^/]+ / )")

_HALVES = re.compile(r": | [-–—] ")
_LONG_NAME = 10  # letters of an artist's name, with the blanks around it, that may hold a slip.


@dataclass(frozen=True, slots=True, kw_only=True)
class SongTitle:
    """Hold a title taken apart: its words, its additions, the versions it names."""

    full: tuple[str, ...]  # With additions that may tell songs or takes apart.
    core: tuple[str, ...]  # Without them.
    additions: tuple[tuple[str, ...], ...]
    versions: tuple[Version, ...]

    @property
    def has_addition(self) -> bool:
        """Tell whether the title says more than its core."""
        return self.full != self.core


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Hold the prepared forms of a wanted recording; `seconds` is None when unknown."""

    title: SongTitle
    full_text: str
    core_text: str
    compact_full: str
    compact_core: str
    articleless: tuple[str, ...]  # Less the leading article; empty when too little is left.
    articleless_core: str  # Between blanks; empty when there is no addition or no article.
    romanised: str  # Empty when the title is in Latin letters.
    artists: tuple[ArtistForm, ...]
    names_artist: bool
    work: Work | None  # None when the title is a song's.
    movement: tuple[str, ...]  # What a title of two names calls its second half; may be empty.
    whole: frozenset[str]  # The telling words of its first half.
    short_names: frozenset[str]  # What the artists are called for short.
    long_names: tuple[tuple[str, ...], ...]  # Those of the artists that may hold a slip.
    is_place: bool  # The title only says where on a record it stands: "Intro".
    album_text: str  # Empty when unknown.
    album_words: tuple[str, ...]
    album_kinds: frozenset[VersionKind]  # What the album's name says or hints at.
    sure_album_kinds: frozenset[VersionKind]  # What it says beyond doubt.
    version_kinds: frozenset[VersionKind]
    seconds: float | None
    plain_names: dict[str, bool]  # Names that need no reading, and whether they hold the artist.


def read_title(title: str) -> SongTitle:
    """Return a title's parts; a title that is nothing but version words is taken as it stands."""
    name = parse_name(title)
    core: list[str] = []
    full: list[str] = []
    additions: list[tuple[str, ...]] = []
    versions: list[Version] = []
    seen_plain = False
    for part in name.parts:
        words = name.words[part.start : part.stop]
        if not part.bracketed and not seen_plain:
            seen_plain = True
            words = _without_guests(words)
            core.extend(words)
            full.extend(words)
            continue
        region = read_region(words, True)
        if region.versions:
            versions.extend(region.versions)
        elif region.foreign and versions and not part.bracketed:
            detail = versions[-1].detail | set(words)  # "Live in Tokyo - April 1978"
            versions[-1] = versions[-1]._replace(detail=detail)
        elif region.foreign:
            additions.append(words)
            full.extend(words)
    if not core:
        return SongTitle(full=name.words, core=name.words, additions=(), versions=())
    return SongTitle(
        full=tuple(full), core=tuple(core), additions=tuple(additions), versions=tuple(versions)
    )


def prepare(wanted: WantedRecording) -> Target:
    """Return the forms of a wanted recording."""
    enumerated = _ENUMERATED.match(wanted.title)
    title = read_title(enumerated["work"] if enumerated else wanted.title)
    articleless_core = _articleless(title.core) if title.has_addition else ()
    work = read_work(title.full)
    whole, movement = _halves(wanted.title)
    forms: dict[str, ArtistForm] = {}
    for artist in wanted.artists:
        for form in artist_forms(artist):
            forms.setdefault(form.text, form)
    for artist in wanted.artists:
        romanised = romanise(" ".join(parse_name(artist).words))
        if romanised:
            forms.setdefault(f" {romanised} ", ArtistForm(f" {romanised} ", False))
    album_words = album_core(wanted.album or "")
    marks = marks_in(parse_name(wanted.album or ""))
    full_text = f" {' '.join(title.full)} "
    album_text = f" {' '.join(album_words)} " if album_words else ""
    plain_names = {full_text: False}
    for form in forms.values():
        if not form.is_weak:
            name = form.text + full_text[1:]
            plain_names[name] = True
            if not album_text or album_text not in name:
                plain_names[f" the{name}"] = True
    return Target(
        title=title,
        full_text=full_text,
        core_text=f" {' '.join(title.core)} ",
        compact_full="".join(title.full),
        compact_core="".join(title.core),
        articleless=_articleless(title.full),
        articleless_core=f" {' '.join(articleless_core)} " if articleless_core else "",
        romanised=romanise(" ".join(title.full)),
        artists=tuple(forms.values()),
        names_artist=bool(forms),
        work=work if work.is_certain else None,
        movement=movement,
        whole=whole,
        long_names=tuple([tuple(text.split()) for text in forms if len(text) >= _LONG_NAME]),
        short_names=frozenset().union(*(short_names(artist) for artist in wanted.artists)),
        is_place=all(word in PLACE_WORDS or is_number(word) for word in title.core)
        and any(word in PLACE_WORDS for word in title.core),
        album_text=album_text,
        album_words=album_words,
        album_kinds=frozenset(mark.kind for mark in marks),
        sure_album_kinds=frozenset(mark.kind for mark in marks if mark.is_sure),
        version_kinds=frozenset(version.kind for version in title.versions),
        seconds=None if not wanted.duration_ms else wanted.duration_ms / 1000,
        plain_names=plain_names,
    )


def _halves(title: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the words of a work and of its part: "A Love Supreme, Pt. I – Acknowledgement"; else nothing."""
    halves = _HALVES.split(title)
    if len(halves) < 2:
        return frozenset(), ()
    words = parse_name(halves[-1]).words
    while words and (words[0] == "i" or is_number(words[0])):
        words = words[1:]
    region = read_region(words, True) if words else None
    if region is None or region.versions or not region.foreign:
        return frozenset(), ()
    whole = read_region(parse_name(" ".join(halves[:-1])).words, True).foreign
    return frozenset(whole) - PART_NOUNS, words


def album_core(album: str) -> tuple[str, ...]:
    """Return an album's words without edition notes: "Take Care (Deluxe)" is "take care"."""
    name = parse_name(album)
    words: list[str] = []
    for part in name.parts:
        own = name.words[part.start : part.stop]
        if words and _is_edition(own):
            continue
        words.extend(own)
    return _without_soundtrack(tuple(words))


def _without_soundtrack(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return an album's words less "original motion picture soundtrack" at their end."""
    if words and words[-1] in ("soundtrack", "ost", "score"):
        length = len(words)
        while length > 1 and words[length - 1] in SOUNDTRACK_WORDS - ARTICLES:
            length -= 1
        return words[:length]
    return words


def _is_edition(words: tuple[str, ...]) -> bool:
    """Tell whether words only name an edition."""
    return all(
        word in NEUTRAL_WORDS or is_number(word) or word == "version" or word in SOUNDTRACK_WORDS
        for word in words
    )


def _without_guests(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words up to a guest credit."""
    for position, word in enumerate(words):
        if position and word in GUEST_WORDS - WEAK_GUEST_WORDS and position + 1 < len(words):
            return words[:position]
    return words


def _articleless(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words less their leading article, or nothing when fewer than two would be left."""
    return words[1:] if len(words) > 2 and words[0] in ARTICLES else ()
