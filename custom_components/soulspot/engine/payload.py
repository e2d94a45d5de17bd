"""Read members of foreign JSON; whatever has the wrong type counts as missing."""

from datetime import UTC, datetime
from typing import Any

# What JSON numbers hold exactly, and every database too.
_LARGEST_NUMBER = 2**53

type JsonObject = dict[str, Any]


def json_object(value: object) -> JsonObject:
    """Return the value when it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def json_list(value: object) -> list[Any]:
    """Return the value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def json_objects(value: object) -> list[JsonObject]:
    """Return the objects in a list, without whatever else stands in it."""
    return [element for element in json_list(value) if isinstance(element, dict)]


def text_or_none(value: object) -> str | None:
    """Return a text that is not blank, trimmed."""
    return (value.strip() or None) if isinstance(value, str) else None


def integer_or_none(value: object) -> int | None:
    """Return a whole number; booleans, fractions, texts and numbers beyond all sense are none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) <= _LARGEST_NUMBER else None


def positive_or_none(value: object) -> int | None:
    """Return a whole number above zero; services write 0 for "unknown"."""
    number = integer_or_none(value)
    return number if number is not None and number > 0 else None


def boolean_or_none(value: object) -> bool | None:
    """Return a boolean and nothing that merely looks like one."""
    return value if isinstance(value, bool) else None


def moment_or_none(value: object) -> datetime | None:
    """Return an ISO 8601 time as aware UTC; a time without zone is taken as UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except ValueError, OverflowError:
        return None
