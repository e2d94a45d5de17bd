"""Store the ranked candidates of a download, and why some are used up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import sqlite3
from typing import Any

from ..model import DownloadId, Reason
from .values import dump, dump_reason, load, load_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCandidate:
    """Hold a ranked candidate as the matching wrote it; `failure` says why it is used up."""

    position: int
    data: dict[str, Any]
    failure: Reason | None
    is_chosen: bool = False  # By a person.


def save_candidates(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    pool: Sequence[dict[str, Any]],
) -> None:
    """Replace the ranked pool by that of a new search."""
    connection.execute("DELETE FROM candidate WHERE download_id = ?", (download_id,))
    connection.executemany(
        "INSERT INTO candidate (download_id, position, data) VALUES (?, ?, ?)",
        [(download_id, position, dump(data)) for position, data in enumerate(pool)],
    )


def get_candidates(
    connection: sqlite3.Connection, download_id: DownloadId
) -> tuple[StoredCandidate, ...]:
    """Return the ranked pool, best first."""
    rows = connection.execute(
        "SELECT * FROM candidate WHERE download_id = ? ORDER BY position",
        (download_id,),
    )
    return tuple(
        StoredCandidate(
            position=row["position"],
            data=load(row["data"]),
            failure=load_reason(row["failure"]),
            is_chosen=bool(row["is_chosen"]),
        )
        for row in rows
    )


def fail_candidate(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    position: int,
    reason: Reason,
) -> None:
    """Use a candidate up."""
    connection.execute(
        "UPDATE candidate SET failure = ? WHERE download_id = ? AND position = ?",
        (dump_reason(reason), download_id, position),
    )


def mark_chosen(connection: sqlite3.Connection, download_id: DownloadId, position: int) -> None:
    """Remember that a person has chosen this candidate."""
    connection.execute(
        "UPDATE candidate SET is_chosen = 1 WHERE download_id = ? AND position = ?",
        (download_id, position),
    )


def unmark_chosen(connection: sqlite3.Connection, download_id: DownloadId) -> None:
    """Forget what a person has chosen."""
    connection.execute(
        "UPDATE candidate SET is_chosen = 0 WHERE download_id = ? AND is_chosen = 1",
        (download_id,),
    )


def revive_candidates(
    connection: sqlite3.Connection, download_id: DownloadId, keys: Iterable[str]
) -> int:
    """Let the candidates that failed for one of these reasons be asked once more; return how many."""
    return connection.execute(
        """
        UPDATE candidate SET failure = NULL WHERE download_id = ?
            AND json_extract(failure, '$.key') IN (SELECT value FROM json_each(?))
        """,
        (download_id, dump(list(keys))),
    ).rowcount
