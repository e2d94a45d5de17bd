"""Search for a track and show what would be done, without downloading."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from ...matching import Candidate, Outcome, Verdict, WantedRecording
from ...model import Quality, Reason, TrackMetadata
from ...views import SearchReport
from ..context import Context
from .find_sources import Findings, FindSources
from .search_plan import ladder

_SHOWN_KEPT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSearchRequest:
    """Ask for a search; a person's own words replace the usual queries."""

    metadata: TrackMetadata
    query: str | None
    quality: Quality
    maximum_results: int = 10


class PreviewSearch:
    """Search as a download would, and report the decision with its reasons."""

    def __init__(self, context: Context, sources: FindSources) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._sources = sources
        self._shown: OrderedDict[tuple[str, str], dict[str, object]] = OrderedDict()

    def find_shown(self, username: str, path: str) -> dict[str, object] | None:
        """Return a file that a search has shown lately, as a candidate is stored; None when unknown."""
        return self._shown.get((username, path))

    def _remember(self, candidates: Iterable[Candidate]) -> None:
        """Keep what was shown, for a bounded number of files, so that a person can choose one."""
        for candidate in candidates:
            self._shown[candidate.username, candidate.file.path] = dict(candidate.to_json())
        while len(self._shown) > _SHOWN_KEPT:
            self._shown.popitem(last=False)

    async def execute(self, request: PreviewSearchRequest) -> SearchReport:
        """Try the queries until one brings a certain candidate.

        Raises InputError when there is nothing to search for, and the errors of the slskd room.
        """
        wanted = WantedRecording.from_metadata(request.metadata)
        best: Findings | None = None
        asked: list[str] = []
        responses = files = 0
        for step in ladder(wanted, request.query):
            findings = await self._sources.ask(wanted, step, request.quality, patient=True)
            asked.append(step.text)
            responses += findings.responses
            files += findings.files
            if best is None or _rank(findings) < _rank(best):
                best = findings
            if findings.decision.outcome is Outcome.TAKE:
                break
        assert best is not None  # A ladder has at least one step.
        decision = best.decision
        shown = (*decision.pool, *decision.rejected)[: request.maximum_results]
        self._remember(shown)
        return SearchReport(
            outcome=decision.outcome.value,
            reason=decision.reason,
            queries=tuple(asked),
            responses=responses,
            files=files,
            candidates=tuple(_shown(candidate) for candidate in shown),
        )


def _rank(findings: Findings) -> int:
    """Return the sort key, best outcome first."""
    return list(Outcome).index(findings.decision.outcome)


def _shown(candidate: Candidate) -> dict[str, object]:
    """Return a candidate for people."""
    return {
        "peer": candidate.username,
        "file": candidate.file.path,
        "size": candidate.file.size,
        "format": candidate.format,
        "bit_rate": candidate.bit_rate,
        "length": candidate.file.length_s,
        "outcome": candidate.outcome.value,
        "why": candidate.sentence,
        "reasons": _decisive(candidate),
    }


def _decisive(candidate: Candidate) -> tuple[Reason, ...]:
    """Return what decided about a candidate: what contradicts, else what is doubtful, else what agrees."""
    for verdict in (Verdict.CONTRADICTS, Verdict.DOUBTFUL, Verdict.AGREES, Verdict.SILENT):
        found = tuple(item.reason for item in candidate.evidence if item.verdict is verdict)
        if found:
            return found
    return ()
