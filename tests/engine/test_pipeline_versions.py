"""Check on every version of slskd that the pipeline finds its way round failures and restarts."""

import asyncio
from typing import Any, NoReturn

import pytest

from custom_components.soulspot.engine.model import DownloadState
from custom_components.soulspot.engine.slskd.client import SlskdClient
from simulators.slskd import SUPPORTED, Behaviour, Fault, Outcome

from .conftest import MakeWorld
from .failing_sources import fail_first, name_of
from .world import MINUTE, copy, peer

FILED = DownloadState.FILED
TRANSFERRING = DownloadState.TRANSFERRING


@pytest.mark.parametrize("version", SUPPORTED[:-1])
@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(Outcome.DENY_LATER, "Too many megabytes", queue_seconds=90),
        Behaviour(Outcome.SIZE_CHANGED),
        Behaviour(Outcome.NO_CONNECTION),
        Behaviour(Outcome.NEVER_START),
        Behaviour(Outcome.DROP, times=1000),
        Behaviour(Outcome.STALL, times=1000),
        Behaviour(Outcome.GONE),
    ],
    ids=name_of,
)
async def test_the_next_peer_follows_one_that_fails(
    make_world: MakeWorld, version: str, behaviour: Behaviour
) -> None:
    """Whatever an older version calls a failure, the second peer is asked, and no row of ours stays."""
    await fail_first(make_world, behaviour, version)


@pytest.mark.parametrize("version", SUPPORTED)
async def test_a_restart_of_our_own_in_mid_transfer(make_world: MakeWorld, version: str) -> None:
    """The transfer is followed on: not asked for again, filed once, and its row tidied away."""
    world = await make_world(peer("ann", copy("r3"), speed=20_000), version=version)
    await world.start("single")
    await world.sync()
    await world.until(TRANSFERRING)
    await world.pass_time(20)
    for _ in range(2):
        await world.restart()
        await world.pass_time(5)
    await world.until(FILED)
    await world.pass_time(2 * MINUTE)
    assert await world.peers_asked("r3") == ["ann"]
    assert world.slskd.statistics.downloads_enqueued == 1
    assert world.slskd.transfers.by_user() == {}


@pytest.mark.parametrize("retention_minutes", [None, 5])
@pytest.mark.parametrize("version", SUPPORTED)
async def test_a_file_that_arrives_while_nobody_looks(
    make_world: MakeWorld, version: str, retention_minutes: int | None
) -> None:
    """What came while we were stopped is filed at the next start, whether or not slskd still lists it."""
    world = await make_world(
        peer("ann", copy("r3"), speed=20_000), version=version, retention_minutes=retention_minutes
    )
    await world.start("single")
    await world.sync()
    await world.until(TRANSFERRING)
    await world.pass_time(5)
    await world.stop()
    await world.slskd.advance(15 * MINUTE)
    assert (world.slskd.transfers.by_user() == {}) == (retention_minutes is not None)
    await world.start()
    await world.until(FILED, seconds=10 * MINUTE)
    await world.pass_time(MINUTE)
    assert world.slskd.statistics.downloads_enqueued == 1
    assert world.slskd.transfers.by_user() == {}


@pytest.mark.parametrize("version", SUPPORTED)
async def test_a_request_that_was_done_but_never_noted(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    """Stopped before slskd's answer was stored: the file that arrived meanwhile is not asked for again."""
    world = await make_world(peer("ann", copy("r3")), version=version)
    ask = SlskdClient.enqueue

    async def ask_and_hear_nothing(self: SlskdClient, *details: Any, **more: Any) -> NoReturn:
        """Ask, and be stopped before the answer is of any use."""
        await ask(self, *details, **more)
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(SlskdClient, "enqueue", ask_and_hear_nothing)
    await world.start("single")
    await world.sync()
    for _ in range(20):
        await world.pass_time(15)
        if world.slskd.statistics.downloads_enqueued:
            break
    assert world.slskd.statistics.downloads_enqueued == 1
    await world.pass_time(5)
    await world.stop()
    monkeypatch.setattr(SlskdClient, "enqueue", ask)
    await world.slskd.advance(10 * MINUTE)
    await world.start()
    await world.until(FILED, seconds=10 * MINUTE)
    await world.pass_time(MINUTE)
    assert world.slskd.statistics.downloads_enqueued == 1
    assert world.slskd.transfers.by_user() == {}


@pytest.mark.parametrize("version", SUPPORTED[1:-1])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/transfers/downloads/*"),
        ("POST", "/searches"),
        ("GET", "/transfers/downloads/*"),
        ("DELETE", "/transfers/downloads/*"),
    ],
)
async def test_a_lost_answer_doubles_nothing(
    make_world: MakeWorld, version: str, method: str, path: str
) -> None:
    """What was done although nobody was told of it is found, and not done again."""
    world = await make_world(peer("ann", copy("r3"), speed=100_000), version=version)
    world.slskd.inject(Fault(method, path, loses_answer=True))
    await world.start("single")
    await world.sync()
    await world.until(FILED)
    await world.pass_time(3 * MINUTE)
    assert world.slskd.statistics.enqueued_while_active == []
    assert world.slskd.statistics.downloads_enqueued == 1
    assert world.slskd.searches.records == {}
    assert world.slskd.transfers.by_user() == {}
