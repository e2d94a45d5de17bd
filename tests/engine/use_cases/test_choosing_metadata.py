"""Check that both sides are told where they differ, and that a person's word counts for good."""

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import (
    FieldValues,
    MetadataField,
    MetadataSource,
    Track,
)
from custom_components.soulspot.engine.views import EnrichReport
from simulators.musicbrainz import mbid

from ..conftest import MakeWorld
from ..world import LENGTH_MS, RECORDINGS, World

R3, R5 = RECORDINGS["r3"], RECORDINGS["r5"]
ARTIST = R3.artists[0]


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """Start a world without anybody on the network, and a pipeline without playlists."""
    world = await make_world()
    await world.start()
    return world


async def listed(world: World, *lines: str) -> list[Track]:
    """Import lines of "artist,title,album,isrc,duration" and return their tracks in order."""
    content = "\n".join(("artist,title,album,isrc,duration", *lines))
    report = await world.pipeline.playlists.import_list("Mine", content)
    entries = await world.pipeline.playlists.entries(report.playlist.spotify_id)
    return [entry.status.track for entry in entries if entry.status is not None]


async def enrich(world: World, track: Track, *, force: bool = False) -> EnrichReport:
    """Look a track up."""
    return await world.passing(world.pipeline.tracks.enrich_metadata(track.id, force_refresh=force))


async def choose(
    world: World,
    track: Track,
    field: MetadataField,
    value: str | None = None,
    source: MetadataSource | None = None,
) -> EnrichReport:
    """Decide a field."""
    return await world.passing(
        world.pipeline.tracks.choose_metadata(track.id, field, source=source, value=value)
    )


def field_of(report: EnrichReport, field: MetadataField) -> FieldValues:
    """Return what is told about a field."""
    return next(values for values in report.conflicts if values.field is field)


async def test_a_wrong_isrc_is_not_believed(world: World) -> None:
    """The code of another song is told, the song itself is found by its words."""
    [track] = await listed(world, f"{ARTIST},{R3.title},,{R5.isrc},{R3.length_ms // 1000}")
    report = await enrich(world, track)
    assert report.track.musicbrainz_recording_id == mbid("recording", "r3")
    assert [error.key for error in report.errors][:1] == ["title_differs"]
    isrc = field_of(report, MetadataField.ISRC)
    assert (isrc.playlist, isrc.musicbrainz) == ((R5.isrc,), (R3.isrc,))
    assert report.track.metadata.isrc == R5.isrc
    shown = await world.pipeline.tracks.status(track.id)
    assert shown.conflicts == report.conflicts


async def test_what_does_not_fit_is_not_taken_but_told(world: World) -> None:
    """A code whose recording is another song, and no such song: no ids, but both sides."""
    [track] = await listed(world, f"{ARTIST},No Such Song,,{R5.isrc},{R5.length_ms // 1000}")
    report = await enrich(world, track)
    assert report.track.musicbrainz_recording_id is None
    assert report.errors[0].key == "recording_uncertain"
    title = field_of(report, MetadataField.TITLE)
    assert (title.playlist, title.musicbrainz) == (("No Such Song",), (R5.title,))
    assert field_of(report, MetadataField.RECORDING).musicbrainz == (mbid("recording", "r5"),)
    taken = await choose(world, track, MetadataField.RECORDING, source=MetadataSource.MUSICBRAINZ)
    assert taken.track.musicbrainz_recording_id == mbid("recording", "r5")
    assert taken.track.metadata.title == "No Such Song"
    renamed = await choose(world, track, MetadataField.TITLE, source=MetadataSource.MUSICBRAINZ)
    assert renamed.track.metadata.title == R5.title


async def test_wrong_lengths_of_lists_are_corrected(world: World) -> None:
    """What somebody typed gives way to MusicBrainz, both stay told, and a person may undo it."""
    [track] = await listed(world, f"{ARTIST},{R3.title},,{R3.isrc},{R3.length_ms // 1000 + 8}")
    report = await enrich(world, track)
    assert "duration_ms" in report.enriched_fields
    assert report.track.metadata.duration_ms == LENGTH_MS + 3000
    length = field_of(report, MetadataField.LENGTH)
    assert (length.playlist, length.in_use) == (("42000",), MetadataSource.MUSICBRAINZ)
    undone = await choose(world, track, MetadataField.LENGTH, source=MetadataSource.PLAYLIST)
    assert undone.track.metadata.duration_ms == 42_000
    forced = await enrich(world, track, force=True)
    assert forced.track.metadata.duration_ms == 42_000


