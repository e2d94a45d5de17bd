"""Store jobs: claimed by priority and fair turns, never scanned as a whole."""

from dataclasses import dataclass
from datetime import datetime, timedelta
import sqlite3
from typing import Any

from ..model import JobId, JobKind, JobState, Priority, Reason
from . import tally
from .values import dump, dump_reason, load, load_reason, to_column, to_datetime

# Nothing waits longer on purpose: a job due later than this was stored by a clock that went wrong.
_LONGEST_WAIT = timedelta(days=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Hold one job; `subject` is what it is about, unique among the living of its kind."""

    id: JobId
    kind: JobKind
    subject: str
    payload: dict[str, Any]
    state: JobState
    reason: Reason | None
    attempts: int
    run_at: datetime
    finished_at: datetime | None


def add_job(
    connection: sqlite3.Connection,
    kind: JobKind,
    subject: str,
    *,
    now: datetime,
    payload: dict[str, Any] | None = None,
    priority: Priority = Priority.PLAYLIST,
    lane: str = "",
    run_at: datetime | None = None,
) -> JobId:
    """Add a job, or return the living one about the same subject, raised to the priority.

    `lane` names the group (a playlist) among which turns are shared fairly. A job that runs at this
    moment may have looked already: it runs once more when it has ended.
    """
    alive = find_alive(connection, kind, subject)
    if alive is not None:
        raise_priority(connection, alive, priority, now=now)
        connection.execute(
            "UPDATE job SET asked_again = 1 WHERE id = ? AND state = 'running'", (alive.id,)
        )
        return alive.id
    due = run_at or now
    state = JobState.WAITING if due > now else JobState.PENDING
    cursor = connection.execute(
        """
        INSERT INTO job (kind, subject, payload, state, priority, lane, turn, run_at, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            kind.value,
            subject,
            dump(payload or {}),
            state.value,
            priority.rank,
            lane,
            _next_turn(connection, kind, priority, lane),
            to_column(due),
            to_column(now),
        ),
    )
    return JobId(cursor.lastrowid or 0)


def raise_priority(
    connection: sqlite3.Connection, job: Job, priority: Priority, *, now: datetime
) -> None:
    """Let a living job go before others; what a person asks for does not wait for its time."""
    connection.execute(
        "UPDATE job SET priority = min(priority, ?) WHERE id = ?", (priority.rank, job.id)
    )
    if priority is Priority.USER:
        wake(connection, job.id, now=now)


def wake_due(connection: sqlite3.Connection, *, now: datetime) -> int:
    """Let the waiting jobs run whose time has come, and return how many."""
    due = connection.execute(
        "UPDATE job SET state = 'pending' WHERE state = 'waiting' AND run_at <= ?",
        (to_column(now),),
    )
    impossible = connection.execute(
        "UPDATE job SET state = 'pending' WHERE state = 'waiting' AND run_at > ?",
        (to_column(now + _LONGEST_WAIT),),
    )
    return due.rowcount + impossible.rowcount


def claim_next(connection: sqlite3.Connection, kind: JobKind, *, now: datetime) -> Job | None:
    """Take the pending job whose turn it is and mark it running."""
    row = connection.execute(
        "SELECT * FROM job WHERE kind = ? AND state = 'pending' ORDER BY priority, turn, id LIMIT 1",
        (kind.value,),
    ).fetchone()
    if row is None:
        return None
    connection.execute(
        "UPDATE job SET state = 'running', started_at = ?, attempts = attempts + 1 WHERE id = ?",
        (to_column(now), row["id"]),
    )
    connection.execute(
        """
        INSERT INTO job_lane (kind, priority, lane, turn) VALUES (?, ?, '', ?)
        ON CONFLICT (kind, priority, lane) DO UPDATE SET turn = max(turn, excluded.turn)
        """,
        (row["kind"], row["priority"], row["turn"]),
    )
    return get_job(connection, JobId(row["id"]))


def finish(
    connection: sqlite3.Connection,
    job_id: JobId,
    state: JobState,
    *,
    now: datetime,
    reason: Reason | None = None,
) -> bool:
    """End a job for good; False when it had ended before, or was asked for again and goes on."""
    if _begin_again(connection, job_id, now=now):
        return False
    cursor = connection.execute(
        "UPDATE job SET state = ?, reason = ?, finished_at = ? WHERE id = ? AND state IN ('pending', 'waiting', 'running')",
        (state.value, dump_reason(reason), to_column(now), job_id),
    )
    return cursor.rowcount > 0


def cancel(
    connection: sqlite3.Connection, kind: JobKind, subject: str, *, now: datetime
) -> Job | None:
    """End the living job about a subject, asked for again or not; return it as it was, if any."""
    alive = find_alive(connection, kind, subject)
    if alive is not None:
        connection.execute(
            "UPDATE job SET state = 'cancelled', asked_again = 0, finished_at = ? WHERE id = ?",
            (to_column(now), alive.id),
        )
    return alive


