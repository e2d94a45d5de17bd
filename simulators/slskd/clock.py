"""Keep simulated time: a heap of events instead of a task for everything that happens later."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
import heapq
import itertools
import logging

_LOGGER = logging.getLogger(__name__)
_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
TICKS_PER_SECOND = 10_000_000

type Callback = Callable[[], Awaitable[None] | None]


class Timer:
    """Stand for one future event; cancelling is immediate."""

    __slots__ = ("callback", "due")

    def __init__(self, due: float, callback: Callback) -> None:
        """Remember what happens and when, in simulated seconds."""
        self.due = due
        self.callback: Callback | None = callback

    def cancel(self) -> None:
        """Make sure the event does not happen."""
        self.callback = None


class SimulatedClock:
    """Run events at simulated times, either sped up by a factor or only when told to.

    All times are simulated seconds since the clock was made; a speed of 20 lets 20 of them pass in a real
    second, a speed of 0 lets time stand still between calls of `advance`.
    """

    def __init__(self, speed: float = 1.0, start: datetime | None = None) -> None:
        """Begin at the given wall time, now by default."""
        self.speed = speed
        self._base = ((start or datetime.now(UTC)) - _EPOCH) // timedelta(microseconds=1) * 10
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._at: float | None = 0.0
        self._real_start = 0.0
        self._simulated_start = 0.0
        self._handle: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_manual(self) -> bool:
        """Tell whether time moves only by `advance`."""
        return self.speed == 0

    def start(self) -> None:
        """Let time pass, in the running event loop."""
        if not self.is_manual:
            self._real_start = asyncio.get_running_loop().time()
            self._simulated_start = self._at or 0.0
            self._at = None
            self._arm()

    def set_speed(self, speed: float) -> None:
        """Change how fast time passes from now on; above 0, and not for a manual clock."""
        now = self.now()
        self.speed = speed
        self._real_start, self._simulated_start = asyncio.get_running_loop().time(), now
        self._arm()

    async def stop(self) -> None:
        """Let time stand still and end what is under way."""
        self._at = self.now()
        self._heap.clear()
        if self._handle is not None:
            self._handle.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def now(self) -> float:
        """Return the simulated seconds since the start; exact while an event runs."""
        if self._at is not None:
            return self._at
        passed = asyncio.get_running_loop().time() - self._real_start
        return self._simulated_start + passed * self.speed

    def ticks(self) -> int:
        """Return the present time in units of 100 ns since year 1, as .NET counts it."""
        return self._base + round(self.now() * TICKS_PER_SECOND)

    @property
    def seconds_to_next(self) -> float | None:
        """Return how long nothing happens from now, None when nothing is to happen at all."""
        while self._heap and self._heap[0][2].callback is None:
            heapq.heappop(self._heap)
        return max(self._heap[0][0] - self.now(), 0.0) if self._heap else None

    def call_later(self, delay: float, callback: Callback) -> Timer:
        """Let something happen after that many simulated seconds."""
        timer = Timer(self.now() + max(delay, 0.0), callback)
        heapq.heappush(self._heap, (timer.due, next(self._order), timer))
        if self._heap[0][2] is timer:
            self._arm()
        return timer

    async def sleep(self, delay: float) -> None:
        """Wait that many simulated seconds; with a manual clock somebody else must move it."""
        if delay <= 0:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not future.done():
                future.set_result(None)

        timer = self.call_later(delay, wake)
        try:
            await future
        finally:
            timer.cancel()

    async def advance(self, seconds: float) -> None:
        """Move a manual clock on, running every event on the way in order and to its end."""
        target = self.now() + seconds
        while self._heap and self._heap[0][0] <= target:
            due, _, timer = heapq.heappop(self._heap)
            self._at = max(due, self._at or 0.0)
            if timer.callback is not None:
                result = timer.callback()
                if result is not None:
                    await result
                # Whoever waited for this event gets its turn before the next one.
                await asyncio.sleep(0)
        self._at = target

    def _arm(self) -> None:
        """Ask the event loop to wake us for the earliest event."""
        if self.is_manual or self._at is not None or not self._heap:
            return
        if self._handle is not None:
            self._handle.cancel()
        delay = (self._heap[0][0] - self.now()) / self.speed
        self._handle = asyncio.get_running_loop().call_later(max(delay, 0.0), self._run_due)

    def _run_due(self) -> None:
        """Run every event whose time has come."""
        present = self.now()
        while self._heap and self._heap[0][0] <= present:
            due, _, timer = heapq.heappop(self._heap)
            if timer.callback is None:
                continue
            # What an event starts is timed from the event itself, not from when we got round to it.
            self._at = due
            try:
                result = timer.callback()
            except Exception:
                _LOGGER.exception("An event of the simulation failed")
                result = None
            finally:
                self._at = None
            if result is not None:
                task = asyncio.ensure_future(_finish(result))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        self._arm()


async def _finish(work: Awaitable[None]) -> None:
    """Wait for the slow part of an event and report its failure."""
    try:
        await work
    except Exception:
        _LOGGER.exception("An event of the simulation failed")
