"""Store downloads with their ranked candidates and their one living transfer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
import sqlite3
from typing import Any

from ..model import Download, DownloadId, DownloadState, JobKind, Priority, Quality, Reason, TrackId
from . import jobs
from .values import clean, dump, dump_reason, load, load_reason, to_column, to_datetime

_DOWNLOAD = """
SELECT download.*, transfer.username, transfer.remote_path, transfer.size
FROM download LEFT JOIN transfer ON transfer.download_id = download.id
"""
_BY_ID = _DOWNLOAD + "WHERE download.id = ?"
_BY_TRACK = _DOWNLOAD + "WHERE download.track_id = ?"
_OF_TRACKS = """
SELECT download.*, transfer.username, transfer.remote_path, transfer.size
FROM download LEFT JOIN transfer ON transfer.download_id = download.id
WHERE download.track_id IN (SELECT value FROM json_each(?))
"""
_PAGE = """
SELECT download.*, transfer.username, transfer.remote_path, transfer.size
FROM download LEFT JOIN transfer ON transfer.download_id = download.id
WHERE download.state IN (SELECT value FROM json_each(?))
ORDER BY download.updated_at DESC, download.id LIMIT ? OFFSET ?
"""
_SIBLINGS = """
SELECT download.*, transfer.username, transfer.remote_path, transfer.size
FROM download JOIN track AS sibling ON sibling.id = download.track_id
LEFT JOIN transfer ON transfer.download_id = download.id
WHERE sibling.album_id = (SELECT album_id FROM track WHERE id = ?) AND sibling.id != ?
    AND download.state IN ('queued', 'not_available') AND download.query IS NULL
ORDER BY download.id LIMIT ?
"""
_TRANSFER = """
SELECT transfer.*, download.track_id FROM transfer JOIN download ON download.id = transfer.download_id
"""
_TRANSFER_OF = _TRANSFER + "WHERE transfer.download_id = ?"
_TRANSFERS_WATCHED = _TRANSFER + "WHERE download.state = 'transferring' ORDER BY transfer.id"
_TRANSFERS_WITH = """
SELECT transfer.*, download.track_id FROM transfer JOIN download ON download.id = transfer.download_id
WHERE transfer.username IN (SELECT value FROM json_each(?)) AND download.state = 'transferring'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCandidate:
    """Hold a ranked candidate as the matching wrote it; `failure` says why it is used up."""

    position: int
    data: dict[str, Any]
    failure: Reason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProgress:
    """Hold how far the searches for a track are."""

    query_position: int
    rounds: int  # Times that all queries were tried.
    results: int  # Files seen in this round.


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTransfer:
    """Hold the transfer that a download lives by; ids are None until slskd told them."""

    id: int
    download_id: DownloadId
    track_id: TrackId
    position: int
    username: str
    remote_path: str
    size: int
    batch_id: str | None
    transfer_id: str | None
    phase: str
    phase_since: datetime
    requested_at: datetime
    acknowledged: bool


def request_download(
    connection: sqlite3.Connection,
    track_id: TrackId,
    *,
    quality: Quality,
    query: str | None,
    now: datetime,
    priority: Priority = Priority.PLAYLIST,
    lane: str = "",
) -> DownloadId:
    """Create the track's download, or start a finished one afresh; a living one is kept.

    Every further step of it is queued with its priority and in its lane.
    """
    present = find_download(connection, track_id)
    if present is not None and not present.state.is_final:
        return present.id
    if present is not None:
        connection.execute("DELETE FROM candidate WHERE download_id = ?", (present.id,))
        connection.execute("DELETE FROM transfer WHERE download_id = ?", (present.id,))
    row = connection.execute(
        """
        INSERT INTO download (track_id, state, quality, query, priority, lane, created_at, updated_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (track_id) DO UPDATE SET state = excluded.state, reason = NULL, quality = excluded.quality,
            query = excluded.query, priority = excluded.priority, lane = excluded.lane, results = 0,
            query_position = 0, rounds = 0, local_path = NULL, filing_path = NULL,
            updated_at = excluded.updated_at
        RETURNING id
        """,
        (
            track_id,
            DownloadState.QUEUED.value,
            quality.value,
            query and clean(query),
            priority.rank,
            lane,
            to_column(now),
            to_column(now),
        ),
    ).fetchone()
    return DownloadId(row["id"])


