"""Search the network for a track and decide among the answers."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import uuid

from ...errors import ServiceError, UnreachableError
from ...matching import (
    Decision,
    EvidenceField,
    Outcome,
    QualityProfile,
    Query,
    QueryKind,
    Verdict,
    WantedRecording,
    profile_for,
    rank,
)
from ...matching.quality import LOSSLESS
from ...model import JobKind, PeerHistory, PeerResponse, Quality
from ...queue.budget import SearchBudget
from ...queue.put_off import PutOff
from ...slskd.models import SearchLimits, SearchState
from ...slskd.searching import search
from ...store import jobs, network
from ..context import Context
from .search_memory import Answers, Question, SearchMemory, words_of

# Whoever waits for a person's answer may wait this long for the lane; jobs come back later instead.
_SHORT_WAIT = timedelta(seconds=6)
# What serves many may be larger: as many peers as slskd itself asks for, two megabytes of files.
_SHARED_KINDS = (QueryKind.ARTIST, QueryKind.RELEASE)
_SHARED_RESPONSES = 250
_SHARED_FILES = 8_000


_CLEANED_AT_ONCE = 50
_PUT_OFF = 3600.0  # seconds for a search that slskd does not delete


class BudgetSpent(Exception):
    """Say that no search may be sent for a while."""

    def __init__(self, wait: timedelta) -> None:
        """Keep how long."""
        super().__init__(f"no search for {wait}")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Hold what one query brought and what was decided; counts are of peers and files."""

    answers: Answers
    decision: Decision
    is_new: bool  # False: the answers came for somebody else's search.

    @property
    def query(self) -> str:
        """Return the text that was searched for."""
        return self.answers.text

    @property
    def kind(self) -> QueryKind:
        """Return how the text was made."""
        return self.answers.kind

    @property
    def responses(self) -> int:
        """Count the peers that answered."""
        return len(self.answers.responses)

    @property
    def files(self) -> int:
        """Count the files that may be downloaded."""
        return self.answers.files

    @property
    def is_conclusive(self) -> bool:
        """Tell whether nothing found really means nothing there."""
        return self.answers.is_conclusive

    @property
    def is_everything(self) -> bool:
        """Tell whether the answer was cut short neither by trouble nor by slskd's limits."""
        return self.answers.is_whole

    @property
    def is_taken(self) -> bool:
        """Tell whether there is a source."""
        return self.decision.outcome is Outcome.TAKE

    @property
    def is_known_there(self) -> bool:
        """Tell whether files of this artist with this title were offered: other words bring the same."""
        return any(
            {EvidenceField.TITLE, EvidenceField.ARTIST}
            <= {item.field for item in candidate.evidence if item.verdict is Verdict.AGREES}
            for candidate in (*self.decision.pool, *self.decision.rejected)
        )


