"""Read what the folders above a file say about artist, album and versions."""

from enum import IntEnum
from typing import NamedTuple

from .artists import Presence, presence
from .names import Name, Part, parse_name
from .target import Target
from .transliteration import has_other_script, romanise
from .versions import FolderMark, folder_marks, is_number
from .words import NEUTRAL_WORDS, VersionKind

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


class _Segment(NamedTuple):
    """Hold what one folder says, whatever stands above it."""

    text: str
    artist: Presence
    album: AlbumLevel
    kinds: frozenset[VersionKind]
    hinted_kinds: frozenset[VersionKind]
    has_several_parts: bool


_NO_KINDS: frozenset[VersionKind] = frozenset()
NO_FOLDER = FolderMatch(
    "", False, Presence.NONE, AlbumLevel.UNKNOWN, _NO_KINDS, _NO_KINDS, _NO_KINDS, False
)


class FolderReader:
    """Read folders for one wanted recording; what comes again is read once."""

    def __init__(self, target: Target) -> None:
        """Remember nothing yet."""
        self._target = target
        self._segments: dict[str, _Segment] = {}

    def read(self, folders: list[str]) -> FolderMatch:
        """Return what a path's folders say, given with the innermost last."""
        if not folders:
            return NO_FOLDER
        segments = [
            self._segments.get(folder) or self._read_segment(folder)
            for folder in folders[-_DEEPEST:]
        ]
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
            artist is Presence.NONE and album is AlbumLevel.OTHER and segments[-1].has_several_parts
        )
        text = "".join([segment.text for segment in segments])
        return FolderMatch(text, True, artist, album, kinds, distant, hinted, names_others)

    def _read_segment(self, folder: str) -> _Segment:
        """Return what one folder says, and remember it."""
        target = self._target
        name = parse_name(folder)
        marks = folder_marks(folder)
        segment = self._segments[folder] = _Segment(
            name.text,
            _artist_presence(target, name),
            _album_level(target, name),
            _uncovered_kinds(target, name, marks, sure=True) if marks else _NO_KINDS,
            _uncovered_kinds(target, name, marks, sure=False) if marks else _NO_KINDS,
            len([part for part in name.parts if not part.bracketed]) > 1,
        )
        return segment


def _artist_presence(target: Target, name: Name) -> Presence:
    """Return how clearly a folder names the artist."""
    best = Presence.NONE
    for form in target.artists:
        if form.text in name.text:
            best = max(
                [presence(target.artists, name, part, target.album_words) for part in name.parts]
            )
            if best is Presence.NONE and len(name.parts) > 1:
                best = presence(
                    target.artists, name, Part(0, len(name.words), False), target.album_words
                )
            break
    if best is Presence.NONE and has_other_script(name.text):
        romanised = f" {romanise(name.text.strip())} "
        if any(form.text in romanised for form in target.artists):
            return Presence.CLEAR
    return best


def _album_level(target: Target, name: Name) -> AlbumLevel:
    """Return what one folder says about the album."""
    text = name.text
    if not target.album_words or target.album_words[0] not in name.words:
        found = False
        rest = text
    else:
        found = target.album_text in text and len(target.album_text) > _TELLING_ALBUM + 2
        rest = text.replace(target.album_text, " ", 1) if found else text
    for form in target.artists:
        if form.text in rest:
            rest = rest.replace(form.text, " ", 1)
            break
    left = [word for word in rest.split() if word not in NEUTRAL_WORDS and not is_number(word)]
    if found:
        return AlbumLevel.CONTAINED if left else AlbumLevel.EXACT
    if target.album_words and tuple(left) == target.album_words:
        return AlbumLevel.EXACT
    if not left and target.album_text and target.album_text in text:
        return AlbumLevel.EXACT
    return AlbumLevel.OTHER if left else AlbumLevel.UNKNOWN


def _uncovered_kinds(
    target: Target, name: Name, marks: tuple[FolderMark, ...], *, sure: bool
) -> frozenset[VersionKind]:
    """Return kinds whose words are not part of the artist's, the album's or the song's own name."""
    covered: set[int] = set()
    whole_parts = {" ".join(name.words[part.start : part.stop]) for part in name.parts}
    artists = [
        form.text
        for form in target.artists
        if form.text.count(" ") > 2 or form.text.strip() in whole_parts
    ]
    for text in (*artists, target.album_text, target.full_text):
        if text and text in name.text:
            start = name.text.count(" ", 0, name.text.find(text) + 1) - 1
            covered.update(range(start, start + text.count(" ") - 1))
    return frozenset(
        mark.kind for mark in marks if mark.is_sure is sure and mark.position not in covered
    )
