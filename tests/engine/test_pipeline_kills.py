"""Kill the pipeline in the middle of its work, and see that nothing is lost, doubled or left behind."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
import json
from pathlib import Path
import random
import re
import shutil
import sqlite3
import sys

import pytest

from benchmarks.crash_world import World
from custom_components.soulspot.engine.model import DownloadState
from custom_components.soulspot.engine.use_cases.playlists.import_playlist import (
    ImportPlaylistRequest,
)
from simulators.slskd import SUPPORTED
from simulators.slskd.search_model import SearchOptions

from .conftest import MakeWorld
from .world import copy, peer

ROOT = Path(__file__).parents[2]
VICTIM = "tests.engine.pipeline_victim"
TRACKS = 5
SPEED = 50.0  # simulated seconds in a real one
LIVES = 6
LONGEST_LIFE = 1.5  # real seconds
LAST_LIFE = 120.0


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


@pytest.mark.timeout(LAST_LIFE * 1.5)
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


async def test_a_source_that_outlived_its_filing_is_removed(make_world: MakeWorld) -> None:
    """Killed after the track was filed and before slskd's copy was deleted, the next run deletes it."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single", keep_source=False)
    await world.sync()
    await world.until(DownloadState.FILED)
    database = world.pipeline._context.database
    [source] = map(Path, await database.run(_rows, "SELECT local_path FROM download"))
    assert not source.exists()
    await world.stop()
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_bytes(b"x")
    with closing(sqlite3.connect(world.settings.database)) as connection:
        connection.execute(
            "UPDATE job SET state = 'running', finished_at = NULL WHERE kind = 'filing'"
        )
        connection.commit()
    await world.start()
    await world.pass_time(30)
    assert not source.exists()
    assert (await world.status("r3")).state is DownloadState.FILED


async def test_a_list_that_was_stored_but_not_queued_is_queued(make_world: MakeWorld) -> None:
    """Killed between reading a playlist and queueing its tracks, the next sync queues them."""
    world = await make_world(peer("ann", copy("r3")))
    await world.start("single")
    request = ImportPlaylistRequest(playlist_id=world.spotify.playlist_id("single"))
    await world.passing(world.pipeline._sync._import.execute(request))
    await world.restart()
    await world.sync()
    await world.until(DownloadState.FILED)


def _rows(connection: sqlite3.Connection, statement: str) -> list[str]:
    """Return the first column of what a statement finds."""
    return [row[0] for row in connection.execute(statement)]


# --- The judge ---------------------------------------------------------------------------------


def change_database(world: World, statement: str) -> None:
    """Change something that the pipeline would never change in this way."""
    with closing(sqlite3.connect(world.folder / "database" / "soulspot.db")) as connection:
        connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def spoil_database(world: World) -> None:
    """Overwrite the middle of the database."""
    file = world.folder / "database" / "soulspot.db"
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8192] = b"\xff" * 8192
    file.write_bytes(content)


def some_file(world: World) -> Path:
    """Return one of the filed files."""
    return min((world.folder / "library").rglob("*.flac"), default=None) or min(
        (world.folder / "library").rglob("*.mp3")
    )


def grow(world: World) -> None:
    """Let a filed file be longer than it was."""
    with some_file(world).open("ab") as file:
        file.write(b"x")


def leave(world: World, path: str) -> None:
    """Leave a file somewhere."""
    file = world.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")


def deliver_twice(world: World) -> None:
    """Let one file have come two times."""
    records = world.slskd.transfers.records
    done = next(one for one in records.values() if one.state == "Completed, Succeeded")
    records["again"] = done


def show_row(world: World) -> None:
    """Let a row of ours stand in slskd's list again."""
    rows = world.slskd.transfers.records.values()
    next(row for row in rows if row.removed).removed = False


def search_much(world: World) -> None:
    """Let more have been searched than is good."""
    world.slskd.searches.sent_at.extend([10_000.0] * 31)


HARM: dict[str, Callable[[World], object]] = {
    "no file for track": lambda world: some_file(world).unlink(),
    "other size": grow,
    "nobody's file": lambda world: leave(world, "library/Ada/.soulspot-1.tmp"),
    "unfinished": lambda world: leave(world, "incomplete/ann/a.mp3"),
    "downloads left": lambda world: leave(world, "downloads/a.mp3"),
    "beside the database": lambda world: leave(world, "database/soulspot.db.tmp"),
    "on no playlist": lambda world: shutil.rmtree(world.folder / "library" / "Playlists"),
    "searches left": lambda world: world.slskd.searches.create(None, "left", SearchOptions()),
    "enqueued while alive": lambda world: world.slskd.transfers.doubled.append(("ann", "a.mp3")),
    "delivered 2 times": deliver_twice,
    "rows left": show_row,
    "searches within": search_much,
    "own searches still": lambda world: change_database(
        world, "INSERT INTO own_search (id, created_at) VALUES ('1', 1)"
    ),
    "queued, None": lambda world: change_database(
        world, "UPDATE download SET state = 'queued', reason = NULL WHERE id = 1"
    ),
    "tracks of 5 are known": lambda world: change_database(world, "DELETE FROM playlist_entry"),
    "database cannot be read|integrity": spoil_database,
}


@pytest.mark.timeout(LAST_LIFE * 1.5)
async def test_the_judge_sees_every_harm(socket_enabled: None, tmp_path: Path) -> None:
    """A guarantee that is broken on purpose is found broken, and nothing else is."""
    folder = tmp_path / "world"
    folder.mkdir()
    world = World(folder, tracks=TRACKS, speed=SPEED, seed=3, version=SUPPORTED[-1])
    async with world, victims(folder) as process:
        assert await live(process, world, "never", 0, LAST_LIFE)
        assert world.judge().broken == ()
        unharmed = tmp_path / "unharmed"
        shutil.copytree(folder, unharmed)
        for text, harm in HARM.items():
            with restored(world):
                harm(world)
                broken = world.judge().broken
            assert any(re.search(text, found) for found in broken), (text, broken)
            shutil.rmtree(folder)
            shutil.copytree(unharmed, folder)
        assert world.judge().broken == ()


@contextmanager
def restored(world: World) -> Iterator[None]:
    """Undo what is done to the simulated slskd."""
    slskd = world.slskd
    records, shown = dict(slskd.transfers.records), slskd.transfers.by_user()
    doubled, sent_at = list(slskd.transfers.doubled), list(slskd.searches.sent_at)
    assert not shown
    yield
    for row in records.values():
        row.removed = True
    slskd.transfers.records = records
    slskd.transfers.doubled[:], slskd.searches.sent_at[:] = doubled, sent_at
    slskd.searches.records.clear()
