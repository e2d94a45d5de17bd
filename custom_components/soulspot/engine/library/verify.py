"""Check a downloaded file before it may enter the library."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..model import Reason
from .audio import AudioProperties


class CheckResult(StrEnum):
    """Say how a check went."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"  # It could not be done; the reason says why.
    ADVISORY = "advisory"  # Worth telling, no ground for refusal.


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Hold the outcome of one check; `reason` is None when it passed."""

    name: str  # "size", "format", "structure", "length", "bit_rate" or "decode"
    result: CheckResult
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Say what was announced and wanted; None leaves a check out."""

    size: int | None = None  # bytes, as the peer announced it
    duration_ms: int | None = None  # of the wanted recording
    extension: str | None = (
        None  # The announced name's, without dot; None: the local file's own.
    )
    bit_rate: int | None = None  # kbit/s as announced; a difference is advisory
    minimum_bit_rate: int | None = None  # kbit/s; lossless formats always pass
    duration_tolerance_ms: int = (
        10_000  # Picard and beets count 10 s and less as possible.
    )
    duration_advice_ms: int = 3_000  # Above this the difference is told.
    decode: bool = False  # Decode the whole file when ffmpeg is there.


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Hold what the checks found; `properties` is None when the file is no readable audio."""

    ok: bool
    properties: (
        AudioProperties | None
    )  # Length and bit rate as measured, not as claimed.
    checks: tuple[Check, ...]

    @property
    def reason(self) -> Reason | None:
        """Return why the file was refused, None when it was not."""
        return next(
            (
                check.reason
                for check in self.checks
                if check.result is CheckResult.FAILED
            ),
            None,
        )


def verify(path: Path, expectation: Expectation) -> Verdict:
    """Check size, format, structure to the last byte, length, bit rate, and decoding when asked.

    A refusal is a Verdict, not an exception. Reasons: `size_differs`, `not_audio`, `unreadable`,
    `format_mismatch`, `truncated`, `damaged`, `length_differs`, `bit_rate_too_low`, `decode_failed`;
    skipped: `structure_not_checked`, `no_ffmpeg`, `length_unknown`, `decode_timed_out`; advisory:
    `length_differs_slightly`, `bit_rate_differs`, `no_checksum`, `extra_data`.
    Raises StorageError `file_vanished` or `file_not_readable`.
    """
    raise NotImplementedError
