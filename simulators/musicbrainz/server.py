"""Put the MusicBrainz simulator together and run it."""

from aiohttp import web

from simulators.catalogue import Catalogue, demo_catalogue
from simulators.common.clock import Clock
from simulators.common.web_simulator import WebSimulator

from .api import WebService
from .build import build_database
from .cover_art import PREFIX, CoverArtArchive
from .gate import Fault, Gate, MusicBrainzSettings


class MusicBrainzSimulator(WebSimulator[Fault]):
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
        super().__init__(application, port, self._gate.log, self._gate.faults)

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        await super().start()
        self._cover_art.base_url = self.url

    @property
    def api_url(self) -> str:
        """Return what stands for https://musicbrainz.org/ws/2."""
        return f"{self.url}/ws/2"

    @property
    def cover_art_url(self) -> str:
        """Return what stands for https://coverartarchive.org."""
        return f"{self.url}{PREFIX}"
