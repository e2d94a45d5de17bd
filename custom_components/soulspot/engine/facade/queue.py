"""Offer everything that is done with the queue as a whole."""

from collections.abc import Iterable
from dataclasses import replace

from ..model import Download, DownloadState, TrackId
from ..queue.scheduler import Scheduler
from ..slskd.transfer_parsing import parse_webhook
from ..store import tracks
from ..store.settings import get_setting, set_setting
from ..use_cases.context import Context
from ..use_cases.downloads.cancel_download import CancelDownload
from ..use_cases.downloads.choose_candidate import ChooseCandidate, ChooseCandidateRequest
from ..use_cases.downloads.ignore_track import IgnoreTrack
from ..use_cases.downloads.request_download import RequestDownload
from ..use_cases.downloads.share_recordings import ShareRecordings
from ..use_cases.downloads.watch_slskd import WatchSlskd
from ..use_cases.downloads.watch_transfers import WatchTransfers
from ..use_cases.library.file_track import FileTrack
from ..use_cases.library.index_library import IndexLibrary
from ..use_cases.searches.preview_search import PreviewSearch
from ..use_cases.show import Show
from ..views import QueueSnapshot, TrackStatus

_PAUSED_KEY = "paused"


class Queue:
    """Count the work, hold it and let it go on."""

    def __init__(
        self,
        context: Context,
        scheduler: Scheduler,
        *,
        watch: WatchSlskd,
        transfers: WatchTransfers,
        requests: RequestDownload,
        filing: FileTrack,
        index: IndexLibrary,
        shared: ShareRecordings,
        show: Show,
        preview: PreviewSearch,
    ) -> None:
        """Take the use cases that others need too."""
        self._context = context
        self._scheduler = scheduler
        self._watch = watch
        self._transfers = transfers
        self._requests = requests
        self._filing = filing
        self._index = index
        self._shared = shared
        self._show = show
        self._cancel = CancelDownload(context, scheduler.stop)
        self._ignore = IgnoreTrack(context, self._cancel)
        self._choose = ChooseCandidate(context, self._cancel, preview)

    async def snapshot(self) -> QueueSnapshot:
        """Count the work; the day begins at midnight of this machine's time zone."""
        today = self._context.clock.now().astimezone()
        counts = await self._show.queue(
            self._watch.health,
            paused=self.is_paused,
            midnight=today.replace(hour=0, minute=0, second=0, microsecond=0),
        )
        return replace(
            counts,
            library=self._filing.trouble or self._index.trouble,
            slskd_disk=self._watch.disk.trouble,
        )

    async def entries(
        self,
        *,
        states: Iterable[DownloadState] | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[TrackStatus, ...]:
        """Return a page of downloads, at most 500, the latest changed first."""
        return await self._show.downloads(states, limit=limit, offset=offset)

    async def retry_failed(self) -> int:
        """Queue again what failed or was not to be had, and return how many tracks that are."""
        return await self._requests.retry_failed()

    async def cancel(self, track_id: TrackId) -> Download:
        """Stop the download of one track, also within slskd; it stays cancelled until somebody retries.

        Raises InputError `unknown_track`, `nothing_to_cancel`, `download_being_filed`.
        """
        download = await self._cancel.execute(track_id)
        self._shared.tell(
            await self._context.database.run(tracks.get_track, track_id), is_filed=False
        )
        return download

    async def choose(
        self,
        track_id: TrackId,
        *,
        position: int | None = None,
        username: str | None = None,
        filename: str | None = None,
    ) -> Download:
        """Ask for exactly this file; see ChooseCandidate for how it is named and what is raised."""
        return await self._choose.execute(
            ChooseCandidateRequest(
                track_id=track_id, position=position, username=username, filename=filename
            )
        )

    async def ignore(self, track_id: TrackId, reason: str | None = None) -> None:
        """Let a track be wanted by nobody and stop its download; raises InputError `unknown_track`."""
        await self._ignore.ignore(track_id, reason)

    async def want_again(self, track_id: TrackId) -> bool:
        """Undo `ignore`; False when there was nothing to undo. Raises InputError `unknown_track`."""
        return await self._ignore.want_again(track_id)

    async def retry(self, track_id: TrackId) -> Download:
        """Take up one track again before all others, whatever it ended with or waits for.

        Raises InputError `unknown_track`, `nothing_to_retry`, `already_in_library`.
        """
        return await self._requests.retry(track_id)

    def note_download_completed(self, payload: object) -> bool:
        """Take in what slskd's webhook posts; True when it tells of a finished download.

        Webhooks come twice, late or never: they only make the next look happen at once.
        """
        event = parse_webhook(payload)
        if event is not None:
            self._transfers.note_completed(event)
        return event is not None

    @property
    def is_paused(self) -> bool:
        """Tell whether no new work is begun."""
        return self._scheduler.paused

    async def restore_pause(self) -> None:
        """Go on as before the restart: paused or not."""
        self._scheduler.paused = bool(await self._context.database.run(get_setting, _PAUSED_KEY))

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
