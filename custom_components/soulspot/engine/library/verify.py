"""Judge an examined file by what was announced and what is wanted."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ..model import Reason
from .audio import AudioProperties
from .checks import Check, CheckName, CheckResult, find_failure, passed, seconds
from .examine import Examination
from .formats import FORMATS

_BIT_RATE_DIFFERENCE = 0.15
# An encoder aims at a rate and need not hit it; 320 asked for may come out as 319.
_BIT_RATE_TOLERANCE = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """Say what was announced and wanted; None leaves a check out."""

    size: int | None = None  # bytes, as the peer announced it
    duration_ms: int | None = None  # of the wanted recording
    extension: str | None = None  # The announced name's; the dot does not matter.
    bit_rate: int | None = None  # kbit/s as announced; a difference is advisory
    minimum_bit_rate: int | None = None  # kbit/s; lossless formats always pass
    duration_tolerance_ms: int = 10_000  # Picard and beets count 10 s and less as possible.
    duration_advice_ms: int = 3_000  # Above this the difference is told.


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Hold what all checks found; `properties` is None when the file is no readable audio."""

    properties: AudioProperties | None  # Length and bit rate as measured, not as claimed.
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Tell whether the file may enter the library."""
        return self.reason is None

    @property
    def reason(self) -> Reason | None:
        """Return why the file was refused, None when it was not."""
        return find_failure(self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict for storage."""
        return {
            "properties": asdict(self.properties) if self.properties is not None else None,
            "checks": [check.to_json() for check in self.checks],
        }


def judge(examination: Examination, expectation: Expectation) -> Verdict:
    """Hold the content against size, name, length and bit rate; takes no time.

    A refusal is a Verdict, not an exception. Reasons of refusal beside those of the examination:
    `size_differs`, `format_mismatch`, `length_differs`, `bit_rate_too_low`; of a skipped check:
    `length_unknown`, `bit_rate_unknown`; advisory: `length_differs_slightly`, `bit_rate_differs`.
    """
    properties = examination.properties
    checks: list[Check] = []
    if expectation.size is not None:
        checks.append(_check_size(examination.size, expectation.size))
    if properties is not None:
        checks.append(_check_format(properties, expectation.extension or ""))
    checks.extend(examination.checks)
    if properties is not None:
        checks.extend(_check_length(properties, expectation))
        checks.extend(_check_bit_rate(properties, expectation))
    return Verdict(properties=properties, checks=tuple(checks))


def _check_size(size: int, announced: int) -> Check:
    """Compare the size with the announced one."""
    figures = {"measured": str(size), "limit": str(announced)}
    if size == announced:
        return passed(CheckName.SIZE, **figures)
    placeholders = {"size": str(size), "announced": str(announced)}
    reason = Reason(key="size_differs", placeholders=placeholders)
    return Check(name=CheckName.SIZE, result=CheckResult.FAILED, reason=reason, **figures)


def _check_format(properties: AudioProperties, extension: str) -> Check:
    """Compare the content with the name; a name without extension promises nothing."""
    extension = extension.lower().removeprefix(".")
    if not extension or extension in FORMATS[properties.format].extensions:
        return passed(CheckName.FORMAT, measured=properties.format)
    placeholders = {
        "extension": extension,
        "format": properties.format,
        "codec": properties.codec,
    }
    return Check(
        name=CheckName.FORMAT,
        result=CheckResult.FAILED,
        reason=Reason(key="format_mismatch", placeholders=placeholders),
        measured=properties.format,
        limit=extension,
    )


def _check_length(properties: AudioProperties, expectation: Expectation) -> Iterator[Check]:
    """Compare the length with the wanted recording's."""
    if expectation.duration_ms is None:
        return
    limit = seconds(expectation.duration_tolerance_ms)
    if properties.duration_ms is None:
        yield Check(
            name=CheckName.LENGTH,
            result=CheckResult.SKIPPED,
            reason=Reason(key="length_unknown"),
            limit=limit,
        )
        return
    difference = abs(properties.duration_ms - expectation.duration_ms)
    measured = seconds(properties.duration_ms)
    if difference <= expectation.duration_advice_ms:
        yield passed(CheckName.LENGTH, measured=measured, limit=limit)
        return
    is_far = difference > expectation.duration_tolerance_ms
    placeholders = {
        "seconds": measured,
        "wanted": seconds(expectation.duration_ms),
        "difference": seconds(difference),
    }
    key = "length_differs" if is_far else "length_differs_slightly"
    yield Check(
        name=CheckName.LENGTH,
        result=CheckResult.FAILED if is_far else CheckResult.ADVISORY,
        reason=Reason(key=key, placeholders=placeholders),
        measured=measured,
        limit=limit,
    )


def _check_bit_rate(properties: AudioProperties, expectation: Expectation) -> Iterator[Check]:
    """Compare the measured bit rate with what is required and what was announced."""
    announced, minimum = expectation.bit_rate, expectation.minimum_bit_rate
    if announced is None and minimum is None:
        return
    if properties.bit_rate is None:
        yield Check(
            name=CheckName.BIT_RATE,
            result=CheckResult.SKIPPED,
            reason=Reason(key="bit_rate_unknown"),
        )
        return
    placeholders = {"measured": str(properties.bit_rate)}
    result, reason = CheckResult.PASSED, None
    limit = minimum if minimum is not None else announced
    is_low = minimum is not None and properties.bit_rate < minimum * _BIT_RATE_TOLERANCE
    if is_low and not properties.is_lossless:
        result = CheckResult.FAILED
        placeholders["minimum"] = str(minimum)
        reason = Reason(key="bit_rate_too_low", placeholders=placeholders)
    elif (
        announced is not None
        and abs(properties.bit_rate - announced) > announced * _BIT_RATE_DIFFERENCE
    ):
        result, limit = CheckResult.ADVISORY, announced
        placeholders["announced"] = str(announced)
        reason = Reason(key="bit_rate_differs", placeholders=placeholders)
    yield Check(
        name=CheckName.BIT_RATE,
        result=result,
        reason=reason,
        measured=str(properties.bit_rate),
        limit=str(limit),
    )
