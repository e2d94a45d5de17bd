"""Serve an application on 127.0.0.1 and run it from a command line."""

import asyncio
from collections.abc import Awaitable, Callable
import signal

from aiohttp import web

HOST = "127.0.0.1"


class LocalServer:
    """Run one aiohttp application on the loopback address."""

    def __init__(self, application: web.Application, port: int) -> None:
        """Take the application and a port; port 0 lets the system choose."""
        self._runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=0.2,
            handler_cancellation=True,
        )
        self._wanted_port = port
        self._port: int | None = None

    @property
    def url(self) -> str:
        """Return the base address without a slash at the end."""
        if self._port is None:
            raise RuntimeError("the simulator is not started")
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Listen."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._wanted_port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening and end open requests."""
        self._port = None
        await self._runner.cleanup()


async def serve_until_stopped(
    start: Callable[[], Awaitable[None]],
    stop: Callable[[], Awaitable[None]],
    describe: Callable[[], str],
) -> None:
    """Start, say where, and stay until an interrupt or termination signal arrives."""
    await start()
    print(describe(), flush=True)
    stopped = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stopped.set)
    await stopped.wait()
    await stop()
