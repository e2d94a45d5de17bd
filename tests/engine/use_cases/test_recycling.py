"""Check what becomes of files whose tracks vanish from playlists, and that all of it can be undone."""

from dataclasses import replace

import pytest

from custom_components.soulspot.engine.errors import InputError, StorageError
from custom_components.soulspot.engine.model import DownloadState, RemovalPolicy
from custom_components.soulspot.engine.settings import PlaylistOptions

from ..conftest import MakeWorld
from ..world import HOUR, World, copy, peer
from .test_playlist_files import listed

DAY = 24 * HOUR
MUSIC = ["01 Morning Ferry.mp3", "02 Lantern Street.mp3"]


async def filled(make_world: MakeWorld, policy: RemovalPolicy, **changes: object) -> World:
    """Return a world with a filed pair of tracks, whose playlist does something about removals."""
    world = await make_world(peer("ann", *(copy(key) for key in ("r1", "r2", "r3"))))
    options = PlaylistOptions(removal=policy, removal_grace_days=7)
    world.playlists[world.spotify.playlist_id("pair")] = options
    await world.start(**changes)
    await world.sync()
    await world.until_settled()
    assert music(world) == MUSIC
    return world


def music(world: World) -> list[str]:
    """Return the names of the music files in the library."""
    paths = [path for path in world.files() if path.endswith(".mp3") and path[0] != "."]
    return [path.rpartition("/")[2] for path in paths]


async def remove(world: World, position: int = 1) -> None:
    """Take a track from the playlist, and let the account notice."""
    world.spotify.world.remove("pair", position)
    await world.sync()


async def days(world: World, number: float) -> None:
    """Let days go by, with a round of the background work at their end."""
    await world.leap(number * DAY)
    await world.pass_time(HOUR + 1)


async def test_a_removed_track_is_recycled_after_the_grace(make_world: MakeWorld) -> None:
    """The list follows at once, the file a week later; nothing else goes, and nothing is wanted again."""
    world = await filled(make_world, RemovalPolicy.RECYCLE)
    await remove(world)
    assert listed(world, "List pair") == ["Morning Ferry"]
    await days(world, 6)
    assert music(world) == MUSIC
    await days(world, 1.1)
    assert music(world) == MUSIC[:1]
    [file] = (await world.pipeline.library.recycle_bin()).files
    assert file.path == "Copper Canyon Quartet/Harbour Lights/02 Lantern Street.mp3"
    assert [track.metadata.title for track in file.tracks] == ["Lantern Street"]
    assert file.reason.placeholders == {"playlist": "List pair"}
    queue = await world.pipeline.queue.snapshot()
    assert (queue.tracks_wanted, queue.tracks_in_library) == (0, 1)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (RemovalPolicy.KEEP, ["Morning Ferry", "Lantern Street"]),
        (RemovalPolicy.UNLIST, ["Morning Ferry"]),
    ],
)
async def test_other_policies_keep_the_file(
    make_world: MakeWorld, policy: RemovalPolicy, expected: list[str]
) -> None:
    """And one of them the line in the playlist's file too; both can be changed later."""
    world = await filled(make_world, policy)
    await remove(world)
    await days(world, 40)
    assert music(world) == MUSIC
    assert listed(world, "List pair") == expected
    other = RemovalPolicy.UNLIST if policy is RemovalPolicy.KEEP else RemovalPolicy.KEEP
    [key] = world.playlists
    world.playlists[key] = replace(world.playlists[key], removal=other)
    await world.passing(world.pipeline.playlists.configure(world.playlists))
    assert listed(world, "List pair") != expected


async def test_restoring_undoes_everything(make_world: MakeWorld) -> None:
    """The file, its row and the line in the playlist's file come back, and it is not recycled again."""
    world = await filled(make_world, RemovalPolicy.RECYCLE)
    before = {path: (world.library / path).read_bytes() for path in world.files()}
    await remove(world)
    await days(world, 8)
    [file] = (await world.pipeline.library.recycle_bin()).files
    report = await world.passing(world.pipeline.library.restore(recycled_id=file.id))
    assert report.path == file.path
    await days(world, 40)
    assert music(world) == MUSIC
    assert (world.library / report.path).read_bytes() == before[report.path]
    assert (await world.pipeline.library.recycle_bin()).count == 0
    with pytest.raises(InputError, match="not_in_recycle_bin"):
        await world.pipeline.library.restore(track_id=file.tracks[0].id)
    status = await world.pipeline.tracks.status(file.tracks[0].id)
    assert status.state is DownloadState.FILED


