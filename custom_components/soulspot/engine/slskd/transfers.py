"""Judge rows of slskd's downloads: alive, done, failed for good, or not to be told yet."""

from collections.abc import Iterable
from datetime import UTC, datetime

from .failures import classify, failure
from .models import FailureKind, Features, Outcome, Transfer, TransferState, Verdict

DEFAULT_RETRY_ATTEMPTS = 3
RETRY_GRACE_S = 30.0  # A row that is retried flashes "Completed" before it is queued again.
ENQUEUE_GRACE_S = 15.0  # So does one whose enqueue task ended badly although the peer took it.
RESTART_GRACE_S = 300.0  # After a restart and login slskd asks again by itself.
_USUAL_MAXIMUM_DELAY_S = 60.0
_NEVER = datetime.min.replace(tzinfo=UTC)

_FINAL = frozenset({TransferState.REJECTED, TransferState.ABORTED, TransferState.CANCELLED})


def judge(
    transfer: Transfer,
    features: Features,
    *,
    first_seen_completed_at: datetime | None,
    now: datetime,
    retry_attempts: int | None = None,
    retry_maximum_delay_s: float | None = None,
) -> Verdict:
    """Say what a row means for the file that is wanted.

    `first_seen_completed_at` is when the caller first saw this row completed (None: just now); forget
    it when the row is alive again. `retry_attempts` and `retry_maximum_delay_s` (seconds) are slskd's
    configuration, None when unknown. Only meaningful while slskd is logged in. A succeeded row still
    has to be found on the disk: slskd says "succeeded" before it moves the file.
    """
    state = transfer.state
    if state.is_alive:
        return Verdict(outcome=Outcome.ALIVE, state=state)
    if state is TransferState.UNKNOWN:
        return Verdict(outcome=Outcome.UNDECIDED, state=state)
    if state is TransferState.SUCCEEDED:
        if transfer.exception is None:
            return Verdict(outcome=Outcome.SUCCEEDED, state=state)
        moved_badly = failure(FailureKind.LOCAL_STORAGE)
        return Verdict(outcome=Outcome.FAILED, state=state, failure=moved_badly)
    why = classify(
        transfer.exception,
        state=state,
        username=transfer.username,
        filename=transfer.filename,
    )
    waited = (now - (first_seen_completed_at or now)).total_seconds()
    grace = _grace_s(transfer, features, why.kind, retry_attempts, retry_maximum_delay_s)
    outcome = Outcome.FAILED if waited >= grace else Outcome.UNDECIDED
    return Verdict(outcome=outcome, state=state, failure=why)


def _grace_s(
    transfer: Transfer,
    features: Features,
    kind: FailureKind,
    retry_attempts: int | None,
    retry_maximum_delay_s: float | None,
) -> float:
    """Return for how many seconds slskd may still revive a row that completed badly."""
    if transfer.state in _FINAL:
        return 0.0
    if kind is FailureKind.SLSKD_RESTARTED:
        return RESTART_GRACE_S
    if features.automatic_retries:
        allowed = DEFAULT_RETRY_ATTEMPTS if retry_attempts is None else retry_attempts
        if transfer.attempts is not None and transfer.attempts >= allowed:
            return 0.0
        longer = max((retry_maximum_delay_s or 0.0) - _USUAL_MAXIMUM_DELAY_S, 0.0)
        return RETRY_GRACE_S + longer
    return ENQUEUE_GRACE_S if features.asynchronous_enqueue else 0.0


def choose_row(rows: Iterable[Transfer], username: str, filename: str) -> Transfer | None:
    """Return the row that speaks for a file, or None.

    An alive row wins, then the newest. Ids change when slskd restarts, so rows are matched by peer and
    file. Up to 0.23 asking twice left failed rows beside the real one: those never speak.
    """
    matching = (
        row
        for row in rows
        if row.username == username and row.filename == filename and not is_duplicate(row)
    )
    return max(
        matching,
        key=lambda row: (row.is_alive, row.requested_at or _NEVER),
        default=None,
    )


def is_duplicate(row: Transfer) -> bool:
    """Tell whether a row failed only because another one of the same file was there before."""
    if row.state is not TransferState.ERRORED or row.exception is None:
        return False
    found = classify(row.exception, username=row.username, filename=row.filename)
    return found.kind is FailureKind.DUPLICATE
