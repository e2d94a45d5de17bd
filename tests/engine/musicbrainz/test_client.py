"""Look up recordings, releases and artists in a simulated MusicBrainz with its real limit."""

from dataclasses import replace
import re

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
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
from custom_components.soulspot.engine.musicbrainz.lane import RequestLane
from custom_components.soulspot.engine.musicbrainz.service import user_agent
from simulators.catalogue import Catalogue
from simulators.catalogue.large import large_playlist
from simulators.common.clock import ManualClock as SimulatedClock
from simulators.musicbrainz import Fault, MusicBrainzSimulator, mbid
from simulators.musicbrainz.build import canonical_isrc
from simulators.spotify.identity import spotify_id
from simulators.spotify.world import album_id

from ..fakes import ManualClock, MemoryCache, SharedClock
from .conftest import MusicBrainz

NO_ID = "00000000-0000-4000-8000-000000000000"


def isrc_of(musicbrainz: MusicBrainz, key: str) -> str:
    """Return the code that the simulator holds for a recording of the catalogue."""
    return musicbrainz.simulator.database.recordings[mbid("recording", key)].isrcs[0]


async def test_isrc(musicbrainz: MusicBrainz) -> None:
    """A code leads to its recording, however it is written, and is asked for once a day."""
    isrc = isrc_of(musicbrainz, "night-owl")
    (recording,) = await musicbrainz.client.recordings_by_isrc(isrc)
    assert recording.id == musicbrainz.recording_id("night-owl")
    assert recording.isrcs == (isrc,)
    assert recording.artist_credit[0].name
    assert await musicbrainz.client.recordings_by_isrc(f"{isrc[:2]}-{isrc[2:].lower()}") == (
        recording,
    )
    assert musicbrainz.paths == [f"isrc/{isrc}"]
    assert musicbrainz.cache.keys == {f"recording:isrc:{isrc}"}
    await musicbrainz.client.recordings_by_isrc(isrc, refresh=True)
    musicbrainz.clock.advance(24 * 3600)
    await musicbrainz.client.recordings_by_isrc(isrc)
    assert len(musicbrainz.paths) == 3


async def test_isrc_of_several_recordings(musicbrainz: MusicBrainz) -> None:
    """A studio and a live take may share a code, and so may a video; all are returned."""
    recordings = await musicbrainz.client.recordings_by_isrc(isrc_of(musicbrainz, "code-monkey"))
    assert len(recordings) == 2
    assert {"live" in recording.disambiguation for recording in recordings} == {True, False}
    recordings = await musicbrainz.client.recordings_by_isrc(isrc_of(musicbrainz, "4-ghosts-i"))
    assert {recording.is_video for recording in recordings} == {True, False}


async def test_unknown_isrc_is_remembered(musicbrainz: MusicBrainz) -> None:
    """That there is none is worth remembering too."""
    for _ in range(2):
        assert await musicbrainz.client.recordings_by_isrc("GBAAA9912345") == ()
    assert len(musicbrainz.paths) == 1


@pytest.mark.parametrize("text", ["", "GBAAA990030", "../recording", "ZZXXX0000000"])
async def test_what_is_no_isrc_is_not_asked(musicbrainz: MusicBrainz, text: str) -> None:
    """Malformed codes never stand in a path."""
    with pytest.raises(InputError) as caught:
        await musicbrainz.client.recordings_by_isrc(text)
    assert caught.value.translation_key == "invalid_isrc"
    assert musicbrainz.paths == []


