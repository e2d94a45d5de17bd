"""Combine the evidence: identity is a gate, no piece of it buys another."""

from enum import IntEnum
from typing import NamedTuple

from .artists import Presence
from .comparing import VersionFinding, compare_versions
from .decision import Outcome, Verdict
from .folders import AlbumLevel, FolderMatch
from .lengths import LengthLevel, LengthMatch
from .siblings import SiblingLevel
from .surroundings import TitleLevel, TitleMatch
from .target import Target


class ArtistLevel(IntEnum):
    """Say what a path says about the artist."""

    AGREES = 0
    WEAK = 1  # The name is part of a longer one.
    NOT_TOLD = 2  # A bare file name: nothing is known about the folder it lies in.
    MISSING = 3
    OTHER = 4  # Somebody else is named.


class Judgement(NamedTuple):
    """Hold what all evidence together says; `certainty` orders what may be taken, best first."""

    outcome: Outcome
    certainty: int
    misses: int  # Contradictions, to find the nearest misses.
    title: TitleMatch
    folder: FolderMatch
    length: LengthMatch
    artist: ArtistLevel
    additions: tuple[str, ...]
    unexplained: tuple[str, ...]
    versions: tuple[VersionFinding, ...]
    siblings: SiblingLevel = SiblingLevel.SILENT


def judge(target: Target, title: TitleMatch, folder: FolderMatch, length: LengthMatch) -> Judgement:
    """Return whether a file is the wanted recording, as far as its path and figures tell."""
    additions, unexplained = title.additions, title.unexplained
    if additions:
        additions = tuple(text for text in additions if text not in folder.text)
    if unexplained:
        unexplained = tuple(text for text in unexplained if text not in folder.text)
    artist = _artist_level(target, title, folder, unexplained)
    versions = compare_versions(target, title, folder, length)
    misses = (
        (title.level is TitleLevel.NONE)
        + contradicts(title, length)
        + (artist is ArtistLevel.OTHER)
        + (title.extra != "")
    )
    if additions and length.level is not LengthLevel.AGREES:
        misses += 1
    is_doubtful = bool(additions) or length.level is LengthLevel.DOUBTFUL
    for finding in versions:
        if finding.verdict is Verdict.CONTRADICTS:
            misses += 1
        elif finding.verdict is Verdict.DOUBTFUL:
            is_doubtful = True
    if unexplained and not (length.level is LengthLevel.AGREES and title.artist is Presence.CLEAR):
        is_doubtful = True
    if misses:
        outcome = Outcome.LEAVE
    elif is_doubtful or not _is_proven(target, title, folder, length, artist):
        outcome = Outcome.ASK
    else:
        outcome = Outcome.TAKE
    return Judgement(
        outcome,
        _certainty(title, folder, length, artist, versions),
        misses,
        title,
        folder,
        length,
        artist,
        additions,
        unexplained,
        versions,
    )


def hear_siblings(target: Target, judgement: Judgement, siblings: SiblingLevel) -> Judgement:
    """Return the judgement with what the other files of the folder say."""
    if siblings is SiblingLevel.SILENT:
        return judgement
    if siblings is SiblingLevel.SCALED:
        length = LengthMatch(LengthLevel.IMPLAUSIBLE, judgement.length.seconds)
        return judge(target, judgement.title, judgement.folder, length)._replace(siblings=siblings)
    outcome = Outcome.ASK if judgement.outcome is Outcome.TAKE else judgement.outcome
    return judgement._replace(outcome=outcome, siblings=siblings)


def contradicts(title: TitleMatch, length: LengthMatch) -> bool:
    """Tell whether the length alone, or with the title, is enough to leave a file."""
    return length.level is LengthLevel.CONTRADICTS or _is_other_title(title, length)


def _artist_level(
    target: Target, title: TitleMatch, folder: FolderMatch, unexplained: tuple[str, ...]
) -> ArtistLevel:
    """Return what name and folders say about the artist."""
    found = max(title.artist, folder.artist)
    if found is Presence.CLEAR:
        return ArtistLevel.AGREES
    if found is Presence.WEAK and not unexplained:
        return ArtistLevel.WEAK
    if unexplained or folder.names_others:
        return ArtistLevel.OTHER
    if not folder.has_folder or not target.names_artist:
        return ArtistLevel.NOT_TOLD
    return ArtistLevel.MISSING


def _is_other_title(title: TitleMatch, length: LengthMatch) -> bool:
    """Tell whether a title that agrees only in part is another song's, by the length."""
    return title.level is not TitleLevel.FULL and length.level > LengthLevel.IMPLAUSIBLE


def _is_proven(
    target: Target, title: TitleMatch, folder: FolderMatch, length: LengthMatch, artist: ArtistLevel
) -> bool:
    """Tell whether independent evidence beside the title carries the choice.

    A title that is only nearly right needs artist and length; a missing artist needs album and
    length; an addition such as "(Slow Thief)" may name a take, so it needs length or album. A few
    seconds are what masterings of one record differ by; on another record they are more likely
    another recording, and every other record has an "Intro".
    """
    agrees = length.level is LengthLevel.AGREES
    has_album = folder.album <= AlbumLevel.CONTAINED or title.has_album
    if artist is ArtistLevel.NOT_TOLD and target.is_place:
        return False
    if length.level is LengthLevel.NEAR and is_from_other_record(title, folder):
        return False
    if artist is ArtistLevel.MISSING:
        return title.level is TitleLevel.FULL and has_album and agrees
    if artist is ArtistLevel.WEAK and not (agrees or has_album):
        return False
    if title.level is TitleLevel.FULL:
        is_told = (
            length.level <= LengthLevel.NEAR or has_album or folder.album is not AlbumLevel.OTHER
        )
        return is_told or not target.title.has_addition
    if artist is not ArtistLevel.AGREES or not agrees:
        return False
    if title.level is TitleLevel.CORE:
        return folder.album is not AlbumLevel.OTHER or title.has_album
    if title.level is TitleLevel.SHORTENED:
        return has_album
    return True


def is_from_other_record(title: TitleMatch, folder: FolderMatch) -> bool:
    """Tell whether a file lies among the artist's records, on another one than the wanted."""
    return (
        folder.artist is Presence.CLEAR and folder.album is AlbumLevel.OTHER and not title.has_album
    )


def is_borne_out(judgement: Judgement) -> bool:
    """Tell whether album and length agree, so that the other files of the folder need not be heard."""
    has_album = judgement.folder.album <= AlbumLevel.CONTAINED or judgement.title.has_album
    return has_album and judgement.length.level is not LengthLevel.NEAR


def _certainty(
    title: TitleMatch,
    folder: FolderMatch,
    length: LengthMatch,
    artist: ArtistLevel,
    versions: tuple[VersionFinding, ...],
) -> int:
    """Return how much more than the gate asks for is there, 0 for the most."""
    has_album = folder.album <= AlbumLevel.CONTAINED or title.has_album
    if artist is ArtistLevel.AGREES and title.level is TitleLevel.FULL and not versions:
        if length.level is LengthLevel.AGREES:
            return 0
        if length.level is LengthLevel.NEAR or (has_album and length.level is LengthLevel.UNKNOWN):
            return 1
    if artist is ArtistLevel.AGREES and length.level is LengthLevel.AGREES:
        return 1
    return 2 if artist is ArtistLevel.AGREES else 3