class FindSources:
    """Send searches through one lane, within the budget, and rank what they bring."""

    def __init__(self, context: Context, budget: SearchBudget) -> None:
        """Share the lane among everything that searches."""
        self._context = context
        self._budget = budget
        self.memory = SearchMemory()
        self._running: set[str] = set()
        self._put_off = PutOff[str](context.clock, _PUT_OFF)

    async def recall(
        self, wanted: WantedRecording, names: Iterable[str], quality: Quality | QualityProfile
    ) -> Findings | None:
        """Decide by recent answers that could hold the track, without a search; None without any.

        An answer could hold it when each of its query's words belongs to the track or its album. One
        that was cut short serves only when nothing better than what it holds is wanted.
        """
        words = words_of(" ".join((*wanted.artists, *names, wanted.album or "", wanted.title)))
        for answers in tuple(self.memory.fresh(self._context.clock.now())):
            if not answers.words <= words:
                continue
            decision = await self.decide(wanted, answers.responses, quality)
            if decision.outcome is Outcome.TAKE and _is_enough(answers, decision, quality):
                return Findings(answers=answers, decision=decision, is_new=False)
        return None

    async def ask(
        self,
        wanted: WantedRecording,
        query: Query,
        quality: Quality | QualityProfile,
        *,
        patient: bool = False,
    ) -> Findings:
        """Send one search and rank the answers off the event loop.

        Two tracks of one album come up together and ask for the same: the second takes the answer
        to the first. Raises BudgetSpent unless `patient`, which waits; and the errors of the slskd room.
        """
        asked_at = self._context.clock.now()
        async with self._budget.lane:
            fresh = self.memory.fresh(self._context.clock.now())
            answers = next(
                (item for item in fresh if item.text == query.text and item.at > asked_at), None
            )
            is_new = answers is None
            if answers is None:
                answers = await self._search(query, patient=patient)
                self.memory.add(answers)
        decision = await self.decide(wanted, answers.responses, quality)
        return Findings(answers=answers, decision=decision, is_new=is_new)

    async def has_spare(self) -> bool:
        """Tell whether what waits needs less than may still be searched for in this window."""
        left = await self._budget.left()
        return left > 0 and not await self._context.database.run(
            jobs.are_pending, JobKind.DOWNLOAD, left
        )

    async def asked(self, text: str, now: datetime) -> Question | None:
        """Return the same question when it was asked in the last hours, and nobody asked to look again."""
        question = self.memory.asked(text, now)
        return None if question is None or question.at < await self._since() else question

    async def knows(self, text: str, now: datetime) -> bool:
        """Tell whether a search could bring nothing that was not seen in the last hours."""
        return self.memory.knows(text, now, since=await self._since())

    async def _since(self) -> datetime:
        """Return when a person last asked to look again: what was asked before does not count."""
        moment = await self._context.database.run(network.asked_again_at)
        return moment or datetime.min.replace(tzinfo=UTC)

    async def decide(
        self,
        wanted: WantedRecording,
        responses: Sequence[PeerResponse],
        quality: Quality | QualityProfile,
    ) -> Decision:
        """Rank answers in an executor; peers that are cooling down are left out while others remain."""
        names = [response.username for response in responses]
        histories = await self._context.database.run(network.get_histories, names)
        now = self._context.clock.now()
        resting = {
            name
            for name, history in histories.items()
            if history.cooled_down_until is not None and history.cooled_down_until > now
        }
        awake = [response for response in responses if response.username not in resting]
        profile = quality if isinstance(quality, QualityProfile) else profile_for(quality)
        decision = await asyncio.to_thread(_rank, wanted, awake, profile, histories)
        if decision.outcome is Outcome.TAKE or not resting:
            return decision
        return await asyncio.to_thread(_rank, wanted, list(responses), profile, histories)

    async def clean_up(self) -> None:
        """Delete the searches that slskd still holds although nobody waits for them.

        A killed process leaves such behind, and one that lost slskd in mid-search. Raises the errors
        of the slskd room; what is left is for the next time. One that slskd does not let go of comes
        after the others.
        """
        put_off = self._put_off.current()
        limit = _CLEANED_AT_ONCE + len(put_off) + len(self._running)
        found = await self._context.database.run(network.own_searches, limit)
        for search_id in sorted(found, key=put_off.__contains__):
            if search_id in self._running:
                continue
            try:
                await self._context.slskd.stop_search(search_id)
                await self._context.slskd.delete_search(search_id)
            except UnreachableError:
                raise
            except ServiceError:
                self._put_off.add(search_id)
                raise
            await self._context.database.run(network.forget_search, search_id)

    async def _search(self, query: Query, *, patient: bool) -> Answers:
        """Wait for the budget, write the search down, send it, and forget it when slskd has."""
        while (wait := await self._budget.next_allowed() - self._context.clock.now()) > timedelta():
            if wait > _SHORT_WAIT and not patient:
                raise BudgetSpent(wait=wait)
            await self._context.clock.sleep(wait.total_seconds())
        search_id = str(uuid.uuid4())
        self._running.add(search_id)
        limits = self._limits(query)
        try:
            await self._budget.spend(search_id)
            result = await search(
                self._context.slskd, self._context.clock, search_id, query.text, limits=limits
            )
        finally:
            self._running.discard(search_id)
        if result.is_deleted:
            await self._context.database.run(network.forget_search, search_id)
        if result.is_throttled:
            await self._budget.note_throttled()
        elif result.responses:
            self._budget.note_answered()
        files = sum(len(response.files) for response in result.responses)
        is_below = len(result.responses) < limits.response_limit and files < limits.file_limit
        is_ended = result.record.state is not SearchState.CANCELLED  # Stopped, it went on too long.
        return Answers(
            text=query.text,
            kind=query.kind,
            words=words_of(query.text),
            at=self._context.clock.now(),
            responses=result.responses,
            is_conclusive=result.is_conclusive,
            is_whole=result.is_conclusive and is_below and is_ended,
        )

    def _limits(self, query: Query) -> SearchLimits:
        """Return how much of an answer is taken."""
        timeout_ms = round(self._context.settings.search_timeout * 1000)
        if query.kind not in _SHARED_KINDS:
            return SearchLimits(timeout_ms=timeout_ms)
        return SearchLimits(
            timeout_ms=timeout_ms, response_limit=_SHARED_RESPONSES, file_limit=_SHARED_FILES
        )


def _is_enough(answers: Answers, decision: Decision, quality: Quality | QualityProfile) -> bool:
    """Tell whether a source need not be compared with what an answer left out."""
    if answers.is_whole or answers.kind not in _SHARED_KINDS:
        return True
    if quality in (Quality.GOOD, Quality.ANY):
        return True
    return decision.pool[0].format in LOSSLESS


def shows_blocking(silent: Query, findings: Findings) -> bool:
    """Tell whether files were found that a query nobody answered should have brought.

    Then it was not their absence: the Soulseek server drops searches with some names.
    """
    words = words_of(silent.text)
    named = (*findings.decision.pool, *findings.decision.rejected)
    return any(words <= words_of(candidate.file.path) for candidate in named)


def _rank(
    wanted: WantedRecording,
    responses: Sequence[PeerResponse],
    profile: QualityProfile,
    histories: Mapping[str, PeerHistory],
) -> Decision:
    """Decide, and put the reasons into words at once: they are read in the event loop."""
    decision = rank(wanted, responses, profile, histories)
    decision.look()
    return decision
