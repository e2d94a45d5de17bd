"""Compare the versions a file names with those that are wanted."""

from collections.abc import Iterable
from typing import NamedTuple

from .artists import Presence
from .decision import Verdict
from .folders import AlbumLevel, FolderMatch
from .lengths import LengthLevel, LengthMatch
from .surroundings import TitleMatch
from .target import Target
from .versions import Version, is_year
from .words import VersionKind

K = VersionKind

# What differs in length above all, so that the length can tell it.
_TOLD_BY_LENGTH = frozenset({K.EDIT, K.EXTENDED})
# A folder of these often holds plain recordings too.
_MIXED_FOLDERS = frozenset({K.REMIX, K.SESSION, K.COVER, K.COMMENTARY, K.TAKE, K.CLEAN})
_SOFT = frozenset({K.MONO})
_PERFORMED = frozenset({K.COVER})
SAME_TAKE_SECONDS = 2  # Two concerts differ by more, two rips of one do not.
_FAMILY = {K.SESSION: K.LIVE}


class VersionFinding(NamedTuple):
    """Hold one finding about versions."""

    verdict: Verdict
    key: str


def family(kind: VersionKind) -> VersionKind:
    """Return the kind under which close relatives are compared: a radio session is live."""
    return _FAMILY.get(kind, kind)


def compare_versions(
    target: Target, title: TitleMatch, folder: FolderMatch, measured: LengthMatch
) -> tuple[VersionFinding, ...]:
    """Return what the version words of name and folders say; empty when there are none on either side."""
    length = measured.level
    wanted = target.title.versions
    beside = title.beside
    if not (
        wanted
        or beside
        or folder.kinds
        or folder.distant_kinds
        or folder.hinted_kinds
        or target.album_kinds
    ):
        return ()
    named = [
        item.version for item in beside if not (item.part_text and item.part_text in folder.text)
    ]
    wanted_kinds = {family(version.kind) for version in wanted}
    album_kinds = {family(kind) for kind in target.album_kinds}
    named_kinds = {family(version.kind) for version in named}
    folder_kinds = {family(kind) for kind in folder.kinds}
    if title.has_album or folder.album <= AlbumLevel.CONTAINED:
        folder_kinds |= album_kinds
    findings = []
    if K.LIVE in wanted_kinds & (named_kinds | folder_kinds):
        findings += _unplugged(wanted_kinds, named_kinds, length)
        wanted_kinds, named_kinds = wanted_kinds - {K.ACOUSTIC}, named_kinds - {K.ACOUSTIC}
    findings += [
        _missing(kind, folder, length) for kind in sorted(wanted_kinds - named_kinds - folder_kinds)
    ]
    findings += [
        _additional(kind, length, is_own=Presence.CLEAR in (title.artist, folder.artist))
        for kind in sorted(named_kinds - wanted_kinds - album_kinds)
    ]
    findings += [
        _in_folder(kind, length)
        for kind in sorted(folder_kinds - wanted_kinds - album_kinds - named_kinds)
    ]
    if {family(kind) for kind in folder.distant_kinds} - wanted_kinds - album_kinds:
        findings.append(_in_distant_folder(folder, length))
    if {family(kind) for kind in folder.hinted_kinds} - wanted_kinds - album_kinds - folder_kinds:
        findings.append(_hinted(folder, length))
    findings += _details(wanted, named, folder, folder_kinds, measured)
    expected = {family(kind) for kind in target.sure_album_kinds}
    expected -= wanted_kinds | named_kinds | folder_kinds
    findings += _expected_by_album(folder, expected, length)
    return tuple(findings)


def _unplugged(
    wanted: set[VersionKind], named: set[VersionKind], length: LengthLevel
) -> list[VersionFinding]:
    """Judge a concert that only one side calls acoustic: "Unplugged" says both in one word."""
    if K.ACOUSTIC not in wanted ^ named:
        return []
    if length is LengthLevel.AGREES:
        return [VersionFinding(Verdict.AGREES, "version_told_by_length")]
    return [VersionFinding(Verdict.DOUBTFUL, "which_live")]


def names_other_version(target: Target, title: TitleMatch) -> bool:
    """Tell whether a version stands beside the title that neither folder nor length could excuse."""
    if not title.beside:
        return False
    wanted = {family(version.kind) for version in target.title.versions}
    wanted |= {family(kind) for kind in target.album_kinds}
    return any(
        not item.part_text
        and family(item.version.kind) not in wanted
        and not (item.version.kind is K.ACOUSTIC and K.LIVE in wanted)
        and item.version.kind not in _TOLD_BY_LENGTH | _SOFT | _PERFORMED
        for item in title.beside
    )


