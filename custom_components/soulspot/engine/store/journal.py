"""Store what happened to each track, bounded."""

from dataclasses import dataclass
from datetime import datetime
import sqlite3
from typing import Any

from ..model import TrackId
from .values import dump, load, to_column, to_datetime

ENTRIES_PER_TRACK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """Hold one thing that happened."""

    at: datetime
    event: str
    data: dict[str, Any]


def write(
    connection: sqlite3.Connection,
    /,
    track_id: TrackId,
    event: str,
    *,
    now: datetime,
    **data: Any,
) -> None:
    """Add an entry and drop the oldest ones above the bound."""
    connection.execute(
        "INSERT INTO journal (track_id, at, event, data) VALUES (?, ?, ?, ?)",
        (track_id, to_column(now), event, dump(data)),
    )
    connection.execute(
        """
        DELETE FROM journal WHERE track_id = ? AND id <= (
            SELECT id FROM journal WHERE track_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?
        )
        """,
        (track_id, track_id, ENTRIES_PER_TRACK),
    )


def read(connection: sqlite3.Connection, track_id: TrackId) -> tuple[JournalEntry, ...]:
    """Return a track's journal, oldest first."""
    entries = []
    for row in connection.execute(
        "SELECT * FROM journal WHERE track_id = ? ORDER BY id", (track_id,)
    ):
        at = to_datetime(row["at"])
        assert at is not None
        entries.append(JournalEntry(at=at, event=row["event"], data=load(row["data"])))
    return tuple(entries)
