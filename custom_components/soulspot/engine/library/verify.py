"""Check a downloaded file before it may enter the library."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ..errors import VerificationError
from ..model import Reason
from .audio import AudioProperties, read_audio
from .decode import decode, find_decoder
from .formats import FORMATS, extension_of, sniff_format
from .spectrum import check_spectrum
from .storage import storage_errors
from .streams import StreamReport, inspect_stream

_BIT_RATE_DIFFERENCE = 0.15


class CheckResult(StrEnum):
    """Say how a check went."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"  # It could not be done; the reason says why.
    ADVISORY = "advisory"  # Worth telling, no ground for refusal.


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Hold the outcome of one check; `reason` is None when it passed."""

    name: str  # "size", "format", "structure", "length", "bit_rate", "decode" or "spectrum"
    result: CheckResult
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Say what was announced and wanted; None leaves a check out."""

    size: int | None = None  # bytes, as the peer announced it
    duration_ms: int | None = None  # of the wanted recording
    extension: str | None = None  # The announced name's, without dot; None: the local file's own.
    bit_rate: int | None = None  # kbit/s as announced; a difference is advisory
    minimum_bit_rate: int | None = None  # kbit/s; lossless formats always pass
    duration_tolerance_ms: int = 10_000  # Picard and beets count 10 s and less as possible.
    duration_advice_ms: int = 3_000  # Above this the difference is told.
    decode: bool = False  # Decode the whole file when ffmpeg is there.
    spectrum: bool = False  # Look for traces of a lossy source in lossless files; advisory.


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Hold what the checks found; `properties` is None when the file is no readable audio."""

    ok: bool
    properties: AudioProperties | None  # Length and bit rate as measured, not as claimed.
    checks: tuple[Check, ...]

    @property
    def reason(self) -> Reason | None:
        """Return why the file was refused, None when it was not."""
        return next(
            (check.reason for check in self.checks if check.result is CheckResult.FAILED),
            None,
        )


def verify(path: Path, expectation: Expectation) -> Verdict:
    """Check size, format, structure to the last byte, length, bit rate, and decoding when asked.

    A refusal is a Verdict, not an exception. Reasons of refusal: `size_differs`, `not_audio`,
    `unreadable`, `format_mismatch`, `truncated`, `damaged`, `length_differs`, `bit_rate_too_low`,
    `decode_failed`; of a skipped check: `structure_not_checked`, `length_unknown`, `bit_rate_unknown`,
    `no_ffmpeg`, `decode_timed_out`, `decoder_failed`, `no_decoder`, `too_little_sound`; advisory: `length_differs_slightly`,
    `bit_rate_differs`, `no_checksum`, `extra_data`, `lossy_source`.
    Raises StorageError `file_vanished` or `file_not_readable`.
    """
    with storage_errors(path, reading=True):
        size = path.stat().st_size
    checks = [_check_size(size, expectation)] if expectation.size is not None else []
    try:
        claimed = read_audio(path)
    except VerificationError as error:
        checks.append(_explain_unreadable(path, error))
        return Verdict(ok=False, properties=None, checks=tuple(checks))
    report = inspect_stream(path, claimed.format)
    properties = _measured(claimed, report)
    checks.append(_check_format(properties, expectation.extension or extension_of(path.name)))
    checks.append(_check_structure(report, properties.format))
    checks.extend(_check_length(properties, expectation))
    checks.extend(_check_bit_rate(properties, expectation))
    if expectation.decode:
        checks.append(_check_decoding(path))
    if expectation.spectrum and properties.is_lossless:
        checks.append(_check_spectrum(path, properties))
    failed = any(check.result is CheckResult.FAILED for check in checks)
    return Verdict(ok=not failed, properties=properties, checks=tuple(checks))


def _explain_unreadable(path: Path, error: VerificationError) -> Check:
    """Name the fault of a file whose headers cannot be read: many of these just end too early."""
    with storage_errors(path, reading=True), path.open("rb") as file:
        format_name = sniff_format(file)
    report = inspect_stream(path, format_name) if format_name is not None else None
    if report is not None and report.fault is not None:
        return Check(name="structure", result=CheckResult.FAILED, reason=report.fault)
    reason = Reason(key=error.translation_key, placeholders=error.placeholders)
    return Check(name="format", result=CheckResult.FAILED, reason=reason)


def _measured(claimed: AudioProperties, report: StreamReport | None) -> AudioProperties:
    """Replace what the headers claim by what was counted."""
    if report is None or not report.duration_ms:
        return claimed
    # Bits in a millisecond are kilobits in a second.
    bit_rate = round(report.audio_bytes * 8 / report.duration_ms)
    return replace(claimed, duration_ms=report.duration_ms, bit_rate=bit_rate or None)


def _check_size(size: int, expectation: Expectation) -> Check:
    """Compare the size with the announced one."""
    if size == expectation.size:
        return Check(name="size", result=CheckResult.PASSED)
    placeholders = {"size": str(size), "announced": str(expectation.size)}
    return Check(
        name="size",
        result=CheckResult.FAILED,
        reason=Reason(key="size_differs", placeholders=placeholders),
    )


def _check_format(properties: AudioProperties, extension: str) -> Check:
    """Compare the content with the name; a name without extension promises nothing."""
    extension = extension.lower().removeprefix(".")
    if not extension or extension in FORMATS[properties.format].extensions:
        return Check(name="format", result=CheckResult.PASSED)
    placeholders = {
        "extension": extension,
        "format": properties.format,
        "codec": properties.codec,
    }
    return Check(
        name="format",
        result=CheckResult.FAILED,
        reason=Reason(key="format_mismatch", placeholders=placeholders),
    )


def _check_structure(report: StreamReport | None, format_name: str) -> Check:
    """Judge the walk over the whole file."""
    if report is None:
        reason = Reason(key="structure_not_checked", placeholders={"format": format_name})
        return Check(name="structure", result=CheckResult.SKIPPED, reason=reason)
    if report.fault is not None:
        return Check(name="structure", result=CheckResult.FAILED, reason=report.fault)
    if report.notes:
        return Check(name="structure", result=CheckResult.ADVISORY, reason=report.notes[0])
    return Check(name="structure", result=CheckResult.PASSED)


def _check_length(properties: AudioProperties, expectation: Expectation) -> Iterator[Check]:
    """Compare the length with the wanted recording's."""
    if expectation.duration_ms is None:
        return
    if properties.duration_ms is None:
        yield Check(
            name="length",
            result=CheckResult.SKIPPED,
            reason=Reason(key="length_unknown"),
        )
        return
    difference = abs(properties.duration_ms - expectation.duration_ms)
    placeholders = {
        "seconds": _seconds(properties.duration_ms),
        "wanted": _seconds(expectation.duration_ms),
        "difference": _seconds(difference),
    }
    if difference > expectation.duration_tolerance_ms:
        reason = Reason(key="length_differs", placeholders=placeholders)
        yield Check(name="length", result=CheckResult.FAILED, reason=reason)
    elif difference > expectation.duration_advice_ms:
        reason = Reason(key="length_differs_slightly", placeholders=placeholders)
        yield Check(name="length", result=CheckResult.ADVISORY, reason=reason)
    else:
        yield Check(name="length", result=CheckResult.PASSED)


