"""Store which tracks nobody wants, and compute the wanted ones: playlists minus library minus ignored.

The view `wanted_entry` is the one definition; every count and every queue asks it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
import sqlite3

from ..model import PlaylistId, TrackId
from .values import clean, dump, to_column, to_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredTrack:
    """Say since when a track is ignored, and why, in a person's words; None without any."""

    track_id: TrackId
    reason: str | None
    ignored_at: datetime


def get_change(connection: sqlite3.Connection) -> int:
    """Return a number that is another one whenever something wanted may have changed."""
    return int(connection.execute("SELECT number FROM wanted_change").fetchone()[0])


def count_wanted(connection: sqlite3.Connection, spotify_ids: Iterable[str]) -> int:
    """Count the distinct wanted tracks of these playlists."""
    row = connection.execute(
        """
        SELECT count(DISTINCT wanted.track_id) FROM wanted_entry AS wanted
        WHERE wanted.playlist_id IN (
            SELECT id FROM playlist WHERE spotify_id IN (SELECT value FROM json_each(?))
        )
        """,
        (dump(list(spotify_ids)),),
    ).fetchone()
    return int(row[0])


def count_missing(connection: sqlite3.Connection) -> dict[PlaylistId, int]:
    """Count the wanted entries of every playlist that has some; a track that stands twice counts twice."""
    rows = connection.execute(
        "SELECT playlist_id, count(*) AS number FROM wanted_entry GROUP BY playlist_id"
    )
    return {PlaylistId(row["playlist_id"]): int(row["number"]) for row in rows}


def get_missing_tracks(connection: sqlite3.Connection, spotify_id: str) -> tuple[TrackId, ...]:
    """Return the playlist's wanted tracks in order, each once."""
    rows = connection.execute(
        """
        SELECT wanted.track_id FROM wanted_entry AS wanted
        JOIN playlist ON playlist.id = wanted.playlist_id
        WHERE playlist.spotify_id = ? GROUP BY wanted.track_id ORDER BY min(wanted.position)
        """,
        (spotify_id,),
    )
    return tuple(TrackId(row["track_id"]) for row in rows)


def ignore(
    connection: sqlite3.Connection, track_id: TrackId, reason: str | None, *, now: datetime
) -> None:
    """Let a track be wanted by nobody; a new reason replaces the old one."""
    connection.execute(
        """
        INSERT INTO ignored_track (track_id, reason, ignored_at) VALUES (?, ?, ?)
        ON CONFLICT (track_id) DO UPDATE SET reason = excluded.reason
        """,
        (track_id, reason and clean(reason), to_column(now)),
    )


def want_again(connection: sqlite3.Connection, track_id: TrackId) -> bool:
    """Undo `ignore`; False when the track was not ignored."""
    cursor = connection.execute("DELETE FROM ignored_track WHERE track_id = ?", (track_id,))
    return cursor.rowcount > 0


def find_ignored(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId]
) -> dict[TrackId, IgnoredTrack]:
    """Return which of these tracks are ignored."""
    rows = connection.execute(
        "SELECT * FROM ignored_track WHERE track_id IN (SELECT value FROM json_each(?))",
        (dump(list(track_ids)),),
    )
    return {TrackId(row["track_id"]): _ignored(row) for row in rows}


def _ignored(row: sqlite3.Row) -> IgnoredTrack:
    """Build an ignored track from its row."""
    ignored_at = to_datetime(row["ignored_at"])
    assert ignored_at is not None
    return IgnoredTrack(
        track_id=TrackId(row["track_id"]), reason=row["reason"], ignored_at=ignored_at
    )
