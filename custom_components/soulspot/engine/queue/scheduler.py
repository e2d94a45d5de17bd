"""Claim jobs, run their handlers with bounded concurrency, and store how they ended."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
import random

from ..errors import (
    AuthenticationError,
    PermissionDeniedError,
    RateLimitedError,
    Service,
    SoulSpotError,
    StorageError,
    StoreError,
    UnavailableError,
    UnreachableError,
)
from ..model import JobKind, JobState, Reason
from ..nap import nap
from ..ports import Clock
from ..store import Database, jobs
from ..store.jobs import Job
from .outages import Outages, Rest
from .retry import pause_after

_LOGGER = logging.getLogger(__name__)

_SHORTEST_NAP = 0.05  # seconds
_LONGEST_NAP = 60.0  # a clock that jumps is noticed at the latest then
_KEEP_FINISHED = timedelta(days=14)
_PRUNE_EVERY = timedelta(hours=6)
ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """End a job well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Let a job wait for a moment or for somebody to wake it."""

    until: datetime
    reason: Reason
    is_attempt: bool = False  # Only failures of the job itself use up its attempts.


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """End a job that no further attempt could help."""

    reason: Reason


def _always() -> bool:
    """Accept work at any time."""
    return True


type Result = Done | Later | Failed
type Handler = Callable[[Job], Awaitable[Result]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Say who handles a kind of job, how many at once, and who hears of its final failure."""

    handle: Handler
    concurrency: int = 1
    is_ready: Callable[[], bool] = (
        _always  # No job of the kind is claimed while its service is away.
    )
    on_failure: Callable[[Job, Reason], Awaitable[None]] | None = None
    # No job of the kind is claimed before the pause is over that its absence has caused.
    service: Service | None = None


