"""Read what the folders above a file say about artist, album and versions."""

from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from .artists import ArtistForm, Presence, presence
from .names import REWRITTEN, Name, Part, parse_name, plain_words
from .paths import folders_of, is_named, named_folders
from .target import Target
from .transliteration import has_other_script, romanise
from .versions import MARKERS, FolderMark, is_number, marks_in
from .words import MARKING_WORDS, NEUTRAL_WORDS, VersionKind

_FOLDER_CACHE = 2_048
_TEXT_CACHE = 256
_READERS = 4
_DEEPEST = 6  # folders; further up is the owner's own order.
_TELLING_ALBUM = 4  # letters: a shorter album name must be all a folder says.


class AlbumLevel(IntEnum):
    """Say what a folder says about the album."""

    EXACT = 0  # Nothing but the wanted album.
    CONTAINED = 1
    UNKNOWN = 2
    OTHER = 3  # It names something else.


class FolderMatch(NamedTuple):
    """Hold what the folders of a file say; folders that say the same share it, without their words."""

    artist: Presence
    album: AlbumLevel
    kinds: frozenset[VersionKind]  # Of the album's folder and those between it and the artist's.
    distant_kinds: frozenset[VersionKind]  # Of folders above the artist's: how the owner sorts.
    hinted_kinds: frozenset[VersionKind]  # What a name only hints at: "Live Killers", "At Budokan".
    names_others: bool  # The folder has the form "somebody - something", and neither is wanted.
    number: int  # One for all that say the same; 0 when there is no folder.
    parent: str = ""  # Where the words are asked for: the path above the file.

    @property
    def has_folder(self) -> bool:
        """Tell whether the path names any folder."""
        return self.number > 0

    @property
    def text(self) -> str:
        """Return the words of the folders: few files have anything for them to explain."""
        return text_of(self.parent)


class _Segment(NamedTuple):
    """Hold what one folder says about what is wanted, whatever stands above it."""

    artist: Presence
    album: AlbumLevel
    kinds: frozenset[VersionKind]
    hinted_kinds: frozenset[VersionKind]


_NO_KINDS: frozenset[VersionKind] = frozenset()
NO_FOLDER = FolderMatch(
    Presence.NONE, AlbumLevel.UNKNOWN, _NO_KINDS, _NO_KINDS, _NO_KINDS, False, 0
)
# Most folders name neither artist nor album, but a shelf or some other album.
_NOTHING = _Segment(Presence.NONE, AlbumLevel.UNKNOWN, _NO_KINDS, _NO_KINDS)
_SOMETHING = _Segment(Presence.NONE, AlbumLevel.OTHER, _NO_KINDS, _NO_KINDS)


class Shelf(NamedTuple):
    """Hold what folders are compared with: the same for all tracks of an album."""

    artists: tuple[ArtistForm, ...]
    short_names: frozenset[str]
    album_text: str
    album_words: tuple[str, ...]
    title_text: str  # Empty unless the title has words that mean versions in folders.


@lru_cache(maxsize=_READERS)
def reader_for(shelf: Shelf) -> FolderReader:
    """Return a reader that knows the folders of earlier tracks of the same album."""
    return FolderReader(shelf)


def shelf_of(target: Target) -> Shelf:
    """Return what the folders of a target's files are compared with."""
    is_telling = any(word in MARKING_WORDS for word in target.title.full)
    return Shelf(
        target.artists,
        target.short_names,
        target.album_text,
        target.album_words,
        target.full_text if is_telling else "",
    )


@lru_cache(maxsize=_TEXT_CACHE)
def text_of(parent: str) -> str:
    """Return the words of the folders of a path, between blanks."""
    return "".join([parse_name(raw).text for raw in named_folders(parent)[-_DEEPEST:]])


