"""Store single values by key."""

import sqlite3
from typing import Any

from .values import dump, load


def get_setting(connection: sqlite3.Connection, key: str) -> Any:
    """Return the value, or None when it was never set."""
    row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
    return None if row is None else load(row["value"])


def set_setting(connection: sqlite3.Connection, key: str, value: Any) -> None:
    """Set the value; None removes it."""
    if value is None:
        connection.execute("DELETE FROM setting WHERE key = ?", (key,))
        return
    connection.execute(
        "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, dump(value)),
    )


def find_settings(connection: sqlite3.Connection, prefix: str) -> dict[str, Any]:
    """Return the values of all keys that begin with the prefix."""
    rows = connection.execute(
        "SELECT key, value FROM setting WHERE substr(key, 1, length(?)) = ?", (prefix, prefix)
    )
    return {row["key"]: load(row["value"]) for row in rows}