async def test_a_word_of_ones_own_outlives_syncs_and_look_ups(make_world: MakeWorld) -> None:
    """Neither a sync, nor a forced look-up, nor a restart changes what a person decided."""
    world = await make_world()
    await world.start("single")
    await world.sync()
    await world.pass_time(60)
    track = (await world.status("r3")).track
    await choose(world, track, MetadataField.TITLE, "Gravel & Snow (my mix)")
    await choose(world, track, MetadataField.GENRES, "slow; fast")
    await choose(world, track, MetadataField.ORIGINAL_DATE, "1999-12")
    decided = (await world.status("r3")).track
    assert decided.metadata.title == "Gravel & Snow (my mix)"
    assert (decided.genres, decided.original_date) == (("slow", "fast"), "1999-12")
    assert decided.metadata.spotify_uri == track.metadata.spotify_uri
    await world.sync(force=True)
    await enrich(world, track, force=True)
    await world.restart()
    await world.sync(force=True)
    after = (await world.status("r3")).track
    assert (after.metadata, after.genres) == (decided.metadata, decided.genres)
    back = await choose(world, track, MetadataField.TITLE)
    assert back.track.metadata.title == R3.title


async def test_recording_and_release_can_be_pasted(world: World) -> None:
    """Addresses of MusicBrainz decide, whatever the words say; neither can be had again."""
    [track] = await listed(world, f"{ARTIST},{R3.title},,,")
    address = f"https://musicbrainz.org/recording/{mbid('recording', 'r5')}?tab=1"
    report = await choose(world, track, MetadataField.RECORDING, address)
    assert report.track.musicbrainz_recording_id == mbid("recording", "r5")
    forced = await enrich(world, track, force=True)
    assert forced.track.musicbrainz_recording_id == mbid("recording", "r5")
    release = next(
        one for one in world.musicbrainz.database.releases.values() if one.title == R3.album
    )
    await choose(world, track, MetadataField.RECORDING)
    report = await choose(
        world, track, MetadataField.RELEASE, f"http://mirror:5000/release/{release.mbid}"
    )
    assert report.track.musicbrainz_recording_id == mbid("recording", "r3")
    album = report.track.metadata.album
    assert album is not None
    assert (album.musicbrainz_id, album.name) == (release.mbid, R3.album)
    none = await choose(world, track, MetadataField.RECORDING, source=MetadataSource.PLAYLIST)
    assert none.track.musicbrainz_recording_id is None
    forced = await enrich(world, track, force=True)
    assert forced.track.musicbrainz_recording_id is None


@pytest.mark.parametrize(
    ("field", "value", "source", "error"),
    [
        (MetadataField.TITLE, "  ", None, "invalid_metadata_value"),
        (MetadataField.TITLE, "x" * 501, None, "invalid_metadata_value"),
        (MetadataField.LENGTH, "soon", None, "invalid_metadata_value"),
        (MetadataField.ISRC, "X", None, "invalid_metadata_value"),
        (MetadataField.RELEASE_DATE, "1.4.2011", None, "invalid_metadata_value"),
        (MetadataField.TRACK_NUMBER, "0", None, "invalid_metadata_value"),
        (MetadataField.TRACK_NUMBER, "²", None, "invalid_metadata_value"),
        (MetadataField.GENRES, ";", None, "invalid_metadata_value"),
        (MetadataField.RECORDING, "http://[", None, "invalid_musicbrainz_id"),
        (
            MetadataField.RECORDING,
            f"https://musicbrainz.org/release/{mbid('release', 'x')}",
            None,
            "musicbrainz_link_is_other",
        ),
        (MetadataField.RECORDING, mbid("recording", "none"), None, "unknown_musicbrainz_id"),
        (MetadataField.RELEASE, mbid("release", "none"), None, "unknown_musicbrainz_id"),
        (MetadataField.ALBUM, None, MetadataSource.MUSICBRAINZ, "nothing_to_choose"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    world: World,
    field: MetadataField,
    value: str | None,
    source: MetadataSource | None,
    error: str,
) -> None:
    """Bad values are named and change nothing."""
    [track] = await listed(world, f"{ARTIST},{R3.title},,,")
    with pytest.raises(InputError, match=error):
        await choose(world, track, field, value, source)
    status = await world.pipeline.tracks.status(track.id)
    assert (status.track.metadata, status.conflicts) == (track.metadata, ())


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        (MetadataField.LENGTH, "3:45", ("225000",)),
        (MetadataField.LENGTH, "61.5", ("61500",)),
        (MetadataField.ISRC, "gb-ay7-90-00001", ("GBAY79000001",)),
        (MetadataField.TRACK_NUMBER, "07", ("7",)),
        (MetadataField.ARTIST, "A; B ;", ("A", "B")),
        (MetadataField.RELEASE_DATE, "2011-09", ("2011-09",)),
    ],
)
async def test_values_are_read_as_people_write_them(
    world: World, field: MetadataField, value: str, stored: tuple[str, ...]
) -> None:
    """Clocks, hyphens and semicolons are understood."""
    [track] = await listed(world, f"{ARTIST},{R3.title},Album,,")
    report = await choose(world, track, field, value)
    assert field_of(report, field).chosen_values == stored
    assert field_of(report, field).values == stored
