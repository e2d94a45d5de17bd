"""Check that two accounts download a recording once, whoever is faster, killed or cancelled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
import sqlite3

import pytest

from custom_components.soulspot.engine.library.streams import audio_fingerprint
from custom_components.soulspot.engine.model import DownloadState, TrackId, UpgradePolicy
from custom_components.soulspot.engine.queue.household import PATIENCE
from custom_components.soulspot.engine.use_cases.library import recycle_bin
from simulators.audio import Profile
from simulators.slskd import Behaviour, Outcome, Peer, Presence

from .household import Neighbour, kill
from .use_cases.test_recycling import days
from .world import HOUR, MINUTE, World, copy, peer

CHOSEN, QUEUED = DownloadState.CHOSEN, DownloadState.QUEUED
FILED, TRANSFERRING = DownloadState.FILED, DownloadState.TRANSFERRING
SONG = "Copper Canyon Quartet/Volume 3/03 Gravel and Snow.mp3"

type MakeHousehold = Callable[..., Awaitable[tuple[World, Neighbour]]]


@pytest.fixture
async def make_household(socket_enabled: None, tmp_path: Path) -> AsyncIterator[MakeHousehold]:
    """Return a function that starts two accounts' surroundings."""
    async with AsyncExitStack() as stack:

        async def make(*peers: Peer, same_library: bool = False) -> tuple[World, Neighbour]:
            """Start them; the pipelines are started apart."""
            one = await stack.enter_async_context(World(tmp_path / "one", peers))
            two = await stack.enter_async_context(Neighbour(one, tmp_path / "two", peers))
            if same_library:
                two.library = one.library
                two.settings = replace(two.settings, library=one.library)
            return one, two

        (tmp_path / "one").mkdir()
        yield make


def slow(name: str = "ann") -> Peer:
    """Return somebody whose bytes take a minute."""
    return peer(name, copy("r3"), speed=20_000)


def asked(*worlds: World) -> int:
    """Count what the servers were asked for."""
    return sum(world.slskd.statistics.downloads_enqueued for world in worlds)


async def begin(world: World, *keys: str) -> None:
    """Let an account begin."""
    await world.start(*(keys or ("single",)))
    await world.sync()


def songs(world: World) -> list[str]:
    """Return the music of a library."""
    return [name for name in world.files() if not name.startswith(("Playlists/", ".soulspot/"))]


@pytest.mark.parametrize("same_library", [True, False])
async def test_two_accounts_want_the_same(
    make_household: MakeHousehold, same_library: bool
) -> None:
    """One downloads; the other one waits, says so, and has the file when it is there."""
    one, two = await make_household(slow(), same_library=same_library)
    await begin(one)
    await begin(two)
    await one.until(TRANSFERRING)
    waiting = await two.status("r3")
    assert waiting.state is QUEUED
    assert waiting.reason is not None
    assert waiting.reason.key == "other_account_downloads"
    first, second = await one.until(FILED), await two.until(FILED, seconds=10 * MINUTE)
    assert asked(one, two) == 1
    assert first.file is not None
    assert second.file is not None
    assert first.file.path == second.file.path == SONG
    assert songs(one) == songs(two) == [SONG]
    sounds = {audio_fingerprint(world.library / SONG, "mp3") for world in (one, two)}
    assert len(sounds) == 1
    await one.pass_time(5 * MINUTE)
    listed = (two.library / "Playlists" / "List single.m3u8").read_text("utf-8")
    assert f"../{SONG}" in listed.splitlines()
    # The file of the first is what it was.
    assert (one.library / SONG).stat().st_size == first.file.size


@pytest.mark.parametrize("same_library", [True, False])
async def test_what_a_neighbour_has_is_not_searched_for(
    make_household: MakeHousehold, same_library: bool
) -> None:
    """An account that comes later takes what is there, without a search, also from one that is gone."""
    one, two = await make_household(peer("ann", copy("r1"), copy("r2")), same_library=same_library)
    await begin(one, "pair")
    await one.until_settled()
    before = {name: sha256((one.library / name).read_bytes()).digest() for name in songs(one)}
    await one.stop()
    await begin(two, "pair")
    found = await two.until_settled()
    assert {status.state for status in found.values()} == {FILED}
    assert asked(two) == 0
    assert two.slskd.statistics.searches_sent_at == []
    assert songs(two) == songs(one)
    after = {name: sha256((one.library / name).read_bytes()).digest() for name in songs(one)}
    assert after == before


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_neighbours_file_is_copied_and_never_taken_away(
    make_household: MakeHousehold, keeps: bool
) -> None:
    """Also an account that clears slskd's folder leaves the neighbour's library alone."""
    one, two = await make_household(peer("ann", copy("r3")))
    await begin(one)
    await one.until(FILED)
    two.settings = replace(two.settings, keep_source=keeps)
    await begin(two)
    await two.until(FILED)
    await one.pass_time(MINUTE)
    assert songs(one) == songs(two) == [SONG]
    assert not (one.library / SONG).samefile(two.library / SONG)


