"""Check what becomes of the files in slskd's own folder."""

from pathlib import Path

import pytest

from custom_components.soulspot.engine.model import DownloadState
from simulators.audio import Damage

from ..conftest import MakeWorld
from ..world import copy, peer


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
