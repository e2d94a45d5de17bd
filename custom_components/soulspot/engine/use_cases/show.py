"""Show what is stored: counts, playlists, tracks, the queue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
import sqlite3

from ..model import Download, DownloadId, DownloadState, LibraryFile, Track, TrackId
from ..ports import PayloadCache
from ..store import downloads, files, jobs, playlists, tracks
from ..views import (
    EntryStatus,
    PlaylistSnapshot,
    PlaylistsSnapshot,
    QueueSnapshot,
    ServiceHealth,
    TrackStatus,
)
from .context import Context
from .read_file import ReadFile
from .watch_transfers import LiveTransfer, totals

_MAXIMUM_PAGE = 500
_MINUTE = timedelta(minutes=1)


class Show:
    """Read the store for people; nothing here changes anything."""

    def __init__(
        self, context: Context, live: Mapping[DownloadId, LiveTransfer], files: PayloadCache
    ) -> None:
        """Take the rooms to work with, the figures of running transfers, and the cache for files."""
        self._context = context
        self._live = live
        self._files = ReadFile(files)

    async def queue(
        self, health: ServiceHealth, *, paused: bool, midnight: datetime
    ) -> QueueSnapshot:
        """Count the work; `midnight` is where the user's day began."""
        speed, remaining = totals(self._live.values())
        now = self._context.clock.now()
        counts = await self._context.database.run(
            _count, tuple(self._context.playlists), midnight=midnight
        )
        end = now + timedelta(seconds=remaining / speed) if speed > 0 else None
        return replace(
            counts,
            slskd=health,
            paused=paused,
            speed=speed,
            remaining_bytes=remaining,
            # The next whole minute: a figure that changes with every look would be no news.
            estimated_end=end.replace(second=0, microsecond=0) + _MINUTE if end else None,
        )

    async def playlists(self, health: ServiceHealth) -> PlaylistsSnapshot:
        """Count the tracks of every configured playlist."""
        found = await self._context.database.run(_playlists)
        chosen = {key: found[key] for key in self._context.playlists if key in found}
        return PlaylistsSnapshot(spotify=health, playlists=chosen)

    async def entries(self, spotify_id: str) -> tuple[EntryStatus, ...]:
        """Return a playlist's positions; raises InputError `unknown_playlist`."""
        return await self._context.database.run(_entries, spotify_id, self._library())

    async def downloads(
        self, states: Iterable[DownloadState] | None, *, limit: int, offset: int
    ) -> tuple[TrackStatus, ...]:
        """Return a page of downloads, the latest changed first."""
        page = await self._context.database.run(
            _downloads, states, min(limit, _MAXIMUM_PAGE), offset, self._library()
        )
        return tuple(self._with_figures(status) for status in page)

    async def track(self, track_id: TrackId) -> TrackStatus:
        """Return one track with the tags of its file; raises InputError `unknown_track`."""
        status = await self._context.database.run(_track, track_id, self._library())
        if status.file_path is None:
            return self._with_figures(status)
        path, file = Path(status.file_path), status.file
        if file is not None and file.checksum is None:
            file = replace(file, checksum=await self._files.checksum(path))
        return replace(status, file=file, tags=await self._files.tags(path))

    def _library(self) -> Path | None:
        """Return the library folder."""
        return self._context.settings.library

    def _with_figures(self, status: TrackStatus) -> TrackStatus:
        """Fill in how far a running transfer is."""
        if status.download is None or status.download.id not in self._live:
            return status
        live = self._live[status.download.id]
        return replace(
            status,
            download=replace(
                status.download,
                bytes_transferred=live.bytes_transferred,
                speed=live.speed,
            ),
        )


