"""Choose among everything a search brought."""

from collections.abc import Mapping, Sequence
from functools import partial
import heapq
from itertools import chain

from ..model import PeerHistory, PeerResponse, Reason, RemoteFile
from .decision import POOL_LIMIT, Candidate, Decision, Outcome
from .deferring import Later
from .judging import Judgement, contradicts, hear_siblings
from .lengths import LengthLevel, LengthMatch, estimate_bit_rate
from .paths import SURE_FORMATS, format_of
from .peers import peer_order
from .quality import QualityProfile
from .reading import FileReader, reader_of
from .siblings import ENOUGH_SIBLINGS, SiblingLevel, Siblings
from .surroundings import TitleLevel
from .wanted import WantedRecording
from .weighed import (
    Entry,
    Miss,
    Misses,
    Unread,
    candidate,
    entry_of,
    nearest,
    nearest_misses,
    order_of,
    sort_key,
    whole_judgement,
)

_SAYS_LITTLE = (LengthLevel.UNKNOWN, LengthLevel.IMPLAUSIBLE)
_NO_HISTORIES: Mapping[str, PeerHistory] = {}
# Files: of bigger answers the near misses are sought at once, as readers may sit in an event loop.
_SMALL_ANSWER = 300


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
    considered = sum([len(response.files) for response in responses])
    is_small = considered <= _SMALL_ANSWER
    weigher.weigh(responses, puts_off=is_small)
    weigher.hear_siblings(responses)
    decision, rejected = weigher.decide(considered)
    if not is_small:
        rejected.look()
    return decision


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
        self._taken: list[Entry] = []
        self._asked: list[Entry] = []
        self._misses = Misses()

    def _order_of(self, response: PeerResponse) -> tuple[int, ...]:
        """Return a peer's sort key, and remember it."""
        order = self._peers.get(response.username)
        if order is None:
            order = peer_order(response, self._histories.get(response.username))
            self._peers[response.username] = order
        return order

    def weigh(self, responses: Sequence[PeerResponse], *, puts_off: bool) -> None:
        """Judge every file; one whose name has nothing of the title is put aside at once.

        Answers hold thousands of files: the loop looks nothing up that it can keep at hand, and
        what is left early is not put in order yet. In a small answer a name that was not read before
        is not read at all when the length speaks against the file.
        """
        reader = self._reader
        titles, lengths, read_folder = reader.titles, reader.lengths, reader.folders.read
        without_title = TitleLevel.NONE
        plausible = LengthLevel.IMPLAUSIBLE
        others, missed = self._misses.others, self._misses.missed
        for response in responses:
            for file in response.files:
                if file.is_locked:
                    continue
                path = file.path
                cut = path.rfind("\\")
                slash = path.rfind("/", cut + 1)
                if slash >= 0:
                    cut = slash
                dot = path.rfind(".", cut + 1)
                if dot < 0:  # The whole name counts as the extension.
                    dot = cut
                stem, extension = path[cut + 1 : dot], path[dot + 1 :]
                format_name = SURE_FORMATS.get(extension) or format_of(
                    extension, file.bit_rate, file.bit_depth
                )
                if format_name is None:
                    continue
                title = titles.get(stem)
                if title is None:
                    if puts_off and self._put_off(response, file, format_name):
                        continue
                    title = reader.read_title(stem)
                match = title.match
                if match.level is without_title:
                    others.append((response, file))
                    continue
                length = lengths.get(file.length_s) or reader.read_length(file, format_name)
                misses = title.misses
                if length.level > plausible:
                    misses += contradicts(match, length)
                if misses:
                    missed.append(Miss(misses, match.level, length, response, file, format_name))
                    continue
                folder = read_folder(path[:cut] if cut > 0 else "")
                judgement = reader.judge(title, folder, length)
                self._file_away(response, file, format_name, length, judgement)

    def _put_off(self, response: PeerResponse, file: RemoteFile, format_name: str) -> bool:
        """Put a file aside unread when its length alone is enough to leave it."""
        reader = self._reader
        length = reader.lengths.get(file.length_s) or reader.read_length(file, format_name)
        if length.level is not LengthLevel.CONTRADICTS:
            return False
        self._misses.unread.append(Unread(response, file, format_name, length))
        return True

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
                fitting.append(Entry(order, response, file, format_name, length, judgement, None))
                return
        order = (
            judgement.misses,
            judgement.title.level,
            abs(length.seconds),
            response.username,
            file.path,
        )
        self._misses.judged.append(
            Entry(order, response, file, format_name, length, judgement, refusal)
        )

    def hear_siblings(self, responses: Sequence[PeerResponse]) -> None:
        """Let other files of a folder speak where a file's own length says nothing, or alone speaks against it."""
        seconds = self._target.seconds
        if seconds is None:
            return
        siblings = Siblings(responses)
        if any(_says_little(entry) for entry in self._taken):
            for entry in heapq.nsmallest(POOL_LIMIT, self._taken, key=sort_key):
                if _says_little(entry) and _has_siblings(entry.response, entry.file):
                    level = siblings.judge(entry.response.username, entry.file, seconds)
                    if level > SiblingLevel.SCALED:
                        self._taken.remove(entry)
                        self._sort_in(entry, level)
        if self._taken:
            return
        misses = self._misses
        answers = chain(
            (unread.response for unread in misses.unread), (miss.response for miss in misses.missed)
        )
        if not any(len(response.files) > ENOUGH_SIBLINGS for response in answers):
            return
        misses.read(self._reader)
        failed_once = [miss for miss in misses.missed if miss.misses == 1 and miss.file.length_s]
        for miss in heapq.nsmallest(POOL_LIMIT, failed_once, key=order_of):
            if _has_siblings(miss.response, miss.file):
                level = siblings.judge(miss.response.username, miss.file, seconds)
                if level is SiblingLevel.SCALED:
                    misses.missed.remove(miss)
                    self._sort_in(entry_of(miss), level)

    def _sort_in(self, entry: Entry, level: SiblingLevel) -> None:
        """Judge a file anew with what its siblings say."""
        judgement = hear_siblings(self._target, whole_judgement(self._reader, entry), level)
        self._file_away(entry.response, entry.file, entry.format, judgement.length, judgement)

    def decide(self, considered: int) -> tuple[Decision, Later[Candidate]]:
        """Return the decision for everything weighed so far, and its near misses to be made."""
        reader, misses = self._reader, self._misses
        pool: list[Entry] = self._taken or self._asked
        rejected = Later(partial(nearest_misses, reader, misses, is_all=not pool))
        if self._taken:
            outcome, key = Outcome.TAKE, "right_file_found"
            if self._asked:
                rejected = Later(partial(nearest, reader, self._asked))
        elif self._asked:
            outcome, key = Outcome.ASK, "needs_a_person"
        else:
            outcome, key = Outcome.LEAVE, "nothing_right" if misses else "nothing_found"
            if any(entry.refusal and _is_right(entry) for entry in misses.judged):
                key = "nothing_good_enough"
        best = heapq.nsmallest(POOL_LIMIT, pool, key=sort_key)
        decision = Decision(
            outcome=outcome,
            pool=tuple([candidate(reader, entry) for entry in best]),
            reason=Reason(key=key),
            files_considered=considered,
            rejected=rejected,
        )
        return decision, rejected


def _has_siblings(response: PeerResponse, file: RemoteFile) -> bool:
    """Tell whether a file's folder holds enough others to compare it with."""
    folder = file.path[: max(file.path.rfind("\\"), file.path.rfind("/")) + 1]
    return sum(other.path.startswith(folder) for other in response.files) > ENOUGH_SIBLINGS


def _is_right(entry: Entry) -> bool:
    """Tell whether a file is the wanted recording, whatever its quality."""
    return entry.judgement is not None and entry.judgement.outcome is Outcome.TAKE


def _says_little(entry: Entry) -> bool:
    """Tell whether a file's own length neither agrees nor disagrees."""
    return entry.judgement is not None and entry.judgement.length.level in _SAYS_LITTLE
