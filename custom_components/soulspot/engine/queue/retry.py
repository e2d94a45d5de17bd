"""Say how long to wait before another attempt."""

from datetime import timedelta
import random

_FIRST_PAUSE = 30.0  # seconds
_LONGEST_PAUSE = 6 * 3600.0
_LONGEST_AWAY = 1800.0
_JITTER = 0.25

# A day, a week, two weeks: somebody else is there after a day; what nobody had twice seldom comes soon.
_ABSENT_FIRST = 24 * 3600.0
_ABSENT_LONGEST = 14 * 24 * 3600.0
_ABSENT_GROWTH = 7.0


def pause_after(attempts: int, generator: random.Random) -> timedelta:
    """Return the pause after so many failed attempts: doubling, bounded, jittered."""
    return _growing(attempts, _FIRST_PAUSE, _LONGEST_PAUSE, 2.0, generator)


def pause_while_away(tries: int, generator: random.Random) -> timedelta:
    """Return the pause before a service that is away is asked again; at most half an hour."""
    return _growing(tries, _FIRST_PAUSE, _LONGEST_AWAY, 2.0, generator)


def pause_when_absent(attempts: int, generator: random.Random) -> timedelta:
    """Return the pause before looking again for what nobody on the network shares."""
    return _growing(attempts, _ABSENT_FIRST, _ABSENT_LONGEST, _ABSENT_GROWTH, generator)


def _growing(
    attempts: int, first: float, longest: float, growth: float, generator: random.Random
) -> timedelta:
    """Grow with every attempt; the jitter keeps many jobs from coming back at once."""
    seconds = min(first * growth ** min(max(attempts - 1, 0), 30), longest)
    return timedelta(seconds=seconds * (1 + _JITTER * generator.random()))
