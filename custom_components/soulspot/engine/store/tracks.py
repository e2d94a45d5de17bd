"""Store artists, albums and tracks: created once, updated ever after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import sqlite3

from ..errors import InputError
from ..model import Album, Artist, Track, TrackId, TrackMetadata
from . import metadata as fields_store, tally
from .values import clean, dump, load, to_datetime

_TRACKS = """
SELECT track.*, album.name AS album_name, album.spotify_id AS album_spotify_id, album.album_type,
       album.release_date, album.total_tracks, album.image_url, album.musicbrainz_id AS album_musicbrainz_id,
       album.musicbrainz_release_group_id
FROM track LEFT JOIN album ON album.id = track.album_id
WHERE track.id IN (SELECT value FROM json_each(?))
"""
_ARTISTS = """
SELECT link.track_id AS owner, artist.* FROM track_artist AS link JOIN artist ON artist.id = link.artist_id
WHERE link.track_id IN (SELECT value FROM json_each(?)) ORDER BY link.track_id, link.position
"""
_ALBUM_ARTISTS = """
SELECT link.album_id AS owner, artist.* FROM album_artist AS link JOIN artist ON artist.id = link.artist_id
WHERE link.album_id IN (SELECT value FROM json_each(?)) ORDER BY link.album_id, link.position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Hold the statements for one table that links artists."""

    select: str
    delete: str
    insert: str


_TRACK_LINKS = Links(
    select="SELECT track_id, position, artist_id FROM track_artist WHERE track_id = ? ORDER BY position",
    delete="DELETE FROM track_artist WHERE track_id = ?",
    insert="INSERT INTO track_artist (track_id, position, artist_id) VALUES (?, ?, ?)",
)
_ALBUM_LINKS = Links(
    select="SELECT album_id, position, artist_id FROM album_artist WHERE album_id = ? ORDER BY position",
    delete="DELETE FROM album_artist WHERE album_id = ?",
    insert="INSERT INTO album_artist (album_id, position, artist_id) VALUES (?, ?, ?)",
)


def source_key(metadata: TrackMetadata) -> str:
    """Return what makes a track the same one: its URI, or the words of a wish."""
    if metadata.spotify_uri:
        return metadata.spotify_uri
    artists = ", ".join(artist.name for artist in metadata.artists)
    album = metadata.album.name if metadata.album else ""
    return "wish:" + "\x1f".join(
        part.casefold().strip() for part in (artists, metadata.title, album)
    )


def save_track(connection: sqlite3.Connection, metadata: TrackMetadata) -> TrackId:
    """Create the track or bring it up to date; what MusicBrainz added is kept."""
    album_id = save_album(connection, metadata.album) if metadata.album else None
    row = connection.execute(
        """
        INSERT INTO track (source_key, title, album_id, duration_ms, isrc, disc_number, track_number, explicit)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (source_key) DO UPDATE SET
            title = excluded.title, album_id = coalesce(excluded.album_id, album_id),
            duration_ms = coalesce(excluded.duration_ms, duration_ms), isrc = coalesce(excluded.isrc, isrc),
            disc_number = coalesce(excluded.disc_number, disc_number),
            track_number = coalesce(excluded.track_number, track_number),
            explicit = coalesce(excluded.explicit, explicit)
        RETURNING id
        """,
        (
            clean(source_key(metadata)),
            clean(metadata.title),
            album_id,
            metadata.duration_ms,
            metadata.isrc,
            metadata.disc_number,
            metadata.track_number,
            metadata.explicit,
        ),
    ).fetchone()
    track_id = TrackId(row["id"])
    _link_artists(connection, _TRACK_LINKS, track_id, metadata.artists)
    note_recording(connection, track_id, metadata.recording_id)
    return track_id


def note_recording(
    connection: sqlite3.Connection, track_id: TrackId, recording_id: str | None
) -> None:
    """Take over the MusicBrainz recording that a source names, where none is known yet."""
    if recording_id is not None:
        connection.execute(
            """
            UPDATE track SET musicbrainz_recording_id = ?
            WHERE id = ? AND musicbrainz_recording_id IS NULL
            """,
            (recording_id, track_id),
        )


def save_album(connection: sqlite3.Connection, album: Album) -> int:
    """Create the album or bring it up to date, and return its row."""
    known = _find_album(connection, album)
    values = (
        clean(album.name),
        album.album_type,
        album.release_date,
        album.total_tracks,
        album.image_url,
        album.musicbrainz_id,
        album.musicbrainz_release_group_id,
    )
    if known is None:
        cursor = connection.execute(
            """
            INSERT INTO album (name, album_type, release_date, total_tracks, image_url, musicbrainz_id,
                               musicbrainz_release_group_id, spotify_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            (*values, album.spotify_id),
        )
        known = int(cursor.lastrowid or 0)
    else:
        connection.execute(
            """
            UPDATE album SET name = ?, album_type = coalesce(?, album_type),
                release_date = coalesce(?, release_date), total_tracks = coalesce(?, total_tracks),
                image_url = coalesce(?, image_url), musicbrainz_id = coalesce(?, musicbrainz_id),
                musicbrainz_release_group_id = coalesce(?, musicbrainz_release_group_id) WHERE id = ?
            """,
            (*values, known),
        )
    if album.artists:
        _link_artists(connection, _ALBUM_LINKS, known, album.artists)
    return known


