"""Check that playlists are kept as lists: order, duplicates, gaps, and what changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import sqlite3

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.model import (
    Artist,
    EntryKind,
    LibraryFile,
    PlaylistItem,
    PlaylistSummary,
    Reason,
    TrackId,
    TrackMetadata,
)
from custom_components.soulspot.engine.store import files, playlists, tracks, wanted

from .conftest import memory_database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SUMMARY = PlaylistSummary(spotify_id="p1", name="Mix", owner_name="me", snapshot_id="s1")


def save(connection: sqlite3.Connection, letters: str, snapshot: str = "s1") -> bool:
    """Store a list: a letter is a track, a dot an item without content."""
    playlist_id = playlists.save_playlist(connection, SUMMARY)
    entries: list[tuple[PlaylistItem, TrackId | None]] = []
    for position, letter in enumerate(letters):
        if letter == ".":
            entries.append((PlaylistItem(position=position, kind=EntryKind.MISSING), None))
            continue
        track = TrackMetadata(
            title=letter, artists=(Artist(name="A"),), spotify_uri=f"spotify:track:{letter}"
        )
        item = PlaylistItem(
            position=position,
            kind=EntryKind.TRACK,
            track=track,
            title=letter,
            added_at=NOW - timedelta(days=position),
        )
        entries.append((item, tracks.save_track(connection, track)))
    return playlists.save_entries(
        connection, playlist_id, entries, snapshot_id=snapshot, synced_at=NOW
    )


def shown(connection: sqlite3.Connection) -> str:
    """Return the stored list in the same letters."""
    playlist = playlists.get_playlist(connection, "p1")
    entries = playlists.get_entries(connection, playlist.id)
    assert [entry.position for entry in entries] == list(range(len(entries)))
    return "".join(entry.title or "." for entry in entries)


def own(connection: sqlite3.Connection, letter: str) -> None:
    """Put a track into the library."""
    track = TrackMetadata(title=letter, artists=(), spotify_uri=f"spotify:track:{letter}")
    file = LibraryFile(
        track_id=tracks.save_track(connection, track),
        path=f"{letter}.mp3",
        size=1,
        modified_ns=1,
        format="mp3",
        duration_ms=None,
        bit_rate=None,
        checksum=None,
    )
    files.save_file(connection, file, now=NOW)


@settings(max_examples=60)
@given(st.lists(st.text(alphabet="abc.", max_size=8), min_size=1, max_size=4))
def test_any_list_may_follow_any_other(versions: list[str]) -> None:
    """Moves, removals, duplicates and gaps leave exactly the new list, told as a change when it is one."""
    connection = memory_database()
    previous = ""
    for number, letters in enumerate(versions):
        # A moved entry takes its date along, here it does not: only equal lists are unchanged.
        assert save(connection, letters, f"s{number}") == (letters != previous)
        assert shown(connection) == letters
        assert playlists.get_playlist(connection, "p1").snapshot_id == f"s{number}"
        previous = letters
    connection.close()


def test_duplicates_count_as_entries_but_are_missing_once(connection: sqlite3.Connection) -> None:
    """A track that stands twice is two entries, and one download."""
    save(connection, "ab.a")
    [count] = playlists.get_counts(connection).values()
    assert (count.entries, count.tracks, count.owned) == (4, 3, 0)
    assert len(wanted.get_missing_tracks(connection, "p1")) == 2
    assert wanted.count_wanted(connection, ["p1"]) == 2
    own(connection, "a")
    [count] = playlists.get_counts(connection).values()
    assert count.owned == 2
    [missing] = wanted.get_missing_tracks(connection, "p1")
    assert tracks.get_track(connection, missing).metadata.title == "b"


def test_missing_tracks_come_in_the_order_of_the_list(connection: sqlite3.Connection) -> None:
    """The first position of a track decides, whatever came first into the database."""
    save(connection, "abc")
    save(connection, "cabc")
    titles = tracks.get_tracks(connection, wanted.get_missing_tracks(connection, "p1"))
    missing = wanted.get_missing_tracks(connection, "p1")
    assert [titles[track_id].metadata.title for track_id in missing] == ["c", "a", "b"]


def test_trouble_is_kept_beside_the_list_and_ends_with_it(connection: sqlite3.Connection) -> None:
    """A playlist that cannot be read keeps its entries; reading it again removes the trouble."""
    save(connection, "ab")
    reason = Reason(key="spotify_playlist_forbidden", placeholders={"playlist_id": "p1"})
    playlists.save_error(connection, "p1", reason)
    assert playlists.get_playlist(connection, "p1").error == reason
    assert shown(connection) == "ab"
    save(connection, "ab")
    assert playlists.get_playlist(connection, "p1").error is None


def test_a_new_description_keeps_entries_and_snapshot(connection: sqlite3.Connection) -> None:
    """Renaming changes the name alone."""
    save(connection, "ab")
    playlists.save_playlist(connection, replace(SUMMARY, name="\ud800 Mix", image_url="x"))
    playlist = playlists.get_playlist(connection, "p1")
    assert (playlist.name, playlist.snapshot_id, playlist.image_url) == ("? Mix", "s1", "x")
    assert shown(connection) == "ab"


def test_a_forgotten_playlist_leaves_its_tracks(connection: sqlite3.Connection) -> None:
    """Deleting takes the positions along, and nothing else."""
    save(connection, "ab")
    own(connection, "a")
    playlists.delete_playlist(connection, "p1")
    with pytest.raises(InputError, match="unknown_playlist"):
        playlists.get_playlist(connection, "p1")
    assert connection.execute("SELECT count(*) FROM playlist_entry").fetchone()[0] == 0
    assert connection.execute("SELECT count(*) FROM track").fetchone()[0] == 2
    assert tracks.count_owned(connection) == 1
