"""Connect the client to a simulated MusicBrainz that shares its time with the engine."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import Service
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.musicbrainz.client import MusicBrainzClient
from custom_components.soulspot.engine.musicbrainz.cover_art import CoverArtClient
from custom_components.soulspot.engine.musicbrainz.lane import RequestLane
from simulators.catalogue import demo_catalogue
from simulators.common.clock import ManualClock as SimulatedClock
from simulators.musicbrainz import MusicBrainzSimulator, mbid

from ..fakes import MemoryCache, SharedClock


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicBrainz:
    """Hold the simulator and what the clients were built from."""

    simulator: MusicBrainzSimulator
    client: MusicBrainzClient
    cover_art: CoverArtClient
    lane: RequestLane
    clock: SharedClock
    cache: MemoryCache

    def recording_id(self, key: str) -> str:
        """Return the id of a recording of the catalogue."""
        return mbid("recording", key)

    def isrc_of(self, key: str) -> str:
        """Return the code that the simulator holds for a recording of the catalogue."""
        return self.simulator.database.recordings[self.recording_id(key)].isrcs[0]

    @property
    def paths(self) -> list[str]:
        """Return the paths asked for, in order."""
        return [request.path.removeprefix("/ws/2/") for request in self.simulator.log.requests]


@pytest.fixture
async def musicbrainz(session: aiohttp.ClientSession) -> AsyncIterator[MusicBrainz]:
    """Start a simulated MusicBrainz with the demo's music and connect the clients to it."""
    simulated = SimulatedClock()
    clock = SharedClock(simulated)
    async with MusicBrainzSimulator(demo_catalogue(), clock=simulated) as simulator:
        lane = RequestLane(clock)
        cache = MemoryCache(clock)
        http = HttpClient(
            session=session, service=Service.MUSICBRAINZ, base_url=URL(simulator.api_url)
        )
        archive = HttpClient(
            session=session,
            service=Service.COVER_ART_ARCHIVE,
            base_url=URL(simulator.cover_art_url),
        )
        yield MusicBrainz(
            simulator=simulator,
            client=MusicBrainzClient(http, lane, cache, version="0.1.0"),
            cover_art=CoverArtClient(archive, version="0.1.0"),
            lane=lane,
            clock=clock,
            cache=cache,
        )
