"""Search the network for a track and decide among the answers."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
import uuid

from ..errors import InputError
from ..matching import (
    Decision,
    EvidenceField,
    Outcome,
    Query,
    QueryKind,
    Verdict,
    WantedRecording,
    fold,
    profile_for,
    queries,
    rank,
)
from ..model import Album, PeerResponse, Quality, Reason
from ..queue.budget import SearchBudget
from ..slskd.models import SearchLimits
from ..slskd.searching import search
from ..store import network
from .context import Context

# Whoever waits for a person's answer may wait this long for the lane; jobs come back later instead.
_SHORT_WAIT = timedelta(seconds=6)
# One answer serves every wanted track whose words contain the query's, as long as it is fresh.
_ANSWERS_KEPT = 8
_TELLING_WORDS = 3
_ANSWERS_FRESH = timedelta(minutes=10)


class BudgetSpent(Exception):
    """Say that no search may be sent for a while."""

    def __init__(self, wait: timedelta) -> None:
        """Keep how long."""
        super().__init__(f"no search for {wait}")
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentAnswers:
    """Hold what a search brought a while ago; `words` are those every path in it contains."""

    text: str
    words: frozenset[str]
    at: datetime
    responses: tuple[PeerResponse, ...]
    is_conclusive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Hold what one query brought and what was decided; counts are of peers and files."""

    query: str
    decision: Decision
    responses: int
    files: int
    is_conclusive: bool

    @property
    def is_everything(self) -> bool:
        """Tell whether the answer was cut short neither by trouble nor by slskd's limits."""
        limits = SearchLimits()
        is_whole = self.responses < limits.response_limit and self.files < limits.file_limit
        return self.is_conclusive and is_whole

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
        self._recent: deque[RecentAnswers] = deque(maxlen=_ANSWERS_KEPT)
        self._running: set[str] = set()

    def ladder(
        self,
        wanted: WantedRecording,
        query: str | None,
        *,
        rounds: int,
        is_artist_blocked: bool = False,
    ) -> tuple[Query, ...]:
        """Return the queries to try in order; a person's own words stand alone.

        Wildcards help only against words that the server drops, and cost every peer work: they are
        a last resort, left to later rounds. A later round is one query, mostly the widest one: what
        nobody had yesterday is not worth a search for every wording of it. Searches with a blocked
        artist would reach nobody. Raises InputError when there is nothing to search for.
        """
        if query is not None:
            return (Query(text=query, kind=QueryKind.FULL),)
        steps = queries(wanted)
        if not steps:
            raise InputError("nothing_to_search_for")
        if is_artist_blocked:
            name = artist_words(wanted)
            free = tuple(step for step in steps if not name or not name <= _words(step.text))
            return free or steps
        if rounds == 0:
            steps = tuple(step for step in steps if step.kind is not QueryKind.WILDCARD) or steps
            return tuple(sorted(steps, key=lambda step: not _says_enough(step)))
        widest = next((step for step in steps if step.kind is QueryKind.TITLE), steps[0])
        others = [step for step in steps if step is not widest]
        if rounds % 4 != 0 or not others:
            return (widest,)
        return (others[-(rounds // 4) % len(others)],)

    async def recall(
        self, wanted: WantedRecording, names: Iterable[str], quality: Quality
    ) -> Findings | None:
        """Decide by recent answers that could hold the track, without a search; None without any.

        An answer could hold it when each of its query's words belongs to the track or its album.
        """
        words = _words(" ".join((*wanted.artists, *names, wanted.album or "", wanted.title)))
        oldest = self._context.clock.now() - _ANSWERS_FRESH
        for answers in reversed(self._recent):
            if answers.at >= oldest and answers.words <= words:
                decision = await self.decide(wanted, answers.responses, quality)
                if decision.outcome is Outcome.TAKE:
                    return _findings(answers.text, decision, answers.responses, is_conclusive=True)
        return None

    def album_query(self, album: Album | None) -> Query | None:
        """Return the query for a whole album, or None when it was sent a moment ago or cannot be."""
        if album is None or not album.artists:
            return None
        names = tuple(artist.name for artist in album.artists)
        step = next(iter(queries(WantedRecording(title=album.name, artists=names))), None)
        oldest = self._context.clock.now() - _ANSWERS_FRESH
        if step is None or any(
            answers.text == step.text and answers.at >= oldest for answers in self._recent
        ):
            return None
        return step

    async def ask(
        self,
        wanted: WantedRecording,
        query: Query,
        quality: Quality,
        *,
        patient: bool = False,
    ) -> Findings:
        """Send one search and rank the answers off the event loop.

        Two tracks of one album come up together and ask for the same: the second takes the answer
        to the first. Raises BudgetSpent unless `patient`, which waits; and the errors of the slskd room.
        """
        asked_at = self._context.clock.now()
        async with self._budget.lane:
            answers = self._answered_since(query.text, asked_at)
            if answers is None:
                answers = await self._search(query.text, patient=patient)
                self._recent.append(answers)
        decision = await self.decide(wanted, answers.responses, quality)
        return _findings(
            query.text, decision, answers.responses, is_conclusive=answers.is_conclusive
        )

    def _answered_since(self, text: str, moment: datetime) -> RecentAnswers | None:
        """Return what the same query brought while somebody waited for the lane."""
        return next((item for item in self._recent if item.text == text and item.at > moment), None)

    async def decide(
        self,
        wanted: WantedRecording,
        responses: Sequence[PeerResponse],
        quality: Quality,
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
        profile = profile_for(quality)
        decision = await asyncio.to_thread(rank, wanted, awake, profile, histories)
        if decision.outcome is Outcome.TAKE or not resting:
            return decision
        return await asyncio.to_thread(rank, wanted, list(responses), profile, histories)

    async def clean_up(self) -> None:
        """Delete the searches that slskd still holds although nobody waits for them.

        A killed process leaves such behind, and one that lost slskd in mid-search. Raises the errors
        of the slskd room; what is left is for the next time.
        """
        for search_id in await self._context.database.run(network.own_searches):
            if search_id in self._running:
                continue
            await self._context.slskd.stop_search(search_id)
            await self._context.slskd.delete_search(search_id)
            await self._context.database.run(network.forget_search, search_id)

    async def _search(self, text: str, *, patient: bool) -> RecentAnswers:
        """Wait for the budget, write the search down, send it, and forget it when slskd has."""
        while (wait := await self._budget.next_allowed() - self._context.clock.now()) > timedelta():
            if wait > _SHORT_WAIT and not patient:
                raise BudgetSpent(wait=wait)
            await self._context.clock.sleep(wait.total_seconds())
        search_id = str(uuid.uuid4())
        self._running.add(search_id)
        try:
            await self._budget.spend(search_id)
            limits = SearchLimits(timeout_ms=round(self._context.settings.search_timeout * 1000))
            result = await search(
                self._context.slskd, self._context.clock, search_id, text, limits=limits
            )
        finally:
            self._running.discard(search_id)
        if result.is_deleted:
            await self._context.database.run(network.forget_search, search_id)
        if result.is_throttled:
            await self._budget.note_throttled()
        elif result.responses:
            self._budget.note_answered()
        return RecentAnswers(
            text=text,
            words=_words(text),
            at=self._context.clock.now(),
            responses=result.responses,
            is_conclusive=result.is_conclusive,
        )


def _findings(
    text: str, decision: Decision, responses: Sequence[PeerResponse], *, is_conclusive: bool
) -> Findings:
    """Count an answer and put it together with its decision."""
    return Findings(
        query=text,
        decision=decision,
        responses=len(responses),
        files=sum(len(response.files) for response in responses),
        is_conclusive=is_conclusive,
    )


def artist_words(wanted: WantedRecording) -> frozenset[str]:
    """Return the folded words of the first artist."""
    return _words(wanted.artists[0]) if wanted.artists else frozenset()


def shows_blocking(silent: Query, findings: Findings) -> bool:
    """Tell whether files were found that a query nobody answered should have brought.

    Then it was not their absence: the Soulseek server drops searches with some names.
    """
    words = _words(silent.text)
    named = (*findings.decision.pool, *findings.decision.rejected)
    return any(words <= _words(candidate.file.path) for candidate in named)


def _says_enough(query: Query) -> bool:
    """Tell whether a title is so telling that it goes before any narrower query."""
    return query.kind is QueryKind.TITLE and len(query.text.split()) >= _TELLING_WORDS


def narrows(query: Query, asked: Iterable[str]) -> bool:
    """Tell whether a query can only bring what one of these texts has brought already."""
    words = set(query.text.casefold().split())
    return any(set(text.casefold().split()) <= words for text in asked)


def _words(text: str) -> frozenset[str]:
    """Return the distinct words of a text, folded."""
    return frozenset(fold(text).split())


def not_found(findings: int) -> Reason:
    """Return why nothing was taken."""
    return Reason(
        key="no_results" if findings == 0 else "no_match",
        placeholders={"files": str(findings)},
    )
