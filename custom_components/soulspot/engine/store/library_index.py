"""Store what is known of the music files in the library folder, whoever put them there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
import sqlite3

from ..model import TrackId
from .values import clean, dump, load

_CANDIDATES = 200
_COLUMNS = (
    "path, size, modified_ns, format, duration_ms, bit_rate, title, artists, album, recording_id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedFile:
    """Describe a file by its tags; the path is relative to the library folder.

    `title_key` is what titles of the same song have in common; isrcs are canonical codes.
    """

    path: str
    size: int  # bytes
    modified_ns: int
    format: str
    duration_ms: int | None
    bit_rate: int | None  # kbit/s
    title: str
    artists: tuple[str, ...]
    album: str | None
    title_key: str
    isrcs: tuple[str, ...] = ()
    recording_id: str | None = None


def get_known(connection: sqlite3.Connection) -> dict[str, dict[str, tuple[int, int]]]:
    """Return size and modification time of every file by its folder and name.

    What was filed since the last pass is known too, so that it is missed when somebody deletes it
    before the next one; its size is told as -1, which no file has, so that it is read.
    """
    cursor = connection.cursor()
    cursor.row_factory = None  # Plain tuples: of a large library there are many.
    known: dict[str, dict[str, tuple[int, int]]] = {}
    for path, size, modified_ns in cursor.execute(
        """
        SELECT path, size, modified_ns FROM indexed_file
        UNION ALL
        SELECT path, -1, 0 FROM library_file WHERE path NOT IN (SELECT path FROM indexed_file)
        """
    ):
        folder, _, name = path.rpartition("/")
        try:
            known[folder][name] = (size, modified_ns)
        except KeyError:
            known[folder] = {name: (size, modified_ns)}
    return known


def save_files(connection: sqlite3.Connection, found: Iterable[IndexedFile]) -> None:
    """Remember new and changed files."""
    for file in found:
        connection.execute("DELETE FROM indexed_file WHERE path = ?", (file.path,))
        cursor = connection.execute(
            f"INSERT INTO indexed_file ({_COLUMNS}, title_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                file.path,
                file.size,
                file.modified_ns,
                file.format,
                file.duration_ms,
                file.bit_rate,
                clean(file.title),
                dump(file.artists),
                file.album and clean(file.album),
                file.recording_id and clean(file.recording_id),
                clean(file.title_key),
            ),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO indexed_isrc (isrc, file_id) VALUES (?, ?)",
            [(isrc, cursor.lastrowid) for isrc in file.isrcs],
        )


def delete_files(connection: sqlite3.Connection, paths: Sequence[str]) -> None:
    """Forget files that are gone, for the tracks they stood for too: those are wanted again."""
    gone = dump(list(paths))
    connection.execute(
        "DELETE FROM indexed_file WHERE path IN (SELECT value FROM json_each(?))", (gone,)
    )
    connection.execute(
        "DELETE FROM library_file WHERE path IN (SELECT value FROM json_each(?))", (gone,)
    )


def find_candidates(
    connection: sqlite3.Connection, *, isrc: str | None, recording_id: str | None, title_key: str
) -> tuple[IndexedFile, ...]:
    """Return files that may be a recording: by ISRC, MusicBrainz id or title; at most 200 of each."""
    found: dict[str, IndexedFile] = {}
    queries: tuple[tuple[str, str | None], ...] = (
        ("id IN (SELECT file_id FROM indexed_isrc WHERE isrc = ?)", isrc),
        ("recording_id = ?", recording_id),
        ("title_key = ?", title_key or None),
    )
    for condition, value in queries:
        if value is None:
            continue
        rows = connection.execute(
            f"SELECT id, {_COLUMNS} FROM indexed_file WHERE {condition} ORDER BY path LIMIT {_CANDIDATES}",  # noqa: S608
            (clean(value),),
        ).fetchall()
        found |= {row["path"]: _file(connection, row, title_key) for row in rows}
    return tuple(found.values())


def is_known(connection: sqlite3.Connection, path: str) -> bool:
    """Tell whether the index has a file."""
    row = connection.execute("SELECT 1 FROM indexed_file WHERE path = ?", (path,)).fetchone()
    return row is not None


def count_files(connection: sqlite3.Connection) -> int:
    """Count the files of the index."""
    return int(connection.execute("SELECT count(*) FROM indexed_file").fetchone()[0])


def get_missing(
    connection: sqlite3.Connection, after: TrackId | None, limit: int
) -> tuple[TrackId, ...]:
    """Return a page of tracks without a file, by id, behind the track `after`."""
    rows = connection.execute(
        """
        SELECT track.id FROM track LEFT JOIN library_file AS file ON file.track_id = track.id
        WHERE file.track_id IS NULL AND track.id > ? ORDER BY track.id LIMIT ?
        """,
        (after or 0, limit),
    )
    return tuple(TrackId(row["id"]) for row in rows)


def _file(connection: sqlite3.Connection, row: sqlite3.Row, title_key: str) -> IndexedFile:
    """Build a file from its row."""
    return IndexedFile(
        path=row["path"],
        size=row["size"],
        modified_ns=row["modified_ns"],
        format=row["format"],
        duration_ms=row["duration_ms"],
        bit_rate=row["bit_rate"],
        title=row["title"],
        artists=tuple(load(row["artists"])),
        album=row["album"],
        title_key=title_key,
        isrcs=tuple(_isrcs(connection, row["id"])),
        recording_id=row["recording_id"],
    )


def _isrcs(connection: sqlite3.Connection, file_id: int) -> Iterator[str]:
    """Yield a file's codes."""
    rows = connection.execute(
        "SELECT isrc FROM indexed_isrc WHERE file_id = ? ORDER BY isrc", (file_id,)
    )
    yield from (row["isrc"] for row in rows)