async def test_batch_of_isrcs(musicbrainz: MusicBrainz) -> None:
    """All codes of the catalogue are found in a few searches, with their releases."""
    database = musicbrainz.simulator.database
    expected = {
        isrc: {one.mbid for one in database.recordings_of_isrc(isrc) if one.is_indexed}
        for recording in database.recordings.values()
        for isrc in recording.isrcs
    }
    missing = ["GBAAA9912345", "gb-aaa-99-12346"]
    found = await musicbrainz.client.recordings_by_isrcs(
        [*expected, *missing, "nonsense", *expected]
    )
    assert list(found) == [*expected, "GBAAA9912345", "GBAAA9912346"]
    assert {isrc: {one.id for one in found[isrc]} for isrc in expected} == expected
    assert found["GBAAA9912345"] == ()
    assert any(recording.releases for recordings in found.values() for recording in recordings)
    # The march stands on thirty samplers, which must not crowd out the others.
    assert len(musicbrainz.paths) <= -(-len(found) // 25) + 2

    count = len(musicbrainz.paths)
    again = await musicbrainz.client.recordings_by_isrcs([*expected, *missing])
    assert again == found
    assert len(musicbrainz.paths) == count


async def test_misses_of_the_search_are_confirmed(musicbrainz: MusicBrainz) -> None:
    """A code that the search index lacks is looked up when asked to, and for a miss only once."""
    isrc = isrc_of(musicbrainz, "night-owl")
    codes = [isrc, "GBAAA9912345"]
    found = await musicbrainz.client.recordings_by_isrcs(codes, confirm_misses=True)
    assert musicbrainz.paths == ["recording", "isrc/GBAAA9912345"]
    assert [len(found[code]) for code in codes] == [1, 0]
    await musicbrainz.client.recordings_by_isrcs(codes, confirm_misses=True)
    assert len(musicbrainz.paths) == 2


async def test_unconfirmed_misses_are_asked_again_after_an_hour(musicbrainz: MusicBrainz) -> None:
    """The index lags behind, so its misses are not kept for a day."""
    await musicbrainz.client.recordings_by_isrcs(["GBAAA9912345"])
    musicbrainz.clock.advance(3599)
    await musicbrainz.client.recordings_by_isrcs(["GBAAA9912345"])
    assert len(musicbrainz.paths) == 1
    musicbrainz.clock.advance(2)
    await musicbrainz.client.recordings_by_isrcs(["GBAAA9912345"])
    assert len(musicbrainz.paths) == 2


async def test_thousand_isrcs(session: aiohttp.ClientSession) -> None:
    """A thousand tracks take forty requests, a second apart, and no refusal."""
    recordings, playlist = large_playlist(1000)
    catalogue = Catalogue(
        recordings={recording.key: recording for recording in recordings},
        playlists={"large": playlist},
    )
    simulated = SimulatedClock()
    clock = SharedClock(simulated)
    async with MusicBrainzSimulator(catalogue, clock=simulated) as simulator:
        http = HttpClient(
            session=session, service=Service.MUSICBRAINZ, base_url=URL(simulator.api_url)
        )
        client = MusicBrainzClient(http, RequestLane(clock), version="0.1.0")
        codes = {canonical_isrc(recording.isrc)[0]: recording for recording in recordings}
        found = await client.recordings_by_isrcs(codes)
        assert all(
            mbid("recording", codes[code].key) in {one.id for one in matches}
            for code, matches in found.items()
        )
        assert simulator.log.by_status == {200: 40}
        assert sum(clock.slept) == pytest.approx(39)


async def test_truncated_batch_is_halved(session: aiohttp.ClientSession) -> None:
    """When more hits exist than one reply holds, nobody's hits are lost."""
    recordings, playlist = large_playlist(240)
    # Twelve codes with twenty recordings each.
    crowded = {
        recording.key: replace(recording, isrc=f"ZZLRG20{number % 12 + 1:05d}")
        for number, recording in enumerate(recordings)
    }
    catalogue = Catalogue(recordings=crowded, playlists={"large": playlist})
    simulated = SimulatedClock()
    async with MusicBrainzSimulator(catalogue, clock=simulated) as simulator:
        http = HttpClient(
            session=session, service=Service.MUSICBRAINZ, base_url=URL(simulator.api_url)
        )
        client = MusicBrainzClient(http, RequestLane(SharedClock(simulated)), version="0.1.0")
        found = await client.recordings_by_isrcs(f"ZZLRG20{number:05d}" for number in range(1, 13))
        assert [len(matches) for matches in found.values()] == [20] * 12
        assert simulator.log.count() == 7


async def test_search(musicbrainz: MusicBrainz) -> None:
    """Artist and title find the recording with its releases and positions, once an hour."""
    wanted = musicbrainz.simulator.database.recordings[musicbrainz.recording_id("night-owl")]
    artist = wanted.credits[0].name
    recordings = await musicbrainz.client.search_recordings(artist, wanted.title)
    found = {recording.id: recording for recording in recordings}
    assert wanted.mbid in found
    release = found[wanted.mbid].releases[0]
    track = next(
        track
        for track in musicbrainz.simulator.database.releases[release.id].tracks
        if track.recording.mbid == wanted.mbid
    )
    assert (release.track_id, release.track_number) == (track.mbid, track.position)
    assert release.track_count == len(musicbrainz.simulator.database.releases[release.id].tracks)
    assert musicbrainz.cache.keys == {f"search:{artist}:{wanted.title}"}
    await musicbrainz.client.search_recordings(artist, wanted.title)
    assert len(musicbrainz.paths) == 1
    musicbrainz.clock.advance(3601)
    await musicbrainz.client.search_recordings(artist, wanted.title)
    assert len(musicbrainz.paths) == 2


async def test_search_in_other_words(musicbrainz: MusicBrainz) -> None:
    """An album narrows the search, loose words widen it, nothing found is remembered."""
    wanted = musicbrainz.simulator.database.recordings[musicbrainz.recording_id("night-owl")]
    artist = wanted.credits[0].name
    assert await musicbrainz.client.search_recordings(artist, wanted.title, "No such album") == ()
    assert await musicbrainz.client.search_recordings(artist, wanted.title, "No such album") == ()
    mixed_up = " ".join(reversed(wanted.title.split()))
    assert await musicbrainz.client.search_recordings(artist, mixed_up) == ()
    loose = await musicbrainz.client.search_recordings(artist, mixed_up, is_loose=True)
    assert wanted.mbid in {recording.id for recording in loose}
    assert len(musicbrainz.paths) == 3


async def test_search_for_hostile_names(musicbrainz: MusicBrainz) -> None:
    """No name breaks the query."""
    for name in ('"', "\\", "AC/DC", "!!!", "*", "a AND (b", "[x TO y]", "x^2~3", "+/-", "ISRC:x"):
        await musicbrainz.client.search_recordings(name, name)
        await musicbrainz.client.search_recordings(name, name, is_loose=True)
    assert set(musicbrainz.simulator.log.by_status) == {200}
    with pytest.raises(InputError):
        await musicbrainz.client.search_recordings("Somebody", "  ")


async def test_search_with_too_many_hits(session: aiohttp.ClientSession) -> None:
    """A known length brings the right hits to the front when there are more than fit."""
    recordings, playlist = large_playlist(400)
    same = {
        recording.key: replace(
            recording, title="Intro", artists=("Everybody",), length_ms=60_000 + number * 1000
        )
        for number, recording in enumerate(recordings)
    }
    simulated = SimulatedClock()
    async with MusicBrainzSimulator(
        Catalogue(recordings=same, playlists={"large": playlist}), clock=simulated
    ) as simulator:
        http = HttpClient(
            session=session, service=Service.MUSICBRAINZ, base_url=URL(simulator.api_url)
        )
        client = MusicBrainzClient(http, RequestLane(SharedClock(simulated)), version="0.1.0")
        found = await client.search_recordings("Everybody", "Intro", duration_ms=400_000)
        assert len(found) == 100
        assert len({recording.id for recording in found}) == 100
        assert 400_000 in [recording.length_ms for recording in found[:21]]
        assert simulator.log.count() == 2


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
    isrc = isrc_of(musicbrainz, "night-owl")
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
