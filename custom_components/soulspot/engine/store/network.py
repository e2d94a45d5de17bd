"""Store what the network may not forget: searches sent, own searches, peers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
import sqlite3

from ..model import PeerHistory
from .settings import get_setting, set_setting
from .values import clean, dump, to_column, to_datetime

PEERS_KEPT = 5000
BLOCKED_WORDS_KEPT = 500
SIGNS_OF_BLOCKING = 2  # One track can be odd.
_ASKED_AGAIN_KEY = "asked_again_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonedRequest:
    """Hold a request to a peer that was withdrawn before slskd had answered it."""

    id: int
    username: str
    remote_path: str
    batch_id: str | None
    requested_at: datetime
    withdrawn_at: datetime


def record_search(
    connection: sqlite3.Connection,
    search_id: str,
    *,
    now: datetime,
    forget_before: datetime,
) -> None:
    """Write a search down before it is sent: for the budget, and for cleaning up after a crash."""
    connection.execute("INSERT INTO search_sent (sent_at) VALUES (?)", (to_column(now),))
    connection.execute(
        "INSERT INTO own_search (id, created_at) VALUES (?, ?)",
        (search_id, to_column(now)),
    )
    connection.execute("DELETE FROM search_sent WHERE sent_at < ?", (to_column(forget_before),))


def clamp_searches(connection: sqlite3.Connection, *, now: datetime) -> None:
    """Let searches that a clock since set back had sent in the future count as sent now."""
    connection.execute(
        "UPDATE search_sent SET sent_at = ? WHERE sent_at > ?", (to_column(now), to_column(now))
    )


def searches_since(connection: sqlite3.Connection, moment: datetime) -> tuple[datetime, ...]:
    """Return when searches were sent since the moment, oldest first."""
    rows = connection.execute(
        "SELECT sent_at FROM search_sent WHERE sent_at >= ? ORDER BY sent_at",
        (to_column(moment),),
    )
    moments = (to_datetime(row["sent_at"]) for row in rows)
    return tuple(moment for moment in moments if moment is not None)


def own_searches(connection: sqlite3.Connection, limit: int) -> tuple[str, ...]:
    """Return some searches of ours that slskd may still hold, the oldest first."""
    rows = connection.execute("SELECT id FROM own_search ORDER BY created_at LIMIT ?", (limit,))
    return tuple(row["id"] for row in rows)


def forget_search(connection: sqlite3.Connection, search_id: str) -> None:
    """Forget a search that slskd has deleted."""
    connection.execute("DELETE FROM own_search WHERE id = ?", (search_id,))


def add_own_row(connection: sqlite3.Connection, username: str, transfer_id: str) -> None:
    """Write down a row of slskd's list that is of no more use, until it is taken away."""
    connection.execute(
        "INSERT OR IGNORE INTO own_row (username, transfer_id) VALUES (?, ?)",
        (clean(username), transfer_id),
    )


def own_rows(connection: sqlite3.Connection, limit: int) -> tuple[tuple[str, str], ...]:
    """Return some rows to be taken away: the peer and the id."""
    rows = connection.execute("SELECT username, transfer_id FROM own_row LIMIT ?", (limit,))
    return tuple((row["username"], row["transfer_id"]) for row in rows)


def is_own_row(connection: sqlite3.Connection, username: str, transfer_id: str) -> bool:
    """Tell whether a row is still to be taken away."""
    row = connection.execute(
        "SELECT 1 FROM own_row WHERE username = ? AND transfer_id = ?",
        (clean(username), transfer_id),
    ).fetchone()
    return row is not None


def forget_own_row(connection: sqlite3.Connection, username: str, transfer_id: str) -> None:
    """Forget a row that slskd does not list any more."""
    connection.execute(
        "DELETE FROM own_row WHERE username = ? AND transfer_id = ?", (username, transfer_id)
    )


def abandon_request(
    connection: sqlite3.Connection,
    username: str,
    remote_path: str,
    *,
    batch_id: str | None,
    requested_at: datetime,
    now: datetime,
) -> None:
    """Write down a request whose answer nobody waits for, until what came of it is taken away."""
    connection.execute(
        """
        INSERT INTO abandoned_request (username, remote_path, batch_id, requested_at, withdrawn_at)
        VALUES (?, ?, ?, ?, ?)
        """,
        (username, remote_path, batch_id, to_column(requested_at), to_column(now)),
    )


