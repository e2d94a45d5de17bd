"""Store downloads: what is wanted, how far it is, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
import sqlite3

from ..model import Download, DownloadId, DownloadState, JobKind, Priority, Quality, Reason, TrackId
from . import jobs, tally
from .values import clean, dump, dump_reason, load_reason, to_column, to_datetime

_DOWNLOAD = """
SELECT download.*, transfer.username, transfer.remote_path, transfer.size
FROM download LEFT JOIN transfer ON transfer.download_id = download.id
"""
_BY_ID = _DOWNLOAD + "WHERE download.id = ?"
_BY_TRACK = _DOWNLOAD + "WHERE download.track_id = ?"
_OF_TRACKS = """
SELECT download.*, transfer.username, transfer.remote_path, transfer.size
FROM download LEFT JOIN transfer ON transfer.download_id = download.id
WHERE download.track_id IN (SELECT value FROM json_each(?))
"""
_LATEST = _DOWNLOAD + "ORDER BY download.updated_at DESC, download.id LIMIT ? OFFSET ?"
_LATEST_OF_STATE = (
    _DOWNLOAD + "WHERE download.state = ? ORDER BY download.updated_at DESC, download.id LIMIT ?"
)
# Whoever waits for a search: those by the same first artist, and those of the same album.
_OTHERS_WAITING = """
WITH other (id) AS (
    SELECT link.track_id FROM track_artist AS link WHERE link.position = 0 AND link.artist_id =
        (SELECT artist_id FROM track_artist WHERE track_id = :track AND position = 0)
    UNION SELECT id FROM track WHERE album_id = (SELECT album_id FROM track WHERE id = :track)
)
SELECT download.*, transfer.username, transfer.remote_path, transfer.size
FROM other JOIN download ON download.track_id = other.id
LEFT JOIN transfer ON transfer.download_id = download.id
WHERE other.id != :track AND download.state IN ('queued', 'not_available') AND download.query IS NULL
    AND download.is_upgrade = 0
ORDER BY download.id LIMIT :limit
"""
_OTHERS_COUNTED = """
WITH own AS (SELECT album_id FROM track WHERE id = :track),
other (id) AS (
    SELECT link.track_id FROM track_artist AS link WHERE link.position = 0 AND link.artist_id =
        (SELECT artist_id FROM track_artist WHERE track_id = :track AND position = 0)
    UNION SELECT id FROM track WHERE album_id = (SELECT album_id FROM own)
)
SELECT count(*) FILTER (WHERE track.album_id = (SELECT album_id FROM own)) AS of_album, count(*) AS of_artist
FROM other JOIN download ON download.track_id = other.id JOIN track ON track.id = other.id
WHERE other.id != :track AND download.state IN ('queued', 'searching', 'not_available')
    AND download.query IS NULL
