"""Check what an import makes of a list, what it costs, and that trouble leaves the stored one alone."""

from collections import Counter

import pytest

from custom_components.soulspot.engine.errors import AuthenticationError, InputError, SoulSpotError
from custom_components.soulspot.engine.model import EntryKind, Reason
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.views import ImportReport, Trouble
from simulators.spotify import Fault

from ..conftest import MakeWorld
from ..world import HOUR, World


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """Start a world without anybody on the network."""
    return await make_world()


async def run_import(world: World, key: str, **changes: bool) -> ImportReport:
    """Import a list by the address that a listener would copy."""
    link = world.spotify.playlist_url(key)
    return await world.passing(world.pipeline.playlists.import_playlist(link, **changes))


async def shown(world: World, key: str) -> list[str]:
    """Return the stored positions: titles, or kinds where there is no track."""
    entries = await world.pipeline.playlists.entries(world.spotify.playlist_id(key))
    assert [entry.position for entry in entries] == list(range(len(entries)))
    return [
        entry.status.track.metadata.title if entry.status else str(entry.kind) for entry in entries
    ]


def asked(world: World) -> Counter[str]:
    """Return what Spotify was asked since the last look, without ids."""
    counts: Counter[str] = Counter()
    for path, number in world.spotify.log.by_path.items():
        parts = path.removeprefix("/v1/").split("/")
        name = "/".join(part for part in parts if len(part) != 22)
        counts[name] += number
    world.spotify.log.clear()
    return counts


MIXED = ["Morning Ferry", "episode", "missing", "Lantern Street", "Morning Ferry", "ghost"]


# --- What comes of a list ----------------------------------------------------------------------


async def test_an_import_counts_and_names_what_it_could_not_take(world: World) -> None:
    """Every kind of entry keeps its position; what is no track is told with position and title."""
    await world.start()
    report = await run_import(world, "mixed")
    assert (report.tracks_imported, report.tracks_failed, report.changed) == (3, 3, True)
    assert [(error.key, error.placeholders["position"]) for error in report.errors] == [
        ("entry_is_episode", "2"),
        ("entry_is_missing", "3"),
        ("entry_is_ghost", "6"),
    ]
    assert report.errors[0].placeholders["title"] == "Episode one"
    assert await shown(world, "mixed") == MIXED


async def test_nothing_is_downloaded_unless_configured(world: World) -> None:
    """Importing by an action is looking, not wanting."""
    await world.start()
    await run_import(world, "mixed")
    assert await world.pipeline.queue.entries() == ()
    await world.stop()
    await world.start("mixed")
    await run_import(world, "mixed")
    assert len(await world.pipeline.queue.entries()) == 2


async def test_importing_again_changes_nothing(world: World) -> None:
    """The same list is told as unchanged, and no row is added anywhere."""
    await world.start()
    await run_import(world, "mixed")
    database = world.pipeline._context.database

    def count(connection: object) -> list[int]:
        return [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # type: ignore[attr-defined]  # noqa: S608
            for table in ("track", "artist", "album", "playlist", "playlist_entry")
        ]

    before = await database.run(count)
    report = await run_import(world, "mixed")
    assert (report.changed, report.tracks_imported, report.tracks_failed) == (False, 3, 3)
    assert await database.run(count) == before


async def test_changes_of_a_list_are_followed(world: World) -> None:
    """Moved, removed and added entries leave exactly Spotify's order; renaming is no change of the list."""
    await world.start("pair")
    await run_import(world, "pair")
    edits = world.spotify.world
    edits.add("pair", "r3", 0)
    edits.add("pair", "r1")
    edits.move("pair", 1, 2)
    assert (await run_import(world, "pair")).changed
    assert await shown(world, "pair") == [
        "Gravel and Snow",
        "Lantern Street",
        "Morning Ferry",
        "Morning Ferry",
    ]
    edits.remove("pair", 0)
    assert (await run_import(world, "pair")).changed
    assert len(await shown(world, "pair")) == 3
    edits.rename("pair", "Other name")
    report = await run_import(world, "pair")
    assert (report.changed, report.playlist.name) == (False, "Other name")


async def test_a_track_that_left_stays_wanted_by_nobody(world: World) -> None:
    """A removed entry is not counted as wanted any more."""
    await world.start("pair")
    await world.sync()
    assert (await world.pipeline.queue.snapshot()).tracks_wanted == 2
    world.spotify.world.remove("pair", 0)
    await world.sync()
    assert (await world.pipeline.queue.snapshot()).tracks_wanted == 1


