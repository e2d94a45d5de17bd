"""Check the way from a playlist to the files, and every turn it may take."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path

from mutagen.id3 import ID3
import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import DownloadState, Quality, Reason, TrackId
from custom_components.soulspot.engine.settings import PlaylistOptions
from custom_components.soulspot.engine.use_cases.searches import find_sources
from custom_components.soulspot.engine.views import DownloadEvent, EventKind
from simulators.audio import Damage, Profile
from simulators.slskd import SUPPORTED, Attributes, Behaviour, Outcome, Peer, Presence

from .conftest import MakeWorld
from .world import HOUR, LENGTH_MS, MINUTE, RECORDINGS, World, copy, peer

FILED = DownloadState.FILED


def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text("utf-8")


def tags_of(path: Path) -> dict[str, str]:
    """Return the text frames of an MP3 file."""
    return {key: str(frame) for key, frame in ID3(path).items() if key.startswith(("T", "UFID"))}


# --- The main way ------------------------------------------------------------------------------


@pytest.mark.parametrize("version", SUPPORTED)
async def test_wanted_tracks_are_filed_tagged_and_listed(
    make_world: MakeWorld, version: str
) -> None:
    """On every slskd: from the playlist to tagged files in the library and an M3U8 in its order."""
    world = await make_world(
        peer("ann", copy("r1"), copy("r2")), peer("bob", copy("r3")), version=version
    )
    await world.start("pair", "single")
    await world.sync()
    found = await world.until_settled()
    assert {status.state for status in found.values()} == {FILED}
    assert world.files() == [
        "Copper Canyon Quartet/Harbour Lights/01 Morning Ferry.mp3",
        "Copper Canyon Quartet/Harbour Lights/02 Lantern Street.mp3",
        "Copper Canyon Quartet/Volume 3/03 Gravel and Snow.mp3",
        "Playlists/List pair.m3u8",
        "Playlists/List single.m3u8",
    ]
    tags = tags_of(world.library / world.files()[0])
    assert (tags["TIT2"], tags["TALB"], tags["TRCK"], tags["TSRC"]) == (
        "Morning Ferry",
        "Harbour Lights",
        "1/9",
        RECORDINGS["r1"].isrc,
    )
    track = found["r1"].track
    assert track.musicbrainz_recording_id is not None
    assert tags["TXXX:MusicBrainz Album Id"]
    lines = read(world.library / "Playlists" / "List pair.m3u8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "../Copper Canyon Quartet/Harbour Lights/01 Morning Ferry.mp3",
        "../Copper Canyon Quartet/Harbour Lights/02 Lantern Street.mp3",
    ]
    # Nothing of ours is left in slskd, and nothing was asked twice.
    assert world.slskd.searches.records == {}
    assert world.slskd.transfers.by_user() == {}
    assert world.slskd.statistics.enqueued_while_active == []
    assert world.slskd.statistics.downloads_enqueued == 3
    kinds = [event.kind for event in world.events]
    assert (kinds.count(EventKind.STARTED), kinds.count(EventKind.COMPLETED)) == (3, 3)
    queue = await world.pipeline.queue.snapshot()
    assert (queue.filed_total, queue.tracks_wanted, queue.jobs_pending) == (3, 0, 0)
    shown = await world.pipeline.playlists.snapshot()
    assert [item.progress for item in shown.playlists.values()] == [100.0, 100.0]


async def test_a_restart_changes_nothing_that_is_done(make_world: MakeWorld) -> None:
    """After a restart and another sync nothing is searched, asked or filed again."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single")
    await world.sync()
    before = await world.until(FILED)
    searches = len(world.slskd.statistics.searches_sent_at)
    await world.restart()
    await world.sync(force=True)
    await world.leap(HOUR)
    after = await world.status("r3")
    assert after.file == before.file
    assert len(world.slskd.statistics.searches_sent_at) == searches
    assert world.slskd.statistics.downloads_enqueued == 1