def save_artist(connection: sqlite3.Connection, artist: Artist) -> int:
    """Create the artist or bring it up to date, and return its row."""
    name = clean(artist.name)
    if artist.spotify_id is not None:
        row = connection.execute(
            """
            INSERT INTO artist (name, spotify_id, musicbrainz_id) VALUES (?, ?, ?)
            ON CONFLICT (spotify_id) DO UPDATE SET name = excluded.name,
                musicbrainz_id = coalesce(excluded.musicbrainz_id, musicbrainz_id)
            RETURNING id
            """,
            (name, artist.spotify_id, artist.musicbrainz_id),
        ).fetchone()
        return int(row["id"])
    row = connection.execute(
        "SELECT id FROM artist WHERE name = ? AND spotify_id IS NULL", (name,)
    ).fetchone()
    if row is not None:
        if artist.musicbrainz_id:
            connection.execute(
                "UPDATE artist SET musicbrainz_id = ? WHERE id = ?",
                (artist.musicbrainz_id, row["id"]),
            )
        return int(row["id"])
    cursor = connection.execute(
        "INSERT INTO artist (name, musicbrainz_id) VALUES (?, ?)",
        (name, artist.musicbrainz_id),
    )
    return int(cursor.lastrowid or 0)


def get_track(connection: sqlite3.Connection, track_id: TrackId) -> Track:
    """Return the track; raises InputError `unknown_track`."""
    tracks = get_tracks(connection, [track_id])
    if track_id not in tracks:
        raise InputError("unknown_track", track=str(track_id))
    return tracks[track_id]


def get_tracks(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId]
) -> dict[TrackId, Track]:
    """Return the tracks that exist, by id, with the values that count for each field."""
    listed = get_listed_tracks(connection, track_ids)
    fields = fields_store.get_fields(connection, listed)
    return {
        track_id: fields_store.with_fields(track, fields[track_id]) if track_id in fields else track
        for track_id, track in listed.items()
    }


def get_listed_tracks(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId]
) -> dict[TrackId, Track]:
    """Return the tracks that exist, by id, with the playlist's own values."""
    rows = connection.execute(_TRACKS, (dump(list(track_ids)),)).fetchall()
    artists = _artists(connection, _ARTISTS, [row["id"] for row in rows])
    album_ids = [row["album_id"] for row in rows if row["album_id"] is not None]
    album_artists = _artists(connection, _ALBUM_ARTISTS, album_ids)
    return {TrackId(row["id"]): _track(row, artists, album_artists) for row in rows}


def find_by_uri(connection: sqlite3.Connection, uri: str) -> Track | None:
    """Return the stored track with a Spotify URI."""
    row = connection.execute("SELECT id FROM track WHERE source_key = ?", (uri,)).fetchone()
    return None if row is None else get_track(connection, TrackId(row["id"]))


