"""Share the world that whole pipelines are tested in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import ClientSession
import pytest

from simulators.slskd import Peer

from .world import World

type MakeWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    """Return a session like the one Home Assistant hands out."""
    async with ClientSession() as opened:
        yield opened


@pytest.fixture
async def make_world(socket_enabled: None, tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Return a function that starts a world with these people on the network."""
    async with AsyncExitStack() as stack:

        async def make(*peers: Peer, **slskd_settings: object) -> World:
            """Start one; the pipeline is started apart."""
            return await stack.enter_async_context(World(tmp_path, peers, **slskd_settings))

        yield make
