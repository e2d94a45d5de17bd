"""Check that a download can be stopped anywhere on its way, and taken up again."""

import asyncio

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import DownloadState, TrackId
from simulators.slskd import SUPPORTED, Behaviour, Outcome

from .conftest import MakeWorld
from .world import HOUR, MINUTE, World, copy, peer

CANCELLED = DownloadState.CANCELLED
FILED = DownloadState.FILED
TRANSFERRING = DownloadState.TRANSFERRING


async def track_id(world: World, key: str = "r3") -> TrackId:
    """Return the id of a recording."""
    return (await world.status(key)).track.id


async def cancel(world: World, key: str = "r3") -> None:
    """Cancel a recording."""
    download = await world.passing(world.pipeline.queue.cancel(await track_id(world, key)))
    assert download.state is CANCELLED


async def begin(world: World) -> None:
    """Let the playlist be known and the work begin."""
    await world.start("single")
    await world.sync()


def living(world: World) -> list[object]:
    """Return the transfers that slskd works on."""
    return [
        row
        for row in world.slskd.transfers.records.values()
        if "Completed" not in str(row.state) and not row.removed
    ]


async def nothing_moves(world: World) -> None:
    """Let hours pass, with a sync, and see that a cancelled track stays where it is."""
    searches = len(world.slskd.statistics.searches_sent_at)
    enqueued = world.slskd.statistics.downloads_enqueued
    await world.pass_time(HOUR)
    await world.sync(force=True)
    await world.pass_time(HOUR)
    status = await world.status("r3")
    assert status.state is CANCELLED
    assert status.reason is not None
    assert status.reason.key == "cancelled_by_user"
    assert len(world.slskd.statistics.searches_sent_at) == searches
    assert world.slskd.statistics.downloads_enqueued == enqueued
    assert world.slskd.searches.records == {}
    assert world.slskd.transfers.by_user() == {}
    assert world.files() == ["Playlists/List single.m3u8"]


@pytest.mark.parametrize("version", SUPPORTED)
async def test_a_running_transfer_is_stopped_with_its_row(
    make_world: MakeWorld, version: str
) -> None:
    """When the call returns, slskd works on nothing of ours and lists nothing of ours."""
    world = await make_world(peer("ann", copy("r3"), speed=2_000), version=version)
    await begin(world)
    await world.until(TRANSFERRING)
    await world.pass_time(MINUTE)
    await cancel(world)
    assert world.slskd.transfers.by_user() == {}
    assert not living(world)
    await nothing_moves(world)


async def test_a_search_is_broken_off(make_world: MakeWorld) -> None:
    """The search is stopped and deleted, and nothing follows from it."""
    world = await make_world(peer("ann", copy("r3")))
    await begin(world)
    await world.until(DownloadState.SEARCHING)
    await world.pass_time(3)
    assert len(world.slskd.searches.records) == 1
    await cancel(world)
    await world.pass_time(MINUTE)
    await nothing_moves(world)


@pytest.mark.parametrize("version", [SUPPORTED[0], SUPPORTED[2], SUPPORTED[-1]])
@pytest.mark.parametrize("seconds", [0.0, 0.2, 2.0, 30.0])
async def test_a_request_under_way_leaves_nothing(
    make_world: MakeWorld, version: str, seconds: float
) -> None:
    """A row that comes of a request whose answer was not waited for is taken away too."""
    slow = Behaviour(Outcome.DELIVER, queue_seconds=20 * MINUTE)
    world = await make_world(peer("ann", copy("r3", behaviour=slow)), version=version)
    await begin(world)
    await world.until(DownloadState.CHOSEN, TRANSFERRING)
    if seconds:
        await world.pass_time(seconds)
    await cancel(world)
    await world.pass_time(10 * MINUTE)
    assert not living(world)
    await nothing_moves(world)


async def test_what_waits_is_cancelled(make_world: MakeWorld) -> None:
    """A track that nobody shares is looked for no more."""
    world = await make_world()
    await begin(world)
    await world.until(DownloadState.NOT_AVAILABLE)
    await cancel(world)
    await world.leap(48 * HOUR)
    await nothing_moves(world)


@pytest.mark.parametrize("version", [SUPPORTED[0], SUPPORTED[-1]])
async def test_a_row_that_cannot_be_removed_now_goes_later(
    make_world: MakeWorld, version: str
) -> None:
    """Cancelled while slskd restarts: also what slskd begins anew by itself is stopped."""
    world = await make_world(peer("ann", copy("r3"), speed=2_000), version=version)
    await begin(world)
    await world.until(TRANSFERRING)
    await world.pass_time(MINUTE)
    restarting = asyncio.ensure_future(world.slskd.restart(3 * MINUTE))
    await world.pass_time(5)
    await cancel(world)
    await world.restart()
    await world.passing(restarting)
    await world.pass_time(8 * MINUTE)
    assert not living(world)
    await nothing_moves(world)


async def test_a_cancelled_track_is_taken_up_again(make_world: MakeWorld) -> None:
    """At once after the cancellation, from the same peer, and filed once."""
    world = await make_world(peer("ann", copy("r3"), speed=20_000))
    await begin(world)
    await world.until(TRANSFERRING)
    await world.pass_time(20)
    await cancel(world)
    await world.passing(world.pipeline.queue.retry(await track_id(world)))
    assert (await world.until(FILED)).state is FILED
    await world.pass_time(2 * MINUTE)
    assert await world.peers_asked("r3") == ["ann", "ann"]
    assert world.slskd.transfers.by_user() == {}
    assert world.slskd.statistics.enqueued_while_active == []


async def test_a_waiting_track_is_taken_up_at_once(make_world: MakeWorld) -> None:
    """What would be looked for again in hours is looked for now."""
    world = await make_world()
    await begin(world)
    await world.until(DownloadState.NOT_AVAILABLE)
    before = len(world.slskd.statistics.searches_sent_at)
    await world.passing(world.pipeline.queue.retry(await track_id(world)))
    await world.pass_time(2 * MINUTE)
    assert len(world.slskd.statistics.searches_sent_at) > before


async def test_what_cannot_be_cancelled_or_retried_says_why(make_world: MakeWorld) -> None:
    """Each refusal has a name; a second cancellation is none."""
    world = await make_world(peer("ann", copy("r3")))
    await begin(world)
    filed = (await world.until(FILED)).track.id
    queue = world.pipeline.queue
    track = await world.passing(
        world.pipeline.tracks.add(artist="Copper Canyon Quartet", title="Unheard")
    )
    refusals = {
        "nothing_to_cancel": queue.cancel(filed),
        "already_in_library": queue.retry(filed),
        "nothing_to_retry": queue.retry(track.id),
        "unknown_track": queue.cancel(TrackId(99)),
    }
    for key, refused in refusals.items():
        with pytest.raises(InputError) as caught:
            await world.passing(refused)
        assert caught.value.translation_key == key
    await world.passing(world.pipeline.tracks.download(track.id, timeout=0))
    for _ in range(2):
        assert (await world.passing(queue.cancel(track.id))).state is CANCELLED