def queue_step(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    *,
    now: datetime,
    run_at: datetime | None = None,
) -> None:
    """Let a job take the download's next step, now or at a moment, with its priority and lane."""
    row = connection.execute(
        "SELECT track_id, priority, lane FROM download WHERE id = ?", (download_id,)
    ).fetchone()
    if row is None:
        return
    jobs.add_job(
        connection,
        JobKind.DOWNLOAD,
        f"track:{row['track_id']}",
        now=now,
        payload={"download": download_id},
        priority=list(Priority)[row["priority"]],
        lane=row["lane"],
        run_at=run_at,
    )


def raise_priority(connection: sqlite3.Connection, track_id: TrackId, *, now: datetime) -> None:
    """Let what a person asked for go before the rest; a running transfer is not touched."""
    connection.execute(
        "UPDATE download SET priority = ? WHERE track_id = ?", (Priority.USER.rank, track_id)
    )
    alive = jobs.find_alive(connection, JobKind.DOWNLOAD, f"track:{track_id}")
    if alive is not None:
        jobs.raise_priority(connection, alive, Priority.USER, now=now)


def set_state(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    state: DownloadState,
    *,
    now: datetime,
    reason: Reason | None = None,
) -> None:
    """Move a download on; the reason of the state before is replaced."""
    connection.execute(
        """
        UPDATE download SET state = ?, reason = ?, updated_at = ?,
            filed_at = CASE WHEN ? = 'filed' THEN ? ELSE filed_at END WHERE id = ?
        """,
        (
            state.value,
            dump_reason(reason),
            to_column(now),
            state.value,
            to_column(now),
            download_id,
        ),
    )


def save_progress(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    *,
    query_position: int,
    rounds: int,
    results: int,
) -> None:
    """Remember how far the searches are: the next query, the rounds done, the files seen."""
    connection.execute(
        "UPDATE download SET query_position = ?, rounds = ?, results = ? WHERE id = ?",
        (query_position, rounds, results, download_id),
    )


def set_local_path(connection: sqlite3.Connection, download_id: DownloadId, path: str) -> None:
    """Remember where the complete file lies, as this process sees it."""
    connection.execute("UPDATE download SET local_path = ? WHERE id = ?", (path, download_id))


def keep_filing_path(connection: sqlite3.Connection, download_id: DownloadId, path: str) -> str:
    """Write down where the file is about to go, and return where it was to go the first time.

    A process killed after the file was swapped in files it at the same place again, whatever its tags
    say by then.
    """
    row = connection.execute(
        "UPDATE download SET filing_path = coalesce(filing_path, ?) WHERE id = ? RETURNING filing_path",
        (clean(path), download_id),
    ).fetchone()
    return path if row is None else str(row["filing_path"])


def forget_filing_path(connection: sqlite3.Connection, download_id: DownloadId) -> None:
    """Forget where a file was to go: another one will take its place."""
    connection.execute("UPDATE download SET filing_path = NULL WHERE id = ?", (download_id,))


def get_progress(connection: sqlite3.Connection, download_id: DownloadId) -> SearchProgress:
    """Return how far the searches are."""
    row = connection.execute(
        "SELECT query_position, rounds, results FROM download WHERE id = ?",
        (download_id,),
    ).fetchone()
    if row is None:
        return SearchProgress(query_position=0, rounds=0, results=0)
    return SearchProgress(
        query_position=row["query_position"],
        rounds=row["rounds"],
        results=row["results"],
    )


