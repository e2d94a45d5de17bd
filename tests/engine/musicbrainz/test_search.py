"""Search for recordings by artist and title."""

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
from simulators.musicbrainz import MusicBrainzSimulator

from ..fakes import SharedClock
from .conftest import MusicBrainz


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