async def test_one_search_serves_an_album(make_world: MakeWorld) -> None:
    """Two wanted tracks of one album cost one search."""
    world = await make_world(peer("ann", copy("r1"), copy("r2")))
    await world.start("pair")
    await world.sync()
    await world.until_settled()
    assert len(world.slskd.statistics.searches_sent_at) == 1


async def test_one_search_serves_an_artist(make_world: MakeWorld) -> None:
    """Four wanted tracks of three albums cost one search, and the journal tells whose."""
    world = await make_world(peer("ann", *(copy(key) for key in ("r1", "r2", "r3", "r4"))))
    await world.start("four")
    await world.sync()
    await world.until_settled()
    assert len(world.slskd.statistics.searches_sent_at) == 1
    found = await world.statuses()
    searched = [
        entry.data
        for status in found.values()
        for entry in await world.pipeline.tracks.journal(TrackId(status.track.id))
        if entry.event == "searched"
    ]
    assert len(searched) == 4
    assert {(data["query"], data["kind"]) for data in searched} == {
        ("Copper Canyon Quartet", "artist")
    }
    assert sorted(data["is_new"] for data in searched) == [False, False, False, True]


async def test_what_a_search_for_the_artist_did_not_bring_is_not_searched_for(
    make_world: MakeWorld,
) -> None:
    """Nobody has two of the four: the answer to one search says so, for hours."""
    world = await make_world(peer("ann", *(copy(key) for key in ("r1", "r3"))))
    await world.start("four")
    await world.sync()
    await world.until_settled()
    assert len(world.slskd.statistics.searches_sent_at) == 1
    states = Counter(status.state for status in (await world.statuses()).values())
    assert states == {FILED: 2, DownloadState.NOT_AVAILABLE: 2}
    # A person who wants to know it now gets an answer now.
    assert await world.pipeline.queue.retry_failed() == 2
    await world.until_settled()
    assert len(world.slskd.statistics.searches_sent_at) > 1


