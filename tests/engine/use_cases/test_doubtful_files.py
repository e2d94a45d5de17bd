"""Check that a lossless file that may have been lossy once is kept only while nobody known has better."""

import pytest

from custom_components.soulspot.engine.model import DownloadState, Quality
from custom_components.soulspot.engine.views import EventKind
from simulators.audio import Damage, Profile
from simulators.slskd import Peer

from ..conftest import MakeWorld
from ..world import HOUR, MINUTE, RECORDINGS, World, copy, peer

FILED = DownloadState.FILED


def fake(name: str, *, speed: int = 900_000, longer_by: int = 0) -> Peer:
    """Return somebody with a lossless file made of a lossy one; one of another length has other bytes."""
    length = RECORDINGS["r3"].length_ms + longer_by
    offer = copy("r3", profile=Profile.FLAC_FROM_MP3, length_ms=length)
    return peer(name, offer, speed=speed)


def real(name: str, *, speed: int = 100_000, damage: Damage = Damage.NONE) -> Peer:
    """Return somebody with a lossless file; the slower ones are asked later."""
    return peer(name, copy("r3", profile=Profile.FLAC_16_44, damage=damage), speed=speed)


async def filed(make_world: MakeWorld, *people: Peer, **changes: object) -> World:
    """Return a world in which the track was filed, with all that followed."""
    world = await make_world(*people)
    await world.start("single", **changes)
    await world.sync()
    await world.until_settled()
    return world


def music(world: World) -> list[str]:
    """Return the music in the library, without the bin."""
    return [path for path in world.files() if path.endswith((".flac", ".mp3")) and path[0] != "."]


async def test_the_next_source_is_asked(make_world: MakeWorld) -> None:
    """A genuine file takes the place and the name of the doubtful one, without a search more."""
    world = await filed(make_world, fake("ann"), real("bob"))
    assert await world.peers_asked("r3") == ["ann", "bob"]
    status = await world.status("r3")
    assert status.state is FILED
    assert status.reason is None
    assert status.file is not None
    assert status.file.doubt is None
    assert [status.file.path] == music(world)
    assert "(2)" not in status.file.path
    [old] = (await world.pipeline.library.recycle_bin()).files
    assert old.reason.key == "replaced_by_better_file"
    await world.pass_time(6 * HOUR)
    assert len(world.slskd.statistics.searches_sent_at) == 1
    # Who prefers the doubtful one can have it back.
    await world.passing(world.pipeline.library.restore(recycled_id=old.id))
    status = await world.status("r3")
    assert status.file is not None
    assert status.file.doubt is not None


async def test_nobody_is_asked_for_ever(make_world: MakeWorld) -> None:
    """After two others, or when there are only copies and lossy files, the doubtful one stays and says so."""
    world = await filed(
        make_world,
        fake("ann"),
        fake("bea"),
        fake("cid", speed=800_000, longer_by=400),
        fake("dan", speed=700_000, longer_by=800),
        fake("eve", speed=600_000, longer_by=1200),
        peer("fay", copy("r3"), speed=2_000_000),
    )
    assert await world.peers_asked("r3") == ["ann", "cid", "dan"]
    status = await world.status("r3")
    assert status.state is FILED
    assert status.reason is not None
    assert status.reason.key.startswith("lossy")
    assert status.file is not None
    assert status.file.doubt == status.reason
    assert [status.file.path] == music(world)
    assert (await world.pipeline.library.recycle_bin()).count == 0
    assert {event.kind for event in world.events} == {EventKind.STARTED, EventKind.COMPLETED}
    queue = await world.pipeline.queue.snapshot()
    assert (queue.not_available, queue.failed, queue.needs_attention) == (0, 0, 0)
    journal = await world.journal("r3")
    assert [entry.event for entry in journal].count("searched") == 1
    assert journal[-1].event == "no_better_file"
    assert journal[-1].data["reason"]["key"] == "all_sources_failed"
    await world.leap(40 * 24 * HOUR)
    await world.pass_time(6 * HOUR)
    assert len(world.slskd.statistics.searches_sent_at) == 1


@pytest.mark.parametrize("is_interrupted", [False, True])
async def test_a_bad_source_costs_nothing(make_world: MakeWorld, is_interrupted: bool) -> None:
    """A broken file of somebody else leaves the doubtful one where it is, over a restart too."""
    world = await make_world(fake("ann"), real("bob", speed=2_000, damage=Damage.TRUNCATED))
    await world.start("single")
    await world.sync()
    await world.pass_time(MINUTE)
    status = await world.status("r3")
    assert status.download is not None
    assert status.download.state is DownloadState.TRANSFERRING
    assert (status.state, status.reason) == (FILED, status.file and status.file.doubt)
    if is_interrupted:
        await world.restart()
    await world.until_settled()
    assert await world.peers_asked("r3") == ["ann", "bob"]
    status = await world.status("r3")
    assert status.state is FILED
    assert status.file is not None
    assert status.file.doubt is not None
    assert [status.file.path] == music(world)


async def test_who_cancels_keeps_the_file(make_world: MakeWorld) -> None:
    """The track is filed as before, and its file is asked for again when it gets lost."""
    world = await make_world(fake("ann"), real("bob", speed=2_000))
    await world.start("single")
    await world.sync()
    await world.pass_time(MINUTE)
    track = (await world.status("r3")).track
    download = await world.passing(world.pipeline.queue.cancel(track.id))
    status = await world.status("r3")
    assert status.file is not None
    assert (download.state, download.reason) == (FILED, status.file.doubt)
    assert (status.state, status.reason) == (FILED, status.file.doubt)
    assert [status.file.path] == music(world)
    assert [entry.event for entry in await world.journal("r3")].count("cancelled") == 1
    (world.library / status.file.path).unlink()
    await world.pass_time(7 * HOUR)
    await world.sync(force=True)
    await world.until_settled()
    assert (await world.peers_asked("r3"))[:2] == ["ann", "bob"]
    assert len(await world.peers_asked("r3")) > 2


async def test_the_doubt_outlives_a_wish_for_what_is_there(make_world: MakeWorld) -> None:
    """Who asks for a track that is filed already gets no other file, and is told the same of it."""
    world = await filed(make_world, fake("ann"))
    before = await world.status("r3")
    assert before.reason is not None
    await world.passing(world.pipeline.tracks.download(before.track.id, timeout=5))
    await world.until_settled()
    after = await world.status("r3")
    assert (after.state, after.reason) == (FILED, before.reason)
    assert await world.peers_asked("r3") == ["ann"]


async def test_other_profiles_are_content(make_world: MakeWorld) -> None:
    """Who does not want the best is not kept waiting for it."""
    world = await filed(make_world, fake("ann"), real("bob"), quality=Quality.GOOD)
    assert await world.peers_asked("r3") == ["ann"]
    status = await world.status("r3")
    assert status.state is FILED
    assert status.reason is not None
