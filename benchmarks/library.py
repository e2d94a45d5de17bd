"""Measure filing with tags, and indexing, of many small real files.

The files are a second long, in five formats. Filing is what a download goes through: copied, tagged, its
sound proven unchanged, flushed, renamed. Indexing goes through the pipeline's own background step into its
database: a first pass, a second one that finds nothing new and passes over folders that are as they were, and one
after a restart, which looks at the size and time of every file. The files are made to look a day old: what is
younger than a minute may still be written, and is always looked at. All the while a clock ticks in the event loop, and another one in a
process of its own that does nothing else: what delays that one too is the machine, not this program.

Run `python -m benchmarks.library [--files 10000]`.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import io
import os
from pathlib import Path, PurePosixPath
import sys
import tempfile
import time

import aiohttp
import numpy as np
import soundfile
from yarl import URL

from custom_components.soulspot.engine.library.filing import file_track
from custom_components.soulspot.engine.library.tag_set import TagSet
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import PipelineSettings

TARGET = 50  # times faster than the first pass
_TICK = 0.005  # seconds
_IDLE_PROCESS = f"""
import select, sys, time
print(flush=True)
last, longest = time.perf_counter(), 0.0
while not select.select([sys.stdin], [], [], {_TICK})[0]:
    now = time.perf_counter()
    longest, last = max(longest, now - last - {_TICK}), now
print(longest)
"""
_FORMATS = {
    "flac": ("FLAC", "PCM_16", 44_100),
    "mp3": ("MP3", "MPEG_LAYER_III", 44_100),
    "ogg": ("OGG", "VORBIS", 44_100),
    "opus": ("OGG", "OPUS", 48_000),
    "wav": ("WAV", "PCM_16", 44_100),
}


@dataclass(slots=True)
class Measurement:
    """Hold what a piece of work took."""

    seconds: float = 0.0
    longest_stall: float = 0.0  # seconds in which the event loop did not come round
    machine_stall: float = 0.0  # seconds in which an idle process did not come round
    memory: int = 0  # bytes by which the process grew at most


def resident_bytes() -> int:
    """Return the memory of this process, 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * 4096


@asynccontextmanager
async def measured() -> AsyncIterator[Measurement]:
    """Measure the work inside; the figures are there afterwards."""
    result = Measurement()
    before = resident_bytes()
    idle = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _IDLE_PROCESS,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert idle.stdout is not None
    await idle.stdout.readline()  # It has begun.

    async def tick() -> None:
        """Tick, and remember the longest pause."""
        last, count = time.perf_counter(), 0
        while True:
            await asyncio.sleep(_TICK)
            now = time.perf_counter()
            result.longest_stall = max(result.longest_stall, now - last - _TICK)
            last, count = now, count + 1
            if count % 20 == 0:
                result.memory = max(result.memory, resident_bytes() - before)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(_TICK)
    begun = time.perf_counter()
    try:
        yield result
    finally:
        result.seconds = time.perf_counter() - begun
        result.memory = max(result.memory, resident_bytes() - before)
        ticking.cancel()
        told, _ = await idle.communicate()
        result.machine_stall = float(told)


def make_sources(folder: Path) -> dict[str, Path]:
    """Encode one sound in every format."""
    sources = {}
    for extension, (container, subtype, rate) in _FORMATS.items():
        sound = 0.1 * np.random.default_rng(1).standard_normal((rate, 2))
        buffer = io.BytesIO()
        soundfile.write(buffer, sound, rate, format=container, subtype=subtype)
        sources[extension] = folder / f"source.{extension}"
        sources[extension].write_bytes(buffer.getvalue())
    return sources


def tags_of(number: int) -> TagSet:
    """Invent the tags of a track."""
    artist, album = f"Artist {number // 100}", f"Album {number // 10}"
    return TagSet(
        title=f"Song {number}",
        artist=artist,
        artists=(artist,),
        album=album,
        albumartist=artist,
        tracknumber=number % 10 + 1,
        totaltracks=10,
        date="2026",
        isrc=(f"QZTST26{number % 100_000:05d}",),
    )


def file_all(library: Path, sources: dict[str, Path], numbers: range) -> None:
    """File some tracks."""
    extensions = list(sources)
    for number in numbers:
        extension, tags = extensions[number % len(extensions)], tags_of(number)
        name = f"{tags.tracknumber:02d} {tags.title}.{extension}"
        relative = PurePosixPath(f"{tags.artist}/{tags.album}/{name}")
        file_track(sources[extension], library, relative, tags)


def age(library: Path) -> None:
    """Let everything in the library be a day old."""
    yesterday = time.time() - 24 * 3600
    for path in library.rglob("*"):
        os.utime(path, (yesterday, yesterday))


async def measure(folder: Path, count: int) -> None:
    """File and index so many files, and print the figures."""
    library = folder / "library"
    await asyncio.to_thread(library.mkdir)
    sources = await asyncio.to_thread(make_sources, folder)
    async with measured() as filing:
        for start in range(0, count, 50):
            numbers = range(start, min(start + 50, count))
            await asyncio.to_thread(file_all, library, sources, numbers)
    report("filing with tags", filing, count)
    await asyncio.to_thread(age, library)
    settings = PipelineSettings(
        database=folder / "soulspot.db",
        slskd_address=URL("http://127.0.0.1:9"),
        library=library,
    )
    async with opened(settings) as pipeline:
        first = await index(pipeline, "first pass", count, reads=count)
        second = await index(pipeline, "second pass", count, reads=0)
    async with opened(settings) as pipeline:
        restarted = await index(pipeline, "after a restart", count, reads=0)
    print(f"The second pass is {first / second:.0f} times faster; target {TARGET}")
    print(f"A pass that looks at every file is {first / restarted:.0f} times faster")


@asynccontextmanager
async def opened(settings: PipelineSettings) -> AsyncIterator[Pipeline]:
    """Open a pipeline that talks to nobody."""
    async with aiohttp.ClientSession() as session:
        pipeline = Pipeline(settings, session=session, tokens=None)
        await pipeline.open()
        try:
            yield pipeline
        finally:
            await pipeline.close()


async def index(pipeline: Pipeline, name: str, count: int, *, reads: int) -> float:
    """Index, print the figures, and return the seconds."""
    async with measured() as measurement:
        progress = await pipeline.library.index()
    report(name, measurement, count)
    if (progress.looked_at, progress.read, progress.unreadable) != (count, reads, 0):
        print(f"  not as expected: {progress}")
    return measurement.seconds


def report(name: str, measurement: Measurement, count: int) -> None:
    """Print one line of figures."""
    print(
        f"{name:<17} {count} files in {measurement.seconds:7.2f} s: "
        f"{count / measurement.seconds:8.0f} a second, "
        f"longest stall of the loop {measurement.longest_stall * 1000:4.0f} ms "
        f"(of an idle process beside it {measurement.machine_stall * 1000:.0f}), "
        f"{measurement.memory / 1e6:.0f} MB more memory",
        flush=True,
    )


def main() -> None:
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="where to work; on the disk to be measured")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        asyncio.run(measure(Path(name), arguments.files))


if __name__ == "__main__":
    main()
