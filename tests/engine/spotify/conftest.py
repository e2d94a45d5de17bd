"""Connect the client to a simulated Spotify."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import AuthenticationError, Service
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.spotify.client import SpotifyClient
from custom_components.soulspot.engine.spotify.guard import RequestGuard
from simulators.spotify import SpotifySimulator

from ..fakes import ManualClock, MemoryCache


class SimulatedTokens:
    """Hand out tokens of the simulator, as long as the user is logged in."""

    def __init__(self, simulator: SpotifySimulator) -> None:
        """Log in."""
        self._simulator = simulator
        self.token = simulator.issue_token()
        self.is_logged_in = True

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return the token, a new one after a refusal."""
        if refresh:
            if not self.is_logged_in:
                raise AuthenticationError(Service.SPOTIFY)
            self.token = self._simulator.issue_token()
        return self.token


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotify:
    """Hold the simulator and what the client was built from."""

    simulator: SpotifySimulator
    client: SpotifyClient
    tokens: SimulatedTokens
    clock: ManualClock
    guard: RequestGuard
    cache: MemoryCache
    http: HttpClient


@pytest.fixture
async def spotify(session: aiohttp.ClientSession) -> AsyncIterator[Spotify]:
    """Start a simulated Spotify with the demo's music and connect the client to it."""
    async with SpotifySimulator() as simulator:
        http = HttpClient(
            session=session,
            service=Service.SPOTIFY,
            base_url=URL(simulator.api_url),
            timeout=5.0,
        )
        clock = ManualClock()
        tokens = SimulatedTokens(simulator)
        guard = RequestGuard(clock)
        cache = MemoryCache(clock)
        yield Spotify(
            simulator=simulator,
            client=SpotifyClient(http, tokens, guard, cache),
            tokens=tokens,
            clock=clock,
            guard=guard,
            cache=cache,
            http=http,
        )
