"""Find a source for a wanted track and ask slskd for the file: one step of one job at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
import logging
import random
import sqlite3

from ..errors import InputError, ServiceError
from ..matching import Outcome, Query, WantedRecording, fold
from ..model import Download, DownloadId, DownloadState, Reason, Track
from ..queue.retry import pause_after, pause_when_absent
from ..queue.scheduler import ATTEMPTS, Done, Failed, Later, Result
from ..store import downloads, files, journal, network, tracks
from ..store.downloads import SearchProgress
from ..store.jobs import Job
from ..views import EventKind
from .chosen_source import hand_back
from .context import Context
from .find_sources import BudgetSpent, FindSources, artist_words, narrows, not_found, shows_blocking
from .keep_findings import give_findings, look_later, note_blocked, store_findings
from .request_transfer import RequestTransfer
from .share_recordings import ShareRecordings
from .sources import ROUNDS_WITH_BAD_SOURCES, fresh_sources, has_source, start_round
from .watch_slskd import WatchSlskd

_LOGGER = logging.getLogger(__name__)

_INCONCLUSIVE_PAUSE = timedelta(minutes=1)
# Whoever shares the recording would be among so many answers: other words would only bring them again.
_ENOUGH_SEEN = 10
_BLOCKED_FOR = timedelta(days=30)  # After the last sign; lists on the server change.
_LONGEST_WAIT_FOR_SLSKD = timedelta(minutes=10)
_PATIENCE_WITH_SOURCES = 5  # The first pause after all failed is a quarter of an hour.


class DownloadTrack:
    """Handle download jobs: search, choose, ask; the watcher of transfers does the rest."""

    def __init__(
        self, context: Context, sources: FindSources, watch: WatchSlskd, shared: ShareRecordings
    ) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._sources = sources
        self._shared = shared
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
        result = await self._shared.settle(download, track)
        if result is not None:
            return result
        if not await database.run(has_source, download):
            result = await self._search(job, download, track)
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
            await self._end(download, DownloadState.FAILED, reason)

    # --- Searching -------------------------------------------------------------------------

    async def _search(self, job: Job, download: Download, track: Track) -> Result | None:
        """Try the queries one by one; None means that candidates are stored and ranked."""
        wanted = WantedRecording.from_metadata(track.metadata)
        progress = await self._context.database.run(downloads.get_progress, download.id)
        try:
            ladder = self._sources.ladder(
                wanted,
                download.query,
                rounds=progress.rounds,
                is_artist_blocked=await self._is_blocked(wanted),
            )
        except InputError as error:
            return Failed(reason=Reason(key=error.translation_key))
        await self._set_state(download, DownloadState.SEARCHING)
        try:
            outcome = None
            if progress.query_position == 0:
                outcome = await self._find_with_siblings(download, track, progress)
            if outcome is Outcome.TAKE:
                return None
            if outcome is not None and progress.rounds:
                return await self._after_ladder(download, progress)
            return await self._climb(job, download, wanted, ladder, progress)
        except BudgetSpent as spent:
            return await self._search_later(download, spent.wait)
        except ServiceError as error:
            reason = error.reason
            await self._set_state(download, DownloadState.QUEUED, reason)
            raise

    async def _is_blocked(self, wanted: WantedRecording) -> bool:
        """Tell whether the server is known to drop searches with the artist's name."""
        words = " ".join(sorted(artist_words(wanted)))
        since = self._context.clock.now() - _BLOCKED_FOR
        return await self._context.database.run(network.is_blocked, words, since=since)

    async def _search_later(
        self, download: Download, pause: timedelta, *, is_attempt: bool = False
    ) -> Result:
        """Wait for the search budget, or for the network to answer again."""
        reason = Reason(key="search_budget_spent")
        await self._set_state(download, DownloadState.QUEUED, reason)
        until = self._context.clock.now() + pause
        return Later(until=until, reason=reason, is_attempt=is_attempt)

    async def _find_with_siblings(
        self, download: Download, track: Track, progress: SearchProgress
    ) -> Outcome | None:
        """Try recent answers, then one search for an album that several wanted tracks are on.

        None means that there was neither.
        """
        if download.query is not None:
            return None
        wanted = WantedRecording.from_metadata(track.metadata)
        album = track.metadata.album
        names = [artist.name for artist in album.artists] if album else []
        findings = await self._sources.recall(wanted, names, download.quality)
        if findings is None:
            siblings = await self._context.database.run(downloads.count_siblings, track.id)
            # Later rounds look for the album, for all its tracks at once, and for the track by turns.
            is_albums_turn = progress.rounds == 0 or progress.rounds % 2 == 1
            query = self._sources.album_query(album) if is_albums_turn else None
            query = query if siblings and not await self._is_blocked(wanted) else None
            if query is None:
                return None
            findings = await self._sources.ask(wanted, query, download.quality)
            await self._share(track, names)
        return await self._context.database.run(
            store_findings, download, findings, progress, now=self._context.clock.now()
        )

    async def _share(self, track: Track, names: Sequence[str]) -> None:
        """Let the album's other wanted tracks have what one search has brought for all of them."""
        database = self._context.database
        for sibling in await database.run(downloads.waiting_siblings, track.id):
            other = await database.run(tracks.get_track, sibling.track_id)
            wanted = WantedRecording.from_metadata(other.metadata)
            findings = await self._sources.recall(wanted, names, sibling.quality)
            now = self._context.clock.now()
            if findings is not None:
                await database.run(give_findings, sibling, findings, now=now)
            elif sibling.state is DownloadState.NOT_AVAILABLE:
                await database.run(look_later, sibling, self._generator, now=now)

    async def _climb(
        self,
        job: Job,
        download: Download,
        wanted: WantedRecording,
        ladder: tuple[Query, ...],
        progress: SearchProgress,
    ) -> Result | None:
        """Try the queries that are left, one by one, each stored before the next."""
        everything: list[str] = []
        silent: Query | None = None
        for position in range(progress.query_position, len(ladder)):
            if narrows(ladder[position], everything):
                continue
            findings = await self._sources.ask(wanted, ladder[position], download.quality)
            is_taken = findings.decision.outcome is Outcome.TAKE
            if not (findings.is_conclusive or is_taken or job.attempts >= ATTEMPTS):
                # Shut out or broken off: that nothing was found means nothing.
                return await self._search_later(download, _INCONCLUSIVE_PAUSE, is_attempt=True)
            if silent is not None and shows_blocking(silent, findings):
                await self._context.database.run(
                    note_blocked, download, wanted, silent, now=self._context.clock.now()
                )
                silent = None
            elif findings.is_conclusive and not findings.responses:
                names_artist = artist_words(wanted) <= set(fold(ladder[position].text).split())
                silent = ladder[position] if names_artist else silent
            if findings.is_everything:
                everything.append(findings.query)
            progress = SearchProgress(
                query_position=position + 1,
                rounds=progress.rounds,
                results=progress.results + findings.files,
            )
            outcome = await self._context.database.run(
                store_findings,
                download,
                findings,
                progress,
                now=self._context.clock.now(),
            )
            self._context.announcer.changed()
            if outcome is Outcome.TAKE:
                return None
            is_known = findings.is_known_there and not is_taken  # Else all of them were tried.
            if progress.results >= _ENOUGH_SEEN or is_known:
                break
        return await self._after_ladder(download, progress)

    async def _after_ladder(self, download: Download, progress: SearchProgress) -> Result:
        """Ask the user when something is worth it, else look again at ever longer intervals."""
        now = self._context.clock.now()
        pool = await self._context.database.run(fresh_sources, download)
        if pool:
            reason = Reason(key="candidates_uncertain", placeholders={"count": str(len(pool))})
            await self._end(download, DownloadState.ASK, reason)
            return Done()
        rounds = progress.rounds + 1
        reason = not_found(progress.results)
        await self._context.database.run(
            downloads.save_progress,
            download.id,
            query_position=0,
            rounds=rounds,
            results=0,
        )
        await self._end(download, DownloadState.NOT_AVAILABLE, reason, is_news=progress.rounds == 0)
        return Later(until=now + pause_when_absent(rounds, self._generator), reason=reason)

    # --- Ends --------------------------------------------------------------------------------

    async def _after_pool(self, download: Download) -> Result:
        """Search again when every source failed: soon a few times, then at ever longer intervals.

        When a person has chosen the source, it is theirs again to choose.
        """
        failure = await self._context.database.run(hand_back, download)
        if failure is not None:
            reason = Reason(key="chosen_file_failed", placeholders={"reason": failure.key})
            await self._end(download, DownloadState.ASK, reason)
            return Done()
        progress = await self._context.database.run(downloads.get_progress, download.id)
        rounds = progress.rounds + 1
        reason = Reason(key="all_sources_failed")
        has_sources = await self._context.database.run(
            start_round, download, progress, reason, now=self._context.clock.now()
        )
        self._context.announcer.changed()
        pause = pause_after(rounds + _PATIENCE_WITH_SOURCES, self._generator)
        if not has_sources and progress.rounds == 0:
            pause = pause_after(1, self._generator)  # The other queries come next.
        elif not has_sources or rounds >= ROUNDS_WITH_BAD_SOURCES:
            is_news = download.state is not DownloadState.NOT_AVAILABLE
            await self._end(download, DownloadState.NOT_AVAILABLE, reason, is_news=is_news)
            absent = max(rounds - ROUNDS_WITH_BAD_SOURCES, 0) + 1
            pause = pause_when_absent(absent, self._generator)
        return Later(until=self._context.clock.now() + pause, reason=reason)

    async def _set_state(
        self, download: Download, state: DownloadState, reason: Reason | None = None
    ) -> None:
        """Store a state that only counts care about."""
        await self._context.database.run(
            downloads.set_state,
            download.id,
            state,
            now=self._context.clock.now(),
            reason=reason,
        )
        self._context.announcer.changed()

    async def _end(
        self, download: Download, state: DownloadState, reason: Reason, *, is_news: bool = True
    ) -> None:
        """Store an end, and tell of it unless the same was told before."""
        now = self._context.clock.now()
        await self._context.database.run(_end, download, state, reason, now=now)
        track = await self._context.database.run(tracks.get_track, download.track_id)
        if is_news:
            self._context.announcer.happened(
                _EVENTS[state], track, quality=download.quality, reason=reason
            )
        self._context.announcer.changed()


_EVENTS = {
    DownloadState.NOT_AVAILABLE: EventKind.NOT_AVAILABLE,
    DownloadState.ASK: EventKind.NEEDS_ATTENTION,
    DownloadState.FAILED: EventKind.FAILED,
}


def _is_owned(connection: sqlite3.Connection, download: Download, *, now: datetime) -> bool:
    """Tell whether the library has the track by now, and end the download if so."""
    if download.is_upgrade:
        return False
    if download.track_id not in files.get_files(connection, [download.track_id]):
        return False
    downloads.set_state(connection, download.id, DownloadState.FILED, now=now)
    return True


def _end(
    connection: sqlite3.Connection,
    download: Download,
    state: DownloadState,
    reason: Reason,
    *,
    now: datetime,
) -> None:
    """Store an end with its reason in the state and the journal."""
    downloads.set_state(connection, download.id, state, now=now, reason=reason)
    journal.write(
        connection,
        download.track_id,
        state.value,
        now=now,
        reason={"key": reason.key, "placeholders": reason.placeholders},
    )
