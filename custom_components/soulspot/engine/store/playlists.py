"""Store playlists as documents with positions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
import sqlite3
from typing import Any

from ..errors import InputError
from ..model import EntryKind, Playlist, PlaylistId, PlaylistItem, PlaylistSummary, Reason, TrackId
from . import removals, wanted
from .removals import Listing
from .values import clean, dump, dump_reason, load_reason, to_column, to_datetime

_KIND, _TRACK, _URI = 2, 3, 5  # Columns of an entry.


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistCounts:
    """Count the entries of a playlist; owned and missing count entries, not distinct tracks.

    Missing are the wanted ones: what is neither owned nor missing is ignored.
    """

    entries: int
    tracks: int
    owned: int
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """Hold one stored position."""

    position: int
    kind: EntryKind
    track_id: TrackId | None
    title: str
    added_at: datetime | None


def save_playlist(connection: sqlite3.Connection, summary: PlaylistSummary) -> PlaylistId:
    """Create the playlist or bring its description up to date; the snapshot is stored apart."""
    row = connection.execute(
        """
        INSERT INTO playlist (spotify_id, name, owner_name, description, image_url) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (spotify_id) DO UPDATE SET name = excluded.name, owner_name = excluded.owner_name,
            description = excluded.description, image_url = coalesce(excluded.image_url, image_url)
        RETURNING id
        """,
        (
            summary.spotify_id,
            clean(summary.name),
            summary.owner_name and clean(summary.owner_name),
            clean(summary.description),
            summary.image_url,
        ),
    ).fetchone()
    return PlaylistId(row["id"])


def save_entries(
    connection: sqlite3.Connection,
    playlist_id: PlaylistId,
    entries: Sequence[tuple[PlaylistItem, TrackId | None]],
    *,
    snapshot_id: str | None,
    synced_at: datetime,
    is_complete: bool = True,
) -> bool:
    """Replace the entries and remember the snapshot; returns whether any position changed.

    What has vanished is written down with the time; `is_complete` is False when a part of the list
    could not be read.
    """
    new = [
        (
            playlist_id,
            position,
            item.kind.value,
            track_id,
            clean(item.title),
            item.uri and clean(item.uri),
            to_column(item.added_at),
            item.added_by,
        )
        for position, (item, track_id) in enumerate(entries)
    ]
    present = connection.execute(
        """
        SELECT playlist_id, position, kind, track_id, title, uri, added_at, added_by FROM playlist_entry
        WHERE playlist_id = ? ORDER BY position
        """,
        (playlist_id,),
    ).fetchall()
    changed = [tuple(row) for row in present] != new
    if changed:
        connection.execute("DELETE FROM playlist_entry WHERE playlist_id = ?", (playlist_id,))
        connection.executemany("INSERT INTO playlist_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", new)
    removals.note_entries(
        connection,
        playlist_id,
        _listing(connection, present),
        _listing(connection, new),
        is_complete=is_complete,
        now=synced_at,
    )
    connection.execute(
        "UPDATE playlist SET snapshot_id = ?, synced_at = ?, error = NULL WHERE id = ?",
        (snapshot_id, to_column(synced_at), playlist_id),
    )
    return changed


def save_error(connection: sqlite3.Connection, spotify_id: str, reason: Reason | None) -> None:
    """Remember why a playlist could not be read; its entries stay as they are."""
    connection.execute(
        "UPDATE playlist SET error = ? WHERE spotify_id = ?",
        (dump_reason(reason), spotify_id),
    )


def save_unread(connection: sqlite3.Connection, spotify_id: str, reason: Reason) -> None:
    """Remember why a playlist could not be read, also one that never was: it gets no name and no entries."""
    connection.execute(
        "INSERT OR IGNORE INTO playlist (spotify_id, name) VALUES (?, '')", (spotify_id,)
    )
    save_error(connection, spotify_id, reason)


def get_playlists(connection: sqlite3.Connection) -> dict[str, Playlist]:
    """Return every stored playlist by its Spotify id."""
    rows = connection.execute("SELECT * FROM playlist ORDER BY id")
    return {row["spotify_id"]: _playlist(row) for row in rows}


def get_playlist(connection: sqlite3.Connection, spotify_id: str) -> Playlist:
    """Return one playlist; raises InputError `unknown_playlist`."""
    row = connection.execute(
        "SELECT * FROM playlist WHERE spotify_id = ?", (spotify_id,)
    ).fetchone()
    if row is None:
        raise InputError("unknown_playlist")
    return _playlist(row)


def delete_playlist(connection: sqlite3.Connection, spotify_id: str) -> None:
    """Forget a playlist; tracks and files stay."""
    connection.execute("DELETE FROM playlist WHERE spotify_id = ?", (spotify_id,))


def get_counts(connection: sqlite3.Connection) -> dict[PlaylistId, PlaylistCounts]:
    """Count entries, tracks, owned and wanted tracks of every playlist."""
    missing = wanted.count_missing(connection)
    rows = connection.execute(
        """
        SELECT entry.playlist_id, count(*) AS entries, count(entry.track_id) AS tracks, count(file.track_id) AS owned
        FROM playlist_entry AS entry LEFT JOIN library_file AS file ON file.track_id = entry.track_id
        GROUP BY entry.playlist_id
        """
    )
    return {
        PlaylistId(row["playlist_id"]): PlaylistCounts(
            entries=row["entries"],
            tracks=row["tracks"],
            owned=row["owned"],
            missing=missing.get(row["playlist_id"], 0),
        )
        for row in rows
    }


def get_entries(connection: sqlite3.Connection, playlist_id: PlaylistId) -> tuple[StoredEntry, ...]:
    """Return the entries in their order."""
    rows = connection.execute(
        "SELECT * FROM playlist_entry WHERE playlist_id = ? ORDER BY position",
        (playlist_id,),
    )
    return tuple(
        StoredEntry(
            position=row["position"],
            kind=EntryKind(row["kind"]),
            track_id=None if row["track_id"] is None else TrackId(row["track_id"]),
            title=row["title"],
            added_at=to_datetime(row["added_at"]),
        )
        for row in rows
    )


def get_playlists_of(connection: sqlite3.Connection, track_id: TrackId) -> tuple[Playlist, ...]:
    """Return the playlists that hold the track, or did so until it was removed."""
    rows = connection.execute(
        """
        SELECT * FROM playlist WHERE id IN (
            SELECT playlist_id FROM playlist_entry WHERE track_id = ?
            UNION SELECT playlist_id FROM removal WHERE track_id = ?
        )
        """,
        (track_id, track_id),
    )
    return tuple(_playlist(row) for row in rows)


def find_holding(connection: sqlite3.Connection, track_ids: Iterable[TrackId]) -> tuple[str, ...]:
    """Return the Spotify ids of the playlists that hold any of the tracks, or did so until it was removed."""
    held = (
        playlist.spotify_id
        for track_id in track_ids
        for playlist in get_playlists_of(connection, track_id)
    )
    return tuple(dict.fromkeys(held))


def _listing(connection: sqlite3.Connection, rows: Sequence[Sequence[Any]]) -> Listing:
    """Tell which tracks entries stand for, also those that Spotify withdrew but still names."""
    uris = [row[_URI] for row in rows if row[_TRACK] is None and row[_URI]]
    named = connection.execute(
        "SELECT id, source_key FROM track WHERE source_key IN (SELECT value FROM json_each(?))",
        (dump(uris),),
    ).fetchall()
    ids = {row["source_key"]: row["id"] for row in named}
    found = (row[_TRACK] or ids.get(row[_URI]) for row in rows)
    hidden = (EntryKind.MISSING.value, EntryKind.GHOST.value)
    return Listing(
        tracks=tuple(TrackId(track_id) for track_id in found if track_id is not None),
        hidden=sum(1 for row in rows if row[_KIND] in hidden and row[_URI] not in ids),
    )


def _playlist(row: sqlite3.Row) -> Playlist:
    """Build a playlist from its row."""
    return Playlist(
        id=PlaylistId(row["id"]),
        spotify_id=row["spotify_id"],
        name=row["name"],
        owner_name=row["owner_name"],
        description=row["description"],
        snapshot_id=row["snapshot_id"],
        image_url=row["image_url"],
        synced_at=to_datetime(row["synced_at"]),
        error=load_reason(row["error"]),
    )
