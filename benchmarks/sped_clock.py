"""Let time pass faster, the same for every process that knows when it began."""

import asyncio
from datetime import UTC, datetime
import time


class SpedClock:
    """Tell a time that runs `speed` times as fast since `epoch` (Unix seconds); implements Clock."""

    def __init__(self, speed: float, epoch: float) -> None:
        """Agree with everybody who was given the same two numbers."""
        self._speed = speed
        self._epoch = epoch

    def now(self) -> datetime:
        """Return the sped-up time in UTC."""
        passed = (time.time() - self._epoch) * self._speed
        return datetime.fromtimestamp(self._epoch + passed, UTC)

    def monotonic(self) -> float:
        """Return sped-up seconds that never jump."""
        return time.monotonic() * self._speed

    async def sleep(self, seconds: float) -> None:
        """Return after so many sped-up seconds."""
        await asyncio.sleep(seconds / self._speed)
