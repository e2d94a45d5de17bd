"""Let time pass only when everything else has come to rest."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
import heapq
import itertools
from threading import Lock
from typing import Any

_START = datetime(2026, 11, 22, 12, tzinfo=UTC)
_QUIET_ROUNDS = 12  # Rounds of the event loop with nothing to do; sockets here answer at once.
_BREATH = 0.0005  # seconds
_MOMENT = 0.05  # seconds; for less than this a simulator lets a request wait in real time.


class TurnedClock:
    """Stand still until somebody turns it; whoever sleeps waits for that."""

    def __init__(self, start: datetime = _START) -> None:
        """Begin at a moment."""
        self._wall = start
        self._monotonic = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """Return the wall-clock time."""
        return self._wall

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        """Return when somebody has turned the clock so far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), future))
        await future

    @property
    def seconds_to_next(self) -> float | None:
        """Return how far to turn until somebody wakes, None when nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return max(self._sleepers[0][0] - self._monotonic, 0.0) if self._sleepers else None

    def turn(self, seconds: float) -> None:
        """Let time pass and wake whoever is due."""
        self._monotonic += seconds
        self._wall += timedelta(seconds=seconds)
        # A hair of tolerance: the sums of many small turns are not exact.
        while self._sleepers and self._sleepers[0][0] <= self._monotonic + 1e-9:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)

    def jump(self, seconds: float) -> None:
        """Set the wall clock, as a person or a time server does."""
        self._wall += timedelta(seconds=seconds)


class Activity:
    """Know whether threads work."""

    def __init__(self) -> None:
        """Begin at rest."""
        self._lock = Lock()
        self._busy = 0

    @property
    def is_busy(self) -> bool:
        """Tell whether a thread works."""
        return self._busy > 0

    def begin(self) -> None:
        """Count something that begins."""
        with self._lock:
            self._busy += 1

    def end(self) -> None:
        """Count something that ended."""
        with self._lock:
            self._busy -= 1

    async def rest(self) -> None:
        """Return when nothing goes on any more but sleeping.

        A request that a server answers only later, when time has passed, is no activity.
        """
        loop: Any = asyncio.get_running_loop()
        quiet, is_settled = 0, False
        while quiet < _QUIET_ROUNDS or not is_settled:
            if self.is_busy or _is_due_in_a_moment(loop):
                is_settled = False
                await asyncio.sleep(_BREATH)
            elif quiet >= _QUIET_ROUNDS:
                # A thread that has ended may not have told the event loop yet.
                is_settled = True
                await asyncio.sleep(_BREATH)
            else:
                await asyncio.sleep(0)
            quiet = 0 if loop._ready or self.is_busy else quiet + 1


def _is_due_in_a_moment(loop: Any) -> bool:
    """Tell whether something waits for real time that is nearly over."""
    end = loop.time() + _MOMENT
    return any(timer.when() < end and not timer.cancelled() for timer in loop._scheduled[:8])


class WatchedExecutor(ThreadPoolExecutor):
    """Run work in threads, and count it as activity."""

    def __init__(self, activity: Activity, max_workers: int) -> None:
        """Share the activity."""
        super().__init__(max_workers, "soulspot-watched")
        self._activity = activity

    def submit[**P, T](
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Begin work."""
        self._activity.begin()
        future = super().submit(function, *args, **kwargs)
        future.add_done_callback(lambda _: self._activity.end())
        return future


async def watch_threads(activity: Activity) -> None:
    """Count what this event loop does in its own threads."""
    loop: Any = asyncio.get_running_loop()
    await loop.run_in_executor(None, lambda: None)  # Now there is an executor.
    executor = loop._default_executor
    submit = executor.submit

    def counted(*args: Any, **kwargs: Any) -> Future[Any]:
        """Begin work."""
        activity.begin()
        future: Future[Any] = submit(*args, **kwargs)
        future.add_done_callback(lambda _: activity.end())
        return future

    executor.submit = counted
    await_results(activity)


def await_results(activity: Activity) -> None:
    """Count a thread's work until the event loop has its result, not only until the thread has it.

    On a busy machine a thread can be put to sleep between its end and telling of it.
    """
    loop: Any = asyncio.get_running_loop()
    run = loop.run_in_executor

    def counted(*args: Any) -> asyncio.Future[Any]:
        """Begin work."""
        activity.begin()
        try:
            future: asyncio.Future[Any] = run(*args)
        except BaseException:
            activity.end()
            raise
        future.add_done_callback(lambda _: activity.end())
        return future

    loop.run_in_executor = counted


class Turner:
    """Turn clocks from one thing that happens to the next."""

    def __init__(self, clock: TurnedClock, activity: Activity) -> None:
        """Take the engine's clock; more may follow it."""
        self.clock = clock
        self.activity = activity
        self.followers: list[Callable[[float], Awaitable[None] | None]] = []
        self.next_of_others: Callable[[], float | None] = lambda: None

    async def step(self, longest: float) -> float:
        """Come to rest, then turn to the next event, but not further than `longest` seconds."""
        await self.activity.rest()
        due = (longest, self.clock.seconds_to_next, self.next_of_others())
        seconds = max(min(seconds for seconds in due if seconds is not None), 0.0)
        for follow in self.followers:
            work = follow(seconds)
            if work is not None:
                await work
        self.clock.turn(seconds)
        return seconds

    async def pass_time(self, seconds: float) -> None:
        """Let so many seconds pass, with everything that happens in them."""
        left = seconds
        while left > 1e-9:
            left -= await self.step(left)
        await self.activity.rest()

    async def until(self, is_reached: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Let time pass until something is reached; fails when it takes longer than `seconds`."""
        end = self.clock.monotonic() + seconds
        while not await is_reached():
            left = end - self.clock.monotonic()
            assert left > 0, "it took too long"
            await self.step(left)

    async def passing[T](self, work: Awaitable[T]) -> T:
        """Let time pass while something is waited for."""
        task = asyncio.ensure_future(work)
        await self.activity.rest()
        while not task.done():
            await self.step(60.0)
            await asyncio.sleep(0)
        return await task
