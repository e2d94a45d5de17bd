"""Test how requests are held back; time is turned by hand."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.errors import QuotaExceededError, RateLimitedError
from custom_components.soulspot.engine.spotify.guard import DAILY_TARGET, GuardState, RequestGuard

from ..fakes import ManualClock


class MemoryStore:
    """Keep the state as JSON would."""

    def __init__(self) -> None:
        """Start with nothing stored."""
        self._payload: dict[str, str | int | bool | None] | None = None

    async def load(self) -> GuardState | None:
        """Return the stored state."""
        return None if self._payload is None else GuardState.from_payload(self._payload)

    async def save(self, state: GuardState) -> None:
        """Store the state."""
        self._payload = state.as_payload()


async def test_pace() -> None:
    """Requests start at least a second apart, however many want to."""
    clock = ManualClock()
    guard = RequestGuard(clock)
    starts: list[float] = []

    async def request() -> None:
        await guard.admit()
        starts.append(clock.monotonic())

    await asyncio.gather(*(request() for _ in range(5)))
    assert [later - earlier for earlier, later in pairwise(starts)] == [1.0] * 4
    clock.advance(10)
    await request()
    assert starts[-1] == clock.monotonic()
    assert len(clock.slept) == 4


async def test_short_pause_is_waited_out() -> None:
    """Up to five seconds a caller waits itself."""
    clock = ManualClock()
    guard = RequestGuard(clock)
    await guard.block(5)
    await guard.admit()
    assert sum(clock.slept) == pytest.approx(5)


async def test_long_pause_fails_at_once() -> None:
    """A longer one is told to the caller, and ends by itself."""
    clock = ManualClock()
    guard = RequestGuard(clock)
    await guard.block(30)
    with pytest.raises(RateLimitedError) as caught:
        await guard.admit()
    assert caught.value.retry_after == pytest.approx(30)
    assert caught.value.translation_key == "rate_limited"
    assert clock.slept == []
    clock.advance(30)
    await guard.admit()
    assert guard.blocked_until is None


async def test_quota_survives_a_restart() -> None:
    """The end of a used-up quota is stored, and nothing is asked before."""
    clock = ManualClock()
    store = MemoryStore()
    guard = RequestGuard(clock, store)
    await guard.admit()
    await guard.block(48_925, is_quota=True)
    clock.advance(3600)

    restarted = RequestGuard(clock, store)
    with pytest.raises(QuotaExceededError) as caught:
        await restarted.admit()
    assert caught.value.retry_after == pytest.approx(48_925 - 3600)
    assert restarted.is_quota_exceeded
    assert restarted.blocked_until == clock.now() + timedelta(seconds=48_925 - 3600)
    assert restarted.requests_today == 1
    clock.advance(48_925 - 3600)
    await restarted.admit()
    assert not restarted.is_quota_exceeded


async def test_later_end_wins() -> None:
    """A short pause never shortens a quota."""
    clock = ManualClock()
    guard = RequestGuard(clock)
    await guard.block(7200, is_quota=True)
    await guard.block(3)
    assert guard.is_quota_exceeded
    with pytest.raises(QuotaExceededError):
        await guard.admit()


async def test_quota_is_not_waited_out_even_when_short() -> None:
    """The last seconds of a quota still fail fast, so that nobody hangs on it."""
    clock = ManualClock()
    guard = RequestGuard(clock)
    await guard.block(2, is_quota=True)
    with pytest.raises(QuotaExceededError):
        await guard.admit()


async def test_count_of_the_day() -> None:
    """Requests are counted by day, over a restart too, and reported, not refused."""
    clock = ManualClock()
    store = MemoryStore()
    guard = RequestGuard(clock, store)
    for _ in range(DAILY_TARGET + 5):
        await guard.admit()
    assert (guard.requests_today, guard.remaining_today) == (DAILY_TARGET + 5, 0)
    restarted = RequestGuard(clock, store)
    await restarted.restore()
    assert restarted.requests_today == DAILY_TARGET + 5
    clock.advance(86_400)
    assert (restarted.requests_today, restarted.remaining_today) == (0, DAILY_TARGET)
    await restarted.admit()
    assert restarted.requests_today == 1


@given(
    st.builds(
        GuardState,
        blocked_until=st.none() | st.datetimes(timezones=st.just(UTC)),
        is_quota=st.booleans(),
        day=st.none() | st.dates(),
        requests=st.integers(min_value=0, max_value=100_000),
    )
)
def test_state_round_trip(state: GuardState) -> None:
    """What is stored is what is read."""
    assert GuardState.from_payload(state.as_payload()) == state


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"blocked_until": 5, "day": "x", "requests": -3, "is_quota": "yes"},
        {"day": None, "requests": True},
    ],
)
def test_damaged_state(payload: dict[str, object] | None) -> None:
    """Damage counts as nothing stored."""
    assert GuardState.from_payload(payload) == GuardState()


def test_state_of_other_zones() -> None:
    """A stored time keeps its moment."""
    state = GuardState.from_payload(
        {"blocked_until": "2026-11-22T14:00:00+02:00", "day": "2026-11-22"}
    )
    assert state.blocked_until == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert state.day == date(2026, 11, 22)