async def test_an_answer_that_was_cut_short_serves_only_the_best(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an artist's answer left out may be better: the album is asked for, then the track."""
    monkeypatch.setattr(find_sources, "_SHARED_RESPONSES", 1)
    ann = peer("ann", copy("r3", profile=Profile.FLAC_16_44), copy("r4"), answers_after=0.5)
    bob = peer("bob", *(copy(key) for key in ("r1", "r2", "r3", "r4")), answers_after=2.0)
    world = await make_world(ann, bob)
    await world.start("four")
    await world.sync()
    found = await world.until_settled()
    assert {status.state for status in found.values()} == {FILED}
    sent = {
        (data["kind"], data["query"])
        for status in found.values()
        for data in [
            entry.data
            for entry in await world.pipeline.tracks.journal(TrackId(status.track.id))
            if entry.event == "searched"
        ]
        if data["is_new"]
    }
    kinds = Counter(kind for kind, _ in sent)
    assert kinds["artist"] == kinds["release"] == 1
    # The lossless one was taken from the first answer, the lossy one beside it was not.
    assert not any("Gravel" in text for _, text in sent)
    assert any("Detour" in text for _, text in sent)


async def test_a_track_on_two_playlists_is_downloaded_once(make_world: MakeWorld) -> None:
    """Both M3U8 files name the same file."""
    world = await make_world(peer("ann", *(copy(key) for key in ("r1", "r2", "r3", "r4"))))
    await world.start("pair", "four")
    await world.sync()
    await world.until_settled()
    assert world.slskd.statistics.downloads_enqueued == 4
    for name, number in (("List pair", 2), ("List four", 4)):
        lines = read(world.library / "Playlists" / f"{name}.m3u8").splitlines()
        assert sum(not line.startswith("#") for line in lines) == number


# --- Sources that fail -------------------------------------------------------------------------


FAILURES = [
    Behaviour(Outcome.REJECT, "File not shared."),
    Behaviour(Outcome.REJECT, "Banned"),
    Behaviour(Outcome.DENY_LATER, "Too many megabytes", queue_seconds=90),
    Behaviour(Outcome.SIZE_CHANGED),
    Behaviour(Outcome.NO_ANSWER),
    Behaviour(Outcome.NO_CONNECTION),
    Behaviour(Outcome.NEVER_START),
    Behaviour(Outcome.DROP, times=1000),
    Behaviour(Outcome.STALL, times=1000),
    Behaviour(Outcome.REPORT_FAILED, times=1000),
    Behaviour(Outcome.GONE),
    Behaviour(Outcome.UNREACHABLE),
]


def name_of(behaviour: Behaviour) -> str:
    """Return what a failure is called in the name of its test."""
    return f"{behaviour.outcome} {behaviour.reason}"


async def fail_first(make_world: MakeWorld, behaviour: Behaviour, version: str) -> None:
    """Let the first peer fail, and see that the second is asked, once, and nothing is left behind."""
    world = await make_world(
        peer("ann", copy("r3"), speed=9_000_000, behaviour=behaviour),
        peer("bob", copy("r3"), speed=10_000),
        version=version,
    )
    await world.start("single")
    await world.sync()
    status = await world.until(FILED, DownloadState.NOT_AVAILABLE, seconds=3 * HOUR)
    assert status.state is FILED
    asked = await world.peers_asked("r3")
    assert asked[-1] == "bob"
    assert asked.count("bob") == 1
    failed = [entry for entry in await world.journal("r3") if entry.event == "source_failed"]
    assert [entry.data["peer"] for entry in failed] == ["ann"]
    await world.pass_time(2 * MINUTE)
    assert world.slskd.transfers.by_user() == {}
    assert world.slskd.statistics.enqueued_while_active == []


@pytest.mark.parametrize("behaviour", FAILURES, ids=name_of)
async def test_the_next_peer_follows_one_that_fails(
    make_world: MakeWorld, behaviour: Behaviour
) -> None:
    """However the first peer lets us down, the second is asked, and no row of ours stays."""
    await fail_first(make_world, behaviour, SUPPORTED[-1])


@pytest.mark.parametrize("behaviour", FAILURES[:1] + FAILURES[3:5] + FAILURES[-1:], ids=name_of)
async def test_older_versions_wait_for_the_peer_and_leave_rows(
    make_world: MakeWorld, behaviour: Behaviour
) -> None:
    """There a refusal is the answer to the request itself, and leaves a row that is ours."""
    await fail_first(make_world, behaviour, SUPPORTED[0])


async def test_a_transfer_that_works_the_second_time_is_no_failure(make_world: MakeWorld) -> None:
    """What slskd itself repeats is left to slskd."""
    world = await make_world(peer("ann", copy("r3", behaviour=Behaviour(Outcome.DROP, times=1))))
    await world.start("single")
    await world.sync()
    await world.until(FILED)
    assert await world.peers_asked("r3") == ["ann"]
    assert "source_failed" not in [entry.event for entry in await world.journal("r3")]


@pytest.mark.parametrize("damage", [Damage.TRUNCATED, Damage.CORRUPT])
async def test_the_next_copy_follows_one_that_is_damaged(
    make_world: MakeWorld, damage: Damage
) -> None:
    """A file that fails the checks never reaches the library; the next one does."""
    world = await make_world(
        peer("ann", copy("r3", damage=damage, profile=Profile.FLAC_16_44), speed=9_000_000),
        peer("bob", copy("r3"), speed=10_000),
    )
    await world.start("single")
    await world.sync()
    await world.until(FILED)
    assert await world.peers_asked("r3") == ["ann", "bob"]
    assert world.files() == [
        "Copper Canyon Quartet/Volume 3/03 Gravel and Snow.mp3",
        "Playlists/List single.m3u8",
    ]


async def test_copies_that_fail_alike_are_a_question(make_world: MakeWorld) -> None:
    """When three sources hold wrong lengths, the wanted length may be the wrong one."""
    liars = [
        peer(f"liar {number}", copy("r3", length_ms=LENGTH_MS + 60_000 + number * 1000))
        for number in range(4)
    ]
    world = await make_world(*liars)
    await world.start("single")
    await world.sync()
    status = await world.until(DownloadState.ASK)
    assert status.reason is not None
    assert status.reason.key == "sources_fail_alike"
    assert len(await world.peers_asked("r3")) == 3
    assert world.events[-1].kind is EventKind.NEEDS_ATTENTION
    assert world.files() == ["Playlists/List single.m3u8"]
    shown = await world.pipeline.tracks.status(status.track.id)
    assert [verdict.peer for verdict in shown.verdicts] == ["liar 2", "liar 1", "liar 0"]
    lengths = [check for check in shown.verdicts[0].checks if check["name"] == "length"]
    assert [(check["measured"], check["limit"]) for check in lengths] == [("93.0", "10.0")]


async def test_one_content_from_many_is_one_source(make_world: MakeWorld) -> None:
    """A wrong file that people have from each other says nothing about what is wanted."""
    wrong = copy("r3", length_ms=LENGTH_MS + 60_000)
    world = await make_world(*(peer(f"liar {number}", wrong) for number in range(4)))
    await world.start("single")
    await world.sync()
    status = await world.until(DownloadState.NOT_AVAILABLE)
    assert len(await world.peers_asked("r3")) == 4
    shown = await world.pipeline.tracks.status(status.track.id)
    assert len({verdict.content for verdict in shown.verdicts}) == 1
    assert len({verdict.peer for verdict in shown.verdicts}) == 4


async def test_many_files_of_one_are_one_source(make_world: MakeWorld) -> None:
    """Somebody whose whole folder is wrong is one wrong source."""
    profiles = (Profile.MP3_320, Profile.FLAC_16_44, Profile.OGG_Q6, Profile.MP3_V0)
    wrong = [copy("r3", profile=kind, length_ms=LENGTH_MS + 60_000) for kind in profiles]
    world = await make_world(peer("liar", *wrong))
    await world.start("single", quality=Quality.ANY)
    await world.sync()
    await world.until(DownloadState.NOT_AVAILABLE)
    assert len(await world.peers_asked("r3")) >= 3


async def test_sources_that_all_fail_are_tried_again_later(make_world: MakeWorld) -> None:
    """Whoever is away today may be there tomorrow: the track is explained, and found then."""
    world = await make_world(peer("ann", copy("r3"), behaviour=Behaviour(Outcome.UNREACHABLE)))
    await world.start("single")
    await world.sync()
    status = await world.until(DownloadState.NOT_AVAILABLE, seconds=3 * HOUR)
    assert status.reason == Reason(key="all_sources_failed")
    ann = world.slskd.network.peers["ann"]
    world.slskd.network.peers["ann"] = replace(ann, behaviour=Behaviour())
    await world.leap(8 * HOUR)
    await world.until(FILED)


# --- What cannot be had ------------------------------------------------------------------------


async def test_what_nobody_shares_is_looked_for_ever_more_rarely(make_world: MakeWorld) -> None:
    """Not available, with the reason, told once; and found when somebody comes with it."""
    world = await make_world(peer("ann", copy("r3"), presence=Presence.OFFLINE))
    await world.start("single")
    await world.sync()
    status = await world.until(DownloadState.NOT_AVAILABLE)
    assert status.reason is not None
    assert status.reason.key == "no_results"
    rounds: list[int] = []
    for _ in range(12):
        before = len(world.slskd.statistics.searches_sent_at)
        await world.leap(23 * HOUR)
        await world.pass_time(3 * MINUTE)
        rounds.append(len(world.slskd.statistics.searches_sent_at) - before)
    # After a day, and after a week more, each a quarter longer at most: one search each time.
    assert rounds[0] == 0
    assert sum(rounds[:3]) == 1
    assert sum(rounds) == 2
    assert [event.kind for event in world.events] == [EventKind.NOT_AVAILABLE]
    world.slskd.set_presence("ann", Presence.ONLINE)
    await world.leap(18 * 24 * HOUR)
    await world.until(FILED)


async def test_a_person_may_ask_at_once_for_what_was_not_there(make_world: MakeWorld) -> None:
    """Retrying does not wait for the next turn in hours."""
    world = await make_world(peer("ann", copy("r3"), presence=Presence.OFFLINE))
    await world.start("single")
    await world.sync()
    await world.until(DownloadState.NOT_AVAILABLE)
    world.slskd.set_presence("ann", Presence.ONLINE)
    assert await world.pipeline.queue.retry_failed() == 1
    await world.until(FILED, seconds=5 * MINUTE)
    assert await world.pipeline.queue.retry_failed() == 0


async def test_a_doubtful_file_is_a_question(make_world: MakeWorld) -> None:
    """A file whose name says nothing of the artist is found by other words, and not taken without asking."""
    nameless = replace(
        copy("r3"), path="music\\Old 78s\\03 Gravel and Snow.mp3", attributes=Attributes()
    )
    world = await make_world(peer("ann", nameless))
    await world.start("single")
    await world.sync()
    status = await world.until(DownloadState.ASK, FILED)
    assert status.state is DownloadState.ASK
    assert status.reason is not None
    assert status.reason.key == "candidates_uncertain"
    assert world.slskd.statistics.downloads_enqueued == 0
    await world.leap(24 * HOUR)
    assert (await world.status("r3")).state is DownloadState.ASK


async def test_lists_without_tracks_are_no_trouble(make_world: MakeWorld) -> None:
    """An empty list and one of local files only are imported, shown and explained."""
    world = await make_world()
    await world.start("empty", "local")
    await world.sync()
    found = await world.until_settled()
    [local] = found.values()
    assert local.state is DownloadState.NOT_AVAILABLE
    empty, only_local = (await world.pipeline.playlists.snapshot()).playlists.values()
    assert (empty.entries, empty.tracks, empty.progress) == (0, 0, None)
    assert (only_local.entries, only_local.tracks, only_local.missing) == (2, 2, 2)


# --- Folders and disks -------------------------------------------------------------------------


async def test_without_a_shared_folder_files_stay_with_slskd(make_world: MakeWorld) -> None:
    """The download ends with a reason, and is filed once the folder is known."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single", local_downloads=None)
    await world.sync()
    status = await world.until(DownloadState.DOWNLOADED)
    assert status.reason == Reason(key="no_shared_folder")
    await world.leap(HOUR)
    assert (await world.status("r3")).state is DownloadState.DOWNLOADED
    await world.restart(local_downloads=world.downloads)
    await world.until(FILED)
    assert world.slskd.statistics.downloads_enqueued == 1


async def test_without_a_library_files_wait_for_one(make_world: MakeWorld) -> None:
    """The download ends with a reason, and is filed once there is a library."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single", library=None)
    await world.sync()
    status = await world.until(DownloadState.DOWNLOADED)
    assert status.reason == Reason(key="no_library_folder")
    await world.restart(library=world.library)
    await world.until(FILED)
    assert world.slskd.statistics.downloads_enqueued == 1


