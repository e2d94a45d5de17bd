"""Check that tracks, artists and albums are created once and only ever get richer."""

from dataclasses import replace
from datetime import UTC, datetime
import sqlite3

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import (
    Album,
    Artist,
    FieldValues,
    LibraryFile,
    MetadataField,
    MetadataSource,
    TrackId,
    TrackMetadata,
)
from custom_components.soulspot.engine.store import enrichment, files, library_index, tracks
from custom_components.soulspot.engine.store.enrichment import Enrichment

from .conftest import memory_database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = st.text(min_size=1, max_size=8) | st.sampled_from(["AC/DC", "Björk", "björk", "\ud800"])
IDS = st.none() | st.sampled_from(["a1", "a2", "a3"])
ARTISTS = st.builds(Artist, name=NAMES, spotify_id=IDS)
ALBUMS = st.builds(
    Album,
    name=NAMES,
    artists=st.lists(ARTISTS, max_size=2).map(tuple),
    spotify_id=IDS,
    release_date=st.none() | st.just("2011"),
    total_tracks=st.none() | st.integers(1, 2**53),
)
TRACKS = st.builds(
    TrackMetadata,
    title=NAMES,
    artists=st.lists(ARTISTS, max_size=3).map(tuple),
    album=st.none() | ALBUMS,
    duration_ms=st.none() | st.integers(0, 2**53),
    isrc=st.none() | st.sampled_from(["GBAYE0601498", "USRC17607839"]),
    explicit=st.none() | st.booleans(),
    spotify_uri=st.sampled_from(["spotify:track:1", "spotify:track:2", "spotify:local:a:b:c:1"]),
)


def metadata(title: str = "Time", uri: str | None = "spotify:track:1") -> TrackMetadata:
    """Return a track as Spotify names it."""
    artist = Artist(name="Pink Floyd", spotify_id="pf")
    return TrackMetadata(
        title=title,
        artists=(artist,),
        album=Album(name="Dark Side", artists=(artist,), spotify_id="ds", total_tracks=10),
        duration_ms=413_000,
        isrc="GBN9Y1100085",
        track_number=4,
        spotify_uri=uri,
    )


def count(connection: sqlite3.Connection, table: str) -> int:
    """Count the rows of a table."""
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def enrich(connection: sqlite3.Connection, track_id: TrackId) -> None:
    """Add what MusicBrainz knows."""
    track = tracks.get_track(connection, track_id)
    album = track.metadata.album
    assert album is not None
    known = tuple(replace(artist, musicbrainz_id="mb-pf") for artist in track.metadata.artists)
    enrichment.save_enrichment(
        connection,
        track_id,
        Enrichment(
            recording_id="recording",
            release_track_id="release track",
            original_date="1973-03-01",
            genres=("rock",),
            album=replace(album, musicbrainz_id="release", artists=known),
            artists=known,
            fields=(
                FieldValues(
                    field=MetadataField.ISRC,
                    musicbrainz=("XX0000000000",),
                    in_use=MetadataSource.MUSICBRAINZ,
                ),
            ),
        ),
        now=NOW,
    )


def test_what_was_stored_comes_back(connection: sqlite3.Connection) -> None:
    """Reading gives the very metadata that was saved."""
    track_id = tracks.save_track(connection, metadata())
    assert tracks.get_track(connection, track_id).metadata == metadata()


@settings(max_examples=60)
@given(st.lists(TRACKS, max_size=12))
def test_imports_in_any_order_never_double(imported: list[TrackMetadata]) -> None:
    """However often and in whichever state tracks are imported, each URI and id stays one row."""
    connection = memory_database()
    ids: dict[str | None, TrackId] = {}
    for item in imported:
        track_id = tracks.save_track(connection, item)
        assert ids.setdefault(item.spotify_uri, track_id) == track_id
        stored = tracks.get_track(connection, track_id).metadata
        clean = item.title.encode("utf-8", "replace").decode()
        assert (stored.title, stored.spotify_uri) == (clean, item.spotify_uri)
        assert len(stored.artists) == len(item.artists)
        # What the latest import does not tell stays as it was told before.
        assert item.duration_ms in (None, stored.duration_ms)
        assert item.isrc in (None, stored.isrc)
    assert count(connection, "track") == len(ids)
    for table in ("artist", "album"):
        double = connection.execute(
            f"SELECT spotify_id FROM {table} WHERE spotify_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"  # noqa: S608
        ).fetchall()
        assert double == []
    before = [count(connection, table) for table in ("track", "artist", "album")]
    snapshot = tracks.get_tracks(connection, ids.values())
    for item in {item.spotify_uri: item for item in imported}.values():
        tracks.save_track(connection, item)
    assert [count(connection, table) for table in ("track", "artist", "album")] == before
    assert set(tracks.get_tracks(connection, ids.values())) == set(snapshot)
    connection.close()