async def test_a_track_that_returns_late_is_not_downloaded_again(make_world: MakeWorld) -> None:
    """Its file comes back from the bin, and the peers are left alone."""
    world = await filled(make_world, RemovalPolicy.RECYCLE)
    await remove(world)
    await days(world, 8)
    assert music(world) == MUSIC[:1]
    world.spotify.world.add("pair", "r2")
    await world.sync()
    await world.until_settled()
    assert music(world) == MUSIC
    assert listed(world, "List pair") == ["Morning Ferry", "Lantern Street"]
    assert await world.peers_asked("r2") == ["ann"]


async def test_the_bin_is_emptied_after_its_time(make_world: MakeWorld) -> None:
    """What is gone for good leaves neither file nor folder nor row."""
    world = await filled(make_world, RemovalPolicy.RECYCLE, recycle_bin_days=10)
    await remove(world)
    await days(world, 8)
    assert any(".soulspot/recycle-bin" in path for path in world.files())
    await days(world, 11)
    assert (await world.pipeline.library.recycle_bin()).count == 0
    assert not any(".soulspot/recycle-bin" in path for path in world.files())
    assert not list((world.library / ".soulspot" / "recycle-bin").iterdir())


async def test_an_emptied_playlist_recycles_nothing_until_confirmed(make_world: MakeWorld) -> None:
    """A list that reads empty is more likely an error than a wish."""
    world = await make_world(peer("ann", *(copy(key) for key in ("r1", "r2", "r3", "r4"))))
    options = PlaylistOptions(removal=RemovalPolicy.RECYCLE, removal_grace_days=0)
    playlist_id = world.spotify.playlist_id("four")
    world.playlists[playlist_id] = options
    await world.start()
    await world.sync()
    await world.until_settled()
    for _ in range(4):
        world.spotify.world.remove("four", 0)
    await world.sync()
    await days(world, 3)
    assert len(music(world)) == len(listed(world, "List four")) == 4
    assert await world.pipeline.library.held_removals() == {playlist_id: 4}
    assert await world.pipeline.library.confirm_removals(playlist_id) == 4
    await days(world, 1)
    assert music(world) == []
    assert (await world.pipeline.library.recycle_bin()).count == 4
    assert listed(world, "List four") == []


async def test_a_taken_name_is_left_alone(make_world: MakeWorld) -> None:
    """What stands at the old place by now stays, and the restored file is put beside it."""
    world = await filled(make_world, RemovalPolicy.RECYCLE)
    await remove(world)
    await days(world, 8)
    [file] = (await world.pipeline.library.recycle_bin()).files
    place = world.library / file.path
    place.write_bytes(b"somebody else's")
    report = await world.passing(world.pipeline.library.restore(track_id=file.tracks[0].id))
    assert report.path.endswith("02 Lantern Street (2).mp3")
    assert place.read_bytes() == b"somebody else's"


async def test_trouble_leaves_files_and_rows_where_they_are(make_world: MakeWorld) -> None:
    """A library that is away loses nothing, neither while recycling nor while restoring."""
    world = await filled(make_world, RemovalPolicy.RECYCLE)
    await remove(world)
    away = world.library.with_name("unmounted")
    world.library.rename(away)
    await days(world, 8)
    away.rename(world.library)
    assert music(world) == MUSIC
    await days(world, 0)
    assert music(world) == MUSIC[:1]
    [file] = (await world.pipeline.library.recycle_bin()).files
    world.library.rename(away)
    with pytest.raises(StorageError):
        await world.passing(world.pipeline.library.restore(recycled_id=file.id))
    away.rename(world.library)
    await world.passing(world.pipeline.library.restore(track_id=file.tracks[0].id))
    assert music(world) == MUSIC
    assert (await world.pipeline.library.recycle_bin()).count == 0


async def test_a_file_that_was_nowhere_takes_no_other_with_it(make_world: MakeWorld) -> None:
    """Who deletes a file by hand and wants the track again keeps the new one, at the old place."""
    world = await filled(make_world, RemovalPolicy.RECYCLE)
    await remove(world)
    [path] = [path for path in world.files() if path.endswith(MUSIC[1])]
    (world.library / path).unlink()
    await days(world, 8)
    world.spotify.world.add("pair", "r2")
    await world.sync()
    await world.until_settled()
    assert music(world) == MUSIC
    await days(world, 1)
    assert music(world) == MUSIC
    assert path in world.files()
    assert (await world.pipeline.library.recycle_bin()).count == 0


async def test_a_forgotten_playlist_takes_its_file_along_but_no_music(
    make_world: MakeWorld,
) -> None:
    """Deleting a playlist from the account deletes the list, under every policy."""
    world = await filled(make_world, RemovalPolicy.RECYCLE)
    world.playlists.clear()
    await world.passing(world.pipeline.playlists.configure({}))
    await days(world, 40)
    assert music(world) == MUSIC
    assert not (world.library / "Playlists" / "List pair.m3u8").exists()
