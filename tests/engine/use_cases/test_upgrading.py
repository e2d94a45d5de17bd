"""Check that better files replace worse ones, only when they are, and that nothing is lost on the way."""

import pytest

from custom_components.soulspot.engine.model import (
    DownloadState,
    Quality,
    RecycledId,
    UpgradePolicy,
)
from custom_components.soulspot.engine.views import EventKind
from simulators.audio import Damage, Profile
from simulators.slskd import SharedFile

from ..conftest import MakeWorld
from ..world import HOUR, MINUTE, World, copy, peer
from .test_playlist_files import listed
from .test_recycling import days

FLAC = copy("r3", profile=Profile.FLAC_16_44)


async def owning(make_world: MakeWorld, *, worse: bool = False, **changes: object) -> World:
    """Return a world in which a track was filed as MP3, because nobody had better."""
    profile = Profile.MP3_192 if worse else Profile.MP3_320
    world = await make_world(peer("ann", copy("r3", profile=profile)))
    await world.start("single", **{"upgrades": UpgradePolicy.OURS, **changes})
    await world.sync()
    await world.until_settled()
    status = await world.status("r3")
    assert status.file is not None
    assert status.file.format == "mp3"
    return world


async def a_try(world: World, *offers: SharedFile) -> None:
    """Let somebody come who has more, and let the time of a try pass."""
    for number, offer in enumerate(offers):
        world.slskd.network.add(peer(f"bob{number}", offer))
    await days(world, 15)
    await world.pass_time(2 * HOUR)


async def owned_format(world: World) -> str:
    """Return the format of the track's file, which is there and listed."""
    status = await world.status("r3")
    assert status.state is DownloadState.FILED
    assert status.file is not None
    assert (world.library / status.file.path).is_file()
    assert listed(world, "List single") == ["Gravel and Snow"]
    queue = await world.pipeline.queue.snapshot()
    assert (queue.tracks_wanted, queue.tracks_in_library, queue.filed_total) == (0, 1, 1)
    assert (queue.not_available, queue.failed, queue.needs_attention) == (0, 0, 0)
    return status.file.format


async def test_a_better_file_replaces_a_worse_one(make_world: MakeWorld) -> None:
    """The old one goes to the recycle bin, and can be had back for good."""
    world = await owning(make_world, recycle_bin_days=1000)
    before = {path: (world.library / path).read_bytes() for path in world.files() if "mp3" in path}
    await a_try(world, FLAC)
    assert await owned_format(world) == "flac"
    [file] = (await world.pipeline.library.recycle_bin()).files
    assert file.path in before
    assert file.reason.key == "replaced_by_better_file"
    assert not (world.library / file.path).exists()
    await world.passing(world.pipeline.library.restore(track_id=file.tracks[0].id))
    assert await owned_format(world) == "mp3"
    assert (world.library / file.path).read_bytes() == before[file.path]
    [new] = (await world.pipeline.library.recycle_bin()).files
    assert new.format == "flac"
    for _ in range(3):
        await days(world, 125)
    assert await owned_format(world) == "mp3"
    await world.passing(world.pipeline.library.restore(recycled_id=RecycledId(new.id)))
    assert await owned_format(world) == "flac"


async def test_a_better_file_of_the_same_kind_gets_the_name(make_world: MakeWorld) -> None:
    """No number stays behind, neither after the replacement nor after that was undone."""
    world = await owning(make_world, worse=True, recycle_bin_days=1000)
    [name] = [path for path in world.files() if path.endswith(".mp3")]
    old = (world.library / name).read_bytes()
    world.events.clear()
    await a_try(world, copy("r3"))
    assert await owned_format(world) == "mp3"
    new = (world.library / name).read_bytes()
    assert new != old
    assert [path for path in world.files() if path.endswith("3") and path[0] != "."] == [name]
    assert [event.path for event in world.events if event.kind is EventKind.COMPLETED] == [name]
    [file] = (await world.pipeline.library.recycle_bin()).files
    report = await world.passing(world.pipeline.library.restore(recycled_id=file.id))
    assert report.path == name
    assert (world.library / name).read_bytes() == old
    assert await owned_format(world) == "mp3"
    [file] = (await world.pipeline.library.recycle_bin()).files
    await world.passing(world.pipeline.library.restore(recycled_id=file.id))
    assert (world.library / name).read_bytes() == new
    assert [path for path in world.files() if path.endswith("3") and path[0] != "."] == [name]


