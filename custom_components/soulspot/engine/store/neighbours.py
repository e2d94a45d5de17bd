"""Read the database of another account, without ever writing to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import sqlite3
from typing import Any
from urllib.parse import quote

from .settings import get_setting

LIBRARY_KEY = "library_folder"  # Where an account's files lie, for its neighbours.
_PATIENCE = 5.0  # seconds that a reader waits for a database that is just being opened


def find_neighbours(database: Path) -> tuple[Path, ...]:
    """Return the other accounts' databases: they all lie in one folder."""
    try:
        return tuple(sorted(path for path in database.parent.glob("*.db") if path != database))
    except OSError:
        return ()


@contextmanager
def reading(database: Path) -> Iterator[sqlite3.Connection]:
    """Open a neighbour's database to read from it; raises sqlite3.Error when that cannot be."""
    address = f"file:{quote(str(database))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_PATIENCE)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("BEGIN")  # Everything that is read belongs to one moment.
        yield connection
    finally:
        connection.close()


def is_kept_next_door(database: Path, library: Path, path: str) -> bool:
    """Tell whether another account with the same library folder has this file too, or may have it."""
    for neighbour in find_neighbours(database):
        try:
            with reading(neighbour) as connection:
                folder = get_setting(connection, LIBRARY_KEY)
                if folder is None or not Path(folder).samefile(library):
                    continue
                held = "SELECT 1 FROM library_file WHERE path = ?"
                if connection.execute(held, (path,)).fetchone() is not None:
                    return True
        except sqlite3.Error as error:
            if _is_busy(error):
                return True  # Ask again later; a file goes only when nobody objects.
        except OSError:
            continue  # Its folder is gone, or cannot be looked at.
    return False


def stored_next_door(database: Path, library: Path, key: str) -> dict[Path, Any]:
    """Return what other accounts with the same library folder have stored under a key, by their databases."""
    found = {}
    for neighbour in find_neighbours(database):
        try:
            with reading(neighbour) as connection:
                folder = get_setting(connection, LIBRARY_KEY)
                value = get_setting(connection, key)
                if folder is not None and value is not None and Path(folder).samefile(library):
                    found[neighbour] = value
        except sqlite3.Error, OSError:
            continue
    return found


def _is_busy(error: sqlite3.Error) -> bool:
    """Tell whether a database could not be read just now; what is damaged or no database has no say."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
