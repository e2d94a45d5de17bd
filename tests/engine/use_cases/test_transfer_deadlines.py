"""Check when a transfer is left, phase by phase, and what time counts."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.slskd.models import FailureKind, Transfer, TransferState
from custom_components.soulspot.engine.use_cases.downloads.observed_time import ObservedTime
from custom_components.soulspot.engine.use_cases.downloads.transfer_deadlines import (
    Waited,
    overdue,
    total_deadline,
    wait_for_slot,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOTHING = timedelta()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
SIZE = 8_000_000


def row(
    state: TransferState,
    *,
    requested_at: datetime | None = None,
    enqueued_at: datetime | None = None,
    started_at: datetime | None = None,
) -> Transfer:
    """Return a row of slskd's list."""
    return Transfer(
        id="1",
        username="ann",
        filename="a.mp3",
        size=SIZE,
        state=state,
        requested_at=requested_at,
        enqueued_at=enqueued_at,
        started_at=started_at,
    )


@pytest.mark.parametrize(
    ("state", "limit", "kind"),
    [
        (TransferState.QUEUED_LOCALLY, 24 * 60 * MINUTE, FailureKind.CANCELLED),
        (TransferState.REQUESTED, 5 * MINUTE, FailureKind.SILENT),
        (TransferState.QUEUED_REMOTELY, 30 * MINUTE, FailureKind.SILENT),
        (TransferState.INITIALIZING, 5 * MINUTE, FailureKind.SILENT),
        (TransferState.UNKNOWN, 30 * MINUTE, FailureKind.SILENT),
    ],
)
def test_every_phase_has_its_deadline(
    state: TransferState, limit: timedelta, kind: FailureKind
) -> None:
    """A second before the deadline the transfer is left alone, and at it it is left."""

    def judged(in_phase: timedelta) -> FailureKind | None:
        waited = Waited(in_phase=in_phase, without_bytes=in_phase, in_all=None)
        return overdue(row(state), SIZE, waited)

    assert judged(limit - SECOND) is None
    assert judged(limit) is kind


def test_bytes_that_stop_and_bytes_that_crawl() -> None:
    """Two minutes without a byte are a stall; an hour and the time of a crawl are the end of patience."""
    flowing = row(TransferState.IN_PROGRESS)
    total = total_deadline(SIZE)
    assert total == timedelta(hours=1, seconds=1000)

    def judged(without_bytes: timedelta, in_all: timedelta | None) -> FailureKind | None:
        waited = Waited(in_phase=10 * total, without_bytes=without_bytes, in_all=in_all)
        return overdue(flowing, SIZE, waited)

    assert judged(2 * MINUTE - SECOND, total - SECOND) is None
    assert judged(2 * MINUTE, NOTHING) is FailureKind.STALLED
    assert judged(NOTHING, total) is FailureKind.TOO_SLOW
    assert judged(NOTHING, None) is None


def test_a_transfer_that_goes_round_in_circles_ends() -> None:
    """However short each phase is, all together end."""
    waited = Waited(in_phase=SECOND, without_bytes=SECOND, in_all=total_deadline(SIZE))
    for state in (TransferState.QUEUED_REMOTELY, TransferState.INITIALIZING):
        assert overdue(row(state), SIZE, waited) is FailureKind.SILENT
    assert overdue(row(TransferState.QUEUED_LOCALLY), SIZE, waited) is None


def test_the_wait_for_a_slot_is_slskds_own() -> None:
    """It is told by slskd's clock, and unknown while the peer was not asked."""
    state = TransferState.QUEUED_REMOTELY
    assert wait_for_slot(row(state, requested_at=NOON)) is None
    assert wait_for_slot(row(state, enqueued_at=NOON)) is None
    asked = row(state, requested_at=NOON, enqueued_at=NOON + 90 * MINUTE)
    assert wait_for_slot(asked) == 90 * MINUTE
    odd = row(state, requested_at=NOON, started_at=NOON - MINUTE)
    assert wait_for_slot(odd) == NOTHING


# --- Observed time -----------------------------------------------------------------------------


def test_time_counts_while_slskd_is_there() -> None:
    """Nothing counts before the first look, during an absence, or while nobody looked for long."""
    observed = ObservedTime()
    assert observed.between(NOON - MINUTE, NOON) == NOTHING
    observed.seen(NOON)
    observed.seen(NOON + MINUTE)
    assert observed.between(NOON - 60 * MINUTE, NOON + MINUTE) == MINUTE
    observed.lost()
    assert observed.between(NOON, NOON + 9 * MINUTE) == MINUTE
    observed.seen(NOON + 10 * MINUTE)
    assert observed.between(NOON, NOON + 10 * MINUTE) == MINUTE
    observed.seen(NOON + 11 * MINUTE)
    assert observed.between(NOON, NOON + 11 * MINUTE) == 2 * MINUTE
    # This machine has just woken up, and the next look is still to come.
    assert observed.between(NOON, NOON + 99 * MINUTE) == 2 * MINUTE
    observed.seen(NOON + 100 * MINUTE)
    assert observed.between(NOON, NOON + 101 * MINUTE) == 3 * MINUTE


@given(
    st.lists(st.tuples(st.integers(-100, 1000), st.booleans()), max_size=30),
    st.integers(-2000, 2000),
    st.integers(-2000, 2000),
)
def test_observed_time_is_a_part_of_the_time(
    looks: list[tuple[int, bool]], since: int, length: int
) -> None:
    """Whatever the clock does, it is never negative and never more than has passed."""
    observed = ObservedTime()
    now = NOON
    for seconds, is_there in looks:
        now += seconds * SECOND
        if is_there:
            observed.seen(now)
        else:
            observed.lost()
    start = now + since * SECOND
    found = observed.between(start, start + length * SECOND)
    assert NOTHING <= found <= max(length * SECOND, NOTHING)
