"""Check that somebody can wait for a download, and see how far it is meanwhile."""

import asyncio

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import DownloadState, TrackId
from simulators.slskd import Behaviour, Outcome

from .conftest import MakeWorld
from .world import MINUTE, copy, peer


async def test_the_end_wakes_who_waits(make_world: MakeWorld) -> None:
    """The answer comes with the file, without a question in between."""
    world = await make_world(peer("ann", copy("r3"), speed=20_000))
    await world.start("single")
    await world.sync()
    track = (await world.until(DownloadState.TRANSFERRING)).track
    waiting = asyncio.ensure_future(world.pipeline.tracks.wait(track.id, 600))
    await world.pass_time(10)
    assert not waiting.done()
    status = await world.passing(waiting)
    assert status.state is DownloadState.FILED
    assert status.download is not None
    assert status.download.progress == 100.0


async def test_waiting_has_an_end(make_world: MakeWorld) -> None:
    """After the time is over the answer says how far it is; unknown tracks are refused."""
    world = await make_world(peer("ann", copy("r3"), speed=2_000))
    await world.start("single")
    await world.sync()
    track = (await world.until(DownloadState.TRANSFERRING)).track
    await world.pass_time(MINUTE)
    status = await world.passing(world.pipeline.tracks.wait(track.id, 0.05))
    assert status.state is DownloadState.TRANSFERRING
    assert status.download is not None
    assert status.download.progress is not None
    assert 0 < status.download.progress < 100
    with pytest.raises(InputError):
        await world.passing(world.pipeline.tracks.wait(TrackId(99), 0))


async def test_a_wish_is_waited_for_until_it_is_filed(make_world: MakeWorld) -> None:
    """A person who asks for it gets the report only then."""
    world = await make_world(peer("ann", copy("r3"), speed=200_000))
    await world.start()
    track = await world.passing(
        world.pipeline.tracks.add(
            artist="Copper Canyon Quartet", title="Gravel and Snow", duration_ms=34_000
        )
    )
    report = await world.passing(
        world.pipeline.tracks.download(track.id, timeout=600, until_filed=True)
    )
    assert report.state is DownloadState.FILED


async def test_the_place_in_a_queue_is_asked_for_when_somebody_looks(
    make_world: MakeWorld,
) -> None:
    """A peer tells the place of one track; the list of all asks nobody."""
    queueing = Behaviour(Outcome.DELIVER, queue_seconds=20 * MINUTE)
    world = await make_world(peer("ann", copy("r3", behaviour=queueing), queue_length=7))
    await world.start("single")
    await world.sync()
    track = (await world.until(DownloadState.TRANSFERRING)).track
    await world.pass_time(2 * MINUTE)
    status = await world.passing(world.pipeline.tracks.status(track.id))
    assert status.download is not None
    assert status.download.place_in_queue is not None
    assert status.download.progress == 0.0
    [listed] = await world.passing(world.pipeline.queue.entries(limit=10))
    assert listed.download is not None
