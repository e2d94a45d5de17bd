"""Store what MusicBrainz adds to tracks, albums and artists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import sqlite3

from ..model import Album, Artist, FieldValues, LibraryFile, TrackId
from . import metadata, tracks
from .values import dump, to_column

# What MusicBrainz did not know is asked for again after this time: it grows every day.
ASK_AGAIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """Hold what MusicBrainz adds to a track; None and empty leave what is there.

    `is_detached` takes the ids away instead. `album` and `artists` are the playlist's own with ids.
    """

    recording_id: str | None = None
    release_track_id: str | None = None
    original_date: str | None = None
    genres: tuple[str, ...] = ()
    track_number: int | None = None  # Only for tracks without one.
    album: Album | None = None
    artists: tuple[Artist, ...] = ()
    is_new_artist: bool = False  # The playlist names none.
    fields: tuple[FieldValues, ...] = ()
    is_detached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Undescribed:
    """Name an album or, without release group, a track whose genres were not asked for yet."""

    release_group_id: str | None
    artist_id: str | None
    track_ids: tuple[TrackId, ...]


def save_enrichment(
    connection: sqlite3.Connection, track_id: TrackId, found: Enrichment, *, now: datetime
) -> None:
    """Store what was found; another recording than before replaces all that came with the old one."""
    row = connection.execute(
        "SELECT musicbrainz_recording_id FROM track WHERE id = ?", (track_id,)
    ).fetchone()
    is_other = found.recording_id is not None and row[0] not in (None, found.recording_id)
    if found.is_detached or is_other:
        connection.execute(
            """
            UPDATE track SET musicbrainz_recording_id = NULL, musicbrainz_release_track_id = NULL,
                original_date = NULL, genres = '[]', described_at = NULL WHERE id = ?
            """,
            (track_id,),
        )
    genres = dump(list(found.genres))
    connection.execute(
        """
        UPDATE track SET musicbrainz_recording_id = coalesce(?, musicbrainz_recording_id),
            musicbrainz_release_track_id = coalesce(?, musicbrainz_release_track_id),
            original_date = coalesce(?, original_date), genres = CASE WHEN ? = '[]' THEN genres ELSE ? END,
            track_number = coalesce(?, track_number), enriched_at = ? WHERE id = ?
        """,
        (
            found.recording_id,
            found.release_track_id,
            found.original_date,
            genres,
            genres,
            found.track_number,
            to_column(now),
            track_id,
        ),
    )
    if found.album is not None:
        album_id = tracks.save_album(connection, found.album)
        connection.execute("UPDATE track SET album_id = ? WHERE id = ?", (album_id, track_id))
    if found.is_new_artist:
        tracks.link_artists(connection, track_id, found.artists)
    for artist in found.artists:
        tracks.save_artist(connection, artist)
    metadata.save_comparison(connection, track_id, found.fields)


def is_worth_asking(connection: sqlite3.Connection, spotify_id: str, *, now: datetime) -> bool:
    """Tell whether a playlist has tracks that MusicBrainz was not asked about, or long ago in vain."""
    row = connection.execute(
        """
        SELECT EXISTS (
            SELECT 1 FROM playlist JOIN playlist_entry AS entry ON entry.playlist_id = playlist.id
            JOIN track ON track.id = entry.track_id
            WHERE playlist.spotify_id = ? AND (track.enriched_at IS NULL
                OR (track.musicbrainz_recording_id IS NULL AND track.enriched_at < ?))
        )
        """,
        (spotify_id, to_column(now - ASK_AGAIN)),
    ).fetchone()
    return bool(row[0])


def get_unenriched(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId], *, now: datetime
) -> tuple[TrackId, ...]:
    """Return the tracks that MusicBrainz was not asked about, or long ago in vain, in their order."""
    wanted = list(dict.fromkeys(track_ids))
    rows = connection.execute(
        """
        SELECT id FROM track WHERE id IN (SELECT value FROM json_each(?)) AND (
            enriched_at IS NULL OR (musicbrainz_recording_id IS NULL AND enriched_at < ?)
        )
        """,
        (dump(wanted), to_column(now - ASK_AGAIN)),
    )
    unenriched = {TrackId(row["id"]) for row in rows}
    return tuple(track_id for track_id in wanted if track_id in unenriched)


def get_undescribed(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId], *, again: bool = False
) -> tuple[Undescribed, ...]:
    """Return the albums of identified tracks whose genres were not asked for yet, or all of them."""
    rows = connection.execute(
        """
        SELECT track.id, album.musicbrainz_release_group_id AS group_id, artist.musicbrainz_id AS artist_id
        FROM track LEFT JOIN album ON album.id = track.album_id
        LEFT JOIN track_artist AS link ON link.track_id = track.id AND link.position = 0
        LEFT JOIN artist ON artist.id = link.artist_id
        WHERE track.id IN (SELECT value FROM json_each(?))
            AND track.musicbrainz_recording_id IS NOT NULL AND (track.described_at IS NULL OR ?)
        ORDER BY track.id
        """,
        (dump(list(track_ids)), again),
    )
    grouped: dict[tuple[str | None, str | None], list[TrackId]] = {}
    for row in rows:
        grouped.setdefault((row["group_id"], row["artist_id"]), []).append(TrackId(row["id"]))
    return tuple(
        Undescribed(release_group_id=group_id, artist_id=artist_id, track_ids=tuple(ids))
        for (group_id, artist_id), ids in grouped.items()
    )


def save_description(
    connection: sqlite3.Connection,
    track_ids: Sequence[TrackId],
    *,
    genres: Sequence[str],
    original_date: str | None,
    now: datetime,
) -> tuple[TrackId, ...]:
    """Store genres where a track has none, and the album's first date; returns the changed tracks."""
    listed = dump(list(genres))
    rows = connection.execute(
        """
        SELECT id FROM track WHERE id IN (SELECT value FROM json_each(?))
            AND ((genres = '[]' AND ? <> '[]') OR (? IS NOT NULL AND original_date IS NOT ?))
        """,
        (dump(list(track_ids)), listed, original_date, original_date),
    ).fetchall()
    connection.execute(
        """
        UPDATE track SET genres = CASE WHEN genres = '[]' THEN ? ELSE genres END,
            original_date = coalesce(?, original_date), described_at = ?
        WHERE id IN (SELECT value FROM json_each(?))
        """,
        (listed, original_date, to_column(now), dump(list(track_ids))),
    )
    return tuple(TrackId(row["id"]) for row in rows)


