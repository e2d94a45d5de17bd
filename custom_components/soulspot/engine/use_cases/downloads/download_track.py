"""Find a source for a wanted track and ask slskd for the file: one step of one job at a time."""

from datetime import datetime, timedelta
import logging
import random
import sqlite3

from ...errors import ServiceError
from ...model import Download, DownloadId, DownloadState, Reason
from ...queue.retry import pause_after, pause_when_absent
from ...queue.scheduler import Done, Later, Result
from ...store import downloads, files, tracks
from ...store.jobs import Job
from ..chosen_source import hand_back
from ..context import Context
from ..download_states import DownloadStates
from ..library.ask_others import has_doubtful_file
from ..searches.find_sources import FindSources
from ..searches.search_track import SearchTrack
from ..sources import ROUNDS_BETWEEN_SEARCHES, ROUNDS_WITH_BAD_SOURCES, has_source, start_round
from .request_transfer import RequestTransfer
from .share_recordings import ShareRecordings
from .watch_slskd import WatchSlskd

_LOGGER = logging.getLogger(__name__)

_LONGEST_WAIT_FOR_SLSKD = timedelta(minutes=10)
_PATIENCE_WITH_SOURCES = 5  # The first pause after all failed is a quarter of an hour.


class DownloadTrack:
    """Handle download jobs: search, choose, ask; the watcher of transfers does the rest."""

    def __init__(
        self, context: Context, sources: FindSources, watch: WatchSlskd, shared: ShareRecordings
    ) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._shared = shared
        self._states = DownloadStates(context)
        self._search = SearchTrack(context, sources, self._states)
        self._transfers = RequestTransfer(context, watch, shared)
        self._watch = watch
        self._generator = random.Random()
        self._troubles = 0  # Requests to slskd that went wrong, in a row.

    async def handle(self, job: Job) -> Result:
        """Move the download as far as it goes now.

        Ends with the transfer running, or with a pause and its reason. Every step is stored before
        the next begins, so a killed process goes on where it was. While slskd does not answer as it
        should, the job waits, and no attempt is used up.
        """
        try:
            result = await self._move(job)
        except ServiceError as error:
            if not self._watch.is_absence(error):
                raise
            return self._wait_for_slskd(error)
        self._troubles = 0
        return result

    def _wait_for_slskd(self, error: ServiceError) -> Later:
        """Wait the longer the more requests went wrong in a row, and have slskd asked how it is."""
        self._watch.note_error(error)
        self._troubles += 1
        pause = min(pause_after(self._troubles, self._generator), _LONGEST_WAIT_FOR_SLSKD)
        return Later(until=self._context.clock.now() + pause, reason=error.reason)

    async def _move(self, job: Job) -> Result:
        """Search if need be, and ask for a file."""
        database = self._context.database
        download = await database.run(downloads.get_download, DownloadId(job.payload["download"]))
        if download is None or download.state in (
            DownloadState.TRANSFERRING,
            DownloadState.DOWNLOADED,
            DownloadState.FILED,
            DownloadState.ASK,
            DownloadState.FAILED,
            DownloadState.CANCELLED,
        ):
            return Done()
        track = await database.run(tracks.get_track, download.track_id)
        if await database.run(_is_owned, download, now=self._context.clock.now()):
            self._context.announcer.changed()
            return Done()
        if not download.is_upgrade:
            result = await self._shared.settle(download, track)
            if result is not None:
                return result
        if not await database.run(has_source, download):
            result = await self._search.find(job, download, track)
            if result is not None:
                return result
        return await self._transfers.execute(job, download, track) or await self._after_pool(
            download
        )

    async def fail(self, job: Job, reason: Reason) -> None:
        """Store that no attempt will follow, and tell."""
        database = self._context.database
        download = await database.run(downloads.get_download, DownloadId(job.payload["download"]))
        if download is not None and not download.state.is_final:
            await self._states.end(download, DownloadState.FAILED, reason)

    # --- Ends --------------------------------------------------------------------------------

    async def _after_pool(self, download: Download) -> Result:
        """Search again when every source failed: soon a few times, then at ever longer intervals.

        When a person has chosen the source, it is theirs again to choose. Who has a file already that is
        doubtful keeps it.
        """
        failure = await self._context.database.run(hand_back, download)
        if failure is not None:
            reason = Reason(key="chosen_file_failed", placeholders={"reason": failure.key})
            await self._states.end(download, DownloadState.ASK, reason)
            return Done()
        reason = Reason(key="all_sources_failed")
        if await self._context.database.run(has_doubtful_file, download):
            await self._states.end(download, DownloadState.NOT_AVAILABLE, reason)
            return Done()
        progress = await self._context.database.run(downloads.get_progress, download.id)
        rounds = progress.rounds + 1
        has_sources = await self._context.database.run(
            start_round, download, progress, reason, now=self._context.clock.now()
        )
        self._context.announcer.changed()
        pause = pause_after(rounds + _PATIENCE_WITH_SOURCES, self._generator)
        if not has_sources and progress.rounds == 0:
            pause = pause_after(1, self._generator)  # The other queries come next.
        elif not has_sources or rounds >= ROUNDS_WITH_BAD_SOURCES:
            is_news = download.state is not DownloadState.NOT_AVAILABLE
            await self._states.end(download, DownloadState.NOT_AVAILABLE, reason, is_news=is_news)
            if not has_sources:
                absent = max(rounds // ROUNDS_BETWEEN_SEARCHES, 1)
                pause = pause_when_absent(absent, self._generator)
        return Later(until=self._context.clock.now() + pause, reason=reason)


def _is_owned(connection: sqlite3.Connection, download: Download, *, now: datetime) -> bool:
    """Tell whether the library has the track by now, and end the download if so."""
    if download.is_upgrade:
        return False
    if download.track_id not in files.get_files(connection, [download.track_id]):
        return False
    downloads.set_state(connection, download.id, DownloadState.FILED, now=now)
    return True
