"""Check what is noted when tracks vanish from playlists, and which files may go for that."""

from datetime import datetime, timedelta
import sqlite3
import string

import pytest

from custom_components.soulspot.engine.model import (
    Artist,
    DownloadState,
    EntryKind,
    LibraryFile,
    PlaylistItem,
    PlaylistSummary,
    Priority,
    Quality,
    RemovalPolicy,
    TrackId,
    TrackMetadata,
)
from custom_components.soulspot.engine.store import downloads, files, playlists, removals, tracks

from .test_playlists import NOW

WEEK = timedelta(days=7)
LATER = NOW + WEEK + timedelta(seconds=1)


def item(connection: sqlite3.Connection, letter: str) -> tuple[PlaylistItem, TrackId | None]:
    """Return an entry: a letter is a track, a capital its withdrawn form, a dot an empty item."""
    if letter == ".":
        return PlaylistItem(position=0, kind=EntryKind.MISSING), None
    uri = f"spotify:track:{letter.lower()}"
    if letter.isupper():
        return PlaylistItem(position=0, kind=EntryKind.GHOST, uri=uri), None
    track = TrackMetadata(title=letter, artists=(Artist(name="A"),), spotify_uri=uri)
    kept = PlaylistItem(position=0, kind=EntryKind.TRACK, track=track, title=letter, uri=uri)
    return kept, tracks.save_track(connection, track)


def save(
    connection: sqlite3.Connection,
    letters: str,
    *,
    playlist: str = "p1",
    is_complete: bool = True,
    now: datetime = NOW,
    policy: RemovalPolicy | None = RemovalPolicy.RECYCLE,
) -> None:
    """Store a list as a sync does."""
    playlist_id = playlists.save_playlist(
        connection, PlaylistSummary(spotify_id=playlist, name=playlist.upper())
    )
    playlists.save_entries(
        connection,
        playlist_id,
        [item(connection, letter) for letter in letters],
        snapshot_id=None,
        synced_at=now,
        is_complete=is_complete,
    )
    if policy is not None:
        removals.set_policy(connection, playlist, policy, WEEK.days, now=now)


def own(
    connection: sqlite3.Connection, letters: str, path: str | None = None, *, is_ours: bool = True
) -> None:
    """Let tracks have files, of their own or all the same one."""
    for letter in letters:
        file = LibraryFile(
            track_id=track_id(connection, letter),
            path=path or f"{letter}.mp3",
            size=1,
            modified_ns=1,
            format="mp3",
            duration_ms=None,
            bit_rate=None,
            checksum=None,
            is_ours=is_ours,
        )
        files.save_file(connection, file, now=NOW)


def track_id(connection: sqlite3.Connection, letter: str) -> TrackId:
    """Return a track by its letter."""
    row = connection.execute("SELECT id FROM track WHERE title = ?", (letter,)).fetchone()
    return TrackId(row["id"])


def due(connection: sqlite3.Connection, now: datetime = LATER) -> str:
    """Return the letters whose files may go."""
    found = removals.get_due(connection, 100, now=now)
    known = tracks.get_tracks(connection, [removal.track_id for removal in found])
    return "".join(sorted(track.metadata.title for track in known.values()))


def test_a_removed_track_is_due_after_the_grace(connection: sqlite3.Connection) -> None:
    """Not a moment before; and one that is back within the grace was never gone."""
    save(connection, "abc")
    own(connection, "abc")
    save(connection, "a")
    assert due(connection, NOW + WEEK - timedelta(seconds=1)) == ""
    assert due(connection) == "bc"
    save(connection, "ab")
    assert due(connection) == "c"
    save(connection, "a", now=LATER)
    assert due(connection) == "c"
    assert due(connection, LATER + WEEK) == "bc"


@pytest.mark.parametrize("policy", [RemovalPolicy.KEEP, RemovalPolicy.UNLIST, None])
def test_other_policies_let_files_stay(
    connection: sqlite3.Connection, policy: RemovalPolicy | None
) -> None:
    """Also where no policy was ever stored."""
    save(connection, "ab", policy=policy)
    own(connection, "ab")
    save(connection, "a", policy=policy)
    assert due(connection, NOW + 100 * WEEK) == ""
    playlist = playlists.get_playlist(connection, "p1")
    listed = removals.get_listed(connection, playlist.id)
    expected = [track_id(connection, "b")] if policy is RemovalPolicy.KEEP else []
    assert list(listed) == expected


def test_a_new_policy_does_not_reach_back(connection: sqlite3.Connection) -> None:
    """What was removed under another policy gets the whole grace; repeating the policy gives no more."""
    save(connection, "ab", policy=RemovalPolicy.UNLIST)
    own(connection, "ab")
    save(connection, "a", policy=RemovalPolicy.UNLIST)
    month = NOW + timedelta(days=30)
    removals.set_policy(connection, "p1", RemovalPolicy.RECYCLE, 7, now=month)
    assert due(connection, month + timedelta(days=6)) == ""
    removals.set_policy(connection, "p1", RemovalPolicy.RECYCLE, 7, now=month + timedelta(days=6))
    assert due(connection, month + WEEK) == "b"


