"""Read filed tracks, and remember what was read as long as the file stays the same."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...errors import StorageError, VerificationError
from ...library.filing import file_checksum
from ...library.tags import read_tags
from ...ports import PayloadCache

METADATA_LIFETIME = 7 * 24 * 3600.0  # seconds
CHECKSUM_LIFETIME = 24 * 3600.0


class ReadFile:
    """Serve tags and checksums; where a track's file is stands in the store itself."""

    def __init__(self, cache: PayloadCache) -> None:
        """Take the cache for files."""
        self._cache = cache

    async def tags(self, path: Path) -> dict[str, list[str]]:
        """Return a file's tags by Picard's names, none when it cannot be read; kept for seven days."""
        tags = await self._read(f"metadata:{path}", path, METADATA_LIFETIME, read_tags)
        return tags if isinstance(tags, dict) else {}

    async def checksum(self, path: Path) -> str | None:
        """Return the MD5 of a file, None when it cannot be read; kept for a day."""
        checksum = await self._read(f"checksum:{path}", path, CHECKSUM_LIFETIME, file_checksum)
        return checksum if isinstance(checksum, str) else None

    async def _read(
        self, key: str, path: Path, lifetime: float, read: Callable[[Path], Any]
    ) -> Any:
        """Return what was read before from a file of this size and age, or read it in an executor."""
        state = await asyncio.to_thread(_state, path)
        if state is None:
            return None
        known = await self._cache.get(key)
        if known is not None and known.payload["state"] == state:
            return known.payload["value"]
        try:
            value = await asyncio.to_thread(read, path)
        except StorageError, VerificationError:
            return None
        # The state before the reading: a change in between makes the next look read again.
        await self._cache.put(key, {"state": state, "value": value}, lifetime)
        return value


def _state(path: Path) -> list[int] | None:
    """Return size in bytes and modification time in nanoseconds, None when the file is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]
