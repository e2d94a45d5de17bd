"""Check that work waits for services that are away: ever longer, together, told once."""

from collections.abc import Iterator
from itertools import pairwise
import logging

import pytest

from custom_components.soulspot.engine.errors import (
    Service,
    ServiceError,
    UnavailableError,
    UnreachableError,
)
from custom_components.soulspot.engine.model import DownloadState, JobKind, JobState
from custom_components.soulspot.engine.queue.scheduler import Done, Result, Worker
from custom_components.soulspot.engine.store import jobs
from custom_components.soulspot.engine.store.jobs import Job
from simulators.musicbrainz import Fault as MusicBrainzFault
from simulators.spotify import Fault as SpotifyFault

from .conftest import MakeWorld
from .queue.conftest import Queue, queue
from .world import HOUR, MINUTE, World, copy, peer

__all__ = ["queue"]

QUEUE = "custom_components.soulspot.engine.queue.outages"


def told(caplog: pytest.LogCaptureFixture) -> Iterator[tuple[int, str]]:
    """Yield what was said about services."""
    for record in caplog.records:
        if record.name == QUEUE:
            yield record.levelno, record.getMessage()


@pytest.mark.parametrize("error", [UnavailableError, UnreachableError])
async def test_many_jobs_ask_once_a_pause(
    queue: Queue, caplog: pytest.LogCaptureFixture, error: type[ServiceError]
) -> None:
    """A hundred jobs ask a service that is away as rarely as one would; then all are done at once."""
    caplog.set_level(logging.INFO)
    asked: list[float] = []
    is_away = True

    async def handle(job: Job) -> Result:
        """Ask the service."""
        asked.append(queue.clock.monotonic())
        if is_away:
            raise error(Service.MUSICBRAINZ)
        return Done()

    ids = [await queue.add(f"track:{number}", kind=JobKind.METADATA) for number in range(100)]
    workers = {JobKind.METADATA: Worker(handle=handle, service=Service.MUSICBRAINZ)}
    async with queue.running(workers):
        await queue.turner.pass_time(12 * HOUR)
        pauses = [after - before for before, after in pairwise(asked)]
        assert 30 <= pauses[0] <= 40
        assert all(later > sooner * 1.4 for sooner, later in pairwise(pauses[:5]))
        assert all(pause <= 1.25 * 1800 + 60 for pause in pauses)
        assert len(asked) < 40
        found = [await queue.job(job_id) for job_id in ids]
        assert {job.attempts for job in found} <= {0}
        assert {job.state for job in found} <= {JobState.PENDING, JobState.WAITING}
        waiting = next(job for job in found if job.state is JobState.WAITING)
        assert waiting.reason is not None
        assert waiting.reason.key == error.translation_key
        assert waiting.run_at > queue.clock.now()
        is_away = False
        await queue.turner.pass_time(2 * HOUR)
        assert {(await queue.job(job_id)).state for job_id in ids} == {JobState.COMPLETED}
    assert [level for level, _ in told(caplog)] == [logging.WARNING, logging.INFO]


async def test_other_kinds_go_on(queue: Queue) -> None:
    """Who needs another service does not wait for the one that is away."""
    done: list[str] = []

    async def fail(job: Job) -> Result:
        """Meet a service that is away."""
        raise UnavailableError(Service.MUSICBRAINZ)

    async def work(job: Job) -> Result:
        """Do the work."""
        done.append(job.subject)
        return Done()

    await queue.add("one", kind=JobKind.METADATA)
    for number in range(3):
        await queue.add(f"{number}", kind=JobKind.FILING)
    workers = {
        JobKind.METADATA: Worker(handle=fail, service=Service.MUSICBRAINZ),
        JobKind.FILING: Worker(handle=work),
    }
    async with queue.running(workers):
        await queue.turner.pass_time(5)
        assert done == ["0", "1", "2"]


async def test_spotify_is_back_by_itself(make_world: MakeWorld) -> None:
    """After hours without Spotify the playlists are read without anybody asking for it."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single")
    world.spotify.fail(SpotifyFault.UNAVAILABLE, times=None)
    with pytest.raises(UnavailableError):
        await world.sync()
    await world.pass_time(6 * HOUR)
    shown = await world.pipeline.playlists.snapshot()
    assert not shown.spotify.is_connected
    job = await sync_job(world)
    assert job is not None
    assert (job.state, job.attempts) == (JobState.WAITING, 0)
    await world.restart()
    world.spotify.clear_faults()
    await world.pass_time(HOUR)
    assert (await world.pipeline.playlists.snapshot()).spotify.is_connected
    assert (await world.until(DownloadState.FILED)).file is not None
    assert await sync_job(world) is None


async def test_a_sync_that_works_ends_the_waiting(make_world: MakeWorld) -> None:
    """When the next usual sync comes first, nobody catches up on it again."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single")
    world.spotify.fail(SpotifyFault.DISCONNECT, times=None)
    with pytest.raises(UnreachableError):
        await world.sync()
    assert await sync_job(world) is not None
    world.spotify.clear_faults()
    await world.sync()
    assert await sync_job(world) is None


async def test_musicbrainz_away_for_hours(
    make_world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """Tags wait without using up an attempt, few requests are made, two lines are logged."""
    caplog.set_level(logging.INFO)
    world = await make_world(peer("ann", copy("r1"), copy("r2")), peer("bob", copy("r3")))
    world.musicbrainz.fail(MusicBrainzFault.BUSY, times=None)
    await world.start("pair", "single")
    await world.sync()
    await world.until_settled()
    await world.pass_time(8 * HOUR)
    assert [level for level, _ in told(caplog)] == [logging.WARNING]
    before = await world.status("r3")
    assert before.track.enriched_at is None
    world.musicbrainz.clear_faults()
    await world.pass_time(HOUR + MINUTE)
    assert (await world.status("r3")).track.musicbrainz_recording_id is not None
    assert [level for level, _ in told(caplog)] == [logging.WARNING, logging.INFO]


async def sync_job(world: World) -> Job | None:
    """Return the job that catches up on a sync."""
    return await world.pipeline._context.database.run(
        jobs.find_alive, JobKind.PLAYLIST_SYNC, "playlists"
    )
