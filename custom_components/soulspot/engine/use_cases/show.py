"""Show what is stored: counts, playlists, tracks, the queue."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
import sqlite3

from ..errors import ServiceError
from ..model import Download, DownloadId, DownloadState, LibraryFile, PlaylistId, Track, TrackId
from ..ports import PayloadCache
from ..slskd.models import TransferState
from ..store import (
    downloads,
    files,
    jobs,
    metadata,
    playlists,
    tracks,
    transfers,
    upgrades,
    verdicts,
    wanted,
)
from ..store.playlists import PlaylistCounts
from ..store.verdicts import StoredVerdict
from ..store.wanted import IgnoredTrack
from ..views import (
    EntryStatus,
    FileVerdict,
    PlaylistSnapshot,
    PlaylistsSnapshot,
    QueueSnapshot,
    ServiceHealth,
    TrackStatus,
)
from .context import Context
from .downloads.watch_transfers import LiveTransfer, totals
from .library.read_file import ReadFile

_MAXIMUM_PAGE = 500
_MINUTE = timedelta(minutes=1)
_PLACE_TIMEOUT = 5.0  # seconds


class Show:
    """Read the store for people; nothing here changes anything."""

    def __init__(
        self, context: Context, live: Mapping[DownloadId, LiveTransfer], files: PayloadCache
    ) -> None:
        """Take the rooms to work with, the figures of running transfers, and the cache for files."""
        self._context = context
        self._live = live
        self._files = ReadFile(files)
        self._counts = Counts()

    async def queue(
        self, health: ServiceHealth, *, paused: bool, midnight: datetime
    ) -> QueueSnapshot:
        """Count the work; `midnight` is where the user's day began."""
        speed, remaining = totals(self._live.values())
        now = self._context.clock.now()
        counts = await self._context.database.run(
            _count, tuple(self._context.playlists), self._counts, midnight=midnight
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
        found = await self._context.database.run(_playlists, self._counts)
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
        stored = await self._context.database.run(verdicts.get_verdicts, track_id)
        fields = await self._context.database.run(metadata.get_fields, [track_id])
        status = replace(
            status,
            verdicts=tuple(map(_verdict, stored)),
            conflicts=fields.get(track_id, ()),
        )
        if status.file_path is None:
            return await self._with_place(self._with_figures(status))
        path, file = Path(status.file_path), status.file
        if file is not None and file.checksum is None:
            file = replace(file, checksum=await self._files.checksum(path))
        return replace(status, file=file, tags=await self._files.tags(path))

    def _library(self) -> Path | None:
        """Return the library folder."""
        return self._context.settings.library

    async def _with_place(self, status: TrackStatus) -> TrackStatus:
        """Ask the peer for the place in its queue, when somebody looks and it was not told yet."""
        download = status.download
        if download is None or download.place_in_queue is not None:
            return status
        live = self._live.get(download.id)
        if live is None or live.state is not TransferState.QUEUED_REMOTELY:
            return status
        transfer = await self._context.database.run(transfers.get_transfer, download.id)
        if transfer is None or transfer.transfer_id is None:
            return status
        place = None
        with suppress(TimeoutError, ServiceError):  # Peers may not answer.
            async with asyncio.timeout(_PLACE_TIMEOUT):
                place = await self._context.slskd.place_in_queue(
                    transfer.username, transfer.transfer_id
                )
        return replace(status, download=replace(download, place_in_queue=place))

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
                place_in_queue=live.place_in_queue,
            ),
        )


