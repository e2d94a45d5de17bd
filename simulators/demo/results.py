"""Hold what became of every position, and what is wrong with it."""

from dataclasses import dataclass, field
from typing import Any

from .audio_file import Tags
from .expectations import ExpectedEntry

type Json = dict[str, Any]


@dataclass(slots=True)
class TrackResult:
    """Hold one position: what was expected, what the integration says, what the disk says.

    Length in seconds, bit rate in kbit/s; `file` is relative to the library. Problems are sentences.
    """

    expected: ExpectedEntry
    artist: str = ""
    title: str = ""
    state: str | None = None
    reason: str | None = None
    source: str | None = None
    remote_path: str | None = None
    file: str | None = None
    format: str | None = None
    length_s: float | None = None
    bitrate_kbps: int | None = None
    tags: Tags = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def is_track(self) -> bool:
        """Tell whether there is something to look for at this position."""
        return self.expected.state is not None

    def as_json(self) -> Json:
        """Return it for machines."""
        return {
            "artist": self.artist,
            "title": self.title,
            "playlist": self.expected.playlist,
            "position": self.expected.position,
            "state": self.state,
            "expected_state": self.expected.state,
            "reason": self.reason,
            "source": self.source,
            "remote_path": self.remote_path,
            "file": self.file,
            "format": self.format,
            "length_s": self.length_s,
            "bitrate_kbps": self.bitrate_kbps,
            "tags": self.tags,
            "problems": self.problems,
        }


@dataclass(slots=True)
class CheckResult:
    """Hold the outcome of a whole run; seconds are real ones from the start of Home Assistant."""

    results: list[TrackResult] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    log_errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    figures: Json = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        """Tell whether everything is as it should be."""
        return (
            not self.problems
            and not self.log_errors
            and not any(result.problems for result in self.results)
        )

    def as_json(self) -> Json:
        """Return it for machines."""
        return {
            "ok": self.is_ok,
            "seconds": round(self.seconds, 1),
            "tracks": [result.as_json() for result in self.results if result.is_track],
            "log_errors": self.log_errors,
            "skipped": [
                {
                    "playlist": result.expected.playlist,
                    "position": result.expected.position,
                    "kind": result.expected.kind,
                    "name": result.title,
                    "reason": result.reason,
                }
                for result in self.results
                if not result.is_track
            ],
            "problems": self.problems,
            "notes": self.notes,
            "figures": self.figures,
        }
