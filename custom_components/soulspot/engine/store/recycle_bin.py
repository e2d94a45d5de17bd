"""Store what lies in the recycle bin, and which way it is moving, in step with the files' own rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import sqlite3

from ..model import Reason, RecycledId, TrackId
from .values import dump_reason, load_reason, to_column, to_datetime

REMOVED = "removed_from_playlist"
_FILE_COLUMNS = "path, size, modified_ns, format, duration_ms, bit_rate, checksum, is_ours, doubt"


class RecycledState(StrEnum):
    """Say where a recycled file is, or is on its way to."""

    MOVING = "moving"  # Into the bin.
    KEPT = "kept"
    RESTORING = "restoring"  # Back to its target.


@dataclass(frozen=True, slots=True, kw_only=True)
class RecycledFile:
    """Hold one file of the bin; paths are relative to the library folder."""

    id: RecycledId
    path: str  # Where it stood.
    size: int  # bytes
    format: str
    bit_rate: int | None  # kbit/s
    state: RecycledState
    target: str | None  # Where it is to go back to.
    reason: Reason
    recycled_at: datetime
    track_ids: tuple[TrackId, ...]


def begin(
    connection: sqlite3.Connection, track_id: TrackId, reason: Reason, *, now: datetime
) -> RecycledId | None:
    """Take a track's file out of the library on paper; None when it has none.

    All tracks that it is the file of lose it together. The file itself moves afterwards.
    """
    row = connection.execute(
        "SELECT path FROM library_file WHERE track_id = ?", (track_id,)
    ).fetchone()
    if row is None:
        return None
    cursor = connection.execute(
        f"""
        INSERT INTO recycled_file ({_FILE_COLUMNS}, state, reason, recycled_at)
        SELECT {_FILE_COLUMNS}, 'moving', ?, ? FROM library_file WHERE track_id = ?
        """,  # noqa: S608
        (dump_reason(reason), to_column(now), track_id),
    )
    recycled_id = RecycledId(cursor.lastrowid or 0)
    connection.execute(
        """
        INSERT INTO recycled_track (recycled_id, track_id)
        SELECT ?, track_id FROM library_file WHERE path = ?
        """,
        (recycled_id, row["path"]),
    )
    connection.execute("DELETE FROM library_file WHERE path = ?", (row["path"],))
    connection.execute("DELETE FROM indexed_file WHERE path = ?", (row["path"],))
    return recycled_id


def finish(connection: sqlite3.Connection, recycled_id: RecycledId) -> None:
    """Remember that the file is in the bin."""
    connection.execute(
        "UPDATE recycled_file SET state = 'kept', target = NULL WHERE id = ?", (recycled_id,)
    )


def put_back(
    connection: sqlite3.Connection, recycled_id: RecycledId, path: str, *, now: datetime
) -> tuple[TrackId, ...]:
    """Give the file back to its tracks, at `path`, and forget that it was recycled.

    Tracks that have another file by now keep that one; returns those that have this one.
    """
    rows = connection.execute(
        f"""
        INSERT INTO library_file (track_id, {_FILE_COLUMNS}, filed_at)
        SELECT link.track_id, ?, file.size, file.modified_ns, file.format, file.duration_ms, file.bit_rate,
            file.checksum, file.is_ours, file.doubt, ?
        FROM recycled_track AS link JOIN recycled_file AS file ON file.id = link.recycled_id
        WHERE file.id = ?
        ON CONFLICT (track_id) DO NOTHING RETURNING track_id
        """,  # noqa: S608
        (path, to_column(now), recycled_id),
    ).fetchall()
    forget(connection, recycled_id)
    return tuple(TrackId(row["track_id"]) for row in rows)


def aim(connection: sqlite3.Connection, recycled_id: RecycledId, target: str) -> None:
    """Write down where the file is about to go back to."""
    connection.execute(
        "UPDATE recycled_file SET state = 'restoring', target = ? WHERE id = ?",
        (target, recycled_id),
    )


def forget(connection: sqlite3.Connection, recycled_id: RecycledId) -> None:
    """Forget a file that is not in the bin any more."""
    connection.execute("DELETE FROM recycled_file WHERE id = ?", (recycled_id,))


def get_file(connection: sqlite3.Connection, recycled_id: RecycledId) -> RecycledFile | None:
    """Return one file of the bin."""
    row = connection.execute("SELECT * FROM recycled_file WHERE id = ?", (recycled_id,)).fetchone()
    return None if row is None else _file(connection, row)


def find_latest(connection: sqlite3.Connection, track_id: TrackId) -> RecycledFile | None:
    """Return what was recycled last of a track's files."""
    row = connection.execute(
        """
        SELECT * FROM recycled_file WHERE state = 'kept' AND id IN (
            SELECT recycled_id FROM recycled_track WHERE track_id = ?
        ) ORDER BY recycled_at DESC, id DESC LIMIT 1
        """,
        (track_id,),
    ).fetchone()
    return None if row is None else _file(connection, row)


