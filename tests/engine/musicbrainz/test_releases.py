"""Find releases by their id, their Spotify albums, their barcode and their recordings."""

import re

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.soulspot.engine.errors import InputError, Service
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.musicbrainz.client import MusicBrainzClient
from custom_components.soulspot.engine.musicbrainz.lane import RequestLane
from simulators.catalogue.large import large_playlist
from simulators.spotify.identity import spotify_id
from simulators.spotify.world import album_id

from ..fakes import ManualClock
from .conftest import MusicBrainz

NO_ID = "00000000-0000-4000-8000-000000000000"


async def test_release_with_tracks(musicbrainz: MusicBrainz) -> None:
    """A release names each track, and where a recording stands on it."""
    database = musicbrainz.simulator.database
    wanted = database.releases_of_recording(musicbrainz.recording_id("code-monkey"))[0]
    details = await musicbrainz.client.release(wanted.mbid)
    assert details is not None
    assert [track.recording.id for track in details.tracks] == [
        track.recording.mbid for track in wanted.tracks
    ]
    assert [track.position for track in details.tracks] == [
        track.position for track in wanted.tracks
    ]
    assert (details.release.title, details.release.barcode) == (wanted.title, wanted.barcode)
    assert details.release.has_front_cover == wanted.has_cover
    assert details.release.track_id is None
    assert details.labels == ((wanted.label,) if wanted.label else ())
    place = next(
        track
        for track in wanted.tracks
        if track.recording.mbid == musicbrainz.recording_id("code-monkey")
    )
    release = details.release_of(place.recording.mbid)
    assert release is not None
    assert (release.track_id, release.track_number, release.disc_number) == (
        place.mbid,
        place.position,
        1,
    )
    assert release.track_length_ms == place.length_ms
    assert details.release_of(NO_ID) is None


async def test_releases_by_spotify_album(musicbrainz: MusicBrainz) -> None:
    """Albums lead to the releases that MusicBrainz links to them, known or not, in one request."""
    world = musicbrainz.simulator.database
    known = {
        address.rpartition("/")[2]: {getattr(target, "mbid", "") for target in targets}
        for address, targets in world.urls.items()
        if "/album/" in address
    }
    unknown = spotify_id("album", "nowhere")
    found = await musicbrainz.client.releases_by_spotify_albums([*known, unknown])
    assert {album: {release.id for release in releases} for album, releases in found.items()} == {
        **known,
        unknown: set(),
    }
    assert await musicbrainz.client.releases_by_spotify_albums([unknown, *known]) == found
    assert musicbrainz.paths == ["url"]


async def test_single_spotify_album(musicbrainz: MusicBrainz) -> None:
    """One address alone is answered in another shape, and not found by status."""
    address = next(
        address for address in musicbrainz.simulator.database.urls if "/album/" in address
    )
    known, unknown = address.rpartition("/")[2], spotify_id("album", "nowhere")
    assert len((await musicbrainz.client.releases_by_spotify_albums([known]))[known]) == 1
    assert await musicbrainz.client.releases_by_spotify_albums([unknown]) == {unknown: ()}
    assert await musicbrainz.client.releases_by_spotify_albums([]) == {}
    with pytest.raises(InputError):
        await musicbrainz.client.releases_by_spotify_albums([known, "../x"])


async def test_hundreds_of_spotify_albums(musicbrainz: MusicBrainz) -> None:
    """A hundred addresses fit into one request."""
    albums = [spotify_id("album", str(number)) for number in range(250)]
    found = await musicbrainz.client.releases_by_spotify_albums(albums)
    assert list(found) == albums
    assert musicbrainz.paths == ["url"] * 3


async def test_album_ids_are_those_of_spotify(musicbrainz: MusicBrainz) -> None:
    """The id in the address is the one that Spotify's tracks carry."""
    recordings, _ = large_playlist(1)
    assert re.fullmatch("[0-9A-Za-z]{22}", album_id(recordings[0]))
    await musicbrainz.client.releases_by_spotify_albums([album_id(recordings[0])])


@pytest.mark.parametrize(("total", "expected"), [(0, 0), (100, 100), (230, 230), (5000, 500)])
async def test_releases_on_several_pages(
    session: aiohttp.ClientSession, total: int, expected: int
) -> None:
    """All pages of a browse are read, and a bounded number of them."""

    async def serve(request: web.Request) -> web.Response:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        ids = range(offset, min(offset + limit, total))
        releases = [{"id": f"release-{number}", "title": str(number)} for number in ids]
        return web.json_response({"releases": releases, "release-count": total})

    application = web.Application()
    application.router.add_get("/ws/2/release", serve)
    server = TestServer(application)
    await server.start_server()
    http = HttpClient(
        session=session, service=Service.MUSICBRAINZ, base_url=server.make_url("/ws/2")
    )
    client = MusicBrainzClient(http, RequestLane(ManualClock()), version="0.1.0")
    releases = await client.releases_of_recording(NO_ID)
    assert [release.title for release in releases] == [str(one) for one in range(expected)]
    await server.close()


async def test_releases_by_barcode(musicbrainz: MusicBrainz) -> None:
    """Zeros in front do not matter, what is no barcode is not asked for."""
    release = next(one for one in musicbrainz.simulator.database.releases.values() if one.barcode)
    digits = (release.barcode or "").lstrip("0")
    for barcode in (digits, f"00{digits}"):
        found = await musicbrainz.client.releases_by_barcode(barcode)
        assert release.mbid in [one.id for one in found]
    assert musicbrainz.lane.requests == 1
    assert await musicbrainz.client.releases_by_barcode("9999999999999") == ()
    assert await musicbrainz.client.releases_by_barcode("none") == ()
    assert musicbrainz.lane.requests == 2
