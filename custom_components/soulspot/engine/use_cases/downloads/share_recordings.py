"""Download each recording with one account only: the others wait for it and take the file."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
import sqlite3

from ...errors import SoulSpotError
from ...model import (
    Download,
    DownloadState,
    JobKind,
    JobState,
    LibraryFile,
    Reason,
    RecycledId,
    Track,
    TrackId,
)
from ...queue import household
from ...queue.household import Household, Member
from ...queue.scheduler import Done, Later, Result
from ...store import (
    candidates,
    claims,
    downloads,
    files,
    jobs,
    journal,
    playlists,
    tracks,
    transfers,
)
from ...store.neighbours import LIBRARY_KEY, find_neighbours
from ...store.settings import set_setting
from ...store.transfers import StoredTransfer
from ...store.values import clean
from ...views import EventKind
from ..context import Context
from ..library.owned import title_key
from ..library.recycle_bin import RecycleBin
from ..library.replace_file import begin_replacement, looks_better
from ..library.write_playlist_files import WritePlaylistFiles
from .look_next_door import NextDoor, Source, Standing, Suits, is_same_track, look
from .transfer_ends import withdraw

_WAIT = timedelta(minutes=5)  # News come earlier.
_BUSY = Reason(key="other_account_downloads")


class ShareRecordings:
    """Ask the neighbours before anything is searched or asked for."""

    def __init__(
        self,
        context: Context,
        playlist_files: WritePlaylistFiles,
        recycle_bin: RecycleBin,
        *,
        is_paused: Callable[[], bool],
        is_connected: Callable[[], bool],
    ) -> None:
        """Take the rooms to work with, and how to tell whether this account gets on with its work."""
        self._context = context
        self._playlist_files = playlist_files
        self._recycle_bin = recycle_bin
        self._household = Household()
        self._tasks: set[asyncio.Task[None]] = set()
        self._member = Member(
            database=context.settings.database,
            is_paused=is_paused,
            is_connected=is_connected,
            on_news=self._on_news,
        )

    async def open(self) -> None:
        """Become a neighbour."""
        library = self._context.settings.library
        await self._context.database.run(
            set_setting, LIBRARY_KEY, str(library) if library else None
        )
        self._household = household.enter(self._member)

    async def close(self) -> None:
        """Be no neighbour any more."""
        household.leave(self._member, self._context.clock)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def is_alone(self) -> bool:
        """Tell whether no other account is here."""
        return not self._household.has_others(self._member)

    def tell(self, track: Track, *, is_filed: bool) -> None:
        """Tell the neighbours that the work on a track has ended."""
        self._household.tell(self._member, track, is_filed=is_filed)

    # --- Before a download -------------------------------------------------------------------

    async def settle(self, download: Download, track: Track) -> Result | None:
        """Take what a neighbour has, wait for what it brings, or claim the recording: then None.

        The claim is this account's own state, so that it survives a crash.
        """
        # Whoever has sources already only yields to a request that was sent.
        is_late = download.state is DownloadState.CHOSEN
        is_own_affair = await self._context.database.run(_is_settled, download)
        async with self._looking(download, track, is_late=is_late) as found:
            if found is None or is_own_affair:
                await self._context.database.run(_claim, download, track, now=self._now())
                return None
        if found.source is not None:
            return await self._take(download, track, found.source)
        return await self._wait(download)

    @asynccontextmanager
    async def turn(self, download: Download, track: Track) -> AsyncIterator[Result | None]:
        """Let a request be written down while no neighbour can; a result says that one was faster."""
        if await self._context.database.run(_is_settled, download):
            yield None
            return
        async with self._looking(download, track, is_late=True) as found:
            if found is None:
                yield None
                return
        yield await self._wait(download, is_over=found.source is not None)

    async def yield_transfers(self) -> None:
        """Stop the transfers that a neighbour has taken over while nobody here could follow them."""
        if self.is_alone:
            return
        for download, transfer in await self._context.database.run(_shareable_transfers):
            track = await self._context.database.run(tracks.get_track, transfer.track_id)
            async with self._looking(download, track, is_late=True, only_here=True) as found:
                if found is not None:
                    await self._context.database.run(_yield, transfer, now=self._now())

    # --- Looking -----------------------------------------------------------------------------

    @asynccontextmanager
    async def _looking(
        self, download: Download, track: Track, *, is_late: bool, only_here: bool = False
    ) -> AsyncIterator[NextDoor | None]:
        """Say what the neighbours have of a recording; meanwhile none of them begins with it."""
        neighbours = await self._neighbours()
        if only_here:
            neighbours = tuple(path for path in neighbours if self._household.is_here(path))
        if not neighbours:
            yield None
            return
        clock, here = self._context.clock, self._household

        def standing(path: Path) -> Standing:
            """Tell which of a neighbour's work is to be reckoned with."""
            return Standing(
                searches_count=here.is_searching(path) and not is_late,
                transfers_count=here.is_following(path, clock),
                filings_count=here.is_filing(path),
            )

        async with here.lock:
            suits = await self._context.database.run(_wish, download)
            found = await asyncio.to_thread(look, neighbours, track, standing=standing, suits=suits)
            has_use = found is None or found.source is None or self._context.settings.library
            yield found if has_use else None

    async def _neighbours(self) -> tuple[Path, ...]:
        """Return the other accounts' databases, listed at most once a minute."""
        clock = self._context.clock
        listed = self._household.listed(self._member, clock)
        if listed is None:
            listed = await asyncio.to_thread(find_neighbours, self._member.database)
            self._household.note_listed(self._member, listed, clock)
        return listed

    # --- Waiting -----------------------------------------------------------------------------

    async def _wait(self, download: Download, *, is_over: bool = False) -> Result:
        """Wait for a neighbour's file; one that is there already is taken in the next moment."""
        now = self._now()
        await self._context.database.run(_store_waiting, download, now=now)
        self._context.announcer.changed()
        return Later(until=now if is_over else now + _WAIT, reason=_BUSY)

    def _on_news(self, track: Track, is_filed: bool) -> None:
        """Go on with what waited for a neighbour."""
        task = asyncio.create_task(self._wake(track, is_filed=is_filed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self, track: Track, *, is_filed: bool) -> None:
        """Let the jobs for a recording look now; a closed database has none."""
        with contextlib.suppress(SoulSpotError):
            await self._context.database.run(_wake, track, is_filed=is_filed, now=self._now())
            self._context.announcer.changed()

    # --- Taking ------------------------------------------------------------------------------

    async def _take(self, download: Download, track: Track, source: Source) -> Result:
        """Let the same file stand for the track, or have a copy of it brought into this library."""
        library = self._context.settings.library
        assert library is not None
        is_here = source.library is not None and await asyncio.to_thread(
            _is_same_folder, source.library, library
        )
        if not is_here or source.file is None:
            await self._context.database.run(
                _store_copying, download, track, source, now=self._now()
            )
            self._context.announcer.changed()
            return Done()
        held_by, replaced = await self._context.database.run(
            _store_shared, download, source.file, now=self._now()
        )
        if replaced is not None:
            await self._recycle_bin.finish(replaced)
        self._context.announcer.happened(
            EventKind.COMPLETED, track, quality=download.quality, path=source.file.path
        )
        self._context.announcer.changed()
        await self._playlist_files.execute(held_by)
        return Done()

    def _now(self) -> datetime:
        """Return the time."""
        return self._context.clock.now()


def _is_same_folder(one: Path, other: Path) -> bool:
    """Tell whether two accounts mean the same folder."""
    try:
        return one.samefile(other)
    except OSError:
        return False


def _is_own_affair(connection: sqlite3.Connection, download: Download) -> bool:
    """Tell whether no neighbour's file will do: a person has chosen one."""
    pool = candidates.get_candidates(connection, download.id)
    return any(candidate.is_chosen and candidate.failure is None for candidate in pool)


def _is_settled(connection: sqlite3.Connection, download: Download) -> bool:
    """Tell whether nobody need be asked; what was asked for before a crash goes on too."""
    is_requested = transfers.get_transfer(connection, download.id) is not None
    return is_requested or _is_own_affair(connection, download)


def _wish(connection: sqlite3.Connection, download: Download) -> Suits:
    """Return what tells whether a neighbour's file is wanted: not a refused one, for an upgrade a better one."""
    refused = claims.get_refused(connection, download.track_id)
    owned = files.get_files(connection, [download.track_id]).get(download.track_id)

    def suits(path: Path, file: LibraryFile | None) -> bool:
        """Tell whether a file is wanted."""
        if clean(str(path)) in refused:
            return False
        if owned is None or not download.is_upgrade:
            return True
        return file is not None and looks_better(download.quality, owned, file)

    return suits


def _shareable_transfers(
    connection: sqlite3.Connection,
) -> tuple[tuple[Download, StoredTransfer], ...]:
    """Return the transfers that any file of a neighbour's would do for as well."""
    found = []
    for transfer in transfers.list_transfers(connection):
        download = downloads.get_download(connection, transfer.download_id)
        if download is None or download.is_upgrade or _is_own_affair(connection, download):
            continue
        found.append((download, transfer))
    return tuple(found)


def _claim(
    connection: sqlite3.Connection, download: Download, track: Track, *, now: datetime
) -> None:
    """Let neighbours see that this account works on the recording."""
    claims.claim(connection, track.id, title_key(track.metadata.title))
    if download.state is not DownloadState.CHOSEN:
        downloads.set_state(connection, download.id, DownloadState.SEARCHING, now=now)


def _store_waiting(connection: sqlite3.Connection, download: Download, *, now: datetime) -> None:
    """Store that a neighbour brings the recording; what was found before stays."""
    is_chosen = download.state is DownloadState.CHOSEN
    state = DownloadState.CHOSEN if is_chosen else DownloadState.QUEUED
    downloads.set_state(connection, download.id, state, now=now, reason=_BUSY)
    if download.reason != _BUSY:
        journal.write(
            connection,
            download.track_id,
            "waits_for_account",
            now=now,
            reason=_BUSY.to_json(),
        )


def _store_copying(
    connection: sqlite3.Connection,
    download: Download,
    track: Track,
    source: Source,
    *,
    now: datetime,
) -> None:
    """Treat a neighbour's file as a finished download: it is checked, tagged and copied as one."""
    claims.claim(connection, track.id, title_key(track.metadata.title))
    downloads.set_local_path(connection, download.id, str(source.path))
    downloads.set_state(connection, download.id, DownloadState.DOWNLOADED, now=now)
    journal.write(connection, download.track_id, "taken_from_account", now=now)
    downloads.queue_filing(connection, download.id, now=now)


def _store_shared(
    connection: sqlite3.Connection, download: Download, file: LibraryFile, *, now: datetime
) -> tuple[tuple[str, ...], RecycledId | None]:
    """Let a neighbour's file in the same library stand for the track, in place of one of its own.

    Returns the playlists with it, and what is on its way to the recycle bin.
    """
    owned = files.get_files(connection, [download.track_id]).get(download.track_id)
    replaced: RecycledId | None = None
    track_ids: tuple[TrackId, ...] = (download.track_id,)
    if owned is not None and owned.is_ours:
        replaced, track_ids = begin_replacement(connection, download, file.path, now=now)
    for track_id in track_ids:
        # It is the neighbour's to recycle.
        shared = replace(file, track_id=track_id, is_ours=False)
        files.save_file(connection, shared, now=now)
    downloads.set_state(connection, download.id, DownloadState.FILED, now=now)
    journal.write(
        connection,
        download.track_id,
        "filed",
        now=now,
        path=file.path,
        format=file.format,
        is_shared=True,
    )
    return playlists.find_holding(connection, track_ids), replaced


def _wake(connection: sqlite3.Connection, track: Track, *, is_filed: bool, now: datetime) -> None:
    """Wake the waiting jobs for a recording: all when its file is here, else those that waited for it."""
    alike = claims.find_alike(connection, track, title_key(track.metadata.title))
    for track_id, other in alike.items():
        job = jobs.find_alive(connection, JobKind.DOWNLOAD, f"track:{track_id}")
        if job is None or job.state is not JobState.WAITING:
            continue
        if (is_filed or job.reason == _BUSY) and is_same_track(track, other):
            jobs.wake(connection, job.id, now=now)


def _yield(connection: sqlite3.Connection, transfer: StoredTransfer, *, now: datetime) -> None:
    """Give a transfer up for a neighbour's."""
    if not transfers.is_current(connection, transfer):
        return
    withdraw(connection, transfer, now=now)
    downloads.set_state(
        connection, transfer.download_id, DownloadState.QUEUED, now=now, reason=_BUSY
    )
    downloads.queue_step(connection, transfer.download_id, now=now)
