"""Check that nothing that is done again and again looks at a whole table."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
import re
import sqlite3
from unittest.mock import patch

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.model import (
    DownloadId,
    DownloadState,
    JobKind,
    JobState,
    Priority,
)
from custom_components.soulspot.engine.store import Database, downloads, jobs, migrations, transfers

from .conftest import MakeWorld
from .store.conftest import memory_database
from .world import World, peer

NUMBER = 10_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()


def fill(connection: sqlite3.Connection, number: int = NUMBER) -> None:
    """Fill every table that grows: a tenth waits, a half is under way, the rest has ended."""
    connection.execute("DELETE FROM job")
    connection.executemany(
        "INSERT INTO track (id, source_key, title, duration_ms) VALUES (?, ?, ?, 200000)",
        [(index, f"spotify:track:{index:022d}", f"Song {index}") for index in range(1, number + 1)],
    )
    connection.executemany(
        "INSERT INTO playlist (id, spotify_id, name, synced_at) VALUES (?, ?, ?, ?)",
        [(index, f"list{index}", f"List {index}", NOW) for index in range(1, 101)],
    )
    connection.executemany(
        "INSERT INTO playlist_entry (playlist_id, position, kind, track_id, title) VALUES (?, ?, 'track', ?, '')",
        [(index % 100 + 1, index, index) for index in range(1, number + 1)],
    )
    states = ("queued", "transferring", "transferring", "filed", "not_available")
    connection.executemany(
        """
        INSERT INTO download (id, track_id, state, quality, priority, lane, created_at, updated_at, filed_at)
        VALUES (?, ?, ?, 'best', 2, ?, ?, ?, ?)
        """,
        [
            (
                index,
                index,
                states[index % 5],
                f"list{index % 100 + 1}",
                NOW,
                NOW,
                NOW - index * 60 if states[index % 5] == "filed" else None,
            )
            for index in range(1, number + 1)
        ],
    )
    connection.executemany(
        """
        INSERT INTO library_file (track_id, path, size, modified_ns, format, filed_at)
        VALUES (?, ?, 1, 1, 'flac', ?)
        """,
        [(index, f"{index}.flac", NOW) for index in range(3, number + 1, 5)],
    )
    connection.executemany(
        """
        INSERT INTO transfer (download_id, position, username, remote_path, size, transfer_id, phase,
            phase_since, requested_at, acknowledged) VALUES (?, 0, ?, ?, 1000, ?, 'Queued, Remotely', ?, ?, 1)
        """,
        [
            (index, f"peer {index % 500}", f"music\\{index}.flac", f"id {index}", NOW, NOW)
            for index in range(1, number + 1)
            if states[index % 5] == "transferring"
        ],
    )
    job_states = ("pending", "waiting", "completed", "completed", "failed")
    connection.executemany(
        """
        INSERT INTO job (kind, subject, state, priority, lane, turn, run_at, created_at, finished_at, payload)
        VALUES ('download', ?, ?, 2, '', ?, ?, ?, ?, ?)
        """,
        [
            (
                f"track:{index}",
                job_states[index % 5],
                index,
                NOW + 1e6,
                NOW,
                NOW,
                f'{{"download":{index}}}',
            )
            for index in range(1, number + 1)
        ],
    )
    connection.executemany(
        "INSERT INTO peer (username, seen_at) VALUES (?, ?)",
        [(f"peer {index}", NOW) for index in range(2000)],
    )
    connection.executemany(
        "INSERT INTO journal (track_id, at, event, data) VALUES (?, ?, 'searched', '{}')",
        [(index, NOW) for index in range(1, number + 1)],
    )


async def traced(world: World, work: Callable[[], Awaitable[object]]) -> list[str]:
    """Return the statements that something needs."""
    database: Database = world.pipeline._context.database
    connection = database._connection
    assert connection is not None
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    try:
        await world.passing(work())
    finally:
        connection.set_trace_callback(None)
    return [text for text in statements if re.match(r"\s*(SELECT|WITH|UPDATE|DELETE|INSERT)", text)]


def explain(connection: sqlite3.Connection, statement: str) -> list[str]:
    """Return the steps of a statement's plan."""
    return [str(row["detail"]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]


# Bounded, however large everything else grows.
_SMALL = frozenset(
    {"json_each", "own_row", "abandoned_request", "own_search", "setting", "CONSTANT ROW"}
    | {"playlist", "wanted_change", "transfer_change"}
)
_SORTED = "USE TEMP B-TREE"
_ORDERED = re.compile(
    r"SCAN (job USING COVERING INDEX job_(due|running)|download USING INDEX download_latest)"
)


def looks_at_everything(steps: list[str]) -> bool:
    """Tell whether a plan has a step that grows with the number of tracks, jobs or transfers."""
    for detail in steps:
        found = re.match(r"SCAN (\w+(?: ROW)?)", detail)
        if found is not None and found[1] not in _SMALL:
            # In the order of an index up to the first rows, or what runs at this moment.
            if not _ORDERED.fullmatch(detail):
                return True
        if detail.startswith(_SORTED):
            return True
    return False


@pytest.fixture
async def full(make_world: MakeWorld) -> World:
    """Return a paused account with ten thousand of everything."""
    world = await make_world(peer("ann"))
    await world.start()
    await world.pipeline.queue.pause()
    await world.pipeline._context.database.run(fill)
    await world.pass_time(1)
    return world


async def turn(world: World) -> None:
    """Let the scheduler look for work, and begin and end some of it."""
    database, now = world.pipeline._context.database, world.clock.now()
    await database.run(jobs.wake_due, now=now)
    for state in (JobState.COMPLETED, JobState.FAILED):
        job = await database.run(jobs.claim_next, JobKind.DOWNLOAD, now=now)
        assert job is not None
        await database.run(jobs.finish, job.id, state, now=now)
    job = await database.run(jobs.claim_next, JobKind.DOWNLOAD, now=now)
    assert job is not None
    await database.run(jobs.postpone, job.id, now=now, until=now, reason=None)
    await database.run(jobs.next_due)
    await database.run(jobs.recover, now=now)
    await database.run(jobs.prune, before=now - timedelta(days=14))
    await database.run(
        jobs.add_job, JobKind.DOWNLOAD, "track:1", now=now, priority=Priority.USER, lane="list1"
    )


async def test_no_tick_poll_or_snapshot_looks_at_everything(full: World) -> None:
    """Each statement that comes again and again finds its rows by an index."""
    pipeline = full.pipeline
    await full.passing(pipeline._transfers.look())
    await full.passing(pipeline.queue.snapshot())
    await full.passing(pipeline.playlists.snapshot())
    works: dict[str, tuple[int, Callable[[], Awaitable[object]]]] = {
        "tick": (12, lambda: turn(full)),
        "poll": (3, pipeline._transfers.look),
        "snapshot": (3, pipeline.queue.snapshot),
        "playlists": (1, pipeline.playlists.snapshot),
        "page": (3, lambda: pipeline.queue.entries(limit=50)),
        "page of states": (
            3,
            lambda: pipeline.queue.entries(
                states=[DownloadState.ASK, DownloadState.QUEUED], limit=50, offset=50
            ),
        ),
    }
    for name, (fewest, work) in works.items():
        statements = await traced(full, work)
        assert len(statements) >= fewest, name
        for statement in statements:
            plan = await pipeline._context.database.run(explain, statement)
            assert not looks_at_everything(plan), (name, statement[:500], plan)


async def test_one_change_is_seen_in_the_next_look(full: World) -> None:
    """Who is involved in transfers is read anew exactly when it has changed."""
    database = full.pipeline._context.database
    known = await database.run(transfers.watched_peers, None)
    assert len(known.marks) == 200
    assert await database.run(transfers.watched_peers, known) is known
    now = full.clock.now()
    await database.run(transfers.end_transfer, DownloadId(1))
    ended = await database.run(transfers.watched_peers, known)
    assert ended.marks["peer 1"][0] == known.marks["peer 1"][0] - 1
    await database.run(downloads.set_state, DownloadId(2), DownloadState.CHOSEN, now=now)
    left = await database.run(transfers.watched_peers, ended)
    assert left.marks["peer 2"][0] == ended.marks["peer 2"][0] - 1


def truth(connection: sqlite3.Connection) -> dict[str, int]:
    """Count everything anew."""
    counted = {
        f"{table}:{row['state']}": row["number"]
        for table in ("job", "download")
        for row in connection.execute(
            f"SELECT state, count(*) AS number FROM {table} GROUP BY state"  # noqa: S608
        )
    }
    return counted | {
        "library_file": connection.execute("SELECT count(*) FROM library_file").fetchone()[0]
    }


def told(connection: sqlite3.Connection) -> dict[str, int]:
    """Return what the database has counted itself."""
    rows = connection.execute("SELECT name, number FROM tally WHERE number != 0")
    return {row["name"]: row["number"] for row in rows}


_CHANGES = (
    "DELETE FROM track WHERE id % 7 = 1",
    "DELETE FROM library_file WHERE track_id % 10 = 3",
    "UPDATE download SET state = 'ask' WHERE id % 4 = 0",
    "UPDATE download SET state = state",
    "UPDATE job SET state = 'pending', run_at = 0 WHERE state = 'waiting'",
    "DELETE FROM job WHERE state = 'completed' AND id % 2 = 0",
    """
    INSERT INTO library_file (track_id, path, size, modified_ns, format, filed_at)
    SELECT id, 'again', 1, 1, 'mp3', 0 FROM track WHERE id % 5 < 2
    ON CONFLICT (track_id) DO UPDATE SET path = excluded.path
    """,
)


@given(st.permutations(_CHANGES))
@settings(max_examples=10)
def test_counters_are_true_whatever_happens(changes: list[str]) -> None:
    """After rows came, changed, went and went with others the counters say what a count would."""
    connection = memory_database()
    try:
        fill(connection, 300)
        connection.execute("DELETE FROM playlist_entry")
        assert told(connection) == truth(connection)
        for change in changes:
            connection.execute(change)
            assert told(connection) == truth(connection)
    finally:
        connection.close()


def test_counters_begin_true_in_an_older_database(tmp_path: Path) -> None:
    """What was stored before the counters came is counted too."""
    connection = sqlite3.connect(tmp_path / "old.db", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")
    with patch.object(migrations, "_STEPS", migrations._STEPS[:6]):
        migrations.migrate(connection)
    fill(connection, 300)
    migrations.migrate(connection)
    assert told(connection) == truth(connection)
    assert told(connection)["library_file"] == 60
    connection.close()
