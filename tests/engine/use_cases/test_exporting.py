"""Check that playlists can be handed out and taken in again, and what links in lists become."""

from pathlib import PurePosixPath

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.lists import ListKind
from simulators.spotify import Fault

from ..conftest import MakeWorld
from ..world import World, copy, peer
from .test_playlist_files import filled


async def titles(world: World, playlist_id: str) -> list[str]:
    """Return the titles of a stored list in order."""
    entries = await world.pipeline.playlists.entries(playlist_id)
    return [entry.status.track.metadata.title for entry in entries if entry.status]


@pytest.mark.parametrize("kind", [ListKind.M3U, ListKind.CSV, ListKind.JSPF])
async def test_an_export_comes_back_as_the_same_list(make_world: MakeWorld, kind: ListKind) -> None:
    """The tracks are the very same ones, owned as before, in order, twice where they stood twice."""
    world = await filled(make_world)
    world.spotify.world.add("pair", "r4")
    world.spotify.world.add("pair", "r1")
    await world.sync()
    [playlist_id] = world.playlists
    before = [status.track.id for status in (await world.statuses()).values()]
    report = await world.pipeline.playlists.export(playlist_id, kind)
    assert (report.tracks, report.owned, report.path) == (4, 3, None)
    imported = await world.passing(
        world.pipeline.playlists.import_list("Copy", report.text.encode())
    )
    assert imported.errors == ()
    again = imported.playlist.spotify_id
    assert await titles(world, again) == await titles(world, playlist_id)
    entries = await world.pipeline.playlists.entries(again)
    if kind is not ListKind.M3U:  # It has no room for identifiers.
        assert {entry.status.track.id for entry in entries if entry.status} == set(before)


async def test_an_export_is_written_beside_the_playlists(make_world: MakeWorld) -> None:
    """Rewritten in place when it is ours; what somebody else put there or changed is left alone."""
    world = await filled(make_world)
    [playlist_id] = world.playlists
    foreign = world.library / "Playlists" / "List pair.csv"
    foreign.write_text("mine")

    async def export(kind: ListKind) -> PurePosixPath:
        """Export into the folder."""
        report = await world.passing(
            world.pipeline.playlists.export(playlist_id, kind, is_file=True)
        )
        assert report.path is not None
        return PurePosixPath(report.path)

    path = await export(ListKind.CSV)
    assert path.name == "List pair (2).csv"
    assert await export(ListKind.CSV) == path
    (world.library / path).write_text("changed by hand")
    assert (await export(ListKind.CSV)).name == "List pair (3).csv"
    assert foreign.read_text() == "mine"
    assert (world.library / path).read_text() == "changed by hand"
    assert (await export(ListKind.M3U)).name == "List pair.m3u8"
    world.spotify.world.rename("pair", "../../x/y")
    await world.sync()
    path = await export(ListKind.JSPF)
    assert path.parent == PurePosixPath("Playlists")
    assert (world.library / path).is_file()


async def test_exports_need_a_playlist_and_a_folder(make_world: MakeWorld) -> None:
    """Both are named."""
    world = await make_world()
    await world.start("single", library=None)
    await world.sync()
    with pytest.raises(InputError, match="unknown_playlist"):
        await world.pipeline.playlists.export("nothing", ListKind.CSV)
    [playlist_id] = world.playlists
    with pytest.raises(InputError, match="no_library_folder"):
        await world.pipeline.playlists.export(playlist_id, ListKind.CSV, is_file=True)


async def test_links_become_tracks(make_world: MakeWorld) -> None:
    """Known ones without a request, others by one each, and those without an answer by their line."""
    world = await make_world(peer("ann", copy("r1")))
    await world.start("single")
    await world.sync()
    lines = [
        f"https://open.spotify.com/track/{world.spotify.track_id('r3')}",
        "Copper Canyon Quartet - Paper Compass",
        f"spotify:track:{world.spotify.track_id('r1')}",
        "spotify:track:0000000000000000000000",
    ]
    world.spotify.log.clear()
    report = await world.passing(world.pipeline.playlists.import_list("Links", "\n".join(lines)))
    assert (report.tracks_imported, report.tracks_failed) == (3, 1)
    assert [(error.key, error.placeholders) for error in report.errors] == [
        ("list_link_unknown", {"line": "4"})
    ]
    assert await titles(world, report.playlist.spotify_id) == [
        "Gravel and Snow",
        "Paper Compass",
        "Morning Ferry",
    ]
    assert sum(world.spotify.log.by_path.values()) == 2


async def test_links_without_an_answer_are_reported_by_line(make_world: MakeWorld) -> None:
    """The rest of the list is taken all the same; a list of nothing else stays as it was."""
    world = await make_world()
    await world.start()
    world.spotify.fail(Fault.UNAVAILABLE, times=None)
    link = f"spotify:track:{world.spotify.track_id('r1')}"
    other = f"spotify:track:{world.spotify.track_id('r2')}"
    report = await world.passing(
        world.pipeline.playlists.import_list("Links", f"{link}\nA - B\n{other}")
    )
    assert report.tracks_imported == 1
    assert [(error.key, error.placeholders["line"]) for error in report.errors] == [
        ("list_link_unanswered", "1"),
        ("list_link_unanswered", "3"),
    ]
    with pytest.raises(InputError, match="list_empty"):
        await world.passing(world.pipeline.playlists.import_list("Links", link))


async def test_a_deleted_list_takes_its_file_along(make_world: MakeWorld) -> None:
    """Its tracks and the music stay; playlists of Spotify cannot be deleted so."""
    world = await filled(make_world)
    report = await world.passing(
        world.pipeline.playlists.import_list("Mine", "Copper Canyon Quartet - Morning Ferry (0:32)")
    )
    file = world.library / "Playlists" / "Mine.m3u8"
    assert file.exists()
    music = [path for path in world.files() if path.endswith(".mp3")]
    await world.passing(world.pipeline.playlists.delete_list(report.playlist.spotify_id))
    assert not file.exists()
    assert [path for path in world.files() if path.endswith(".mp3")] == music
    for name, problem in (
        (report.playlist.spotify_id, "unknown_playlist"),
        (next(iter(world.playlists)), "not_a_list"),
    ):
        with pytest.raises(InputError, match=problem):
            await world.passing(world.pipeline.playlists.delete_list(name))