def _count(
    connection: sqlite3.Connection, configured: Sequence[str], *, midnight: datetime
) -> QueueSnapshot:
    """Count in the store; every count is answered by an index."""
    states = downloads.count_states(connection)
    living = jobs.count_states(connection)
    return QueueSnapshot(
        waiting=states.get(DownloadState.QUEUED, 0) + states.get(DownloadState.CHOSEN, 0),
        searching=states.get(DownloadState.SEARCHING, 0),
        transferring=states.get(DownloadState.TRANSFERRING, 0),
        filing=states.get(DownloadState.DOWNLOADED, 0),
        needs_attention=states.get(DownloadState.ASK, 0),
        not_available=states.get(DownloadState.NOT_AVAILABLE, 0),
        failed=states.get(DownloadState.FAILED, 0),
        filed_today=downloads.count_filed_since(connection, midnight),
        filed_total=states.get(DownloadState.FILED, 0),
        jobs_pending=living.get("pending", 0) + living.get("waiting", 0),
        jobs_running=living.get("running", 0),
        jobs_failed=living.get("failed", 0),
        tracks_wanted=playlists.count_wanted(connection, configured),
        tracks_in_library=tracks.count_owned(connection),
    )


def _playlists(connection: sqlite3.Connection) -> dict[str, PlaylistSnapshot]:
    """Build the snapshot of every stored playlist."""
    counts = playlists.get_counts(connection)
    found = {}
    for spotify_id, playlist in playlists.get_playlists(connection).items():
        count = counts.get(playlist.id)
        if count is None:
            found[spotify_id] = PlaylistSnapshot(playlist=playlist)
            continue
        found[spotify_id] = PlaylistSnapshot(
            playlist=playlist,
            entries=count.entries,
            tracks=count.tracks,
            owned=count.owned,
            missing=count.tracks - count.owned,
            skipped=count.entries - count.tracks,
        )
    return found


def _entries(
    connection: sqlite3.Connection, spotify_id: str, library: Path | None
) -> tuple[EntryStatus, ...]:
    """Build the positions of a playlist."""
    playlist = playlists.get_playlist(connection, spotify_id)
    entries = playlists.get_entries(connection, playlist.id)
    ids = [entry.track_id for entry in entries if entry.track_id is not None]
    statuses = _statuses(connection, ids, library)
    return tuple(
        EntryStatus(
            position=entry.position,
            kind=entry.kind,
            title=entry.title,
            status=statuses.get(entry.track_id) if entry.track_id is not None else None,
            added_at=entry.added_at,
        )
        for entry in entries
    )


def _downloads(
    connection: sqlite3.Connection,
    states: Iterable[DownloadState] | None,
    limit: int,
    offset: int,
    library: Path | None,
) -> tuple[TrackStatus, ...]:
    """Build a page of downloads."""
    page = downloads.list_downloads(connection, states, limit, offset)
    statuses = _statuses(connection, [download.track_id for download in page], library)
    return tuple(statuses[download.track_id] for download in page)


def _track(connection: sqlite3.Connection, track_id: TrackId, library: Path | None) -> TrackStatus:
    """Build one track."""
    tracks.get_track(connection, track_id)
    return _statuses(connection, [track_id], library)[track_id]


def _statuses(
    connection: sqlite3.Connection, ids: Sequence[TrackId], library: Path | None
) -> dict[TrackId, TrackStatus]:
    """Build the status of tracks by id."""
    owned = files.get_files(connection, ids)
    running = downloads.find_downloads(connection, ids)
    return {
        track_id: _status(track, running.get(track_id), owned.get(track_id), library)
        for track_id, track in tracks.get_tracks(connection, ids).items()
    }


def _status(
    track: Track,
    download: Download | None,
    file: LibraryFile | None,
    library: Path | None,
) -> TrackStatus:
    """Build the status of one track: a file in the library says more than its download."""
    state = download.state if download else None
    if file is not None:
        state = DownloadState.FILED
    elif state is DownloadState.FILED:
        state = None  # The file is gone: wanted again.
    return TrackStatus(
        track=track,
        state=state,
        reason=download.reason if download else None,
        download=download,
        file=file,
        file_path=str(library / file.path) if library and file else None,
    )
