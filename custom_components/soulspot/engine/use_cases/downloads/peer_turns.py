"""Say which peers' transfers to look at now: soon where bytes flow, later where we wait."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

FLOWING = 2.0  # seconds between looks while bytes flow or something is about to be decided
QUEUED = 30.0  # while a peer lets us wait
PEERS_AT_ONCE = 20


class PeerTurns:
    """Keep when each peer is to be looked at next."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._due: dict[str, datetime] = {}
        self._marks: dict[str, tuple[int, float]] = {}

    def update(self, marks: Mapping[str, tuple[int, float]], now: datetime) -> frozenset[str]:
        """Take over who is involved, and return who is not any more.

        A mark changes when there is a transfer more or less: then the peer is due at once.
        """
        gone = frozenset(self._marks.keys() - marks.keys())
        for username in gone:
            self._due.pop(username, None)
        for username, mark in marks.items():
            if self._marks.get(username) != mark:
                self._due[username] = now
        self._marks = dict(marks)
        return gone

    def due(self, now: datetime) -> tuple[str, ...]:
        """Return the peers whose turn it is, the longest waiting first, a bounded number."""
        # A clock that was set back must not prolong the pause.
        latest = now + timedelta(seconds=QUEUED)
        waiting = [
            (at if at <= latest else now, username)
            for username, at in self._due.items()
            if at <= now or at > latest
        ]
        return tuple(username for _, username in sorted(waiting)[:PEERS_AT_ONCE])

    def set(self, usernames: Iterable[str], seconds: float, now: datetime) -> None:
        """Look at these peers again after so many seconds."""
        for username in usernames:
            if username in self._marks:
                self._due[username] = now + timedelta(seconds=seconds)

    def hasten(self, username: str, now: datetime) -> None:
        """Look at a peer at once."""
        if username in self._due:
            self._due[username] = now

    def pause(self, now: datetime) -> float:
        """Return the seconds until somebody is due, never fewer than between looks at flowing bytes."""
        if not self._due:
            return QUEUED
        return min(max((min(self._due.values()) - now).total_seconds(), FLOWING), QUEUED)