def find_wanted(connection: sqlite3.Connection, spotify_id: str) -> tuple[RecycledId, ...]:
    """Return files that were recycled as removed and that a playlist wants again, the latest of each track."""
    rows = connection.execute(
        """
        SELECT max(file.id) AS id FROM recycled_file AS file
        JOIN recycled_track AS link ON link.recycled_id = file.id
        JOIN wanted_entry AS wanted ON wanted.track_id = link.track_id
        JOIN playlist ON playlist.id = wanted.playlist_id
        WHERE playlist.spotify_id = ? AND file.state = 'kept'
            AND json_extract(file.reason, '$.key') = ?
        GROUP BY link.track_id
        """,
        (spotify_id, REMOVED),
    )
    return tuple(dict.fromkeys(RecycledId(row["id"]) for row in rows))


def list_files(connection: sqlite3.Connection, limit: int, offset: int) -> tuple[RecycledFile, ...]:
    """Return a page of what lies in the bin, the latest first."""
    rows = connection.execute(
        """
        SELECT * FROM recycled_file WHERE state = 'kept'
        ORDER BY recycled_at DESC, id DESC LIMIT ? OFFSET ?
        """,
        (limit, offset),
    ).fetchall()
    return tuple(_file(connection, row) for row in rows)


def measure(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many files lie in the bin, and their bytes."""
    row = connection.execute(
        "SELECT count(*), coalesce(sum(size), 0) FROM recycled_file WHERE state = 'kept'"
    ).fetchone()
    return int(row[0]), int(row[1])


def get_unfinished(connection: sqlite3.Connection) -> tuple[RecycledFile, ...]:
    """Return the files that are on their way, in either direction."""
    rows = connection.execute(
        "SELECT * FROM recycled_file WHERE state != 'kept' ORDER BY id"
    ).fetchall()
    return tuple(_file(connection, row) for row in rows)


def get_expired(
    connection: sqlite3.Connection, limit: int, *, before: datetime
) -> tuple[RecycledId, ...]:
    """Return files that lie in the bin since before the moment, the oldest first."""
    rows = connection.execute(
        """
        SELECT id FROM recycled_file WHERE recycled_at < ? AND state != 'restoring'
        ORDER BY recycled_at LIMIT ?
        """,
        (to_column(before), limit),
    )
    return tuple(RecycledId(row["id"]) for row in rows)


def _file(connection: sqlite3.Connection, row: sqlite3.Row) -> RecycledFile:
    """Build a file of the bin from its row."""
    recycled_at, reason = to_datetime(row["recycled_at"]), load_reason(row["reason"])
    assert recycled_at is not None
    assert reason is not None
    links = connection.execute(
        "SELECT track_id FROM recycled_track WHERE recycled_id = ? ORDER BY track_id", (row["id"],)
    )
    return RecycledFile(
        id=RecycledId(row["id"]),
        path=row["path"],
        size=row["size"],
        format=row["format"],
        bit_rate=row["bit_rate"],
        state=RecycledState(row["state"]),
        target=row["target"],
        reason=reason,
        recycled_at=recycled_at,
        track_ids=tuple(TrackId(link["track_id"]) for link in links),
    )
