"""Find the recordings of many ISRCs with few requests."""

from collections.abc import Iterable, Sequence
from typing import Any

from ..errors import InputError
from ..isrc import fold_isrc, normalise_isrc
from ..model import Recording
from ..payload import JsonObject, integer_or_none, json_list, json_object, json_objects
from .parsing import parse_recordings_reply
from .query import isrcs_query
from .service import MusicBrainzService

ISRC_LIFETIME = 24 * 3600.0  # seconds
BATCH_SIZE = 25
SEARCH_LIMIT = 100
# The search index lags behind by hours, so what it lacks is not taken as missing for longer.
_SEARCH_MISS_LIFETIME = 3600.0  # seconds
_NOTHING: JsonObject = {"recordings": []}


class IsrcLookup:
    """Look ISRCs up one by one or in batches."""

    def __init__(self, service: MusicBrainzService) -> None:
        """Take the service to ask."""
        self._service = service

    async def one(self, isrc: str, *, refresh: bool = False) -> tuple[Recording, ...]:
        """Return the recordings of one ISRC; empty when MusicBrainz knows none.

        Fresh answers carry no releases: MusicBrainz leaves them out of this reply. Raises InputError
        when it is no ISRC.
        """
        code = normalise_isrc(isrc)
        if code is None:
            raise InputError("invalid_isrc")
        payload = await self._service.cached(
            _key(code),
            ISRC_LIFETIME,
            lambda: self._service.fetch(f"isrc/{code}", [("inc", "artist-credits isrcs aliases")]),
            refresh=refresh,
        )
        return parse_recordings_reply(payload or _NOTHING)

    async def many(
        self,
        isrcs: Iterable[str],
        *,
        confirm_misses: bool = False,
        refresh: bool = False,
    ) -> dict[str, tuple[Recording, ...]]:
        """Return the recordings, with their releases, of each code by its canonical form.

        Texts that are no ISRC are left out. Codes that the search does not find have no recordings,
        unless `confirm_misses` asks for each of them by lookup, at one request each.
        """
        codes = dict.fromkeys(code for code in map(normalise_isrc, isrcs) if code is not None)
        found = {} if refresh else await self._known(codes)
        wanted = [code for code in codes if code not in found]
        for start in range(0, len(wanted), BATCH_SIZE):
            found.update(await self._search(wanted[start : start + BATCH_SIZE]))
        if confirm_misses:
            for code in [code for code in codes if not found[code]]:
                found[code] = await self.one(code, refresh=refresh)
        return {code: found[code] for code in codes}

    async def _known(self, codes: Iterable[str]) -> dict[str, tuple[Recording, ...]]:
        """Return what the cache holds."""
        found = {}
        for code in codes:
            known = await self._service.known(_key(code)) or await self._service.known(
                _miss_key(code)
            )
            if known is not None:
                found[code] = parse_recordings_reply(known[0] or _NOTHING)
        return found

    async def _search(self, codes: Sequence[str]) -> dict[str, tuple[Recording, ...]]:
        """Search one batch and cache each code's share of the hits."""
        shares = await self._shares(codes)
        found = {}
        for code, recordings in shares.items():
            payload = {"recordings": recordings}
            if recordings:
                await self._service.keep(_key(code), payload, ISRC_LIFETIME)
            else:
                await self._service.keep(_miss_key(code), None, _SEARCH_MISS_LIFETIME)
            found[code] = parse_recordings_reply(payload)
        return found

    async def _shares(self, codes: Sequence[str]) -> dict[str, list[Any]]:
        """Return the hits for each code; a batch with more hits than one reply holds is halved."""
        params = [("query", isrcs_query(codes)), ("limit", str(SEARCH_LIMIT))]
        payload = json_object(await self._service.fetch("recording", params))
        hits = json_objects(payload.get("recordings"))
        if len(codes) > 1 and (integer_or_none(payload.get("count")) or 0) > len(hits):
            middle = len(codes) // 2
            return {
                **await self._shares(codes[:middle]),
                **await self._shares(codes[middle:]),
            }
        shares: dict[str, list[Any]] = {code: [] for code in codes}
        for hit in hits:
            for code in {
                fold_isrc(code) for code in json_list(hit.get("isrcs")) if isinstance(code, str)
            }:
                if code in shares:
                    shares[code].append(hit)
        return shares


def _key(code: str) -> str:
    """Return under which key a code's recordings are cached."""
    return f"recording:isrc:{code}"


def _miss_key(code: str) -> str:
    """Return under which key it is cached that the search does not find a code."""
    return f"recording:isrc-search:{code}"
