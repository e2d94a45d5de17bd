"""Check what becomes of the files in slskd's own folder."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
import sqlite3

import pytest

from custom_components.soulspot.engine.model import DownloadState, Quality
from simulators.audio import Damage, Profile
from simulators.slskd import Attributes

from ..conftest import MakeWorld
from ..world import MINUTE, RECORDINGS, copy, peer


@pytest.mark.parametrize(
    "profile", [Profile.FLAC_24_48, Profile.MP3_V0, Profile.OGG_Q6, Profile.M4A_256]
)
async def test_every_kind_of_file_is_filed(make_world: MakeWorld, profile: Profile) -> None:
    """What its name says it is, whatever the search calls what it holds, gets into the library."""
    offer = copy("r3", profile=profile)
    offer = replace(offer, attributes=replace(offer.attributes, bit_rate=None))
    world = await make_world(peer("ann", offer))
    await world.start("single", quality=Quality.ANY)
    await world.sync()
    await world.until_settled()
    status = await world.status("r3")
    assert status.state is DownloadState.FILED
    assert status.file is not None
    assert status.file.path.endswith(f".{profile.extension}")


async def test_the_measured_bit_rate_counts(make_world: MakeWorld) -> None:
    """What turns out to be below the wanted quality is refused, where nothing had said what it is."""
    silent = replace(copy("r3", profile=Profile.MP3_192), attributes=Attributes())
    world = await make_world(peer("ann", silent))
    pipeline = await world.start(quality=Quality.GOOD)
    wish = RECORDINGS["r3"]
    track = await pipeline.tracks.add(artist=wish.artists[0], title=wish.title)
    await world.passing(pipeline.tracks.download(track.id))
    await world.until_settled()
    failed = [one for one in await pipeline.tracks.journal(track.id) if one.event == "check_failed"]
    assert [one.data["reason"]["key"] for one in failed] == ["bit_rate_too_low"]
    assert not any(path.endswith(".mp3") for path in world.files())


async def test_a_file_stays_ours_over_a_crash(make_world: MakeWorld) -> None:
    """Killed between filing a track and storing it, the next run knows its own file, also from the index."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single")
    await world.sync()
    await world.until(DownloadState.FILED)
    await world.pass_time(MINUTE)
    await world.passing(world.pipeline.library.index())
    await world.stop()
    with closing(sqlite3.connect(world.settings.database)) as connection:
        connection.executescript(
            """
            UPDATE download SET state = 'downloaded', filing_path = (SELECT path FROM library_file);
            UPDATE job SET state = 'running', finished_at = NULL WHERE kind = 'filing';
            DELETE FROM library_file;
            """
        )
    await world.start()
    await world.until(DownloadState.FILED)
    await world.pass_time(MINUTE)
    status = await world.status("r3")
    assert status.file is not None
    assert status.file.is_ours
    assert [path for path in world.files() if path.endswith(".mp3")] == [status.file.path]


async def test_playlists_may_be_folders(make_world: MakeWorld) -> None:
    """The name pattern knows the playlist that a track was queued for; a wish of its own has none."""
    world = await make_world(peer("ann", copy("r3"), copy("r4")))
    pipeline = await world.start("single", path_template="[{playlist}/]{title}")
    await world.sync()
    wish = RECORDINGS["r4"]
    track = await pipeline.tracks.add(artist=wish.artists[0], title=wish.title)
    await world.passing(pipeline.tracks.download(track.id))
    await world.until_settled()
    paths = [path for path in world.files() if path.endswith(".mp3")]
    assert paths == sorted([f"{wish.title}.mp3", f"List single/{RECORDINGS['r3'].title}.mp3"])


@pytest.mark.parametrize("keeps", [True, False])
async def test_what_slskd_downloaded_stays_or_goes(make_world: MakeWorld, keeps: bool) -> None:
    """What was refused goes with what was filed, and no empty folder is left of either."""
    world = await make_world(
        peer("ann", copy("r3", damage=Damage.TRUNCATED), speed=2_000_000), peer("bob", copy("r3"))
    )
    await world.start("single", keep_source=keeps)
    await world.sync()
    await world.until_settled()
    assert (await world.status("r3")).state is DownloadState.FILED
    assert await world.peers_asked("r3") == ["ann", "bob"]
    left = [path for path in world.downloads.rglob("*") if path.is_file()]
    assert len(left) == (2 if keeps else 0)
    if not keeps:
        assert [path for path in world.downloads.rglob("*") if path.name != "soulspot"] == []


async def test_a_folder_that_may_not_be_written_holds_nothing_up(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where slskd's files cannot be deleted, they stay, and the next track is filed all the same."""
    world = await make_world(peer("ann", copy("r1"), copy("r2")))
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        """Be a folder that may only be read."""
        if path.is_relative_to(world.downloads):
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    await world.start("pair", keep_source=False)
    await world.sync()
    found = await world.until_settled()
    assert {status.state for status in found.values()} == {DownloadState.FILED}
    queue = await world.pipeline.queue.snapshot()
    assert queue.waiting + queue.filing == 0
    jobs = await world.pipeline._context.database.run(
        lambda connection: connection.execute(
            "SELECT DISTINCT state FROM job WHERE kind = 'filing'"
        ).fetchall()
    )
    assert [row["state"] for row in jobs] == ["completed"]
