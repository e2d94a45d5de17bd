"""Check that folders which are missing, away, full or wrong make files wait, with the reason."""

import pytest

from custom_components.soulspot.engine.model import DownloadState, Reason

from .conftest import MakeWorld
from .world import HOUR, MINUTE, copy, peer

FILED = DownloadState.FILED


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


async def test_a_full_disk_of_slskds_is_told_and_tried_by_one_file_at_a_time(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """Peers do not send everything again and again for nothing."""
    world = await make_world(peer("ann", *(copy(key) for key in ("r1", "r2", "r3", "r4"))))
    world.slskd.storage.create_error = "No space left on device"
    await world.start("four")
    await world.sync()
    await world.pass_time(2 * HOUR)
    told = (await world.pipeline.queue.snapshot()).slskd_disk
    assert told == Reason(key="transfer_local_storage")
    assert caplog.text.count("slskd cannot write what it downloads") == 1
    # Four at first and again, until it is clear; then one in ten minutes.
    assert world.slskd.statistics.downloads_enqueued <= 4 + 4 + 12
    world.slskd.storage.create_error = None
    await world.until_settled()
    assert len([path for path in world.files() if path.endswith(".mp3")]) == 4
    assert (await world.pipeline.queue.snapshot()).slskd_disk is None


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