async def test_a_playlist_that_cannot_be_read_is_told_once(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """A deleted playlist is asked for at every sync, but the log names it once."""
    world = await make_world()
    await world.start("pair")
    await world.sync()
    world.spotify.world.delete("pair")
    for _ in range(3):
        await world.sync()
    assert caplog.text.count("A playlist could not be read: spotify_playlist_not_found") == 1


async def test_a_library_that_is_away_is_waited_for(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """An unmounted library holds the filing up, told once with the reason; nothing is lost."""
    world = await make_world(peer("ann", copy("r3")))
    away = world.library.with_name("unmounted")
    world.library.rename(away)
    await world.start("single")
    await world.sync()
    await world.until(DownloadState.DOWNLOADED)
    for _ in range(3):
        await world.leap(20 * MINUTE)
    status = await world.status("r3")
    assert (status.state, status.reason and status.reason.key) == (
        DownloadState.DOWNLOADED,
        "folder_missing",
    )
    assert caplog.text.count("cannot be brought into the library: folder_missing") == 1
    away.rename(world.library)
    await world.until(FILED, seconds=10 * MINUTE)
    assert world.slskd.statistics.downloads_enqueued == 1


async def test_a_full_disk_of_slskds_uses_up_no_source(make_world: MakeWorld) -> None:
    """When slskd cannot write, other peers would not help: the download waits with the reason."""
    world = await make_world(peer("ann", copy("r3")), peer("bob", copy("r3")))
    world.slskd.storage.create_error = "No space left on device"
    await world.start("single")
    await world.sync()
    await world.pass_time(25 * MINUTE)
    status = await world.status("r3")
    assert status.state in (DownloadState.CHOSEN, DownloadState.TRANSFERRING)
    assert len(set(await world.peers_asked("r3"))) == 1
    world.slskd.storage.create_error = None
    await world.until(FILED, seconds=HOUR)


async def test_wrong_folders_are_named(make_world: MakeWorld) -> None:
    """A finished file that is nowhere to be seen ends the download; more files would not help."""
    world = await make_world(peer("ann", copy("r3")), peer("bob", copy("r3")))
    await world.start("single", local_downloads=world.downloads.with_name("elsewhere"))
    await world.sync()
    status = await world.until(DownloadState.FAILED)
    assert status.reason == Reason(key="downloaded_file_not_found")
    assert world.slskd.statistics.downloads_enqueued == 1
    await world.restart(local_downloads=world.downloads)
    assert await world.pipeline.queue.retry_failed() == 1
    await world.until(FILED)


@pytest.mark.parametrize("keeps", [True, False])
async def test_the_source_stays_or_goes_as_chosen(make_world: MakeWorld, keeps: bool) -> None:
    """The file in slskd's folder is kept for sharing, or taken away once the filed one is stored."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single", keep_source=keeps)
    await world.sync()
    await world.until_settled()
    left = [path for path in world.downloads.rglob("*") if path.is_file()]
    assert len(left) == keeps


# --- What a person does ------------------------------------------------------------------------


async def wish(world: World, **changes: object) -> DownloadState:
    """Ask for a track that no playlist names, and return how far it came."""
    track = await world.pipeline.tracks.add(
        artist="Copper Canyon Quartet", title="Gravel and Snow", duration_ms=LENGTH_MS + 3000
    )
    report = await world.passing(world.pipeline.tracks.download(track.id, **changes))  # type: ignore[arg-type]
    return report.state


async def test_a_wish_of_a_persons_is_filed_with_tags(make_world: MakeWorld) -> None:
    """A track by its words alone is found, and gets its ids from MusicBrainz."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start()
    assert await wish(world) is DownloadState.TRANSFERRING
    await world.until_settled()
    [status] = await world.pipeline.queue.entries()
    assert status.state is FILED
    assert status.track.musicbrainz_recording_id is not None
    shown = await world.pipeline.tracks.status(status.track.id)
    assert shown.tags["title"] == ["Gravel and Snow"]


async def test_a_report_says_what_was_chosen(make_world: MakeWorld) -> None:
    """The answer to a requested download names counts, file, state and reason."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start()
    track = await world.pipeline.tracks.add(artist="Copper Canyon Quartet", title="Gravel and Snow")
    report = await world.passing(world.pipeline.tracks.download(track.id))
    assert report.search_results_count == 1
    assert report.selected_file is not None
    assert report.selected_file["username"] == "ann"
    nothing = await world.pipeline.tracks.add(artist="Nobody", title="Nothing At All")
    report = await world.passing(world.pipeline.tracks.download(nothing.id))
    assert (report.state, report.selected_file) == (DownloadState.NOT_AVAILABLE, None)
    with pytest.raises(InputError, match="unknown_track"):
        await world.pipeline.tracks.download(TrackId(999))


async def test_an_answer_to_a_question_is_not_lost(make_world: MakeWorld) -> None:
    """Whoever reacts to an event at once, while its job is still ending, is heard."""
    nameless = replace(
        copy("r3"), path="music\\Old 78s\\03 Gravel and Snow.mp3", attributes=Attributes()
    )
    world = await make_world(peer("ann", nameless))
    answers: list[asyncio.Task[object]] = []

    def answer(event: DownloadEvent | None) -> None:
        """Ask again in other words, the moment the question comes."""
        if event is not None and event.kind is EventKind.NEEDS_ATTENTION and not answers:
            work = world.pipeline.tracks.download(event.track.id, query="gravel")
            answers.append(asyncio.create_task(work))

    pipeline = await world.start("single")
    pipeline.subscribe(answer)
    await world.sync()
    await world.until(DownloadState.ASK)
    await world.pass_time(2 * MINUTE)
    searched = [
        entry.data["query"] for entry in await world.journal("r3") if entry.event == "searched"
    ]
    assert searched[-1] == "gravel"
    assert (await world.status("r3")).state is DownloadState.ASK
    await asyncio.gather(*answers)


async def test_own_words_replace_the_queries(make_world: MakeWorld) -> None:
    """What a person types is what is searched for, and nothing else."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start()
    await wish(world, query="gravel snow")
    await world.until_settled()
    [status] = await world.pipeline.queue.entries()
    assert status.state is FILED
    assert len(world.slskd.statistics.searches_sent_at) == 1


async def test_a_preview_downloads_nothing(make_world: MakeWorld) -> None:
    """A search shows the decision with its candidates and leaves nothing behind."""
    world = await make_world(peer("ann", copy("r3")), peer("bob", copy("r4")))
    await world.start()
    report = await world.passing(
        world.pipeline.tracks.search(artist="Copper Canyon Quartet", title="Gravel and Snow")
    )
    assert (report.outcome, report.responses, report.files) == ("take", 1, 1)
    assert report.candidates[0]["peer"] == "ann"
    with pytest.raises(InputError, match="title_missing"):
        await world.pipeline.tracks.search(artist="Copper Canyon Quartet")
    await world.pass_time(MINUTE)
    assert world.slskd.statistics.downloads_enqueued == 0
    assert world.slskd.searches.records == {}
    assert await world.pipeline.queue.entries() == ()


async def test_a_pause_survives_a_restart(make_world: MakeWorld) -> None:
    """Paused, nothing is begun, before and after a restart; resumed, it is."""
    world = await make_world(peer("ann", copy("r3")))
    pipeline = await world.start("single")
    await pipeline.queue.pause()
    await world.sync()
    await world.leap(HOUR)
    await world.restart()
    assert world.pipeline.queue.is_paused
    await world.leap(HOUR)
    assert world.slskd.statistics.searches_sent_at == []
    await world.pipeline.queue.resume()
    await world.until(FILED)


async def test_quality_and_automatic_download_are_chosen_by_playlist(
    make_world: MakeWorld,
) -> None:
    """A playlist's own quality wins, and one that is not to be downloaded is only shown."""
    world = await make_world(
        peer("ann", *(copy(key) for key in ("r1", "r2", "r3"))),
        peer("bob", *(copy(key, profile=Profile.FLAC_16_44) for key in ("r1", "r2", "r3"))),
    )
    await world.start("pair", "single")
    single, pair = world.spotify.playlist_id("single"), world.spotify.playlist_id("pair")
    world.playlists[pair] = PlaylistOptions(automatic_download=False)
    world.playlists[single] = PlaylistOptions(quality=Quality.BEST)
    await world.pipeline.playlists.configure(world.playlists)
    await world.sync()
    found = await world.until_settled()
    assert (found["r1"].state, found["r2"].state) == (None, None)
    assert found["r3"].file is not None
    assert found["r3"].file.format == "flac"
    assert await world.pipeline.playlists.download_missing(pair) == 2
    assert await world.pipeline.playlists.download_missing(pair) == 0
    found = await world.until_settled()
    assert found["r1"].state is FILED
    with pytest.raises(InputError, match="unknown_playlist"):
        await world.pipeline.playlists.download_missing("nothing")


async def test_figures_for_diagnostics_hold_no_names(make_world: MakeWorld) -> None:
    """What a person may paste into a bug report names neither peers nor music nor addresses."""
    world = await make_world(Peer(username="ann", files=(copy("r3"),)))
    await world.start("single")
    await world.sync()
    await world.until_settled()
    text = str(await world.pipeline.statistics())
    for secret in ("ann", "Gravel", "Copper", "127.0.0.1", str(world.library)):
        assert secret not in text
    assert "'filed': 1" in text or "FILED" in text