class Scheduler:
    """Run the queue until it is cancelled."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        workers: Mapping[JobKind, Worker],
        *,
        generator: random.Random | None = None,
    ) -> None:
        """Take the workers by kind; nothing runs before `run`."""
        self._database = database
        self._clock = clock
        self._workers = workers
        self._generator = generator or random.Random()
        self._wake = asyncio.Event()
        self._running: dict[JobKind, int] = dict.fromkeys(workers, 0)
        self._tasks: dict[tuple[JobKind, str], asyncio.Task[None]] = {}
        self._outages = Outages[Service](clock, self._generator, frozenset({Service.MUSICBRAINZ}))
        self._pruned_at: datetime | None = None
        self.paused = False

    def wake(self) -> None:
        """Look for work now instead of at the next due time."""
        self._wake.set()

    async def run(self) -> None:
        """Recover what a killed process left, then work; on cancellation the jobs return to the queue.

        Trouble with the database (a full disk) lets everything wait until it is over.
        """
        await self._until_stored(lambda: self._database.run(jobs.recover, now=self._clock.now()))
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                seconds = await self._until_stored(lambda: self._turn(group))
                await nap(self._clock, self._wake, seconds)

    async def _turn(self, group: asyncio.TaskGroup) -> float:
        """Start what may start, and return the seconds until something is due."""
        await self._start_jobs(group)
        await self._prune()
        if self.paused:
            return _LONGEST_NAP
        due = await self._database.run(jobs.next_due)
        pauses = [rest.seconds for worker in self._workers.values() if (rest := self._rest(worker))]
        if due is not None:
            pauses.append((due - self._clock.now()).total_seconds())
        return max(min((_LONGEST_NAP, *pauses)), _SHORTEST_NAP)

    def _rest(self, worker: Worker) -> Rest | None:
        """Return how long a worker's service is still to be left alone, None when it may be asked."""
        return None if worker.service is None else self._outages.rest(worker.service)

    async def _start_jobs(self, group: asyncio.TaskGroup) -> None:
        """Start as many jobs of each kind as its worker allows."""
        if self.paused:
            return
        await self._database.run(jobs.wake_due, now=self._clock.now())
        for kind, worker in self._workers.items():
            while (
                self._running[kind] < worker.concurrency
                and worker.is_ready()
                and self._rest(worker) is None
            ):
                job = await self._database.run(jobs.claim_next, kind, now=self._clock.now())
                if job is None:
                    break
                self._running[kind] += 1
                self._tasks[kind, job.subject] = group.create_task(
                    self._run_job(job, worker), name=f"soulspot {kind} {job.id}"
                )

    async def _run_job(self, job: Job, worker: Worker) -> None:
        """Run one job and store its end; a cancelled one stays "running" and is recovered."""
        try:
            result = await self._attempt(job, worker)
            await self._until_stored(lambda: self._store(job, worker, result))
        finally:
            self._running[job.kind] -= 1
            self._tasks.pop((job.kind, job.subject), None)
            self._wake.set()

    async def stop(self, kind: JobKind, subject: str) -> None:
        """Stop the job about a subject wherever it is, and return when it has stopped.

        Nothing is stored of it: the caller has ended the job before.
        """
        task = self._tasks.get((kind, subject))
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _until_stored[T](self, store: Callable[[], Awaitable[T]]) -> T:
        """Repeat what the database refuses until it takes it; it is told once."""
        is_told = False
        while True:
            try:
                return await store()
            except (StoreError, StorageError) as error:
                if not is_told:
                    _LOGGER.error("The database cannot be written, jobs wait: %s", error)
                    is_told = True
                await self._clock.sleep(_LONGEST_NAP)

    async def _attempt(self, job: Job, worker: Worker) -> Result:
        """Run the handler and turn what it raises into a result."""
        try:
            result = await worker.handle(job)
        except RateLimitedError as error:
            return self._later(error, timedelta(seconds=max(error.retry_after, 1.0)))
        # None of these is the job's fault: a service is away, or a disk is full.
        except (UnreachableError, UnavailableError, AuthenticationError) as error:
            rest = self._outages.note_away(error.service, error)
            return self._later(error, timedelta(seconds=rest.seconds))
        except StorageError as error:
            return self._later(error, pause_after(1, self._generator))
        except PermissionDeniedError as error:
            return Failed(reason=error.reason)
        except SoulSpotError as error:
            if job.attempts >= ATTEMPTS:
                return Failed(reason=error.reason)
            pause = pause_after(job.attempts, self._generator)
            return Later(until=self._clock.now() + pause, reason=error.reason, is_attempt=True)
        except Exception:
            # One broken job must not stop the queue; it is told once, with its traceback.
            _LOGGER.exception("Unexpected error in a %s job", job.kind)
            if job.attempts >= ATTEMPTS:
                return Failed(reason=Reason(key="unexpected"))
            pause = pause_after(job.attempts, self._generator)
            return Later(
                until=self._clock.now() + pause,
                reason=Reason(key="unexpected"),
                is_attempt=True,
            )
        if worker.service is not None:
            self._outages.note_there(worker.service)
        return result

    def _later(self, error: SoulSpotError, pause: timedelta) -> Later:
        """Wait because of an error."""
        return Later(until=self._clock.now() + pause, reason=error.reason)

    async def _store(self, job: Job, worker: Worker, result: Result) -> None:
        """Store how the attempt ended."""
        now = self._clock.now()
        match result:
            case Done():
                await self._database.run(jobs.finish, job.id, JobState.COMPLETED, now=now)
            case Later():
                await self._database.run(
                    jobs.postpone,
                    job.id,
                    now=now,
                    until=result.until,
                    reason=result.reason,
                    is_attempt=result.is_attempt,
                )
            case Failed():
                # The consequences come first: a process killed in between does them again.
                await self._tell_of_failure(job, worker, result.reason)
                await self._database.run(
                    jobs.finish, job.id, JobState.FAILED, now=now, reason=result.reason
                )

    async def _tell_of_failure(self, job: Job, worker: Worker, reason: Reason) -> None:
        """Let the worker store what follows from a job's failure; only the database may object."""
        if worker.on_failure is None:
            return
        try:
            await worker.on_failure(job, reason)
        except StoreError, StorageError:
            raise
        except Exception:
            _LOGGER.exception("Unexpected error after the failure of a %s job", job.kind)

    async def _prune(self) -> None:
        """Forget jobs that ended long ago."""
        now = self._clock.now()
        if self._pruned_at is None or abs(now - self._pruned_at) >= _PRUNE_EVERY:
            self._pruned_at = now
            await self._database.run(jobs.prune, before=now - _KEEP_FINISHED)
