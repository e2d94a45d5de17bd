"""Choose the MusicBrainz recording of a wanted track, and recognise owned files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from ..model import Reason, Recording, Release
from .lengths import LengthLevel, compare_lengths
from .names import parse_name
from .releases import WantedRelease, album_agreement, choose_release, country_place, edition_order
from .songs import TitleAgreement, compare_titles, compare_version_sets, share_artist
from .target import read_title
from .versions import read_region
from .wanted import WantedRecording

# Milliseconds by which lengths may differ, with an ISRC that agrees and without one.
_CERTAIN, _LIKELY, _CONFLICT, _WITHOUT_ISRC = 3_000, 10_000, 15_000, 5_000
_SHORT_SHARE = 0.15  # Of a short track, seconds are much.
_SAME_LENGTH = 2_000
_MARGIN = 1_000  # Lengths this near to the wanted one are as good as equal.


class Certainty(StrEnum):
    """Say how sure a match is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingMatch:
    """Hold the chosen recording and release, None when there is none, and what speaks against it.

    `alternatives` are the ids of recordings that fit as well.
    """

    recording: Recording | None
    release: Release | None
    certainty: Certainty
    conflicts: tuple[Reason, ...] = ()
    alternatives: tuple[str, ...] = ()


class _Fit(NamedTuple):
    """Hold how a recording fits; the fields up to `id` are its sort key.

    Those up to `first_release` tell recordings apart.
    """

    is_video: bool
    lacks_isrc: bool
    title: TitleAgreement
    length: int  # How far off it is, roughly: tenths of seconds are chance.
    lacks_artist: bool
    album: int
    edition: tuple[object, ...]
    first_release: str
    off: int  # ms, 0 when unknown
    country: int
    id: str
    is_length_known: bool
    recording: Recording
    release: Release | None


def choose_recording(
    wanted: WantedRecording,
    recordings: Sequence[Recording],
    *,
    release: WantedRelease | None = None,
    release_date: str | None = None,
    track_total: int | None = None,
) -> RecordingMatch:
    """Return the recording that is wanted, with the release the playlist names.

    An ISRC that agrees confirms, one that does not proves nothing. Several recordings are told
    apart by video, title and version words, length, artist credit, edition and age, in this order.
    An ISRC whose recording is plainly another one is wrong: then, and for music videos, a recording
    that fits without it is taken. `release` describes the playlist's album; without it
    `release_date` ("2011", "2011-09-30") and `track_total` sharpen the choice of the release.
    """
    edition = release or WantedRelease(
        title=wanted.album,
        date=release_date,
        track_total=track_total,
        track_number=wanted.track_number,
        duration_ms=wanted.duration_ms,
    )
    fits = sorted(
        (_fit(wanted, recording, edition) for recording in recordings), key=lambda fit: fit[:11]
    )
    with_isrc = [fit for fit in fits if not fit.lacks_isrc]
    by_isrc = _judge_isrc(wanted, with_isrc) if with_isrc else None
    if by_isrc and by_isrc.certainty is not Certainty.CONFLICT and not with_isrc[0].is_video:
        return by_isrc
    fitting = [fit for fit in fits if fit.lacks_isrc and _fits_without_isrc(wanted, fit)]
    if by_isrc and (not fitting or fitting[0].is_video):
        return by_isrc
    if not fitting:
        return RecordingMatch(recording=None, release=None, certainty=Certainty.NONE)
    others = _rivals(fitting[0], fitting)
    is_open = _is_undecided(fitting[0], others)
    match = _match(fitting[0], Certainty.AMBIGUOUS if is_open else Certainty.LIKELY, others)
    if by_isrc and by_isrc.certainty is Certainty.CONFLICT:
        return replace(match, conflicts=(*by_isrc.conflicts, *match.conflicts))
    return match


def is_same_recording(
    wanted: WantedRecording,
    title: str,
    artists: Sequence[str],
    album: str | None,
    duration_ms: int | None,
) -> bool:
    """Tell whether an owned file, by its tags, is the wanted recording; length in ms or None.

    A version that only one side names counts as the same when album and length agree: libraries
    often leave "- Live" out on a live album.
    """
    if wanted.artists and not share_artist(wanted.artists, artists):
        return False
    agreement = compare_titles(wanted.title, title, wanted.artists)
    if agreement is TitleAgreement.DIFFERENT:
        return False
    if wanted.duration_ms is None or not duration_ms:
        return agreement <= TitleAgreement.CLOSE
    off = abs(duration_ms - wanted.duration_ms)
    level = compare_lengths(wanted.duration_ms / 1000, duration_ms / 1000)
    if agreement <= TitleAgreement.CLOSE:
        return level <= LengthLevel.NEAR
    if agreement is TitleAgreement.ADDITION:
        return level is LengthLevel.AGREES
    return off <= _SAME_LENGTH and album_agreement(wanted.album, album or "") < 2


def _fit(wanted: WantedRecording, recording: Recording, edition: WantedRelease) -> _Fit:
    """Return how one recording fits."""
    release = choose_release(recording.releases, edition)
    album = album_agreement(edition.title, release.title) if release else 2
    if release is not None and release.id in edition.linked:
        album = 0
    length = recording.length_ms
    if release is not None and release.track_length_ms and album < 2:
        length = release.track_length_ms
    is_known = bool(length) and bool(wanted.duration_ms)
    off = abs((length or 0) - (wanted.duration_ms or 0)) if is_known else 0
    title = _title_agreement(wanted, recording)
    if title is TitleAgreement.OTHER_VERSION and album < 2 and is_known and off <= _SAME_LENGTH:
        # On a live album, "live" often stands on one side only.
        title = TitleAgreement.ADDITION
    return _Fit(
        recording.is_video,
        wanted.isrc is None or wanted.isrc not in recording.isrcs,
        title,
        _length_class(off) if is_known else 1,
        not _has_artist(wanted, recording),
        album,
        edition_order(release, edition) if release else (3,),
        recording.first_release_date or "9999",
        off,
        country_place(release),
        recording.id,
        is_known,
        recording,
        release,
    )