"""


# Downloads that wait for nobody but a person.
_STRANDED = (DownloadState.NOT_AVAILABLE, DownloadState.ASK, DownloadState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchProgress:
    """Hold how far the searches for a track are."""

    query_position: int
    rounds: int  # Times that all queries were tried.
    results: int  # Files seen in this round.


def request_download(
    connection: sqlite3.Connection,
    track_id: TrackId,
    *,
    quality: Quality,
    query: str | None,
    now: datetime,
    priority: Priority = Priority.PLAYLIST,
    lane: str = "",
    is_upgrade: bool = False,
) -> DownloadId:
    """Create the track's download, or start a finished one afresh; a living one is kept.

    Every further step of it is queued with its priority and in its lane. An upgrade is to replace the
    file that the track has: however it ends, the track stays filed.
    """
    present = find_download(connection, track_id)
    if present is not None and not present.state.is_final:
        return present.id
    if present is not None:
        connection.execute("DELETE FROM candidate WHERE download_id = ?", (present.id,))
        connection.execute("DELETE FROM transfer WHERE download_id = ?", (present.id,))
    row = connection.execute(
        """
        INSERT INTO download (track_id, state, quality, query, priority, lane, is_upgrade, created_at,
                              updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (track_id) DO UPDATE SET state = excluded.state, reason = NULL, quality = excluded.quality,
            query = excluded.query, priority = excluded.priority, lane = excluded.lane, results = 0,
            query_position = 0, rounds = 0, local_path = NULL, filing_path = NULL,
            is_upgrade = excluded.is_upgrade,
            updated_at = excluded.updated_at
        RETURNING id
        """,
        (
            track_id,
            DownloadState.QUEUED.value,
            quality.value,
            query and clean(query),
            priority.rank,
            lane,
            is_upgrade,
            to_column(now),
            to_column(now),
        ),
    ).fetchone()
    return DownloadId(row["id"])


def queue_step(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    *,
    now: datetime,
    run_at: datetime | None = None,
) -> None:
    """Let a job take the download's next step, now or at a moment, with its priority and lane."""
    row = connection.execute(
        "SELECT track_id, priority, lane FROM download WHERE id = ?", (download_id,)
    ).fetchone()
    if row is None:
        return
    jobs.add_job(
        connection,
        JobKind.DOWNLOAD,
        f"track:{row['track_id']}",
        now=now,
        payload={"download": download_id},
        priority=list(Priority)[row["priority"]],
        lane=row["lane"],
        run_at=run_at,
    )


def filing_subject(download_id: DownloadId) -> str:
    """Return the subject of the job that files a download."""
    return f"download:{download_id}"


def queue_filing(connection: sqlite3.Connection, download_id: DownloadId, *, now: datetime) -> None:
    """Let a job check, tag and file what has arrived."""
    jobs.add_job(
        connection,
        JobKind.FILING,
        filing_subject(download_id),
        now=now,
        payload={"download": download_id},
    )


def raise_priority(connection: sqlite3.Connection, track_id: TrackId, *, now: datetime) -> None:
    """Let what a person asked for go before the rest; a running transfer is not touched."""
    connection.execute(
        "UPDATE download SET priority = ? WHERE track_id = ?", (Priority.USER.rank, track_id)
    )
    alive = jobs.find_alive(connection, JobKind.DOWNLOAD, f"track:{track_id}")
    if alive is not None:
        jobs.raise_priority(connection, alive, Priority.USER, now=now)


def set_state(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    state: DownloadState,
    *,
    now: datetime,
    reason: Reason | None = None,
) -> None:
    """Move a download on; the reason of the state before is replaced.

    An upgrade that comes to nothing leaves the track filed, as it was. Without another reason a filed
    track says what is to be said of its file.
    """
    connection.execute(
        """
        UPDATE download SET updated_at = :now,
            state = CASE WHEN is_upgrade = 1 AND :is_final THEN 'filed' ELSE :state END,
            reason = CASE WHEN :state != 'filed' AND NOT (is_upgrade = 1 AND :is_final) THEN :reason
                ELSE coalesce(
                    CASE WHEN :state = 'filed' THEN :reason END,
                    (SELECT doubt FROM library_file AS file WHERE file.track_id = download.track_id)
                ) END,
            filed_at = CASE WHEN :state = 'filed' THEN :now ELSE filed_at END,
            is_upgrade = CASE WHEN :is_final THEN 0 ELSE is_upgrade END
        WHERE id = :id
        """,
        {
            "state": state.value,
            "is_final": state.is_final,
            "reason": dump_reason(reason),
            "now": to_column(now),
            "id": download_id,
        },
    )


def end_stranded(connection: sqlite3.Connection, track_id: TrackId, *, now: datetime) -> None:
    """End a download that had come to nothing: the file is here.

    Those under way end by themselves when they find it.
    """
    download = find_download(connection, track_id)
    if download is not None and download.state in _STRANDED:
        set_state(connection, download.id, DownloadState.FILED, now=now)


def begin_replacing(
    connection: sqlite3.Connection, download_id: DownloadId, reason: Reason, *, now: datetime
) -> None:
    """Let a download that has just been filed go on with its other candidates, to replace the file."""
    connection.execute(
        """
        UPDATE download SET state = ?, reason = ?, is_upgrade = 1, updated_at = ? WHERE id = ?
        """,
        (DownloadState.CHOSEN.value, dump_reason(reason), to_column(now), download_id),
    )
    queue_step(connection, download_id, now=now)


def save_progress(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    *,
    query_position: int,
    rounds: int,
    results: int,
) -> None:
    """Remember how far the searches are: the next query, the rounds done, the files seen."""
    connection.execute(
        "UPDATE download SET query_position = ?, rounds = ?, results = ? WHERE id = ?",
        (query_position, rounds, results, download_id),
    )


def set_local_path(connection: sqlite3.Connection, download_id: DownloadId, path: str) -> None:
    """Remember where the complete file lies, as this process sees it."""
    connection.execute("UPDATE download SET local_path = ? WHERE id = ?", (path, download_id))


def keep_filing_path(connection: sqlite3.Connection, download_id: DownloadId, path: str) -> str:
    """Write down where the file is about to go, and return where it was to go the first time.

    A process killed after the file was swapped in files it at the same place again, whatever its tags
    say by then.
    """
    row = connection.execute(
        "UPDATE download SET filing_path = coalesce(filing_path, ?) WHERE id = ? RETURNING filing_path",
        (clean(path), download_id),
    ).fetchone()
    return path if row is None else str(row["filing_path"])


def forget_filing_path(connection: sqlite3.Connection, download_id: DownloadId) -> None:
    """Forget where a file was to go: another one will take its place."""
    connection.execute("UPDATE download SET filing_path = NULL WHERE id = ?", (download_id,))


def get_progress(connection: sqlite3.Connection, download_id: DownloadId) -> SearchProgress:
    """Return how far the searches are."""
    row = connection.execute(
        "SELECT query_position, rounds, results FROM download WHERE id = ?",
        (download_id,),
    ).fetchone()
    if row is None:
        return SearchProgress(query_position=0, rounds=0, results=0)
    return SearchProgress(
        query_position=row["query_position"],
        rounds=row["rounds"],
        results=row["results"],
    )


def get_download(connection: sqlite3.Connection, download_id: DownloadId) -> Download | None:
    """Return a download, or None when its track was forgotten."""
    row = connection.execute(_BY_ID, (download_id,)).fetchone()
    return None if row is None else _download(row)


def find_download(connection: sqlite3.Connection, track_id: TrackId) -> Download | None:
    """Return the track's download, or None when none was ever asked for."""
    row = connection.execute(_BY_TRACK, (track_id,)).fetchone()
    return None if row is None else _download(row)


def find_downloads(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId]
) -> dict[TrackId, Download]:
    """Return the downloads of the tracks that have one."""
    rows = connection.execute(_OF_TRACKS, (dump(list(track_ids)),))
    return {TrackId(row["track_id"]): _download(row) for row in rows}


