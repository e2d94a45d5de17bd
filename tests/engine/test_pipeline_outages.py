"""Check that a service that goes away, or answers badly, costs nothing but time."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
import logging

import pytest

from custom_components.soulspot.engine.errors import ServiceError
from custom_components.soulspot.engine.model import DownloadState
from custom_components.soulspot.engine.store import network
from custom_components.soulspot.engine.views import Trouble
from simulators.musicbrainz import Fault as MusicBrainzFault
from simulators.slskd import SUPPORTED, Fault, Flood, Peer
from simulators.slskd.search_model import SearchOptions
from simulators.slskd.transfers import WantedFile
from simulators.spotify import Fault as SpotifyFault

from .conftest import MakeWorld
from .world import HOUR, MINUTE, World, copy, peer

FILED = DownloadState.FILED
TRANSFERRING = DownloadState.TRANSFERRING
UNDER_WAY = ("custom_components.soulspot.engine.use_cases.downloads.watch_slskd",)


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Return what was said about slskd's presence."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name in UNDER_WAY and record.levelno == level
    ]


def slow_peer(name: str = "ann") -> Peer:
    """Return somebody whose bytes take a minute."""
    return peer(name, copy("r3"), speed=20_000)


async def begin(world: World) -> None:
    """Bring a transfer under way."""
    await world.start("single")
    await world.sync()
    await world.until(TRANSFERRING)
    await world.pass_time(20)


def all_own_is_gone(world: World) -> bool:
    """Tell whether nothing of ours is left in slskd."""
    return not world.slskd.searches.records and not world.slskd.transfers.by_user()


# --- slskd -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize("down_seconds", [1.0, 20 * MINUTE])
async def test_slskd_restarts_in_the_middle(
    make_world: MakeWorld,
    caplog: pytest.LogCaptureFixture,
    version: str,
    down_seconds: float,
) -> None:
    """A transfer goes on under its new id; nothing fails, and two lines tell of it at most."""
    caplog.set_level(logging.INFO)
    world = await make_world(slow_peer(), version=version)
    await begin(world)
    await world.passing(world.slskd.restart(down_seconds))
    status = await world.status("r3")
    assert status.state is TRANSFERRING
    await world.until(FILED)
    await world.pass_time(2 * MINUTE)
    assert await world.peers_asked("r3") == ["ann"]
    assert world.slskd.statistics.enqueued_while_active == []
    assert len(lines(caplog, logging.WARNING)) <= 1
    assert len(lines(caplog, logging.INFO)) == len(lines(caplog, logging.WARNING))
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert all_own_is_gone(world)


@pytest.mark.parametrize("version", SUPPORTED)
async def test_work_waits_while_slskd_is_not_logged_in(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture, version: str
) -> None:
    """Kicked from Soulseek for a day: no searches, no failures, told once; then it goes on."""
    caplog.set_level(logging.INFO)
    world = await make_world(peer("ann", copy("r1"), copy("r2")), slow_peer("bob"), version=version)
    await begin(world)
    world.slskd.disconnect_from_soulseek()
    await world.pass_time(MINUTE)
    world.playlists[world.spotify.playlist_id("pair")] = next(iter(world.playlists.values()))
    await world.pipeline.playlists.configure(world.playlists)
    await world.sync()
    before = len(world.slskd.statistics.searches_sent_at)
    await world.leap(24 * HOUR)
    health = await world.pipeline.check_slskd()
    assert health.trouble is Trouble.NOT_LOGGED_IN
    assert len(world.slskd.statistics.searches_sent_at) == before
    states = {status.state for status in (await world.statuses()).values()}
    assert states == {DownloadState.QUEUED, TRANSFERRING}
    assert lines(caplog, logging.WARNING) == ["slskd is not available: not_logged_in"]
    world.slskd.connect_to_soulseek()
    found = await world.until_settled()
    assert {status.state for status in found.values()} == {FILED}
    assert lines(caplog, logging.INFO) == ["slskd is available again"]


@pytest.mark.parametrize("version", SUPPORTED)
async def test_a_search_that_breaks_off_says_nothing(make_world: MakeWorld, version: str) -> None:
    """A restart in mid-search must not count as nobody having the track."""
    world = await make_world(slow_peer(), version=version)
    await world.start("single")
    await world.sync()
    await world.until(DownloadState.SEARCHING)
    await world.pass_time(2)
    await world.passing(world.slskd.restart(3.0))
    status = await world.until(FILED, DownloadState.NOT_AVAILABLE)
    assert status.state is FILED
    await world.pass_time(2 * MINUTE)
    assert all_own_is_gone(world)


async def test_being_shut_out_says_nothing(make_world: MakeWorld) -> None:
    """When Soulseek ignores our searches, tracks wait for it instead of being given up."""
    world = await make_world(
        peer("ann", *(copy(key) for key in ("r1", "r2", "r3", "r4"))), flood=Flood(searches=1)
    )
    await world.start("four")
    await world.sync()
    for _ in range(12):
        await world.pass_time(5 * MINUTE)
        states = {status.state for status in (await world.statuses()).values()}
        assert DownloadState.NOT_AVAILABLE not in states
    # Half an hour of silence after a few signs, instead of hammering.
    assert len(world.slskd.statistics.searches_sent_at) <= 12


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "/transfers/downloads/*", loses_answer=True),
        Fault("POST", "/transfers/downloads/*", status=500, message="boom"),
        Fault("POST", "/transfers/downloads/*", status=429, message="busy", times=30),
        Fault("POST", "/transfers/downloads/*", status=502, content_type="text/html", times=3),
        Fault("POST", "/searches", loses_answer=True),
        Fault("POST", "/searches", status=429, message="busy", times=30),
        Fault("GET", "/searches/*", status=503, message="", times=3),
        Fault("GET", "/searches/*/responses", loses_answer=True),
        Fault("DELETE", "/searches/*", status=503, message="", times=2),
        Fault("GET", "/transfers/downloads/*", loses_answer=True, times=3),
        Fault("GET", "/transfers/downloads/*", status=200, content_type="text/html", times=3),
        Fault("DELETE", "/transfers/downloads/*", loses_answer=True),
        Fault(
            "GET", "/application", status=200, message="<html>", content_type="text/html", times=3
        ),
        Fault("GET", "/events*", status=500, message="boom", times=3),
    ],
    ids=lambda fault: f"{fault.method} {fault.path} {fault.status}",
)
@pytest.mark.parametrize("version", [SUPPORTED[0], SUPPORTED[-1]])
async def test_a_bad_answer_of_slskds_doubles_nothing(
    make_world: MakeWorld, version: str, fault: Fault
) -> None:
    """Lost, wrong and refused answers delay a track; none loses or doubles it, and nothing stays behind."""
    world = await make_world(peer("ann", copy("r3"), speed=100_000), version=version)
    world.slskd.inject(replace(fault))
    await world.start("single")
    await world.sync()
    await world.until(FILED)
    await world.pass_time(3 * MINUTE)
    assert world.slskd.statistics.enqueued_while_active == []
    assert world.slskd.statistics.downloads_enqueued == 1
    assert all_own_is_gone(world)


async def test_a_peer_that_cannot_be_asked_about_delays_nobody_else(make_world: MakeWorld) -> None:
    """A proxy that refuses one peer's name does not keep the others' files waiting."""
    world = await make_world(slow_peer("a/b"), peer("bob", copy("r1"), copy("r2")))
    await begin(world)
    world.slskd.inject(Fault("GET", "/transfers/downloads/a*", status=400, times=10_000))
    await world.restart("pair")
    await world.sync()
    await world.until(FILED, key="r1")
    await world.until(FILED, key="r2")
    assert (await world.status("r3")).state is TRANSFERRING
    world.slskd.faults.clear()
    await world.until(FILED)


async def test_a_peer_that_cannot_be_named_is_passed_over(make_world: MakeWorld) -> None:
    """When a request for one peer is refused on its way, the next source is asked at once."""
    world = await make_world(
        peer("a/b", copy("r3"), speed=9_000_000), peer("bob", copy("r3"), speed=100_000)
    )
    world.slskd.inject(Fault("GET", "/transfers/downloads/a*", status=400, times=10_000))
    await world.start("single")
    await world.sync()
    await world.until(FILED, seconds=10 * MINUTE)
    assert await world.peers_asked("r3") == ["bob"]


@pytest.mark.parametrize("version", SUPPORTED)
async def test_what_is_the_users_own_is_left_alone(make_world: MakeWorld, version: str) -> None:
    """Searches and downloads from slskd's own page stay, whatever we tidy up."""
    world = await make_world(peer("ann", copy("r3"), copy("r4")), version=version)
    theirs = world.slskd.searches.create(None, "something else", SearchOptions())
    await world.start("single")
    [file] = [file for file in world.slskd.network.peers["ann"].files if "Detour" in file.path]
    size = world.slskd.network.size(file)
    world.slskd.transfers.enqueue("ann", [WantedFile(file.path, size)])
    await world.sync()
    await world.until(FILED)
    await world.restart()
    await world.pass_time(5 * MINUTE)
    assert list(world.slskd.searches.records) == [theirs.id]
    [row] = world.slskd.transfers.by_user()["ann"]
    assert row.filename == file.path