class FolderReader:
    """Read folders for the tracks of one album; what comes again is read once."""

    def __init__(self, shelf: Shelf) -> None:
        """Remember nothing yet."""
        self._shelf = shelf
        self._names = _names_of(shelf)
        self._segments: dict[str, _Segment] = {}
        self.known: dict[str, FolderMatch] = {}  # By the path above a file.
        self._matches: dict[tuple[object, ...], FolderMatch] = {}  # By what they say.
        self._numbers = count(1)

    def read(self, parent: str) -> FolderMatch:
        """Return what the folders of a path say, given without the file's name."""
        match = self.known.get(parent)
        if match is None:
            if len(self.known) >= _FOLDER_CACHE:
                self.known.clear()
                self._segments.clear()
            match = self.known[parent] = self._read(parent)
        return match

    def _read(self, parent: str) -> FolderMatch:
        """Return what folders say that are not remembered."""
        segments, near, artist = self._segments_of(parent)
        if not segments:
            return NO_FOLDER
        inner = segments[: near + 1]  # Up to the artist's folder.
        album, is_other = AlbumLevel.UNKNOWN, False
        for segment in inner:
            if segment.album is AlbumLevel.OTHER:
                is_other = True
            elif segment.album < album:
                album = segment.album
        if is_other and album is AlbumLevel.UNKNOWN:
            album = AlbumLevel.OTHER
        kinds = distant = hinted = _NO_KINDS
        for segment in segments:
            if segment.kinds or segment.hinted_kinds:
                kinds = _NO_KINDS.union(*[each.kinds for each in inner])
                hinted = _NO_KINDS.union(*[each.hinted_kinds for each in inner]) - kinds
                distant = _NO_KINDS.union(*[each.kinds for each in segments[near + 1 :]])
                break
        names_others = (
            artist is Presence.NONE
            and album is AlbumLevel.OTHER
            and _has_several_parts(named_folders(parent)[-1])
        )
        facts = (artist, album, kinds, distant, hinted, names_others)
        match = self._matches.get(facts)
        if match is None:
            match = self._matches.setdefault(facts, FolderMatch(*facts, next(self._numbers)))
        return match

    def _segments_of(self, parent: str) -> tuple[list[_Segment], int, Presence]:
        """Return what each folder of a path says, the innermost first, and which one names the artist how clearly."""
        known = self._segments
        segments: list[_Segment] = []
        artist, near = Presence.NONE, -1
        for raw in reversed(folders_of(parent)):
            segment = known.get(raw)
            if segment is None:
                if not is_named(raw):
                    continue
                segment = known[raw] = self._read_segment(raw)
            segments.append(segment)
            if segment.artist and segment.artist >= artist:
                artist, near = segment.artist, len(segments) - 1
            if len(segments) == _DEEPEST:
                break
        return segments, near if near >= 0 else 1, artist

    def _read_segment(self, raw: str) -> _Segment:
        """Return what one folder says; most say nothing that could be wanted, and are read no closer."""
        words: Sequence[str] | None = plain_words(raw)
        if not words or not REWRITTEN.isdisjoint(words):
            words = parse_name(raw).words
        is_silent = MARKERS.isdisjoint(words) and self._names.isdisjoint(words)
        if is_silent and (raw.isascii() or not has_other_script("".join(words))):
            return _SOMETHING if _is_telling(words) else _NOTHING
        return self._read_closely(raw, words, f" {' '.join(words)} ")

    def _read_closely(self, raw: str, words: Sequence[str], text: str) -> _Segment:
        """Return what a folder says that may name artist, album or a version."""
        shelf = self._shelf
        artist = _artist_presence(shelf, raw, words, text)
        if artist is not Presence.NONE or (shelf.album_words and shelf.album_words[0] in words):
            album = _album_level(shelf, words, text)
        else:
            album = AlbumLevel.OTHER if _is_telling(words) else AlbumLevel.UNKNOWN
        if MARKERS.isdisjoint(words) or not (marks := marks_in(name := parse_name(raw))):
            return _Segment(artist, album, _NO_KINDS, _NO_KINDS)
        kinds = _uncovered_kinds(shelf, name, marks, sure=True)
        return _Segment(artist, album, kinds, _uncovered_kinds(shelf, name, marks, sure=False))