async def test_nothing_is_tried_unless_wanted(make_world: MakeWorld) -> None:
    """It is off at first."""
    world = await owning(make_world, upgrades=UpgradePolicy.NEVER)
    await a_try(world, FLAC)
    assert await owned_format(world) == "mp3"
    assert await world.peers_asked("r3") == ["ann"]


@pytest.mark.parametrize("quality", [Quality.ANY, Quality.GOOD])
async def test_good_enough_is_left_alone(make_world: MakeWorld, quality: Quality) -> None:
    """Neither `any` nor 320 kbit/s under `good` is improved."""
    world = await owning(make_world, quality=quality)
    await a_try(world, FLAC)
    assert await owned_format(world) == "mp3"
    assert await world.peers_asked("r3") == ["ann"]


@pytest.mark.parametrize(
    "offer",
    [
        copy("r3", profile=Profile.FLAC_16_44, damage=Damage.TRUNCATED),
        copy("r3", profile=Profile.FLAC_16_44, length_ms=90_000),
        copy("r3", profile=Profile.FLAC_FROM_MP3),
        copy("r3"),
    ],
    ids=["broken", "other", "fake", "same"],
)
async def test_what_is_no_better_replaces_nothing(make_world: MakeWorld, offer: SharedFile) -> None:
    """The owned file is never touched, and nobody hears of a failure."""
    world = await owning(make_world)
    world.events.clear()
    await a_try(world, offer)
    assert await owned_format(world) == "mp3"
    assert (await world.pipeline.library.recycle_bin()).count == 0
    kinds = {event.kind for event in world.events}
    assert kinds <= {EventKind.STARTED}


async def test_tries_become_rare(make_world: MakeWorld) -> None:
    """A track that nobody has in better quality is looked for less and less."""
    world = await owning(make_world)

    async def tries() -> int:
        """Count the tries that came to nothing."""
        journal = await world.journal("r3")
        return sum(entry.event == "no_better_file" for entry in journal)

    seen = []
    for _ in range(9):
        await days(world, 15)
        await world.pass_time(10 * MINUTE)
        seen.append(await tries())
    # After two weeks, then four, then eight, each a fifth shorter or longer by chance.
    assert seen[:2] == [1, 1]
    assert seen[-1] == 3
    assert await owned_format(world) == "mp3"


async def test_files_that_stood_there_before_are_asked_about(make_world: MakeWorld) -> None:
    """They are replaced only when the user says so."""
    world = await owning(make_world)
    database = world.pipeline._context.database
    await database.run(lambda connection: connection.execute("UPDATE library_file SET is_ours = 0"))
    await a_try(world, FLAC)
    assert await owned_format(world) == "mp3"
    await world.restart(upgrades=UpgradePolicy.ALL)
    await world.pass_time(2 * HOUR)
    assert await owned_format(world) == "flac"


async def test_a_library_that_is_away_keeps_both_files(make_world: MakeWorld) -> None:
    """The new file waits, the old one stays, and afterwards all is as it should be."""
    world = await owning(make_world)
    away = world.library.with_name("unmounted")
    world.slskd.network.add(peer("bob", FLAC))
    await world.leap(15 * 24 * HOUR)
    await world.pass_time(HOUR - 60)
    world.library.rename(away)
    await world.pass_time(3 * HOUR)
    away.rename(world.library)
    await world.pass_time(HOUR)
    assert await owned_format(world) == "flac"
    assert (await world.pipeline.library.recycle_bin()).count == 1


async def test_a_bin_that_cannot_be_written_is_tried_again(make_world: MakeWorld) -> None:
    """The old file goes into it as soon as that is possible, and does not stay beside the new one."""
    world = await owning(make_world)
    blocked = world.library / ".soulspot" / "recycle-bin"
    blocked.write_bytes(b"no folder")
    await a_try(world, FLAC)
    assert await owned_format(world) == "flac"
    assert len([path for path in world.files() if "Gravel" in path]) == 2
    blocked.unlink()
    await world.pass_time(2 * HOUR)
    assert await owned_format(world) == "flac"
    [file] = (await world.pipeline.library.recycle_bin()).files
    assert file.format == "mp3"
    assert not (world.library / file.path).exists()
