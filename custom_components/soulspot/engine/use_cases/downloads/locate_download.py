"""Find a complete file where slskd has put it, as this process sees it."""

import asyncio
from collections import OrderedDict
from pathlib import Path

from ...errors import NotFoundError, PermissionDeniedError, ServiceError
from ...slskd.models import DownloadCompleted
from ...slskd.paths import FolderMapping, find_download
from ...store.transfers import StoredTransfer
from ..context import Context
from ..sources import destination
from .watch_slskd import WatchSlskd

_REPORTS_KEPT = 1000


class LocateDownload:
    """Look for files by what slskd's events say, and by its rules else."""

    def __init__(self, context: Context, watch: WatchSlskd) -> None:
        """Take the rooms to work with, and the folders that both sides see."""
        self._context = context
        self._watch = watch
        self._reports: OrderedDict[tuple[str | None, str], str] = OrderedDict()
        self._last_event: str | None = None
        settings = context.settings
        self._mapping = (
            FolderMapping(
                slskd_downloads=settings.slskd_downloads,
                local_downloads=settings.local_downloads,
            )
            if settings.slskd_downloads and settings.local_downloads
            else None
        )

    @property
    def is_possible(self) -> bool:
        """Tell whether this process sees slskd's downloads folder at all."""
        return self._mapping is not None

    async def find(self, transfer: StoredTransfer) -> Path | None:
        """Return the complete file as this process sees it.

        Raises the error of slskd's events only when its rules alone do not lead to the file.
        """
        folder = destination(transfer.download_id, transfer.position) if transfer.batch_id else None
        assert self._mapping is not None
        trouble: ServiceError | None = None
        reported: str | None = None
        try:
            reported = await self._reported(transfer)
        except PermissionDeniedError, NotFoundError:
            pass  # This slskd does not tell.
        except ServiceError as error:
            trouble = error
        path = await asyncio.to_thread(
            find_download,
            self._mapping,
            transfer.remote_path,
            transfer.size,
            told_path=reported,
            destination=folder,
        )
        if path is None and trouble is not None:
            raise trouble
        return path

    async def _reported(self, transfer: StoredTransfer) -> str | None:
        """Return where slskd's events say the file is."""
        status = self._watch.status
        if status is None or not status.features.events:
            return None
        key = (transfer.username, transfer.remote_path)
        if key not in self._reports:
            page = await self._context.slskd.events(self._last_event)
            self._last_event = page.newest_id or self._last_event
            for event in reversed(page.downloads):
                self.note(event)
        return self._reports.get(key)

    def note(self, event: DownloadCompleted) -> None:
        """Keep where a file is, for a bounded number of files."""
        self._reports[event.username, event.remote_filename] = event.local_filename
        while len(self._reports) > _REPORTS_KEPT:
            self._reports.popitem(last=False)
