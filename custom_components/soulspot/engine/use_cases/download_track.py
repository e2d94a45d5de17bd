"""Find a source for a wanted track and ask slskd for the file: one step of one job at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
import logging
import random
import sqlite3
from typing import Any
import uuid

from ..errors import InputError, ServiceError
from ..matching import Candidate, Decision, Outcome, Query, WantedRecording, fold
from ..model import Download, DownloadId, DownloadState, JobKind, JobState, Reason, Track
from ..queue.retry import pause_after, pause_when_absent
from ..queue.scheduler import ATTEMPTS, Done, Failed, Later, Result
from ..slskd.failures import failure
from ..slskd.models import Again, Failure, FailureKind, RequestedFile
from ..store import downloads, files, jobs, journal, network, tracks
from ..store.downloads import SearchProgress, StoredCandidate
from ..store.jobs import Job
from ..views import EventKind
from .context import Context
from .find_sources import (
    BudgetSpent,
    Findings,
    FindSources,
    artist_words,
    narrows,
    not_found,
    shows_blocking,
)
from .watch_slskd import WatchSlskd

_LOGGER = logging.getLogger(__name__)

ROUNDS_WITH_BAD_SOURCES = 3
_COOL_DOWN = timedelta(hours=1)
DISK_PAUSE = timedelta(minutes=10)
_INCONCLUSIVE_PAUSE = timedelta(minutes=1)
# Whoever shares the recording would be among so many answers: other words would only bring them again.
_ENOUGH_SEEN = 10
_USELESS_KEPT = 50
_BLOCKED_FOR = timedelta(days=30)  # After the last sign; lists on the server change.
_PATIENCE_WITH_SOURCES = 5  # The first pause after all failed is a quarter of an hour.
# Why a source failed that may do better later.
_PASSING = frozenset(
    failure(kind).reason.key for kind in FailureKind if failure(kind).again is not Again.NEVER
)
_PER_SENTENCE = 5  # Candidates named in a journal entry.


class DownloadTrack:
    """Handle download jobs: search, choose, ask; the watcher of transfers does the rest."""

    def __init__(self, context: Context, sources: FindSources, watch: WatchSlskd) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._sources = sources
        self._watch = watch
        self._generator = random.Random()

    async def handle(self, job: Job) -> Result:
        """Move the download as far as it goes now.

        Ends with the transfer running, or with a pause and its reason. Every step is stored before
        the next begins, so a killed process goes on where it was.
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
        if not await database.run(_has_source, download):
            result = await self._search(job, download, track)
            if result is not None:
                return result
        return await self._request(job, download, track)

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
            reason = Reason(key=error.translation_key, placeholders=dict(error.placeholders))
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
            _store_findings, download, findings, progress, now=self._context.clock.now()
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
                await database.run(_give, sibling, findings, now=now)
            elif sibling.state is DownloadState.NOT_AVAILABLE:
                await database.run(_look_later, sibling, self._generator, now=now)

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
                    _note_blocked, download, wanted, silent, now=self._context.clock.now()
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
                _store_findings,
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
        pool = await self._context.database.run(_fresh, download)
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

    # --- Asking for the file -----------------------------------------------------------------

    async def _request(self, job: Job, download: Download, track: Track) -> Result:
        """Ask the candidates in their order until slskd takes one."""
        database = self._context.database
        while True:
            chosen = await database.run(_next_candidate, download, now=self._context.clock.now())
            if chosen is None:
                return await self._after_pool(download)
            candidate = Candidate.from_json(chosen.data)
            features = self._watch.status.features if self._watch.status else None
            batch_id = str(uuid.uuid4()) if features is not None and features.batches else None
            batch_id = await database.run(
                _intend,
                download.id,
                chosen,
                candidate,
                batch_id,
                now=self._context.clock.now(),
            )
            answer = await self._context.slskd.enqueue(
                candidate.username,
                [RequestedFile(filename=candidate.file.path, size=candidate.file.size)],
                batch_id=batch_id,
                destination=destination(download.id, chosen.position) if batch_id else None,
            )
            now = self._context.clock.now()
            if answer.accepted:
                await database.run(
                    _acknowledge,
                    job,
                    download,
                    candidate,
                    answer.accepted[0].id,
                    now=now,
                )
                self._context.announcer.happened(EventKind.STARTED, track, quality=download.quality)
                return Done()
            refusal = answer.refused[0]
            failure = refusal.failure
            await database.run(
                use_up,
                download,
                chosen.position,
                candidate.username,
                failure,
                row_id=refusal.row_id,
                now=now,
            )
            if failure.kind is FailureKind.LOCAL_STORAGE:
                return Later(until=now + DISK_PAUSE, reason=failure.reason)

    async def _after_pool(self, download: Download) -> Result:
        """Search again when every source failed: soon a few times, then at ever longer intervals."""
        progress = await self._context.database.run(downloads.get_progress, download.id)
        rounds = progress.rounds + 1
        reason = Reason(key="all_sources_failed")
        has_sources = await self._context.database.run(
            _start_round, download, progress, reason, now=self._context.clock.now()
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


def destination(download_id: DownloadId, position: int) -> str:
    """Return the folder of a transfer below slskd's downloads folder, one for each attempt."""
    return f"soulspot/{download_id}-{position}"


def use_up(
    connection: sqlite3.Connection,
    download: Download,
    position: int,
    username: str,
    failure: Failure,
    *,
    row_id: str | None,
    now: datetime,
) -> None:
    """Use a candidate up and remember the peer's part in it; the next one may be asked.

    When slskd's own disk is to blame, no candidate would do better: this one stays.
    """
    if failure.kind is not FailureKind.LOCAL_STORAGE:
        downloads.fail_candidate(connection, download.id, position, failure.reason)
    downloads.end_transfer(connection, download.id)
    if row_id is not None:
        network.add_own_row(connection, username, row_id)
    if not failure.is_ours:
        rest = None if failure.same_source_again else now + _COOL_DOWN
        network.record_failure(
            connection,
            username,
            is_stall=failure.kind in (FailureKind.STALLED, FailureKind.SILENT),
            cool_down_until=rest,
            now=now,
        )
    journal.write(
        connection,
        download.track_id,
        "source_failed",
        now=now,
        peer=username,
        reason=failure.reason.key,
    )
    downloads.set_state(
        connection, download.id, DownloadState.CHOSEN, now=now, reason=failure.reason
    )


def queue_next(
    connection: sqlite3.Connection, download: Download, reason: Reason, *, now: datetime
) -> None:
    """Let a download job go on with the next candidate."""
    downloads.set_state(connection, download.id, DownloadState.CHOSEN, now=now, reason=reason)
    downloads.queue_step(connection, download.id, now=now)


def _has_source(connection: sqlite3.Connection, download: Download) -> bool:
    """Tell whether a source can be asked without searching first."""
    if download.state is DownloadState.CHOSEN:
        return True
    return download.state is DownloadState.NOT_AVAILABLE and bool(_fresh(connection, download))


def _give(
    connection: sqlite3.Connection, download: Download, findings: Findings, *, now: datetime
) -> None:
    """Store what somebody else's search has found, unless the download is under way by now."""
    present = downloads.get_download(connection, download.id)
    alive = jobs.find_alive(connection, JobKind.DOWNLOAD, f"track:{download.track_id}")
    if present is None or present.state is not download.state:
        return
    if alive is not None and alive.state is JobState.RUNNING:
        return
    progress = downloads.get_progress(connection, download.id)
    if _store_findings(connection, present, findings, progress, now=now) is not Outcome.TAKE:
        return
    if alive is None:
        downloads.queue_step(connection, download.id, now=now)
    else:
        jobs.wake(connection, alive.id, now=now)


def _note_blocked(
    connection: sqlite3.Connection,
    download: Download,
    wanted: WantedRecording,
    silent: Query,
    *,
    now: datetime,
) -> None:
    """Remember a sign that the server drops the artist's name, and write it into the journal."""
    network.note_blocked(connection, " ".join(sorted(artist_words(wanted))), now=now)
    journal.write(connection, download.track_id, "seems_blocked", now=now, query=silent.text)


def _look_later(
    connection: sqlite3.Connection, download: Download, generator: random.Random, *, now: datetime
) -> None:
    """Count a search for the whole album as one for this track too, and wait as after it."""
    alive = jobs.find_alive(connection, JobKind.DOWNLOAD, f"track:{download.track_id}")
    if alive is None or alive.state is not JobState.WAITING or _has_source(connection, download):
        return
    rounds = downloads.get_progress(connection, download.id).rounds + 1
    downloads.save_progress(connection, download.id, query_position=0, rounds=rounds, results=0)
    until = max(alive.run_at, now + pause_when_absent(rounds, generator))
    jobs.postpone(connection, alive.id, now=now, until=until, reason=alive.reason)


def _is_owned(connection: sqlite3.Connection, download: Download, *, now: datetime) -> bool:
    """Tell whether the library has the track by now, and end the download if so."""
    if download.track_id not in files.get_files(connection, [download.track_id]):
        return False
    downloads.set_state(connection, download.id, DownloadState.FILED, now=now)
    return True


def _store_findings(
    connection: sqlite3.Connection,
    download: Download,
    findings: Findings,
    progress: SearchProgress,
    *,
    now: datetime,
) -> Outcome:
    """Store a query's yield and what was decided, with the candidates, in one transaction."""
    decision = findings.decision
    downloads.save_progress(
        connection,
        download.id,
        query_position=progress.query_position,
        rounds=progress.rounds,
        results=progress.results,
    )
    journal.write(
        connection,
        download.track_id,
        "searched",
        now=now,
        query=findings.query,
        responses=findings.responses,
        files=findings.files,
        outcome=decision.outcome.value,
        reason={
            "key": decision.reason.key,
            "placeholders": decision.reason.placeholders,
        },
        candidates=_named(decision),
    )
    if decision.outcome is Outcome.TAKE:
        if not _replace_pool(connection, download, _pool(decision)):
            return Outcome.LEAVE  # Each of them was tried, and is not what its name says.
        downloads.set_state(connection, download.id, DownloadState.CHOSEN, now=now)
    elif decision.outcome is Outcome.ASK and not _fresh(connection, download):
        _replace_pool(connection, download, _pool(decision))
    return decision.outcome


def _replace_pool(
    connection: sqlite3.Connection, download: Download, pool: list[dict[str, Any]]
) -> bool:
    """Store a new pool; files that have proved useless stay used up. False when none is left."""
    useless = {
        _place(candidate.data): candidate
        for candidate in downloads.get_candidates(connection, download.id)
        if candidate.failure is not None and candidate.failure.key not in _PASSING
    }
    present = {_place(data) for data in pool}
    kept = [item.data for place, item in useless.items() if place not in present]
    pool = [*pool, *kept[:_USELESS_KEPT]]
    downloads.save_candidates(connection, download.id, pool)
    for position, data in enumerate(pool):
        before = useless.get(_place(data))
        if before is not None and before.failure is not None:
            downloads.fail_candidate(connection, download.id, position, before.failure)
    return bool(present - useless.keys())


def _place(data: Mapping[str, Any]) -> tuple[object, object]:
    """Return whose file it is, and which."""
    file = data.get("file")
    return data.get("username"), file.get("path") if isinstance(file, dict) else None


def _fresh(connection: sqlite3.Connection, download: Download) -> list[StoredCandidate]:
    """Return the candidates that were not used up."""
    pool = downloads.get_candidates(connection, download.id)
    return [candidate for candidate in pool if candidate.failure is None]


def _pool(decision: Decision) -> list[dict[str, Any]]:
    """Return the ranked pool as it is stored."""
    return [dict(candidate.to_json()) for candidate in decision.pool]


def _named(decision: Decision) -> list[dict[str, Any]]:
    """Return the best and the nearest missed candidates with their sentences."""
    shown = (*decision.pool[:_PER_SENTENCE], *decision.rejected[:_PER_SENTENCE])
    return [
        {
            "peer": item.username,
            "path": item.file.path,
            "outcome": item.outcome.value,
            "why": item.sentence,
        }
        for item in shown
    ]


def _next_candidate(
    connection: sqlite3.Connection, download: Download, *, now: datetime
) -> StoredCandidate | None:
    """Return the best candidate that was not used up; one whose answer got lost comes first."""
    pool = downloads.get_candidates(connection, download.id)
    intended = downloads.get_transfer(connection, download.id)
    if intended is not None:
        for candidate in pool:
            if candidate.position == intended.position:
                return candidate
    fresh = [candidate for candidate in pool if candidate.failure is None]
    histories = network.get_histories(connection, (item.data["username"] for item in fresh))
    for candidate in fresh:
        history = histories.get(candidate.data["username"])
        rest = history.cooled_down_until if history else None
        if rest is None or rest <= now:
            return candidate
    return fresh[0] if fresh else None


def _intend(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    chosen: StoredCandidate,
    candidate: Candidate,
    batch_id: str | None,
    *,
    now: datetime,
) -> str | None:
    """Write the request down before it is sent; one already written keeps its batch id."""
    present = downloads.get_transfer(connection, download_id)
    if present is not None and present.position == chosen.position:
        return present.batch_id
    downloads.start_transfer(
        connection,
        download_id,
        position=chosen.position,
        username=candidate.username,
        remote_path=candidate.file.path,
        size=candidate.file.size,
        batch_id=batch_id,
        now=now,
    )
    return batch_id


def _acknowledge(
    connection: sqlite3.Connection,
    job: Job,
    download: Download,
    candidate: Candidate,
    transfer_id: str,
    *,
    now: datetime,
) -> None:
    """Hand the download over to the watcher: transfer, state and job change together."""
    downloads.acknowledge_transfer(connection, download.id, transfer_id)
    downloads.set_state(connection, download.id, DownloadState.TRANSFERRING, now=now)
    journal.write(
        connection,
        download.track_id,
        "requested",
        now=now,
        peer=candidate.username,
        path=candidate.file.path,
        why=candidate.sentence,
    )
    jobs.finish(connection, job.id, JobState.COMPLETED, now=now)


def _start_round(
    connection: sqlite3.Connection,
    download: Download,
    progress: SearchProgress,
    reason: Reason,
    *,
    now: datetime,
) -> bool:
    """Let sources that may do better be asked again, without a search, else begin the queries anew.

    Whoever was away is back after a while; but now and then new people are looked for. Returns
    whether there are such sources. Without any the first round of queries goes on where it was.
    """
    rounds = progress.rounds + 1
    may_revive = rounds < ROUNDS_WITH_BAD_SOURCES or rounds % 2 == 0
    revived = may_revive and downloads.revive_candidates(connection, download.id, _PASSING) > 0
    goes_on = not revived and progress.rounds == 0
    downloads.save_progress(
        connection,
        download.id,
        query_position=progress.query_position if goes_on else 0,
        rounds=0 if goes_on else rounds,
        results=0,
    )
    state = DownloadState.CHOSEN if revived else DownloadState.QUEUED
    downloads.set_state(connection, download.id, state, now=now, reason=reason)
    return revived


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
