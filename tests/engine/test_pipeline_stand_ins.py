"""Check that what goes wrong for ever in one place neither stops the rest nor waits without end."""

from dataclasses import replace

import pytest

from custom_components.soulspot.engine.model import DownloadState
from custom_components.soulspot.engine.use_cases.downloads import watch_transfers
from simulators.slskd import Behaviour, Fault, Outcome

from .conftest import MakeWorld
from .world import HOUR, MINUTE, World, copy, peer

FILED = DownloadState.FILED
TRANSFERRING = DownloadState.TRANSFERRING
FOR_EVER = 10**9
PAGE = Fault("*", "*", status=200, message="<html>", content_type="text/html", times=FOR_EVER)


async def begin(world: World) -> None:
    """Bring a transfer under way."""
    await world.start("single")
    await world.sync()
    await world.until(TRANSFERRING)
    await world.pass_time(20)


@pytest.mark.parametrize("status", [200, 403, 500])
async def test_a_peer_that_slskd_never_has_an_answer_about(
    make_world: MakeWorld, status: int
) -> None:
    """The others' files come meanwhile, and after two hours another source is asked."""
    world = await make_world(
        peer("ann", copy("r3"), speed=9_000_000, behaviour=Behaviour(Outcome.NEVER_START)),
        peer("bob", copy("r3"), copy("r1"), copy("r2"), speed=10_000),
    )
    await begin(world)
    fault = replace(PAGE, method="GET", path="/transfers/downloads/ann", status=status)
    world.slskd.inject(fault)
    await world.restart("pair")
    await world.sync()
    await world.until(FILED, key="r1")
    await world.until(FILED, key="r2")
    await world.until(FILED, seconds=3 * HOUR)
    assert await world.peers_asked("r3") == ["ann", "bob"]
    world.slskd.faults.clear()
    await world.pass_time(5 * MINUTE)
    assert world.slskd.transfers.by_user() == {}


async def test_a_row_that_slskd_never_has_an_answer_about(make_world: MakeWorld) -> None:
    """When one transfer cannot be looked at, others of the same peer end, and it is left."""
    dead = copy("r3", behaviour=Behaviour(Outcome.NEVER_START))
    world = await make_world(
        peer("ann", dead, copy("r1"), copy("r2"), speed=20_000),
        peer("bob", copy("r3"), speed=10_000),
    )
    await begin(world)
    [row] = world.slskd.transfers.records.values()
    row.removed = True
    world.slskd.inject(replace(PAGE, method="GET", path=f"/transfers/downloads/ann/{row.id}"))
    await world.restart("pair")
    await world.sync()
    await world.until(FILED, key="r1")
    await world.until(FILED, key="r2")
    assert (await world.status("r3")).state is TRANSFERRING
    await world.until(FILED, seconds=3 * HOUR)


async def test_a_list_of_all_that_is_too_much_for_slskd(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the one big answer never comes, the peers are asked about one by one."""
    monkeypatch.setattr(watch_transfers, "PEERS_AT_ONCE", 0)
    world = await make_world(peer("ann", copy("r3"), speed=20_000))
    world.slskd.inject(replace(PAGE, method="GET", path="/transfers/downloads"))
    await begin(world)
    await world.restart()
    await world.until(FILED)


async def test_a_state_that_nobody_knows_has_a_deadline(make_world: MakeWorld) -> None:
    """A transfer that a later slskd calls by a new word is left after half an hour."""
    world = await make_world(
        peer("ann", copy("r3"), speed=9_000_000, behaviour=Behaviour(Outcome.NEVER_START)),
        peer("bob", copy("r3"), speed=10_000),
    )
    await begin(world)
    [row] = world.slskd.transfers.records.values()
    row.state = "Paused"
    await world.pass_time(25 * MINUTE)
    assert (await world.status("r3")).state is TRANSFERRING
    await world.until(FILED)
    assert await world.peers_asked("r3") == ["ann", "bob"]
