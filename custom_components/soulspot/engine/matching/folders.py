"""Read what the folders above a file say about artist, album and versions."""

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from .artists import ArtistForm, Presence, presence
from .names import Name, Part, read_name
from .paths import folders_of, is_named
from .target import Target
from .transliteration import has_other_script, romanise
from .versions import FolderMark, is_number, marks_in
from .words import MARKING_WORDS, NEUTRAL_WORDS, VersionKind

_FOLDER_CACHE = 2_048
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
    """Hold what the folders of a file say."""

    text: str
    has_folder: bool
    artist: Presence
    album: AlbumLevel
    kinds: frozenset[VersionKind]  # Of the album's folder and those between it and the artist's.
    distant_kinds: frozenset[VersionKind]  # Of folders above the artist's: how the owner sorts.
    hinted_kinds: frozenset[VersionKind]  # What a name only hints at: "Live Killers", "At Budokan".
    names_others: bool  # The folder has the form "somebody - something", and neither is wanted.
    number: int = 0  # Equal for folders that say the same in other words.


class _Folder(NamedTuple):
    """Hold what a folder's name is made of, whatever is wanted."""

    name: Name
    is_telling: bool  # It says more than numbers and notes about an edition.
    marks: tuple[FolderMark, ...]
    other_script: bool


class _Segment(NamedTuple):
    """Hold what one folder says about what is wanted, whatever stands above it."""

    name: Name
    artist: Presence
    album: AlbumLevel
    kinds: frozenset[VersionKind]
    hinted_kinds: frozenset[VersionKind]


_NO_KINDS: frozenset[VersionKind] = frozenset()
NO_FOLDER = FolderMatch(
    "", False, Presence.NONE, AlbumLevel.UNKNOWN, _NO_KINDS, _NO_KINDS, _NO_KINDS, False
)


class Shelf(NamedTuple):
    """Hold what folders are compared with: the same for all tracks of an album."""

    artists: tuple[ArtistForm, ...]
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
        target.album_text,
        target.album_words,
        target.full_text if is_telling else "",
    )


class FolderReader:
    """Read folders for the tracks of one album; what comes again is read once."""

    def __init__(self, shelf: Shelf) -> None:
        """Remember nothing yet."""
        self._shelf = shelf
        self._segments: dict[str, _Segment] = {}
        self._matches: dict[str, FolderMatch] = {}
        self._numbers: dict[tuple[object, ...], int] = {}

    def read(self, parent: str) -> FolderMatch:
        """Return what the folders of a path say, given without the file's name."""
        match = self._matches.get(parent)
        if match is None:
            if len(self._matches) >= _FOLDER_CACHE:
                self._matches.clear()
                self._segments.clear()
            match = self._matches[parent] = self._read(parent)
        return match

    def _read(self, parent: str) -> FolderMatch:
        """Return what folders say that are not remembered."""
        segments = self._segments_of(parent)
        if not segments:
            return NO_FOLDER
        artist, near = Presence.NONE, -1
        has_marks = False
        for place, segment in enumerate(segments):
            if segment.artist > artist:
                artist, near = segment.artist, place
            if segment.kinds or segment.hinted_kinds:
                has_marks = True
        if near < 0:
            near = max(len(segments) - 2, 0)
        album, is_other = AlbumLevel.UNKNOWN, False
        for segment in segments[near:]:
            if segment.album is AlbumLevel.OTHER:
                is_other = True
            elif segment.album < album:
                album = segment.album
        if is_other and album is AlbumLevel.UNKNOWN:
            album = AlbumLevel.OTHER
        kinds = distant = hinted = _NO_KINDS
        if has_marks:
            kinds = _NO_KINDS.union(*[segment.kinds for segment in segments[near:]])
            hinted = _NO_KINDS.union(*[segment.hinted_kinds for segment in segments[near:]]) - kinds
            distant = _NO_KINDS.union(*[segment.kinds for segment in segments[:near]])
        names_others = (
            artist is Presence.NONE
            and album is AlbumLevel.OTHER
            and len([part for part in segments[-1].name.parts if not part.bracketed]) > 1
        )
        text = "".join([segment.name.text for segment in segments])
        facts = (artist, album, kinds, distant, hinted, names_others)
        number = self._numbers.setdefault(facts, len(self._numbers) + 1)
        return FolderMatch(text, True, *facts, number)

    def _segments_of(self, parent: str) -> list[_Segment]:
        """Return what each folder of a path says, the innermost last."""
        known = self._segments
        segments: list[_Segment] = []
        for raw in reversed(folders_of(parent)):
            segment = known.get(raw)
            if segment is None:
                if not is_named(raw):
                    continue
                segment = known[raw] = self._read_segment(raw)
            segments.append(segment)
            if len(segments) == _DEEPEST:
                break
        segments.reverse()
        return segments

    def _read_segment(self, raw: str) -> _Segment:
        """Return what one folder says."""
        shelf = self._shelf
        folder = _read_folder(raw)
        name, marks = folder.name, folder.marks
        artist = _artist_presence(shelf, name, other_script=folder.other_script)
        if artist is Presence.NONE and not (
            shelf.album_words and shelf.album_words[0] in name.words
        ):
            album = AlbumLevel.OTHER if folder.is_telling else AlbumLevel.UNKNOWN
        else:
            album = _album_level(shelf, name)
        return _Segment(
            name,
            artist,
            album,
            _uncovered_kinds(shelf, name, marks, sure=True) if marks else _NO_KINDS,
            _uncovered_kinds(shelf, name, marks, sure=False) if marks else _NO_KINDS,
        )


@lru_cache(maxsize=_FOLDER_CACHE)
def _read_folder(raw: str) -> _Folder:
    """Return what a folder's name is made of."""
    name = read_name(raw)
    words = name.words
    return _Folder(
        name,
        any(word not in NEUTRAL_WORDS and not is_number(word) for word in words),
        marks_in(name),
        has_other_script(name.text),
    )


def _artist_presence(shelf: Shelf, name: Name, *, other_script: bool) -> Presence:
    """Return how clearly a folder names the artist."""
    best = Presence.NONE
    for form in shelf.artists:
        if form.text in name.text:
            best = max(
                [presence(shelf.artists, name, part, shelf.album_words) for part in name.parts]
            )
            if best is Presence.NONE and len(name.parts) > 1:
                best = presence(
                    shelf.artists, name, Part(0, len(name.words), False), shelf.album_words
                )
            break
    if other_script and best is Presence.NONE:
        romanised = f" {romanise(name.text.strip())} "
        if any(form.text in romanised for form in shelf.artists):
            return Presence.CLEAR
    return best


def _album_level(shelf: Shelf, name: Name) -> AlbumLevel:
    """Return what one folder says about the album."""
    text = name.text
    if not shelf.album_words or shelf.album_words[0] not in name.words:
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
