"""Make chosen requests fail the way the real service fails."""

from collections import deque
from enum import StrEnum

from aiohttp import web

from simulators.common.faults import FaultRule, TransportFault, fail_transport


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


async def fail(rule: FaultRule[Fault], request: web.Request) -> web.StreamResponse:
    """Answer a request as its rule says."""
    fault = rule.fault
    if fault not in _ERRORS:
        return await fail_transport(TransportFault(fault.value), request)
    status, message = _ERRORS[fault]
    retry_after = rule.retry_after_s
    if retry_after is None:
        retry_after = _DEFAULT_RETRY_AFTER_S.get(fault)
    reason = "QUOTA_EXCEEDED" if fault is Fault.QUOTA else None
    return error_response(status, message, reason=reason, retry_after_s=retry_after)


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
