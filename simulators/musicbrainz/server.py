"""Put the MusicBrainz simulator together and run it."""

from typing import Self

from aiohttp import web

from simulators.catalogue import Catalogue, demo_catalogue
from simulators.common.clock import Clock
from simulators.common.faults import FaultRule
from simulators.common.request_log import RequestLog
from simulators.common.serving import LocalServer

from .api import WebService
from .build import build_database
from .cover_art import PREFIX, CoverArtArchive
from .gate import Fault, Gate, MusicBrainzSettings


class MusicBrainzSimulator:
    """Serve the web service and the Cover Art Archive on one port of 127.0.0.1."""

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        *,
        settings: MusicBrainzSettings | None = None,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Take the music (the demo's by default), the knobs, the time and a port (0: any free one)."""
        self.settings = MusicBrainzSettings() if settings is None else settings
        self.clock = Clock() if clock is None else clock
        self.database = build_database(demo_catalogue() if catalogue is None else catalogue)
        self._gate = Gate(self.settings, self.clock)
        self._cover_art = CoverArtArchive(self.database, "")
        application = web.Application(middlewares=[self._gate.middleware()])
        WebService(self.database, self.clock).add_routes(application)
        self._cover_art.add_routes(application)
        self._server = LocalServer(application, port)

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        await self._server.start()
        self._cover_art.base_url = self._server.url

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
        """Return what stands for https://musicbrainz.org."""
        return self._server.url

    @property
    def api_url(self) -> str:
        """Return what stands for https://musicbrainz.org/ws/2."""
        return f"{self._server.url}/ws/2"

    @property
    def cover_art_url(self) -> str:
        """Return what stands for https://coverartarchive.org."""
        return f"{self._server.url}{PREFIX}"

    @property
    def log(self) -> RequestLog:
        """Return the requests answered so far, with counters."""
        return self._gate.log

    def fail(
        self,
        fault: Fault,
        *,
        path: str = "*",
        times: int | None = 1,
        after: int = 0,
        retry_after_s: int | None = None,
    ) -> None:
        """Fail matching requests; `path` is a shell-style pattern such as `/ws/2/isrc/*`."""
        self._gate.faults.add(FaultRule(fault, path, times, after, retry_after_s))

    def clear_faults(self) -> None:
        """Answer properly again."""
        self._gate.faults.clear()
