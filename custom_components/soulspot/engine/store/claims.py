"""Store which recordings an account works on, so that its neighbours can find them."""

import sqlite3

from ..model import Track, TrackId
from . import tracks
from .values import clean, dump, load

_ALIKE = 50  # More tracks with one title are compared by nobody.
_REFUSED_KEPT = 20


def claim(connection: sqlite3.Connection, track_id: TrackId, title_key: str) -> None:
    """Let neighbours find a track by the bare words of its title."""
    connection.execute(
        """
        INSERT INTO claim (track_id, title_key) VALUES (?, ?)
        ON CONFLICT (track_id) DO UPDATE SET title_key = excluded.title_key
        """,
        (track_id, clean(title_key)),
    )


def note_refused(connection: sqlite3.Connection, track_id: TrackId, path: str) -> None:
    """Remember a neighbour's file that was no good for a claimed track: it is not taken again."""
    refused = [*get_refused(connection, track_id), clean(path)][-_REFUSED_KEPT:]
    connection.execute("UPDATE claim SET taken = ? WHERE track_id = ?", (dump(refused), track_id))


def get_refused(connection: sqlite3.Connection, track_id: TrackId) -> tuple[str, ...]:
    """Return which files of neighbours' were no good for a track."""
    row = connection.execute("SELECT taken FROM claim WHERE track_id = ?", (track_id,)).fetchone()
    if row is None or row["taken"] is None:
        return ()
    # Earlier versions kept the path of one file.
    return tuple(load(row["taken"])) if row["taken"].startswith("[") else (row["taken"],)


def find_alike(
    connection: sqlite3.Connection, track: Track, title_key: str
) -> dict[TrackId, Track]:
    """Return the tracks that may be the same recording: by Spotify id, ISRC, MusicBrainz id or title."""
    rows = connection.execute(
        """
        SELECT id FROM track WHERE source_key = ?
        UNION SELECT id FROM track WHERE isrc = ?
        UNION SELECT id FROM track WHERE musicbrainz_recording_id = ?
        UNION SELECT track_id FROM claim WHERE title_key = ?
        LIMIT ?
        """,
        (
            clean(tracks.source_key(track.metadata)),
            track.metadata.isrc,
            track.musicbrainz_recording_id,
            clean(title_key) or None,
            _ALIKE,
        ),
    )
    return tracks.get_tracks(connection, [TrackId(row["id"]) for row in rows])
