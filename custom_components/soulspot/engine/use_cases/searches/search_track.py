"""Look for a source of a track: among answers to others, with others, and alone."""

from dataclasses import dataclass
from datetime import timedelta
import random

from ...errors import InputError, ServiceError
from ...matching import Outcome, QualityProfile, Query, QueryKind, WantedRecording
from ...model import Download, DownloadState, Quality, Reason, Track
from ...queue.retry import pause_when_absent
from ...queue.scheduler import ATTEMPTS, Done, Failed, Later, Result
from ...store import downloads, network
from ...store.downloads import SearchProgress
from ...store.jobs import Job
from ..context import Context
from ..download_states import DownloadStates
from ..library.replace_file import wanted_quality
from ..sources import fresh_sources
from .find_sources import BudgetSpent, Findings, FindSources, shows_blocking
from .keep_findings import NOBODY_ANSWERED, not_found, note_blocked, store_findings
from .search_memory import is_narrower, words_of
from .search_plan import artist_words, ladder
from .search_together import SearchTogether, Seen, Together, is_worth_asking

BUDGET_SPENT = "search_budget_spent"  # Why a search is put off.
_INCONCLUSIVE_PAUSE = timedelta(minutes=1)
# Whoever shares the recording would be among so many answers: other words would only bring them again.
_ENOUGH_SEEN = 10
_ALONE_EVERY = 4  # Rounds.
_BLOCKED_FOR = timedelta(days=30)  # After the last sign; lists on the server change.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """Hold what does not change while a track is searched for."""

    job: Job
    download: Download
    wanted: WantedRecording
    steps: tuple[Query, ...]
    is_urgent: bool  # A person may be waiting: every wording is tried at once.
    signs: int  # That the server drops the artist's name.
    quality: Quality | QualityProfile

    def names_artist(self, query: Query) -> bool:
        """Tell whether a query has the artist's name in it."""
        return artist_words(self.wanted) <= words_of(query.text)


