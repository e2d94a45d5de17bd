"""Keep an M3U8 file beside the music for every playlist."""

import asyncio
from collections.abc import Iterable
import logging
from pathlib import Path, PurePosixPath
import sqlite3

from ...errors import InputError, StorageError
from ...library.playlist_file import PlaylistEntry, remove_playlist, write_playlist
from ...model import LIKED_SONGS_ID, LIST_PREFIX, Playlist
from ...store import files, playlists, removals, tracks
from ...store.neighbours import stored_next_door
from ...store.settings import find_settings, get_setting, set_setting
from ..context import Context

_LOGGER = logging.getLogger(__name__)

FOLDER = "Playlists"
_KEY = "playlist_file:"  # Before a playlist's id: where its file is.


class WritePlaylistFiles:
    """Write playlists in their order, with what exists, only when that changed."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with; one file is written at a time."""
        self._context = context
        self._lock = asyncio.Lock()

    async def execute(self, spotify_ids: Iterable[str]) -> None:
        """Bring the files of these playlists up to date; trouble is told once and retried next time."""
        library = self._context.settings.library
        if library is None:
            return
        async with self._lock:
            for spotify_id in spotify_ids:
                if spotify_id not in self._context.playlists:
                    continue
                try:
                    await self._write(spotify_id, library)
                except InputError:
                    continue  # It was forgotten meanwhile.
                except StorageError as error:
                    _LOGGER.warning("A playlist file could not be written: %s", error)

    async def path_of(self, spotify_id: str) -> str | None:
        """Return where a playlist's file is, relative to the library folder; None when there is none."""
        path: str | None = await self._context.database.run(get_setting, f"{_KEY}{spotify_id}")
        return path

    async def remove_orphans(self) -> None:
        """Delete the files of playlists that were forgotten; the music they list stays."""
        library = self._context.settings.library
        if library is None:
            return
        async with self._lock:
            for key, path in await self._context.database.run(_orphans):
                identity = key.removeprefix(_KEY)
                try:
                    await asyncio.to_thread(remove_playlist, library, PurePosixPath(path), identity)
                except StorageError as error:
                    _LOGGER.warning("A playlist file could not be deleted: %s", error)
                    continue
                await self._context.database.run(set_setting, key, None)

    async def _write(self, spotify_id: str, library: Path) -> None:
        """Write one file and remember where it is."""
        database = self._context.database
        playlist, entries = await database.run(_collect, spotify_id)
        if playlist.synced_at is None:
            return  # Nothing but trouble is known of it.
        key = f"{_KEY}{spotify_id}"
        previous = await database.run(get_setting, key)
        others = await self._taken_by_others(spotify_id, library, previous)
        written = await asyncio.to_thread(
            write_playlist,
            library,
            playlist.name,
            spotify_id,
            entries,
            folder=FOLDER,
            previous=PurePosixPath(previous) if previous else None,
            taken=others,
        )
        if str(written.path) != previous:
            await database.run(set_setting, key, str(written.path))

    async def _taken_by_others(
        self, spotify_id: str, library: Path, previous: str | None
    ) -> frozenset[PurePosixPath]:
        """Return the files of other accounts that call their own list the same.

        Everybody has liked songs, and lists of one name have one id. Of two that mean the same file the
        first by the name of the database keeps it.
        """
        if spotify_id != LIKED_SONGS_ID and not spotify_id.startswith(LIST_PREFIX):
            return frozenset()
        own = self._context.settings.database
        found = await asyncio.to_thread(stored_next_door, own, library, f"{_KEY}{spotify_id}")
        return frozenset(
            PurePosixPath(path)
            for database, path in found.items()
            if path != previous or database < own
        )


def _collect(
    connection: sqlite3.Connection, spotify_id: str
) -> tuple[Playlist, list[PlaylistEntry]]:
    """Return the playlist and its owned entries in order; what it lost but still lists comes last."""
    playlist = playlists.get_playlist(connection, spotify_id)
    ids = [
        entry.track_id
        for entry in playlists.get_entries(connection, playlist.id)
        if entry.track_id is not None
    ]
    ids += removals.get_listed(connection, playlist.id)
    owned = files.get_files(connection, ids)
    known = tracks.get_tracks(connection, owned)
    entries = [
        PlaylistEntry(
            path=PurePosixPath(owned[track_id].path),
            title=known[track_id].metadata.title,
            artist=", ".join(artist.name for artist in known[track_id].metadata.artists),
            duration_ms=owned[track_id].duration_ms,
        )
        for track_id in ids
        if track_id in owned
    ]
    return playlist, entries


def _orphans(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return where the files of forgotten playlists are, by the key that says so."""
    stored = playlists.get_playlists(connection)
    found = find_settings(connection, _KEY)
    return [(key, path) for key, path in found.items() if key.removeprefix(_KEY) not in stored]
