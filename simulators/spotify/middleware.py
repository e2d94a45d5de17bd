"""Stand before every handler: log, scheduled edits, faults, bearer, limits, ETag."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
import hashlib

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulators.common.clock import Clock
from simulators.common.faults import FaultPlan
from simulators.common.request_log import RequestLog

from .faults import Fault, RollingLimit, error_response, fail
from .settings import SpotifySettings
from .tokens import Grant, TokenStore

GRANT = web.RequestKey("grant", Grant)
_DAY_S = 86_400
_UNTAGGED_PATHS = ("/v1/search", "/v1/me")


@dataclass(slots=True)
class ScheduledAction:
    """Run an action just before the n-th request (counted from 1) whose path matches."""

    path: str
    occurrence: int
    action: Callable[[], None]


class Gate:
    """Decide what happens to a request before the service proper sees it."""

    def __init__(self, settings: SpotifySettings, tokens: TokenStore, clock: Clock) -> None:
        """Take the knobs, the tokens and the time."""
        self._settings = settings
        self._tokens = tokens
        self._clock = clock
        self._rate = RollingLimit(30)
        self._quota = RollingLimit(_DAY_S)
        self.faults: FaultPlan[Fault] = FaultPlan()
        self.log = RequestLog()
        self.scheduled: list[ScheduledAction] = []

    def middleware(self) -> Middleware:
        """Return the aiohttp middleware."""

        @web.middleware
        async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
            """Answer or pass on one request, and log it."""
            if request.path.startswith("/_simulator"):
                return await handler(request)
            self._run_scheduled(request.path)
            response = await self._answer(request, handler)
            self.log.add(request, response, self._clock.now())
            return response

        return gate

    def _run_scheduled(self, path: str) -> None:
        """Run the actions that were waiting for this request."""
        for waiting in [item for item in self.scheduled if fnmatchcase(path, item.path)]:
            waiting.occurrence -= 1
            if waiting.occurrence == 0:
                self.scheduled.remove(waiting)
                waiting.action()

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let faults, limits and the bearer check speak first."""
        rule = self.faults.take(request.path)
        if rule is not None:
            return await fail(rule, request)
        if request.path.startswith("/v1/"):
            refusal = self._refuse_by_limit() or self._refuse_by_token(request)
            if refusal is not None:
                return refusal
        try:
            response = await handler(request)
        except web.HTTPNotFound:
            return error_response(404, "Service not found")
        except web.HTTPMethodNotAllowed:
            return error_response(405, "Method not allowed")
        if request.path.startswith("/v1/") and isinstance(response, web.Response):
            return _tag(request, response)
        return response

    def _refuse_by_limit(self) -> web.Response | None:
        """Answer 429 when a limit is set and reached."""
        now = self._clock.now()
        wait = self._quota.refuse_for_s(now, self._settings.requests_per_day)
        if wait is not None:
            return error_response(
                429, "Too many requests", reason="QUOTA_EXCEEDED", retry_after_s=wait
            )
        wait = self._rate.refuse_for_s(now, self._settings.requests_per_30_s)
        if wait is not None:
            return error_response(429, "API rate limit exceeded", retry_after_s=wait)
        return None

    def _refuse_by_token(self, request: web.Request) -> web.Response | None:
        """Check the Authorization header and keep the consent behind it with the request."""
        header = request.headers.get("Authorization")
        if header is None:
            return error_response(401, "No token provided")
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return error_response(400, "Only valid bearer authentication supported")
        grant = self._tokens.grant_of(token)
        if grant is None:
            return error_response(401, "Invalid access token")
        if self._tokens.is_expired(token):
            return error_response(401, "The access token expired")
        if grant.account in self._settings.unregistered_accounts:
            return error_response(403, "User not registered in the Developer Dashboard")
        request[GRANT] = grant
        return None


def _tag(request: web.Request, response: web.Response) -> web.Response:
    """Add cache headers, and answer 304 when the client already has this body."""
    if request.path == "/v1/search":
        response.headers["Cache-Control"] = "public, max-age=7200"
    if (
        response.status != 200
        or request.path in _UNTAGGED_PATHS
        or not isinstance(response.body, bytes)
    ):
        return response
    digest = hashlib.md5(response.body, usedforsecurity=False).hexdigest()
    tag = f'"MC-{b64encode(f'"{digest}"'.encode()).decode()}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=0"}
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    response.headers.update(headers)
    return response
