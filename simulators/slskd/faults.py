"""Let chosen requests go wrong: an odd answer, a slow one, or one that gets lost on the way back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aiohttp import web

from .json_rules import text_error

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Fault:
    """Describe what goes wrong with requests whose method and path match.

    `path` is a shell-style pattern below the API root. With a `status` that is the answer and nothing
    happens; with `loses_answer` the request is carried out but the connection breaks before the answer;
    `delay` in real seconds comes first in any case. After `times` requests the fault is over.
    """

    method: str
    path: str
    status: int | None = None
    message: str = ""
    content_type: str = "application/json"
    loses_answer: bool = False
    delay: float = 0.0
    times: int = 1


class Faults:
    """Hold the faults that are to come."""

    def __init__(self) -> None:
        """Begin without any."""
        self._planned: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault."""
        self._planned.append(fault)

    def clear(self) -> None:
        """Forget what is planned."""
        self._planned.clear()

    def _take(self, method: str, path: str) -> Fault | None:
        """Return the fault for a request, counting it."""
        for fault in self._planned:
            if fault.times > 0 and fault.method in (method, "*") and fnmatchcase(path, fault.path):
                fault.times -= 1
                return fault
        return None

    async def handle(self, request: web.Request, path: str, handler: Handler) -> web.StreamResponse:
        """Answer a request, or let it go wrong."""
        fault = self._take(request.method, path)
        if fault is None:
            return await handler(request)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.status is not None:
            if fault.content_type != "application/json":
                return web.Response(
                    text=fault.message,
                    status=fault.status,
                    content_type=fault.content_type,
                )
            return text_error(fault.status, fault.message)
        response = await handler(request)
        if fault.loses_answer and request.transport is not None:
            request.transport.close()
        return response
