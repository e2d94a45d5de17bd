"""Check that the M3U8 files follow the playlists."""

from pathlib import Path

from ..conftest import MakeWorld
from ..world import World, copy, peer


def listed(world: World, name: str) -> list[str]:
    """Return the titles in a playlist file, in order."""
    text = (world.library / "Playlists" / f"{name}.m3u8").read_text("utf-8")
    return [Path(line).stem[3:] for line in text.splitlines() if not line.startswith("#")]


async def filled(make_world: MakeWorld) -> World:
    """Return a world in which a pair of tracks is filed."""
    world = await make_world(peer("ann", *(copy(key) for key in ("r1", "r2", "r3"))))
    await world.start("pair")
    await world.sync()
    await world.until_settled()
    assert listed(world, "List pair") == ["Morning Ferry", "Lantern Street"]
    return world


async def test_order_duplicates_and_removals_are_followed(make_world: MakeWorld) -> None:
    """A sync alone rewrites the file when what it lists has changed."""
    world = await filled(make_world)
    world.spotify.world.move("pair", 0, 1)
    world.spotify.world.add("pair", "r2")
    await world.sync()
    assert listed(world, "List pair") == ["Lantern Street", "Morning Ferry", "Lantern Street"]
    world.spotify.world.remove("pair", 0)
    await world.sync()
    assert listed(world, "List pair") == ["Morning Ferry", "Lantern Street"]


async def test_a_renamed_playlist_is_one_file(make_world: MakeWorld) -> None:
    """The file takes the new name, and the old one is gone."""
    world = await filled(make_world)
    world.spotify.world.rename("pair", "Ferry/Street: both?")
    await world.sync()
    [file] = (world.library / "Playlists").iterdir()
    assert listed(world, file.stem) == ["Morning Ferry", "Lantern Street"]


async def test_an_unchanged_file_is_not_written_again(make_world: MakeWorld) -> None:
    """Neither syncs nor restarts touch a file that says the right thing."""
    world = await filled(make_world)
    before = (world.library / "Playlists" / "List pair.m3u8").stat()
    await world.sync(force=True)
    await world.restart()
    await world.sync(force=True)
    after = (world.library / "Playlists" / "List pair.m3u8").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


async def test_a_library_that_is_away_does_not_stop_a_sync(make_world: MakeWorld) -> None:
    """The list is read all the same, and written once the folder is back."""
    world = await filled(make_world)
    away = world.library.with_name("unmounted")
    world.library.rename(away)
    world.spotify.world.move("pair", 0, 1)
    await world.sync()
    [shown] = (await world.pipeline.playlists.snapshot()).playlists.values()
    assert shown.playlist.error is None
    away.rename(world.library)
    await world.sync(force=True)
    assert listed(world, "List pair") == ["Lantern Street", "Morning Ferry"]