def get_download(connection: sqlite3.Connection, download_id: DownloadId) -> Download | None:
    """Return a download, or None when its track was forgotten."""
    row = connection.execute(_BY_ID, (download_id,)).fetchone()
    return None if row is None else _download(row)


def find_download(connection: sqlite3.Connection, track_id: TrackId) -> Download | None:
    """Return the track's download, or None when none was ever asked for."""
    row = connection.execute(_BY_TRACK, (track_id,)).fetchone()
    return None if row is None else _download(row)


def find_downloads(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId]
) -> dict[TrackId, Download]:
    """Return the downloads of the tracks that have one."""
    rows = connection.execute(_OF_TRACKS, (dump(list(track_ids)),))
    return {TrackId(row["track_id"]): _download(row) for row in rows}


def list_downloads(
    connection: sqlite3.Connection,
    states: Iterable[DownloadState] | None,
    limit: int,
    offset: int,
) -> tuple[Download, ...]:
    """Return a page of downloads, the latest changed first."""
    chosen = [state.value for state in (states or DownloadState)]
    rows = connection.execute(_PAGE, (dump(chosen), limit, offset))
    return tuple(_download(row) for row in rows)


def count_states(connection: sqlite3.Connection) -> dict[DownloadState, int]:
    """Count the downloads by state."""
    rows = connection.execute("SELECT state, count(*) AS number FROM download GROUP BY state")
    return {DownloadState(row["state"]): int(row["number"]) for row in rows}


def count_siblings(connection: sqlite3.Connection, track_id: TrackId) -> int:
    """Count the other tracks of the same album that have to be searched for, now or later."""
    row = connection.execute(
        """
        SELECT count(*) FROM track AS sibling JOIN download ON download.track_id = sibling.id
        WHERE sibling.album_id = (SELECT album_id FROM track WHERE id = ?) AND sibling.id != ?
            AND download.state IN ('queued', 'searching', 'not_available')
        """,
        (track_id, track_id),
    ).fetchone()
    return int(row[0])


def waiting_siblings(
    connection: sqlite3.Connection, track_id: TrackId, limit: int = 50
) -> tuple[Download, ...]:
    """Return downloads of the same album's other tracks that wait for a search, without own words."""
    rows = connection.execute(_SIBLINGS, (track_id, track_id, limit))
    return tuple(_download(row) for row in rows)


def count_filed_since(connection: sqlite3.Connection, moment: datetime) -> int:
    """Count the tracks filed since the moment."""
    row = connection.execute(
        "SELECT count(*) FROM download WHERE filed_at IS NOT NULL AND filed_at >= ?",
        (to_column(moment),),
    ).fetchone()
    return int(row[0])


# --- Candidates ----------------------------------------------------------------------------


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


# --- Transfers -----------------------------------------------------------------------------


def start_transfer(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    *,
    position: int,
    username: str,
    remote_path: str,
    size: int,
    batch_id: str | None,
    now: datetime,
) -> int:
    """Write down the intention before slskd is asked, so that a restart can look for it."""
    cursor = connection.execute(
        """
        INSERT INTO transfer (download_id, position, username, remote_path, size, batch_id, phase, phase_since,
                              requested_at) VALUES (?, ?, ?, ?, ?, ?, 'requested', ?, ?)
        ON CONFLICT (download_id) DO UPDATE SET position = excluded.position, username = excluded.username,
            remote_path = excluded.remote_path, size = excluded.size, batch_id = excluded.batch_id,
            transfer_id = NULL, phase = excluded.phase, phase_since = excluded.phase_since,
            requested_at = excluded.requested_at, acknowledged = 0
        """,
        (
            download_id,
            position,
            username,
            remote_path,
            size,
            batch_id,
            to_column(now),
            to_column(now),
        ),
    )
    return int(cursor.lastrowid or 0)