async def test_a_search_that_slskd_keeps_does_not_keep_the_others(make_world: MakeWorld) -> None:
    """One that cannot be deleted is put off; what lies there besides is cleared away."""
    world = await make_world(slow_peer())
    await world.start("single")
    database = world.pipeline._context.database
    searches = [world.slskd.searches.create(None, f"some {n}", SearchOptions()) for n in range(3)]
    for number, search in enumerate(searches):
        now = world.clock.now() + timedelta(seconds=number)
        await database.run(
            network.record_search, search.id, now=now, forget_before=now - timedelta(hours=1)
        )
    world.slskd.inject(
        Fault(method="DELETE", path=f"/searches/{searches[0].id}", status=500, times=1000)
    )
    for _ in range(3):
        with suppress(ServiceError):
            await world.passing(world.pipeline._sources.clean_up())
    assert list(world.slskd.searches.records) == [searches[0].id]
    world.slskd.faults.clear()
    await world.pass_time(2 * HOUR)
    assert searches[0].id not in world.slskd.searches.records


async def test_asking_how_slskd_is_does_not_disturb_a_search(make_world: MakeWorld) -> None:
    """The clean-up of old searches spares the one that runs."""
    world = await make_world(slow_peer())
    await world.start("single")
    await world.sync()
    await world.until(DownloadState.SEARCHING)
    for _ in range(5):
        await world.passing(world.pipeline.check_slskd())
        await world.passing(world.pipeline._sources.clean_up())
        await world.pass_time(1)
    await world.until(FILED)
    assert len(world.slskd.statistics.searches_sent_at) == 1


