"""Give the tests a simulated slskd whose time passes only when somebody waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import ClientSession
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import Service
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.slskd.client import SlskdClient
from simulators.slskd import SUPPORTED, Peer, Settings, SlskdSimulator, WriteMode

from ..turning import Activity, watch_threads

KEY = "0123456789abcdef"


class PassingClock:
    """Tell a simulator's time; waiting lets it pass."""

    def __init__(self, simulator: SlskdSimulator) -> None:
        """Follow one simulator with a manual clock."""
        self._simulator = simulator

    def now(self) -> datetime:
        """Return the wall-clock time."""
        return datetime.fromtimestamp(1_790_000_000 + self.monotonic(), UTC)

    def monotonic(self) -> float:
        """Return the simulated seconds."""
        return self._simulator.clock.now()

    async def sleep(self, seconds: float) -> None:
        """Let simulated seconds pass, with all that happens in them."""
        await self._simulator.advance(seconds)


@dataclass(frozen=True, slots=True)
class World:
    """Hold one simulated slskd and a client for it, and know when both are at rest."""

    simulator: SlskdSimulator
    client: SlskdClient
    clock: PassingClock
    http: HttpClient
    downloads: Path
    activity: Activity

    async def passing[T](self, work: Awaitable[T], step: float = 0.5) -> T:
        """Let time pass while something waits for slskd itself."""
        task = asyncio.ensure_future(work)
        await self.activity.rest()
        while not task.done():
            await self.simulator.advance(step)
            await self.activity.rest()
        return await task


type MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture(params=SUPPORTED)
def version(request: pytest.FixtureRequest) -> str:
    """Return each supported version of slskd in turn."""
    return str(request.param)


@pytest.fixture
async def make_world(session: ClientSession, tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Return a function that starts a simulated slskd with these peers."""
    async with AsyncExitStack() as stack:

        async def make(
            *peers: Peer, version: str = SUPPORTED[-1], key: str | None = None, **settings: object
        ) -> World:
            """Start one."""
            downloads = tmp_path / "downloads"
            chosen = Settings(
                version=version,
                clock_speed=0.0,
                write_mode=WriteMode.SPARSE,
                **settings,  # type: ignore[arg-type]
            )
            simulator = await stack.enter_async_context(
                SlskdSimulator(peers, downloads, settings=chosen)
            )
            clock = PassingClock(simulator)
            http = HttpClient(session=session, service=Service.SLSKD, base_url=URL(simulator.url))
            client = SlskdClient(http, key, clock)
            activity = Activity()
            await watch_threads(activity)
            return World(simulator, client, clock, http, downloads, activity)

        yield make
