"""Name what the engine needs from whoever runs it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
import time
from typing import Any, Protocol


class Clock(Protocol):
    """Tell the time and let it pass; tests bring one they can turn."""

    def now(self) -> datetime:
        """Return the wall-clock time in UTC, with time zone."""

    def monotonic(self) -> float:
        """Return seconds that never jump."""

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""


class SystemClock:
    """Read the machine's clocks."""

    def now(self) -> datetime:
        """Return the wall-clock time in UTC, with time zone."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(seconds)


class TokenProvider(Protocol):
    """Hand out Spotify access tokens."""

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return a valid token; `refresh` asks for a new one after a refusal.

        Raises AuthenticationError when the user must log in again, UnreachableError or
        UnavailableError when the accounts service gives no answer.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedPayload:
    """Hold a cached reply; `payload` is None when the service said "not found"."""

    payload: Any


class PayloadCache(Protocol):
    """Keep replies of a service over restarts."""

    async def get(self, key: str) -> CachedPayload | None:
        """Return the reply stored under the key, or None when there is none or it is too old."""

    async def put(self, key: str, payload: Any, lifetime: float) -> None:
        """Store a JSON reply (None for "not found") for `lifetime` seconds."""

    async def invalidate(self, prefix: str = "") -> int:
        """Forget the replies whose key begins so, and return how many."""
