"""Stop the download of one track, whatever it is doing, and leave nothing of it with slskd."""

from collections.abc import Awaitable, Callable
from datetime import datetime
import sqlite3

from ...errors import InputError
from ...model import Download, DownloadState, JobKind, JobState, Reason, TrackId
from ...store import downloads, files, jobs, journal, tracks, transfers
from ..context import Context
from .tidy_rows import TidyRows
from .transfer_ends import withdraw

CANCELLED = Reason(key="cancelled_by_user")
_ENDED = (DownloadState.FILED, DownloadState.FAILED)


class CancelDownload:
    """Cancel the wish for a track; nobody but a person takes it up again."""

    def __init__(
        self, context: Context, stop_job: Callable[[JobKind, str], Awaitable[None]]
    ) -> None:
        """Take the rooms to work with, and how to stop a job that runs."""
        self._context = context
        self._stop_job = stop_job
        self._tidy = TidyRows(context)

    async def execute(self, track_id: TrackId) -> Download:
        """Cancel the download of a track, and return it as it is then.

        A transfer is stopped and its row removed before this returns, as far as slskd answers; else
        later. Raises InputError `unknown_track`, `nothing_to_cancel` or `download_being_filed`.
        """
        database, clock = self._context.database, self._context.clock
        await database.run(_begin, track_id, now=clock.now())
        # What a running job has stored before it stopped is taken back too.
        await self._stop_job(JobKind.DOWNLOAD, f"track:{track_id}")
        download = await database.run(cancel, track_id, now=clock.now())
        self._context.announcer.changed()
        await self._tidy.execute()
        return download


def _begin(connection: sqlite3.Connection, track_id: TrackId, *, now: datetime) -> None:
    """End a download; raises InputError when there is nothing that could be cancelled."""
    tracks.get_track(connection, track_id)
    download = downloads.find_download(connection, track_id)
    if download is None or download.state in _ENDED:
        raise InputError("nothing_to_cancel")
    filing = jobs.find_alive(connection, JobKind.FILING, downloads.filing_subject(download.id))
    if filing is not None and filing.state is JobState.RUNNING:
        raise InputError("download_being_filed")
    cancel(connection, track_id, now=now)


def cancel(connection: sqlite3.Connection, track_id: TrackId, *, now: datetime) -> Download:
    """End a download with its jobs and its transfer in one transaction; may be repeated.

    A track that has a file keeps it, and is as it was when it was filed. Raises InputError
    `nothing_to_cancel` for a track without a download.
    """
    download = downloads.find_download(connection, track_id)
    if download is None:
        raise InputError("nothing_to_cancel")
    jobs.cancel(connection, JobKind.DOWNLOAD, f"track:{track_id}", now=now)
    jobs.cancel(connection, JobKind.FILING, downloads.filing_subject(download.id), now=now)
    transfer = transfers.get_transfer(connection, download.id)
    if transfer is not None and download.state is not DownloadState.DOWNLOADED:
        withdraw(connection, transfer, now=now)
    transfers.end_transfer(connection, download.id)
    if download.state not in (DownloadState.CANCELLED, DownloadState.FILED):
        is_owned = track_id in files.get_files(connection, [track_id])
        is_filed = is_owned and not download.is_upgrade
        downloads.set_state(
            connection,
            download.id,
            DownloadState.FILED if is_filed else DownloadState.CANCELLED,
            now=now,
            reason=None if is_filed else CANCELLED,
        )
        journal.write(
            connection,
            track_id,
            "cancelled",
            now=now,
            reason=CANCELLED.to_json(),
        )
    present = downloads.get_download(connection, download.id)
    assert present is not None
    return present
