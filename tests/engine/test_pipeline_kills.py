"""Kill the pipeline in the middle of its work, and see that nothing is lost, doubled or left behind."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import random
import sys

import pytest

from benchmarks.crash_world import World
from simulators.slskd import SUPPORTED

ROOT = Path(__file__).parents[2]
VICTIM = "tests.engine.pipeline_victim"
TRACKS = 5
SPEED = 50.0  # simulated seconds in a real one
LIVES = 6
LONGEST_LIFE = 1.5  # real seconds
LAST_LIFE = 40.0


@asynccontextmanager
async def victims(folder: Path) -> AsyncIterator[Process]:
    """Run the program that lives and dies."""
    with (folder / "log.txt").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", VICTIM, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=log
        )
        try:
            yield process
        finally:
            process.kill()
            await process.wait()


async def live(process: Process, world: World, doom: str, number: int, seconds: float) -> bool:
    """Let one process live until its doom; True when it had nothing left to do."""
    assert process.stdin is not None
    assert process.stdout is not None
    configuration = {**world.configuration(doom, number), "life": seconds}
    process.stdin.write(json.dumps(configuration).encode() + b"\n")
    is_settled = False
    async with asyncio.timeout(LAST_LIFE + 10):
        while (line := (await process.stdout.readline()).strip()) != b"dead":
            assert line or process.returncode is None, "the program has ended"
            is_settled = is_settled or line == b"settled"
    return is_settled


@pytest.mark.parametrize("seed", [1, 2])
async def test_killed_again_and_again(socket_enabled: None, tmp_path: Path, seed: int) -> None:
    """Killed between any two steps, every track is filed exactly once or explained in the end."""
    source = random.Random(seed)
    version = SUPPORTED[-1] if seed == 1 else SUPPORTED[1]
    world = World(tmp_path, tracks=TRACKS, speed=SPEED, seed=seed, version=version)
    async with world, victims(tmp_path) as process:
        kills = 0
        for _ in range(LIVES):
            doom = source.choice(["time", "transactions", "answers", "files"])
            number = source.randint(1, {"transactions": 90, "answers": 40}.get(doom, 25))
            life = source.uniform(0.1, LONGEST_LIFE)
            if await live(process, world, doom, number, life):
                break
            kills += 1
        log = tmp_path / "log.txt"
        is_settled = await live(process, world, "never", 0, LAST_LIFE)
        verdict = world.judge()
        assert is_settled, log
        assert kills >= 3
        assert verdict.broken == ()
        assert verdict.filed + verdict.explained.total() == TRACKS
        assert verdict.filed >= TRACKS - 1
