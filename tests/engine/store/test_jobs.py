"""Check the table of jobs: whose turn it is, one living job per subject, and no scan of the table."""

from collections import Counter
from datetime import UTC, datetime, timedelta
import sqlite3

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.model import JobId, JobKind, JobState, Priority, Reason
from custom_components.soulspot.engine.store import downloads, jobs, transfers
from custom_components.soulspot.engine.store.jobs import Job

from .conftest import memory_database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PARTIAL = ("INDEX job_next", "INDEX job_due", "INDEX job_running", "INDEX job_failed")
REASON = Reason(key="cannot_connect", placeholders={"service": "slskd"})


def add(
    connection: sqlite3.Connection,
    subject: str,
    *,
    priority: Priority = Priority.PLAYLIST,
    lane: str = "",
    run_at: datetime | None = None,
) -> JobId:
    """Queue a download."""
    return jobs.add_job(
        connection, JobKind.DOWNLOAD, subject, now=NOW, priority=priority, lane=lane, run_at=run_at
    )


def claim(connection: sqlite3.Connection, now: datetime = NOW) -> Job | None:
    """Claim the next download."""
    jobs.wake_due(connection, now=now)
    return jobs.claim_next(connection, JobKind.DOWNLOAD, now=now)


def claim_all(connection: sqlite3.Connection, now: datetime = NOW) -> list[str]:
    """Claim and end everything, and return the subjects in order."""
    order = []
    while (job := claim(connection, now)) is not None:
        jobs.finish(connection, job.id, JobState.COMPLETED, now=now)
        order.append(job.subject)
    return order


def state(connection: sqlite3.Connection, job_id: JobId) -> JobState | None:
    """Return the state of a job."""
    job = jobs.get_job(connection, job_id)
    return None if job is None else job.state


# --- Whose turn it is --------------------------------------------------------------------------


def test_priority_goes_before_age(connection: sqlite3.Connection) -> None:
    """What a person asked for goes first, upgrades last, and each in its own order."""
    for number, priority in enumerate(reversed(list(Priority))):
        add(connection, f"{priority} 1 {number}", priority=priority)
        add(connection, f"{priority} 2 {number}", priority=priority)
    claimed = [subject.rpartition(" ")[0] for subject in claim_all(connection)]
    assert claimed == [f"{priority} {number}" for priority in Priority for number in (1, 2)]


def test_pending_ones_are_counted_as_far_as_asked(connection: sqlite3.Connection) -> None:
    """Neither what waits nor what runs could begin now."""
    for number in range(3):
        add(connection, f"now {number}")
    add(connection, "later", run_at=NOW + timedelta(hours=1))
    assert jobs.are_pending(connection, JobKind.DOWNLOAD, 3)
    assert not jobs.are_pending(connection, JobKind.DOWNLOAD, 4)
    assert claim(connection) is not None
    assert not jobs.are_pending(connection, JobKind.DOWNLOAD, 3)
    assert not jobs.are_pending(connection, JobKind.PLAYLIST_SYNC, 1)


def test_lanes_take_turns(connection: sqlite3.Connection) -> None:
    """A short playlist does not wait for the end of a long one."""
    for number in range(20):
        add(connection, f"long {number}", lane="long")
    for number in range(3):
        add(connection, f"short {number}", lane="short")
    order = claim_all(connection)
    assert [order.index(f"short {number}") for number in range(3)] <= [3, 5, 7]
    assert [subject for subject in order if subject.startswith("long")] == [
        f"long {number}" for number in range(20)
    ]


def test_a_late_lane_begins_at_the_present_turn(connection: sqlite3.Connection) -> None:
    """A playlist that comes when another is half done is served at once, but not exclusively."""
    for number in range(20):
        add(connection, f"old {number}", lane="old")
    served = [claim(connection) for _ in range(10)]
    assert all(served)
    for number in range(10):
        add(connection, f"new {number}", lane="new")
    next_ones = Counter(subject.split()[0] for subject in claim_all(connection)[:10])
    assert next_ones == {"old": 5, "new": 5}