def acknowledge_transfer(
    connection: sqlite3.Connection, download_id: DownloadId, transfer_id: str | None
) -> None:
    """Remember that slskd took the transfer, and under which id."""
    connection.execute(
        "UPDATE transfer SET acknowledged = 1, transfer_id = coalesce(?, transfer_id) WHERE download_id = ?",
        (transfer_id, download_id),
    )


def set_phase(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    phase: str,
    *,
    now: datetime,
) -> None:
    """Remember since when a transfer is in its phase."""
    connection.execute(
        "UPDATE transfer SET phase = ?, phase_since = ? WHERE download_id = ? AND phase != ?",
        (phase, to_column(now), download_id, phase),
    )


def set_phases(
    connection: sqlite3.Connection, phases: Mapping[DownloadId, str], *, now: datetime
) -> None:
    """Remember of many transfers since when they are in their phase."""
    for download_id, phase in phases.items():
        set_phase(connection, download_id, phase, now=now)


def end_transfer(connection: sqlite3.Connection, download_id: DownloadId) -> None:
    """Forget the transfer of a download."""
    connection.execute("DELETE FROM transfer WHERE download_id = ?", (download_id,))


def get_transfer(connection: sqlite3.Connection, download_id: DownloadId) -> StoredTransfer | None:
    """Return the living transfer of a download."""
    row = connection.execute(_TRANSFER_OF, (download_id,)).fetchone()
    return None if row is None else _transfer(row)


def list_transfers(
    connection: sqlite3.Connection, usernames: Iterable[str] | None = None
) -> tuple[StoredTransfer, ...]:
    """Return the transfers that are to be watched, those with some peers or all."""
    if usernames is None:
        rows = connection.execute(_TRANSFERS_WATCHED)
    else:
        rows = connection.execute(_TRANSFERS_WITH, (dump(list(usernames)),))
    return tuple(_transfer(row) for row in rows)


def transfer_peers(connection: sqlite3.Connection) -> dict[str, tuple[int, float]]:
    """Return the peers of watched transfers, each with their number and the latest request."""
    rows = connection.execute(
        """
        SELECT username, count(*) AS number, max(requested_at) AS latest FROM transfer
        JOIN download ON download.id = transfer.download_id
        WHERE download.state = 'transferring' GROUP BY username
        """
    )
    return {row["username"]: (row["number"], row["latest"]) for row in rows}


def _download(row: sqlite3.Row) -> Download:
    """Build a download from its row; live figures are filled in by whoever watches."""
    created_at, updated_at = (
        to_datetime(row["created_at"]),
        to_datetime(row["updated_at"]),
    )
    assert created_at is not None
    assert updated_at is not None
    return Download(
        id=DownloadId(row["id"]),
        track_id=TrackId(row["track_id"]),
        state=DownloadState(row["state"]),
        reason=load_reason(row["reason"]),
        quality=Quality(row["quality"]),
        query=row["query"],
        username=row["username"],
        remote_path=row["remote_path"],
        size=row["size"],
        bytes_transferred=0,
        speed=None,
        local_path=row["local_path"],
        created_at=created_at,
        updated_at=updated_at,
    )


def _transfer(row: sqlite3.Row) -> StoredTransfer:
    """Build a transfer from its row."""
    phase_since, requested_at = (
        to_datetime(row["phase_since"]),
        to_datetime(row["requested_at"]),
    )
    assert phase_since is not None
    assert requested_at is not None
    return StoredTransfer(
        id=row["id"],
        download_id=DownloadId(row["download_id"]),
        track_id=TrackId(row["track_id"]),
        position=row["position"],
        username=row["username"],
        remote_path=row["remote_path"],
        size=row["size"],
        batch_id=row["batch_id"],
        transfer_id=row["transfer_id"],
        phase=row["phase"],
        phase_since=phase_since,
        requested_at=requested_at,
        acknowledged=bool(row["acknowledged"]),
    )
