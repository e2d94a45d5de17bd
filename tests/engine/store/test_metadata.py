"""Check that both sides' values and a person's decisions are kept, whatever is stored afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import sqlite3

import pytest

from custom_components.soulspot.engine.model import (
    Album,
    Artist,
    FieldValues,
    MetadataField,
    MetadataSource,
    Track,
    TrackId,
    TrackMetadata,
)
from custom_components.soulspot.engine.store import enrichment, metadata, tracks
from custom_components.soulspot.engine.store.enrichment import Enrichment

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LISTED = TrackMetadata(
    title="Time",
    artists=(Artist(name="Pink Floyd", spotify_id="pf"),),
    album=Album(name="Dark Side", spotify_id="ds", release_date="1973"),
    duration_ms=400_000,
    spotify_uri="spotify:track:1",
)
MUSICBRAINZ = MetadataSource.MUSICBRAINZ
LENGTH = FieldValues(
    field=MetadataField.LENGTH,
    playlist=("400000",),
    musicbrainz=("413000",),
    in_use=MUSICBRAINZ,
)
ISRC = FieldValues(field=MetadataField.ISRC, musicbrainz=("GBN9Y1100088",), in_use=MUSICBRAINZ)
TITLE = FieldValues(field=MetadataField.TITLE, playlist=("Time",), musicbrainz=("Other",))


@pytest.fixture
def track_id(connection: sqlite3.Connection) -> TrackId:
    """Store a track that MusicBrainz knows differently."""
    track_id = tracks.save_track(connection, LISTED)
    enrich(connection, track_id)
    return track_id


def enrich(connection: sqlite3.Connection, track_id: TrackId) -> None:
    """Store what MusicBrainz says."""
    found = Enrichment(recording_id="r1", genres=("rock",), fields=(TITLE, LENGTH, ISRC))
    enrichment.save_enrichment(connection, track_id, found, now=NOW)


def stored(connection: sqlite3.Connection, track_id: TrackId) -> Track:
    """Return the track as everybody sees it."""
    return tracks.get_track(connection, track_id)


def choose(
    connection: sqlite3.Connection, track_id: TrackId, field: MetadataField, *values: str
) -> None:
    """Decide for a value of one's own."""
    metadata.choose(connection, track_id, field, MetadataSource.MANUAL, values, now=NOW)


def test_what_is_plainly_wrong_or_missing_is_taken(
    connection: sqlite3.Connection, track_id: TrackId
) -> None:
    """A corrected length and a discovered code count; a mere difference does not."""
    track = stored(connection, track_id)
    assert track.metadata == replace(LISTED, duration_ms=413_000, isrc="GBN9Y1100088")
    assert tracks.get_listed_tracks(connection, [track_id])[track_id].metadata == LISTED
    fields = metadata.get_fields(connection, [track_id])[track_id]
    assert [values.field for values in fields] == [
        MetadataField.TITLE,
        MetadataField.LENGTH,
        MetadataField.ISRC,
    ]
    assert [values.is_conflict for values in fields] == [True, True, False]
    again = replace(LISTED, isrc="GBN9Y1100088", spotify_uri="spotify:track:2")
    assert track_id in tracks.find_tracks(connection, again)


def test_a_correction_ends_when_the_playlist_corrects_itself(
    connection: sqlite3.Connection, track_id: TrackId
) -> None:
    """What was taken instead of an old value says nothing about a new one."""
    tracks.save_track(connection, replace(LISTED, duration_ms=412_000))
    assert stored(connection, track_id).metadata.duration_ms == 412_000


@pytest.mark.parametrize("field", [*MetadataField])
def test_a_decision_outlives_everything(
    connection: sqlite3.Connection, track_id: TrackId, field: MetadataField
) -> None:
    """Neither a sync nor another look-up changes what a person decided."""
    value = "123" if field in (MetadataField.LENGTH, MetadataField.TRACK_NUMBER) else "chosen"
    choose(connection, track_id, field, value)
    decided = stored(connection, track_id)
    for _ in range(2):
        tracks.save_track(connection, LISTED)
        enrich(connection, track_id)
        assert stored(connection, track_id) == decided
    before = {values.field: values for values in (TITLE, LENGTH, ISRC)}.get(field)
    metadata.forget_choice(connection, track_id, field)
    if before is None:
        assert metadata.listed_values(stored(connection, track_id), field) != (value,)
    enrich(connection, track_id)
    choices = metadata.get_fields(connection, [track_id])[track_id]
    assert all(values.chosen is None for values in choices)


