"""Store playlists as documents with positions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
import sqlite3

from ..errors import InputError
from ..model import EntryKind, Playlist, PlaylistId, PlaylistItem, PlaylistSummary, Reason, TrackId
from .values import clean, dump, dump_reason, load_reason, to_column, to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistCounts:
    """Count the entries of a playlist; owned and missing count entries, not distinct tracks."""

    entries: int
    tracks: int
    owned: int


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
) -> bool:
    """Replace the entries and remember the snapshot; returns whether any position changed."""
    wanted = [
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
    changed = [tuple(row) for row in present] != wanted
    if changed:
        connection.execute("DELETE FROM playlist_entry WHERE playlist_id = ?", (playlist_id,))
        connection.executemany("INSERT INTO playlist_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", wanted)
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
    """Count entries, tracks and owned tracks of every playlist."""
    rows = connection.execute(
        """
        SELECT entry.playlist_id, count(*) AS entries, count(entry.track_id) AS tracks, count(file.track_id) AS owned
        FROM playlist_entry AS entry LEFT JOIN library_file AS file ON file.track_id = entry.track_id
        GROUP BY entry.playlist_id
        """
    )
    return {
        PlaylistId(row["playlist_id"]): PlaylistCounts(
            entries=row["entries"], tracks=row["tracks"], owned=row["owned"]
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


def get_missing_tracks(connection: sqlite3.Connection, spotify_id: str) -> tuple[TrackId, ...]:
    """Return the playlist's tracks that the library lacks, in order, each once."""
    rows = connection.execute(
        """
        SELECT entry.track_id FROM playlist_entry AS entry
        JOIN playlist ON playlist.id = entry.playlist_id
        LEFT JOIN library_file AS file ON file.track_id = entry.track_id
        WHERE playlist.spotify_id = ? AND entry.track_id IS NOT NULL AND file.track_id IS NULL
        GROUP BY entry.track_id ORDER BY min(entry.position)
        """,
        (spotify_id,),
    )
    return tuple(TrackId(row["track_id"]) for row in rows)


def get_playlists_of(connection: sqlite3.Connection, track_id: TrackId) -> tuple[Playlist, ...]:
    """Return the playlists that hold the track."""
    rows = connection.execute(
        """
        SELECT DISTINCT playlist.* FROM playlist JOIN playlist_entry AS entry ON entry.playlist_id = playlist.id
        WHERE entry.track_id = ?
        """,
        (track_id,),
    )
    return tuple(_playlist(row) for row in rows)


def count_wanted(connection: sqlite3.Connection, spotify_ids: Iterable[str]) -> int:
    """Count the distinct tracks of these playlists that the library lacks."""
    row = connection.execute(
        """
        SELECT count(DISTINCT entry.track_id) FROM playlist_entry AS entry
        JOIN playlist ON playlist.id = entry.playlist_id
        LEFT JOIN library_file AS file ON file.track_id = entry.track_id
        WHERE playlist.spotify_id IN (SELECT value FROM json_each(?))
            AND entry.track_id IS NOT NULL AND file.track_id IS NULL
        """,
        (dump(list(spotify_ids)),),
    ).fetchone()
    return int(row[0])


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
