"""Find the recordings of the demo's music, with all that is odd about how it is entered."""

from dataclasses import replace

import pytest

from custom_components.soulspot.engine.matching import Certainty, RecordingMatch
from custom_components.soulspot.engine.model import (
    Album,
    Artist,
    Release,
    Track,
    TrackId,
    TrackMetadata,
)
from custom_components.soulspot.engine.use_cases.metadata.find_recording import FindRecording, Hints
from simulators.catalogue import demo_catalogue
from simulators.musicbrainz import Fault, imperfections as odd, mbid
from simulators.spotify.identity import spotify_id
from simulators.spotify.world import album_id

from ..musicbrainz.conftest import MusicBrainz, musicbrainz

__all__ = ["musicbrainz"]

MUSIC = demo_catalogue().recordings


@pytest.fixture
async def finder(musicbrainz: MusicBrainz) -> FindRecording:
    """Ask the simulated MusicBrainz."""
    return FindRecording(musicbrainz.client)


def track(key: str, **changes: object) -> Track:
    """Return a recording of the catalogue as a playlist has it."""
    item = MUSIC[key]
    metadata = TrackMetadata(
        title=item.title,
        artists=tuple(Artist(name=name) for name in item.artists),
        album=Album(
            name=item.album,
            artists=(Artist(name=item.album_artist),),
            release_date=str(item.year),
            total_tracks=item.total_tracks,
            spotify_id=album_id(item),
        ),
        duration_ms=item.length_ms,
        isrc=None if item.isrc is None else item.isrc.replace("-", "").upper(),
        track_number=item.track_number,
        disc_number=1,
        spotify_uri=f"spotify:track:{spotify_id('track', key)}",
    )
    return Track(id=TrackId(1), metadata=replace(metadata, **changes))  # type: ignore[arg-type]


async def find(
    musicbrainz: MusicBrainz, finder: FindRecording, wanted: Track, *, by_album: bool = True
) -> RecordingMatch:
    """Find a recording as the use case does."""
    isrc, album = wanted.metadata.isrc, wanted.metadata.album
    by_isrc = await musicbrainz.client.recordings_by_isrc(isrc) if isrc else ()
    linked: tuple[Release, ...] = ()
    if by_album and album and album.spotify_id:
        found = await musicbrainz.client.releases_by_spotify_albums([album.spotify_id])
        linked = found[album.spotify_id]
    hints = Hints(by_isrc=by_isrc, linked=frozenset(release.id for release in linked))
    return await finder.execute(wanted, hints)


@pytest.mark.parametrize("key", sorted(set(MUSIC) - odd.UNKNOWN - set(odd.LENGTH_OFF_BY_MS)))
async def test_everything_is_found(
    musicbrainz: MusicBrainz, finder: FindRecording, key: str
) -> None:
    """Live twins, videos, missing codes and lengths notwithstanding, on the very edition."""
    match = await find(musicbrainz, finder, track(key))
    assert match.recording is not None
    assert match.recording.id == mbid("recording", key)
    assert match.certainty in (Certainty.CERTAIN, Certainty.LIKELY)
    if key not in odd.WITHOUT_RELEASE:
        assert match.release is not None
        assert match.release.title == MUSIC[key].album
        assert match.release.status != "Pseudo-Release"
        assert match.release.track_number == MUSIC[key].track_number


@pytest.mark.parametrize("key", sorted(odd.UNKNOWN))
async def test_what_nobody_entered_is_not_found(
    musicbrainz: MusicBrainz, finder: FindRecording, key: str
) -> None:
    """Another version of the song is not taken instead."""
    match = await find(musicbrainz, finder, track(key))
    assert match.certainty not in (Certainty.CERTAIN, Certainty.LIKELY)


@pytest.mark.parametrize("key", sorted(odd.LENGTH_OFF_BY_MS))
async def test_a_length_far_off_is_for_a_person(
    musicbrainz: MusicBrainz, finder: FindRecording, key: str
) -> None:
    """The code agrees, the length does not: both are told."""
    match = await find(musicbrainz, finder, track(key))
    assert match.certainty is Certainty.CONFLICT
    assert [reason.key for reason in match.conflicts] == ["length_off"]


@pytest.mark.parametrize("name", ["Feodor Chaliapin", "Fyodor Shalyapin", "Фёдор Шаляпин"])
async def test_names_in_other_scripts(
    musicbrainz: MusicBrainz, finder: FindRecording, name: str
) -> None:
    """An artist is known by all names, a song by how it sounds."""
    key = next(key for key, item in MUSIC.items() if item.artists == ("Фёдор Шаляпин",))
    wanted = track(key, artists=(Artist(name=name),), isrc=None)
    match = await find(musicbrainz, finder, wanted, by_album=False)
    assert match.recording is not None
    assert match.recording.id == mbid("recording", key)


async def test_a_linked_release_knows_its_tracks(
    musicbrainz: MusicBrainz, finder: FindRecording
) -> None:
    """Without a code the album's address leads to the recording without a search."""
    key = "code-monkey"
    match = await find(musicbrainz, finder, track(key, isrc=None))
    assert match.recording is not None
    assert match.recording.id == mbid("recording", key)
    assert not any(path == "recording" for path in musicbrainz.paths)


async def test_additions_of_services_are_not_searched_for(
    musicbrainz: MusicBrainz, finder: FindRecording
) -> None:
    """Remasters and guests stand elsewhere at MusicBrainz."""
    for suffix in (" - 2011 Remaster", " (feat. Somebody)", " [Remastered]"):
        wanted = track("code-monkey", isrc=None, title=MUSIC["code-monkey"].title + suffix)
        match = await find(musicbrainz, finder, wanted, by_album=False)
        assert match.recording is not None, suffix
        assert match.recording.id == mbid("recording", "code-monkey")


async def test_merged_recordings_answer_with_their_new_id(
    musicbrainz: MusicBrainz, finder: FindRecording
) -> None:
    """What a person pasted long ago leads to what it was merged into."""
    key = next(iter(odd.MERGED))
    old = mbid("recording", f"{key}/before merge")
    match = await finder.execute(track(key), Hints(recording_id=old))
    assert match.recording is not None
    assert match.recording.id == mbid("recording", key)


async def test_trouble_is_not_taken_for_an_answer(
    musicbrainz: MusicBrainz, finder: FindRecording
) -> None:
    """A search that fails raises: nothing is decided without it."""
    musicbrainz.simulator.fail(Fault.TRUNCATED, path="/ws/2/recording")
    with pytest.raises(Exception, match="invalid_reply"):
        await finder.execute(track("code-monkey", isrc=None), Hints())


async def test_recordings_on_many_releases(musicbrainz: MusicBrainz, finder: FindRecording) -> None:
    """A lookup shows 25 releases; the edition that the playlist names may be the last one."""
    key = odd.ON_MANY_SAMPLERS
    album = Album(name=f"Marches for Every Day, Volume {odd.MANY_SAMPLERS}")
    hints = Hints(recording_id=mbid("recording", key))
    match = await finder.execute(track(key, album=album), hints)
    assert match.release is not None
    assert match.release.title == album.name
