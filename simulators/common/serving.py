"""Serve an application on 127.0.0.1 and run it from a command line."""

import asyncio
from collections.abc import Awaitable, Callable
import signal
import socket

from aiohttp import web

HOST = "127.0.0.1"


class LocalServer:
    """Run one aiohttp application on the loopback address."""

    def __init__(self, application: web.Application, port: int) -> None:
        """Take the application and a port; port 0 lets the system choose."""
        self.application = application
        self._wanted_port = port
        self._runner: web.AppRunner | None = None
        self._keeper: socket.socket | None = None  # Bound to a port that the system chose.
        self._port: int | None = None

    @property
    def url(self) -> str:
        """Return the base address without a slash at the end."""
        if self._port is None:
            raise RuntimeError("the simulator is not started")
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Listen, at the same port as before when that was kept."""
        self._runner = runner = web.AppRunner(
            self.application,
            access_log=None,
            shutdown_timeout=0.2,
            handler_cancellation=True,
        )
        await runner.setup()
        site: web.BaseSite
        if self._wanted_port:
            site = web.TCPSite(runner, HOST, self._wanted_port)
        else:
            self._keeper = self._keeper or _bound(0)
            site = web.SockSite(runner, _bound(self._keeper.getsockname()[1]))
        await site.start()
        self._port = int(runner.addresses[0][1])

    async def stop(self, *, keeps_port: bool = False) -> None:
        """Stop listening and end open requests; a kept port is refused to everybody else."""
        self._port = None
        if self._runner is not None:
            await self._runner.cleanup()
        if self._keeper is not None and not keeps_port:
            self._keeper.close()
            self._keeper = None


def _bound(port: int) -> socket.socket:
    """Return a socket at a port that only sockets of this function share; port 0 is any free one."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((HOST, port))
    return bound


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