def _length_class(off: int) -> int:
    """Return a rough measure of how far a length is off, in ms."""
    steps = (_MARGIN, _CERTAIN, _WITHOUT_ISRC, _LIKELY, _CONFLICT)
    return next((place for place, step in enumerate(steps) if off <= step), off)


def _title_agreement(wanted: WantedRecording, recording: Recording) -> TitleAgreement:
    """Return how titles agree; versions may stand in the recording's disambiguation."""
    agreement = compare_titles(wanted.title, recording.title, wanted.artists)
    if agreement is TitleAgreement.DIFFERENT or not recording.disambiguation:
        return agreement
    noted = read_region(parse_name(recording.disambiguation).words, True).versions
    if not noted:
        return agreement
    named = (*read_title(recording.title).versions, *noted)
    plain = compare_titles(_bare(wanted.title), _bare(recording.title), wanted.artists)
    return max(plain, compare_version_sets(read_title(wanted.title).versions, named))


def _bare(title: str) -> str:
    """Return a title's words without its versions."""
    return " ".join(read_title(title).full)


def _has_artist(wanted: WantedRecording, recording: Recording) -> bool:
    """Tell whether a recording is credited to a wanted artist, by name, credit or alias."""
    if not wanted.artists or not recording.artist_credit:
        return True
    credit = "".join(part.name + part.join_phrase for part in recording.artist_credit)
    names = [credit]
    for part in recording.artist_credit:
        names += [part.name, part.artist_name, *part.aliases]
    return share_artist(wanted.artists, [name for name in names if name])


def _judge_isrc(wanted: WantedRecording, fits: list[_Fit]) -> RecordingMatch:
    """Return the match among recordings that carry the wanted ISRC."""
    best = fits[0]
    conflicts: list[Reason] = []
    if best.title is TitleAgreement.DIFFERENT:
        conflicts.append(Reason(key="title_differs", placeholders={"words": best.recording.title}))
    elif best.title is TitleAgreement.OTHER_VERSION:
        conflicts.append(
            Reason(key="version_differs", placeholders={"words": _described(best.recording)})
        )
    if best.lacks_artist:
        names = ", ".join(part.name for part in best.recording.artist_credit)
        conflicts.append(Reason(key="artist_differs", placeholders={"words": names}))
    if best.off > _CONFLICT:
        conflicts.append(
            Reason(key="length_off", placeholders={"seconds": str(round(best.off / 1000))})
        )
    if conflicts:
        return _match(best, Certainty.CONFLICT, [], tuple(conflicts))
    others = _rivals(best, fits)
    if _is_undecided(best, others):
        return _match(best, Certainty.AMBIGUOUS, others)
    if best.off > _LIKELY:
        reason = Reason(key="length_off", placeholders={"seconds": str(round(best.off / 1000))})
        return _match(best, Certainty.AMBIGUOUS, [], (reason,))
    is_certain = best.off <= _CERTAIN and (best.is_length_known or wanted.duration_ms is None)
    is_certain &= best.title <= TitleAgreement.CLOSE and not best.is_video and not others
    return _match(best, Certainty.CERTAIN if is_certain else Certainty.LIKELY, others)


def _fits_without_isrc(wanted: WantedRecording, fit: _Fit) -> bool:
    """Tell whether title, artist and length carry a match without an ISRC."""
    if fit.lacks_artist or fit.title > TitleAgreement.ADDITION:
        return False
    allowed = _CERTAIN if fit.title is TitleAgreement.ADDITION else _WITHOUT_ISRC
    if wanted.duration_ms:
        allowed = min(allowed, max(int(wanted.duration_ms * _SHORT_SHARE), _SAME_LENGTH))
    if not fit.is_length_known:
        return fit.title is TitleAgreement.SAME
    return fit.off <= allowed


def _rivals(best: _Fit, fits: list[_Fit]) -> list[_Fit]:
    """Return what fits as well as the best but for its age: of several the oldest is taken."""
    return [
        fit
        for fit in fits
        if fit.recording.id != best.recording.id
        and fit.is_length_known == best.is_length_known
        and fit[:7] == best[:7]
    ]


def _is_undecided(best: _Fit, rivals: list[_Fit]) -> bool:
    """Tell whether not even the age tells recordings apart."""
    return any(fit.first_release == best.first_release for fit in rivals)


def _match(
    fit: _Fit, certainty: Certainty, others: list[_Fit], conflicts: tuple[Reason, ...] = ()
) -> RecordingMatch:
    """Return a match, with what fits as well."""
    if certainty is Certainty.AMBIGUOUS and others:
        conflicts += (
            Reason(key="several_recordings", placeholders={"count": str(len(others) + 1)}),
        )
    return RecordingMatch(
        recording=fit.recording,
        release=fit.release,
        certainty=certainty,
        conflicts=conflicts,
        alternatives=tuple(dict.fromkeys(other.recording.id for other in others)),
    )


def _described(recording: Recording) -> str:
    """Return a recording's title with its disambiguation."""
    return (
        f"{recording.title} ({recording.disambiguation})"
        if recording.disambiguation
        else recording.title
    )