def _check_bit_rate(properties: AudioProperties, expectation: Expectation) -> Iterator[Check]:
    """Compare the measured bit rate with what is required and what was announced."""
    announced, minimum = expectation.bit_rate, expectation.minimum_bit_rate
    if announced is None and minimum is None:
        return
    if properties.bit_rate is None:
        yield Check(
            name="bit_rate",
            result=CheckResult.SKIPPED,
            reason=Reason(key="bit_rate_unknown"),
        )
        return
    measured = {"measured": str(properties.bit_rate)}
    # An encoder aims at a rate and need not hit it; 320 asked for may come out as 319.
    if minimum is not None and not properties.is_lossless and properties.bit_rate < minimum * 0.97:
        reason = Reason(key="bit_rate_too_low", placeholders={**measured, "minimum": str(minimum)})
        yield Check(name="bit_rate", result=CheckResult.FAILED, reason=reason)
    elif (
        announced is not None
        and abs(properties.bit_rate - announced) > announced * _BIT_RATE_DIFFERENCE
    ):
        reason = Reason(
            key="bit_rate_differs",
            placeholders={**measured, "announced": str(announced)},
        )
        yield Check(name="bit_rate", result=CheckResult.ADVISORY, reason=reason)
    else:
        yield Check(name="bit_rate", result=CheckResult.PASSED)


def _check_decoding(path: Path) -> Check:
    """Decode the file for real, or say why not."""
    decoder = find_decoder()
    reason = Reason(key="no_ffmpeg") if decoder is None else decode(path, decoder)
    if reason is None:
        return Check(name="decode", result=CheckResult.PASSED)
    failed = reason.key == "decode_failed"
    return Check(
        name="decode",
        result=CheckResult.FAILED if failed else CheckResult.SKIPPED,
        reason=reason,
    )


def _check_spectrum(path: Path, properties: AudioProperties) -> Check:
    """Tell when a lossless file seems to have been lossy once, or why that cannot be told."""
    estimate, reason = check_spectrum(path, properties.format, duration_ms=properties.duration_ms)
    if reason is None:
        return Check(name="spectrum", result=CheckResult.PASSED)
    result = CheckResult.SKIPPED if estimate is None else CheckResult.ADVISORY
    return Check(name="spectrum", result=result, reason=reason)


def _seconds(milliseconds: int) -> str:
    """Return seconds with one decimal as text."""
    return f"{milliseconds / 1000:.1f}"
