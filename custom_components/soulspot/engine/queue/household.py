"""Let the accounts of one process know of each other, so that no recording is downloaded twice."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..model import Track
from ..ports import Clock

# An account may start minutes later than its neighbours, or lose its slskd: its transfers go on meanwhile.
PATIENCE = 10 * 60.0  # seconds
_LOOK_AGAIN = 60.0  # seconds after which the folder is listed anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Hold what an account lets its neighbours know."""

    database: Path
    is_paused: Callable[[], bool]
    is_connected: Callable[[], bool]  # To its slskd.
    on_news: Callable[[Track, bool], None]  # A neighbour has ended with a track: filed it or not.


class Household:
    """Hold the accounts whose databases lie in one folder."""

    def __init__(self) -> None:
        """Begin empty; whoever decides to download holds the lock meanwhile."""
        self.lock = asyncio.Lock()
        self._members: dict[Path, Member] = {}
        self._absent_since: dict[Path, float] = {}
        self._lost: dict[Path, tuple[float, float]] = {}  # Since when, as was seen last at.
        self._listed: dict[Path, tuple[float, tuple[Path, ...]]] = {}

    def join(self, member: Member) -> None:
        """Take an account in."""
        self._members[member.database] = member
        self._absent_since.pop(member.database, None)
        self._listed.clear()

    def leave(self, member: Member, clock: Clock) -> None:
        """Let an account go: it may be back in a moment."""
        if self._members.get(member.database) is member:
            del self._members[member.database]
            self._absent_since[member.database] = clock.monotonic()
            self._listed.clear()

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody is left."""
        return not self._members

    def listed(self, member: Member, clock: Clock) -> tuple[Path, ...] | None:
        """Return the neighbours' databases as they were listed a moment ago, None when that is too old."""
        at, paths = self._listed.get(member.database, (0.0, None))
        return paths if paths is not None and clock.monotonic() - at < _LOOK_AGAIN else None

    def note_listed(self, member: Member, paths: Iterable[Path], clock: Clock) -> None:
        """Keep what the folder holds for a moment; who is seen first, and is not here, is waited for."""
        now = clock.monotonic()
        found = tuple(paths)
        self._listed[member.database] = now, found
        for path in found:
            if path not in self._members:
                self._absent_since.setdefault(path, now)

    def is_following(self, database: Path, clock: Clock) -> bool:
        """Tell whether an account follows its transfers, or can be expected to do so again."""
        member, now = self._members.get(database), clock.monotonic()
        if member is None:
            return now - self._absent_since.get(database, now) < PATIENCE
        if member.is_connected():
            self._lost.pop(database, None)
            return True
        since, looked_at = self._lost.get(database, (now, now))
        if now - looked_at >= PATIENCE:
            since = now  # Who knows what was in between.
        self._lost[database] = since, now
        return now - since < PATIENCE

    def is_searching(self, database: Path) -> bool:
        """Tell whether an account is here and gets on with its searches and requests."""
        member = self._members.get(database)
        return member is not None and not member.is_paused() and member.is_connected()

    def is_filing(self, database: Path) -> bool:
        """Tell whether an account is here and brings what has arrived into its library."""
        member = self._members.get(database)
        return member is not None and not member.is_paused()

    def is_here(self, database: Path) -> bool:
        """Tell whether an account is here."""
        return database in self._members

    def has_others(self, member: Member) -> bool:
        """Tell whether anybody else is here."""
        return any(other is not member for other in self._members.values())

    def tell(self, member: Member, track: Track, *, is_filed: bool) -> None:
        """Tell the neighbours that this account has ended with a track."""
        for other in tuple(self._members.values()):
            if other is not member:
                other.on_news(track, is_filed)


_HOUSEHOLDS: dict[Path, Household] = {}


def enter(member: Member) -> Household:
    """Return the household of the folder that an account's database lies in, with the account in it."""
    household = _HOUSEHOLDS.setdefault(member.database.parent, Household())
    household.join(member)
    return household


def leave(member: Member, clock: Clock) -> None:
    """Take an account out of its household."""
    household = _HOUSEHOLDS.get(member.database.parent)
    if household is not None:
        household.leave(member, clock)
        if household.is_empty:
            del _HOUSEHOLDS[member.database.parent]
