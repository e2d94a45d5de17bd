"""Find a source for a wanted track and ask slskd for the file: one step of one job at a time."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
import logging
import math
import random
import sqlite3

from ...errors import ServiceError
from ...model import Download, DownloadId, DownloadState, Reason, Track
from ...queue.outages import Rest
from ...queue.retry import pause_after, pause_when_absent
from ...queue.scheduler import Done, Later, Result
from ...store import downloads, files, tracks
from ...store.jobs import Job
from ..chosen_source import hand_back
from ..context import Context
from ..download_states import DownloadStates
from ..library.ask_others import has_doubtful_file
from ..searches.find_sources import FindSources
from ..searches.search_track import BUDGET_SPENT, SearchTrack
from ..sources import ROUNDS_BETWEEN_SEARCHES, ROUNDS_WITH_BAD_SOURCES, has_source, start_round
from .request_transfer import RequestTransfer
from .share_recordings import ShareRecordings
from .watch_slskd import Request, WatchSlskd

_LOGGER = logging.getLogger(__name__)

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

    async def handle(self, job: Job) -> Result:
        """Move the download as far as it goes now.

        Ends with the transfer running, or with a pause and its reason. Every step is stored before
        the next begins, so a killed process goes on where it was. While slskd does not answer as it
        should, the job waits the longer the more went wrong in a row, and no attempt is used up.
        """
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
        result = await self._shared.settle(download, track)
        if result is not None:
            return result
        if not await database.run(has_source, download):
            result = await self._ask(
                Request.SEARCH, download, lambda: self._find(job, download, track)
            )
            if result is not None:
                return result
        rest = self._watch.disk.rest()
        if rest is not None:
            return await self._wait(download, DownloadState.CHOSEN, rest)
        result = await self._ask(
            Request.DOWNLOAD, download, lambda: self._transfers.execute(download, track)
        )
        return result or await self._after_pool(download)

    async def _ask(
        self, request: Request, download: Download, ask: Callable[[], Awaitable[Result | None]]
    ) -> Result | None:
        """Ask slskd, unless the like went wrong a moment ago; the job waits when it does not answer."""
        rest = self._watch.rest(request)
        if rest is None:
            try:
                return await ask()
            except ServiceError as error:
                if not self._watch.is_absence(error):
                    raise
                rest = self._watch.note_error(error, request)
        state = DownloadState.QUEUED if request is Request.SEARCH else DownloadState.CHOSEN
        return await self._wait(download, state, rest)

    async def _wait(self, download: Download, state: DownloadState, rest: Rest) -> Result:
        """Let the job come back when the pause that it shares with others is over."""
        await self._states.move(download, state, rest.reason)
        # Rounded up: who comes back too early by the other clock would be sent away again and again.
        until = self._context.clock.now() + timedelta(seconds=math.ceil(rest.seconds))
        return Later(until=until, reason=rest.reason)

    async def _find(self, job: Job, download: Download, track: Track) -> Result | None:
        """Search; None means that candidates are stored and ranked."""
        result = await self._search.find(job, download, track)
        is_put_off = isinstance(result, Later) and result.reason.key == BUDGET_SPENT
        if not is_put_off:  # Else nobody asked.
            self._watch.note_answer(Request.SEARCH)
        return result

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
