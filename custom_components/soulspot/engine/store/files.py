"""Store which file of the library belongs to which track."""

from collections.abc import Iterable
from datetime import datetime
import sqlite3

from ..model import LibraryFile, TrackId
from .values import dump, dump_reason, load_reason, to_column


def save_file(connection: sqlite3.Connection, file: LibraryFile, *, now: datetime) -> None:
    """Remember a filed track; one file may serve several tracks, as Spotify has several ids for some."""
    connection.execute(
        """
        INSERT INTO library_file (track_id, path, size, modified_ns, format, duration_ms, bit_rate, checksum,
            is_ours, doubt, filed_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (track_id) DO UPDATE SET path = excluded.path, size = excluded.size,
            modified_ns = excluded.modified_ns, format = excluded.format, duration_ms = excluded.duration_ms,
            bit_rate = excluded.bit_rate, checksum = excluded.checksum,
            is_ours = excluded.is_ours, doubt = excluded.doubt, filed_at = excluded.filed_at
        """,
        (
            file.track_id,
            file.path,
            file.size,
            file.modified_ns,
            file.format,
            file.duration_ms,
            file.bit_rate,
            file.checksum,
            file.is_ours,
            dump_reason(file.doubt),
            to_column(now),
        ),
    )


def get_files(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId]
) -> dict[TrackId, LibraryFile]:
    """Return the files of the tracks that have one."""
    rows = connection.execute(
        "SELECT * FROM library_file WHERE track_id IN (SELECT value FROM json_each(?))",
        (dump(list(track_ids)),),
    )
    return {TrackId(row["track_id"]): _file(row) for row in rows}


def is_held(connection: sqlite3.Connection, path: str) -> bool:
    """Tell whether the file at a path is that of any track."""
    row = connection.execute("SELECT 1 FROM library_file WHERE path = ?", (path,)).fetchone()
    return row is not None


def _file(row: sqlite3.Row) -> LibraryFile:
    """Build a file from its row."""
    return LibraryFile(
        track_id=TrackId(row["track_id"]),
        path=row["path"],
        size=row["size"],
        modified_ns=row["modified_ns"],
        format=row["format"],
        duration_ms=row["duration_ms"],
        bit_rate=row["bit_rate"],
        checksum=row["checksum"],
        is_ours=bool(row["is_ours"]),
        doubt=load_reason(row["doubt"]),
    )
