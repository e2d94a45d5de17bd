"""Talk to the MusicBrainz simulator the way any polite client would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

from simulators.catalogue import Catalogue
from simulators.common.clock import ManualClock
from simulators.musicbrainz import MusicBrainzSettings, MusicBrainzSimulator

from .reply import Reply

AGENT = "SimulatorTest/1.0 ( https://example.org/contact )"


class MusicBrainzClient:
    """Send requests a second of simulated time apart."""

    def __init__(self, simulator: MusicBrainzSimulator, session: ClientSession) -> None:
        """Take a running simulator."""
        self.simulator = simulator
        self.session = session

    async def send(
        self,
        path: str,
        query: list[tuple[str, str]] | None = None,
        *,
        agent: str | None = AGENT,
        redirects: bool = True,
    ) -> Reply:
        """Return the reply to a GET of a path below /ws/2, or of a whole address, at once."""
        address = path if path.startswith("http") else f"{self.simulator.api_url}/{path}"
        headers = {"User-Agent": agent} if agent is not None else {}
        skipped = ["User-Agent"] if agent is None else []
        async with self.session.get(
            address,
            params=query,
            headers=headers,
            skip_auto_headers=skipped,
            allow_redirects=redirects,
        ) as response:
            return await Reply.read(response)

    async def get(self, path: str, **query: str) -> Any:
        """Return the JSON of a successful GET, a second after the one before."""
        reply = await self.paced(path, **query)
        assert reply.status == 200, reply.body
        return reply.json()

    async def error(self, path: str, **query: str) -> tuple[int, str]:
        """Return status and message of a refused GET."""
        reply = await self.paced(path, **query)
        return reply.status, reply.json()["error"]

    async def paced(self, path: str, **query: str) -> Reply:
        """Return the reply to a GET, a second after the one before."""
        self.simulator.clock.advance(1)
        return await self.send(path, [("fmt", "json"), *query.items()])


@asynccontextmanager
async def connected(
    catalogue: Catalogue | None = None, settings: MusicBrainzSettings | None = None
) -> AsyncIterator[MusicBrainzClient]:
    """Start a simulator whose clock stands still, and connect to it."""
    simulator = MusicBrainzSimulator(catalogue, settings=settings, clock=ManualClock())
    async with simulator, ClientSession() as session:
        yield MusicBrainzClient(simulator, session)
