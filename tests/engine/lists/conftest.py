"""Open pipelines for lists, with a simulated Spotify beside them."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import Endpoints, PipelineSettings
from simulators.spotify import SpotifySimulator


class Tokens:
    """Hand out one token."""

    def __init__(self, token: str) -> None:
        """Keep it."""
        self._token = token

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return it, whatever was asked."""
        return self._token


@pytest.fixture
async def spotify(socket_enabled: None) -> AsyncIterator[SpotifySimulator]:
    """Run Spotify."""
    async with SpotifySimulator() as simulator:
        yield simulator


@pytest.fixture
async def pipeline(tmp_path: Path, spotify: SpotifySimulator) -> AsyncIterator[Pipeline]:
    """Open a pipeline whose slskd is away."""
    library = tmp_path / "library"
    library.mkdir()
    settings = PipelineSettings(
        database=tmp_path / "soulspot.db",
        slskd_address=URL("http://127.0.0.1:9"),
        library=library,
        endpoints=Endpoints(spotify_api=URL(spotify.api_url)),
    )
    async with aiohttp.ClientSession() as session:
        opened = Pipeline(settings, session=session, tokens=Tokens(spotify.issue_token()))
        await opened.open()
        yield opened
        await opened.close()
