"""Run a simulated web service, and let chosen requests to it fail."""

from enum import StrEnum
from typing import Self

from aiohttp import web

from .faults import FaultPlan, FaultRule
from .request_log import RequestLog
from .serving import LocalServer


class WebSimulator[Name: StrEnum]:
    """Serve one application on 127.0.0.1 while it is entered."""

    def __init__(
        self, application: web.Application, port: int, log: RequestLog, faults: FaultPlan[Name]
    ) -> None:
        """Take what is served, and what its requests are remembered and failed by; port 0 is any free one."""
        self._server = LocalServer(application, port)
        self._faults = faults
        self.log = log

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        await self._server.start()

    async def stop(self) -> None:
        """Stop listening."""
        await self._server.stop()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_details: object) -> None:
        """Stop."""
        await self.stop()

    @property
    def url(self) -> str:
        """Return the base address without a slash at the end."""
        return self._server.url

    def fail(
        self,
        fault: Name,
        *,
        path: str = "*",
        times: int | None = 1,
        after: int = 0,
        retry_after_s: int | None = None,
    ) -> None:
        """Fail matching requests; `path` is a shell-style pattern such as `/v1/playlists/*/items`."""
        self._faults.add(FaultRule(fault, path, times, after, retry_after_s))

    def clear_faults(self) -> None:
        """Answer properly again."""
        self._faults.clear()
