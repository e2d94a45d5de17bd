"""Check that whatever stands in for slskd, a login page or nothing at all, only makes jobs wait."""

from dataclasses import replace
from datetime import timedelta
import logging

import pytest

from custom_components.soulspot.engine.model import DownloadState
from custom_components.soulspot.engine.use_cases.downloads import transfer_deadlines
from custom_components.soulspot.engine.views import Trouble
from simulators.slskd import SUPPORTED, Behaviour, Fault, Outcome

from .conftest import MakeWorld
from .world import HOUR, MINUTE, World, copy, peer

FILED = DownloadState.FILED
TRANSFERRING = DownloadState.TRANSFERRING
FOR_EVER = 10**9

PAGE = Fault("*", "*", status=200, message="<html>Log in</html>", content_type="text/html")
GARBAGE = Fault("*", "*", status=200, message="{oops", content_type="application/hal+json")
GATEWAY = Fault("*", "*", status=502, message="Bad gateway", content_type="text/html")
NOWHERE = Fault("*", "*", status=404, message="page not found", content_type="text/plain")
FORBIDDEN = Fault("*", "*", status=403, message="<html>No</html>", content_type="text/html")
STAND_INS = [PAGE, GARBAGE, GATEWAY, NOWHERE, FORBIDDEN]

CALLS = {
    "search start": ("POST", "/searches"),
    "search poll": ("GET", "/searches/*"),
    "enqueue": ("POST", "/transfers/downloads/*"),
    "transfers poll": ("GET", "/transfers/downloads*"),
    "events": ("GET", "/events*"),
}


def whatever(fault: Fault) -> str:
    """Return what a stand-in is called in the name of a test."""
    return f"{fault.status} {fault.content_type}"


async def assert_unharmed(world: World) -> None:
    """See that nothing was failed, used up, doubled or left behind."""
    assert await world.peers_asked("r3") == ["ann"]
    events = [entry.event for entry in await world.journal("r3")]
    assert "source_failed" not in events
    assert "failed" not in events
    assert world.slskd.statistics.downloads_enqueued == 1
    assert world.slskd.statistics.enqueued_while_active == []
    await world.pass_time(5 * MINUTE)
    assert world.slskd.searches.records == {}
    assert world.slskd.transfers.by_user() == {}


async def attempts_of_jobs(world: World) -> list[int]:
    """Return how many attempts the jobs under way have used."""

    def read(connection: object) -> list[int]:
        rows = connection.execute(  # type: ignore[attr-defined]
            "SELECT attempts FROM job WHERE state IN ('pending', 'waiting', 'running')"
        )
        return [row[0] for row in rows]

    return await world.pipeline._context.database.run(read)


# --- One call at a time ------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("version", "stand_in"),
    [
        *zip(SUPPORTED[:-1], STAND_INS[:4], strict=True),
        *((SUPPORTED[-1], stand_in) for stand_in in STAND_INS),
    ],
    ids=lambda value: value if isinstance(value, str) else whatever(value),
)
async def test_one_call_that_somebody_else_answers(
    make_world: MakeWorld, version: str, stand_in: Fault, call: str
) -> None:
    """For a quarter of an hour one kind of request is answered by a proxy: the track waits, and is filed then."""
    method, path = CALLS[call]
    world = await make_world(peer("ann", copy("r3"), speed=100_000), version=version)
    world.slskd.inject(replace(stand_in, method=method, path=path, times=FOR_EVER))
    await world.start("single")
    await world.sync()
    await world.pass_time(15 * MINUTE)
    states = {status.state for status in (await world.statuses()).values()}
    if call == "events":
        # slskd's rules alone lead to the file as well.
        assert states == {FILED}
    else:
        assert states <= {
            DownloadState.QUEUED,
            DownloadState.SEARCHING,
            DownloadState.CHOSEN,
            TRANSFERRING,
        }
        assert all(attempts <= 1 for attempts in await attempts_of_jobs(world))
    world.slskd.faults.clear()
    await world.until(FILED, seconds=HOUR)
    await assert_unharmed(world)


async def test_a_search_survives_a_moment_of_trouble(make_world: MakeWorld) -> None:
    """A page instead of the progress or of the answers costs a second, and not the search."""
    world = await make_world(peer("ann", copy("r3")))
    for path in ("/searches/*", "/searches/*/responses"):
        world.slskd.inject(replace(PAGE, method="GET", path=path, times=2))
    await world.start("single")
    await world.sync()
    await world.until(FILED)
    assert len(world.slskd.statistics.searches_sent_at) == 1


# --- Everything at once ------------------------------------------------------------------------


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged but for details."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.soulspot") and record.levelno > logging.DEBUG
    ]


@pytest.mark.parametrize(
    ("version", "stand_in"),
    [*((version, PAGE) for version in SUPPORTED), *((SUPPORTED[-1], it) for it in STAND_INS[2:])],
    ids=lambda value: value if isinstance(value, str) else whatever(value),
)
async def test_somebody_else_at_the_address(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture, version: str, stand_in: Fault
) -> None:
    """Begun in mid-transfer, for 40 minutes: one line down, one back, and ever fewer looks."""
    caplog.set_level(logging.INFO)
    world = await make_world(peer("ann", copy("r3"), speed=20_000), version=version)
    await world.start("single")
    await world.sync()
    await world.until(TRANSFERRING)
    await world.pass_time(20)
    world.slskd.inject(replace(stand_in, times=FOR_EVER))
    before = world.slskd.requests.count()
    await world.pass_time(10)
    assert not world.pipeline._watch.is_ready
    await world.pass_time(40 * MINUTE)
    asked = world.slskd.requests.count() - before
    assert 20 <= asked <= 40
    assert (await world.status("r3")).state is TRANSFERRING
    health = (await world.pipeline.queue.snapshot()).slskd
    assert not health.is_connected
    world.slskd.faults.clear()
    await world.until(FILED)
    [down, back] = told(caplog)
    assert down.startswith("slskd is not available: ")
    assert back == "slskd is available again"
    await assert_unharmed(world)


