"""Spend searches sparingly: the Soulseek server bans who asks too much."""

from collections import deque
from datetime import datetime, timedelta
import sqlite3

from ..ports import Clock
from ..store import Database, network
from ..store.settings import get_setting, set_setting
from ..store.values import to_datetime

# No official number exists; mature clients stay below 34 searches in 220 s. Some are left to the
# user, who searches in slskd's own page.
WINDOW = timedelta(seconds=220)
SEARCHES_PER_WINDOW = 30
SPACING = timedelta(seconds=2)
BACK_OFF = timedelta(minutes=30)
_BACK_OFF_KEY = "search_back_off_until"
# One empty instant answer can be chance; the server's silence repeats itself.
SIGNS_BEFORE_BACK_OFF = 3


class SearchBudget:
    """Tell when the next search may be sent, over restarts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Share the database with everybody else."""
        self._database = database
        self._clock = clock
        self._signs = 0
        # The wall clock may jump ahead; what this process sent itself is timed by the other one.
        self._own: deque[float] = deque(maxlen=SEARCHES_PER_WINDOW)

    async def next_allowed(self) -> datetime:
        """Return when a search may be sent; now or earlier means at once."""
        now = self._clock.now()
        sent, back_off = await self._database.run(_read, now)
        allowed = now
        if sent:
            allowed = max(allowed, sent[-1] + SPACING)
        if len(sent) >= SEARCHES_PER_WINDOW:
            allowed = max(allowed, sent[-SEARCHES_PER_WINDOW] + WINDOW)
        if len(self._own) >= SEARCHES_PER_WINDOW:
            passed = timedelta(seconds=self._clock.monotonic() - self._own[0])
            allowed = max(allowed, now + WINDOW - passed)
        # A clock that was set back must not prolong the pause.
        if back_off is not None and back_off - now <= BACK_OFF:
            allowed = max(allowed, back_off)
        return allowed

    async def spend(self, search_id: str) -> None:
        """Write a search down before it is sent, so that a crash cannot hide it."""
        now = self._clock.now()
        await self._database.run(
            network.record_search, search_id, now=now, forget_before=now - WINDOW
        )
        self._own.append(self._clock.monotonic())

    async def note_throttled(self) -> None:
        """Note a sign of throttling; several in a row stop searching for half an hour."""
        self._signs += 1
        if self._signs >= SIGNS_BEFORE_BACK_OFF:
            self._signs = 0
            until = self._clock.now() + BACK_OFF
            await self._database.run(set_setting, _BACK_OFF_KEY, until.timestamp())

    def note_answered(self) -> None:
        """Note that the network answers."""
        self._signs = 0


def _read(
    connection: sqlite3.Connection, now: datetime
) -> tuple[tuple[datetime, ...], datetime | None]:
    """Return the searches in the window and the end of a back-off."""
    network.clamp_searches(connection, now=now)
    seconds = get_setting(connection, _BACK_OFF_KEY)
    return network.searches_since(connection, now - WINDOW), to_datetime(seconds)
