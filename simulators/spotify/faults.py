"""Make chosen requests fail the way the real service fails."""

import asyncio
from collections import deque
import contextlib
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from aiohttp import web

_GIANT_CHUNK = b" " * 65_536
_BAD_GATEWAY_PAGE = "<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"


class Fault(StrEnum):
    """Name the ways to fail."""

    RATE_LIMIT = "rate_limit"
    QUOTA = "quota"
    PREMIUM = "premium"
    NOT_REGISTERED = "not_registered"
    NOT_REGISTERED_CHECK_SETTINGS = "not_registered_check_settings"
    FORBIDDEN = "forbidden"
    SCOPE = "scope"
    EXPIRED = "expired"
    TOKEN_MISSING = "token_missing"
    NOT_FOUND = "not_found"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY = "bad_gateway"
    UNAVAILABLE = "unavailable"
    HTML = "html"
    TRUNCATED = "truncated"
    WRONG_SHAPE = "wrong_shape"
    GIANT = "giant"
    HANG = "hang"
    DISCONNECT = "disconnect"


_ERRORS: dict[Fault, tuple[int, str]] = {
    Fault.RATE_LIMIT: (429, "API rate limit exceeded"),
    Fault.QUOTA: (429, "Too many requests"),
    Fault.PREMIUM: (
        403,
        "Active premium subscription required for the owner of the app.",
    ),
    Fault.NOT_REGISTERED: (403, "User not registered in the Developer Dashboard"),
    Fault.NOT_REGISTERED_CHECK_SETTINGS: (
        403,
        "Check settings on developer.spotify.com/dashboard, the user may not be registered",
    ),
    Fault.FORBIDDEN: (403, "Forbidden"),
    Fault.SCOPE: (403, "Insufficient client scope"),
    Fault.EXPIRED: (401, "The access token expired"),
    Fault.TOKEN_MISSING: (401, "Access token missing"),
    Fault.NOT_FOUND: (404, "Resource not found"),
    Fault.SERVER_ERROR: (500, "Server error"),
    Fault.BAD_GATEWAY: (502, "Bad gateway."),
    Fault.UNAVAILABLE: (503, "Service unavailable"),
}
_DEFAULT_RETRY_AFTER_S = {Fault.RATE_LIMIT: 5, Fault.QUOTA: 48_925}


@dataclass(slots=True)
class FaultRule:
    """Fail requests whose path matches; `times` None means until cleared; sizes in bytes."""

    fault: Fault
    path: str = "*"
    times: int | None = 1
    after: int = 0
    retry_after_s: int | None = None
    giant_bytes: int = 64 * 1024 * 1024


class FaultPlan:
    """Hold the rules; the first that matches a request is used."""

    def __init__(self) -> None:
        """Start without faults."""
        self._rules: list[FaultRule] = []

    def add(self, rule: FaultRule) -> None:
        """Add a rule."""
        self._rules.append(rule)

    def clear(self) -> None:
        """Drop all rules."""
        self._rules.clear()

    def take(self, path: str) -> FaultRule | None:
        """Return the rule for this request and use it up once; skipped requests count down `after`."""
        for rule in self._rules:
            if not fnmatchcase(path, rule.path):
                continue
            if rule.after > 0:
                rule.after -= 1
                continue
            if rule.times is None:
                return rule
            if rule.times > 0:
                rule.times -= 1
                return rule
        return None


def error_response(
    status: int,
    message: str,
    *,
    reason: str | None = None,
    retry_after_s: int | None = None,
) -> web.Response:
    """Build an error in the form of the Web API."""
    error: dict[str, object] = {"status": status, "message": message}
    if reason is not None:
        error["reason"] = reason
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return web.json_response({"error": error}, status=status, headers=headers)


async def fail(rule: FaultRule, request: web.Request) -> web.StreamResponse:
    """Answer a request as its rule says."""
    fault = rule.fault
    if fault in _ERRORS:
        status, message = _ERRORS[fault]
        retry_after = rule.retry_after_s
        if retry_after is None:
            retry_after = _DEFAULT_RETRY_AFTER_S.get(fault)
        reason = "QUOTA_EXCEEDED" if fault is Fault.QUOTA else None
        return error_response(status, message, reason=reason, retry_after_s=retry_after)
    match fault:
        case Fault.HTML:
            return web.Response(text=_BAD_GATEWAY_PAGE, content_type="text/html")
        case Fault.TRUNCATED:
            return web.Response(
                text='{"href": "https://', content_type="application/json"
            )
        case Fault.WRONG_SHAPE:
            return web.json_response(["not", "what", "was", "promised"])
        case Fault.GIANT:
            return await _send_giant(request, rule.giant_bytes)
        case Fault.HANG:
            await asyncio.Event().wait()
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _send_giant(request: web.Request, size: int) -> web.StreamResponse:
    """Send valid JSON that goes on and on, without announcing its length."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        for _ in range(size // len(_GIANT_CHUNK)):
            await response.write(_GIANT_CHUNK)
        await response.write(b"{}")
        await response.write_eof()
    return response


class RollingLimit:
    """Count requests in a rolling window of seconds."""

    def __init__(self, window_s: float) -> None:
        """Take the window."""
        self._window_s = window_s
        self._times: deque[float] = deque()

    def refuse_for_s(self, now: float, limit: int | None) -> int | None:
        """Count one request; return whole seconds to wait when the limit is already reached, else None."""
        if limit is None:
            return None
        while self._times and self._times[0] <= now - self._window_s:
            self._times.popleft()
        if len(self._times) >= limit:
            return (
                int(self._times[0] + self._window_s - now) + 1
                if self._times
                else int(self._window_s)
            )
        self._times.append(now)
        return None
