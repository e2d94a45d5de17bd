"""Check what becomes of a track whose sources fail, or that nobody has."""

from dataclasses import replace

import pytest

from custom_components.soulspot.engine.model import DownloadState, Quality, Reason
from custom_components.soulspot.engine.views import EventKind
from simulators.audio import Damage, Profile
from simulators.slskd import SUPPORTED, Attributes, Behaviour, Outcome, Presence

from .conftest import MakeWorld
from .failing_sources import fail_first, name_of
from .world import HOUR, LENGTH_MS, MINUTE, copy, peer

FILED = DownloadState.FILED


# --- Sources that fail -----------------------------------------------------------------------------

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


# --- What cannot be had ----------------------------------------------------------------------------


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
