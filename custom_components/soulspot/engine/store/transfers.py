"""Store the one living transfer of a download."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
import sqlite3

from ..model import DownloadId, TrackId
from .values import dump, load, to_column, to_datetime

_TRANSFER = """
SELECT transfer.*, download.track_id FROM transfer JOIN download ON download.id = transfer.download_id
"""
_TRANSFER_OF = _TRANSFER + "WHERE transfer.download_id = ?"
_TRANSFERS_WATCHED = _TRANSFER + "WHERE download.state = 'transferring' ORDER BY transfer.id"
_TRANSFERS_WITH = """
SELECT transfer.*, download.track_id FROM transfer JOIN download ON download.id = transfer.download_id
WHERE transfer.username IN (SELECT value FROM json_each(?)) AND download.state = 'transferring'
"""


_PHASES_KEPT = 20  # slskd's retries go through the same ones again.


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
            transfer_id = NULL, phases = '[]', phase = excluded.phase, phase_since = excluded.phase_since,
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
        """
        UPDATE transfer SET phase = ?, phase_since = ?,
            phases = CASE WHEN json_array_length(phases) >= ? THEN phases
                ELSE json_insert(phases, '$[#]', json_array(phase, phase_since)) END
        WHERE download_id = ? AND phase != ?
        """,
        (phase, to_column(now), _PHASES_KEPT, download_id, phase),
    )


def get_phases(connection: sqlite3.Connection, download_id: DownloadId) -> list[dict[str, str]]:
    """Return the phases of a transfer with the moments they began, as the journal keeps them."""
    row = connection.execute(
        "SELECT phases, phase, phase_since FROM transfer WHERE download_id = ?", (download_id,)
    ).fetchone()
    if row is None:
        return []
    known = [*load(row["phases"]), (row["phase"], row["phase_since"])]
    moments = ((phase, to_datetime(since)) for phase, since in known)
    return [{"phase": phase, "at": at.isoformat()} for phase, at in moments if at is not None]


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


def is_current(connection: sqlite3.Connection, transfer: StoredTransfer) -> bool:
    """Tell whether a download still lives by this transfer: meanwhile it may have been cancelled."""
    row = connection.execute(
        """
        SELECT transfer.requested_at, transfer.position FROM transfer
        JOIN download ON download.id = transfer.download_id
        WHERE transfer.download_id = ? AND download.state = 'transferring'
        """,
        (transfer.download_id,),
    ).fetchone()
    return row is not None and (to_datetime(row["requested_at"]), row["position"]) == (
        transfer.requested_at,
        transfer.position,
    )


def is_wanted(connection: sqlite3.Connection, username: str, remote_path: str) -> bool:
    """Tell whether some download lives by this file of this peer."""
    row = connection.execute(
        "SELECT 1 FROM transfer WHERE username = ? AND remote_path = ?", (username, remote_path)
    ).fetchone()
    return row is not None


def list_transfers(
    connection: sqlite3.Connection, usernames: Iterable[str] | None = None
) -> tuple[StoredTransfer, ...]:
    """Return the transfers that are to be watched, those with some peers or all."""
    if usernames is None:
        rows = connection.execute(_TRANSFERS_WATCHED)
    else:
        rows = connection.execute(_TRANSFERS_WITH, (dump(list(usernames)),))
    return tuple(_transfer(row) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPeers:
    """Hold the peers of watched transfers, each with their number and the latest request."""

    change: int  # Another number whenever a transfer came, went or was asked for anew.
    marks: dict[str, tuple[int, float]]


def watched_peers(connection: sqlite3.Connection, known: WatchedPeers | None) -> WatchedPeers:
    """Return the peers of watched transfers; what is known is returned while nothing has changed."""
    change = int(connection.execute("SELECT number FROM transfer_change").fetchone()[0])
    if known is not None and known.change == change:
        return known
    return WatchedPeers(change=change, marks=transfer_peers(connection))


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