@dataclass(slots=True)
class Counts:
    """Keep the counts that look at every playlist until something wanted may have changed.

    They are asked for every second while anything moves; 100,000 entries take their time.
    """

    _change: int = -1
    _wanted: dict[tuple[str, ...], int] = field(default_factory=dict)
    _owned: int | None = None
    _playlists: dict[PlaylistId, PlaylistCounts] | None = None

    def wanted(self, connection: sqlite3.Connection, configured: tuple[str, ...]) -> int:
        """Count the wanted tracks of these playlists."""
        self._look(connection)
        if configured not in self._wanted:
            self._wanted = {configured: wanted.count_wanted(connection, configured)}
        return self._wanted[configured]

    def owned(self, connection: sqlite3.Connection) -> int:
        """Count the tracks that have a file."""
        self._look(connection)
        if self._owned is None:
            self._owned = tracks.count_owned(connection)
        return self._owned

    def playlists(self, connection: sqlite3.Connection) -> dict[PlaylistId, PlaylistCounts]:
        """Count the entries of every playlist."""
        self._look(connection)
        if self._playlists is None:
            self._playlists = playlists.get_counts(connection)
        return self._playlists

    def _look(self, connection: sqlite3.Connection) -> None:
        """Forget everything after a change."""
        change = wanted.get_change(connection)
        if change != self._change:
            self._change, self._wanted, self._owned, self._playlists = change, {}, None, None


def _count(
    connection: sqlite3.Connection,
    configured: tuple[str, ...],
    counts: Counts,
    *,
    midnight: datetime,
) -> QueueSnapshot:
    """Count in the store; every count is answered by an index, or known from before."""
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
        filed_total=states.get(DownloadState.FILED, 0) + upgrades.count_running(connection),
        jobs_pending=living.get("pending", 0) + living.get("waiting", 0),
        jobs_running=living.get("running", 0),
        jobs_failed=living.get("failed", 0),
        tracks_wanted=counts.wanted(connection, configured),
        tracks_in_library=counts.owned(connection),
    )


def _playlists(connection: sqlite3.Connection, counts: Counts) -> dict[str, PlaylistSnapshot]:
    """Build the snapshot of every stored playlist."""
    known = counts.playlists(connection)
    found = {}
    for spotify_id, playlist in playlists.get_playlists(connection).items():
        count = known.get(playlist.id)
        if count is None:
            found[spotify_id] = PlaylistSnapshot(playlist=playlist)
            continue
        found[spotify_id] = PlaylistSnapshot(
            playlist=playlist,
            entries=count.entries,
            tracks=count.tracks,
            owned=count.owned,
            missing=count.missing,
            ignored=count.tracks - count.owned - count.missing,
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


def _verdict(stored: StoredVerdict) -> FileVerdict:
    """Build what is shown of a verdict."""
    return FileVerdict(
        peer=stored.username,
        content=stored.content,
        reason=stored.reason,
        properties=stored.data["properties"],
        checks=tuple(stored.data["checks"]),
        at=stored.at,
    )


def _statuses(
    connection: sqlite3.Connection, ids: Sequence[TrackId], library: Path | None
) -> dict[TrackId, TrackStatus]:
    """Build the status of tracks by id."""
    owned = files.get_files(connection, ids)
    running = downloads.find_downloads(connection, ids)
    ignored = wanted.find_ignored(connection, ids)
    return {
        track_id: _status(
            track, running.get(track_id), owned.get(track_id), ignored.get(track_id), library
        )
        for track_id, track in tracks.get_tracks(connection, ids).items()
    }


def _status(
    track: Track,
    download: Download | None,
    file: LibraryFile | None,
    ignored: IgnoredTrack | None,
    library: Path | None,
) -> TrackStatus:
    """Build the status of one track: a file in the library says more than its download."""
    state = download.state if download else None
    reason = download.reason if download else None
    if file is not None:
        state = DownloadState.FILED
        if download is not None and download.is_upgrade:
            # How the search for a better file goes says nothing of this one.
            reason = file.doubt
    elif state is DownloadState.FILED:
        state = None  # The file is gone: wanted again.
    return TrackStatus(
        track=track,
        state=state,
        reason=reason,
        download=download,
        file=file,
        file_path=str(library / file.path) if library and file else None,
        is_ignored=ignored is not None,
        ignored_reason=ignored.reason if ignored else None,
    )
