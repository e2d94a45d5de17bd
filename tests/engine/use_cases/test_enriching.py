"""Check what MusicBrainz adds to a track, what it costs, and that doubt stores nothing."""

import dataclasses

import pytest

from custom_components.soulspot.engine.errors import InputError, ServiceError
from custom_components.soulspot.engine.model import Track
from custom_components.soulspot.engine.use_cases.metadata import enrich_metadata
from simulators.musicbrainz import Fault, mbid

from ..conftest import MakeWorld
from ..world import LENGTH_MS, RECORDINGS, World


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """Start a world without anybody on the network, and a pipeline without playlists."""
    world = await make_world()
    await world.start()
    return world


async def track(world: World, title: str = "Gravel and Snow", **words: object) -> Track:
    """Return a track known by its words alone."""
    artist = RECORDINGS["r3"].artists[0]
    return await world.pipeline.tracks.add(artist=artist, title=title, **words)  # type: ignore[arg-type]


async def test_ids_and_dates_are_added_once(world: World) -> None:
    """A certain recording brings ids, genres and length; asking again costs nothing, unless forced."""
    wanted = await track(world)
    report = await world.passing(world.pipeline.tracks.enrich_metadata(wanted.id))
    assert report.errors == ()
    assert report.track.musicbrainz_recording_id == mbid("recording", "r3")
    assert report.track.metadata.duration_ms == LENGTH_MS + 3000
    assert report.track.metadata.isrc == RECORDINGS["r3"].isrc
    assert {"musicbrainz_recording_id", "isrc", "duration_ms", "artist"} <= set(
        report.enriched_fields
    )
    asked = world.musicbrainz.log.count()
    again = await world.passing(world.pipeline.tracks.enrich_metadata(wanted.id))
    assert (again.enriched_fields, world.musicbrainz.log.count()) == ((), asked)
    forced = await world.passing(
        world.pipeline.tracks.enrich_metadata(wanted.id, force_refresh=True)
    )
    # A lookup by ISRC may know more than the search by words before it, but nothing else.
    assert forced.track.musicbrainz_recording_id == report.track.musicbrainz_recording_id
    assert forced.track.metadata == report.track.metadata
    assert world.musicbrainz.log.count() > asked


async def test_only_what_was_asked_for_is_added(world: World) -> None:
    """Artist and album ids can be left out."""
    wanted = await track(world, album="Volume 3")
    report = await world.passing(
        world.pipeline.tracks.enrich_metadata(wanted.id, enrich_artist=False, enrich_album=False)
    )
    after = report.track
    assert after.musicbrainz_recording_id is not None
    assert after.musicbrainz_release_track_id is None
    assert after.metadata.artists[0].musicbrainz_id is None
    assert after.metadata.album is not None
    assert after.metadata.album.musicbrainz_id is None


async def test_doubt_is_told_and_stores_nothing(world: World) -> None:
    """A recording nobody knows, and one of another length, leave the track as it was."""
    unknown = await track(world, "No Such Song At All")
    report = await world.passing(world.pipeline.tracks.enrich_metadata(unknown.id))
    assert [error.key for error in report.errors] == ["no_recording"]
    assert report.track.musicbrainz_recording_id is None
    longer = await track(world, "Paper Compass", duration_ms=LENGTH_MS + 300_000)
    report = await world.passing(world.pipeline.tracks.enrich_metadata(longer.id))
    assert report.errors != ()
    assert report.track.metadata.duration_ms == LENGTH_MS + 300_000


async def test_trouble_is_raised_and_tried_again_later(world: World) -> None:
    """While MusicBrainz is away nothing is marked as asked."""
    wanted = await track(world)
    world.musicbrainz.fail(Fault.BAD_GATEWAY, times=None)
    with pytest.raises(ServiceError):
        await world.passing(world.pipeline.tracks.enrich_metadata(wanted.id))
    world.musicbrainz.clear_faults()
    report = await world.passing(world.pipeline.tracks.enrich_metadata(wanted.id))
    assert report.track.musicbrainz_recording_id is not None


