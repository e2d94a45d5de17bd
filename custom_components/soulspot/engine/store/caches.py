"""Keep replies of the services over restarts, bounded, each for its lifetime."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
import sqlite3
from typing import Any

from ..ports import CachedPayload, Clock
from .database import Database
from .values import dump, load

ENTRIES_PER_SPACE = 20_000
BYTES_PER_SPACE = 64 * 1024 * 1024
_WRITES_BETWEEN_CLEANUPS = 500


class CacheSpace(StrEnum):
    """Name a cache."""

    MUSICBRAINZ = "musicbrainz"
    SPOTIFY = "spotify"
    FILES = "files"
    ACOUSTID = "acoustid"


@dataclass(slots=True)
class CacheStatistics:
    """Count what a cache was asked since the start."""

    hits: int = 0
    misses: int = 0


class StoredCache:
    """Serve one space of the cache table; implements the PayloadCache port."""

    def __init__(self, database: Database, space: CacheSpace, clock: Clock) -> None:
        """Share the database with everybody else."""
        self._database = database
        self.space = space
        self._clock = clock
        self.statistics = CacheStatistics()
        self._writes = 0

    async def get(self, key: str) -> CachedPayload | None:
        """Return the reply stored under the key, or None when there is none or it is too old."""
        found = await self._database.run(_get, self.space, key, self._clock.now().timestamp())
        if found is None:
            self.statistics.misses += 1
        else:
            self.statistics.hits += 1
        return found

    async def put(self, key: str, payload: Any, lifetime: float) -> None:
        """Store a JSON reply (None for "not found") for `lifetime` seconds."""
        now = self._clock.now()
        expires = now + timedelta(seconds=lifetime)
        await self._database.run(
            _put,
            self.space,
            key,
            payload,
            now=now.timestamp(),
            expires=expires.timestamp(),
        )
        self._writes += 1
        if self._writes % _WRITES_BETWEEN_CLEANUPS == 0:
            await self.cleanup()

    async def invalidate(self, prefix: str = "") -> int:
        """Forget the replies whose key begins so, and return how many."""
        return await self._database.run(_invalidate, self.space, prefix)

    async def cleanup(self) -> int:
        """Drop what is too old, and what expires first above the bounds; also done now and then."""
        return await self._database.run(_cleanup, self.space, self._clock.now().timestamp())

    async def size(self) -> int:
        """Count the stored replies."""
        return await self._database.run(_size, self.space)

    async def bytes_used(self) -> int:
        """Return how much the stored replies take, in bytes."""
        return await self._database.run(_bytes, self.space)


def _get(
    connection: sqlite3.Connection, space: CacheSpace, key: str, now: float
) -> CachedPayload | None:
    """Read one entry; one from the future (a clock that jumped back) counts as too old."""
    row = connection.execute(
        "SELECT payload FROM cache WHERE space = ? AND key = ? AND expires_at > ? AND stored_at <= ?",
        (space.value, key, now, now),
    ).fetchone()
    return None if row is None else CachedPayload(payload=load(row["payload"]))


def _put(
    connection: sqlite3.Connection,
    space: CacheSpace,
    key: str,
    payload: Any,
    *,
    now: float,
    expires: float,
) -> None:
    """Write one entry."""
    text = None if payload is None else dump(payload)
    connection.execute(
        """
        INSERT OR REPLACE INTO cache (space, key, payload, stored_at, expires_at, size)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        (space.value, key, text, now, expires, len(text or "")),
    )


def _invalidate(connection: sqlite3.Connection, space: CacheSpace, prefix: str) -> int:
    """Delete by prefix, without wildcards of the user's making."""
    return connection.execute(
        "DELETE FROM cache WHERE space = ? AND substr(key, 1, ?) = ?",
        (space.value, len(prefix), prefix),
    ).rowcount


def _cleanup(connection: sqlite3.Connection, space: CacheSpace, now: float) -> int:
    """Delete what is too old, then the entries that expire first above the bound."""
    dropped = connection.execute(
        "DELETE FROM cache WHERE space = ? AND (expires_at <= ? OR stored_at > ?)",
        (space.value, now, now),
    ).rowcount
    dropped += connection.execute(
        """
        DELETE FROM cache WHERE space = ? AND key IN (
            SELECT key FROM (
                SELECT key, sum(size) OVER (ORDER BY expires_at DESC, key) AS total FROM cache WHERE space = ?
            ) WHERE total > ?
        )
        """,
        (space.value, space.value, BYTES_PER_SPACE),
    ).rowcount
    surplus = _size(connection, space) - ENTRIES_PER_SPACE
    if surplus > 0:
        dropped += connection.execute(
            """
            DELETE FROM cache WHERE (space, key) IN
                (SELECT space, key FROM cache WHERE space = ? ORDER BY expires_at LIMIT ?)
            """,
            (space.value, surplus),
        ).rowcount
    return dropped


def _size(connection: sqlite3.Connection, space: CacheSpace) -> int:
    """Count one space."""
    return int(
        connection.execute("SELECT count(*) FROM cache WHERE space = ?", (space.value,)).fetchone()[
            0
        ]
    )


def _bytes(connection: sqlite3.Connection, space: CacheSpace) -> int:
    """Add up one space; its replies are ASCII."""
    row = connection.execute(
        "SELECT coalesce(sum(size), 0) FROM cache WHERE space = ?", (space.value,)
    ).fetchone()
    return int(row[0])
