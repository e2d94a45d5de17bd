"""Keep the event log and call webhooks."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import itertools
import json
import logging
from typing import Any
import uuid

import aiohttp

from .clock import SimulatedClock
from .json_rules import Json, instant, without_nulls
from .transfer_model import with_numbered_enums
from .versions import SlskdVersion

_LOGGER = logging.getLogger(__name__)
_KEPT = 100_000
EVENT_TYPES = (
    "DownloadFileComplete",
    "DownloadDirectoryComplete",
    "UploadFileComplete",
    "PrivateMessageReceived",
    "RoomMessageReceived",
    "SoulseekClientConnected",
    "SoulseekClientDisconnected",
    "Noop",
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Describe an address that is told of events; `events` may hold `Any`, the time-out is real seconds."""

    url: str
    events: tuple[str, ...] = ("DownloadFileComplete",)
    headers: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 3
    timeout: float = 5.0


class EventLog:
    """Hold events, newest first, and hand them to webhooks."""

    def __init__(
        self, clock: SimulatedClock, version: SlskdVersion, webhooks: tuple[Webhook, ...] = ()
    ) -> None:
        """Begin empty."""
        self._clock = clock
        self._version = version
        self._webhooks = webhooks
        self._records: deque[dict[str, Json]] = deque(maxlen=_KEPT)
        self._session: aiohttp.ClientSession | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self.total = 0

    def add(self, kind: str, data: dict[str, Any]) -> dict[str, Json]:
        """Record an event and return its record; `data` becomes a JSON string as the version writes it."""
        record: dict[str, Json] = {
            "timestamp": instant(self._clock.ticks()),
            "type": kind,
            "data": json.dumps(self._stored(data), ensure_ascii=False, separators=(",", ":")),
            "id": str(uuid.uuid4()),
        }
        self._records.appendleft(record)
        self.total += 1
        for webhook in self._webhooks:
            if kind in webhook.events or "Any" in webhook.events:
                payload = {
                    "type": kind,
                    **data,
                    "id": record["id"],
                    "timestamp": record["timestamp"],
                }
                if not self._version.writes_nulls_in_webhooks:
                    payload = {name: without_nulls(value) for name, value in payload.items()}
                task = asyncio.get_running_loop().create_task(self._call(webhook, payload))
                self._calls.add(task)
                task.add_done_callback(self._calls.discard)
        return record

    def _stored(self, data: dict[str, Any]) -> Json:
        """Return what the database keeps of an event: once without nulls, and enums as numbers."""
        stored: Json = data if self._version.writes_nulls_in_events else without_nulls(data)
        if self._version.numbers_enums_in_events:
            return with_numbered_enums(stored)
        return stored

    def page(self, offset: int, limit: int) -> list[Json]:
        """Return a part of the log, newest first."""
        page: Iterator[dict[str, Json]] = itertools.islice(self._records, offset, offset + limit)
        return list(page)

    async def deliver(self) -> None:
        """Wait until every webhook call under way has ended."""
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def stop(self) -> None:
        """End calls and connections."""
        for call in tuple(self._calls):
            call.cancel()
        await self.deliver()
        if self._session is not None:
            await self._session.close()

    async def _call(self, webhook: Webhook, payload: dict[str, Json]) -> None:
        """Call one webhook, some times over when it fails."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=webhook.timeout)
        for _ in range(webhook.attempts):
            try:
                async with self._session.post(
                    webhook.url, json=payload, headers=webhook.headers, timeout=timeout
                ) as response:
                    if response.ok:
                        return
            except aiohttp.ClientError, TimeoutError:
                pass
        _LOGGER.warning("A webhook could not be delivered")
