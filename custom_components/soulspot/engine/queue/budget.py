"""Spend searches sparingly: the Soulseek server bans who asks too much."""

import asyncio
from collections import deque
from datetime import datetime, timedelta
import sqlite3

from ..errors import StoreError
from ..ports import Clock
from ..store import Database, network
from ..store.settings import get_setting, set_setting
from ..store.values import to_datetime
from .accounts import ACCOUNTS, Account, Accounts

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
    """Tell when the next search may be sent, over restarts and over all servers of one account."""

    def __init__(self, database: Database, clock: Clock, *, accounts: Accounts = ACCOUNTS) -> None:
        """Share the database with everybody else, and the account once its name is known."""
        self._accounts = accounts
        self._username: str | None = None
        self._account = Account()
        self._database = database
        self._clock = clock
        self._signs = 0
        # The wall clock may jump ahead; what this process sent itself is timed by the other one.
        self._own: deque[float] = deque(maxlen=SEARCHES_PER_WINDOW)

    @property
    def lane(self) -> asyncio.Lock:
        """Return what to hold from the question whether a search is allowed until it has ended."""
        return self._account.lane

    def join(self, username: str | None) -> None:
        """Share the budget of the Soulseek account of that name, None for one's own alone."""
        if username == self._username:
            return
        self.leave()
        if username is not None:
            self._username = username
            self._account = self._accounts.join(username, self)

    def leave(self) -> None:
        """Share the budget no longer."""
        if self._username is not None:
            self._accounts.leave(self._username, self)
            self._username, self._account = None, Account()

    async def next_allowed(self) -> datetime:
        """Return when a search may be sent; now or earlier means at once."""
        now = self._clock.now()
        sent, back_off = await self._database.run(_read, now)
        own = list(self._own)
        for other in self._account.others(self):
            others_sent, others_back_off = await other.spent(now)
            sent = tuple(sorted((*sent, *others_sent)))
            own = sorted((*own, *other.timed))[-SEARCHES_PER_WINDOW:]
            if others_back_off is not None:
                back_off = max(back_off or others_back_off, others_back_off)
        allowed = now
        if sent:
            allowed = max(allowed, sent[-1] + SPACING)
        if len(sent) >= SEARCHES_PER_WINDOW:
            allowed = max(allowed, sent[-SEARCHES_PER_WINDOW] + WINDOW)
        if len(own) >= SEARCHES_PER_WINDOW:
            passed = timedelta(seconds=self._clock.monotonic() - own[0])
            allowed = max(allowed, now + WINDOW - passed)
        # A clock that was set back must not prolong the pause.
        if back_off is not None and back_off - now <= BACK_OFF:
            allowed = max(allowed, back_off)
        return allowed

    async def left(self) -> int:
        """Return how many searches may still be sent in this window."""
        now = self._clock.now()
        members = (self, *self._account.others(self))
        sent = [len((await member.spent(now))[0]) for member in members]
        return max(SEARCHES_PER_WINDOW - sum(sent), 0)

    @property
    def timed(self) -> tuple[float, ...]:
        """Return when this process sent its last searches, by the clock that never jumps."""
        return tuple(self._own)

    async def spent(self, now: datetime) -> tuple[tuple[datetime, ...], datetime | None]:
        """Return the searches in the window and the end of a back-off; a closed database has none."""
        try:
            return await self._database.run(_read, now)
        except StoreError:
            return (), None

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
