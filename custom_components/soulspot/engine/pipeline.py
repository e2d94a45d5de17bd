"""Put the rooms together, start them, stop them, and answer for them."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import logging
from typing import Any

import aiohttp

from .composition import build_rooms
from .errors import Service, SoulSpotError
from .facade.library import Library
from .facade.playlists import Playlists
from .facade.queue import Queue
from .facade.tracks import Tracks
from .library.storage import clean_temporary
from .model import JobKind
from .musicbrainz.lane import RequestLane
from .nap import nap
from .ports import Clock, SystemClock, TokenProvider
from .queue.budget import SearchBudget
from .queue.scheduler import Scheduler, Worker
from .settings import PipelineSettings
from .statistics import collect_statistics
from .store import network
from .store.jobs import Job
from .store.settings import get_setting, set_setting
from .use_cases.context import Listener
from .use_cases.downloads.download_track import DownloadTrack
from .use_cases.downloads.request_download import RequestDownload
from .use_cases.downloads.share_recordings import ShareRecordings
from .use_cases.downloads.watch_slskd import WatchSlskd
from .use_cases.downloads.watch_transfers import WatchTransfers
from .use_cases.library.file_track import FileTrack
from .use_cases.library.index_library import IndexLibrary
from .use_cases.library.recycle_bin import RecycleBin
from .use_cases.library.retag_track import RetagTrack, is_retagging
from .use_cases.library.tidy_library import TidyLibrary
from .use_cases.library.upgrade_files import UpgradeFiles
from .use_cases.library.write_playlist_files import WritePlaylistFiles
from .use_cases.metadata.enrich_metadata import EnrichMetadata
from .use_cases.playlists.sync_playlists import SyncPlaylists
from .use_cases.searches.find_sources import FindSources
from .use_cases.searches.preview_search import PreviewSearch
from .use_cases.show import Show
from .views import DownloadEvent, EventKind, ServiceHealth

_LOGGER = logging.getLogger(__name__)

_CHECKS_APART = 1.0  # seconds, whatever goes wrong
_VERSION_KEY = "caches_version"
_RESTART_PAUSE = 60.0  # seconds


class Pipeline:
    """Run one account: its playlists, its slskd, its library."""

    def __init__(
        self,
        settings: PipelineSettings,
        *,
        session: aiohttp.ClientSession,
        tokens: TokenProvider | None,
        clock: Clock | None = None,
        musicbrainz_lane: RequestLane | None = None,
    ) -> None:
        """Build the rooms; nothing is opened or asked yet.

        Without `tokens` there is no Spotify. The lane is to be shared by all pipelines of a process:
        MusicBrainz counts requests by address.
        """
        clock = clock or SystemClock()
        self._rooms = build_rooms(
            settings,
            session=session,
            tokens=tokens,
            clock=clock,
            lane=musicbrainz_lane or RequestLane(clock, pace=settings.musicbrainz_pace),
        )
        self._context = context = self._rooms.context
        database = context.database
        self._watch = WatchSlskd(context)
        self._budget = SearchBudget(database, clock)
        self._sources = FindSources(context, self._budget)
        self._transfers = WatchTransfers(context, self._watch)
        self._playlist_files = WritePlaylistFiles(context)
        self._recycle_bin = RecycleBin(context, self._playlist_files)
        self._tidy = TidyLibrary(context, self._recycle_bin, UpgradeFiles(context))
        self._sync = SyncPlaylists(context, self._playlist_files, self._recycle_bin)
        self._index = IndexLibrary(context, self._playlist_files)
        self._requests = RequestDownload(context)
        enrich = EnrichMetadata(context)
        self._shared = ShareRecordings(
            context,
            self._playlist_files,
            self._recycle_bin,
            is_paused=lambda: self.queue.is_paused,
            is_connected=lambda: self._watch.health.is_connected,
        )
        download = DownloadTrack(context, self._sources, self._watch, self._shared)
        filing = FileTrack(context, self._playlist_files, self._recycle_bin)
        workers = self._workers(
            download=download,
            enrich=enrich,
            filing=filing,
            retagging=RetagTrack(context, self._recycle_bin.moving),
        )
        self._scheduler = Scheduler(database, clock, workers)
        show = Show(context, self._transfers.live, self._rooms.files)
        self.playlists = Playlists(
            context,
            self._scheduler,
            sync=self._sync,
            requests=self._requests,
            files=self._playlist_files,
            recycle_bin=self._recycle_bin,
            show=show,
        )
        preview = PreviewSearch(context, self._sources)
        self.tracks = Tracks(
            context, preview=preview, requests=self._requests, enrich=enrich, show=show
        )
        self.library = Library(
            context, index=self._index, files=self._playlist_files, recycle_bin=self._recycle_bin
        )
        self.queue = Queue(
            context,
            self._scheduler,
            watch=self._watch,
            transfers=self._transfers,
            requests=self._requests,
            filing=filing,
            index=self._index,
            shared=self._shared,
            show=show,
            preview=preview,
        )

    # --- Life ------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open the database; nothing is asked of the network.

        Raises StoreError when the file is damaged or too new, StorageError when it cannot be written.
        """
        await self._context.database.open()
        await self.queue.restore_pause()
        await self._shared.open()

    async def run(self) -> None:
        """Work until cancelled; what was under way goes on at the next start."""
        try:
            await self._prepare()
        except SoulSpotError as error:
            _LOGGER.warning("What an earlier run left behind stays for now: %s", error)
        forget = self._context.announcer.subscribe(self._on_change)
        try:
            async with asyncio.TaskGroup() as group:
                for name, loop in (
                    ("jobs", self._scheduler.run),
                    ("transfers", self._transfers.run),
                    ("slskd", self._keep_checking),
                    ("library", self._index.run),
                    ("care", self._tidy.run),
                ):
                    group.create_task(self._keep_running(name, loop), name=f"soulspot {name}")
        finally:
            forget()

    async def close(self) -> None:
        """Close the database with everything in one file."""
        await self._shared.close()
        self._budget.leave()
        await self._context.database.close()

    async def checkpoint(self) -> None:
        """Bring the database into one file, for a backup."""
        await self._context.database.checkpoint()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener with every event, with None when counts changed; returns the undoing."""
        return self._context.announcer.subscribe(listener)

    # --- Health ----------------------------------------------------------------------------

    async def check_slskd(self) -> ServiceHealth:
        """Ask slskd how it is; trouble is the answer, never an exception."""
        was_there, was_ready = self._watch.is_there, self._watch.is_ready
        health = await self._watch.check()
        if self._watch.status is not None:
            self._budget.join(self._watch.status.username)
        if self._watch.is_there and not was_ready:
            self._scheduler.wake()
        if self._watch.is_there and not was_there:
            self._transfers.wake()
        return health

    async def statistics(self) -> dict[str, Any]:
        """Return figures for diagnostics: no names, no addresses, no secrets."""
        return await collect_statistics(
            self._rooms,
            health=self._watch.health,
            spotify=self._sync.health,
            next_search=await self._budget.next_allowed(),
            library=self._index.progress,
        )

    # --- Inside ------------------------------------------------------------------------------

    def _workers(
        self,
        *,
        download: DownloadTrack,
        enrich: EnrichMetadata,
        filing: FileTrack,
        retagging: RetagTrack,
    ) -> dict[JobKind, Worker]:
        """Say who does which jobs, how many at once, and what each kind waits for."""

        def worker_of(job: Job) -> FileTrack | RetagTrack:
            """Return who brings a file into the library, or renews its tags there."""
            return retagging if is_retagging(job) else filing

        return {
            JobKind.PLAYLIST_SYNC: Worker(handle=self._sync.handle, service=Service.SPOTIFY),
            JobKind.DOWNLOAD: Worker(
                handle=download.handle,
                concurrency=2,
                is_ready=lambda: self._watch.is_ready and self._index.is_ready,
                on_failure=download.fail,
            ),
            JobKind.METADATA: Worker(handle=enrich.handle, service=Service.MUSICBRAINZ),
            JobKind.FILING: Worker(
                handle=lambda job: worker_of(job).handle(job),
                on_failure=lambda job, reason: worker_of(job).fail(job, reason),
            ),
        }

    async def _prepare(self) -> None:
        """Clean up after a killed process, and go on with files that waited for a folder."""
        settings = self._context.settings
        if settings.library is not None:
            with contextlib.suppress(SoulSpotError):
                if self._shared.is_alone:  # Else they may be those of another account at work.
                    await asyncio.to_thread(clean_temporary, settings.library)
                await self._recycle_bin.recover()
            # A killed process may have filed a track without listing it.
            await self._playlist_files.execute(tuple(self._context.playlists))
            await self._playlist_files.remove_orphans()
        await self._requests.filings()
        await self._tidy_caches()
        await self._context.database.run(network.prune_peers)

    async def _tidy_caches(self) -> None:
        """Drop what is too old, and everything that another version has asked for in other words."""
        database, version = self._context.database, self._context.settings.version
        is_other = await database.run(get_setting, _VERSION_KEY) != version
        for cache in self._rooms.caches:
            await (cache.invalidate() if is_other else cache.cleanup())
        await database.run(set_setting, _VERSION_KEY, version)

    async def _keep_running(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Start a loop again when it breaks: what is stored lets it go on where it was."""
        while True:
            try:
                await loop()
            except Exception:
                _LOGGER.exception("Unexpected error in the loop for %s, starting it again", name)
            await self._context.clock.sleep(_RESTART_PAUSE)

    async def _keep_checking(self) -> None:
        """Ask slskd now and then; tidy up what lies there of earlier times as soon as it answers."""
        was_there = False
        while True:
            try:
                await self.check_slskd()
                if self._watch.is_there and not was_there:
                    await self._shared.yield_transfers()
                was_there = self._watch.is_there
                if was_there:
                    await self._sources.clean_up()
            except SoulSpotError as error:
                _LOGGER.debug("What is left in slskd stays for now: %s", error)
            except Exception:
                _LOGGER.exception("Unexpected error while asking slskd how it is")
            await self._context.clock.sleep(_CHECKS_APART)
            await nap(self._context.clock, self._watch.alarm, self._watch.pause - _CHECKS_APART)

    def _on_change(self, event: DownloadEvent | None) -> None:
        """Let the loops look at what changed."""
        self._scheduler.wake()
        if event is None:
            return
        if event.kind is EventKind.STARTED:
            self._transfers.wake()
        else:
            self._shared.tell(event.track, is_filed=event.kind is EventKind.COMPLETED)
