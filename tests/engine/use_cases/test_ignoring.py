"""Check that nobody asks for a track that a person does not want."""

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import DownloadState, TrackId

from ..conftest import MakeWorld
from ..world import HOUR, World, copy, peer


async def ids(world: World) -> dict[str, TrackId]:
    """Return the tracks of the playlists by recording."""
    return {key: status.track.id for key, status in (await world.statuses()).items()}


async def test_an_ignored_track_is_queued_by_nobody(make_world: MakeWorld) -> None:
    """No sync, no "download what is missing", no retry; and it counts as ignored, not as missing."""
    world = await make_world(peer("ann", copy("r1")))
    await world.start("pair")
    await world.sync()
    await world.until_settled()
    track_id = (await ids(world))["r2"]
    assert (await world.status("r2")).state is DownloadState.NOT_AVAILABLE
    await world.passing(world.pipeline.queue.ignore(track_id, "only live"))
    await world.sync(force=True)
    assert await world.passing(world.pipeline.playlists.download_missing()) == 0
    assert await world.passing(world.pipeline.queue.retry_failed()) == 0
    await world.leap(30 * 24 * HOUR)
    await world.pass_time(HOUR)
    status = await world.status("r2")
    assert (status.state, status.is_ignored, status.ignored_reason) == (
        DownloadState.CANCELLED,
        True,
        "only live",
    )
    queue = await world.pipeline.queue.snapshot()
    assert (queue.tracks_wanted, queue.not_available, queue.waiting) == (0, 0, 0)
    [shown] = (await world.pipeline.playlists.snapshot()).playlists.values()
    assert (shown.tracks, shown.owned, shown.missing, shown.ignored) == (2, 1, 0, 1)


async def test_a_download_under_way_is_stopped(make_world: MakeWorld) -> None:
    """Nothing of it is left with slskd."""
    world = await make_world(peer("ann", *(copy(key) for key in ("r1", "r2")), speed=100))
    await world.start("pair")
    await world.sync()
    await world.until(DownloadState.TRANSFERRING, key="r1")
    await world.passing(world.pipeline.queue.ignore((await ids(world))["r1"]))
    assert (await world.status("r1")).state is DownloadState.CANCELLED
    await world.pass_time(HOUR)
    assert (await world.status("r1")).state is DownloadState.CANCELLED


async def test_wanting_again_takes_it_up_where_it_is_missing(make_world: MakeWorld) -> None:
    """The playlist that downloads by itself gets it after all."""
    world = await make_world(peer("ann", copy("r1"), copy("r2")))
    world.playlists.clear()
    await world.start("pair")
    await world.passing(world.pipeline.queue.pause())
    await world.sync()
    track_id = (await ids(world))["r2"]
    await world.passing(world.pipeline.queue.ignore(track_id))
    await world.passing(world.pipeline.queue.resume())
    await world.until_settled()
    assert (await world.pipeline.queue.snapshot()).filed_total == 1
    assert await world.pipeline.queue.want_again(track_id)
    await world.until_settled()
    assert (await world.status("r2")).state is DownloadState.FILED
    assert not await world.pipeline.queue.want_again(track_id)


async def test_ignoring_an_owned_track_leaves_its_file(make_world: MakeWorld) -> None:
    """What is there stays there and is shown as owned."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single")
    await world.sync()
    await world.until_settled()
    await world.passing(world.pipeline.queue.ignore((await ids(world))["r3"]))
    status = await world.status("r3")
    assert (status.state, status.is_ignored) == (DownloadState.FILED, True)
    [shown] = (await world.pipeline.playlists.snapshot()).playlists.values()
    assert (shown.owned, shown.missing, shown.ignored) == (1, 0, 0)


async def test_unknown_tracks_are_named(make_world: MakeWorld) -> None:
    """Neither can be done to a track that is not there."""
    world = await make_world()
    await world.start()
    for work in (world.pipeline.queue.ignore, world.pipeline.queue.want_again):
        with pytest.raises(InputError, match="unknown_track"):
            await world.passing(work(TrackId(99)))
