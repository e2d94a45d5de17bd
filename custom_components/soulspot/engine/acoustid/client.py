"""Look fingerprints up at AcoustID, at its pace and with a memory.

Parameters, replies and error codes are those of https://acoustid.org/webservice, "Lookup by fingerprint".
"""

import asyncio
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from ..errors import (
    AuthenticationError,
    InvalidReplyError,
    RateLimitedError,
    RequestRejectedError,
    UnavailableError,
)
from ..http import HttpClient, Reply, retry_after
from ..payload import integer_or_none, json_object, json_objects, text_or_none
from ..ports import Clock, PayloadCache
from .models import Identification, IdentifiedRecording, NamedArtist

PACE = 0.34  # seconds between starts: three requests a second are allowed
LIFETIME = 7 * 24 * 3600.0  # seconds
UNKNOWN_LIFETIME = 24 * 3600.0  # People submit new fingerprints every day.
_TIMEOUT = 20.0  # seconds
_PAUSE = 60.0  # seconds, after "too many" without a time
_PATIENCE = 5.0  # seconds; a file does not wait longer for its proof
_INVALID_KEY, _INTERNAL = 4, 5  # Codes of errors.
_RESULTS, _RECORDINGS, _ARTISTS = 10, 100, 20
_LONGEST_TEXT = 500  # characters


class AcoustIdClient:
    """Ask which recordings a fingerprint belongs to."""

    def __init__(
        self,
        http: HttpClient,
        key: str,
        clock: Clock,
        cache: PayloadCache | None = None,
        *,
        version: str,
    ) -> None:
        """Take the client with the service's base address, the application's key, and our version."""
        self._http = replace(http, headers={**http.headers, "User-Agent": f"SoulSpot/{version}"})
        self._key = key
        self._clock = clock
        self._cache = cache
        self._lock = asyncio.Lock()
        self._next_start = float("-inf")

    async def look_up(self, fingerprint: str, duration_s: int) -> tuple[Identification, ...]:
        """Return what is like the fingerprint of a file of so many seconds, the likest first.

        Raises AuthenticationError `acoustid_key_invalid`, RateLimitedError, UnavailableError, UnreachableError,
        RequestRejectedError and InvalidReplyError.
        """
        name = f"{duration_s}:{blake2b(fingerprint.encode(), digest_size=20).hexdigest()}"
        cached = await self._cache.get(name) if self._cache is not None else None
        if cached is not None:
            return _parse(cached.payload)
        payload = await self._ask(fingerprint, duration_s)
        found = _parse(payload)
        if self._cache is not None:
            await self._cache.put(name, payload, LIFETIME if found else UNKNOWN_LIFETIME)
        return found

    async def _ask(self, fingerprint: str, duration_s: int) -> Any:
        """Return the reply when it is a good one; the key travels in the body, never in an address."""
        form = {
            "client": self._key,
            "format": "json",
            "duration": str(duration_s),
            "meta": "recordings",
            "fingerprint": fingerprint,
        }
        async with self._lock:
            await self._wait()
            self._next_start = self._clock.monotonic() + PACE
            reply = await self._http.request("POST", "lookup", form=form, timeout=_TIMEOUT)
            if reply.status == 429:
                pause = retry_after(reply.headers, self._clock.now()) or _PAUSE
                self._next_start = self._clock.monotonic() + pause
        data = json_object(reply.data)
        if reply.is_success and data.get("status") == "ok":
            return data
        raise self._failure(reply, data)

    async def _wait(self) -> None:
        """Return when the next request may start; raise when that is too far off."""
        pause = self._next_start - self._clock.monotonic()
        if pause > _PATIENCE:
            raise RateLimitedError(self._http.service, pause)
        if pause > 0:
            await self._clock.sleep(pause)

    def _failure(self, reply: Reply, data: dict[str, Any]) -> Exception:
        """Return what a refusal means; its own words may repeat what was sent and are left out."""
        service = self._http.service
        code = integer_or_none(json_object(data.get("error")).get("code"))
        if reply.status == 429:
            return RateLimitedError(service, self._next_start - self._clock.monotonic())
        if code == _INVALID_KEY:
            return AuthenticationError(service, "acoustid_key_invalid")
        if reply.status >= 500 or code == _INTERNAL:
            return UnavailableError(service, status=str(reply.status))
        if code is None and reply.is_success:
            return InvalidReplyError(service)
        return RequestRejectedError(service, status=str(code or reply.status))


def _parse(payload: Any) -> tuple[Identification, ...]:
    """Read a reply; whatever cannot be read counts as missing."""
    results = [
        Identification(acoustid=acoustid, score=score, recordings=_recordings(result))
        for result in json_objects(json_object(payload).get("results"))[:_RESULTS]
        if (acoustid := _text(result.get("id"))) is not None
        and (score := _score(result.get("score"))) is not None
    ]
    return tuple(sorted(results, key=lambda result: -result.score))


def _recordings(result: dict[str, Any]) -> tuple[IdentifiedRecording, ...]:
    """Read the recordings of a result; those that MusicBrainz has lost have only an id."""
    return tuple(
        IdentifiedRecording(
            musicbrainz_id=identifier.lower(),
            title=_text(recording.get("title")),
            artists=_artists(recording),
        )
        for recording in json_objects(result.get("recordings"))[:_RECORDINGS]
        if (identifier := _text(recording.get("id"))) is not None
    )


def _artists(recording: dict[str, Any]) -> tuple[NamedArtist, ...]:
    """Read the artists of a recording."""
    return tuple(
        NamedArtist(name=name, musicbrainz_id=_text(artist.get("id")))
        for artist in json_objects(recording.get("artists"))[:_ARTISTS]
        if (name := _text(artist.get("name"))) is not None
    )


def _text(value: object) -> str | None:
    """Return a text of bearable length."""
    text = text_or_none(value)
    return text[:_LONGEST_TEXT] if text is not None else None


def _score(value: object) -> float | None:
    """Return a likeness between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)