def abandoned_requests(connection: sqlite3.Connection, limit: int) -> tuple[AbandonedRequest, ...]:
    """Return some of the requests whose answer nobody waits for, the oldest first."""
    rows = connection.execute("SELECT * FROM abandoned_request ORDER BY id LIMIT ?", (limit,))
    found = []
    for row in rows:
        requested_at = to_datetime(row["requested_at"])
        withdrawn_at = to_datetime(row["withdrawn_at"])
        assert requested_at is not None
        assert withdrawn_at is not None
        found.append(
            AbandonedRequest(
                id=row["id"],
                username=row["username"],
                remote_path=row["remote_path"],
                batch_id=row["batch_id"],
                requested_at=requested_at,
                withdrawn_at=withdrawn_at,
            )
        )
    return tuple(found)


def forget_request(connection: sqlite3.Connection, request_id: int) -> None:
    """Forget a request that nothing is left of."""
    connection.execute("DELETE FROM abandoned_request WHERE id = ?", (request_id,))


def note_blocked(connection: sqlite3.Connection, words: str, *, now: datetime) -> None:
    """Count a sign that the server drops searches with these words; the oldest are forgotten."""
    connection.execute(
        """
        INSERT INTO blocked_word (word, signs, seen_at) VALUES (?, 1, ?)
        ON CONFLICT (word) DO UPDATE SET signs = signs + 1, seen_at = excluded.seen_at
        """,
        (clean(words), to_column(now)),
    )
    connection.execute(
        """
        DELETE FROM blocked_word WHERE seen_at <
            (SELECT seen_at FROM blocked_word ORDER BY seen_at DESC LIMIT 1 OFFSET ?)
        """,
        (BLOCKED_WORDS_KEPT,),
    )


def signs_of_blocking(connection: sqlite3.Connection, words: str, *, since: datetime) -> int:
    """Count the signs that the server drops these words, 0 when the last one is older."""
    row = connection.execute(
        "SELECT signs FROM blocked_word WHERE word = ? AND seen_at >= ?",
        (clean(words), to_column(since)),
    ).fetchone()
    return 0 if row is None else int(row["signs"])


def note_asked_again(connection: sqlite3.Connection, *, now: datetime) -> None:
    """Remember that a person asked to look again for what was not there."""
    set_setting(connection, _ASKED_AGAIN_KEY, now.timestamp())


def asked_again_at(connection: sqlite3.Connection) -> datetime | None:
    """Return when a person last asked to look again, None when never."""
    return to_datetime(get_setting(connection, _ASKED_AGAIN_KEY))


def get_histories(
    connection: sqlite3.Connection, usernames: Iterable[str]
) -> dict[str, PeerHistory]:
    """Return how the known ones among these peers behaved."""
    rows = connection.execute(
        "SELECT * FROM peer WHERE username IN (SELECT value FROM json_each(?))",
        (dump(list(usernames)),),
    )
    return {
        row["username"]: PeerHistory(
            delivered=row["delivered"],
            refused=row["refused"],
            stalled=row["stalled"],
            measured_speed=row["measured_speed"],
            cooled_down_until=to_datetime(row["cooled_down_until"]),
        )
        for row in rows
    }


def record_delivery(
    connection: sqlite3.Connection, username: str, *, speed: float | None, now: datetime
) -> None:
    """Remember that a peer delivered; a new speed counts a quarter."""
    _touch(connection, username, now)
    connection.execute(
        """
        UPDATE peer SET delivered = delivered + 1, cooled_down_until = NULL, measured_speed =
            CASE WHEN ? IS NULL THEN measured_speed WHEN measured_speed IS NULL THEN ?
                 ELSE measured_speed * 0.75 + ? * 0.25 END WHERE username = ?
        """,
        (speed, speed, speed, username),
    )


def record_failure(
    connection: sqlite3.Connection,
    username: str,
    *,
    is_stall: bool,
    cool_down_until: datetime | None,
    now: datetime,
) -> None:
    """Remember that a peer refused or stalled, and until when to leave it alone."""
    _touch(connection, username, now)
    connection.execute(
        """
        UPDATE peer SET stalled = stalled + ?, refused = refused + ?,
            cooled_down_until = coalesce(?, cooled_down_until) WHERE username = ?
        """,
        (int(is_stall), int(not is_stall), to_column(cool_down_until), username),
    )


def prune_peers(connection: sqlite3.Connection) -> None:
    """Keep the peers seen last, up to the bound."""
    connection.execute(
        """
        DELETE FROM peer WHERE username IN
            (SELECT username FROM peer ORDER BY seen_at DESC LIMIT -1 OFFSET ?)
        """,
        (PEERS_KEPT,),
    )


def _touch(connection: sqlite3.Connection, username: str, now: datetime) -> None:
    """Create a peer's row or note that it was seen."""
    connection.execute(
        "INSERT INTO peer (username, seen_at) VALUES (?, ?) ON CONFLICT (username) DO UPDATE SET seen_at = excluded.seen_at",
        (username, to_column(now)),
    )
