"""Keep one account's requests within Spotify's limits, over restarts too."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol, Self

from ..errors import QuotaExceededError, RateLimitedError, Service
from ..payload import integer_or_none, json_object, moment_or_none
from ..ports import Clock

DAILY_TARGET = 300  # requests
PACE = 1.0  # seconds between starts
LONGEST_WAIT = 5.0  # seconds that a call waits itself instead of failing


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardState:
    """Hold what must survive a restart: the end of a block, and the day's count (UTC)."""

    blocked_until: datetime | None = None
    is_quota: bool = False
    day: date | None = None
    requests: int = 0

    def as_payload(self) -> dict[str, str | int | bool | None]:
        """Return the state as JSON members."""
        return {
            "blocked_until": self.blocked_until.isoformat() if self.blocked_until else None,
            "is_quota": self.is_quota,
            "day": self.day.isoformat() if self.day else None,
            "requests": self.requests,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, object] | None) -> Self:
        """Read what `as_payload` wrote; damage counts as nothing stored."""
        data = json_object(payload)
        try:
            day = date.fromisoformat(str(data.get("day")))
        except ValueError:
            day = None
        return cls(
            blocked_until=moment_or_none(data.get("blocked_until")),
            is_quota=data.get("is_quota") is True,
            day=day,
            requests=max(integer_or_none(data.get("requests")) or 0, 0),
        )


class GuardStore(Protocol):
    """Keep one account's guard state over restarts."""

    async def load(self) -> GuardState | None:
        """Return the stored state, or None."""

    async def save(self, state: GuardState) -> None:
        """Replace the stored state."""


class RequestGuard:
    """Space out requests, honour pauses, count the day; shared by all of one account."""

    def __init__(
        self, clock: Clock, store: GuardStore | None = None, *, pace: float = PACE
    ) -> None:
        """Take the seconds between two starts and where to keep the state."""
        self._clock = clock
        self._store = store
        self._pace = pace
        self._lock = asyncio.Lock()
        self._state: GuardState | None = None
        self._next_start = float("-inf")

    @property
    def blocked_until(self) -> datetime | None:
        """Return when requests may go on, or None when they may now (or nothing is loaded yet)."""
        until = self._state.blocked_until if self._state else None
        return until if until is not None and until > self._clock.now() else None

    @property
    def is_quota_exceeded(self) -> bool:
        """Tell whether the present block is a used-up quota."""
        return self.blocked_until is not None and self._state is not None and self._state.is_quota

    @property
    def requests_today(self) -> int:
        """Return how many requests were made this day (UTC)."""
        state = self._state
        return state.requests if state is not None and state.day == self._clock.now().date() else 0

    @property
    def remaining_today(self) -> int:
        """Return what is left of the day's target; the guard itself does not stop at zero."""
        return max(DAILY_TARGET - self.requests_today, 0)

    async def restore(self) -> GuardState:
        """Load the state once and return it; `admit` does so too."""
        if self._state is None:
            stored = await self._store.load() if self._store else None
            # A call that overlapped may have been faster, and even have changed it.
            if self._state is None:
                self._state = stored or GuardState()
        return self._state

    async def admit(self) -> None:
        """Return when a request may start, and count it.

        Waits out the pace and pauses of up to `LONGEST_WAIT` seconds; raises QuotaExceededError or
        RateLimitedError at once for longer ones.
        """
        async with self._lock:
            await self.restore()
            while (pause := self._pause()) > 0:
                await self._clock.sleep(pause)
            self._next_start = self._clock.monotonic() + self._pace
            await self._count()

    async def block(self, seconds: float, *, is_quota: bool = False) -> None:
        """Allow nothing for so many seconds; a later end or the quota wins over what is known."""
        state = await self.restore()
        until = self._clock.now() + timedelta(seconds=max(seconds, 0.0))
        present = self.blocked_until
        if present is not None and present >= until:
            until, is_quota = present, is_quota or state.is_quota
        await self._keep(replace(state, blocked_until=until, is_quota=is_quota))

    def _pause(self) -> float:
        """Return the seconds until a request may start; raise when waiting would hold up the caller."""
        until = self.blocked_until
        blocked = (until - self._clock.now()).total_seconds() if until is not None else 0.0
        if blocked > 0 and self.is_quota_exceeded:
            raise QuotaExceededError(Service.SPOTIFY, blocked)
        if blocked > LONGEST_WAIT:
            raise RateLimitedError(Service.SPOTIFY, blocked)
        return max(blocked, self._next_start - self._clock.monotonic())

    async def _count(self) -> None:
        """Count one more request of this day."""
        state = await self.restore()
        today = self._clock.now().date()
        await self._keep(
            replace(
                state,
                day=today,
                requests=state.requests + 1 if state.day == today else 1,
            )
        )

    async def _keep(self, state: GuardState) -> None:
        """Replace the state here and where it is stored."""
        self._state = state
        if self._store is not None:
            await self._store.save(state)
