"""Check what a person may ask of the pipeline beside its playlists."""

import asyncio
from dataclasses import replace
import sqlite3

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import DownloadState, Quality, TrackId
from custom_components.soulspot.engine.settings import PlaylistOptions
from custom_components.soulspot.engine.views import DownloadEvent, EventKind
from simulators.audio import Profile
from simulators.slskd import Attributes, Peer

from .conftest import MakeWorld
from .world import HOUR, LENGTH_MS, MINUTE, World, copy, peer

FILED = DownloadState.FILED


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


async def test_whoever_is_retried_takes_turns_as_before(make_world: MakeWorld) -> None:
    """After a retry of all that failed the playlists still take turns with each other."""
    world = await make_world()
    await world.start("single", "pair")
    await world.sync()
    await world.until_settled()
    database = world.pipeline._context.database

    def lanes(connection: sqlite3.Connection) -> list[str]:
        rows = connection.execute("SELECT lane FROM download ORDER BY track_id")
        return [row[0] for row in rows]

    before = await database.run(lanes)
    assert set(before) == {world.spotify.playlist_id(key) for key in ("single", "pair")}
    assert await world.passing(world.pipeline.queue.retry_failed()) == 3
    assert await database.run(lanes) == before


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