def find_tracks(connection: sqlite3.Connection, metadata: TrackMetadata) -> dict[TrackId, Track]:
    """Return the stored tracks with the same address, recording or ISRC, by id, at most twenty."""
    rows = connection.execute(
        """
        SELECT id FROM track WHERE source_key = ? OR (isrc IS NOT NULL AND isrc = ?)
            OR musicbrainz_recording_id = ?
        UNION SELECT track_id FROM metadata_field WHERE field = 'isrc' AND musicbrainz = ?
        ORDER BY 1 LIMIT 20
        """,
        (
            clean(source_key(metadata)),
            metadata.isrc,
            metadata.recording_id,
            dump([metadata.isrc]),
        ),
    )
    return get_tracks(connection, [TrackId(row["id"]) for row in rows])


def link_artists(
    connection: sqlite3.Connection, track_id: TrackId, artists: Sequence[Artist]
) -> None:
    """Let a track be by these artists, who are created or brought up to date."""
    _link_artists(connection, _TRACK_LINKS, track_id, artists)


def count_owned(connection: sqlite3.Connection) -> int:
    """Count the tracks that have a file in the library."""
    return tally.count_one(connection, "library_file")


def _find_album(connection: sqlite3.Connection, album: Album) -> int | None:
    """Find an album by its Spotify id, or by name and first artist when it has none.

    The artist is compared as the row it is: artists change their names.
    """
    if album.spotify_id is not None:
        row = connection.execute(
            "SELECT id FROM album WHERE spotify_id = ?", (album.spotify_id,)
        ).fetchone()
        return None if row is None else int(row["id"])
    first = save_artist(connection, album.artists[0]) if album.artists else None
    row = connection.execute(
        """
        SELECT album.id FROM album
        LEFT JOIN album_artist AS link ON link.album_id = album.id AND link.position = 0
        WHERE album.name = ? AND album.spotify_id IS NULL AND link.artist_id IS ?
        """,
        (clean(album.name), first),
    ).fetchone()
    return None if row is None else int(row["id"])


def _link_artists(
    connection: sqlite3.Connection,
    links: Links,
    owner_id: int,
    artists: Sequence[Artist],
) -> None:
    """Write the artists of a track or album in their order, only when they changed."""
    wanted = [
        (owner_id, position, save_artist(connection, artist))
        for position, artist in enumerate(artists)
    ]
    present = connection.execute(links.select, (owner_id,)).fetchall()
    if [tuple(row) for row in present] == wanted:
        return
    connection.execute(links.delete, (owner_id,))
    connection.executemany(links.insert, wanted)


def _artists(
    connection: sqlite3.Connection, query: str, owners: Sequence[int]
) -> dict[int, tuple[Artist, ...]]:
    """Return the artists of each owner in their order."""
    grouped: dict[int, list[Artist]] = {}
    for row in connection.execute(query, (dump(list(owners)),)):
        grouped.setdefault(row["owner"], []).append(
            Artist(
                name=row["name"],
                spotify_id=row["spotify_id"],
                musicbrainz_id=row["musicbrainz_id"],
            )
        )
    return {owner: tuple(artists) for owner, artists in grouped.items()}


def _track(
    row: sqlite3.Row,
    artists: dict[int, tuple[Artist, ...]],
    album_artists: dict[int, tuple[Artist, ...]],
) -> Track:
    """Build a track from its row."""
    album = None
    if row["album_id"] is not None:
        album = Album(
            name=row["album_name"],
            artists=album_artists.get(row["album_id"], ()),
            album_type=row["album_type"],
            release_date=row["release_date"],
            total_tracks=row["total_tracks"],
            image_url=row["image_url"],
            spotify_id=row["album_spotify_id"],
            musicbrainz_id=row["album_musicbrainz_id"],
            musicbrainz_release_group_id=row["musicbrainz_release_group_id"],
        )
    uri = row["source_key"]
    return Track(
        id=TrackId(row["id"]),
        metadata=TrackMetadata(
            title=row["title"],
            artists=artists.get(row["id"], ()),
            album=album,
            duration_ms=row["duration_ms"],
            isrc=row["isrc"],
            disc_number=row["disc_number"],
            track_number=row["track_number"],
            explicit=None if row["explicit"] is None else bool(row["explicit"]),
            spotify_uri=uri if uri.startswith("spotify:") else None,
        ),
        musicbrainz_recording_id=row["musicbrainz_recording_id"],
        musicbrainz_release_track_id=row["musicbrainz_release_track_id"],
        original_date=row["original_date"],
        genres=tuple(load(row["genres"])),
        enriched_at=to_datetime(row["enriched_at"]),
    )
