"""Make chosen requests fail: rules that pick requests, and failures below the level of any service."""

import asyncio
import contextlib
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from aiohttp import web

_GIANT_CHUNK = b" " * 65_536
_GIANT_BYTES = 64 * 1024 * 1024
_HTML_PAGE = (
    "<!doctype html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>"
)


class TransportFault(StrEnum):
    """Name the failures any web service may show."""

    HTML = "html"
    TRUNCATED = "truncated"
    WRONG_SHAPE = "wrong_shape"
    GIANT = "giant"
    HANG = "hang"
    DISCONNECT = "disconnect"


@dataclass(slots=True)
class FaultRule[Name: StrEnum]:
    """Fail requests whose path matches a shell-style pattern; `times` None means until cleared."""

    fault: Name
    path: str = "*"
    times: int | None = 1
    after: int = 0
    retry_after_s: int | None = None


class FaultPlan[Name: StrEnum]:
    """Hold the rules; the first that matches a request is used."""

    def __init__(self) -> None:
        """Start without faults."""
        self._rules: list[FaultRule[Name]] = []

    def add(self, rule: FaultRule[Name]) -> None:
        """Add a rule."""
        self._rules.append(rule)

    def clear(self) -> None:
        """Drop all rules."""
        self._rules.clear()

    def take(self, path: str) -> FaultRule[Name] | None:
        """Return the rule for this request and use it up once; skipped requests count `after` down."""
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


async def fail_transport(fault: TransportFault, request: web.Request) -> web.StreamResponse:
    """Answer with something no client can use, or not at all."""
    match fault:
        case TransportFault.HTML:
            return web.Response(text=_HTML_PAGE, content_type="text/html")
        case TransportFault.TRUNCATED:
            return web.Response(text='{"href": "https://', content_type="application/json")
        case TransportFault.WRONG_SHAPE:
            return web.json_response(["not", "what", "was", "promised"])
        case TransportFault.GIANT:
            return await _send_giant(request)
        case TransportFault.HANG:
            await asyncio.Event().wait()
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _send_giant(request: web.Request) -> web.StreamResponse:
    """Send valid JSON that goes on and on, without announcing its length."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        for _ in range(_GIANT_BYTES // len(_GIANT_CHUNK)):
            await response.write(_GIANT_CHUNK)
        await response.write(b"{}")
        await response.write_eof()
    return response