def postpone(
    connection: sqlite3.Connection,
    job_id: JobId,
    *,
    now: datetime,
    until: datetime,
    reason: Reason | None,
    is_attempt: bool = True,
) -> None:
    """Let a job wait; a pause that is nobody's failure does not count as an attempt."""
    if _begin_again(connection, job_id, now=now):
        return
    connection.execute(
        """
        UPDATE job SET state = 'waiting', run_at = ?, reason = ?, attempts = max(attempts - ?, 0)
        WHERE id = ? AND state IN ('pending', 'waiting', 'running')
        """,
        (to_column(until), dump_reason(reason), 0 if is_attempt else 1, job_id),
    )


def wake(connection: sqlite3.Connection, job_id: JobId, *, now: datetime) -> None:
    """Let a waiting job run now."""
    connection.execute(
        "UPDATE job SET state = 'pending', run_at = ? WHERE id = ? AND state = 'waiting'",
        (to_column(now), job_id),
    )


def put_first(connection: sqlite3.Connection, job_id: JobId) -> None:
    """Let a job that costs nobody a turn go before all others of its priority."""
    connection.execute("UPDATE job SET turn = 0 WHERE id = ? AND state = 'pending'", (job_id,))


def recover(connection: sqlite3.Connection, *, now: datetime) -> int:
    """Return jobs that a killed process left running to the queue."""
    cursor = connection.execute(
        """
        UPDATE job SET state = 'pending', run_at = ?, asked_again = 0, attempts = max(attempts - 1, 0)
        WHERE state = 'running'
        """,
        (to_column(now),),
    )
    return cursor.rowcount


def next_due(connection: sqlite3.Connection) -> datetime | None:
    """Return when the next waiting job is due."""
    row = connection.execute(
        "SELECT run_at FROM job WHERE state = 'waiting' ORDER BY run_at LIMIT 1"
    ).fetchone()
    return None if row is None else to_datetime(row["run_at"])


def get_job(connection: sqlite3.Connection, job_id: JobId) -> Job | None:
    """Return a job, or None when it was pruned."""
    row = connection.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
    return None if row is None else _job(row)


def find_alive(connection: sqlite3.Connection, kind: JobKind, subject: str) -> Job | None:
    """Return the living job about a subject."""
    row = connection.execute(
        "SELECT * FROM job WHERE kind = ? AND subject = ? AND state IN ('pending', 'waiting', 'running')",
        (kind.value, subject),
    ).fetchone()
    return None if row is None else _job(row)


def count_states(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the living jobs by state, and the failed ones that are still kept."""
    counted = tally.count(connection, "job")
    shown = ("pending", "waiting", "running", "failed")
    return {state: counted[state] for state in shown if counted.get(state)}


def are_pending(connection: sqlite3.Connection, kind: JobKind, number: int) -> bool:
    """Tell whether at least so many jobs of a kind could begin now; looks at no more than those."""
    rows = connection.execute(
        "SELECT 1 FROM job WHERE kind = ? AND state = 'pending' LIMIT ?", (kind.value, number)
    )
    return len(rows.fetchall()) >= number


def prune(connection: sqlite3.Connection, *, before: datetime) -> int:
    """Forget jobs that ended before the moment."""
    cursor = connection.execute(
        "DELETE FROM job WHERE state IN ('completed', 'failed', 'cancelled') AND finished_at < ?",
        (to_column(before),),
    )
    return cursor.rowcount


def _begin_again(connection: sqlite3.Connection, job_id: JobId, *, now: datetime) -> bool:
    """Return a job to the queue that was asked for again while it ran."""
    cursor = connection.execute(
        """
        UPDATE job SET state = 'pending', run_at = ?, reason = NULL, asked_again = 0, attempts = 0
        WHERE id = ? AND state = 'running' AND asked_again = 1
        """,
        (to_column(now), job_id),
    )
    return cursor.rowcount > 0


def _next_turn(connection: sqlite3.Connection, kind: JobKind, priority: Priority, lane: str) -> int:
    """Return the lane's next turn: never before the turn being served, so a new lane need not queue up."""
    name = f"lane:{lane}"  # The empty name holds the turn being served.
    turns: dict[str, int] = {
        row["lane"]: row["turn"]
        for row in connection.execute(
            "SELECT lane, turn FROM job_lane WHERE kind = ? AND priority = ? AND lane IN ('', ?)",
            (kind.value, priority.rank, name),
        )
    }
    turn = max(turns.get("", 0), turns.get(name, 0) + 1)
    connection.execute(
        """
        INSERT INTO job_lane (kind, priority, lane, turn) VALUES (?, ?, ?, ?)
        ON CONFLICT (kind, priority, lane) DO UPDATE SET turn = excluded.turn
        """,
        (kind.value, priority.rank, name, turn),
    )
    return turn


def _job(row: sqlite3.Row) -> Job:
    """Build a job from its row."""
    run_at = to_datetime(row["run_at"])
    assert run_at is not None
    return Job(
        id=JobId(row["id"]),
        kind=JobKind(row["kind"]),
        subject=row["subject"],
        payload=load(row["payload"]),
        state=JobState(row["state"]),
        reason=load_reason(row["reason"]),
        attempts=row["attempts"],
        run_at=run_at,
        finished_at=to_datetime(row["finished_at"]),
    )