class SearchTrack:
    """Spend as few searches as possible on a track, and store what they bring."""

    def __init__(self, context: Context, sources: FindSources, states: DownloadStates) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._sources = sources
        self._states = states
        self._together = SearchTogether(context, sources)
        self._generator = random.Random()

    async def find(self, job: Job, download: Download, track: Track) -> Result | None:
        """Search; None means that candidates are stored and ranked. Raises the errors of the slskd room."""
        database = self._context.database
        wanted = WantedRecording.from_metadata(track.metadata)
        progress = await database.run(downloads.get_progress, download.id)
        signs = await self._signs_of_blocking(wanted)
        was_silent = download.reason is not None and download.reason.key == NOBODY_ANSWERED
        try:
            steps = ladder(
                wanted,
                download.query,
                rounds=progress.rounds,
                is_artist_blocked=signs >= network.SIGNS_OF_BLOCKING,
                was_silent=was_silent,
            )
        except InputError as error:
            return Failed(reason=Reason(key=error.translation_key))
        await self._states.move(download, DownloadState.SEARCHING)
        turn = _Turn(
            job=job,
            download=download,
            wanted=wanted,
            steps=steps,
            is_urgent=await database.run(downloads.is_for_person, download.id),
            signs=signs,
            quality=await database.run(wanted_quality, download),
        )
        try:
            return await self._find(turn, track, progress)
        except BudgetSpent as spent:
            return await self._search_later(download, spent.wait)
        except ServiceError as error:
            await self._states.move(download, DownloadState.QUEUED, error.reason)
            raise

    async def _find(self, turn: _Turn, track: Track, progress: SearchProgress) -> Result | None:
        """Try what may serve others too, then the track's own queries."""
        together = Together()
        # What is to be better than an owned file has other needs than the rest of its album.
        is_plain = turn.download.query is None and not turn.download.is_upgrade
        if progress.query_position == 0 and is_plain:
            # Now and then the track is looked for alone, in other words. What a person waits for is asked
            # for by its own words at once.
            is_shared_turn = progress.rounds == 0 or progress.rounds % _ALONE_EVERY != 0
            is_open = turn.signs < network.SIGNS_OF_BLOCKING and not turn.is_urgent
            together = await self._together.find(
                turn.download, track, may_search=is_shared_turn and is_open
            )
        for findings in together.findings:
            if self._means_nothing(turn, findings):
                return await self._search_later(turn.download, _INCONCLUSIVE_PAUSE, is_attempt=True)
            if await self._keep(turn, findings, progress) is Outcome.TAKE:
                return None
        seen = together.seen
        if seen is not None and progress.rounds and seen.is_whole:
            return await self._after_ladder(
                turn.download, progress, is_kin_offered=seen.is_anything
            )
        return await self._climb(turn, seen, progress)

    async def _climb(
        self, turn: _Turn, seen: Seen | None, progress: SearchProgress
    ) -> Result | None:
        """Try the queries that are left while they are worth it, each stored before the next."""
        if seen is None and 0 < progress.query_position <= len(turn.steps):
            seen = await self._seen_before(turn.steps[progress.query_position - 1])
        is_kin_offered = seen is not None and not seen.is_own and seen.is_anything
        silent = _silent(seen, turn)
        for position in range(progress.query_position, len(turn.steps)):
            step = turn.steps[position]
            if not await self._is_worth_asking(turn, step, seen):
                continue
            findings = await self._sources.ask(turn.wanted, step, turn.quality)
            if self._means_nothing(turn, findings):
                return await self._search_later(turn.download, _INCONCLUSIVE_PAUSE, is_attempt=True)
            if silent is not None and shows_blocking(silent, findings):
                await self._context.database.run(
                    note_blocked, turn.download, turn.wanted, silent, now=self._context.clock.now()
                )
            seen = Seen.of(step, findings, is_own=True)
            silent = silent or _silent(seen, turn)
            progress = SearchProgress(
                query_position=position + 1,
                rounds=progress.rounds,
                results=progress.results + findings.files,
            )
            outcome = await self._keep(turn, findings, progress)
            if outcome is Outcome.TAKE:
                return None
            is_known = findings.is_known_there and not findings.is_taken  # Else all were tried.
            if progress.results >= _ENOUGH_SEEN or is_known:
                break
        return await self._after_ladder(turn.download, progress, is_kin_offered=is_kin_offered)

    async def _is_worth_asking(self, turn: _Turn, step: Query, seen: Seen | None) -> bool:
        """Tell whether a query may bring what is not known yet; a person's own words always may."""
        if turn.download.query is not None:
            return True
        now = self._context.clock.now()
        if turn.is_urgent:
            is_answered = seen is not None and seen.is_now and seen.is_whole
            return not (is_answered and seen and is_narrower(step.text, seen.query.text))
        if await self._sources.knows(step.text, now):
            return False
        return is_worth_asking(
            step,
            seen,
            names_artist=turn.names_artist(step),
            has_title=any(other.kind is QueryKind.TITLE for other in turn.steps),
            is_suspected=0 < turn.signs < network.SIGNS_OF_BLOCKING,
            has_spare=await self._sources.has_spare(),
        )

    async def _seen_before(self, step: Query) -> Seen | None:
        """Return what the last query of an earlier turn has brought, as far as it still counts."""
        asked = await self._sources.asked(step.text, self._context.clock.now())
        if asked is None:
            return None
        return Seen(
            query=step,
            responses=asked.responses,
            is_whole=asked.is_whole,
            is_own=True,
            is_now=False,
        )

    async def _keep(self, turn: _Turn, findings: Findings, progress: SearchProgress) -> Outcome:
        """Store a yield and what was decided."""
        outcome = await self._context.database.run(
            store_findings, turn.download, findings, progress, now=self._context.clock.now()
        )
        self._context.announcer.changed()
        return outcome

    def _means_nothing(self, turn: _Turn, findings: Findings) -> bool:
        """Tell whether the network has shut us out or a search broke off, and waiting may help."""
        is_settled = findings.is_conclusive or findings.is_taken
        return not is_settled and turn.job.attempts < ATTEMPTS

    async def _signs_of_blocking(self, wanted: WantedRecording) -> int:
        """Count the signs that the server drops searches with the artist's name."""
        words = " ".join(sorted(artist_words(wanted)))
        since = self._context.clock.now() - _BLOCKED_FOR
        return await self._context.database.run(network.signs_of_blocking, words, since=since)

    async def _search_later(
        self, download: Download, pause: timedelta, *, is_attempt: bool = False
    ) -> Result:
        """Wait for the search budget, or for the network to answer again."""
        reason = Reason(key=BUDGET_SPENT)
        await self._states.move(download, DownloadState.QUEUED, reason)
        until = self._context.clock.now() + pause
        return Later(until=until, reason=reason, is_attempt=is_attempt)

    async def _after_ladder(
        self, download: Download, progress: SearchProgress, *, is_kin_offered: bool
    ) -> Result:
        """Ask the user when something is worth it, else look again at ever longer intervals."""
        now = self._context.clock.now()
        pool = await self._context.database.run(fresh_sources, download)
        if pool:
            reason = Reason(key="candidates_uncertain", placeholders={"count": str(len(pool))})
            await self._states.end(download, DownloadState.ASK, reason)
            return Done()
        rounds = progress.rounds + 1
        reason = not_found(progress.results, is_kin_offered=is_kin_offered)
        await self._context.database.run(
            downloads.save_progress,
            download.id,
            query_position=0,
            rounds=rounds,
            results=0,
        )
        is_news = progress.rounds == 0
        await self._states.end(download, DownloadState.NOT_AVAILABLE, reason, is_news=is_news)
        return Later(until=now + pause_when_absent(rounds, self._generator), reason=reason)


def _silent(seen: Seen | None, turn: _Turn) -> Query | None:
    """Return a query with the artist's name that nobody answered."""
    if seen is None or seen.responses or not seen.is_whole or not turn.names_artist(seen.query):
        return None
    return seen.query
