"""Check that a name the Soulseek server drops is told from music that nobody has."""

from dataclasses import replace

from custom_components.soulspot.engine.model import DownloadState, TrackId
from simulators.slskd import Peer

from ..conftest import MakeWorld
from ..world import World, copy, peer

_ARTIST = "copper canyon quartet"


def people() -> tuple[Peer, ...]:
    """Return one person who has everything."""
    return (peer("ann", *(copy(key) for key in ("r1", "r2", "r3", "r4"))),)


async def queries(world: World) -> dict[str, list[str]]:
    """Return what was searched for each recording, in order."""
    return {
        key: [
            entry.data["query"].casefold()
            for entry in await world.pipeline.tracks.journal(TrackId(status.track.id))
            if entry.event == "searched"
        ]
        for key, status in (await world.statuses()).items()
    }


async def test_a_dropped_artist_is_left_out_once_two_tracks_have_shown_it(
    make_world: MakeWorld,
) -> None:
    """File everything although the artist's name reaches nobody, and stop searching with it."""
    world = await make_world(*people(), banned_phrases=(_ARTIST,))
    await world.start("pair")
    await world.sync()
    found = await world.until_settled()
    assert {status.state for status in found.values()} == {DownloadState.FILED}
    assert any(_ARTIST in text for texts in (await queries(world)).values() for text in texts)
    world.playlists.clear()
    await world.stop()
    await world.start("four")
    await world.sync()
    found = await world.until_settled()
    assert {status.state for status in found.values()} == {DownloadState.FILED}
    asked = await queries(world)
    assert asked["r4"]
    assert not any(_ARTIST in text for key in ("r3", "r4") for text in asked[key])


async def test_an_absent_track_is_no_sign_of_a_dropped_name(make_world: MakeWorld) -> None:
    """Go on searching with an artist of whom nobody has some tracks."""
    [ann] = people()
    world = await make_world(replace(ann, files=(copy("r4"),)))
    await world.start("pair", "single")
    await world.sync()
    await world.until_settled()
    events = [
        entry.event
        for status in (await world.statuses()).values()
        for entry in await world.pipeline.tracks.journal(TrackId(status.track.id))
    ]
    assert "not_available" in events
    assert "seems_blocked" not in events
