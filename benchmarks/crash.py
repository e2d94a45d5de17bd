"""Kill the pipeline again and again, and see that nothing is lost and nothing is done twice.

`python -m benchmarks.crash --kills N [--json FILE] [--seed S]` runs it in a process of its own against
simulators with failing people, and ends it with SIGKILL: after a random time, or just before or after a
random step with files, transactions or answers. When N kills are spent, and whenever a world has
nothing left to be done, every wanted track must be filed exactly once or explained.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import AsyncIterator
import contextlib
from dataclasses import dataclass, field, fields
import json
import os
from pathlib import Path
import random
import shutil
import signal
import sys
import tempfile
import time

from benchmarks.crash_world import Verdict, World
from simulators.slskd import LATEST, SUPPORTED

_DOOMS = {"time": 6, "transactions": 5, "answers": 4, "posts": 4, "files": 5}
_REACH = {"transactions": 120, "answers": 50, "posts": 6, "files": 80}
_LONGEST_LIFE = 1.6  # real seconds after the start-up
_PATIENCE = 900.0  # real seconds for the last life of a world
_RESTART_CHANCE = 0.03
_STAND_IN_CHANCE = 0.05


@dataclass(slots=True)
class Tally:
    """Count over all worlds."""

    kills: Counter[str] = field(default_factory=Counter)
    restarts: int = 0
    stand_ins: int = 0
    worlds: int = 0
    wanted: int = 0
    filed: int = 0
    searches: int = 0
    downloads: int = 0
    explained: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, verdict: Verdict) -> None:
        """Take a world's verdict in."""
        self.worlds += 1
        self.wanted += verdict.wanted
        self.filed += verdict.filed
        self.searches += verdict.searches
        self.downloads += verdict.downloads
        self.explained.update(verdict.explained)
        self.ends.update(verdict.ends)
        self.broken += [f"world {self.worlds}: {text}" for text in verdict.broken]


class Lives:
    """Start lives of the pipeline one after the other, hear what they say, and end them."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take the process whose forks they are."""
        self._process = process
        self._pid = 0
        self._code: int | None = None

    async def begin(self, world: World, doom: str, number: int) -> None:
        """Start a life."""
        assert self._process.stdin is not None
        self._code = None
        line = json.dumps(world.configuration(doom, number))
        self._process.stdin.write(line.encode() + b"\n")
        begun = await self._hear(b"begun", 60)
        assert begun is not None, "no life has begun"
        self._pid = int(begun)

    async def says(self, word: bytes, seconds: float) -> bool:
        """Tell whether a life says a word in time, before it ends."""
        return await self._hear(word, seconds) is not None

    async def end(self, *, patience: float = 0.0) -> int:
        """Kill the life unless it ends by itself in so many seconds, and return its exit code."""
        await self._hear(b"ended", patience)
        while self._code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            await self._hear(b"ended", 10)
        return self._code

    async def _hear(self, word: bytes, seconds: float) -> bytes | None:
        """Return what follows a word in what the life says, or None when it is not said in time."""
        assert self._process.stdout is not None
        if self._code is not None:
            return None
        try:
            async with asyncio.timeout(seconds):
                while line := await self._process.stdout.readline():
                    said, _, rest = line.strip().partition(b" ")
                    if said == b"ended":
                        self._code = int(rest)
                    if said == word:
                        return rest
                    if self._code is not None:
                        return None
        except TimeoutError:
            return None
        raise RuntimeError("the process of the lives has ended")


@contextlib.asynccontextmanager
async def _lives(log: Path) -> AsyncIterator[Lives]:
    """Run the process that the lives are forks of."""
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.crash_child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
        try:
            yield Lives(process)
        finally:
            process.kill()
            await process.wait()


async def _one_life(world: World, lives: Lives, source: random.Random) -> str | None:
    """Start a life and kill it; return what killed it, or None when it had nothing left to do."""
    doom = source.choices(list(_DOOMS), weights=list(_DOOMS.values()))[0]
    number = source.randint(1, _REACH[doom]) if doom in _REACH else 0
    await lives.begin(world, doom, number)
    is_settled = False
    if doom == "time" and source.random() < 0.2:
        await asyncio.sleep(source.uniform(0.0, 0.2))
        doom = "start-up"
    elif await lives.says(b"ready", 30):
        life = source.uniform(0.05, _LONGEST_LIFE) if doom == "time" else 4 * _LONGEST_LIFE
        is_settled = await lives.says(b"settled", life)
    code = await lives.end()
    if is_settled:
        return None
    if code != -signal.SIGKILL:
        raise RuntimeError("the pipeline ended by itself, see its log")
    return doom


async def _world(
    folder: Path, kills: int, arguments: argparse.Namespace, source: random.Random, tally: Tally
) -> None:
    """Live, die and live again until everything is settled."""
    log = folder / "log.txt"
    version = arguments.version
    world = World(
        folder,
        tracks=arguments.tracks,
        speed=arguments.speed,
        seed=source.randrange(10**6),
        version=version,
        has_fickle_files=True,
    )
    async with world, _lives(log) as lives:
        while tally.kills.total() < kills:
            killer = await _one_life(world, lives, source)
            if killer is None:
                break
            tally.kills[killer] += 1
            if source.random() < _RESTART_CHANCE:
                tally.restarts += 1
                await world.slskd.restart(down_seconds=20)
            if source.random() < _STAND_IN_CHANCE:
                tally.stand_ins += 1
                world.stand_in(source.randint(3, 30))
        await lives.begin(world, "never", 0)
        is_settled = await lives.says(b"settled", _PATIENCE)
        await lives.end(patience=30 if is_settled else 0)
        verdict = world.judge()
        tally.add(verdict)
        if not is_settled:
            tally.broken.append(f"world {tally.worlds}: not settled in {_PATIENCE} s")
        if verdict.broken or not is_settled:
            print(f"see {folder}", file=sys.stderr)
        else:
            await asyncio.to_thread(shutil.rmtree, folder)
    print(
        f"world {tally.worlds}: {tally.kills.total()} kills, {verdict.filed} of {verdict.wanted} filed, "
        f"{verdict.searches} searches, {verdict.downloads} downloads, explained: {dict(verdict.explained)}, broken: {verdict.broken}",
        flush=True,
    )


async def _run(arguments: argparse.Namespace) -> Tally:
    """Go through worlds until the kills are spent."""
    source = random.Random(arguments.seed)
    tally = Tally()
    began = time.monotonic()
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="soulspot-crash-"))
    number = 0
    while tally.kills.total() < arguments.kills:
        number += 1
        home = folder / f"world-{number}"
        await asyncio.to_thread(home.mkdir)
        await _world(home, arguments.kills, arguments, source, tally)
    tally.seconds = round(time.monotonic() - began, 1)
    return tally


def main() -> int:
    """Run, print and judge; 1 when anything was lost, doubled or left behind."""
    parser = argparse.ArgumentParser("benchmarks.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--tracks", type=int, default=48, help="in each world")
    parser.add_argument("--speed", type=float, default=40.0, help="simulated seconds in a real one")
    parser.add_argument("--version", choices=SUPPORTED, default=LATEST, help="of slskd")
    arguments = parser.parse_args()
    tally = asyncio.run(_run(arguments))
    figures = {item.name: getattr(tally, item.name) for item in fields(tally)}
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
