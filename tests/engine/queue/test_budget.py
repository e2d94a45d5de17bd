"""Check that searches stay within the budget, whatever the schedule, restarts and clocks do."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
import itertools
from pathlib import Path
import tempfile

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.queue.budget import (
    BACK_OFF,
    SEARCHES_PER_WINDOW,
    SIGNS_BEFORE_BACK_OFF,
    SPACING,
    WINDOW,
    SearchBudget,
)
from custom_components.soulspot.engine.store import Database

from ..fakes import ManualClock
from .conftest import Queue

_SECONDS = WINDOW.total_seconds()


class Searcher:
    """Search as often as allowed, and remember the real times."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        """Begin with a fresh process."""
        self._database = database
        self.clock = clock
        self.sent: list[float] = []
        self.restart()

    def restart(self) -> None:
        """Begin a new process that knows only what is stored."""
        self.budget = SearchBudget(self._database, self.clock)

    async def search(self) -> None:
        """Wait as long as asked, and send."""
        while (wait := await self.budget.next_allowed() - self.clock.now()) > timedelta():
            self.clock.advance(wait.total_seconds())
        await self.budget.spend(f"id {len(self.sent)}")
        self.sent.append(self.clock.monotonic())


def windows(sent: list[float]) -> Iterator[int]:
    """Yield how many searches lie in the window before each of them."""
    for at in sent:
        yield sum(1 for other in sent if at - _SECONDS < other <= at)


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.sampled_from(["burst", "pause", "restart", "back"]), st.integers(1, 45)),
        min_size=1,
        max_size=12,
    )
)
def test_the_budget_is_never_exceeded(events: list[tuple[str, int]]) -> None:
    """Over bursts, pauses, restarts and a clock that is set back no window holds too many."""

    async def run(folder: Path) -> list[float]:
        """Live through the events."""
        database = Database(folder / "budget.db")
        await database.open()
        searcher = Searcher(database, ManualClock())
        for event, amount in events:
            match event:
                case "burst":
                    for _ in range(amount):
                        await searcher.search()
                case "pause":
                    searcher.clock.advance(amount * 7)
                case "restart":
                    searcher.restart()
                case "back":
                    searcher.clock._now -= timedelta(seconds=amount * 100)
        await searcher.search()
        await database.close()
        return searcher.sent

    with tempfile.TemporaryDirectory() as folder:
        sent = asyncio.run(run(Path(folder)))
    assert max(windows(sent)) <= SEARCHES_PER_WINDOW
    gaps = [after - before for before, after in itertools.pairwise(sent)]
    assert min(gaps, default=10) >= SPACING.total_seconds() - 1e-6
    # Nothing locks the lane for longer than a window, a clock set back included.
    assert max(gaps, default=0) <= _SECONDS + 45 * 7 * len(events)


@pytest.fixture
def searcher(queue: Queue) -> Searcher:
    """Return somebody who searches."""
    return Searcher(queue.database, ManualClock())


async def test_the_pace_is_spacing_then_window(searcher: Searcher) -> None:
    """The first thirty come at the spacing, the next waits for the window."""
    for _ in range(SEARCHES_PER_WINDOW + 1):
        await searcher.search()
    assert searcher.sent[-2] - searcher.sent[0] == pytest.approx(
        SPACING.total_seconds() * (SEARCHES_PER_WINDOW - 1)
    )
    assert searcher.sent[-1] - searcher.sent[0] == pytest.approx(_SECONDS)


async def test_a_clock_set_ahead_frees_nothing(searcher: Searcher) -> None:
    """The searches of this process count by a clock that never jumps."""
    for _ in range(SEARCHES_PER_WINDOW):
        await searcher.search()
    searcher.clock._now += timedelta(hours=1)
    await searcher.search()
    assert searcher.sent[-1] - searcher.sent[0] == pytest.approx(_SECONDS)


async def test_signs_of_throttling_stop_the_searches(searcher: Searcher) -> None:
    """Several signs in a row mean half an hour of silence, over a restart too; an answer resets them."""
    for _ in range(SIGNS_BEFORE_BACK_OFF - 1):
        await searcher.budget.note_throttled()
    searcher.budget.note_answered()
    await searcher.budget.note_throttled()
    assert await searcher.budget.next_allowed() <= searcher.clock.now()
    for _ in range(SIGNS_BEFORE_BACK_OFF - 1):
        await searcher.budget.note_throttled()
    searcher.restart()
    assert await searcher.budget.next_allowed() == searcher.clock.now() + BACK_OFF
    searcher.clock.advance(BACK_OFF.total_seconds())
    assert await searcher.budget.next_allowed() <= searcher.clock.now()


async def test_a_clock_set_back_does_not_prolong_the_silence(searcher: Searcher) -> None:
    """A back-off that ends later than any can is void."""
    for _ in range(SIGNS_BEFORE_BACK_OFF):
        await searcher.budget.note_throttled()
    searcher.clock._now -= timedelta(days=30)
    assert await searcher.budget.next_allowed() <= searcher.clock.now()
