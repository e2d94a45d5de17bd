"""Check that what goes wrong for ever in one place neither stops the rest nor waits without end."""

from dataclasses import replace
import logging

import pytest

from custom_components.soulspot.engine.model import DownloadState, Reason
from custom_components.soulspot.engine.use_cases.downloads import watch_transfers
from custom_components.soulspot.engine.views import Trouble
from simulators.slskd import SUPPORTED, Behaviour, Fault, Outcome

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


async def test_a_row_that_cannot_be_removed_keeps_no_other(make_world: MakeWorld) -> None:
    """One row that slskd has no answer about stays alone; it goes when there is an answer again."""
    world = await make_world(
        peer("ann", copy("r3"), speed=100_000), peer("bob", copy("r1"), copy("r2"), speed=100_000)
    )
    world.slskd.inject(replace(PAGE, method="DELETE", path="/transfers/downloads/ann/*"))
    await world.start("single", "pair")
    await world.sync()
    await world.until_settled()
    await world.pass_time(5 * MINUTE)
    assert list(world.slskd.transfers.by_user()) == ["ann"]
    world.slskd.faults.clear()
    await world.pass_time(15 * MINUTE)
    assert world.slskd.transfers.by_user() == {}


# --- One kind of request -----------------------------------------------------------------------

REQUESTS = {
    "searches": ("POST", "/searches"),
    "downloads": ("POST", "/transfers/downloads/*"),
    "progress": ("GET", "/transfers/downloads*"),
}


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged but for details."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.soulspot") and record.levelno > logging.DEBUG
    ]


@pytest.mark.parametrize("request_kind", REQUESTS)
async def test_what_never_works_is_told(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture, request_kind: str
) -> None:
    """While slskd says that it is well: named as trouble, asked for ever more rarely, and over at once."""
    caplog.set_level(logging.INFO)
    method, path = REQUESTS[request_kind]
    files = tuple(copy(key) for key in ("r1", "r2", "r3", "r4"))
    world = await make_world(peer("ann", *files, speed=10_000))
    await world.start("four")
    if request_kind == "progress":
        await world.sync()
        await world.until(TRANSFERRING)
    world.slskd.inject(replace(PAGE, method=method, path=path))
    await world.sync()
    await world.pass_time(5 * MINUTE)
    queue = await world.pipeline.queue.snapshot()
    assert queue.slskd.is_connected
    await world.pass_time(35 * MINUTE)
    queue = await world.pipeline.queue.snapshot()
    assert queue.slskd.trouble is Trouble.FAILED
    assert queue.slskd.reason == Reason(key="reply_not_json", placeholders={"service": "slskd"})
    assert (queue.failed, queue.not_available) == (0, 0)
    if request_kind != "progress":
        for status in (await world.statuses()).values():
            assert status.reason == queue.slskd.reason
        assert len(world.slskd.statistics.searches_sent_at) <= 5
        asked = FOR_EVER - next(iter(world.slskd.faults._planned)).times
        assert asked <= 2 * 8  # Two jobs at a time.
    world.slskd.faults.clear()
    found = await world.until_settled()
    assert {status.state for status in found.values()} == {FILED}
    assert (await world.pipeline.queue.snapshot()).slskd.is_connected
    assert told(caplog) == [
        "slskd is not available: reply_not_json",
        "slskd is available again",
    ]
    assert world.slskd.statistics.enqueued_while_active == []
    assert world.slskd.transfers.by_user() == {}
    assert world.slskd.searches.records == {}


async def test_a_moment_of_trouble_is_not_told(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """One bad answer, and hours without any request, do not make a trouble."""
    caplog.set_level(logging.INFO)
    world = await make_world(peer("ann", copy("r3")))
    world.slskd.inject(replace(PAGE, method="POST", path="/searches", times=1))
    await world.start("single")
    await world.sync()
    await world.until(FILED)
    await world.pass_time(3 * HOUR)
    assert (await world.pipeline.queue.snapshot()).slskd.is_connected
    assert told(caplog) == []


@pytest.mark.parametrize("version", [SUPPORTED[0], SUPPORTED[-1]])
async def test_a_source_that_can_never_be_asked_for(make_world: MakeWorld, version: str) -> None:
    """When no request for one file is ever answered, the next source is asked, and nothing doubles."""
    world = await make_world(
        peer("ann", copy("r3"), speed=9_000_000),
        peer("bob", copy("r3"), copy("r1"), copy("r2"), speed=10_000),
        version=version,
    )
    fault = replace(PAGE, method="GET", path="/transfers/downloads/ann", message="<html>No</html>")
    world.slskd.inject(fault)
    await world.start("single")
    await world.sync()
    await world.pass_time(20 * MINUTE)
    assert (await world.status("r3")).state is DownloadState.CHOSEN
    await world.until(FILED)
    assert await world.peers_asked("r3") == ["bob"]
    assert world.slskd.statistics.downloads_enqueued == 1
    assert (await world.pipeline.check_slskd()).is_connected
