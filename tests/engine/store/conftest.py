"""Open databases for the tests of the store."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
import sqlite3

import pytest

from custom_components.soulspot.engine.store import Database
from custom_components.soulspot.engine.store.migrations import migrate


def memory_database() -> sqlite3.Connection:
    """Return a fresh database without a file."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    migrate(connection)
    return connection


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Return a fresh database without a file."""
    opened = memory_database()
    yield opened
    opened.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the database is, in a folder that is not there yet."""
    return tmp_path / "soulspot" / "entry.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    """Open a database in a file."""
    opened = Database(path)
    await opened.open()
    yield opened
    await opened.close()