def _names_of(shelf: Shelf) -> frozenset[str]:
    """Return words of which a folder must have one to name artist or album."""
    names = [max(form.text.split(), key=len, default="") for form in shelf.artists]
    return shelf.short_names.union(names, shelf.album_words[:1])


def _has_several_parts(raw: str) -> bool:
    """Tell whether a folder's name has several parts beside its brackets: artist and album."""
    return len([part for part in parse_name(raw).parts if not part.bracketed]) > 1


def _is_telling(words: Sequence[str]) -> bool:
    """Tell whether words say more than numbers and notes about an edition."""
    return bool([word for word in words if word not in NEUTRAL_WORDS and not is_number(word)])


def _artist_presence(shelf: Shelf, raw: str, words: Sequence[str], text: str) -> Presence:
    """Return how clearly a folder names the artist."""
    best = Presence.NONE
    for form in shelf.artists:
        if form.text in text:
            if form.is_clear_among(words) and form.text[1:-1] in raw.lower():
                return Presence.CLEAR  # In one part of the name, as nothing divides it.
            best = _presence_in_parts(shelf, parse_name(raw))
            break
    if best is Presence.NONE and not shelf.short_names.isdisjoint(words):
        best = _presence_for_short(shelf, parse_name(raw))
    if best is Presence.NONE and has_other_script(text):
        romanised = f" {romanise(text.strip())} "
        if any(form.text in romanised for form in shelf.artists):
            return Presence.CLEAR
    return best


def _presence_for_short(shelf: Shelf, name: Name) -> Presence:
    """Return the hint that a whole part of a folder's name is what the artist is called for short."""
    parts = (" ".join(name.words[part.start : part.stop]) for part in name.parts)
    return Presence.NONE if shelf.short_names.isdisjoint(parts) else Presence.WEAK


def _presence_in_parts(shelf: Shelf, name: Name) -> Presence:
    """Return how clearly the artist is named by any part of a name, or across its parts."""
    parts = name.parts
    best = max([presence(shelf.artists, name, part, shelf.album_words) for part in parts])
    if best is Presence.NONE and len(parts) > 1:
        whole = Part(0, len(name.words), False)
        best = presence(shelf.artists, name, whole, shelf.album_words)
    return best


def _album_level(shelf: Shelf, words: Sequence[str], text: str) -> AlbumLevel:
    """Return what one folder says about the album."""
    if not shelf.album_words or shelf.album_words[0] not in words:
        found = False
        rest = text
    else:
        found = shelf.album_text in text and len(shelf.album_text) > _TELLING_ALBUM + 2
        rest = text.replace(shelf.album_text, " ", 1) if found else text
    for form in shelf.artists:
        if form.text in rest:
            rest = rest.replace(form.text, " ", 1)
            break
    left = [word for word in rest.split() if word not in NEUTRAL_WORDS and not is_number(word)]
    if found:
        return AlbumLevel.CONTAINED if left else AlbumLevel.EXACT
    if shelf.album_words and tuple(left) == shelf.album_words:
        return AlbumLevel.EXACT
    if not left and shelf.album_text and shelf.album_text in text:
        return AlbumLevel.EXACT
    return AlbumLevel.OTHER if left else AlbumLevel.UNKNOWN


def _uncovered_kinds(
    shelf: Shelf, name: Name, marks: tuple[FolderMark, ...], *, sure: bool
) -> frozenset[VersionKind]:
    """Return kinds whose words are not part of the artist's, the album's or the song's own name."""
    covered: set[int] = set()
    whole_parts = {" ".join(name.words[part.start : part.stop]) for part in name.parts}
    artists = [
        form.text
        for form in shelf.artists
        if form.text.count(" ") > 2 or form.text.strip() in whole_parts
    ]
    for text in (*artists, shelf.album_text, shelf.title_text):
        if text and text in name.text:
            start = name.text.count(" ", 0, name.text.find(text) + 1) - 1
            covered.update(range(start, start + text.count(" ") - 1))
    return frozenset(
        mark.kind for mark in marks if mark.is_sure is sure and mark.position not in covered
    )