async def test_a_neighbour_without_library_keeps_its_download(
    make_household: MakeHousehold,
) -> None:
    """What another account has downloaded is not this one's to clear away, even out of the same folder."""
    one, two = await make_household(peer("ann", copy("r3")))
    one.settings = replace(one.settings, library=None)
    await begin(one)
    await one.until(DownloadState.DOWNLOADED)
    [status] = (await one.statuses()).values()
    assert status.download is not None
    assert status.download.local_path is not None
    downloads = one.settings.local_downloads
    two.settings = replace(two.settings, keep_source=False, local_downloads=downloads)
    await begin(two)
    await two.until(FILED)
    assert songs(two) == [SONG]
    assert await asyncio.to_thread(Path(status.download.local_path).is_file)


async def test_lists_of_one_name_are_two_files(make_household: MakeHousehold) -> None:
    """Each account keeps its own in a library they share, and deleting one leaves the other."""
    one, two = await make_household(peer("ann", copy("r3")), same_library=True)
    reports = []
    for world in (one, two):
        await begin(world)
        words = f"Somebody - Song of {world.settings.database.stem}"
        lists = world.pipeline.playlists
        reports.append(await world.passing(lists.import_list("Party", words)))
    [ident] = {report.playlist.spotify_id for report in reports}
    ones = await one.pipeline._playlist_files.path_of(ident)
    twos = await two.pipeline._playlist_files.path_of(ident)
    assert {ones, twos} == {"Playlists/Party.m3u8", "Playlists/Party (2).m3u8"}
    for world in (one, two, one):
        await world.passing(world.pipeline._playlist_files.execute((ident,)))
    assert await one.pipeline._playlist_files.path_of(ident) == ones
    assert await two.pipeline._playlist_files.path_of(ident) == twos
    await two.passing(two.pipeline.playlists.delete_list(ident))
    assert [name for name in one.files() if "Party" in name] == [ones]


async def test_a_failure_lets_the_other_one_go_on(make_household: MakeHousehold) -> None:
    """When the first is cancelled, the other downloads by itself, at once."""
    one, two = await make_household(slow())
    await begin(one)
    await begin(two)
    status = await one.until(TRANSFERRING)
    await one.pass_time(10)
    await one.passing(one.pipeline.queue.cancel(status.track.id))
    await two.until(TRANSFERRING, seconds=2 * MINUTE)
    await two.until(FILED)
    assert asked(one) == asked(two) == 1
    assert (await one.status("r3")).state is DownloadState.CANCELLED


async def test_a_first_that_finds_nothing_does_not_hold_up(make_household: MakeHousehold) -> None:
    """Each account looks through its own network: what one cannot have the other may."""
    one, two = await make_household(slow())
    one.slskd.set_presence("ann", Presence.OFFLINE)
    await begin(one)
    await begin(two)
    await two.until(FILED)
    assert asked(two) == 1


@pytest.mark.parametrize("order", ["one", "two"])
async def test_killed_and_started_in_either_order(
    make_household: MakeHousehold, order: str
) -> None:
    """Both are killed in mid-transfer; whoever starts first, the bytes come once."""
    one, two = await make_household(slow())
    await begin(one)
    await begin(two)
    await one.until(TRANSFERRING)
    await one.pass_time(10)
    await kill(one)
    await two.kill()
    first, second = (one, two) if order == "one" else (two, one)
    await first.start()
    await one.pass_time(3 * MINUTE)
    await second.start()
    await one.until(FILED)
    await two.until(FILED)
    assert (asked(one), asked(two)) == (1, 0)
    assert songs(one) == songs(two) == [SONG]


async def yields(one: World, two: World) -> None:
    """Check that one has stopped what it was downloading, and takes the file that the other brings."""
    assert (await one.status("r3")).state is QUEUED
    living = [row for row in one.slskd.transfers.records.values() if "Completed" not in row.state]
    assert living == []
    await two.until(FILED, seconds=3 * HOUR)
    await one.until(FILED, seconds=10 * MINUTE)
    assert songs(one) == songs(two) == [SONG]