async def test_the_description_alone_is_cheap(world: World) -> None:
    """Without the tracks one request brings name and picture, and the entries stay."""
    await world.start()
    await run_import(world, "pair")
    world.spotify.world.rename("pair", "Other name")
    world.spotify.world.remove("pair", 0)
    asked(world)
    report = await run_import(world, "pair", fetch_all_tracks=False)
    assert (report.playlist.name, report.changed, report.tracks_imported) == (
        "Other name",
        False,
        0,
    )
    assert len(await shown(world, "pair")) == 2
    assert asked(world) == {"playlists": 1}


@pytest.mark.parametrize(
    "link", ["", "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy", "not a link", "\ud800"]
)
async def test_what_is_no_playlist_is_refused_without_a_request(world: World, link: str) -> None:
    """A wrong link is the person's error, and Spotify is not bothered with it."""
    await world.start()
    with pytest.raises(InputError):
        await world.pipeline.playlists.import_playlist(link)
    assert asked(world) == {}


async def test_without_spotify_the_rest_works(world: World) -> None:
    """An account without Spotify says so, and takes wishes all the same."""
    pipeline = Pipeline(world.settings, session=world._session, tokens=None, clock=world.clock)
    await pipeline.open()
    with pytest.raises(AuthenticationError, match="spotify_not_configured"):
        await pipeline.playlists.import_playlist(world.spotify.playlist_url("pair"))
    with pytest.raises(AuthenticationError, match="spotify_not_configured"):
        await pipeline.playlists.list_spotify()
    track = await pipeline.tracks.add(artist="Somebody", title="Something")
    assert track.label == "Somebody - Something"
    await pipeline.close()


# --- Trouble -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Fault.FORBIDDEN, "spotify_playlist_forbidden"),
        (Fault.NOT_FOUND, "spotify_playlist_not_found"),
        (Fault.RATE_LIMIT, "rate_limited"),
        (Fault.QUOTA, "quota_exceeded"),
        (Fault.PREMIUM, "spotify_premium_required"),
        (Fault.NOT_REGISTERED, "spotify_user_not_registered"),
        (Fault.SERVER_ERROR, "service_unavailable"),
        (Fault.HTML, "reply_not_json"),
        (Fault.TRUNCATED, None),
        (Fault.WRONG_SHAPE, None),
    ],
)
async def test_trouble_leaves_the_stored_list_untouched(
    world: World, fault: Fault, key: str | None
) -> None:
    """Whatever Spotify answers, the old list stays, the trouble is shown, and goes with the next import."""
    await world.start("mixed")
    await run_import(world, "mixed")
    world.spotify.world.remove("mixed", 0)
    world.spotify.fail(fault, path="/v1/playlists/*", times=None, retry_after_s=7200)
    with pytest.raises(SoulSpotError) as caught:
        await run_import(world, "mixed")
    if key is not None:
        assert caught.value.translation_key == key
    assert await shown(world, "mixed") == MIXED
    [playlist] = (await world.pipeline.playlists.snapshot()).playlists.values()
    assert playlist.playlist.error is not None
    assert playlist.playlist.error.key == caught.value.translation_key
    world.spotify.clear_faults()
    await world.leap(2 * HOUR)
    assert (await run_import(world, "mixed")).changed
    [playlist] = (await world.pipeline.playlists.snapshot()).playlists.values()
    assert playlist.playlist.error is None


async def test_a_list_that_changes_while_it_is_read_is_read_again(world: World) -> None:
    """The stored list is one that Spotify had at one moment."""
    for number in range(60):
        world.spotify.world.add("pair", "r3" if number % 2 else "r4")
    await world.start()
    world.spotify.before_request(
        "/v1/playlists/*/items", lambda: world.spotify.world.move("pair", 61, 0)
    )
    await run_import(world, "pair")
    world.spotify.before_request("/v1/nothing", lambda: None)
    titles = await shown(world, "pair")
    wanted = [entry.recording for entry in world.spotify.world.playlist("pair").entries]
    recordings = world.spotify.world.recordings
    assert titles == [recordings[key or ""].title for key in wanted]


# --- Syncing -----------------------------------------------------------------------------------


