"""Store where playlist and MusicBrainz disagree about a track, and what a person decided."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
import sqlite3

from ..model import (
    Album,
    Artist,
    FieldValues,
    MetadataField,
    MetadataSource,
    Track,
    TrackId,
    TrackMetadata,
)
from .values import dump, load, to_column


def get_fields(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId]
) -> dict[TrackId, tuple[FieldValues, ...]]:
    """Return what is known about fields, by track, in the order of MetadataField."""
    found: dict[TrackId, list[FieldValues]] = {}
    for row in connection.execute(
        "SELECT * FROM metadata_field WHERE track_id IN (SELECT value FROM json_each(?))",
        (dump(list(track_ids)),),
    ):
        found.setdefault(TrackId(row["track_id"]), []).append(
            FieldValues(
                field=MetadataField(row["field"]),
                playlist=tuple(load(row["playlist"])),
                musicbrainz=tuple(load(row["musicbrainz"])),
                in_use=MetadataSource(row["in_use"]),
                chosen=MetadataSource(row["chosen"]) if row["chosen"] else None,
                chosen_values=tuple(load(row["chosen_values"])),
            )
        )
    order = list(MetadataField)
    return {
        track_id: tuple(sorted(fields, key=lambda values: order.index(values.field)))
        for track_id, fields in found.items()
    }


def save_comparison(
    connection: sqlite3.Connection, track_id: TrackId, fields: Iterable[FieldValues]
) -> None:
    """Replace what both sides say about a track; what a person decided stays."""
    connection.execute(
        "DELETE FROM metadata_field WHERE track_id = ? AND chosen IS NULL", (track_id,)
    )
    connection.execute(
        "UPDATE metadata_field SET playlist = '[]', musicbrainz = '[]', in_use = 'playlist' WHERE track_id = ?",
        (track_id,),
    )
    connection.executemany(
        """
        INSERT INTO metadata_field (track_id, field, playlist, musicbrainz, in_use) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (track_id, field) DO UPDATE SET playlist = excluded.playlist,
            musicbrainz = excluded.musicbrainz, in_use = excluded.in_use
        """,
        [
            (
                track_id,
                values.field.value,
                dump(list(values.playlist)),
                dump(list(values.musicbrainz)),
                values.in_use.value,
            )
            for values in fields
        ],
    )


def choose(
    connection: sqlite3.Connection,
    track_id: TrackId,
    field: MetadataField,
    source: MetadataSource,
    values: Sequence[str],
    *,
    now: datetime,
) -> None:
    """Remember a person's decision; it counts until the person decides otherwise."""
    connection.execute(
        """
        INSERT INTO metadata_field (track_id, field, chosen, chosen_values, chosen_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (track_id, field) DO UPDATE SET chosen = excluded.chosen,
            chosen_values = excluded.chosen_values, chosen_at = excluded.chosen_at
        """,
        (track_id, field.value, source.value, dump(list(values)), to_column(now)),
    )


def forget_choice(connection: sqlite3.Connection, track_id: TrackId, field: MetadataField) -> None:
    """Leave a field to us again."""
    connection.execute(
        """
        UPDATE metadata_field SET chosen = NULL, chosen_values = '[]', chosen_at = NULL
        WHERE track_id = ? AND field = ?
        """,
        (track_id, field.value),
    )


def without_discovered_album(track: Track, fields: Iterable[FieldValues]) -> Track:
    """Return a track without the album that MusicBrainz gave it: the playlist names none."""
    for values in fields:
        if values.field is MetadataField.ALBUM and values.musicbrainz and not values.playlist:
            return replace(track, metadata=replace(track.metadata, album=None, track_number=None))
    return track


def with_fields(track: Track, fields: Sequence[FieldValues], *, only_chosen: bool = False) -> Track:
    """Return a track with the values that count instead of the playlist's own.

    `only_chosen` leaves out what we took from MusicBrainz ourselves. That is left out too when the
    playlist has changed what it says since.
    """
    if any(values.field is MetadataField.RELEASE and values.chosen for values in fields):
        track = without_discovered_album(track, fields)
    for values in fields:
        if values.chosen is None:
            is_taken = not only_chosen and values.in_use is MetadataSource.MUSICBRAINZ
            if not is_taken or listed_values(track, values.field) != values.playlist:
                continue
        elif values.chosen is MetadataSource.PLAYLIST and values.field not in _NOT_LISTED:
            continue
        track = _with_values(track, values.field, values.values)
    return track


# What no playlist says: to choose its value means to have none.
_NOT_LISTED = frozenset({MetadataField.ORIGINAL_DATE, MetadataField.GENRES, MetadataField.RELEASE})


def listed_values(track: Track, field: MetadataField) -> tuple[str, ...]:
    """Return what a track says about a field, as texts."""
    metadata, album = track.metadata, track.metadata.album
    match field:
        case MetadataField.TITLE:
            return (metadata.title,)
        case MetadataField.ARTIST:
            return tuple(artist.name for artist in metadata.artists)
        case MetadataField.ALBUM:
            return (album.name,) if album else ()
        case MetadataField.LENGTH:
            return (str(metadata.duration_ms),) if metadata.duration_ms else ()
        case MetadataField.ISRC:
            return (metadata.isrc,) if metadata.isrc else ()
        case MetadataField.RELEASE_DATE:
            return (album.release_date,) if album and album.release_date else ()
        case MetadataField.TRACK_NUMBER:
            return (str(metadata.track_number),) if metadata.track_number else ()
        case _:
            return ()


def _with_values(track: Track, field: MetadataField, values: tuple[str, ...]) -> Track:
    """Return a track with a field's values replaced."""
    metadata = track.metadata
    first = values[0] if values else None
    match field:
        case MetadataField.ORIGINAL_DATE:
            return replace(track, original_date=first)
        case MetadataField.GENRES:
            return replace(track, genres=values)
        case MetadataField.TITLE if first:
            metadata = replace(metadata, title=first)
        case MetadataField.ARTIST if first:
            known = {artist.name: artist for artist in metadata.artists}
            artists = tuple(known.get(name) or Artist(name=name) for name in values)
            metadata = replace(metadata, artists=artists)
        case MetadataField.LENGTH:
            metadata = replace(metadata, duration_ms=int(first) if first else None)
        case MetadataField.ISRC:
            metadata = replace(metadata, isrc=first)
        case MetadataField.TRACK_NUMBER:
            metadata = replace(metadata, track_number=int(first) if first else None)
        case MetadataField.ALBUM | MetadataField.RELEASE_DATE | MetadataField.RELEASE:
            metadata = replace(metadata, album=_album_with(metadata, field, values))
        case _:
            pass
    return replace(track, metadata=metadata)


def _album_with(
    metadata: TrackMetadata, field: MetadataField, values: tuple[str, ...]
) -> Album | None:
    """Return a track's album with a field's values replaced; a release is its id, group and title."""
    album = metadata.album
    if field is MetadataField.RELEASE:
        release, group, title = (*values, "", "", "")[:3]
        album = album or (Album(name=title, artists=metadata.artists) if title else None)
        return album and replace(
            album,
            musicbrainz_id=release or None,
            musicbrainz_release_group_id=group or None,
        )
    if not values:
        return album
    if field is MetadataField.ALBUM:
        album = album or Album(name=values[0], artists=metadata.artists)
        return replace(album, name=values[0])
    return album and replace(album, release_date=values[0])