def mark_enriched(connection: sqlite3.Connection, track_id: TrackId, at: datetime) -> None:
    """Remember that MusicBrainz was asked, whatever it said."""
    connection.execute("UPDATE track SET enriched_at = ? WHERE id = ?", (to_column(at), track_id))


def get_own_files(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId]
) -> tuple[TrackId, ...]:
    """Return the tracks whose file was filed by this product: only those are ours to write into."""
    rows = connection.execute(
        """
        SELECT track_id FROM library_file
        WHERE track_id IN (SELECT value FROM json_each(?)) AND is_ours = 1 ORDER BY track_id
        """,
        (dump(list(track_ids)),),
    )
    return tuple(TrackId(row["track_id"]) for row in rows)


def get_speaker(connection: sqlite3.Connection, path: str) -> TrackId | None:
    """Return the track whose words a file's tags are; several tracks may share one file."""
    row = connection.execute(
        "SELECT min(track_id) FROM library_file WHERE path = ? AND is_ours = 1", (path,)
    ).fetchone()
    return None if row[0] is None else TrackId(row[0])


def save_file_state(connection: sqlite3.Connection, file: LibraryFile) -> None:
    """Store size, age and checksum of a file for every track that it serves."""
    connection.execute(
        "UPDATE library_file SET size = ?, modified_ns = ?, checksum = ? WHERE path = ?",
        (file.size, file.modified_ns, file.checksum, file.path),
    )