def test_a_persons_jobs_do_not_move_the_playlists_turns(connection: sqlite3.Connection) -> None:
    """However much a person asked for by hand, a new playlist is not put behind an old one."""
    for number in range(50):
        add(connection, f"user {number}", priority=Priority.USER)
    for number in range(20):
        add(connection, f"old {number}", lane="old")
    for _ in range(55):
        claim(connection)
    add(connection, "new", lane="new")
    assert claim_all(connection).index("new") <= 1


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.sampled_from(list(Priority))),
        max_size=30,
    )
)
def test_a_subject_has_one_living_job(wishes: list[tuple[str, int, Priority]]) -> None:
    """Asking again returns the job that is there, with the better priority, and all get their turn once."""
    connection = memory_database()
    first: dict[str, JobId] = {}
    best: dict[str, Priority] = {}
    for lane, number, priority in wishes:
        subject = str(number)
        job_id = add(connection, subject, lane=lane, priority=priority)
        assert first.setdefault(subject, job_id) == job_id
        if priority.rank <= best.get(subject, priority).rank:
            best[subject] = priority
    order = claim_all(connection)
    assert sorted(order) == sorted(first)
    ranks = [best[subject].rank for subject in order]
    assert ranks == sorted(ranks)
    connection.close()


# --- Waiting -----------------------------------------------------------------------------------


def test_a_job_waits_for_its_time(connection: sqlite3.Connection) -> None:
    """A job for later is not claimed before, and says when it is due."""
    later = NOW + timedelta(hours=1)
    job_id = add(connection, "later", run_at=later)
    assert state(connection, job_id) is JobState.WAITING
    assert claim(connection) is None
    assert jobs.next_due(connection) == later
    job = claim(connection, later)
    assert job is not None
    assert job.id == job_id


def test_a_clock_set_back_does_not_hold_a_job_for_months(connection: sqlite3.Connection) -> None:
    """A job that is due later than any pause is long runs now; an ordinary one keeps waiting."""
    add(connection, "wrong clock", run_at=NOW + timedelta(days=300))
    add(connection, "absent", run_at=NOW + timedelta(days=17))
    assert claim_all(connection) == ["wrong clock"]


def test_only_attempts_are_counted(connection: sqlite3.Connection) -> None:
    """A pause that is nobody's failure leaves the count, one of the job's own raises it."""
    job_id = add(connection, "job")
    counts = []
    for is_attempt in (True, False, False, True):
        job = claim(connection)
        assert job is not None
        counts.append(job.attempts)
        jobs.postpone(connection, job_id, now=NOW, until=NOW, reason=REASON, is_attempt=is_attempt)
    assert counts == [1, 2, 2, 2]
    job = jobs.get_job(connection, job_id)
    assert job is not None
    assert (job.state, job.reason, job.attempts) == (JobState.WAITING, REASON, 2)


def test_a_person_wakes_a_waiting_job(connection: sqlite3.Connection) -> None:
    """Asked for by a person, a job that was to run in days runs now, before the others."""
    add(connection, "ordinary")
    job_id = add(connection, "absent", run_at=NOW + timedelta(days=3))
    assert add(connection, "absent", priority=Priority.USER) == job_id
    assert claim_all(connection) == ["absent", "ordinary"]


# --- Ends --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED])
def test_an_end_is_final(connection: sqlite3.Connection, end: JobState) -> None:
    """An ended job is neither ended otherwise nor postponed, and its subject may come again."""
    job_id = add(connection, "job")
    claim(connection)
    assert jobs.finish(connection, job_id, end, now=NOW)
    assert not jobs.finish(connection, job_id, JobState.COMPLETED, now=NOW)
    jobs.postpone(connection, job_id, now=NOW, until=NOW, reason=None)
    jobs.wake(connection, job_id, now=NOW)
    assert state(connection, job_id) is end
    assert add(connection, "job") != job_id