async def test_an_unknown_track_is_named(world: World) -> None:
    """An id that a person made up is that person's error."""
    wanted = await track(world)
    with pytest.raises(InputError, match="unknown_track"):
        await world.pipeline.tracks.enrich_metadata(type(wanted.id)(wanted.id + 1))


async def test_a_playlist_is_asked_about_in_few_requests(make_world: MakeWorld) -> None:
    """The ISRCs of a whole list fit into one search, and are asked for once."""
    world = await make_world()
    await world.start("four")
    await world.sync()
    await world.pass_time(120)
    assert all(
        status.track.musicbrainz_recording_id for status in (await world.statuses()).values()
    )
    asked = world.musicbrainz.log.count("/ws/2/*")
    assert asked <= 8
    await world.restart()
    await world.sync(force=True)
    await world.pass_time(120)
    assert world.musicbrainz.log.count("/ws/2/*") == asked


async def test_what_was_unknown_is_asked_about_again(make_world: MakeWorld) -> None:
    """A song that is entered later is found a month later, without anybody's doing."""
    world = await make_world()
    database = world.musicbrainz.database
    known = database.recordings.pop(mbid("recording", "r3"))
    codes = database._recordings_of_isrc.pop(RECORDINGS["r3"].isrc or "")
    urls = dict(database.urls)
    database.urls.clear()
    await world.start("single")
    await world.sync()
    await world.pass_time(120)
    track = (await world.status("r3")).track
    assert (track.musicbrainz_recording_id, track.enriched_at is None) == (None, False)
    asked = world.musicbrainz.log.count("/ws/2/*")
    await world.sync(force=True)
    await world.pass_time(120)
    assert world.musicbrainz.log.count("/ws/2/*") == asked
    database.recordings[known.mbid] = known
    database._recordings_of_isrc[known.isrcs[0]] = codes
    database.urls.update(urls)
    await world.leap(31 * 86_400)
    await world.sync(force=True)
    await world.pass_time(120)
    assert (await world.status("r3")).track.musicbrainz_recording_id == known.mbid


