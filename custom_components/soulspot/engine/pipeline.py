"""Put the rooms together, start them, stop them, and answer for them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
import contextlib
import logging
from typing import Any

import aiohttp

from .composition import build_rooms
from .errors import AuthenticationError, Service, SoulSpotError
from .library.storage import clean_temporary
from .model import DownloadState, JobKind, PlaylistSummary, Quality, Track, TrackId
from .musicbrainz.lane import RequestLane
from .ports import Clock, SystemClock, TokenProvider
from .queue.budget import SearchBudget
from .queue.scheduler import Scheduler, Worker
from .settings import PipelineSettings, PlaylistOptions
from .slskd.transfer_parsing import parse_webhook
from .spotify.links import parse_playlist_link
from .statistics import collect_statistics
from .store import journal, network, playlists, tracks
from .store.journal import JournalEntry
from .store.settings import get_setting, set_setting
from .use_cases.context import Listener
from .use_cases.download_track import DownloadTrack
from .use_cases.enrich_metadata import EnrichMetadata, EnrichMetadataRequest
from .use_cases.file_track import FileTrack
from .use_cases.find_sources import FindSources
from .use_cases.import_list import ImportList, ImportListRequest
from .use_cases.import_playlist import ImportPlaylist, ImportPlaylistRequest
from .use_cases.index_library import IndexLibrary, IndexProgress
from .use_cases.preview_search import PreviewSearch, PreviewSearchRequest
from .use_cases.request_download import RequestDownload, track_from_words
from .use_cases.show import Show
from .use_cases.sync_playlists import SyncPlaylists
from .use_cases.watch_slskd import WatchSlskd
from .use_cases.watch_transfers import WatchTransfers
from .use_cases.write_playlist_files import WritePlaylistFiles
from .views import (
    DownloadEvent,
    DownloadReport,
    EnrichReport,
    EntryStatus,
    EventKind,
    ImportReport,
    PlaylistsSnapshot,
    QueueSnapshot,
    SearchReport,
    ServiceHealth,
    TrackStatus,
)

_LOGGER = logging.getLogger(__name__)

_CHECK_SLSKD_EVERY = 30.0  # seconds
_RESTART_PAUSE = 60.0  # seconds
_PAUSED_KEY = "paused"


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
        self._sync = SyncPlaylists(context)
        self._import = ImportPlaylist(context)
        self._import_list = ImportList(context)
        self._enrich = EnrichMetadata(context)
        self._download = DownloadTrack(context, self._sources, self._watch)
        self._playlist_files = WritePlaylistFiles(context)
        self._filing = FileTrack(context, self._playlist_files)
        self._index = IndexLibrary(context, self._playlist_files)
        self._requests = RequestDownload(context)
        self._preview = PreviewSearch(context, self._sources)
        self._show = Show(context, self._transfers.live, self._rooms.files)
        self._scheduler = Scheduler(
            database,
            clock,
            {
                JobKind.PLAYLIST_SYNC: Worker(handle=self._sync.handle),
                JobKind.DOWNLOAD: Worker(
                    handle=self._download.handle,
                    concurrency=2,
                    is_ready=lambda: self._watch.is_ready and self._index.is_ready,
                    on_failure=self._download.fail,
                ),
                JobKind.METADATA: Worker(handle=self._enrich.handle),
                JobKind.FILING: Worker(handle=self._filing.handle, on_failure=self._filing.fail),
            },
        )

    # --- Life ------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open the database; nothing is asked of the network.

        Raises StoreError when the file is damaged or too new, StorageError when it cannot be written.
        """
        await self._context.database.open()
        self._scheduler.paused = bool(await self._context.database.run(get_setting, _PAUSED_KEY))

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
                ):
                    group.create_task(self._keep_running(name, loop), name=f"soulspot {name}")
        finally:
            forget()

    async def close(self) -> None:
        """Close the database with everything in one file."""
        self._budget.leave()
        await self._context.database.close()

    async def checkpoint(self) -> None:
        """Bring the database into one file, for a backup."""
        await self._context.database.checkpoint()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener with every event, with None when counts changed; returns the undoing."""
        return self._context.announcer.subscribe(listener)

    # --- Services ----------------------------------------------------------------------------

    async def check_slskd(self) -> ServiceHealth:
        """Ask slskd how it is; trouble is the answer, never an exception."""
        before = self._watch.is_ready
        health = await self._watch.check()
        if self._watch.status is not None:
            self._budget.join(self._watch.status.username)
        if health.is_connected and not before:
            self._scheduler.wake()
            self._transfers.wake()
        return health

    async def list_spotify_playlists(self) -> tuple[PlaylistSummary, ...]:
        """Return the user's playlists, own and followed; raises the errors of SpotifyClient."""
        if self._context.spotify is None:
            raise AuthenticationError(Service.SPOTIFY, "spotify_not_configured")
        return await self._context.spotify.playlists()

    async def describe_playlist(self, playlist_id: str) -> PlaylistSummary:
        """Return a playlist without its items, `total` None for lists of others; raises as its import."""
        if self._context.spotify is None:
            raise AuthenticationError(Service.SPOTIFY, "spotify_not_configured")
        return await self._context.spotify.playlist(playlist_id)

    # --- Playlists ---------------------------------------------------------------------------

    async def set_playlists(self, options: Mapping[str, PlaylistOptions]) -> None:
        """Take over which playlists are configured; others are forgotten, but imported lists stay."""
        await self._sync.configure(options)

    async def sync_playlists(
        self, spotify_ids: Iterable[str] | None = None, *, force: bool = False
    ) -> PlaylistsSnapshot:
        """Read the playlists that changed, all of them with `force`, and queue what is missing.

        Raises the errors of Spotify as a whole; trouble with one playlist is in its snapshot.
        """
        changed = await self._sync.execute(spotify_ids, force=force)
        self._scheduler.wake()
        await self._playlist_files.execute(changed)
        return await self.playlists_snapshot()

    async def import_playlist(self, link: str, *, fetch_all_tracks: bool = True) -> ImportReport:
        """Import a playlist by any form of its link; nothing is downloaded unless it is configured.

        Raises InputError for what is no playlist, and the errors of SpotifyClient.items.
        """
        playlist_id = parse_playlist_link(link)
        report = await self._import.execute(
            ImportPlaylistRequest(playlist_id=playlist_id, fetch_all_tracks=fetch_all_tracks)
        )
        if playlist_id in self._context.playlists:
            await self._requests.playlist(playlist_id)
        self._context.announcer.changed()
        return report

    async def import_list(self, name: str | None, content: bytes | str) -> ImportReport:
        """Import pasted lines, CSV, M3U or JSPF as a playlist; the same name updates it in place.

        Nothing is downloaded; see `download_missing`. Raises the InputErrors of ImportList.
        """
        report = await self._import_list.execute(ImportListRequest(name=name, content=content))
        await self._playlist_files.execute((report.playlist.spotify_id,))
        self._context.announcer.changed()
        return report

    async def delete_list(self, list_id: str) -> None:
        """Forget an imported list; tracks and files stay. Raises InputError `unknown_playlist`."""
        await self._import_list.delete(list_id)

    async def download_missing(self, spotify_id: str | None = None) -> int:
        """Queue every missing track, those given up too, and return how many were queued.

        Raises InputError `unknown_playlist`.
        """
        if spotify_id is not None:
            await self._context.database.run(playlists.get_playlist, spotify_id)
        ids = tuple(self._context.playlists) if spotify_id is None else (spotify_id,)
        return sum([await self._requests.playlist(item, retry=True) for item in ids])

    async def index_library(self) -> IndexProgress:
        """Read what is new or changed in the library folder now; raises StorageError without it."""
        return await self._index.execute()

    # --- Tracks ------------------------------------------------------------------------------

    async def search(
        self,
        *,
        track_id: TrackId | None = None,
        artist: str | None = None,
        title: str | None = None,
        album: str | None = None,
        duration_ms: int | None = None,
        query: str | None = None,
        quality: Quality | None = None,
        maximum_results: int = 10,
    ) -> SearchReport:
        """Search without downloading; raises InputError, and the errors of the slskd room."""
        if track_id is not None:
            track = await self._context.database.run(tracks.get_track, track_id)
            metadata = track.metadata
        else:
            metadata = track_from_words(artist, title, album, duration_ms)
        return await self._preview.execute(
            PreviewSearchRequest(
                metadata=metadata,
                query=query,
                quality=quality or self._context.settings.quality,
                maximum_results=maximum_results,
            )
        )

    async def add_track(
        self,
        *,
        artist: str,
        title: str,
        album: str | None = None,
        duration_ms: int | None = None,
    ) -> Track:
        """Create a track that no playlist names, or return the one with the same words."""
        metadata = track_from_words(artist, title, album, duration_ms)
        track_id = await self._context.database.run(tracks.save_track, metadata)
        return await self._context.database.run(tracks.get_track, track_id)

    async def download_track(
        self,
        track_id: TrackId,
        *,
        query: str | None = None,
        quality: Quality | None = None,
        timeout: float = 30.0,
    ) -> DownloadReport:
        """Queue a track before all others and report how far it came within `timeout` seconds.

        Raises InputError `unknown_track`.
        """
        return await self._requests.track(track_id, query=query, quality=quality, timeout=timeout)

    def note_download_completed(self, payload: object) -> bool:
        """Take in what slskd's webhook posts; True when it tells of a finished download.

        Webhooks come twice, late or never: they only make the next look happen at once.
        """
        event = parse_webhook(payload)
        if event is not None:
            self._transfers.note_completed(event)
        return event is not None

    async def track_journal(self, track_id: TrackId) -> tuple[JournalEntry, ...]:
        """Return what happened to a track, oldest first; raises InputError `unknown_track`."""
        await self._context.database.run(tracks.get_track, track_id)
        return await self._context.database.run(journal.read, track_id)

    async def retry_failed(self) -> int:
        """Queue again what failed or was not to be had, and return how many tracks that are."""
        return await self._requests.retry_failed()

    async def enrich_metadata(
        self,
        track_id: TrackId,
        *,
        force_refresh: bool = False,
        enrich_artist: bool = True,
        enrich_album: bool = True,
    ) -> EnrichReport:
        """Ask MusicBrainz about one track now; raises InputError and the errors of the room."""
        return await self._enrich.execute(
            EnrichMetadataRequest(
                track_id=track_id,
                force_refresh=force_refresh,
                enrich_artist=enrich_artist,
                enrich_album=enrich_album,
            )
        )

    # --- What is shown -----------------------------------------------------------------------

    async def queue_snapshot(self) -> QueueSnapshot:
        """Count the work; the day begins at midnight of this machine's time zone."""
        today = self._context.clock.now().astimezone()
        return await self._show.queue(
            self._watch.health,
            paused=self.is_paused,
            midnight=today.replace(hour=0, minute=0, second=0, microsecond=0),
        )

    async def playlists_snapshot(self) -> PlaylistsSnapshot:
        """Count the tracks of the configured playlists."""
        return await self._show.playlists(self._sync.health)

    async def playlist_entries(self, spotify_id: str) -> tuple[EntryStatus, ...]:
        """Return a playlist's positions; raises InputError `unknown_playlist`."""
        return await self._show.entries(spotify_id)

    async def queue_entries(
        self,
        *,
        states: Iterable[DownloadState] | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[TrackStatus, ...]:
        """Return a page of downloads, at most 500, the latest changed first."""
        return await self._show.downloads(states, limit=limit, offset=offset)

    async def track_status(self, track_id: TrackId) -> TrackStatus:
        """Return one track with its file's tags; raises InputError `unknown_track`."""
        return await self._show.track(track_id)

    async def statistics(self) -> dict[str, Any]:
        """Return figures for diagnostics: no names, no addresses, no secrets."""
        return await collect_statistics(
            self._rooms,
            health=self._watch.health,
            spotify=self._sync.health,
            next_search=await self._budget.next_allowed(),
            library=self._index.progress,
        )

    # --- Pausing -----------------------------------------------------------------------------

    @property
    def is_paused(self) -> bool:
        """Tell whether no new work is begun."""
        return self._scheduler.paused

    async def pause(self) -> None:
        """Begin nothing new; what runs is finished. Survives a restart."""
        await self._set_paused(True)

    async def resume(self) -> None:
        """Go on."""
        await self._set_paused(False)

    async def _set_paused(self, paused: bool) -> None:
        """Store and apply the switch."""
        self._scheduler.paused = paused
        await self._context.database.run(set_setting, _PAUSED_KEY, paused or None)
        self._scheduler.wake()
        self._context.announcer.changed()

    # --- Inside ------------------------------------------------------------------------------

    async def _prepare(self) -> None:
        """Clean up after a killed process, and go on with files that waited for a folder."""
        settings = self._context.settings
        if settings.library is not None:
            with contextlib.suppress(SoulSpotError):
                await asyncio.to_thread(clean_temporary, settings.library)
            # A killed process may have filed a track without listing it.
            await self._playlist_files.execute(tuple(self._context.playlists))
        await self._requests.filings()
        for cache in self._rooms.caches:
            await cache.cleanup()
        await self._context.database.run(network.prune_peers)

    async def _keep_running(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Start a loop again when it breaks: what is stored lets it go on where it was."""
        while True:
            try:
                await loop()
            except Exception:
                _LOGGER.exception("Unexpected error in the loop for %s, starting it again", name)
            await self._context.clock.sleep(_RESTART_PAUSE)

    async def _keep_checking(self) -> None:
        """Ask slskd now and then; clean up our old searches as soon as it answers."""
        while True:
            try:
                health = await self.check_slskd()
                if health.is_connected:
                    await self._sources.clean_up()
            except SoulSpotError as error:
                _LOGGER.debug("Old searches stay for now: %s", error)
            except Exception:
                _LOGGER.exception("Unexpected error while asking slskd how it is")
            await self._context.clock.sleep(_CHECK_SLSKD_EVERY)

    def _on_change(self, event: DownloadEvent | None) -> None:
        """Let the loops look at what changed."""
        self._scheduler.wake()
        if event is not None and event.kind is EventKind.STARTED:
            self._transfers.wake()
