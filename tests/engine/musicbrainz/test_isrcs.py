"""Find recordings by their ISRCs, one by one and in batches."""

from dataclasses import replace

import aiohttp
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import InputError, Service
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.musicbrainz.client import MusicBrainzClient
from custom_components.soulspot.engine.musicbrainz.lane import RequestLane
from simulators.catalogue import Catalogue
from simulators.catalogue.large import large_playlist
from simulators.common.clock import ManualClock as SimulatedClock
from simulators.musicbrainz import MusicBrainzSimulator, mbid
from simulators.musicbrainz.build import canonical_isrc

from ..fakes import SharedClock
from .conftest import MusicBrainz


async def test_isrc(musicbrainz: MusicBrainz) -> None:
    """A code leads to its recording, however it is written, and is asked for once a day."""
    isrc = musicbrainz.isrc_of("night-owl")
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
    recordings = await musicbrainz.client.recordings_by_isrc(musicbrainz.isrc_of("code-monkey"))
    assert len(recordings) == 2
    assert {"live" in recording.disambiguation for recording in recordings} == {True, False}
    recordings = await musicbrainz.client.recordings_by_isrc(musicbrainz.isrc_of("4-ghosts-i"))
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
    isrc = musicbrainz.isrc_of("night-owl")
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
