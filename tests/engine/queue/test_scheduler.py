"""Check that jobs run in turn, wait as long as they should, and are never lost."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from custom_components.soulspot.engine.errors import (
    AuthenticationError,
    InputError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitedError,
    Service,
    SoulSpotError,
    StorageError,
    UnavailableError,
    UnreachableError,
)
from custom_components.soulspot.engine.model import JobKind, JobState, Priority, Reason
from custom_components.soulspot.engine.queue.scheduler import (
    ATTEMPTS,
    Done,
    Failed,
    Later,
    Result,
    Worker,
)
from custom_components.soulspot.engine.store import jobs
from custom_components.soulspot.engine.store.jobs import Job

from .conftest import Queue

REASON = Reason(key="search_budget_spent")


class Bench:
    """Handle jobs as the test says, and remember when."""

    def __init__(self, queue: Queue) -> None:
        """Begin with nothing seen."""
        self._queue = queue
        self.seen: list[str] = []
        self.at: list[datetime] = []
        self.running = 0
        self.most = 0
        self.outcomes: list[Result | Exception] = []
        self.seconds = 0.0

    async def handle(self, job: Job) -> Result:
        """Take the next outcome, or end well."""
        self.seen.append(job.subject)
        self.at.append(self._queue.clock.now())
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self._queue.clock.sleep(self.seconds)
            outcome = self.outcomes.pop(0) if self.outcomes else Done()
        finally:
            self.running -= 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @property
    def pauses(self) -> list[float]:
        """Return the seconds between the starts."""
        pairs = zip(self.at, self.at[1:], strict=False)
        return [(after - before).total_seconds() for before, after in pairs]


@pytest.fixture
def bench(queue: Queue) -> Bench:
    """Return a handler that does as it is told."""
    return Bench(queue)


# --- Running -----------------------------------------------------------------------------------


async def test_no_more_run_at_once_than_allowed(queue: Queue, bench: Bench) -> None:
    """Each kind has its own bound, and an ended job makes room at once."""
    bench.seconds = 10
    other = Bench(queue)
    other.seconds = 1000
    workers = {
        JobKind.DOWNLOAD: Worker(handle=bench.handle, concurrency=2),
        JobKind.FILING: Worker(handle=other.handle),
    }
    for number in range(6):
        await queue.add(f"track:{number}")
    await queue.add("slow", kind=JobKind.FILING)
    await queue.add("never", kind=JobKind.FILING)
    async with queue.running(workers):
        await queue.turner.pass_time(29)
        assert bench.most == 2
        assert other.seen == ["slow"]
        await queue.turner.pass_time(2)
        assert len(bench.seen) == 6
        assert bench.running == 0
    assert bench.pauses == [0, 10, 0, 10, 0]


async def test_two_playlists_are_served_in_turn(queue: Queue, bench: Bench) -> None:
    """The first tracks of a short list come before the last of a long one."""
    bench.seconds = 1
    for number in range(30):
        await queue.add(f"long {number}", lane="long")
    for number in range(5):
        await queue.add(f"short {number}", lane="short")
    await queue.add("asked for", priority=Priority.USER)
    async with queue.running(bench.handle):
        await queue.turner.pass_time(11.5)
    assert bench.seen[0] == "asked for"
    assert Counter(subject.split()[0] for subject in bench.seen[1:11]) == {"long": 5, "short": 5}


async def test_a_job_that_comes_is_begun_when_told(queue: Queue, bench: Bench) -> None:
    """Whoever queues a job wakes the scheduler; without that it is found within a minute."""
    async with queue.running(bench.handle) as scheduler:
        await queue.add("told")
        scheduler.wake()
        await queue.turner.activity.rest()
        assert bench.seen == ["told"]
        await queue.add("untold")
        await queue.turner.pass_time(61)
        assert bench.seen == ["told", "untold"]


async def test_nothing_begins_while_a_service_is_away(queue: Queue, bench: Bench) -> None:
    """Jobs of a kind that is not ready wait without an attempt; others go on."""
    is_ready = False
    other = Bench(queue)
    workers = {
        JobKind.DOWNLOAD: Worker(handle=bench.handle, is_ready=lambda: is_ready),
        JobKind.METADATA: Worker(handle=other.handle),
    }
    job_id = await queue.add("track:1")
    await queue.add("playlist:1", kind=JobKind.METADATA)
    async with queue.running(workers) as scheduler:
        await queue.turner.pass_time(3600)
        assert bench.seen == []
        assert other.seen == ["playlist:1"]
        assert (await queue.job(job_id)).attempts == 0
        is_ready = True
        scheduler.wake()
        await queue.turner.activity.rest()
        assert bench.seen == ["track:1"]


async def test_waiting_costs_nothing(queue: Queue, bench: Bench) -> None:
    """A due job whose worker is busy or away does not make the scheduler spin."""
    turns = 0
    await queue.add("track:1")
    await queue.add("track:2")

    def is_ready() -> bool:
        """Count the looks."""
        nonlocal turns
        turns += 1
        return bench.running == 0 and not bench.seen

    bench.outcomes = [Later(until=queue.clock.now() + timedelta(seconds=1), reason=REASON)]
    workers = {JobKind.DOWNLOAD: Worker(handle=bench.handle, is_ready=is_ready)}
    async with queue.running(workers):
        await queue.turner.pass_time(3600)
    assert turns < 100


async def test_pausing_lets_the_running_end(queue: Queue, bench: Bench) -> None:
    """Paused, nothing new begins; resumed, it goes on where it was."""
    bench.seconds = 10
    await queue.add("1")
    await queue.add("2")
    async with queue.running(bench.handle) as scheduler:
        scheduler.paused = True
        await queue.turner.pass_time(600)
        assert (bench.seen, bench.running) == (["1"], 0)
        scheduler.paused = False
        scheduler.wake()
        await queue.turner.pass_time(11)
        assert bench.seen == ["1", "2"]


# --- Trying again ------------------------------------------------------------------------------


async def test_pauses_grow_and_attempts_end(queue: Queue, bench: Bench) -> None:
    """A job that fails by itself is tried ever later, and given up in the end."""
    told: list[tuple[str, Reason]] = []

    async def tell(job: Job, reason: Reason) -> None:
        """Hear of the failure."""
        told.append((job.subject, reason))

    bench.outcomes = [InputError("nothing_to_search_for") for _ in range(10)]
    job_id = await queue.add("track:1")
    workers = {JobKind.DOWNLOAD: Worker(handle=bench.handle, on_failure=tell)}
    async with queue.running(workers):
        await queue.turner.pass_time(3600)
    assert len(bench.seen) == ATTEMPTS
    assert all(
        after > before * 1.5 for before, after in zip(bench.pauses, bench.pauses[1:], strict=False)
    )
    assert 30 <= bench.pauses[0] <= 40
    job = await queue.job(job_id)
    assert (job.state, job.reason) == (JobState.FAILED, Reason(key="nothing_to_search_for"))
    assert told == [("track:1", Reason(key="nothing_to_search_for"))]


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError(Service.SLSKD),
        UnavailableError(Service.SLSKD, "not_logged_in"),
        AuthenticationError(Service.SPOTIFY),
        RateLimitedError(Service.MUSICBRAINZ, 30),
        StorageError("disk_full"),
    ],
)
async def test_trouble_of_others_uses_up_no_attempt(
    queue: Queue, bench: Bench, error: SoulSpotError
) -> None:
    """A service may be away for days, or a disk full: the job waits, with the reason, and then works."""
    bench.outcomes = [error] * 12
    job_id = await queue.add("track:1")
    async with queue.running(bench.handle):
        await queue.turner.pass_time(20)
        job = await queue.job(job_id)
        assert (job.state, job.attempts) == (JobState.WAITING, 0)
        assert job.reason is not None
        assert job.reason.key == error.translation_key
        await queue.turner.pass_time(12 * 3600)
        assert (await queue.job(job_id)).state is JobState.COMPLETED
    assert len(bench.seen) == 13


@pytest.mark.parametrize("seconds", [90.0, 7_200.0])
async def test_a_limit_is_honoured_to_the_second(
    queue: Queue, bench: Bench, seconds: float
) -> None:
    """Whoever says how long to wait is not asked before."""
    bench.outcomes = [QuotaExceededError(Service.SPOTIFY, seconds)]
    await queue.add("track:1")
    async with queue.running(bench.handle):
        await queue.turner.pass_time(seconds + 1)
    assert bench.pauses == [pytest.approx(seconds, abs=0.1)]


@pytest.mark.parametrize("outcome", [Failed(reason=REASON), PermissionDeniedError(Service.SPOTIFY)])
async def test_hopeless_jobs_end_at_once(
    queue: Queue, bench: Bench, outcome: Result | Exception
) -> None:
    """What no further attempt could help is not tried again."""
    bench.outcomes = [outcome]
    job_id = await queue.add("track:1")
    async with queue.running(bench.handle):
        await queue.turner.pass_time(3600)
    assert len(bench.seen) == 1
    assert (await queue.job(job_id)).state is JobState.FAILED


async def test_a_broken_handler_does_not_stop_the_queue(
    queue: Queue, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """An error nobody thought of costs one attempt of one job, and is told with its traceback."""
    bench.outcomes = [ZeroDivisionError("oops")]
    broken = await queue.add("broken")
    await queue.add("sound")
    async with queue.running(bench.handle):
        await queue.turner.activity.rest()
        assert bench.seen == ["broken", "sound"]
        job = await queue.job(broken)
        assert (job.state, job.reason) == (JobState.WAITING, Reason(key="unexpected"))
        await queue.turner.pass_time(60)
    assert bench.seen == ["broken", "sound", "broken"]
    assert "ZeroDivisionError" in caplog.text


async def test_a_broken_end_does_not_stop_the_queue(queue: Queue, bench: Bench) -> None:
    """When even storing the consequences of a failure fails, the queue goes on."""

    async def break_down(job: Job, reason: Reason) -> None:
        """Fail."""
        raise KeyError("download")

    bench.outcomes = [Failed(reason=REASON)]
    job_id = await queue.add("1")
    await queue.add("2")
    workers = {JobKind.DOWNLOAD: Worker(handle=bench.handle, on_failure=break_down)}
    async with queue.running(workers):
        await queue.turner.activity.rest()
        assert bench.seen == ["1", "2"]
    assert (await queue.job(job_id)).state is JobState.FAILED


# --- Restarts and full disks -------------------------------------------------------------------


async def test_a_stopped_job_runs_again_after_the_restart(queue: Queue, bench: Bench) -> None:
    """Cancelled in the middle, a job is neither done nor failed: the next start takes it up first."""
    bench.seconds = 100
    job_id = await queue.add("begun")
    await queue.add("not begun")
    async with queue.running(bench.handle):
        await queue.turner.pass_time(50)
    assert bench.running == 0
    bench.seconds = 0
    async with queue.running(bench.handle):
        await queue.turner.pass_time(1)
    assert bench.seen == ["begun", "begun", "not begun"]
    job = await queue.job(job_id)
    assert (job.state, job.attempts) == (JobState.COMPLETED, 1)


async def test_a_wish_that_comes_while_a_job_ends_is_not_lost(queue: Queue) -> None:
    """Asked for again while it runs, a job runs once more, and only once."""
    seen = 0

    async def handle(job: Job) -> Result:
        """Be asked for again the first time."""
        nonlocal seen
        seen += 1
        if seen == 1:
            await queue.add(job.subject)
        return Done()

    await queue.add("playlist:1")
    async with queue.running(handle):
        await queue.turner.pass_time(600)
    assert seen == 2


def fill_disk(queue: Queue, *, is_full: bool) -> None:
    """Let the database take nothing, or everything again."""
    connection = queue.database._connection
    assert connection is not None
    connection.execute(f"PRAGMA query_only = {'ON' if is_full else 'OFF'}")


async def test_a_disk_that_takes_nothing_lets_the_queue_wait(
    queue: Queue, bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """When the database cannot be written jobs wait, told once; afterwards all goes on."""
    bench.seconds = 10
    job_id = await queue.add("1")
    await queue.add("2")
    async with queue.running(bench.handle):
        await queue.turner.pass_time(5)
        fill_disk(queue, is_full=True)
        await queue.turner.pass_time(3600)
        assert bench.seen == ["1"]
        fill_disk(queue, is_full=False)
        await queue.turner.pass_time(120)
    assert bench.seen == ["1", "2"]
    assert (await queue.job(job_id)).state is JobState.COMPLETED
    assert 1 <= caplog.text.count("jobs wait") <= 2


async def test_a_clock_set_back_delays_at_most_by_the_jump(queue: Queue, bench: Bench) -> None:
    """Set back by an hour, a job that waits half a minute waits that hour more, not for ever."""
    bench.outcomes = [Later(until=queue.clock.now() + timedelta(seconds=30), reason=REASON)]
    await queue.add("1")
    async with queue.running(bench.handle):
        await queue.turner.pass_time(1)
        queue.clock.jump(-3600)
        await queue.turner.pass_time(3700)
    assert len(bench.seen) == 2


async def test_a_clock_set_ahead_is_noticed_within_a_minute(queue: Queue, bench: Bench) -> None:
    """After a suspend, what became due meanwhile runs."""
    bench.outcomes = [Later(until=queue.clock.now() + timedelta(hours=5), reason=REASON)]
    await queue.add("1")
    async with queue.running(bench.handle):
        await queue.turner.pass_time(1)
        queue.clock.jump(6 * 3600)
        await queue.turner.pass_time(61)
    assert len(bench.seen) == 2


async def test_old_ends_are_forgotten(queue: Queue, bench: Bench) -> None:
    """The table of jobs does not grow for ever."""
    job_id = await queue.add("1")
    async with queue.running(bench.handle):
        queue.clock.jump(13 * 24 * 3600)
        await queue.turner.pass_time(61)
        assert (await queue.job(job_id)).state is JobState.COMPLETED
        queue.clock.jump(2 * 24 * 3600)
        await queue.turner.pass_time(61)
    assert await queue.database.run(jobs.get_job, job_id) is None


async def test_cancelling_ends_everything(queue: Queue) -> None:
    """When the scheduler is stopped no handler goes on behind its back."""
    ended = asyncio.Event()

    async def handle(_: Job) -> Result:
        """Never end by itself."""
        try:
            await queue.clock.sleep(1_000_000)
        finally:
            ended.set()
        return Done()

    await queue.add("1")
    async with queue.running(handle):
        pass
    assert ended.is_set()
