"""Fetch and remember MusicBrainz replies: identity, lane, cache and errors."""

from collections.abc import Awaitable, Callable, Sequence
import re
from typing import Any

from ..errors import InputError, InvalidReplyError
from ..http import HttpClient
from ..ports import PayloadCache
from .lane import RequestLane

PROJECT_ADDRESS = "https://github.com/soulspot-ha/soulspot"
_MUSICBRAINZ_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def user_agent(version: str) -> str:
    """Return how the project names itself, with the contact that MusicBrainz asks for."""
    return f"SoulSpot/{version} ( {PROJECT_ADDRESS} )"


def checked_id(musicbrainz_id: str) -> str:
    """Return the id in lower case, or raise InputError when it is not a UUID."""
    identifier = musicbrainz_id.strip().lower()
    if not _MUSICBRAINZ_ID.fullmatch(identifier):
        raise InputError("invalid_musicbrainz_id")
    return identifier


class MusicBrainzService:
    """Send requests below the web service's base address."""

    def __init__(
        self,
        http: HttpClient,
        lane: RequestLane,
        cache: PayloadCache | None,
        version: str,
    ) -> None:
        """Take the shared lane, and the product's version to be named."""
        self._http = http
        self._lane = lane
        self._cache = cache
        self._headers = {
            "User-Agent": user_agent(version),
            "Accept": "application/json",
        }

    async def fetch(self, path: str, params: Sequence[tuple[str, str]]) -> Any:
        """Return the parsed reply, or None when MusicBrainz has no such thing (404).

        Names in `inc` are separated by blanks. Raises as `RequestLane.run`, `HttpClient.request` and
        `HttpClient.raise_for_status`.
        """
        url = self._http.url(path).with_query([*params, ("fmt", "json")])
        reply = await self._lane.run(lambda: self._http.request("GET", url, headers=self._headers))
        if reply.status == 404:
            return None
        self._http.raise_for_status(reply)
        if not isinstance(reply.data, dict):
            raise InvalidReplyError(self._http.service)
        return reply.data

    async def cached(
        self,
        key: str,
        lifetime: float,
        fetch: Callable[[], Awaitable[Any]],
        *,
        refresh: bool = False,
    ) -> Any:
        """Return the cached reply, or fetch and keep it, "not found" (None) too; errors are not kept."""
        if not refresh and (known := await self.known(key)) is not None:
            return known[0]
        payload = await fetch()
        await self.keep(key, payload, lifetime)
        return payload

    async def known(self, key: str) -> tuple[Any] | None:
        """Return the cached reply in a tuple, or None when there is none."""
        cached = await self._cache.get(key) if self._cache is not None else None
        return None if cached is None else (cached.payload,)

    async def keep(self, key: str, payload: Any, lifetime: float) -> None:
        """Cache a reply for `lifetime` seconds."""
        if self._cache is not None:
            await self._cache.put(key, payload, lifetime)
