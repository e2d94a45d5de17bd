"""Choose among everything a search brought."""

from collections.abc import Mapping, Sequence
import heapq
from typing import NamedTuple

from ..model import PeerHistory, PeerResponse, Reason, RemoteFile
from .decision import (
    POOL_LIMIT,
    REJECTED_LIMIT,
    Candidate,
    Decision,
    Evidence,
    EvidenceField,
    Outcome,
    Verdict,
)
from .explaining import explain
from .folders import FolderMatch, FolderReader
from .judging import Judgement, judge
from .lengths import estimate_bit_rate, match_length
from .names import parse_name
from .paths import format_of, split_folders
from .peers import peer_order
from .quality import QualityProfile
from .surroundings import TitleLevel, TitleMatch
from .target import Target, prepare
from .titles import match_title
from .wanted import WantedRecording

_NO_HISTORIES: Mapping[str, PeerHistory] = {}


class _Entry(NamedTuple):
    """Hold a weighed file until it is known whether anybody wants to read about it."""

    order: tuple[object, ...]
    username: str
    file: RemoteFile
    format: str
    judgement: Judgement
    refusal: Reason | None


def rank(
    wanted: WantedRecording,
    responses: Sequence[PeerResponse],
    profile: QualityProfile,
    histories: Mapping[str, PeerHistory] = _NO_HISTORIES,
) -> Decision:
    """Return what to take, what to ask about, or why to leave everything.

    Identity comes first: quality and peers only order what is the wanted recording. Locked files
    are never considered. Nothing here waits or reads a clock; peers that are to be left alone for
    a while are for the caller to leave out.
    """
    weigher = _Weigher(prepare(wanted), profile)
    considered = 0
    for response in responses:
        considered += len(response.files)
        peer = peer_order(response, histories.get(response.username))
        for file in response.files:
            if not file.is_locked:
                weigher.weigh(response.username, file, peer)
    return weigher.decide(considered)


class _Weigher:
    """Weigh files one by one; folders and names that come again are read once."""

    def __init__(self, target: Target, profile: QualityProfile) -> None:
        """Remember nothing yet."""
        self._target = target
        self._profile = profile
        self._titles: dict[str, TitleMatch] = {}
        self._parents: dict[str, FolderMatch] = {}
        self._folders = FolderReader(target)
        self._entries: dict[Outcome, list[_Entry]] = {outcome: [] for outcome in Outcome}
        self._heard_audio = False

    def weigh(self, username: str, file: RemoteFile, peer: tuple[int, ...]) -> None:
        """Judge a file; one whose name has nothing of the title is forgotten at once."""
        path = file.path
        cut = max(path.rfind("\\"), path.rfind("/"))
        name = path[cut + 1 :]
        stem, _, extension = name.rpartition(".")
        format_name = format_of(extension, file.bit_rate, file.bit_depth)
        if format_name is None:
            return
        self._heard_audio = True
        title = self._titles.get(stem)
        if title is None:
            title = self._titles[stem] = match_title(self._target, parse_name(stem))
        if title.level is TitleLevel.NONE:
            return
        parent = path[:cut] if cut > 0 else ""
        folder = self._parents.get(parent)
        if folder is None:
            folder = self._parents[parent] = self._folders.read(split_folders(parent))
        target = self._target
        judgement = judge(target, title, folder, match_length(target.seconds, file, format_name))
        if judgement.outcome is Outcome.LEAVE:
            order: tuple[object, ...] = (judgement.misses, title.level, username, path)
            self._entries[Outcome.LEAVE].append(
                _Entry(order, username, file, format_name, judgement, None)
            )
            return
        bit_rate = estimate_bit_rate(file, target.seconds)
        refusal = self._profile.refusal(format_name, bit_rate, file.bit_depth, file.size)
        if refusal is not None:
            order = (0, title.level, username, path)
            self._entries[Outcome.LEAVE].append(
                _Entry(order, username, file, format_name, judgement, refusal)
            )
            return
        quality = self._profile.order(format_name, bit_rate, file.bit_depth, file.sample_rate)
        order = (judgement.certainty, quality, peer, username, path)
        self._entries[judgement.outcome].append(
            _Entry(order, username, file, format_name, judgement, None)
        )

    def decide(self, considered: int) -> Decision:
        """Return the decision for everything weighed so far."""
        taken, asked, left = (
            self._entries[outcome] for outcome in (Outcome.TAKE, Outcome.ASK, Outcome.LEAVE)
        )
        rest = left
        if taken:
            outcome, key, pool = Outcome.TAKE, "right_file_found", taken
            rest = asked or left
        elif asked:
            outcome, key, pool = Outcome.ASK, "needs_a_person", asked
        else:
            outcome, pool = Outcome.LEAVE, []
            key = "nothing_right" if self._heard_audio else "nothing_found"
            if any(entry.refusal and entry.judgement.outcome is Outcome.TAKE for entry in left):
                key = "nothing_good_enough"
        return Decision(
            outcome=outcome,
            pool=tuple(
                self._candidate(entry) for entry in heapq.nsmallest(POOL_LIMIT, pool, key=_order)
            ),
            reason=Reason(key=key),
            files_considered=considered,
            rejected=tuple(
                self._candidate(entry)
                for entry in heapq.nsmallest(REJECTED_LIMIT, rest, key=_order)
            ),
        )

    def _candidate(self, entry: _Entry) -> Candidate:
        """Return a weighed file with its evidence in words."""
        evidence = explain(entry.judgement)
        if entry.refusal is not None:
            evidence += (
                Evidence(
                    field=EvidenceField.FILE, verdict=Verdict.CONTRADICTS, reason=entry.refusal
                ),
            )
        return Candidate(
            username=entry.username,
            file=entry.file,
            format=entry.format,
            bit_rate=estimate_bit_rate(entry.file, self._target.seconds),
            outcome=Outcome.LEAVE if entry.refusal else entry.judgement.outcome,
            evidence=evidence,
        )


def _order(entry: _Entry) -> tuple[object, ...]:
    """Return an entry's sort key, best first."""
    return entry.order
