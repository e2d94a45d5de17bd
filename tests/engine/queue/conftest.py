"""Open a database and run a scheduler whose time is turned by the test."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
import random

import pytest

from custom_components.soulspot.engine.model import JobId, JobKind, Priority
from custom_components.soulspot.engine.queue.scheduler import Handler, Scheduler, Worker
from custom_components.soulspot.engine.store import Database, jobs
from custom_components.soulspot.engine.store.jobs import Job

from ..turning import Activity, TurnedClock, Turner, WatchedExecutor, await_results


class Queue:
    """Hold a database, a clock and the ways to use them."""

    def __init__(self, database: Database, turner: Turner) -> None:
        """Take what the test needs."""
        self.database = database
        self.turner = turner
        self.clock = turner.clock

    def scheduler(self, workers: Mapping[JobKind, Worker]) -> Scheduler:
        """Return a scheduler with the same chance every time."""
        return Scheduler(self.database, self.clock, workers, generator=random.Random(1))

    @asynccontextmanager
    async def running(
        self, workers: Mapping[JobKind, Worker] | Handler
    ) -> AsyncIterator[Scheduler]:
        """Run a scheduler; it is cancelled in the end, as when Home Assistant stops."""
        if not isinstance(workers, Mapping):
            workers = {JobKind.DOWNLOAD: Worker(handle=workers)}
        scheduler = self.scheduler(workers)
        task = asyncio.create_task(scheduler.run())
        await self.turner.activity.rest()
        try:
            yield scheduler
            assert not task.done(), "the scheduler has ended"
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def add(
        self,
        subject: str,
        *,
        kind: JobKind = JobKind.DOWNLOAD,
        lane: str = "",
        priority: Priority = Priority.PLAYLIST,
    ) -> JobId:
        """Queue a job."""
        return await self.database.run(
            jobs.add_job, kind, subject, now=self.clock.now(), lane=lane, priority=priority
        )

    async def job(self, job_id: JobId) -> Job:
        """Return a job that is there."""
        found = await self.database.run(jobs.get_job, job_id)
        assert found is not None
        return found


async def watched_database(path: Path, activity: Activity) -> Database:
    """Open a database whose work counts as activity."""
    database = Database(path)
    database._executor = WatchedExecutor(activity, 1)
    await database.open()
    return database


@pytest.fixture
async def queue(tmp_path: Path) -> AsyncIterator[Queue]:
    """Return an empty queue."""
    asyncio.get_running_loop().set_debug(False)  # Its tracebacks take most of the time.
    activity = Activity()
    await_results(activity)
    async with AsyncExitStack() as stack:
        database = await watched_database(tmp_path / "queue.db", activity)
        stack.push_async_callback(database.close)
        yield Queue(database, Turner(TurnedClock(), activity))
