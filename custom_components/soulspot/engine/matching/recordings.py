"""Choose the MusicBrainz recording of a wanted track, and recognise owned files."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..model import Reason, Recording, Release
from .folding import fold
from .wanted import WantedRecording


class Certainty(StrEnum):
    """Say how sure a match is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    AMBIGUOUS = "ambiguous"
    CONFLICT = "conflict"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingMatch:
    """Hold the chosen recording and release, None when there is none, and what speaks against it."""

    recording: Recording | None
    release: Release | None
    certainty: Certainty
    conflicts: tuple[Reason, ...] = ()


def choose_recording(wanted: WantedRecording, recordings: Sequence[Recording]) -> RecordingMatch:
    """Return the recording that fits best."""
    fitting = [
        recording
        for recording in recordings
        if fold(recording.title) == fold(wanted.title)
        and (
            recording.length_ms is None
            or wanted.duration_ms is None
            or abs(recording.length_ms - wanted.duration_ms) <= 10_000
        )
    ]
    if not fitting:
        return RecordingMatch(recording=None, release=None, certainty=Certainty.NONE)
    recording = fitting[0]
    release = next(iter(recording.releases), None)
    certainty = (
        Certainty.CERTAIN if wanted.isrc and wanted.isrc in recording.isrcs else Certainty.LIKELY
    )
    return RecordingMatch(recording=recording, release=release, certainty=certainty)


def is_same_recording(
    wanted: WantedRecording,
    title: str,
    artists: Sequence[str],
    album: str | None,
    duration_ms: int | None,
) -> bool:
    """Tell whether an owned file, by its tags, is the wanted recording; length in ms or None."""
    if fold(title) != fold(wanted.title) or not {fold(a) for a in artists} & {
        fold(a) for a in wanted.artists
    }:
        return False
    return (
        duration_ms is None
        or wanted.duration_ms is None
        or abs(duration_ms - wanted.duration_ms) <= 5_000
    )
