"""Measure the queue with ten thousand jobs and five thousand transfers under way."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import multiprocessing
from pathlib import Path
import sqlite3
import statistics
import time

import aiohttp
from yarl import URL

from benchmarks.queue_network import Row, serve
from custom_components.soulspot.engine.errors import Service
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.model import (
    Artist,
    DownloadId,
    DownloadState,
    JobKind,
    JobState,
    Quality,
    TrackMetadata,
)
from custom_components.soulspot.engine.musicbrainz.client import MusicBrainzClient
from custom_components.soulspot.engine.musicbrainz.cover_art import CoverArtClient
from custom_components.soulspot.engine.musicbrainz.lane import RequestLane
from custom_components.soulspot.engine.ports import Clock
from custom_components.soulspot.engine.settings import PipelineSettings
from custom_components.soulspot.engine.slskd.client import SlskdClient
from custom_components.soulspot.engine.store import Database, downloads, jobs, tracks, transfers
from custom_components.soulspot.engine.store.caches import CacheSpace, StoredCache
from custom_components.soulspot.engine.use_cases.context import Announcer, Context
from custom_components.soulspot.engine.use_cases.downloads.watch_slskd import WatchSlskd
from custom_components.soulspot.engine.use_cases.downloads.watch_transfers import WatchTransfers

_PEERS = 300
_LANES = 20
_TICKS = 300
_LOOKS = 60
_LOOK_PAUSE = 2.0  # seconds, as while bytes flow


class TurnedClock:
    """Tell the machine's time plus what it was turned by; implements Clock."""

    def __init__(self) -> None:
        """Begin with the machine's time."""
        self._turned = 0.0

    def now(self) -> datetime:
        """Return the wall-clock time in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self._turned)

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic() + self._turned

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(seconds)

    def turn(self, seconds: float) -> None:
        """Let time jump ahead."""
        self._turned += seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Hold what something cost each time: milliseconds of CPU (all threads) and of waiting."""

    cpu_mean: float
    cpu_most: float
    wall_mean: float
    wall_most: float

    @classmethod
    def of(cls, cpu: Sequence[float], wall: Sequence[float]) -> Cost:
        """Sum up measurements in seconds."""
        return cls(
            cpu_mean=round(statistics.fmean(cpu) * 1000, 2),
            cpu_most=round(max(cpu) * 1000, 2),
            wall_mean=round(statistics.fmean(wall) * 1000, 2),
            wall_most=round(max(wall) * 1000, 2),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Hold the figures; times in milliseconds, memory in MB."""

    jobs: int
    transfers: int
    tick: Cost
    poll: Cost
    reconciliation: Cost
    recovery: float  # From opening the file to the end of the first look at everything.
    longest_stall: float
    memory_before: float
    memory_after: float
    database: float


class Heartbeat:
    """Notice how long the event loop is held up."""

    def __init__(self) -> None:
        """Nothing was noticed yet."""
        self.longest = 0.0

    async def beat(self) -> None:
        """Beat every millisecond until cancelled."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.perf_counter() - before - 0.001)


def memory() -> float:
    """Return this process's resident memory in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def context_of(settings: PipelineSettings, session: aiohttp.ClientSession, clock: Clock) -> Context:
    """Build what use cases work with, without Spotify."""
    database = Database(settings.database)
    slskd = HttpClient(session=session, service=Service.SLSKD, base_url=settings.slskd_address)
    unused = HttpClient(
        session=session, service=Service.MUSICBRAINZ, base_url=settings.endpoints.musicbrainz
    )
    cache = StoredCache(database, CacheSpace.MUSICBRAINZ, clock)

    async def no_image(_: str) -> bytes | None:
        """Have no pictures."""
        return None

    return Context(
        settings=settings,
        database=database,
        clock=clock,
        announcer=Announcer(),
        slskd=SlskdClient(slskd, settings.slskd_api_key, clock),
        spotify=None,
        musicbrainz=MusicBrainzClient(unused, RequestLane(clock), cache, version="0"),
        cover_art=CoverArtClient(unused, version="0"),
        acoustid=None,
        fetch_image=no_image,
        playlists={},
    )


def _fill(connection: sqlite3.Connection, rows: Sequence[Row], number: int, now: datetime) -> None:
    """Store downloads under way, and jobs of which half wait for their time."""
    for row in rows:
        download_id = _download(connection, f"under way {row.id}", now)
        transfers.start_transfer(
            connection,
            download_id,
            position=0,
            username=row.username,
            remote_path=row.filename,
            size=row.size,
            batch_id=None,
            now=now,
        )
        transfers.acknowledge_transfer(connection, download_id, row.id)
        downloads.set_state(connection, download_id, DownloadState.TRANSFERRING, now=now)
    for index in range(number):
        download_id = _download(connection, f"wanted {index}", now, lane=f"list {index % _LANES}")
        later = now + timedelta(hours=index % 300 + 1) if index % 2 else None
        downloads.queue_step(connection, download_id, now=now, run_at=later)


def _download(
    connection: sqlite3.Connection, title: str, now: datetime, lane: str = ""
) -> DownloadId:
    """Store a track with its download."""
    metadata = TrackMetadata(title=title, artists=(Artist(name="Artist"),))
    track_id = tracks.save_track(connection, metadata)
    return downloads.request_download(
        connection, track_id, quality=Quality.BEST, query=None, now=now, lane=lane
    )


async def _timed(work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Return the CPU and wall seconds that something takes."""
    cpu, wall = time.process_time(), time.perf_counter()
    await work()
    return time.process_time() - cpu, time.perf_counter() - wall


async def _tick(database: Database, clock: Clock) -> None:
    """Do what the scheduler does at every turn: wake, claim one job, end it, ask for the next."""
    await database.run(jobs.wake_due, now=clock.now())
    for kind in JobKind:
        job = await database.run(jobs.claim_next, kind, now=clock.now())
        if job is not None:
            await database.run(jobs.finish, job.id, JobState.COMPLETED, now=clock.now())
    await database.run(jobs.next_due)


async def _measure(folder: Path, url: str, rows: Sequence[Row], number: int) -> Scale:
    """Fill a database and work on it."""
    settings = PipelineSettings(database=folder / "soulspot.db", slskd_address=URL(url))
    clock = TurnedClock()
    before = memory()
    async with aiohttp.ClientSession() as session:
        filling = context_of(settings, session, clock)
        await filling.database.open()
        await filling.database.run(_fill, rows, number, clock.now())
        for _ in range(3):  # As left behind by a killed process.
            await filling.database.run(jobs.claim_next, JobKind.DOWNLOAD, now=clock.now())
        await filling.database.close()

        context = context_of(settings, session, clock)
        heart = Heartbeat()
        beating = asyncio.create_task(heart.beat())
        began = time.perf_counter()
        await context.database.open()
        await context.database.run(jobs.recover, now=clock.now())
        watch = WatchSlskd(context)
        await watch.check()
        transfers = WatchTransfers(context, watch)
        reconciliation = await _timed(transfers.look)
        recovery = time.perf_counter() - began
        looks = []
        for _ in range(_LOOKS):
            clock.turn(_LOOK_PAUSE)
            looks.append(await _timed(transfers.look))
        ticks = [await _timed(lambda: _tick(context.database, clock)) for _ in range(_TICKS)]
        after = memory()
        beating.cancel()
        live = len(transfers.live)
        await context.database.close()
    if live != len(rows):
        raise RuntimeError(f"{live} transfers of {len(rows)} are followed")
    size = (await asyncio.to_thread(settings.database.stat)).st_size
    return Scale(
        jobs=number,
        transfers=len(rows),
        tick=Cost.of([cpu for cpu, _ in ticks], [wall for _, wall in ticks]),
        poll=Cost.of([cpu for cpu, _ in looks], [wall for _, wall in looks]),
        reconciliation=Cost.of([reconciliation[0]], [reconciliation[1]]),
        recovery=round(recovery * 1000, 1),
        longest_stall=round(heart.longest * 1000, 1),
        memory_before=before,
        memory_after=after,
        database=round(size / 1024 / 1024, 1),
    )


def measure_scale(folder: Path, *, number: int = 10_000, transfers: int = 5_000) -> Scale:
    """Serve so many transfers from another process, and measure the queue with so many jobs."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    server = spawn.Process(target=serve, args=(there, folder, _PEERS, transfers), daemon=True)
    server.start()
    try:
        url, rows = here.recv()
        return asyncio.run(_measure(folder, url, rows, number))
    finally:
        here.send("stop")
        server.join(10)
