"""Run an event loop whose time jumps to the next timer as soon as nothing else is left to do.

Engine and simulators share it in one process: a week passes as fast as its events can be worked off,
over real sockets, and nothing happens in another order than it would in a real week.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
import selectors
from typing import Any

_THREAD_PATIENCE = 0.05  # real seconds; the end of a thread's work wakes us before


class VirtualLoop(asyncio.SelectorEventLoop):
    """Keep a time of its own, which stands still while threads or sockets are busy."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.passed = 0.0
        self.threads = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        """Return the seconds that have passed in this loop."""
        return self.passed

    def run_in_executor[*Ts, T](
        self,
        executor: Executor | None,
        func: Callable[[*Ts], T],
        *args: *Ts,
    ) -> asyncio.Future[T]:
        """Count the work of threads: time waits for it."""
        self.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._forget_thread)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Wait for the threads in real time."""
        self.threads += 1
        await super().shutdown_default_executor(timeout)

    def _forget_thread(self, _: asyncio.Future[Any]) -> None:
        """Let time pass again."""
        self.threads -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """Let time jump instead of waiting."""

    def __init__(self, loop: VirtualLoop) -> None:
        """Belong to a loop."""
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what sockets have to tell; without any, the time is that of the next timer."""
        events = super().select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if timeout is None or self._loop.threads:
            return super().select(_THREAD_PATIENCE)
        self._loop.passed += timeout
        return []


class LoopClock:
    """Tell the time of the running loop, counted from a moment; implements Clock."""

    def __init__(self, loop: VirtualLoop) -> None:
        """Begin now."""
        self._loop = loop
        self._began = datetime.now(UTC) - timedelta(seconds=loop.time())

    def now(self) -> datetime:
        """Return the wall-clock time in UTC."""
        return self._began + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of the loop."""
        await asyncio.sleep(seconds)


def run_virtually[T](work: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end in a loop of its own."""
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(work(loop))