@pytest.mark.parametrize(
    ("field", "values", "expected"),
    [
        (MetadataField.TITLE, ("X",), {"title": "X"}),
        (MetadataField.ARTIST, ("Pink Floyd", "B"), {"artists": ("Pink Floyd", "B")}),
        (MetadataField.ALBUM, ("X",), {"album": "X"}),
        (MetadataField.LENGTH, ("5000",), {"duration_ms": 5000}),
        (MetadataField.ISRC, ("GBN9Y1100099",), {"isrc": "GBN9Y1100099"}),
        (MetadataField.RELEASE_DATE, ("1974",), {"release_date": "1974"}),
        (MetadataField.TRACK_NUMBER, ("7",), {"track_number": 7}),
        (MetadataField.ORIGINAL_DATE, ("1972",), {"original_date": "1972"}),
        (MetadataField.GENRES, ("a", "b"), {"genres": ("a", "b")}),
        (MetadataField.RELEASE, ("re", "rg", "T"), {"release": "re", "group": "rg"}),
    ],
)
def test_each_field_is_what_was_decided(
    connection: sqlite3.Connection,
    track_id: TrackId,
    field: MetadataField,
    values: tuple[str, ...],
    expected: dict[str, object],
) -> None:
    """A decision changes its field and no other."""
    before = facts(stored(connection, track_id))
    choose(connection, track_id, field, *values)
    assert facts(stored(connection, track_id)) == {**before, **expected}


def facts(track: Track) -> dict[str, object]:
    """Return a track's fields."""
    found, album = track.metadata, track.metadata.album
    return {
        "title": found.title,
        "artists": tuple(artist.name for artist in found.artists),
        "album": album.name if album else None,
        "duration_ms": found.duration_ms,
        "isrc": found.isrc,
        "release_date": album.release_date if album else None,
        "track_number": found.track_number,
        "original_date": track.original_date,
        "genres": track.genres,
        "release": album.musicbrainz_id if album else None,
        "group": album.musicbrainz_release_group_id if album else None,
    }


def test_sides_can_be_taken(connection: sqlite3.Connection, track_id: TrackId) -> None:
    """The playlist's value stays the playlist's when it changes; MusicBrainz's is the one of then."""
    metadata.choose(
        connection, track_id, MetadataField.LENGTH, MetadataSource.PLAYLIST, (), now=NOW
    )
    metadata.choose(connection, track_id, MetadataField.TITLE, MUSICBRAINZ, ("Other",), now=NOW)
    tracks.save_track(connection, replace(LISTED, duration_ms=399_000, title="Time 2"))
    track = stored(connection, track_id)
    assert (track.metadata.duration_ms, track.metadata.title) == (399_000, "Other")
    metadata.choose(
        connection, track_id, MetadataField.GENRES, MetadataSource.PLAYLIST, (), now=NOW
    )
    assert stored(connection, track_id).genres == ()


def test_another_recording_brings_its_own_facts(
    connection: sqlite3.Connection, track_id: TrackId
) -> None:
    """What came with a recording that is not the right one goes with it."""
    other = Enrichment(recording_id="r2", original_date="1980")
    enrichment.save_enrichment(connection, track_id, other, now=NOW)
    track = stored(connection, track_id)
    assert (track.musicbrainz_recording_id, track.genres) == ("r2", ())
    enrichment.save_enrichment(connection, track_id, Enrichment(is_detached=True), now=NOW)
    track = stored(connection, track_id)
    assert (track.musicbrainz_recording_id, track.original_date) == (None, None)


def test_what_was_asked_in_vain_is_asked_again_later(
    connection: sqlite3.Connection, track_id: TrackId
) -> None:
    """MusicBrainz grows: what it did not know is asked for again after a month."""
    unknown = tracks.save_track(connection, replace(LISTED, spotify_uri="spotify:track:9"))
    ids = [track_id, unknown]
    assert enrichment.get_unenriched(connection, ids, now=NOW) == (unknown,)
    enrichment.mark_enriched(connection, unknown, NOW)
    assert enrichment.get_unenriched(connection, ids, now=NOW) == ()
    later = NOW + enrichment.ASK_AGAIN + timedelta(seconds=1)
    assert enrichment.get_unenriched(connection, ids, now=later) == (unknown,)