def list_downloads(
    connection: sqlite3.Connection,
    states: Iterable[DownloadState] | None,
    limit: int,
    offset: int,
) -> tuple[Download, ...]:
    """Return a page of downloads, the latest changed first."""
    chosen = dict.fromkeys(states or ())
    if not chosen:
        rows = connection.execute(_LATEST, (limit, offset)).fetchall()
        return tuple(_download(row) for row in rows)
    # Each state is in order by itself; together nothing would be found by an index.
    found = [
        row
        for state in chosen
        for row in connection.execute(_LATEST_OF_STATE, (state.value, limit + offset))
    ]
    found.sort(key=lambda row: (-row["updated_at"], row["id"]))
    return tuple(_download(row) for row in found[offset : offset + limit])


def count_states(connection: sqlite3.Connection) -> dict[DownloadState, int]:
    """Count the downloads by state."""
    counted = tally.count(connection, "download")
    return {DownloadState(state): number for state, number in counted.items() if number}


def count_others(connection: sqlite3.Connection, track_id: TrackId) -> tuple[int, int]:
    """Count the other tracks that wait for a search: of the same album, and those with the same first artist too."""
    row = connection.execute(_OTHERS_COUNTED, {"track": track_id}).fetchone()
    return int(row["of_album"]), int(row["of_artist"])


def waiting_others(
    connection: sqlite3.Connection, track_id: TrackId, limit: int = 100
) -> tuple[Download, ...]:
    """Return the downloads of tracks by the same artist or of the same album that wait for a search."""
    rows = connection.execute(_OTHERS_WAITING, {"track": track_id, "limit": limit})
    return tuple(_download(row) for row in rows)


def is_for_person(connection: sqlite3.Connection, download_id: DownloadId) -> bool:
    """Tell whether a person asked for the track, and may be waiting."""
    row = connection.execute(
        "SELECT priority FROM download WHERE id = ?", (download_id,)
    ).fetchone()
    return row is not None and row["priority"] == Priority.USER.rank


def get_lane(connection: sqlite3.Connection, track_id: TrackId) -> str:
    """Return the playlist that a track was queued for, "" for a wish of its own."""
    row = connection.execute("SELECT lane FROM download WHERE track_id = ?", (track_id,)).fetchone()
    return "" if row is None else str(row["lane"])


def count_filed_since(connection: sqlite3.Connection, moment: datetime) -> int:
    """Count the tracks filed since the moment."""
    row = connection.execute(
        "SELECT count(*) FROM download WHERE filed_at IS NOT NULL AND filed_at >= ?",
        (to_column(moment),),
    ).fetchone()
    return int(row[0])


def _download(row: sqlite3.Row) -> Download:
    """Build a download from its row; live figures are filled in by whoever watches."""
    created_at, updated_at = (
        to_datetime(row["created_at"]),
        to_datetime(row["updated_at"]),
    )
    assert created_at is not None
    assert updated_at is not None
    return Download(
        id=DownloadId(row["id"]),
        track_id=TrackId(row["track_id"]),
        state=DownloadState(row["state"]),
        reason=load_reason(row["reason"]),
        quality=Quality(row["quality"]),
        query=row["query"],
        username=row["username"],
        remote_path=row["remote_path"],
        size=row["size"],
        bytes_transferred=0,
        speed=None,
        local_path=row["local_path"],
        created_at=created_at,
        updated_at=updated_at,
        is_upgrade=bool(row["is_upgrade"]),
    )