@pytest.mark.parametrize("state", [DownloadState.SEARCHING, TRANSFERRING])
async def test_a_call_that_fails_tells_at_once(make_world: MakeWorld, state: DownloadState) -> None:
    """While something is under way nobody waits for the next look to learn that slskd is away."""
    world = await make_world(peer("ann", copy("r3"), speed=20_000))
    await world.start("single")
    await world.sync()
    await world.until(state)
    await world.pass_time(4)
    await world.slskd._api_server.stop()
    for _ in range(9):
        await world.pass_time(1)
        health = (await world.pipeline.queue.snapshot()).slskd
        if not health.is_connected:
            break
    assert health.trouble is Trouble.UNREACHABLE


async def test_pauses_between_looks_start_anew(make_world: MakeWorld) -> None:
    """After a long absence and a return the first looks at the next absence are quick again."""
    world = await make_world(peer("ann"))
    await world.start("single")
    watch = world.pipeline._watch
    pauses = []
    for _ in range(2):
        world.slskd.inject(replace(PAGE, times=FOR_EVER))
        for _ in range(8):
            await world.passing(world.pipeline.check_slskd())
            pauses.append(watch.pause)
        world.slskd.faults.clear()
        await world.passing(world.pipeline.check_slskd())
        assert watch.pause == 30.0
        world.slskd.disconnect_from_soulseek()
        await world.passing(world.pipeline.check_slskd())
        assert watch.pause == 30.0
        assert not watch.is_ready
        world.slskd.connect_to_soulseek()
    assert pauses[:8] == pauses[8:] == [5.0, 10.0, 20.0, 40.0, 80.0, 120.0, 120.0, 120.0]


# --- Deadlines ---------------------------------------------------------------------------------


async def time_until_left(world: World) -> float:
    """Return after how many seconds ann's transfer is left."""
    began = world.clock.monotonic()

    async def is_left() -> bool:
        events = [entry.event for entry in await world.journal("r3")]
        return "source_failed" in events

    await world.turner.until(is_left, 12 * HOUR)
    return world.clock.monotonic() - began


async def test_time_without_slskd_is_nobodys_fault(make_world: MakeWorld) -> None:
    """A peer has half an hour to start, and an absence in between does not count."""
    world = await make_world(
        peer("ann", copy("r3"), speed=9_000_000, behaviour=Behaviour(Outcome.NEVER_START)),
        peer("bob", copy("r3"), speed=10_000),
    )
    await world.start("single")
    await world.sync()
    await world.until(TRANSFERRING)
    await world.pass_time(20 * MINUTE)
    world.slskd.inject(replace(GATEWAY, times=FOR_EVER))
    await world.pass_time(40 * MINUTE)
    world.slskd.faults.clear()
    left = await time_until_left(world)
    assert 8 * MINUTE < left < 14 * MINUTE
    await world.until(FILED)
    assert await world.peers_asked("r3") == ["ann", "bob"]


async def test_a_machine_that_slept_blames_nobody(make_world: MakeWorld) -> None:
    """After a night's sleep a transfer gets the rest of its time, and no less."""
    world = await make_world(
        peer("ann", copy("r3"), behaviour=Behaviour(Outcome.NEVER_START)),
        peer("bob", copy("r3"), speed=10_000),
    )
    await world.start("single")
    await world.sync()
    await world.until(TRANSFERRING)
    await world.pass_time(20 * MINUTE)
    await world.leap(8 * HOUR)
    assert (await world.status("r3")).state is TRANSFERRING
    assert 8 * MINUTE < await time_until_left(world) < 14 * MINUTE


async def test_a_peer_that_crawls_is_left_in_the_end(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that never stop, but would take for ever, are no download."""
    monkeypatch.setattr(transfer_deadlines, "_ALL_BUT_BYTES", timedelta(minutes=4))
    crawling = replace(peer("ann", copy("r3"), speed=9_000_000), real_speed=150)
    world = await make_world(crawling, peer("bob", copy("r3"), speed=10_000))
    await world.start("single")
    await world.sync()
    await world.until(TRANSFERRING)
    size = (await world.pipeline._context.database.run(_sizes))[0]
    assert size / 150 > 2 * HOUR
    left = await time_until_left(world)
    assert 3 * MINUTE < left <= 4 * MINUTE + size / 8_000 + 5
    await world.until(FILED)
    [failed] = [entry for entry in await world.journal("r3") if entry.event == "source_failed"]
    assert failed.data["reason"] == "transfer_too_slow"
    assert await world.peers_asked("r3") == ["ann", "bob"]


def _sizes(connection: object) -> list[int]:
    """Return the sizes of the candidates."""
    rows = connection.execute("SELECT size FROM transfer")  # type: ignore[attr-defined]
    return [row[0] for row in rows]
