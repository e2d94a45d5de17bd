"""Stand in for what the engine is given: time that can be turned, a cache, tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.soulspot.engine.ports import CachedPayload
from simulators.common.clock import ManualClock as SimulatedClock


class ManualClock:
    """Stand still; sleeping turns it at once."""

    def __init__(self) -> None:
        """Start at a fixed moment."""
        self._now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self._monotonic = 1000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return the wall-clock time."""
        return self._now

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and remember that somebody waited."""
        self.slept.append(seconds)
        self.advance(seconds)


class SharedClock(ManualClock):
    """Turn a simulator's time with the engine's."""

    def __init__(self, simulated: SimulatedClock) -> None:
        """Start at the simulator's moment."""
        super().__init__()
        self._simulated = simulated
        self._now = datetime.fromtimestamp(simulated.now(), UTC)

    def advance(self, seconds: float) -> None:
        """Let time pass on both sides."""
        super().advance(seconds)
        self._simulated.advance(seconds)


class MemoryCache:
    """Keep replies in memory for their lifetime."""

    def __init__(self, clock: ManualClock) -> None:
        """Take the time by which replies grow old."""
        self._clock = clock
        self._entries: dict[str, tuple[datetime, Any]] = {}

    @property
    def keys(self) -> set[str]:
        """Return the keys that are stored, old ones included."""
        return set(self._entries)

    async def get(self, key: str) -> CachedPayload | None:
        """Return the reply, or None when it is missing or too old."""
        end, payload = self._entries.get(key, (self._clock.now(), None))
        return CachedPayload(payload=payload) if end > self._clock.now() else None

    async def put(self, key: str, payload: Any, lifetime: float) -> None:
        """Store a reply."""
        self._entries[key] = (self._clock.now() + timedelta(seconds=lifetime), payload)

    async def invalidate(self, prefix: str = "") -> int:
        """Forget replies by prefix."""
        keys = [key for key in self._entries if key.startswith(prefix)]
        for key in keys:
            del self._entries[key]
        return len(keys)
