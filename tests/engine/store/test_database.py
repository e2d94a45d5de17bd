"""Check opening, migrating, transactions, and what happens when the disk objects."""

import asyncio
from pathlib import Path
import sqlite3
import threading

import pytest

from custom_components.soulspot.engine.errors import InputError, StorageError, StoreError
from custom_components.soulspot.engine.store import Database, migrations
from custom_components.soulspot.engine.store.settings import get_setting, set_setting


def tables(path: Path) -> set[str]:
    """Return the names of the tables in a file."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = {str(row[0]) for row in rows}
    connection.close()
    return found


def fill(connection: sqlite3.Connection, number: int) -> None:
    """Store a few kilobytes under a number."""
    set_setting(connection, f"filler {number}", "x" * 20_000)


def read(path: Path) -> bytes:
    """Return the bytes of a file."""
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    """Replace the bytes of a file."""
    path.write_bytes(content)


def names(folder: Path) -> set[str]:
    """Return what lies in a folder."""
    return {entry.name for entry in folder.iterdir()}


def make_folder(path: Path) -> None:
    """Create a folder."""
    path.mkdir(parents=True)


def never(connection: sqlite3.Connection) -> None:
    """Change something, and then fail."""
    set_setting(connection, "half", 1)
    raise InputError("unknown_track", track="1")


# --- Opening -----------------------------------------------------------------------------------


async def test_a_fresh_file_gets_the_schema(path: Path) -> None:
    """Opening creates the folder, the tables and the version; opening again keeps the content."""
    first = Database(path)
    await first.open()
    await first.run(set_setting, "paused", True)
    await first.close()
    assert {"track", "job", "download", "playlist_entry"} <= tables(path)
    assert names(path.parent) == {path.name}
    second = Database(path)
    await second.open()
    assert await second.run(get_setting, "paused") is True
    await second.close()


async def test_a_newer_file_is_refused_untouched(path: Path) -> None:
    """A file from a newer version is left as it is, to the byte, and released."""
    database = Database(path)
    await database.open()
    await database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA user_version = 1000")
    connection.close()
    before = read(path)
    newer = Database(path)
    with pytest.raises(StoreError) as caught:
        await newer.open()
    await newer.close()
    assert caught.value.translation_key == "store_too_new"
    assert read(path) == before
    assert names(path.parent) == {path.name}


@pytest.mark.parametrize("damage", [b"", b"garbage"])
async def test_a_damaged_file_is_named(path: Path, damage: bytes) -> None:
    """A file cut in two, or something else altogether, is told apart from other trouble."""
    database = Database(path)
    await database.open()
    for number in range(20):
        await database.run(fill, number)
    await database.close()
    content = read(path)
    write(path, damage * 5000 or content[: len(content) // 2])
    damaged = Database(path)
    with pytest.raises(StoreError) as caught:
        await damaged.open()
    await damaged.close()
    assert caught.value.translation_key == "store_damaged"


async def test_a_folder_in_the_way_is_trouble_with_the_disk(path: Path) -> None:
    """A path that cannot be opened is no damage."""
    make_folder(path)
    database = Database(path)
    with pytest.raises(StorageError, match="folder_not_writable"):
        await database.open()
    await database.close()


def schema(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return every table and column, index and statement."""
    rows = connection.execute("SELECT name, type FROM sqlite_master WHERE type != 'table'")
    found = {(str(row[0]), str(row[1])) for row in rows}
    for table in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        columns = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table[0],))
        found |= {(f"{table[0]}.{column[0]}", str(column[1])) for column in columns}
    return found


@pytest.mark.parametrize("version", range(1, len(migrations._STEPS)))
def test_every_older_file_becomes_the_present_one(version: int) -> None:
    """Whatever step a file stopped at, the rest is added and its content stays."""
    old, fresh = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    for number, step in enumerate(migrations._STEPS[:version], start=1):
        old.executescript(f"{step} PRAGMA user_version = {number};")
    old.execute("INSERT INTO setting (key, value) VALUES ('paused', 'true')")
    old.commit()
    migrations.migrate(old)
    migrations.migrate(fresh)
    assert schema(old) == schema(fresh)
    assert old.execute("SELECT value FROM setting").fetchall() == [("true",)]
    old.close()
    fresh.close()


async def test_a_failed_migration_leaves_nothing(path: Path) -> None:
    """A step that fails half-way is undone, so that the next try starts from the same state."""
    make_folder(path.parent)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE peer (name TEXT)")
    connection.close()
    database = Database(path)
    with pytest.raises(StoreError):
        await database.open()
    await database.close()
    assert tables(path) == {"peer"}


async def test_a_closed_store_says_so(path: Path) -> None:
    """Work that comes too late is refused with an error of ours."""
    database = Database(path)
    with pytest.raises(StoreError, match="store_closed"):
        await database.run(get_setting, "paused")
    await database.close()


# --- Transactions ------------------------------------------------------------------------------


async def test_a_failing_transaction_stores_nothing(database: Database) -> None:
    """What a function did before it raised is undone, and the next one works."""
    with pytest.raises(InputError):
        await database.run(never)
    assert await database.run(get_setting, "half") is None
    await database.run(set_setting, "whole", 1)
    assert await database.run(get_setting, "whole") == 1


async def test_cancelling_the_caller_does_not_halve_a_transaction(database: Database) -> None:
    """A cancelled caller leaves at once; its transaction ends as a whole."""
    begun, go_on = threading.Event(), threading.Event()

    def work(connection: sqlite3.Connection) -> None:
        """Do one half, wait, and do the other."""
        set_setting(connection, "first", 1)
        begun.set()
        go_on.wait(10)
        set_setting(connection, "second", 1)

    caller = asyncio.create_task(database.run(work))
    await asyncio.to_thread(begun.wait, 10)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()
    assert await database.run(get_setting, "first") == 1
    assert await database.run(get_setting, "second") == 1


async def test_a_broken_statement_is_our_error(database: Database) -> None:
    """SQLite's own errors do not get out."""
    with pytest.raises(StoreError, match="store_failed"):
        await database.run(lambda connection: connection.execute("SELECT nothing FROM nowhere"))


# --- A full disk -------------------------------------------------------------------------------


async def test_a_full_disk_is_named_and_loses_nothing(path: Path, database: Database) -> None:
    """When nothing fits any more the transaction is undone, what was stored stays, and room helps."""
    await database.run(fill, 0)
    await database.run(lambda connection: connection.execute("PRAGMA max_page_count = 1"))
    failures: list[str] = []
    for number in range(1, 40):
        try:
            await database.run(fill, number)
        except StorageError as error:
            failures.append(error.translation_key)
    assert set(failures) == {"disk_full"}
    stored = 40 - len(failures)
    assert await database.run(get_setting, f"filler {stored - 1}") is not None
    assert await database.run(get_setting, f"filler {stored}") is None
    await database.run(lambda connection: connection.execute("PRAGMA max_page_count = 100000"))
    await database.run(fill, 39)
    await database.close()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_a_checkpoint_puts_all_into_one_file(path: Path, database: Database) -> None:
    """A copy of the single file is complete while the database stays open."""
    await database.run(set_setting, "answer", 42)
    await database.checkpoint()
    copy = path.with_name("copy.db")
    write(copy, read(path))
    with sqlite3.connect(copy) as connection:
        rows = connection.execute("SELECT value FROM setting WHERE key = 'answer'").fetchall()
    connection.close()
    assert rows == [("42",)]