# --- Spotify and MusicBrainz -------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [SpotifyFault.UNAVAILABLE, SpotifyFault.DISCONNECT, SpotifyFault.QUOTA, SpotifyFault.EXPIRED],
)
async def test_spotify_away_stops_no_download(make_world: MakeWorld, fault: SpotifyFault) -> None:
    """While Spotify is down, over quota or refuses the login, slskd's work goes on."""
    world = await make_world(slow_peer())
    await begin(world)
    world.spotify.fail(fault, times=None)
    with pytest.raises(ServiceError):
        await world.sync(force=True)
    shown = await world.pipeline.playlists.snapshot()
    assert not shown.spotify.is_connected
    [playlist] = shown.playlists.values()
    assert playlist.tracks == 1
    await world.until(FILED)


async def test_slskd_away_stops_no_sync(make_world: MakeWorld) -> None:
    """While slskd is down playlists are read, and what is missing waits for it."""
    world = await make_world(slow_peer())
    await world.slskd._api_server.stop()
    await world.start("single", "mixed")
    await world.sync()
    await world.pass_time(5 * MINUTE)
    queue = await world.pipeline.queue.snapshot()
    assert queue.slskd.trouble is Trouble.UNREACHABLE
    assert (queue.waiting, queue.failed, queue.not_available) == (3, 0, 0)
    assert queue.tracks_wanted == 3


@pytest.mark.parametrize("fault", [MusicBrainzFault.BUSY, MusicBrainzFault.HTML])
async def test_musicbrainz_away_delays_a_file_by_minutes(
    make_world: MakeWorld, fault: MusicBrainzFault
) -> None:
    """A file does not wait for ever for its ids: it is filed with what the playlist says."""
    world = await make_world(peer("ann", copy("r3")))
    world.musicbrainz.fail(fault, times=None)
    await world.start("single")
    await world.sync()
    status = await world.until(FILED, seconds=20 * MINUTE)
    assert status.track.musicbrainz_recording_id is None
    assert status.file is not None


# --- The disk of our own -----------------------------------------------------------------------


async def test_a_database_that_takes_nothing_lets_everything_wait(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """With a full disk the work stands still for hours, told in a few lines, and then goes on."""
    world = await make_world(slow_peer(), peer("bob", copy("r1"), copy("r2")))
    await begin(world)
    connection = world.pipeline._context.database._connection
    assert connection is not None
    connection.execute("PRAGMA query_only = ON")
    await world.pass_time(30 * MINUTE)
    connection.execute("PRAGMA query_only = OFF")
    assert (await world.status("r3")).state is TRANSFERRING
    await world.until(FILED)
    assert world.slskd.statistics.downloads_enqueued == 1
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert 1 <= len(errors) <= 4
    assert not any(record.exc_info for record in errors)
