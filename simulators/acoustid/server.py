"""Answer as AcoustID's "lookup by fingerprint" (https://acoustid.org/webservice).

Good replies are `{"status": "ok", "results": [{"id", "score", "recordings": [{"id", "title", "duration",
"artists": [{"id", "name"}]}]}]}`: without `recordings` when nobody named the fingerprint, and a recording
that MusicBrainz has lost has an id only. Errors are `{"status": "error", "error": {"code", "message"}}` with
status 400. Three requests a second are allowed; what happens above is not documented, here it is 429.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
import uuid

from aiohttp import web

from simulators.common.clock import Clock
from simulators.common.request_log import RequestLog
from simulators.common.serving import LocalServer

_REQUESTS_A_SECOND = 3
ERRORS = {
    "missing_parameter": (2, 'missing required parameter "{name}"'),
    "invalid_fingerprint": (3, "invalid fingerprint"),
    "invalid_key": (4, "invalid API key"),
    "internal": (5, "internal error"),
}
_LONGEST_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Artist:
    """Name an artist as MusicBrainz does."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Describe a recording of MusicBrainz; without a title it was lost there."""

    id: str
    title: str | None = None
    artists: tuple[Artist, ...] = ()
    duration_s: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the recording as the service writes it."""
        data: dict[str, Any] = {"id": self.id}
        if self.title is not None:
            data["title"] = self.title
        if self.duration_s is not None:
            data["duration"] = self.duration_s
        if self.artists:
            data["artists"] = [{"id": artist.id, "name": artist.name} for artist in self.artists]
        return data


@dataclass(frozen=True, slots=True)
class Match:
    """Hold what a fingerprint is like; the score is 0 to 1."""

    score: float
    recordings: tuple[Recording, ...] = ()


class AcoustIdSimulator:
    """Serve the lookup on 127.0.0.1."""

    def __init__(
        self,
        known: Mapping[str, Sequence[Match]],
        *,
        key: str = "application-key",
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Take what is known about which fingerprint, the accepted key, and the time."""
        self.known = dict(known)
        self.key = key
        self.log = RequestLog()
        self.asked: list[Mapping[str, str]] = []
        self.failure: str | None = None  # A key of `ERRORS` that every request ends in.
        self._clock = Clock() if clock is None else clock
        self._latest: deque[float] = deque(maxlen=_REQUESTS_A_SECOND)
        application = web.Application(client_max_size=_LONGEST_BODY)
        application.router.add_route("*", "/v2/lookup", self._lookup)
        self._server = LocalServer(application, port)

    async def __aenter__(self) -> Self:
        """Listen."""
        await self._server.start()
        return self

    async def __aexit__(self, *_details: object) -> None:
        """Stop listening."""
        await self._server.stop()

    @property
    def api_url(self) -> str:
        """Return what stands for https://api.acoustid.org/v2."""
        return f"{self._server.url}/v2"

    async def _lookup(self, request: web.Request) -> web.Response:
        """Answer one request, and remember it."""
        form = await request.post() if request.method == "POST" else {}
        given = {**request.query, **{name: str(value) for name, value in form.items()}}
        response = self._answer(given)
        self.asked.append(given)
        self.log.add(request, response, self._clock.now())
        return response

    def _answer(self, given: Mapping[str, str]) -> web.Response:
        """Return the reply to a lookup."""
        if not given.get("client"):
            return _error("missing_parameter", name="client")
        if given["client"] != self.key:
            return _error("invalid_key")
        if self._is_too_fast():
            return web.json_response({"status": "error"}, status=429, headers={"Retry-After": "1"})
        if self.failure is not None:
            return _error(self.failure)
        for name in ("duration", "fingerprint"):
            if not given.get(name):
                return _error("missing_parameter", name=name)
        if not given["duration"].isdecimal():
            return _error("missing_parameter", name="duration")
        matches = self.known.get(given["fingerprint"])
        if matches is None:
            return _error("invalid_fingerprint")
        with_recordings = "recordings" in given.get("meta", "").split()
        results = [_result(match, with_recordings=with_recordings) for match in matches]
        return web.json_response({"status": "ok", "results": results})

    def _is_too_fast(self) -> bool:
        """Tell whether there were too many requests within a second; this one counts too."""
        now = self._clock.now()
        is_full = len(self._latest) == _REQUESTS_A_SECOND and now - self._latest[0] < 1.0
        self._latest.append(now)
        return is_full


def _result(match: Match, *, with_recordings: bool) -> dict[str, Any]:
    """Return one match as the service writes it."""
    names = "".join(recording.id for recording in match.recordings)
    data: dict[str, Any] = {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, names)), "score": match.score}
    if with_recordings and match.recordings:
        data["recordings"] = [recording.to_json() for recording in match.recordings]
    return data


def _error(key: str, **placeholders: str) -> web.Response:
    """Return an error of the service."""
    code, message = ERRORS[key]
    return web.json_response(
        {"status": "error", "error": {"code": code, "message": message.format(**placeholders)}},
        status=500 if key == "internal" else 400,
    )
