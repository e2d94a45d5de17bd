"""Store which tracks have vanished from a playlist, since when, and whose files may go for that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
import sqlite3

from ..model import PlaylistId, RemovalPolicy, TrackId
from .values import dump, to_column

# A list that loses more than half of itself at once has more likely been read wrongly than tidied up.
_SUDDEN_LOSS, _SUDDEN_SHARE = 10, 0.5
_SMALLEST_LIST = 3  # One of so few may well be emptied.
_DAY = 86_400.0  # seconds


class Hold(StrEnum):
    """Say why a removal does not count yet."""

    INCOMPLETE = "incomplete"  # Only a part of the list could be read: the next reading decides.
    SHRUNK = "shrunk"  # So much vanished at once that a person has to confirm it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Hold the tracks of a playlist in order, and how many entries do not say what they are."""

    tracks: tuple[TrackId, ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRemoval:
    """Name a file that no playlist and nobody else has a use for any more."""

    track_id: TrackId
    spotify_id: str  # The playlist it was removed from.
    playlist: str  # Its name.


def note_entries(
    connection: sqlite3.Connection,
    playlist_id: PlaylistId,
    before: Listing,
    after: Listing,
    *,
    is_complete: bool,
    now: datetime,
) -> None:
    """Write down what has vanished from a list, and forget what is back.

    Belongs into the transaction that changes the entries. What may stand behind an entry without
    content, or in the part that could not be read, is not taken for removed.
    """
    present = frozenset(after.tracks)
    connection.execute(
        "DELETE FROM removal WHERE playlist_id = ? AND track_id IN (SELECT value FROM json_each(?))",
        (playlist_id, dump(list(present))),
    )
    is_clear = is_complete and after.hidden <= before.hidden
    doubtful = _held(connection, playlist_id, Hold.INCOMPLETE)
    if is_clear and after.hidden:
        doubtful = ()  # They may be what the empty entries were.
    known = list(dict.fromkeys([*before.tracks, *doubtful]))
    vanished = [track_id for track_id in known if track_id not in present]
    hold = None if is_clear else Hold.INCOMPLETE
    if is_clear and _is_sudden(len(known), len(vanished), len(present)):
        hold = Hold.SHRUNK
    connection.executemany(
        """
        INSERT INTO removal (playlist_id, track_id, position, removed_at, hold) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (playlist_id, track_id) DO UPDATE SET hold = excluded.hold
        """,
        [
            (playlist_id, track_id, position, to_column(now), hold)
            for position, track_id in enumerate(vanished)
        ],
    )


def set_policy(
    connection: sqlite3.Connection,
    spotify_id: str,
    policy: RemovalPolicy,
    grace_days: int,
    *,
    now: datetime,
) -> bool:
    """Remember what a playlist does about removals; the grace of older ones begins with a new policy.

    Returns whether there was another one before.
    """
    present = connection.execute(
        """
        SELECT chosen.policy FROM removal_policy AS chosen
        JOIN playlist ON playlist.id = chosen.playlist_id WHERE playlist.spotify_id = ?
        """,
        (spotify_id,),
    ).fetchone()
    connection.execute(
        """
        INSERT INTO removal_policy (playlist_id, policy, grace_days, since)
        SELECT id, ?, ?, ? FROM playlist WHERE spotify_id = ?
        ON CONFLICT (playlist_id) DO UPDATE SET grace_days = excluded.grace_days, policy = excluded.policy,
            since = CASE WHEN policy = excluded.policy THEN since ELSE excluded.since END
        """,
        (policy.value, grace_days, to_column(now), spotify_id),
    )
    return present is not None and present["policy"] != policy.value


def get_listed(connection: sqlite3.Connection, playlist_id: PlaylistId) -> tuple[TrackId, ...]:
    """Return the vanished tracks that the playlist's file still lists, in the order they went.

    Those are all of them under `keep`, and otherwise those whose removal does not count yet.
    """
    rows = connection.execute(
        """
        SELECT removal.track_id FROM removal
        LEFT JOIN removal_policy AS chosen ON chosen.playlist_id = removal.playlist_id
        WHERE removal.playlist_id = ? AND (removal.hold IS NOT NULL OR chosen.policy = 'keep')
        ORDER BY removal.removed_at, removal.position
        """,
        (playlist_id,),
    )
    return tuple(TrackId(row["track_id"]) for row in rows)


def get_due(
    connection: sqlite3.Connection, limit: int, offset: int = 0, *, now: datetime
) -> tuple[DueRemoval, ...]:
    """Return removals under `recycle` whose grace is over and whose file nobody else needs, the oldest first.

    Needed is what any playlist or list holds, what another one lost but keeps or still may get back,
    what a person asked for apart from playlists, what is a file of such a track too, and every file
    that was not filed by us. What is being replaced by a better file has to wait for that one.
    """
    rows = connection.execute(
        """
        SELECT removal.track_id, playlist.spotify_id, playlist.name FROM removal
        JOIN removal_policy AS chosen ON chosen.playlist_id = removal.playlist_id
        JOIN playlist ON playlist.id = removal.playlist_id
        JOIN library_file AS file ON file.track_id = removal.track_id
        WHERE chosen.policy = 'recycle' AND removal.hold IS NULL AND file.is_ours = 1
            AND max(removal.removed_at, chosen.since) + chosen.grace_days * ? <= ?
            AND NOT EXISTS (
                SELECT 1 FROM library_file AS same WHERE same.path = file.path AND (
                    same.is_ours = 0
                    OR EXISTS (SELECT 1 FROM playlist_entry AS entry WHERE entry.track_id = same.track_id)
                    OR EXISTS (
                        SELECT 1 FROM download WHERE download.track_id = same.track_id
                            AND (download.lane = '' OR download.is_upgrade = 1)
                    )
                    OR EXISTS (
                        SELECT 1 FROM removal AS other
                        LEFT JOIN removal_policy AS theirs ON theirs.playlist_id = other.playlist_id
                        WHERE other.track_id = same.track_id AND (
                            other.hold IS NOT NULL OR theirs.policy IS NOT 'recycle'
                            OR max(other.removed_at, theirs.since) + theirs.grace_days * ? > ?
                        )
                    )
                )
            )
        GROUP BY file.path ORDER BY min(removal.removed_at), file.path LIMIT ? OFFSET ?
        """,
        (_DAY, to_column(now), _DAY, to_column(now), limit, offset),
    )
    return tuple(
        DueRemoval(
            track_id=TrackId(row["track_id"]),
            spotify_id=row["spotify_id"],
            playlist=row["name"],
        )
        for row in rows
    )


def count_held(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the removals that a person has to confirm, by the Spotify id of their playlist."""
    rows = connection.execute(
        """
        SELECT playlist.spotify_id, count(*) AS number FROM removal
        JOIN playlist ON playlist.id = removal.playlist_id
        WHERE removal.hold = 'shrunk' GROUP BY playlist.spotify_id
        """
    )
    return {row["spotify_id"]: int(row["number"]) for row in rows}


def confirm(connection: sqlite3.Connection, spotify_id: str, *, now: datetime) -> int:
    """Let the held removals of a playlist count from now on, and return how many."""
    return connection.execute(
        """
        UPDATE removal SET hold = NULL, removed_at = ?
        WHERE hold = 'shrunk' AND playlist_id = (SELECT id FROM playlist WHERE spotify_id = ?)
        """,
        (to_column(now), spotify_id),
    ).rowcount


def discard(connection: sqlite3.Connection, spotify_id: str) -> int:
    """Forget the held removals of a playlist, so that their files stay for good; return how many."""
    return connection.execute(
        """
        DELETE FROM removal
        WHERE hold = 'shrunk' AND playlist_id = (SELECT id FROM playlist WHERE spotify_id = ?)
        """,
        (spotify_id,),
    ).rowcount


def forget(connection: sqlite3.Connection, track_ids: Iterable[TrackId]) -> None:
    """Forget that tracks were removed from anywhere."""
    connection.execute(
        "DELETE FROM removal WHERE track_id IN (SELECT value FROM json_each(?))",
        (dump(list(track_ids)),),
    )


def forget_old(connection: sqlite3.Connection, *, now: datetime, keep: timedelta) -> int:
    """Forget removals of tracks without a file that are older than `keep`; return how many."""
    return connection.execute(
        """
        DELETE FROM removal WHERE removed_at < ? AND NOT EXISTS (
            SELECT 1 FROM library_file AS file WHERE file.track_id = removal.track_id
        )
        """,
        (to_column(now - keep),),
    ).rowcount


def _held(
    connection: sqlite3.Connection, playlist_id: PlaylistId, hold: Hold
) -> tuple[TrackId, ...]:
    """Return the tracks whose removal is held for a reason, in their order."""
    rows = connection.execute(
        "SELECT track_id FROM removal WHERE playlist_id = ? AND hold = ? ORDER BY removed_at, position",
        (playlist_id, hold.value),
    )
    return tuple(TrackId(row["track_id"]) for row in rows)


def _is_sudden(known: int, vanished: int, present: int) -> bool:
    """Tell whether a list has lost so much that somebody should look."""
    if present == 0:
        return known > _SMALLEST_LIST
    return vanished > _SUDDEN_LOSS and present < known * _SUDDEN_SHARE