async def test_a_long_list_is_worked_on_in_turns(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two parts of a list a person's track has its turn, and nothing is asked twice."""
    monkeypatch.setattr(enrich_metadata, "_PART", 2)
    world = await make_world()
    await world.start("four")
    await world.sync()
    await world.pass_time(180)
    statuses = await world.statuses()
    assert all(status.track.musicbrainz_recording_id for status in statuses.values())
    assert all(status.track.genres == ("test",) for status in statuses.values())
    searches = world.musicbrainz.log.count("/ws/2/recording")
    assert searches == 2


async def test_a_restart_goes_on_where_it_was(make_world: MakeWorld) -> None:
    """What was looked up before the end of the process is not asked for again."""
    world = await make_world()
    await world.start("four")
    world.musicbrainz.fail(Fault.BUSY, path="/ws/2/url", times=None, retry_after_s=40)
    await world.sync()
    await world.pass_time(20)
    assert world.musicbrainz.log.count("/ws/2/recording") == 1
    await world.stop()
    world.musicbrainz.clear_faults()
    await world.start()
    await world.pass_time(180)
    statuses = await world.statuses()
    assert all(status.track.musicbrainz_recording_id for status in statuses.values())
    assert world.musicbrainz.log.count("/ws/2/recording") == 1


async def test_artists_and_albums_are_created_for_words_alone(world: World) -> None:
    """A wish without album gets the release's, with its place, artists and ids."""
    wanted = await track(world)
    report = await world.passing(world.pipeline.tracks.enrich_metadata(wanted.id))
    album = report.track.metadata.album
    assert album is not None
    assert (album.name, album.total_tracks) == (RECORDINGS["r3"].album, 9)
    assert album.musicbrainz_id is not None
    assert album.musicbrainz_release_group_id is not None
    assert album.artists[0].musicbrainz_id == report.track.metadata.artists[0].musicbrainz_id
    assert report.track.metadata.track_number == RECORDINGS["r3"].track_number
    assert report.track.genres == ("test",)
    assert {"album", "track_number", "genres", "original_date"} <= set(report.enriched_fields)


async def test_what_was_found_stays_when_genres_fail(world: World) -> None:
    """Trouble with the second question does not undo the answer to the first."""
    wanted = await track(world)
    world.musicbrainz.fail(Fault.WRONG_SHAPE, path="/ws/2/release-group/*", times=None)
    report = await world.passing(world.pipeline.tracks.enrich_metadata(wanted.id))
    assert report.track.musicbrainz_recording_id == mbid("recording", "r3")
    assert [error.key for error in report.errors] == ["invalid_reply"]
    world.musicbrainz.clear_faults()
    again = await world.passing(
        world.pipeline.tracks.enrich_metadata(wanted.id, force_refresh=True)
    )
    assert (again.errors, again.track.genres) == ((), ("test",))


async def test_others_have_their_turn_between_unknown_tracks(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list of songs that nobody knows takes long: a person's track does not wait for its end."""
    monkeypatch.setattr(enrich_metadata, "_LONGEST_TURN", 5.0)
    world = await make_world()
    await world.start()
    lines = "\n".join(f"Nobody, Unheard {number}" for number in range(12))
    report = await world.pipeline.playlists.import_list("Unheard", f"artist,title\n{lines}")
    await world.pipeline.playlists.download_missing(report.playlist.spotify_id)
    await world.pass_time(4)
    wanted = await track(world)
    await world.passing(world.pipeline.tracks.download(wanted.id, timeout=0))
    await world.pass_time(12)
    statuses = [
        entry.status
        for entry in await world.pipeline.playlists.entries(report.playlist.spotify_id)
        if entry.status is not None
    ]
    assert (await world.pipeline.tracks.status(wanted.id)).track.enriched_at is not None
    assert any(status.track.enriched_at is None for status in statuses)
    await world.pass_time(120)
    entries = await world.pipeline.playlists.entries(report.playlist.spotify_id)
    assert all(entry.status and entry.status.track.enriched_at for entry in entries)


async def test_a_barcode_names_the_edition(make_world: MakeWorld) -> None:
    """Without a link the barcode that Spotify tells leads to the very edition, for single tracks."""
    world = await make_world()
    database = world.musicbrainz.database
    database.urls.clear()
    plain = next(one for one in database.releases.values() if one.title == RECORDINGS["r3"].album)
    # Another edition that everything but the barcode speaks for.
    twin = dataclasses.replace(plain, mbid="00000000-0000-4000-8000-000000000000", barcode="4711")
    database.add_release(twin)
    await world.start("single")
    await world.sync()
    await world.pass_time(60)
    track = (await world.status("r3")).track
    assert track.metadata.album is not None
    assert track.metadata.album.musicbrainz_id == twin.mbid
    report = await world.passing(
        world.pipeline.tracks.enrich_metadata(track.id, force_refresh=True)
    )
    assert report.track.metadata.album is not None
    assert report.track.metadata.album.musicbrainz_id == plain.mbid


async def test_artists_know_genres_that_albums_lack(world: World) -> None:
    """Without genres of the album those of its artist are taken."""
    database = world.musicbrainz.database
    for group_id, group in database.groups.items():
        database.groups[group_id] = dataclasses.replace(group, genres=())
    for artist_id in database.artist_genres:
        database.artist_genres[artist_id] = ("chamber pop",)
    wanted = await track(world)
    report = await world.passing(world.pipeline.tracks.enrich_metadata(wanted.id))
    assert report.track.genres == ("chamber pop",)


async def test_a_code_alone_brings_the_artist(world: World) -> None:
    """A list that names no artist gets MusicBrainz's, with ids."""
    content = f"title,isrc\n{RECORDINGS['r3'].title},{RECORDINGS['r3'].isrc}"
    report = await world.pipeline.playlists.import_list("Codes", content)
    [entry] = await world.pipeline.playlists.entries(report.playlist.spotify_id)
    assert entry.status is not None
    assert entry.status.track.metadata.artists == ()
    found = await world.passing(world.pipeline.tracks.enrich_metadata(entry.status.track.id))
    [artist] = found.track.metadata.artists
    assert artist.name == RECORDINGS["r3"].artists[0]
    assert artist.musicbrainz_id is not None
    assert "artist" in found.enriched_fields