def test_files_that_something_else_needs_stay(connection: sqlite3.Connection) -> None:
    """Another playlist, a list, one that may still get it back, a person, a second track of the file."""
    save(connection, "abcdefgh")
    own(connection, "abcdefgh")
    save(connection, "b", playlist="p2")
    save(connection, "c", playlist="list:x", policy=None)
    save(connection, "dx", playlist="p3", policy=RemovalPolicy.UNLIST)
    save(connection, "x", playlist="p3", policy=RemovalPolicy.UNLIST)
    save(connection, "ex", playlist="p4")
    save(connection, "x", playlist="p4", now=NOW + timedelta(days=1))
    downloads.request_download(
        connection,
        track_id(connection, "f"),
        quality=Quality.BEST,
        query=None,
        now=NOW,
        priority=Priority.USER,
    )
    save(connection, "z", playlist="p5", policy=RemovalPolicy.UNLIST)
    own(connection, "gz", "shared.mp3")
    save(connection, "a")
    removals.confirm(connection, "p1", now=NOW)
    assert due(connection) == "h"
    assert due(connection, LATER + timedelta(days=1)) == "eh"


def test_files_that_stood_there_before_stay(connection: sqlite3.Connection) -> None:
    """Only what was filed here may go."""
    save(connection, "abc")
    own(connection, "ab", is_ours=False)
    own(connection, "c")
    save(connection, "a")
    assert due(connection) == "c"


def test_what_is_being_replaced_waits_for_the_better_file(connection: sqlite3.Connection) -> None:
    """Else the new file would come for a track that nobody has, and stay for ever."""
    save(connection, "ab")
    own(connection, "b")
    save(connection, "a")
    download = downloads.request_download(
        connection,
        track_id(connection, "b"),
        quality=Quality.BEST,
        query=None,
        now=NOW,
        lane="p1",
        is_upgrade=True,
    )
    assert due(connection) == ""
    downloads.set_state(connection, download, DownloadState.NOT_AVAILABLE, now=NOW)
    assert due(connection) == "b"


def test_a_list_that_suddenly_shrinks_is_held(connection: sqlite3.Connection) -> None:
    """Until a person says so, nothing goes and the playlist's file still lists it."""
    letters = string.ascii_lowercase[:24]
    save(connection, letters)
    own(connection, letters)
    save(connection, letters[:5])
    assert due(connection) == ""
    assert removals.count_held(connection) == {"p1": 19}
    playlist = playlists.get_playlist(connection, "p1")
    listed = removals.get_listed(connection, playlist.id)
    assert listed == tuple(track_id(connection, letter) for letter in letters[5:])
    save(connection, letters[:5] + "z")
    assert removals.count_held(connection) == {"p1": 19}
    assert removals.confirm(connection, "p1", now=LATER) == 19
    assert due(connection) == ""
    assert due(connection, LATER + WEEK) == letters[5:]
    assert removals.get_listed(connection, playlist.id) == ()


def test_what_comes_back_or_is_kept_is_not_held_any_more(connection: sqlite3.Connection) -> None:
    """A wrong reading heals by itself; a person can also say that the files stay."""
    save(connection, "abcdef")
    own(connection, "abcdef")
    save(connection, "")
    assert removals.count_held(connection) == {"p1": 6}
    save(connection, "abcdef")
    assert removals.count_held(connection) == {}
    save(connection, "")
    assert removals.discard(connection, "p1") == 6
    assert due(connection, NOW + 100 * WEEK) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("abcdefghijklmnop", "qrstuvwxyz"),  # A list that is new every week.
        ("abcdefghijklmnopqrst", "abcdefghijkl"),  # Tidied up, but not by half.
        ("abc", ""),
        ("abcdefghij", "a"),
    ],
)
def test_usual_changes_are_not_held(
    connection: sqlite3.Connection, before: str, after: str
) -> None:
    """The brake is for accidents only."""
    save(connection, before)
    own(connection, before)
    save(connection, after)
    assert removals.count_held(connection) == {}
    assert due(connection) == "".join(sorted(set(before) - set(after)))


def test_half_a_list_removes_nothing(connection: sqlite3.Connection) -> None:
    """What an incomplete answer lacks is decided by the next complete one."""
    save(connection, "abcd")
    own(connection, "abcd")
    save(connection, "a", is_complete=False)
    assert due(connection) == ""
    save(connection, "a", is_complete=False)
    save(connection, "abc")
    assert due(connection) == "d"


def test_withdrawn_tracks_are_not_removed(connection: sqlite3.Connection) -> None:
    """Spotify may empty an item or leave its id alone: the file is all the more worth then."""
    save(connection, "abcd")
    own(connection, "abcd")
    save(connection, "aBcd")
    save(connection, "aB.d")
    assert due(connection) == ""
    save(connection, "aB.")
    assert due(connection) == "d"
    save(connection, "aB")
    assert due(connection) == "cd"


def test_removals_go_with_their_playlist(connection: sqlite3.Connection) -> None:
    """A playlist that is deleted from the account leaves every file where it is."""
    save(connection, "ab")
    own(connection, "ab")
    save(connection, "a")
    playlists.delete_playlist(connection, "p1")
    assert due(connection, NOW + 100 * WEEK) == ""


def test_old_removals_without_a_file_are_forgotten(connection: sqlite3.Connection) -> None:
    """Nothing would ever be done about them."""
    save(connection, "abc")
    own(connection, "b")
    save(connection, "a")
    assert removals.forget_old(connection, now=LATER, keep=WEEK) == 1
    removals.forget(connection, [track_id(connection, "b")])
    assert due(connection) == ""
