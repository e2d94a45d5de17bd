"""Store what checks found out: about contents, and about the files that came for a track."""

from dataclasses import dataclass
from datetime import UTC, datetime
import sqlite3
from typing import Any

from ..model import Reason, TrackId
from .values import clean, dump, dump_reason, load, load_reason, to_column

CONTENTS_KEPT = 10_000
VERDICTS_KEPT = 20_000
VERDICTS_A_TRACK = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """Hold what was found out about one file of one peer; `reason` is None when it was accepted."""

    content: str
    username: str
    reason: Reason | None
    data: dict[str, Any]  # As the checks wrote it.
    at: datetime


def get_examination(connection: sqlite3.Connection, content: str) -> dict[str, Any] | None:
    """Return what is known about a content, None when it never came before."""
    row = connection.execute(
        "SELECT data FROM examination WHERE content = ?", (content,)
    ).fetchone()
    return None if row is None else load(row["data"])


def save_examination(
    connection: sqlite3.Connection, content: str, data: dict[str, Any], *, now: datetime
) -> None:
    """Remember a content, and forget those that came longest ago above the bound."""
    connection.execute(
        "INSERT OR REPLACE INTO examination (content, data, seen_at) VALUES (?, ?, ?)",
        (content, dump(data), to_column(now)),
    )
    connection.execute(
        """
        DELETE FROM examination WHERE content IN
            (SELECT content FROM examination ORDER BY seen_at DESC LIMIT -1 OFFSET ?)
        """,
        (CONTENTS_KEPT,),
    )


def save_verdict(
    connection: sqlite3.Connection,
    track_id: TrackId,
    *,
    content: str,
    username: str,
    reason: Reason | None,
    data: dict[str, Any],
    now: datetime,
) -> None:
    """Remember a verdict, in place of an older one about the same content of the same peer."""
    connection.execute(
        """
        INSERT OR REPLACE INTO verdict (track_id, content, username, reason, data, at)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        (track_id, content, clean(username), dump_reason(reason), dump(data), to_column(now)),
    )
    connection.execute(
        """
        DELETE FROM verdict WHERE id IN
            (SELECT id FROM verdict WHERE track_id = ? ORDER BY id DESC LIMIT -1 OFFSET ?)
        """,
        (track_id, VERDICTS_A_TRACK),
    )
    connection.execute(
        "DELETE FROM verdict WHERE id IN (SELECT id FROM verdict ORDER BY id DESC LIMIT -1 OFFSET ?)",
        (VERDICTS_KEPT,),
    )


def get_verdicts(connection: sqlite3.Connection, track_id: TrackId) -> tuple[StoredVerdict, ...]:
    """Return what was found out about the files that came for a track, newest first."""
    rows = connection.execute(
        "SELECT * FROM verdict WHERE track_id = ? ORDER BY id DESC", (track_id,)
    )
    return tuple(
        StoredVerdict(
            content=row["content"],
            username=row["username"],
            reason=load_reason(row["reason"]),
            data=load(row["data"]),
            at=datetime.fromtimestamp(row["at"], UTC),
        )
        for row in rows
    )


def count_failed_contents(connection: sqlite3.Connection, track_id: TrackId, key: str) -> int:
    """Count the different contents that failed with the reason of this key."""
    row = connection.execute(
        """
        SELECT count(DISTINCT content) FROM verdict
        WHERE track_id = ? AND json_extract(reason, '$.key') = ?
        """,
        (track_id, key),
    ).fetchone()
    return int(row[0])


def count_rows(connection: sqlite3.Connection) -> dict[str, int]:
    """Count what is stored, for diagnostics."""
    return {
        name: int(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608
        for name in ("examination", "verdict")
    }
