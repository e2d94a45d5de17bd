"""Hand out a playlist as a list that other programs read."""

import asyncio
from dataclasses import dataclass
import hashlib
from os.path import relpath
from pathlib import Path
import sqlite3

from ...errors import InputError
from ...library.list_file import write_list
from ...lists import ExportedTrack, ListKind, render
from ...model import Playlist
from ...store import files, playlists, tracks
from ...store.settings import get_setting, set_setting
from ...views import ExportReport
from ..context import Context
from ..library.write_playlist_files import FOLDER, WritePlaylistFiles

_EXTENSIONS = {ListKind.M3U: "m3u8", ListKind.CSV: "csv", ListKind.JSPF: "jspf"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlaylistRequest:
    """Ask for an export; `is_file` puts it into the library's folder of playlists as well."""

    playlist_id: str
    kind: ListKind
    is_file: bool = False


class ExportPlaylist:
    """Export playlists and imported lists."""

    def __init__(self, context: Context, playlist_files: WritePlaylistFiles) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._playlist_files = playlist_files

    async def execute(self, request: ExportPlaylistRequest) -> ExportReport:
        """Return the text with every track, owned or not, in order.

        Paths are relative to the library's folder of playlists. The M3U8 file that lies there is kept
        up to date anyway and lists what exists; the other kinds are written when asked for, and never
        over a file that is not ours. Raises InputError `unknown_playlist`, `no_library_folder`.
        """
        database = self._context.database
        library = self._context.settings.library
        playlist, exported = await database.run(_collect, request.playlist_id)
        text = render(request.kind, playlist.name, exported)
        path = None
        if request.is_file:
            if library is None:
                raise InputError("no_library_folder")
            path = await self._write(request, library, playlist, text)
        return ExportReport(
            playlist=playlist,
            tracks=len(exported),
            owned=sum(1 for track in exported if track.path is not None),
            text=text,
            path=path,
        )

    async def _write(
        self, request: ExportPlaylistRequest, library: Path, playlist: Playlist, text: str
    ) -> str | None:
        """Put the list into the folder of playlists, and remember which file is ours."""
        database = self._context.database
        if request.kind is ListKind.M3U:
            await self._playlist_files.execute((request.playlist_id,))
            return await self._playlist_files.path_of(request.playlist_id)
        key = f"exported:{request.kind.value}:{request.playlist_id}"
        previous = await database.run(get_setting, key) or {}
        path = await asyncio.to_thread(
            write_list,
            library,
            FOLDER,
            playlist.name,
            _EXTENSIONS[request.kind],
            text,
            previous_path=previous.get("path"),
            previous_digest=previous.get("digest"),
        )
        digest = hashlib.sha256(text.encode()).hexdigest()
        await database.run(set_setting, key, {"path": str(path), "digest": digest})
        return str(path)


def _collect(
    connection: sqlite3.Connection, playlist_id: str
) -> tuple[Playlist, list[ExportedTrack]]:
    """Return the playlist and its tracks in order, those that stand twice twice."""
    playlist = playlists.get_playlist(connection, playlist_id)
    entries = playlists.get_entries(connection, playlist.id)
    ids = [entry.track_id for entry in entries if entry.track_id is not None]
    owned, known = files.get_files(connection, ids), tracks.get_tracks(connection, ids)
    return playlist, [
        ExportedTrack(
            metadata=known[track_id].metadata,
            recording_id=known[track_id].musicbrainz_recording_id,
            path=relpath(f"/{owned[track_id].path}", f"/{FOLDER}") if track_id in owned else None,
        )
        for track_id in ids
    ]
