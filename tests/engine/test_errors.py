"""Check what errors tell people."""

import pytest

from custom_components.soulspot.engine.errors import RateLimitedError, Service


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        (0.2, "1 s"),
        (45, "45 s"),
        (90, "2 min"),
        (3541, "1 h"),
        (3600, "1 h"),
        (48_925, "13 h 36 min"),
    ],
)
def test_pauses_are_told_as_people_say_them(seconds: float, spoken: str) -> None:
    """Nobody counts 48925 seconds."""
    assert RateLimitedError(Service.SPOTIFY, seconds).placeholders["pause"] == spoken
