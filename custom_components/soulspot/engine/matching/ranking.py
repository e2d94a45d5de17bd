"""Choose among everything a search brought."""

from collections.abc import Mapping, Sequence
from functools import partial
import heapq
from operator import itemgetter
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
from .deferring import Later
from .explaining import explain
from .judging import ArtistLevel, Judgement, contradicts, hear_siblings, judge
from .lengths import LengthLevel, LengthMatch, estimate_bit_rate
from .paths import SURE_FORMATS, format_of
from .peers import peer_order
from .quality import QualityProfile
from .reading import FileReader, reader_of
from .siblings import ENOUGH_SIBLINGS, SiblingLevel, Siblings
from .surroundings import TitleLevel
from .wanted import WantedRecording

_SAYS_LITTLE = (LengthLevel.UNKNOWN, LengthLevel.IMPLAUSIBLE)
_NO_HISTORIES: Mapping[str, PeerHistory] = {}
_order = itemgetter(0)  # An entry's sort key, best first.


class _Entry(NamedTuple):
    """Hold a weighed file until it is known whether anybody wants to read about it."""

    order: tuple[object, ...]
    response: PeerResponse
    file: RemoteFile
    format: str
    length: LengthMatch
    judgement: Judgement | None  # None when the name and the length alone were enough to leave it.
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
    weigher = _Weigher(reader_of(wanted), profile, histories)
    weigher.weigh(responses)
    weigher.hear_siblings(responses)
    return weigher.decide(sum([len(response.files) for response in responses]))


class _Weigher:
    """Weigh the files of an answer one by one."""

    def __init__(
        self, reader: FileReader, profile: QualityProfile, histories: Mapping[str, PeerHistory]
    ) -> None:
        """Begin without any file."""
        self._reader = reader
        self._target = reader.target
        self._profile = profile
        self._histories = histories
        self._peers: dict[str, tuple[int, ...]] = {}
        self._taken: list[_Entry] = []
        self._asked: list[_Entry] = []
        self._left: list[_Entry] = []
        self._others: list[tuple[PeerResponse, RemoteFile]] = []  # Without the title.

    def _order_of(self, response: PeerResponse) -> tuple[int, ...]:
        """Return a peer's sort key, and remember it."""
        order = self._peers.get(response.username)
        if order is None:
            order = peer_order(response, self._histories.get(response.username))
            self._peers[response.username] = order
        return order

    def weigh(self, responses: Sequence[PeerResponse]) -> None:
        """Judge every file; one whose name has nothing of the title is put aside at once.

        Everything the loop needs is at hand in a name of its own: answers hold thousands of files.
        """
        reader = self._reader
        titles, lengths, read_folder = reader.titles, reader.lengths, reader.folders.read
        others, left = self._others, self._left
        for response in responses:
            username = response.username
            for file in response.files:
                if file.is_locked:
                    continue
                path = file.path
                cut = path.rfind("\\")
                slash = path.rfind("/", cut + 1)
                if slash >= 0:
                    cut = slash
                stem, _, extension = path[cut + 1 :].rpartition(".")
                format_name = SURE_FORMATS.get(extension) or format_of(
                    extension, file.bit_rate, file.bit_depth
                )
                if format_name is None:
                    continue
                title = titles.get(stem) or reader.read_title(stem)
                match = title.match
                if match.level is TitleLevel.NONE:
                    others.append((response, file))
                    continue
                length = lengths.get(file.length_s) or reader.read_length(file, format_name)
                misses = title.misses + contradicts(match, length)
                if misses:
                    order = (misses, match.level, abs(length.seconds), username, path)
                    left.append(_Entry(order, response, file, format_name, length, None, None))
                    continue
                folder = read_folder(path[:cut] if cut > 0 else "")
                judgement = reader.judge(title, folder, length)
                self._file_away(response, file, format_name, length, judgement)

    def _file_away(
        self,
        response: PeerResponse,
        file: RemoteFile,
        format_name: str,
        length: LengthMatch,
        judgement: Judgement,
    ) -> None:
        """Put a judged file where it belongs."""
        outcome = judgement.outcome
        refusal = None
        if outcome is not Outcome.LEAVE:
            bit_rate = estimate_bit_rate(file, self._target.seconds)
            refusal = self._profile.refusal(format_name, bit_rate, file.bit_depth, file.size)
            if refusal is None:
                quality = self._profile.order(
                    format_name, bit_rate, file.bit_depth, file.sample_rate
                )
                order: tuple[object, ...] = (
                    judgement.certainty,
                    quality,
                    self._order_of(response),
                    response.username,
                    file.path,
                )
                fitting = self._taken if outcome is Outcome.TAKE else self._asked
                fitting.append(_Entry(order, response, file, format_name, length, judgement, None))
                return
        order = (
            judgement.misses,
            judgement.title.level,
            abs(length.seconds),
            response.username,
            file.path,
        )
        self._left.append(_Entry(order, response, file, format_name, length, judgement, refusal))

    def hear_siblings(self, responses: Sequence[PeerResponse]) -> None:
        """Let other files of a folder speak where a file's own length says nothing, or alone speaks against it."""
        seconds = self._target.seconds
        if seconds is None:
            return
        siblings = Siblings(responses)
        if any(_says_little(entry) for entry in self._taken):
            for entry in heapq.nsmallest(POOL_LIMIT, self._taken, key=_order):
                if _says_little(entry) and self._has_siblings(entry):
                    level = siblings.judge(entry.response.username, entry.file, seconds)
                    if level > SiblingLevel.SCALED:
                        self._taken.remove(entry)
                        self._sort_in(entry, level)
        if self._taken:
            return
        left = [entry for entry in self._left if _failed_once(entry)]
        for entry in heapq.nsmallest(POOL_LIMIT, left, key=_order):
            if self._has_siblings(entry):
                level = siblings.judge(entry.response.username, entry.file, seconds)
                if level is SiblingLevel.SCALED:
                    self._left.remove(entry)
                    self._sort_in(entry, level)

    def _has_siblings(self, entry: _Entry) -> bool:
        """Tell whether a file's folder holds enough others to compare it with."""
        path = entry.file.path
        folder = path[: max(path.rfind("\\"), path.rfind("/")) + 1]
        files = entry.response.files
        return sum(file.path.startswith(folder) for file in files) > ENOUGH_SIBLINGS

    def _sort_in(self, entry: _Entry, level: SiblingLevel) -> None:
        """Judge a file anew with what its siblings say."""
        judgement = hear_siblings(self._target, _whole_judgement(self._reader, entry), level)
        self._file_away(entry.response, entry.file, entry.format, judgement.length, judgement)

    def decide(self, considered: int) -> Decision:
        """Return the decision for everything weighed so far."""
        rest = self._left
        if self._taken:
            outcome, key, pool = Outcome.TAKE, "right_file_found", self._taken
            rest = self._asked or rest
        elif self._asked:
            outcome, key, pool = Outcome.ASK, "needs_a_person", self._asked
        else:
            outcome, pool = Outcome.LEAVE, []
            key = "nothing_right" if rest or self._others else "nothing_found"
            if any(entry.refusal and _is_right(entry) for entry in rest):
                key = "nothing_good_enough"
            rest = rest or self._some_others()
        return Decision(
            outcome=outcome,
            pool=tuple(
                _candidate(self._reader, entry)
                for entry in heapq.nsmallest(POOL_LIMIT, pool, key=_order)
            ),
            reason=Reason(key=key),
            files_considered=considered,
            rejected=Later(
                partial(
                    _candidates, self._reader, heapq.nsmallest(REJECTED_LIMIT, rest, key=_order)
                )
            ),
        )

    def _some_others(self) -> list[_Entry]:
        """Return a few of the files without the title: so that it is seen what came instead."""
        few = heapq.nsmallest(
            REJECTED_LIMIT, self._others, key=lambda item: (item[0].username, item[1].path)
        )
        entries = []
        for response, file in few:
            extension = file.path.rpartition(".")[2]
            format_name = format_of(extension, file.bit_rate, file.bit_depth) or extension
            length = self._reader.read_length(file, format_name)
            entries.append(
                _Entry(
                    (response.username, file.path), response, file, format_name, length, None, None
                )
            )
        return entries


