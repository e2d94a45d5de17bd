"""Offer everything that is done with playlists and lists."""

from collections.abc import Iterable, Mapping

from ..errors import AuthenticationError, Service
from ..lists import ListKind
from ..model import PlaylistSummary
from ..queue.scheduler import Scheduler
from ..settings import PlaylistOptions
from ..spotify.client import SpotifyClient
from ..spotify.links import parse_playlist_link
from ..store import playlists
from ..use_cases.context import Context
from ..use_cases.downloads.request_download import RequestDownload
from ..use_cases.library.recycle_bin import RecycleBin
from ..use_cases.library.write_playlist_files import WritePlaylistFiles
from ..use_cases.playlists.export_playlist import ExportPlaylist, ExportPlaylistRequest
from ..use_cases.playlists.import_list import ImportList, ImportListRequest
from ..use_cases.playlists.import_playlist import ImportPlaylist, ImportPlaylistRequest
from ..use_cases.playlists.sync_playlists import SyncPlaylists
from ..use_cases.show import Show
from ..views import EntryStatus, ExportReport, ImportReport, PlaylistsSnapshot


class Playlists:
    """Import playlists, mirror them, and show them."""

    def __init__(
        self,
        context: Context,
        scheduler: Scheduler,
        *,
        sync: SyncPlaylists,
        requests: RequestDownload,
        files: WritePlaylistFiles,
        recycle_bin: RecycleBin,
        show: Show,
    ) -> None:
        """Take the use cases that others need too."""
        self._context = context
        self._scheduler = scheduler
        self._sync = sync
        self._requests = requests
        self._files = files
        self._recycle_bin = recycle_bin
        self._show = show
        self._import = ImportPlaylist(context)
        self._import_list = ImportList(context)
        self._export = ExportPlaylist(context, files)

    async def list_spotify(self) -> tuple[PlaylistSummary, ...]:
        """Return the user's playlists, own and followed; raises the errors of SpotifyClient."""
        return await self._spotify().playlists()

    async def describe(self, playlist_id: str) -> PlaylistSummary:
        """Return a playlist without its items, `total` None for lists of others; raises as its import."""
        return await self._spotify().playlist(playlist_id)

    async def configure(self, options: Mapping[str, PlaylistOptions]) -> None:
        """Take over which playlists are configured; others are forgotten, but imported lists stay."""
        await self._sync.configure(options)

    async def sync(
        self, spotify_ids: Iterable[str] | None = None, *, force: bool = False
    ) -> PlaylistsSnapshot:
        """Read the playlists that changed, all of them with `force`, and queue what is missing.

        Raises the errors of Spotify as a whole; trouble with one playlist is in its snapshot.
        """
        changed = await self._sync.execute(spotify_ids, force=force)
        self._scheduler.wake()
        await self._files.execute(changed)
        return await self.snapshot()

    async def import_playlist(self, link: str, *, fetch_all_tracks: bool = True) -> ImportReport:
        """Import a playlist by any form of its link; nothing is downloaded unless it is configured.

        Raises InputError for what is no playlist, and the errors of SpotifyClient.items.
        """
        playlist_id = parse_playlist_link(link)
        report = await self._import.execute(
            ImportPlaylistRequest(playlist_id=playlist_id, fetch_all_tracks=fetch_all_tracks)
        )
        if playlist_id in self._context.playlists:
            await self._recycle_bin.restore_wanted(playlist_id)
            await self._requests.playlist(playlist_id)
        self._context.announcer.changed()
        return report

    async def import_list(self, name: str | None, content: bytes | str) -> ImportReport:
        """Import pasted lines, CSV, M3U or JSPF as a playlist; the same name updates it in place.

        Nothing is downloaded; see `download_missing`. Raises the InputErrors of ImportList.
        """
        report = await self._import_list.execute(ImportListRequest(name=name, content=content))
        await self._files.execute((report.playlist.spotify_id,))
        self._context.announcer.changed()
        return report

    async def delete_list(self, list_id: str) -> None:
        """Forget an imported list; tracks and files stay; raises the errors of ImportList.delete."""
        await self._import_list.delete(list_id)
        await self._files.remove_orphans()

    async def export(
        self, playlist_id: str, kind: ListKind, *, is_file: bool = False
    ) -> ExportReport:
        """Return a playlist as a list for other programs; raises the errors of ExportPlaylist."""
        return await self._export.execute(
            ExportPlaylistRequest(playlist_id=playlist_id, kind=kind, is_file=is_file)
        )

    async def download_missing(self, spotify_id: str | None = None) -> int:
        """Queue every missing track, those given up too, and return how many were queued.

        Raises InputError `unknown_playlist`.
        """
        if spotify_id is not None:
            await self._context.database.run(playlists.get_playlist, spotify_id)
        ids = tuple(self._context.playlists) if spotify_id is None else (spotify_id,)
        for item in ids:
            await self._recycle_bin.restore_wanted(item)
        return sum([await self._requests.playlist(item, retry=True) for item in ids])

    async def snapshot(self) -> PlaylistsSnapshot:
        """Count the tracks of the configured playlists."""
        return await self._show.playlists(self._sync.health)

    async def entries(self, spotify_id: str) -> tuple[EntryStatus, ...]:
        """Return a playlist's positions; raises InputError `unknown_playlist`."""
        return await self._show.entries(spotify_id)

    def _spotify(self) -> SpotifyClient:
        """Return the client; raises AuthenticationError for an account without Spotify."""
        if self._context.spotify is None:
            raise AuthenticationError(Service.SPOTIFY, "spotify_not_configured")
        return self._context.spotify