def _missing(kind: VersionKind, folder: FolderMatch, length: LengthLevel) -> VersionFinding:
    """Judge a wanted version that neither name nor folder mentions."""
    if length is LengthLevel.AGREES and kind in _TOLD_BY_LENGTH | _SOFT:
        return VersionFinding(Verdict.AGREES, "version_told_by_length")
    if length is LengthLevel.AGREES and folder.album <= AlbumLevel.CONTAINED:
        return VersionFinding(Verdict.AGREES, "version_told_by_album")
    if length <= LengthLevel.IMPLAUSIBLE and kind in _TOLD_BY_LENGTH | _SOFT:
        return VersionFinding(Verdict.DOUBTFUL, f"not_{kind.value}")
    return VersionFinding(Verdict.CONTRADICTS, f"not_{kind.value}")


def _additional(kind: VersionKind, length: LengthLevel, *, is_own: bool) -> VersionFinding:
    """Judge a version that the file's name mentions and nobody wants.

    "(Pop Group cover)" behind the wanted artist's name says whose song it is, not who plays it.
    """
    if kind in _PERFORMED and is_own and length is LengthLevel.AGREES:
        return VersionFinding(Verdict.AGREES, "version_told_by_length")
    if kind in _TOLD_BY_LENGTH | _SOFT and length is LengthLevel.AGREES:
        return VersionFinding(Verdict.AGREES, "version_told_by_length")
    if kind in _SOFT:
        return VersionFinding(Verdict.DOUBTFUL, f"version_{kind.value}")
    return VersionFinding(Verdict.CONTRADICTS, f"version_{kind.value}")


def _in_folder(kind: VersionKind, length: LengthLevel) -> VersionFinding:
    """Judge a version that only the album's folder mentions."""
    if kind in _MIXED_FOLDERS | _TOLD_BY_LENGTH | _SOFT and length <= LengthLevel.NEAR:
        return VersionFinding(Verdict.DOUBTFUL, f"album_{kind.value}")
    return VersionFinding(Verdict.CONTRADICTS, f"album_{kind.value}")


def _in_distant_folder(folder: FolderMatch, length: LengthLevel) -> VersionFinding:
    """Judge a version word above the artist's folder, where owners name their shelves."""
    if folder.album <= AlbumLevel.CONTAINED and length <= LengthLevel.UNKNOWN:
        return VersionFinding(Verdict.AGREES, "shelf_outweighed")
    return VersionFinding(Verdict.DOUBTFUL, "shelf_of_versions")


def _hinted(folder: FolderMatch, length: LengthLevel) -> VersionFinding:
    """Judge an album that may be a concert by its name."""
    if length is LengthLevel.AGREES or (
        folder.album is AlbumLevel.EXACT and length <= LengthLevel.UNKNOWN
    ):
        return VersionFinding(Verdict.AGREES, "hint_outweighed")
    return VersionFinding(Verdict.DOUBTFUL, "album_maybe_live")


def _details(
    wanted: Iterable[Version],
    named: Iterable[Version],
    folder: FolderMatch,
    folder_kinds: set[VersionKind],
    length: LengthMatch,
) -> list[VersionFinding]:
    """Compare which remix, concert or take it is."""
    findings: list[VersionFinding] = []
    is_exact = length.level is LengthLevel.AGREES and abs(length.seconds) <= SAME_TAKE_SECONDS
    for version in wanted:
        others = [other for other in named if family(other.kind) is family(version.kind)]
        if not others:
            by_folder = family(version.kind) in folder_kinds and folder.album > AlbumLevel.CONTAINED
            if by_folder and version.detail and not is_exact:
                findings.append(VersionFinding(Verdict.DOUBTFUL, f"which_{version.kind.value}"))
            continue
        if any(_describes_same(version.detail, other.detail) for other in others):
            continue
        if all(other.detail and version.detail for other in others):
            findings.append(VersionFinding(Verdict.CONTRADICTS, f"other_{version.kind.value}"))
        elif not is_exact:
            findings.append(VersionFinding(Verdict.DOUBTFUL, f"which_{version.kind.value}"))
    return findings


def _describes_same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Tell whether two descriptions share a word that is no year, or are both empty.

    Where only one of them has words, the number of the take or of the remix counts.
    """
    one_words, other_words = _without_numbers(one), _without_numbers(other)
    if one_words and other_words:
        return bool(one_words & other_words)
    if one_words or other_words:
        return not _numbers_but_years(one).isdisjoint(_numbers_but_years(other))
    return one == other or bool(one & other)


def _numbers_but_years(words: frozenset[str]) -> frozenset[str]:
    """Return which take or remix it is, as far as a number tells."""
    return frozenset(word for word in words if word.isdigit() and not is_year(word))


def _without_numbers(words: frozenset[str]) -> frozenset[str]:
    """Return words that are no numbers."""
    return frozenset(word for word in words if not word.isdigit())


def _expected_by_album(
    folder: FolderMatch, kinds: set[VersionKind], length: LengthLevel
) -> list[VersionFinding]:
    """Judge a file that shows no sign of the live album the track is wanted from."""
    if (
        VersionKind.LIVE not in kinds
        or folder.album <= AlbumLevel.CONTAINED
        or length is LengthLevel.AGREES
    ):
        return []
    return [VersionFinding(Verdict.DOUBTFUL, "not_live")]
