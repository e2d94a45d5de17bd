"""Hold what checks say about a file, in a form that can be stored and shown."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from ..model import Reason


class CheckResult(StrEnum):
    """Say how a check went."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"  # It could not be done; the reason says why.
    ADVISORY = "advisory"  # Worth telling, no ground for refusal.


class CheckName(StrEnum):
    """Name a check, with the unit of its figures."""

    SIZE = "size"  # bytes
    FORMAT = "format"
    STRUCTURE = "structure"
    LENGTH = "length"  # seconds; the limit is the difference that is borne
    BIT_RATE = "bit_rate"  # kbit/s
    DECODE = "decode"  # seconds of sound
    CODEC = "codec"
    CHECKSUM = "checksum"
    SPECTRUM = "spectrum"  # percent of likelihood
    ACOUSTID = "acoustid"  # percent of likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Hold the outcome of one check: why it did not pass, what was measured, and what was allowed."""

    name: CheckName
    result: CheckResult
    reason: Reason | None = None  # None when it passed.
    measured: str | None = None
    limit: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the check for storage; what is unknown is left out."""
        data: dict[str, Any] = {"name": self.name.value, "result": self.result.value}
        if self.reason is not None:
            data["reason"] = self.reason.to_json()
        if self.measured is not None:
            data["measured"] = self.measured
        if self.limit is not None:
            data["limit"] = self.limit
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the check that `to_json` wrote."""
        reason = data.get("reason")
        return cls(
            name=CheckName(data["name"]),
            result=CheckResult(data["result"]),
            reason=Reason.from_json(reason) if reason else None,
            measured=data.get("measured"),
            limit=data.get("limit"),
        )


def passed(name: CheckName, *, measured: str | None = None, limit: str | None = None) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name=name, result=CheckResult.PASSED, measured=measured, limit=limit)


def find_failure(checks: tuple[Check, ...]) -> Reason | None:
    """Return why a file is refused, None when it is not."""
    return next((check.reason for check in checks if check.result is CheckResult.FAILED), None)


def seconds(milliseconds: int) -> str:
    """Return seconds with one decimal as text."""
    return f"{milliseconds / 1000:.1f}"
