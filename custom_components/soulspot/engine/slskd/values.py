"""Read single values of slskd's JSON tolerantly: a wrong type counts as missing."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
import math
from typing import Any

Json = Mapping[str, Any]


def mapping(value: object) -> Json:
    """Return a JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> Iterator[Json]:
    """Yield the JSON objects of a list, leaving out whatever else is in it."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def text(value: object) -> str | None:
    """Return a text that is not empty, or None."""
    return value if isinstance(value, str) and value else None


def boolean(value: object) -> bool | None:
    """Return a JSON boolean, or None."""
    return value if isinstance(value, bool) else None


def number(value: object) -> float | None:
    """Return a finite JSON number, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None


def integer(value: object) -> int | None:
    """Return a JSON number without its fraction, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    finite = number(value)
    return None if finite is None else int(finite)


def natural(value: object) -> int | None:
    """Return a JSON number that is not negative, without its fraction, or None."""
    whole = integer(value)
    return whole if whole is not None and whole >= 0 else None


def moment(value: object) -> datetime | None:
    """Return a time in UTC, or None.

    slskd writes some times without "Z" although they are UTC, with up to seven digits of fraction,
    and the year 1 for "never".
    """
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except ValueError, OverflowError:
        return None
    return parsed if parsed.year > 1 else None
