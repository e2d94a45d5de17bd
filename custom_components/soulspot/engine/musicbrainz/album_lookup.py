"""Find the releases that MusicBrainz links to Spotify albums."""

from collections.abc import Iterable
import re
from typing import Any

from ..errors import InputError
from ..model import Release
from ..payload import JsonObject, json_object, json_objects
from .parsing import parse_url_reply
from .service import MusicBrainzService

ALBUM_LIFETIME = 24 * 3600.0  # seconds
ADDRESSES_PER_REQUEST = 100
_ADDRESS = "https://open.spotify.com/album/"
_ALBUM_ID = re.compile(r"[0-9A-Za-z]{22}", re.ASCII)


class AlbumLookup:
    """Look up the addresses of albums, many at once."""

    def __init__(self, service: MusicBrainzService) -> None:
        """Take the service to ask."""
        self._service = service

    async def releases(
        self, album_ids: Iterable[str], *, refresh: bool = False
    ) -> dict[str, tuple[Release, ...]]:
        """Return the releases of each album; none when MusicBrainz does not know its address.

        Raises InputError with `invalid_link` for a malformed id.
        """
        wanted = list(dict.fromkeys(album_ids))
        if not all(_ALBUM_ID.fullmatch(album_id) for album_id in wanted):
            raise InputError("invalid_link")
        payloads = {} if refresh else await self._known(wanted)
        missing = [album_id for album_id in wanted if album_id not in payloads]
        for start in range(0, len(missing), ADDRESSES_PER_REQUEST):
            batch = missing[start : start + ADDRESSES_PER_REQUEST]
            found = await self._ask(batch)
            for album_id in batch:
                payloads[album_id] = found.get(_ADDRESS + album_id)
                await self._service.keep(_key(album_id), payloads[album_id], ALBUM_LIFETIME)
        return {album_id: _releases(payloads[album_id], album_id) for album_id in wanted}

    async def _known(self, album_ids: Iterable[str]) -> dict[str, Any]:
        """Return what the cache holds."""
        known = {album_id: await self._service.known(_key(album_id)) for album_id in album_ids}
        return {album_id: cached[0] for album_id, cached in known.items() if cached is not None}

    async def _ask(self, album_ids: Iterable[str]) -> dict[object, JsonObject]:
        """Return what MusicBrainz says about each address that it knows."""
        resources = [("resource", _ADDRESS + album_id) for album_id in album_ids]
        payload = json_object(
            await self._service.fetch("url", [*resources, ("inc", "release-rels")])
        )
        # One address alone is answered without the list.
        urls = json_objects(payload["urls"]) if "urls" in payload else [payload]
        return {url.get("resource"): url for url in urls}


def _key(album_id: str) -> str:
    """Return under which key the releases of an album are cached."""
    return f"url:spotify:album:{album_id}"


def _releases(payload: Any, album_id: str) -> tuple[Release, ...]:
    """Return the releases in the reply about one address."""
    return () if payload is None else parse_url_reply(json_object(payload)).get(album_id, ())