def test_artists_and_albums_are_shared(connection: sqlite3.Connection) -> None:
    """Two tracks of one album make one album and one artist."""
    tracks.save_track(connection, metadata())
    tracks.save_track(connection, metadata("Money", "spotify:track:2"))
    assert [count(connection, table) for table in ("track", "artist", "album")] == [2, 1, 1]


def test_an_artist_of_the_same_name_is_another_one(connection: sqlite3.Connection) -> None:
    """Ids tell namesakes apart; a name without an id is a third."""
    for artist in (Artist(name="X", spotify_id="1"), Artist(name="X", spotify_id="2")):
        tracks.save_artist(connection, artist)
    first = tracks.save_artist(connection, Artist(name="X"))
    assert tracks.save_artist(connection, Artist(name="X")) == first
    assert count(connection, "artist") == 3


def test_albums_without_ids_are_told_apart_by_artist(connection: sqlite3.Connection) -> None:
    """The "Greatest Hits" of one artist are not those of another, nor of nobody."""
    hits = [
        Album(name="Greatest Hits", artists=(Artist(name=name),) if name else ())
        for name in ("Queen", "Abba", "")
    ]
    rows = [tracks.save_album(connection, album) for album in hits]
    assert len(set(rows)) == 3
    assert [tracks.save_album(connection, album) for album in hits] == rows


def test_a_wish_is_the_same_by_its_words(connection: sqlite3.Connection) -> None:
    """A wish without a URI is found again whatever its case, and has no URI."""
    wish = TrackMetadata(title="Time", artists=(Artist(name="Pink Floyd"),))
    first = tracks.save_track(connection, wish)
    loud = TrackMetadata(title="TIME ", artists=(Artist(name="PINK FLOYD"),))
    assert tracks.save_track(connection, loud) == first
    assert tracks.get_track(connection, first).metadata.spotify_uri is None


def test_an_import_keeps_what_musicbrainz_added(connection: sqlite3.Connection) -> None:
    """Importing an enriched track again loses no id, date or genre."""
    track_id = tracks.save_track(connection, metadata())
    enrich(connection, track_id)
    before = tracks.get_track(connection, track_id)
    tracks.save_track(connection, metadata())
    after = tracks.get_track(connection, track_id)
    assert after == before
    assert (after.musicbrainz_recording_id, after.genres) == ("recording", ("rock",))
    assert after.metadata.isrc == metadata().isrc
    assert after.metadata.artists[0].musicbrainz_id == "mb-pf"
    assert after.metadata.album is not None
    assert after.metadata.album.musicbrainz_id == "release"


def test_a_corrected_track_is_followed(connection: sqlite3.Connection) -> None:
    """New names and another order of the artists replace the old ones."""
    track_id = tracks.save_track(connection, metadata())
    guest = Artist(name="Guest", spotify_id="g")
    corrected = replace(metadata("Time (Remaster)"), artists=(guest, *metadata().artists))
    assert tracks.save_track(connection, corrected) == track_id
    assert tracks.get_track(connection, track_id).metadata == corrected


def test_an_unknown_track_is_named(connection: sqlite3.Connection) -> None:
    """An id that a person made up is that person's error."""
    with pytest.raises(InputError, match="unknown_track"):
        tracks.get_track(connection, TrackId(99))


def test_one_file_may_serve_two_tracks(connection: sqlite3.Connection) -> None:
    """Spotify knows some recordings under several ids: neither track takes the file from the other."""
    ids = [
        tracks.save_track(connection, metadata(uri=uri))
        for uri in ("spotify:track:1", "spotify:track:2")
    ]
    for track_id in ids * 2:
        file = LibraryFile(
            track_id=track_id,
            path="Pink Floyd/Dark Side/4 Time.flac",
            size=1000,
            modified_ns=1,
            format="flac",
            duration_ms=413_000,
            bit_rate=900,
            checksum="abc",
        )
        files.save_file(connection, file, now=NOW)
    assert set(files.get_files(connection, ids)) == set(ids)
    assert tracks.count_owned(connection) == 2
    library_index.delete_files(connection, [file.path])
    assert files.get_files(connection, ids) == {}
