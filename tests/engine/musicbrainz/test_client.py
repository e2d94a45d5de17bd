"""Look up recordings, releases and artists in a simulated MusicBrainz with its real limit."""

import aiohttp
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import (
    InputError,
    InvalidReplyError,
    PermissionDeniedError,
    RequestRejectedError,
    Service,
    ServiceError,
    UnavailableError,
    UnreachableError,
)
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.musicbrainz.client import MusicBrainzClient
from custom_components.soulspot.engine.musicbrainz.service import user_agent
from simulators.musicbrainz import Fault, mbid
from simulators.spotify.identity import spotify_id

from ..fakes import MemoryCache
from .conftest import MusicBrainz

NO_ID = "00000000-0000-4000-8000-000000000000"


async def test_recording(musicbrainz: MusicBrainz) -> None:
    """A lookup brings up to 25 releases with their groups, and the rest can be browsed."""
    recording = await musicbrainz.client.recording(musicbrainz.recording_id("stars-and-stripes"))
    assert recording is not None
    assert len(recording.releases) == 25
    assert all(release.release_group_id and release.track_id for release in recording.releases)
    assert {release.primary_type for release in recording.releases} <= {"Album", "EP", "Single"}
    everything = await musicbrainz.client.releases_of_recording(recording.id)
    assert {release.id for release in everything} == {
        release.mbid
        for release in musicbrainz.simulator.database.releases_of_recording(recording.id)
    }
    assert len(everything) > 25


async def test_merged_recording(musicbrainz: MusicBrainz) -> None:
    """An old id leads to the recording it was merged into, whose id is returned."""
    old = mbid("recording", "14-ghosts-ii/before merge")
    recording = await musicbrainz.client.recording(old)
    assert recording is not None
    assert recording.id == musicbrainz.recording_id("14-ghosts-ii")


async def test_artist(musicbrainz: MusicBrainz) -> None:
    """An artist comes with its other names and genres, and is kept for a week."""
    wanted = next(
        artist
        for artist in musicbrainz.simulator.database.artists.values()
        if "NIN" in artist.aliases
    )
    for _ in range(2):
        artist = await musicbrainz.client.artist(wanted.mbid.upper())
        assert artist is not None
        assert (artist.name, artist.aliases, artist.type) == ("Nine Inch Nails", ("NIN",), "Group")
        assert artist.genres
        assert any(url.startswith("https://open.spotify.com/artist/") for url in artist.urls)
        musicbrainz.clock.advance(6 * 86_400)
    assert len(musicbrainz.paths) == 1
    musicbrainz.clock.advance(86_400)
    await musicbrainz.client.artist(wanted.mbid)
    assert len(musicbrainz.paths) == 2


async def test_ids(musicbrainz: MusicBrainz) -> None:
    """What does not exist is none, and remembered; what is no id is never sent."""
    reads = (musicbrainz.client.recording, musicbrainz.client.release, musicbrainz.client.artist)
    for read in reads:
        for _ in range(2):
            assert await read(NO_ID) is None
    assert len(musicbrainz.paths) == 3
    for refuse in (*reads, musicbrainz.client.releases_of_recording):
        for text in ("", "x", f"{NO_ID}/..", f"{NO_ID}?inc=x"):
            with pytest.raises(InputError) as caught:
                await refuse(text)
            assert caught.value.translation_key == "invalid_musicbrainz_id"
    assert len(musicbrainz.paths) == 3


async def test_name_and_pace(musicbrainz: MusicBrainz) -> None:
    """Every request carries the project's name and contact, and none is refused for its pace."""
    for key in ("night-owl", "code-monkey", "swansong"):
        await musicbrainz.client.recording(musicbrainz.recording_id(key))
    agents = {request.user_agent for request in musicbrainz.simulator.log.requests}
    assert (
        agents
        == {"SoulSpot/0.1.0 ( https://github.com/soulspot-ha/soulspot )"}
        == {user_agent("0.1.0")}
    )
    assert musicbrainz.simulator.log.by_status == {200: 3}
    assert musicbrainz.clock.slept == pytest.approx([1.0, 1.0])


async def test_short_outage_is_waited_out(musicbrainz: MusicBrainz) -> None:
    """A busy server is asked again, with growing pauses."""
    musicbrainz.simulator.fail(Fault.BUSY, times=2)
    assert await musicbrainz.client.recording(musicbrainz.recording_id("night-owl"))
    assert musicbrainz.simulator.log.by_status == {503: 2, 200: 1}
    assert sum(musicbrainz.clock.slept) == pytest.approx(6)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.BUSY, UnavailableError),
        (Fault.BAD_GATEWAY, UnavailableError),
        (Fault.HTML, InvalidReplyError),
        (Fault.TRUNCATED, InvalidReplyError),
        (Fault.WRONG_SHAPE, InvalidReplyError),
        (Fault.GIANT, InvalidReplyError),
        (Fault.DISCONNECT, UnreachableError),
    ],
)
async def test_failures_are_never_remembered(
    musicbrainz: MusicBrainz, fault: Fault, error: type[ServiceError]
) -> None:
    """Errors are no answers: nothing is cached, and the next request is asked anew."""
    musicbrainz.simulator.fail(fault, times=None)
    isrc = musicbrainz.isrc_of("night-owl")
    for read in (
        musicbrainz.client.recordings_by_isrc(isrc),
        musicbrainz.client.recordings_by_isrcs([isrc]),
        musicbrainz.client.search_recordings("Somebody", "Something"),
        musicbrainz.client.recording(musicbrainz.recording_id("night-owl")),
        musicbrainz.client.releases_by_spotify_albums([spotify_id("album", "x")]),
    ):
        with pytest.raises(error):
            await read
    assert musicbrainz.cache.keys == set()
    musicbrainz.simulator.clear_faults()
    musicbrainz.clock.advance(60)
    assert len(await musicbrainz.client.recordings_by_isrc(isrc)) == 1


async def test_blocked_program(musicbrainz: MusicBrainz) -> None:
    """A refusal of the program's name is told as such."""
    musicbrainz.simulator.settings.blocked_agents = ("SoulSpot",)
    with pytest.raises(PermissionDeniedError):
        await musicbrainz.client.recording(NO_ID)


async def test_rejected_request(musicbrainz: MusicBrainz, session: aiohttp.ClientSession) -> None:
    """A request that the service refuses is not taken for "not found"."""
    http = HttpClient(
        session=session,
        service=Service.MUSICBRAINZ,
        base_url=URL(musicbrainz.simulator.api_url) / "release-group",
    )
    cache = MemoryCache(musicbrainz.clock)
    client = MusicBrainzClient(http, musicbrainz.lane, cache, version="0.1.0")
    with pytest.raises(RequestRejectedError):
        await client.search_recordings("Somebody", "Something")
    assert cache.keys == set()
