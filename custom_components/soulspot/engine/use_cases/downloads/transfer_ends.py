"""Store how a transfer ended, together with the step that follows."""

from datetime import datetime
from pathlib import Path
import sqlite3

from ...model import DownloadState, Reason
from ...slskd.models import Failure, FailureKind
from ...store import downloads, journal, network, transfers
from ...store.transfers import StoredTransfer
from ..sources import DISK_PAUSE, use_up


def hand_over(
    connection: sqlite3.Connection,
    transfer: StoredTransfer,
    path: Path | None,
    *,
    row_id: str | None,
    speed: float | None,
    has_library: bool,
    now: datetime,
) -> None:
    """Store that the bytes are here, and queue the filing, in one transaction."""
    if not transfers.is_current(connection, transfer):
        return
    reason = None
    if path is None:
        reason = Reason(key="no_shared_folder")
    else:
        downloads.set_local_path(connection, transfer.download_id, str(path))
        if not has_library:
            reason = Reason(key="no_library_folder")
    downloads.set_state(
        connection,
        transfer.download_id,
        DownloadState.DOWNLOADED,
        now=now,
        reason=reason,
    )
    if row_id is not None:
        network.add_own_row(connection, transfer.username, row_id)
    network.record_delivery(connection, transfer.username, speed=speed, now=now)
    journal.write(
        connection,
        transfer.track_id,
        "downloaded",
        now=now,
        peer=transfer.username,
        phases=transfers.get_phases(connection, transfer.download_id),
    )
    # The candidate's place is kept, so that a failed check can use it up.
    transfers.set_phase(connection, transfer.download_id, "arrived", now=now)
    if path is not None and has_library:
        downloads.queue_filing(connection, transfer.download_id, now=now)


def fail(
    connection: sqlite3.Connection,
    transfer: StoredTransfer,
    why: Failure,
    *,
    row_id: str | None,
    now: datetime,
) -> None:
    """Use the transfer's candidate up and queue the next step."""
    if not transfers.is_current(connection, transfer):
        return
    if row_id is not None:
        network.add_own_row(connection, transfer.username, row_id)
    download = downloads.get_download(connection, transfer.download_id)
    if download is not None:
        position, username = transfer.position, transfer.username
        use_up(connection, download, position, username, why, row_id=None, now=now)
        is_disk_full = why.kind is FailureKind.LOCAL_STORAGE
        run_at = now + DISK_PAUSE if is_disk_full else None
        downloads.queue_step(connection, download.id, now=now, run_at=run_at)


def withdraw(connection: sqlite3.Connection, transfer: StoredTransfer, *, now: datetime) -> None:
    """Forget a transfer that nobody waits for any more, and let its row be stopped and removed."""
    if transfer.transfer_id is not None:
        network.add_own_row(connection, transfer.username, transfer.transfer_id)
    else:
        network.abandon_request(
            connection,
            transfer.username,
            transfer.remote_path,
            batch_id=transfer.batch_id,
            requested_at=transfer.requested_at,
            now=now,
        )
    transfers.end_transfer(connection, transfer.download_id)


def store_lost(connection: sqlite3.Connection, transfer: StoredTransfer, *, now: datetime) -> None:
    """End the download with a reason that names what to do."""
    if not transfers.is_current(connection, transfer):
        return
    reason = Reason(key="downloaded_file_not_found")
    downloads.set_state(
        connection, transfer.download_id, DownloadState.FAILED, now=now, reason=reason
    )
    transfers.end_transfer(connection, transfer.download_id)
    journal.write(
        connection,
        transfer.track_id,
        "failed",
        now=now,
        reason=reason.to_json(),
    )
