"""Read lengths of tracks as lists write them."""

import re

_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)(?:[.,]\d{1,3})?")
_ISO = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,4})M)?(?:(\d{1,6})(?:[.,]\d+)?S)?", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,9})(?:[.,](\d{1,6}))?")
_SMALLEST_MILLISECONDS = 10_000  # As seconds that would be nearly three hours.


def read_clock(text: str) -> int | None:
    """Return "3:45" or "1:02:03" in milliseconds, None for anything else and for zero."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None or not match[0].isascii():
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (hours * 3600 + minutes * 60 + seconds) * 1000 or None


def read_length(text: str, *, is_milliseconds: bool = False) -> int | None:
    """Return a length in milliseconds: a clock's, ISO 8601's, or a bare number.

    A bare number without a hint is seconds when it is below 10,000.
    """
    text = text.strip()
    clock = read_clock(text)
    if clock is not None:
        return clock
    if not text.isascii():
        return None
    iso = _ISO.fullmatch(text)
    if iso is not None:
        hours, minutes, seconds = (int(part or 0) for part in iso.groups())
        return (hours * 3600 + minutes * 60 + seconds) * 1000 or None
    number = _NUMBER.fullmatch(text)
    if number is None:
        return None
    value = float(f"{number[1]}.{number[2] or 0}")
    if not is_milliseconds and value < _SMALLEST_MILLISECONDS:
        value *= 1000
    return round(value) or None
