"""Check the way from a playlist to the files, and every turn it may take."""

from custom_components.soulspot.engine.model import DownloadState

from .conftest import MakeWorld
from .world import copy, peer


async def test_wanted_tracks_are_filed_tagged_and_listed(make_world: MakeWorld) -> None:
    """From the playlist to tagged files in the library and an M3U8 file in its order."""
    world = await make_world(peer("ann", copy("r1"), copy("r2")), peer("bob", copy("r3")))
    await world.start("pair", "single")
    await world.sync()
    found = await world.until_settled()
    for key, status in found.items():
        print(key, status.state, status.reason, status.file)
    print(world.files(), world.clock.monotonic())
    assert {status.state for status in found.values()} == {DownloadState.FILED}
