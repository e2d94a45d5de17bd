"""Check the way from playlists to files."""

from collections import Counter
from pathlib import Path

from mutagen.id3 import ID3
import pytest

from custom_components.soulspot.engine.model import DownloadState, TrackId
from custom_components.soulspot.engine.use_cases.searches import find_sources
from custom_components.soulspot.engine.views import EventKind
from simulators.audio import Profile
from simulators.slskd import SUPPORTED

from .conftest import MakeWorld
from .world import HOUR, RECORDINGS, copy, peer

FILED = DownloadState.FILED


def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text("utf-8")


def tags_of(path: Path) -> dict[str, str]:
    """Return the text frames of an MP3 file."""
    return {key: str(frame) for key, frame in ID3(path).items() if key.startswith(("T", "UFID"))}


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


async def test_a_filed_file_that_is_deleted_is_wanted_again(make_world: MakeWorld) -> None:
    """Also when no pass over the library has come between."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single")
    await world.sync()
    filed = await world.until(FILED)
    assert filed.file is not None
    await world.pipeline.queue.pause()
    (world.library / filed.file.path).unlink()
    await world.pipeline.library.index()
    assert (await world.pipeline.queue.snapshot()).tracks_wanted == 1


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