async def test_a_neighbour_that_stays_away_is_not_waited_for(
    make_household: MakeHousehold,
) -> None:
    """After a while the other one takes over; when the first is back, it takes the file instead."""
    one, two = await make_household(peer("ann", copy("r3"), speed=1_000))
    await begin(one)
    await one.until(TRANSFERRING)
    await kill(one)
    await begin(two)
    await two.pass_time(MINUTE)
    assert (await two.status("r3")).state is QUEUED
    await two.until(TRANSFERRING, seconds=PATIENCE + 10 * MINUTE)
    await one.start()
    await one.pass_time(2 * MINUTE)
    await yields(one, two)


async def test_a_damaged_file_of_a_neighbours_is_not_taken_twice(
    make_household: MakeHousehold,
) -> None:
    """A file that has rotted in the neighbour's library is refused, and the recording downloaded."""
    one, two = await make_household(peer("ann", copy("r3")))
    await begin(one)
    await one.until(FILED)
    path = one.library / SONG
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[: size // 3] + bytes(size - size // 3))
    await begin(two)
    await two.until(FILED)
    assert asked(two) == 1
    assert songs(two) == [SONG]
    assert (two.library / SONG).read_bytes() != path.read_bytes()


async def test_a_paused_neighbour_holds_up_nobody(make_household: MakeHousehold) -> None:
    """What a paused account has not asked for yet is the other one's to have."""
    blocked = Behaviour(Outcome.REJECT, "Banned")
    one, two = await make_household(peer("ann", copy("r3", behaviour=blocked)), slow("bob"))
    await begin(one)
    await one.until(DownloadState.SEARCHING)
    await one.passing(one.pipeline.queue.pause())
    await one.stop()
    await one.start()
    await begin(two)
    await two.until(FILED)
    await one.passing(one.pipeline.queue.resume())
    await one.until(FILED)
    assert asked(one) == 0


async def test_a_neighbour_that_lost_its_slskd_is_not_waited_for(
    make_household: MakeHousehold,
) -> None:
    """After a while the other one takes over; when slskd is back, what it still brings is stopped."""
    one, two = await make_household(peer("ann", copy("r3"), speed=1_000))
    await begin(one)
    await one.until(TRANSFERRING)
    one.slskd.disconnect_from_soulseek()
    await begin(two)
    await two.pass_time(5 * MINUTE)
    assert (await two.status("r3")).state is QUEUED
    await two.until(TRANSFERRING, seconds=PATIENCE + 10 * MINUTE)
    one.slskd.connect_to_soulseek()
    await one.pass_time(10 * MINUTE)
    await yields(one, two)


async def test_a_paused_neighbours_download_is_taken(make_household: MakeHousehold) -> None:
    """What has arrived with an account that files nothing for now is not downloaded again."""
    one, two = await make_household(slow())
    await begin(one)
    await one.until(TRANSFERRING)
    await one.passing(one.pipeline.queue.pause())
    await begin(two)
    await two.until(FILED)
    assert asked(one, two) == 1
    await one.passing(one.pipeline.queue.resume())
    await one.until(FILED)
    assert songs(one) == songs(two) == [SONG]


async def test_a_persons_choice_survives_a_restart(make_household: MakeHousehold) -> None:
    """The file that a person has chosen goes on although a neighbour has another of the recording."""
    one, two = await make_household(slow())
    await begin(one)
    await one.until(FILED)
    await two.start()
    tracks, artist, title = two.pipeline.tracks, "Copper Canyon Quartet", "Gravel and Snow"
    track = await two.passing(tracks.add(artist=artist, title=title))
    await two.passing(tracks.search(artist=artist, title=title))
    chosen = two.pipeline.queue.choose(track.id, username="ann", filename=copy("r3").path)
    await two.passing(chosen)
    await two.pass_time(20)
    await two.restart()
    await two.pass_time(10 * MINUTE)
    events = {entry.event for entry in await two.pipeline.tracks.journal(track.id)}
    assert events >= {"requested", "downloaded", "filed"}
    assert "taken_from_account" not in events


async def test_damaged_files_of_a_neighbours_are_not_taken_in_turns(
    make_household: MakeHousehold,
) -> None:
    """When several files next door are no good, the recording is downloaded in the end."""
    one, two = await make_household(peer("ann", copy("r3")))
    await begin(one)
    await one.until(FILED)
    paths = [one.library / SONG, one.library / "Other" / "Gravel and Snow.mp3"]
    paths[1].parent.mkdir()
    copyfile(paths[0], paths[1])
    await one.passing(one.pipeline.library.index())
    for path in paths:
        size = path.stat().st_size
        path.write_bytes(path.read_bytes()[: size // 3] + bytes(size - size // 3))
    await begin(two)
    await two.until(FILED)
    taken = [entry for entry in await two.journal("r3") if entry.event == "taken_from_account"]
    assert len(taken) == 2
    assert asked(two) == 1


async def test_a_file_that_got_lost_is_taken_again(make_household: MakeHousehold) -> None:
    """Who deletes a copy by mistake has it again without a download."""
    files = tuple(copy(key) for key in ("r1", "r2", "r3", "r4"))
    one, two = await make_household(peer("ann", *files))
    for world in (one, two):
        await begin(world, "four")
        await world.until_settled()
        await world.passing(world.pipeline.library.index())
    (two.library / SONG).unlink()
    await two.passing(two.pipeline.library.index())
    await two.passing(two.pipeline.playlists.download_missing())
    await two.pass_time(5 * MINUTE)
    assert SONG in songs(two)
    assert asked(two) == 0


@pytest.mark.parametrize("same_library", [True, False])
async def test_a_better_file_comes_once(make_household: MakeHousehold, same_library: bool) -> None:
    """When both look for a better file, one downloads it, and it replaces the file of either."""
    one, two = await make_household(peer("ann", copy("r3")), same_library=same_library)
    for world in (one, two):
        await world.start("single", upgrades=UpgradePolicy.ALL)
        await world.sync()
        await world.until(FILED)
    assert asked(one, two) == 1
    for world in (one, two):
        world.slskd.network.add(peer("bob", copy("r3", profile=Profile.FLAC_16_44), speed=20_000))
    await days(one, 15)
    await one.pass_time(2 * HOUR)
    for world in (one, two):
        status = await world.status("r3")
        assert status.file is not None
        assert (status.state, status.file.format) == (FILED, "flac")
        assert songs(world) == [SONG.replace(".mp3", ".flac")]
    assert asked(one, two) == 2


async def test_other_wishes_are_independent(make_household: MakeHousehold) -> None:
    """Different recordings of the two accounts come at the same time."""
    one, two = await make_household(slow(), peer("bob", copy("r1"), copy("r2")))
    await begin(one, "single")
    await begin(two, "pair")
    await one.until_settled()
    await two.until_settled()
    assert (asked(one), asked(two)) == (1, 2)


async def test_a_file_that_a_neighbour_needs_is_not_recycled(
    make_household: MakeHousehold,
) -> None:
    """What one playlist lost stays as long as another account counts on the same file."""
    one, two = await make_household(peer("ann", copy("r3")), same_library=True)
    await begin(one)
    await one.until(FILED)
    await begin(two)
    await two.until(FILED)
    [held] = (await one.statuses()).values()
    database = one.pipeline._context.database
    await database.run(_lose, held.track.id, one.clock.now())
    assert await one.passing(one.pipeline._recycle_bin.recycle_removed()) == 0
    assert songs(one) == [SONG]
    await two.stop()
    two.settings.database.unlink()
    assert await one.passing(one.pipeline._recycle_bin.recycle_removed()) == 1
    assert SONG not in songs(one)


async def test_files_that_a_neighbour_needs_hold_up_no_others(
    make_household: MakeHousehold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many have to stay, the ones behind them get their turn."""
    monkeypatch.setattr(recycle_bin, "_AT_ONCE", 1)
    people = peer("ann", *(copy(key) for key in ("r1", "r2", "r3")))
    one, two = await make_household(people, same_library=True)
    await begin(one, "single", "pair")
    await one.until_settled()
    await begin(two)
    await two.until(FILED)
    for hour, key in enumerate(("r3", "r1", "r2")):
        number = (await one.status(key)).track.id
        moment = one.clock.now() + timedelta(hours=hour)
        await one.pipeline._context.database.run(_lose, number, moment)
    for _ in range(5):
        await one.passing(one.pipeline._recycle_bin.recycle_removed())
    assert songs(one) == [SONG]


def _lose(connection: sqlite3.Connection, track_id: TrackId, now: datetime) -> None:
    """Let a playlist have lost a track a day ago."""
    before = (now - timedelta(days=1)).timestamp()
    connection.execute("DELETE FROM playlist_entry WHERE track_id = ?", (track_id,))
    connection.execute(
        "INSERT INTO removal (playlist_id, track_id, position, removed_at) SELECT id, ?, 0, ? FROM playlist",
        (track_id, before),
    )
    connection.execute(
        """
        INSERT INTO removal_policy (playlist_id, policy, grace_days, since)
        SELECT id, 'recycle', 0, ? FROM playlist WHERE true
        ON CONFLICT (playlist_id) DO UPDATE SET
            policy = excluded.policy, grace_days = excluded.grace_days, since = excluded.since
        """,
        (before,),
    )