@pytest.mark.parametrize("is_done", [True, False])
def test_what_is_asked_for_while_it_runs_runs_again(
    connection: sqlite3.Connection, is_done: bool
) -> None:
    """A job that may have looked already looks once more, however it ends: no wish gets lost."""
    job_id = add(connection, "job")
    claim(connection)
    assert add(connection, "job") == job_id
    if is_done:
        assert not jobs.finish(connection, job_id, JobState.COMPLETED, now=NOW)
    else:
        jobs.postpone(connection, job_id, now=NOW, until=NOW + timedelta(days=1), reason=REASON)
    assert claim_all(connection) == ["job"]
    assert state(connection, job_id) is JobState.COMPLETED


def test_a_killed_process_gives_its_jobs_back(connection: sqlite3.Connection) -> None:
    """What was running runs again, and being killed is no attempt."""
    for number in range(3):
        add(connection, str(number))
    killed = [claim(connection) for _ in range(2)]
    assert jobs.recover(connection, now=NOW) == 2
    again = claim(connection)
    assert again == killed[0]
    assert jobs.recover(connection, now=NOW) == 1
    assert claim_all(connection) == ["0", "1", "2"]


def test_only_ended_jobs_are_pruned(connection: sqlite3.Connection) -> None:
    """Old ends go, young ends and the living stay."""
    old, young, alive = (add(connection, name) for name in ("old", "young", "alive"))
    claim(connection)
    jobs.finish(connection, old, JobState.FAILED, now=NOW - timedelta(days=20))
    jobs.finish(connection, young, JobState.COMPLETED, now=NOW)
    assert jobs.prune(connection, before=NOW - timedelta(days=14)) == 1
    assert state(connection, old) is None
    assert state(connection, young) is JobState.COMPLETED
    assert state(connection, alive) is JobState.PENDING


def test_states_are_counted(connection: sqlite3.Connection) -> None:
    """Living jobs by state, and the failed ones; completed ones are nobody's business."""
    for number in range(4):
        add(connection, str(number))
    add(connection, "later", run_at=NOW + timedelta(hours=1))
    for end in (JobState.COMPLETED, JobState.FAILED):
        job = claim(connection)
        assert job is not None
        jobs.finish(connection, job.id, end, now=NOW)
    claim(connection)
    assert jobs.count_states(connection) == {"pending": 1, "waiting": 1, "running": 1, "failed": 1}


def test_who_has_a_source_goes_before_who_has_to_search(connection: sqlite3.Connection) -> None:
    """Within its priority only, and only while it waits for its turn; the others keep their order."""
    found = [add(connection, f"track:{number}", lane="p") for number in range(4)]
    add(connection, "person", priority=Priority.USER)
    jobs.put_first(connection, found[3])
    later = add(connection, "later", run_at=NOW + timedelta(hours=1))
    jobs.put_first(connection, later)
    assert claim_all(connection) == ["person", "track:3", "track:0", "track:1", "track:2"]
    assert state(connection, later) is JobState.WAITING


# --- Cost --------------------------------------------------------------------------------------


def test_no_tick_scans_a_table(connection: sqlite3.Connection) -> None:
    """Every statement of the scheduler and the watcher finds its rows by an index."""
    statements: list[str] = []
    add(connection, "track:1", lane="p")
    connection.set_trace_callback(statements.append)
    job = claim(connection)
    assert job is not None
    jobs.next_due(connection)
    jobs.find_alive(connection, JobKind.DOWNLOAD, "track:1")
    jobs.postpone(connection, job.id, now=NOW, until=NOW, reason=None)
    jobs.finish(connection, job.id, JobState.COMPLETED, now=NOW)
    jobs.recover(connection, now=NOW)
    jobs.prune(connection, before=NOW)
    jobs.count_states(connection)
    add(connection, "track:2")
    transfers.list_transfers(connection)
    downloads.count_filed_since(connection, NOW)
    connection.set_trace_callback(None)
    assert len(statements) > 12
    for statement in statements:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        for step in plan:
            detail = str(step["detail"])
            if detail.startswith("SCAN"):
                # These indexes hold the living and the failed jobs only.
                assert detail.endswith(PARTIAL) or detail == "SCAN CONSTANT ROW", statement
            assert "TEMP B-TREE" not in detail or "transfer" in statement, statement
