"""Check that filed tracks follow what is learned about them later."""

from pathlib import Path

from custom_components.soulspot.engine.library.filing import file_checksum
from custom_components.soulspot.engine.library.tag_set import TagSet
from custom_components.soulspot.engine.library.tags import write_tags
from custom_components.soulspot.engine.model import DownloadState, MetadataField
from custom_components.soulspot.engine.use_cases.library.retag_track import queue_retagging
from custom_components.soulspot.engine.views import TrackStatus
from simulators.musicbrainz import mbid

from ..conftest import MakeWorld
from ..world import World, copy, peer


async def filed(make_world: MakeWorld) -> tuple[World, TrackStatus]:
    """Return a world in which one track is filed."""
    world = await make_world(peer("p", copy("r3")))
    await world.start("single")
    await world.sync()
    status = await world.until(DownloadState.FILED)
    await world.pass_time(60)
    return world, status


def content_of(status: TrackStatus) -> bytes:
    """Return the bytes of a track's file."""
    assert status.file_path is not None
    return Path(status.file_path).read_bytes()


def is_told(status: TrackStatus) -> bool:
    """Tell whether what is stored about a file is true."""
    assert status.file is not None
    assert status.file_path is not None
    path = Path(status.file_path)
    state = (path.stat().st_size, path.stat().st_mtime_ns, file_checksum(path))
    return (status.file.size, status.file.modified_ns, status.file.checksum) == state


async def status_of(world: World) -> TrackStatus:
    """Return the filed track with its tags."""
    status = await world.status("r3")
    return await world.pipeline.tracks.status(status.track.id)


async def test_tags_follow_a_decision(make_world: MakeWorld) -> None:
    """A person's title reaches the file; its row tells the file as it is now."""
    world, _ = await filed(make_world)
    before = await status_of(world)
    assert before.file is not None
    await world.passing(
        world.pipeline.tracks.choose_metadata(
            before.track.id, MetadataField.TITLE, value="Gravel & Snow"
        )
    )
    await world.pass_time(60)
    after = await status_of(world)
    assert after.tags["title"] == ["Gravel & Snow"]
    assert {**after.tags, "title": before.tags["title"]} == before.tags
    assert after.file_path == before.file_path
    assert is_told(after)
    assert [entry.event for entry in await world.journal("r3")].count("tagged") == 1


async def test_genres_and_ids_reach_the_file(make_world: MakeWorld) -> None:
    """Whatever came before the file or after it, in the end it is in the tags."""
    world, _ = await filed(make_world)
    tags = (await status_of(world)).tags
    assert tags["genre"] == ["test"]
    assert tags["musicbrainz_recordingid"] == [mbid("recording", "r3")]
    assert tags["originaldate"] == ["2011"]


async def test_files_that_are_not_ours_are_not_written(make_world: MakeWorld) -> None:
    """A file that somebody else has changed keeps that person's tags."""
    world, status = await filed(make_world)
    assert status.file_path is not None
    write_tags(Path(status.file_path), TagSet(title="Mine"))
    content = content_of(status)
    await world.passing(
        world.pipeline.tracks.choose_metadata(status.track.id, MetadataField.TITLE, value="Theirs")
    )
    await world.pass_time(60)
    assert content_of(status) == content
    assert (await world.journal("r3"))[-1].event == "not_tagged"


async def test_a_crash_before_the_database_knows_is_made_up_for(make_world: MakeWorld) -> None:
    """The work is done once however often it is begun."""
    world, status = await filed(make_world)
    assert status.file_path is not None
    context = world.pipeline._context
    before = await status_of(world)
    await world.passing(
        world.pipeline.tracks.choose_metadata(
            status.track.id, MetadataField.TITLE, value="Gravel & Snow"
        )
    )
    await world.pass_time(60)
    assert before.file is not None
    # As if the process had been killed between the file and its row.
    stale = before.file
    await context.database.run(
        lambda connection: connection.execute(
            "UPDATE library_file SET size = ?, modified_ns = ?, checksum = ?",
            (stale.size, stale.modified_ns, stale.checksum),
        )
    )
    content = content_of(status)
    await context.database.run(queue_retagging, [status.track.id], now=world.clock.now())
    world.pipeline._context.announcer.changed()
    await world.pass_time(60)
    after = await status_of(world)
    assert content_of(after) == content
    assert is_told(after)