async def test_unchanged_lists_cost_one_request(world: World) -> None:
    """A sync asks for the snapshots of all lists at once, and reads only those that changed."""
    await world.start("pair", "single", "mixed")
    await world.sync()
    asked(world)
    await world.sync()
    assert asked(world) == {"me/playlists": 1}
    world.spotify.world.add("single", "r4")
    await world.sync()
    assert asked(world) == {"me/playlists": 1, "playlists": 1}
    assert await shown(world, "single") == ["Gravel and Snow", "The Long Detour"]
    await world.sync(force=True)
    assert asked(world)["playlists"] == 3


async def test_every_list_is_read_in_full_once_a_week(world: World) -> None:
    """A snapshot does not tell of corrected tracks."""
    await world.start("pair")
    await world.sync()
    await world.leap(7 * 24 * HOUR)
    asked(world)
    await world.sync()
    assert asked(world)["playlists"] == 1


async def test_a_forbidden_list_stops_no_other(world: World) -> None:
    """Somebody else's list shows why it cannot be read, and the others are synced."""
    await world.start("foreign", "pair")
    await world.sync()
    shown_lists = (await world.pipeline.playlists.snapshot()).playlists
    foreign = shown_lists[world.spotify.playlist_id("foreign")]
    assert foreign.playlist.error == Reason(
        key="spotify_playlist_forbidden",
        placeholders={
            "service": "Spotify",
            "playlist_id": world.spotify.playlist_id("foreign"),
        },
    )
    assert (foreign.entries, foreign.tracks) == (0, 0)
    pair = shown_lists[world.spotify.playlist_id("pair")]
    assert (pair.tracks, pair.playlist.error) == (2, None)
    assert (await world.pipeline.playlists.snapshot()).spotify.is_connected


async def test_a_deleted_list_keeps_what_was_known(world: World) -> None:
    """A list that Spotify does not know any more shows that, and keeps its entries."""
    await world.start("pair")
    await world.sync()
    world.spotify.world.delete("pair")
    await world.sync()
    [pair] = (await world.pipeline.playlists.snapshot()).playlists.values()
    assert pair.tracks == 2
    assert pair.playlist.error is not None
    assert pair.playlist.error.key == "spotify_playlist_not_found"


@pytest.mark.parametrize(
    ("fault", "trouble"),
    [
        (Fault.QUOTA, Trouble.BLOCKED),
        (Fault.UNAVAILABLE, Trouble.UNREACHABLE),
        (Fault.DISCONNECT, Trouble.UNREACHABLE),
        (Fault.PREMIUM, Trouble.FAILED),
        (Fault.SCOPE, Trouble.INVALID_AUTH),
    ],
)
async def test_trouble_with_spotify_as_a_whole_is_its_health(
    world: World, fault: Fault, trouble: Trouble
) -> None:
    """What no single list is to blame for is raised, shown, and over with the next good answer."""
    await world.start("pair")
    await world.sync()
    world.spotify.fail(fault, times=None)
    with pytest.raises(SoulSpotError):
        await world.sync()
    assert (await world.pipeline.playlists.snapshot()).spotify.trouble is trouble
    world.spotify.clear_faults()
    await world.leap(24 * HOUR)
    await world.sync()
    assert (await world.pipeline.playlists.snapshot()).spotify.is_connected


async def test_lists_that_are_not_configured_any_more_are_forgotten(world: World) -> None:
    """Removing a playlist removes its entries; the tracks under way stay."""
    await world.start("pair", "single")
    await world.sync()
    del world.playlists[world.spotify.playlist_id("pair")]
    await world.pipeline.playlists.configure(world.playlists)
    with pytest.raises(InputError, match="unknown_playlist"):
        await shown(world, "pair")
    assert len(await world.pipeline.queue.entries()) == 3
    assert (await world.pipeline.queue.snapshot()).tracks_wanted == 1


async def test_kinds_are_kept(world: World) -> None:
    """What a position holds is told by its kind."""
    await world.start()
    await run_import(world, "mixed")
    entries = await world.pipeline.playlists.entries(world.spotify.playlist_id("mixed"))
    assert [entry.kind for entry in entries] == [
        EntryKind.TRACK,
        EntryKind.EPISODE,
        EntryKind.MISSING,
        EntryKind.TRACK,
        EntryKind.TRACK,
        EntryKind.GHOST,
    ]
