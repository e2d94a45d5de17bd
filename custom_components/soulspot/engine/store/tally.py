"""Read what the database counts as it changes, so that nobody counts anew."""

import sqlite3


def count(connection: sqlite3.Connection, table: str) -> dict[str, int]:
    """Return how many rows of a table are in each state; states that were left may be 0."""
    rows = connection.execute(
        "SELECT name, number FROM tally WHERE name > ? AND name < ?", (f"{table}:", f"{table};")
    )
    return {row["name"].removeprefix(f"{table}:"): int(row["number"]) for row in rows}


def count_one(connection: sqlite3.Connection, table: str) -> int:
    """Return how many rows a table has."""
    row = connection.execute("SELECT number FROM tally WHERE name = ?", (table,)).fetchone()
    return int(row["number"])
