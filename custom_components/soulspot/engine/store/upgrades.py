"""Store for which owned tracks a better file is looked for, and when next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
import sqlite3

from ..model import TrackId
from .values import dump, to_column


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradableTrack:
    """Name an owned track whose file may be replaced by a better one."""

    track_id: TrackId
    tries: int  # Times that nothing better was found.


def find_due(
    connection: sqlite3.Connection,
    spotify_id: str,
    *,
    satisfied_formats: Iterable[str],
    cutoff_bit_rate: int,
    only_ours: bool,
    filed_before: datetime,
    now: datetime,
    limit: int,
) -> tuple[UpgradableTrack, ...]:
    """Return tracks of a playlist whose files are below the cutoff, the longest untried first.

    `cutoff_bit_rate` in kbit/s: who owns as much, or one of the formats, needs nothing better. Files
    of an unknown bit rate are left alone, and everything of which a person undid a replacement.
    """
    rows = connection.execute(
        """
        SELECT file.track_id, coalesce(upgrade.tries, 0) AS tries FROM library_file AS file
        LEFT JOIN upgrade ON upgrade.track_id = file.track_id
        WHERE file.track_id IN (
                SELECT entry.track_id FROM playlist_entry AS entry
                JOIN playlist ON playlist.id = entry.playlist_id WHERE playlist.spotify_id = ?
            )
            AND file.bit_rate < ? AND file.format NOT IN (SELECT value FROM json_each(?))
            AND (file.is_ours = 1 OR NOT ?)
            AND (upgrade.track_id IS NULL AND file.filed_at <= ? OR upgrade.next_at <= ?)
            AND coalesce(upgrade.is_declined, 0) = 0
            AND NOT EXISTS (SELECT 1 FROM ignored_track AS ignored WHERE ignored.track_id = file.track_id)
            AND NOT EXISTS (
                SELECT 1 FROM download WHERE download.track_id = file.track_id
                    AND download.state IN ('queued', 'searching', 'chosen', 'transferring', 'downloaded')
            )
        ORDER BY coalesce(upgrade.next_at, file.filed_at), file.track_id LIMIT ?
        """,
        (
            spotify_id,
            cutoff_bit_rate,
            dump(list(satisfied_formats)),
            only_ours,
            to_column(filed_before),
            to_column(now),
            limit,
        ),
    )
    return tuple(
        UpgradableTrack(track_id=TrackId(row["track_id"]), tries=row["tries"]) for row in rows
    )


def note_try(
    connection: sqlite3.Connection, track_id: TrackId, *, tries: int, next_at: datetime
) -> None:
    """Remember a try when it begins, so that no end of it can be missed, and when the next may come."""
    connection.execute(
        """
        INSERT INTO upgrade (track_id, tries, next_at) VALUES (?, ?, ?)
        ON CONFLICT (track_id) DO UPDATE SET tries = excluded.tries, next_at = excluded.next_at
        """,
        (track_id, tries, to_column(next_at)),
    )


def decline(connection: sqlite3.Connection, track_id: TrackId) -> None:
    """Remember that a person wants the file they have."""
    connection.execute(
        """
        INSERT INTO upgrade (track_id, tries, is_declined) VALUES (?, 0, 1)
        ON CONFLICT (track_id) DO UPDATE SET is_declined = 1
        """,
        (track_id,),
    )


def count_running(connection: sqlite3.Connection) -> int:
    """Count the downloads under way that are to replace a file."""
    row = connection.execute("SELECT count(*) FROM download WHERE is_upgrade = 1").fetchone()
    return int(row[0])
