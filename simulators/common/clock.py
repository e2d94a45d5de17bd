"""Tell the simulators the time, so that hours and months can pass without waiting."""

import time


class Clock:
    """Run with the real time, at a chosen speed, plus whatever it was advanced by; in Unix seconds."""

    def __init__(self, speed: float = 1.0) -> None:
        """Start at the present moment."""
        self._started_at = time.time()
        self._started_monotonic = time.monotonic()
        self._speed = speed
        self._advanced = 0.0

    def now(self) -> float:
        """Return the simulated Unix time in seconds."""
        elapsed = time.monotonic() - self._started_monotonic
        return self._started_at + elapsed * self._speed + self._advanced

    def advance(self, seconds: float) -> None:
        """Let simulated seconds pass at once."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._advanced += seconds


class ManualClock(Clock):
    """Stand still until advanced."""

    def __init__(self, start: float = 1_790_000_000.0) -> None:
        """Start at a fixed Unix time in seconds."""
        super().__init__(speed=0.0)
        self._started_at = start
