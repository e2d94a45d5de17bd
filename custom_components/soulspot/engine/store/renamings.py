"""Store which files of the library are to be renamed, in step with the rows that say where they are."""

from dataclasses import dataclass
import sqlite3


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """Name a file that is to get another's name; paths are relative to the library folder."""

    path: str
    target: str
    size: int  # bytes
    modified_ns: int


def note(connection: sqlite3.Connection, path: str, target: str) -> None:
    """Write down that a file is to be renamed as soon as the other one is gone."""
    connection.execute(
        "INSERT OR REPLACE INTO renaming (path, target) VALUES (?, ?)", (path, target)
    )


def get_possible(connection: sqlite3.Connection) -> tuple[Renaming, ...]:
    """Return the files whose new name is not that of one on its way to the recycle bin any more.

    What no track has any more is forgotten.
    """
    connection.execute(
        """
        DELETE FROM renaming WHERE NOT EXISTS (
            SELECT 1 FROM library_file AS file WHERE file.path = renaming.path
        )
        """
    )
    rows = connection.execute(
        """
        SELECT renaming.*, max(file.size) AS size, max(file.modified_ns) AS modified_ns
        FROM renaming JOIN library_file AS file ON file.path = renaming.path
        WHERE NOT EXISTS (
            SELECT 1 FROM recycled_file AS other
            WHERE other.state = 'moving' AND other.path = renaming.target
        )
        GROUP BY renaming.path
        """
    )
    return tuple(
        Renaming(
            path=row["path"],
            target=row["target"],
            size=row["size"],
            modified_ns=row["modified_ns"],
        )
        for row in rows
    )


def finish(connection: sqlite3.Connection, renaming: Renaming) -> None:
    """Remember that a file has its new name, for all its tracks."""
    new_and_old = (renaming.target, renaming.path)
    connection.execute("UPDATE library_file SET path = ? WHERE path = ?", new_and_old)
    connection.execute("DELETE FROM indexed_file WHERE path = ?", (renaming.target,))
    connection.execute("UPDATE indexed_file SET path = ? WHERE path = ?", new_and_old)
    forget(connection, renaming.path)


def forget(connection: sqlite3.Connection, path: str) -> None:
    """Let a file keep the name it has."""
    connection.execute("DELETE FROM renaming WHERE path = ?", (path,))