def _candidates(reader: FileReader, entries: Sequence[_Entry]) -> list[Candidate]:
    """Return weighed files with their evidence."""
    return [_candidate(reader, entry) for entry in entries]


def _candidate(reader: FileReader, entry: _Entry) -> Candidate:
    """Return a weighed file with its evidence in words."""
    judgement = entry.judgement or _whole_judgement(reader, entry)
    return Candidate(
        username=entry.response.username,
        file=entry.file,
        format=entry.format,
        bit_rate=estimate_bit_rate(entry.file, reader.target.seconds),
        outcome=Outcome.LEAVE if entry.refusal else judgement.outcome,
        evidence=Later(partial(_explain, reader, entry, judgement)),
    )


def _explain(reader: FileReader, entry: _Entry, judgement: Judgement) -> Sequence[Evidence]:
    """Return the evidence of a judgement, and of the profile where it refuses the file."""
    if judgement.artist is ArtistLevel.OTHER:  # The reason quotes the file's own folder.
        judgement = _whole_judgement(reader, entry)
    evidence = explain(judgement)
    if entry.refusal is not None:
        evidence += (
            Evidence(field=EvidenceField.FILE, verdict=Verdict.CONTRADICTS, reason=entry.refusal),
        )
    return evidence


def _whole_judgement(reader: FileReader, entry: _Entry) -> Judgement:
    """Return a judgement with the file's own folder, or all the evidence of a file left early."""
    path = entry.file.path
    cut = max(path.rfind("\\"), path.rfind("/"))
    folder = reader.folders.read(path[:cut] if cut > 0 else "")
    if entry.judgement is not None:
        return entry.judgement._replace(folder=folder)
    stem = path[cut + 1 :].rpartition(".")[0]
    title = (reader.titles.get(stem) or reader.read_title(stem)).match
    return judge(reader.target, title, folder, entry.length)


def _is_right(entry: _Entry) -> bool:
    """Tell whether a file is the wanted recording, whatever its quality."""
    return entry.judgement is not None and entry.judgement.outcome is Outcome.TAKE


def _says_little(entry: _Entry) -> bool:
    """Tell whether a file's own length neither agrees nor disagrees."""
    return entry.judgement is not None and entry.judgement.length.level in _SAYS_LITTLE


def _failed_once(entry: _Entry) -> bool:
    """Tell whether an advertised length is the first thing that speaks against a file."""
    return entry.judgement is None and entry.order[0] == 1 and bool(entry.file.length_s)
