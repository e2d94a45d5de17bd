"""Store which recordings an account works on, so that its neighbours can find them."""

import sqlite3

from ..model import Track, TrackId
from . import tracks
from .values import clean

_ALIKE = 50  # More tracks with one title are compared by nobody.


def claim(connection: sqlite3.Connection, track_id: TrackId, title_key: str) -> None:
    """Let neighbours find a track by the bare words of its title."""
    connection.execute(
        """
        INSERT INTO claim (track_id, title_key) VALUES (?, ?)
        ON CONFLICT (track_id) DO UPDATE SET title_key = excluded.title_key
        """,
        (track_id, clean(title_key)),
    )


def note_taken(
    connection: sqlite3.Connection, track_id: TrackId, title_key: str, source: str
) -> None:
    """Remember which file of a neighbour's was taken for a track: a refused one is not taken again."""
    claim(connection, track_id, title_key)
    connection.execute("UPDATE claim SET taken = ? WHERE track_id = ?", (clean(source), track_id))


def get_taken(connection: sqlite3.Connection, track_id: TrackId) -> str | None:
    """Return which file of a neighbour's was taken for a track."""
    row = connection.execute("SELECT taken FROM claim WHERE track_id = ?", (track_id,)).fetchone()
    return None if row is None else row["taken"]


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
