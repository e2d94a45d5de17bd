"""Say when to leave a transfer, phase by phase, so that the next source gets its chance."""

from dataclasses import dataclass
from datetime import timedelta

from ...slskd.models import FailureKind, Transfer, TransferState

# slskd itself knows no limit in the remote queue; its local queue is the user's own setting and may be
# long. Every second counts only while slskd could be watched.
_PHASES = {
    TransferState.QUEUED_LOCALLY: timedelta(hours=24),
    TransferState.REQUESTED: timedelta(minutes=5),
    TransferState.QUEUED_REMOTELY: timedelta(minutes=30),
    TransferState.INITIALIZING: timedelta(minutes=5),
    TransferState.UNKNOWN: timedelta(minutes=30),  # Of a later slskd.
}
_STALL = timedelta(minutes=2)
# Enough for the peer's queue and for what slskd repeats by itself; bytes come on top at a crawl.
_ALL_BUT_BYTES = timedelta(hours=1)
_SLOWEST = 8_000  # bytes/s


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """Say for how long a living transfer was watched in its phase, without a byte, and in all.

    `in_all` leaves out the wait for a slot of slskd's own, and is None while that cannot be told.
    """

    in_phase: timedelta
    without_bytes: timedelta
    in_all: timedelta | None


def total_deadline(size: int) -> timedelta:
    """Return how long a file of so many bytes may take in all, once slskd has asked for it."""
    return _ALL_BUT_BYTES + timedelta(seconds=size / _SLOWEST)


def wait_for_slot(row: Transfer) -> timedelta | None:
    """Return how long slskd has kept a transfer for itself, by its own clock; None until it is told."""
    left_at = row.enqueued_at or row.started_at
    if left_at is None or row.requested_at is None:
        return None
    return max(left_at - row.requested_at, timedelta())


def overdue(row: Transfer, size: int, waited: Waited) -> FailureKind | None:
    """Return why a transfer of so many bytes that has not ended is to be left, or None to wait on."""
    state = row.state
    if state is TransferState.QUEUED_LOCALLY:
        # The peer was never asked and has no part in it.
        return FailureKind.CANCELLED if waited.in_phase >= _PHASES[state] else None
    is_late = waited.in_all is not None and waited.in_all >= total_deadline(size)
    if state is TransferState.IN_PROGRESS:
        if waited.without_bytes >= _STALL:
            return FailureKind.STALLED
        return FailureKind.TOO_SLOW if is_late else None
    if is_late or waited.in_phase >= _PHASES[state]:
        return FailureKind.SILENT
    return None
