"""Check where covers come from, and that nothing else gets into a file."""

from dataclasses import replace

import pytest

from custom_components.soulspot.engine.model import Track
from custom_components.soulspot.engine.use_cases.library.tag_track import tags_for
from simulators.musicbrainz import Fault

from ..conftest import MakeWorld
from ..world import World


async def enriched(make_world: MakeWorld) -> tuple[World, Track]:
    """Return a track whose release is known."""
    world = await make_world()
    await world.start("single")
    await world.sync()
    await world.pass_time(60)
    return world, (await world.status("r3")).track


async def cover(world: World, track: Track) -> bytes | None:
    """Return the cover that a file would get."""
    tags = await world.passing(tags_for(world.pipeline._context, track))
    return tags.cover.data if tags.cover else None


def without_image(track: Track) -> Track:
    """Return a track whose album Spotify shows no picture of."""
    album = track.metadata.album
    assert album is not None
    return replace(track, metadata=replace(track.metadata, album=replace(album, image_url=None)))


async def test_the_archive_comes_first(make_world: MakeWorld) -> None:
    """The release's own front is taken."""
    world, track = await enriched(make_world)
    front = await cover(world, without_image(track))
    assert front is not None
    assert await cover(world, track) == front


@pytest.mark.parametrize(
    "fault", [Fault.HTML, Fault.GIANT, Fault.BUSY, Fault.SERVER_ERROR, Fault.DISCONNECT]
)
async def test_spotify_helps_out(make_world: MakeWorld, fault: Fault) -> None:
    """Whatever the archive sends instead of a picture, Spotify's is taken; without it, none."""
    world, track = await enriched(make_world)
    front = await cover(world, track)
    await world.restart()  # What was fetched is remembered until then.
    world.musicbrainz.fail(fault, path="*front*", times=None)
    other = await cover(world, track)
    assert other is not None
    assert other != front
    assert await cover(world, without_image(track)) is None


async def test_another_edition_helps_out_last(make_world: MakeWorld) -> None:
    """A release without a picture, of an album that Spotify shows none of, gets that of its group."""
    world, track = await enriched(make_world)
    world.musicbrainz.fail(Fault.HTML, path="*release/*front*", times=None)
    assert await cover(world, without_image(track)) is not None
