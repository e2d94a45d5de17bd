"""Check that a person gets exactly the file they chose, and is asked again when it cannot be had."""

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import DownloadState, TrackId
from simulators.audio import Damage, Profile

from ..conftest import MakeWorld
from ..world import World, copy, peer


async def searched(make_world: MakeWorld, *people: object) -> tuple[World, TrackId]:
    """Return a world in which a track was searched for, but not downloaded."""
    world = await make_world(*people)
    await world.start("single")
    await world.passing(world.pipeline.queue.pause())
    await world.sync()
    return world, (await world.status("r3")).track.id


async def test_a_file_of_a_search_can_be_chosen(make_world: MakeWorld) -> None:
    """The slow peer's MP3 is taken although somebody offers better, and nobody else is asked."""
    world, track_id = await searched(
        make_world,
        peer("ann", copy("r3", profile=Profile.FLAC_16_44)),
        peer("bob", copy("r3"), speed=50_000),
    )
    report = await world.passing(world.pipeline.tracks.search(track_id=track_id))
    [offer] = [item for item in report.candidates if item["peer"] == "bob"]
    chosen = await world.passing(
        world.pipeline.queue.choose(
            track_id, username=str(offer["peer"]), filename=str(offer["file"])
        )
    )
    assert not chosen.state.is_final
    await world.passing(world.pipeline.queue.resume())
    status = await world.until(DownloadState.FILED)
    assert status.file is not None
    assert status.file.format == "mp3"
    assert await world.peers_asked("r3") == ["bob"]


async def test_a_stored_file_can_be_chosen_by_its_place(make_world: MakeWorld) -> None:
    """What was found stays listed, the others as not chosen."""
    world, track_id = await searched(
        make_world, peer("ann", copy("r3")), peer("bob", copy("r3"), speed=50_000)
    )
    await world.passing(world.pipeline.queue.resume())
    await world.until(DownloadState.TRANSFERRING)
    stored = await world.pipeline.tracks.candidates(track_id)
    other = next(item for item in stored if item.data["username"] == "bob")
    await world.passing(world.pipeline.queue.choose(track_id, position=other.position))
    status = await world.until(DownloadState.FILED)
    assert status.file is not None
    assert (await world.peers_asked("r3"))[-1] == "bob"
    with pytest.raises(InputError, match="already_in_library"):
        await world.passing(world.pipeline.queue.choose(track_id, position=0))


async def test_a_chosen_file_that_fails_is_asked_about_again(make_world: MakeWorld) -> None:
    """The person hears why, and can choose another one; nothing is taken behind their back."""
    world, track_id = await searched(
        make_world,
        peer("ann", copy("r3")),
        peer("bob", copy("r3", damage=Damage.TRUNCATED), speed=50_000),
    )
    await world.passing(world.pipeline.tracks.search(track_id=track_id))
    path = copy("r3").path
    await world.passing(world.pipeline.queue.choose(track_id, username="bob", filename=path))
    await world.passing(world.pipeline.queue.resume())
    status = await world.until(DownloadState.ASK)
    assert status.reason is not None
    assert status.reason.key == "chosen_file_failed"
    assert await world.peers_asked("r3") == ["bob"]
    await world.passing(world.pipeline.queue.choose(track_id, username="ann", filename=path))
    await world.until(DownloadState.FILED)
    assert await world.peers_asked("r3") == ["bob", "ann"]


async def test_the_length_is_the_persons_business(make_world: MakeWorld) -> None:
    """A file that is too long for the track is refused by itself, but not when it was chosen."""
    world, track_id = await searched(make_world, peer("ann", copy("r3", length_ms=95_000)))
    await world.passing(world.pipeline.tracks.search(track_id=track_id))
    path = copy("r3").path
    await world.passing(world.pipeline.queue.choose(track_id, username="ann", filename=path))
    await world.passing(world.pipeline.queue.resume())
    status = await world.until(DownloadState.FILED)
    assert status.file is not None
    assert status.file.duration_ms == pytest.approx(95_000, abs=100)


async def test_what_nobody_has_shown_cannot_be_chosen(make_world: MakeWorld) -> None:
    """Neither a place that is not there nor a file of no search."""
    world, track_id = await searched(make_world, peer("ann", copy("r3")))
    for named in ({"position": 5}, {"username": "ann", "filename": "x"}):
        with pytest.raises(InputError, match="unknown_candidate"):
            await world.passing(world.pipeline.queue.choose(track_id, **named))
    with pytest.raises(InputError, match="unknown_track"):
        await world.passing(world.pipeline.queue.choose(TrackId(99), position=0))
