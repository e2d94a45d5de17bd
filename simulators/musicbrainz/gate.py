"""Stand before the web service: who asks, how often, and which faults are due."""

from dataclasses import dataclass
from enum import StrEnum
import math
import re

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.common.clock import Clock
from simulators.common.faults import FaultPlan, FaultRule, TransportFault, fail_transport
from simulators.common.request_log import RequestLog

HELP = "For usage, please see: https://musicbrainz.org/development/mmd"
RATE_EXCEEDED = (
    "Your requests are exceeding the allowable rate limit. "
    "Please see https://wiki.musicbrainz.org/XMLWebService for more information."
)
_GENERIC_AGENT = re.compile(
    r"(?:Python|python-requests|aiohttp|Java|okhttp|Go-http-client)\b", re.IGNORECASE
)
_WINDOW_S = 1200


class Fault(StrEnum):
    """Name the ways to fail; those below the service's level are shared by all simulators."""

    BUSY = "busy"
    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY = "bad_gateway"
    HTML = "html"
    TRUNCATED = "truncated"
    WRONG_SHAPE = "wrong_shape"
    GIANT = "giant"
    HANG = "hang"
    DISCONNECT = "disconnect"


_ERRORS = {
    Fault.BUSY: (
        503,
        "The MusicBrainz web server is currently busy. Please try again later.",
    ),
    Fault.TOO_MANY: (429, "Too many requests"),
    Fault.SERVER_ERROR: (500, "Internal server error"),
    Fault.BAD_GATEWAY: (502, "Bad gateway"),
}


@dataclass(slots=True)
class MusicBrainzSettings:
    """Hold the knobs; all may be changed while the simulator runs."""

    requests_per_second: float = 1.0
    jitter_allowance: float = 0.25
    refuse_generic_agents: bool = True
    blocked_agents: tuple[str, ...] = ()


class LeakyBucket:
    """Hold what one address has asked lately; refused requests count, so hammering keeps it blocked."""

    def __init__(self, now: float) -> None:
        """Start empty."""
        self._level = 0.0
        self._at = now

    def wait_s(self, now: float, rate: float, allowance: float) -> float:
        """Count one request; return seconds until the rate has fallen, 0 when the request may pass."""
        self._level = max(0.0, self._level - (now - self._at) * rate)
        self._at = now
        excess = self._level - allowance
        self._level = min(self._level + 1.0, 2.0 + allowance)
        return 0.0 if excess <= 1e-9 else (self._level - allowance) / rate


class Gate:
    """Check every request to the web service; the Cover Art Archive is not limited."""

    def __init__(self, settings: MusicBrainzSettings, clock: Clock) -> None:
        """Take the knobs and the time."""
        self._settings = settings
        self._clock = clock
        self._buckets: dict[str, LeakyBucket] = {}
        self._window_start = clock.now()
        self._used_in_window = 0
        self.faults: FaultPlan[Fault] = FaultPlan()
        self.log = RequestLog()

    def middleware(self) -> Middleware:
        """Return the aiohttp middleware."""

        @web.middleware
        async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
            """Answer or pass on one request, and log it."""
            if request.path.startswith("/_simulator"):
                return await handler(request)
            response = await self._answer(request, handler)
            self.log.add(request, response, self._clock.now())
            return response

        return gate

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let faults, the name of the program and the rate speak first."""
        rule = self.faults.take(request.path)
        if rule is not None:
            return await self._fail(rule, request)
        if not request.path.startswith("/ws/2/"):
            return await _handled(request, handler)
        agent = request.headers.get("User-Agent", "").strip()
        if not agent or any(agent.startswith(blocked) for blocked in self._settings.blocked_agents):
            return error_response(403, "Your User-Agent is missing or not allowed.")
        wait = self._wait_s(request.remote or "", agent)
        if wait > 0:
            return error_response(503, RATE_EXCEEDED, headers=self._headers(wait))
        response = await _handled(request, handler)
        response.headers.update(self._headers(0))
        return response

    async def _fail(self, rule: FaultRule[Fault], request: web.Request) -> web.StreamResponse:
        """Answer as a rule says."""
        if rule.fault not in _ERRORS:
            return await fail_transport(TransportFault(rule.fault.value), request)
        status, message = _ERRORS[rule.fault]
        headers = {} if rule.retry_after_s is None else {"Retry-After": str(rule.retry_after_s)}
        return error_response(status, message, headers=headers)

    def _wait_s(self, remote: str, agent: str) -> float:
        """Return how long this client has to wait; programs without a name of their own always wait."""
        if self._settings.refuse_generic_agents and _GENERIC_AGENT.match(agent):
            return 1.0
        now = self._clock.now()
        bucket = self._buckets.setdefault(remote, LeakyBucket(now))
        return bucket.wait_s(
            now, self._settings.requests_per_second, self._settings.jitter_allowance
        )

    def _headers(self, wait: float) -> dict[str, str]:
        """Return the rate headers; while refused, nothing remains until the named second."""
        now = self._clock.now()
        if now - self._window_start >= _WINDOW_S:
            self._window_start, self._used_in_window = now, 0
        self._used_in_window += 1
        if wait > 0:
            return {
                "X-RateLimit-Limit": str(_WINDOW_S),
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": str(math.ceil(now + wait)),
                "Retry-After": str(math.ceil(wait)),
            }
        return {
            "X-RateLimit-Limit": str(_WINDOW_S),
            "X-RateLimit-Remaining": str(max(1, _WINDOW_S - self._used_in_window)),
            "X-RateLimit-Reset": str(math.ceil(self._window_start + _WINDOW_S)),
        }


async def _handled(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Return the handler's answer, errors as a reply."""
    try:
        return await handler(request)
    except web.HTTPException as problem:
        if request.path.startswith("/ws/2/"):
            return error_response(problem.status, problem.reason)
        return web.Response(
            status=problem.status, text=problem.text, content_type=problem.content_type
        )


def error_response(
    status: int, message: str, *, headers: dict[str, str] | None = None
) -> web.Response:
    """Build an error in the form of the web service."""
    return web.json_response({"error": message, "help": HELP}, status=status, headers=headers)
