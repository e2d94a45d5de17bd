"""Choose among everything a search brought."""

from collections.abc import Mapping, Sequence
from functools import partial
import heapq

from ..model import PeerHistory, PeerResponse, Reason, RemoteFile
from .decision import POOL_LIMIT, Candidate, Decision, Outcome
from .deferring import Later
from .judging import Judgement, hear_siblings, is_borne_out, judge
from .lengths import LengthLevel, LengthMatch, estimate_bit_rate, is_cut_short
from .paths import SURE_FORMATS, format_of, split_name, split_path
from .peers import peer_order
from .quality import LOSSLESS, QualityProfile
from .reading import WITHOUT_TITLE, FileReader, reader_of
from .siblings import SiblingLevel, Siblings
from .wanted import WantedRecording
from .weighed import (
    Entry,
    Miss,
    Misses,
    Ordered,
    candidate,
    entry_of,
    nearest,
    nearest_misses,
    order_of,
    sort_key,
    whole_judgement,
)

# Format, bit rate (kbit/s), depth (bits) and sample rate (Hz); None is not told.
type Figures = tuple[str, int | None, int | None, int | None]

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
        self._has_bounds = profile.has_bounds
        self._histories = histories
        self._peers: dict[str, tuple[int, ...]] = {}
        self._qualities: dict[Figures, tuple[int, int]] = {}
        self._taken: list[Ordered] = []
        self._asked: list[Ordered] = []
        self._misses = Misses()

    def _order_of(self, response: PeerResponse) -> tuple[int, ...]:
        """Return a peer's sort key, and remember it."""
        order = peer_order(response, self._histories.get(response.username))
        self._peers[response.username] = order
        return order

    def _quality_of(self, figures: Figures) -> tuple[int, int]:
        """Return the sort key of a file's quality, and remember it: files share a few figures."""
        order = self._qualities[figures] = self._profile.order(*figures)
        return order

    def weigh(self, responses: Sequence[PeerResponse], *, puts_off: bool) -> None:
        """Judge every file; one whose name has nothing of the title is put aside at once.

        Answers hold thousands of files: the loop looks nothing up that it can keep at hand, and
        what is left early is not put in order yet. In a small answer a name is not read at all when
        the length speaks against the file.
        """
        reader = self._reader
        titles, lengths, read_length = reader.titles, reader.lengths, reader.read_length
        read_title, judge = reader.read_title, reader.judge
        misses = self._misses
        others, missed, unread, judged = misses.others, misses.missed, misses.unread, misses.judged
        implausible, contradicts = LengthLevel.IMPLAUSIBLE, LengthLevel.CONTRADICTS
        leave = Outcome.LEAVE
        for response in responses:
            for file in response.files:
                path = file.path
                format_name = SURE_FORMATS.get(path[path.rfind(".") + 1 :]) or format_of(
                    split_path(path)[2], file.bit_rate, file.bit_depth
                )
                if format_name is None or file.is_locked:
                    continue
                if puts_off:
                    length = lengths.get(file.length_s) or read_length(file, format_name)
                    if length.level is contradicts:
                        unread.append((response, file, format_name, length))
                        continue
                parent, _, name = path.rpartition("\\")
                if "/" in name:
                    parent, name = split_name(path)
                stem = name.rpartition(".")[0]
                title = titles.get(stem) or read_title(stem)
                if title is WITHOUT_TITLE:
                    others.append((response, file))
                    continue
                if not puts_off:
                    length = lengths.get(file.length_s) or read_length(file, format_name)
                count, level = title.misses, length.level
                if level > implausible and (level is contradicts or not title.is_full):
                    count += 1
                if count:
                    missed.append(
                        Miss(count, title.match.level, length, response, file, format_name)
                    )
                    continue
                judgement = judge(title, parent, length)
                if judgement.outcome is leave:
                    judged.append(Entry(response, file, format_name, length, judgement, None))
                else:
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
        if length.level <= LengthLevel.NEAR and is_cut_short(file, format_name):
            length = LengthMatch(LengthLevel.DOUBTFUL)
            judgement = judge(self._target, judgement.title, judgement.folder, length)
        profile, refusal = self._profile, None
        if judgement.outcome is not Outcome.LEAVE:
            is_lossless = format_name in LOSSLESS  # Then the bit rate plays no part.
            bit_rate = None if is_lossless else estimate_bit_rate(file, self._target.seconds)
            if self._has_bounds:
                refusal = profile.refusal(format_name, bit_rate, file.bit_depth, file.size)
            if refusal is None:
                figures = (format_name, bit_rate, file.bit_depth, file.sample_rate)
                order = (
                    judgement.certainty,
                    self._qualities.get(figures) or self._quality_of(figures),
                    self._peers.get(response.username) or self._order_of(response),
                    response.username,
                    file.path,
                )
                fitting = self._taken if judgement.outcome is Outcome.TAKE else self._asked
                entry = Entry(response, file, format_name, length, judgement, None)
                fitting.append((order, entry))
                return
        entry = Entry(response, file, format_name, length, judgement, refusal)
        self._misses.judged.append(entry)

    def hear_siblings(self, responses: Sequence[PeerResponse]) -> None:
        """Let other files of a folder speak where a file's own length says nothing, or alone speaks against it."""
        seconds = self._target.seconds
        if seconds is None:
            return
        siblings = Siblings(responses)
        if any(entry.length.level in _SAYS_LITTLE for _, entry in self._taken):
            for item in heapq.nsmallest(POOL_LIMIT, self._taken, key=sort_key):
                entry = item[1]
                if entry.length.level in _SAYS_LITTLE and siblings.has_enough(
                    entry.response, entry.file
                ):
                    level = siblings.judge(entry.response.username, entry.file, seconds)
                    if level > SiblingLevel.SCALED:
                        self._taken.remove(item)
                        self._sort_in(entry, level)
        self._doubt_strange_folders(siblings, seconds)
        if self._taken:
            return
        crowded = siblings.crowded()
        if not crowded:
            return
        misses = self._misses
        misses.read(self._reader, siblings.has_enough, crowded)
        failed_once = [
            miss
            for miss in misses.missed
            if miss.misses == 1
            and id(miss.response) in crowded
            and miss.file.length_s
            and siblings.has_enough(miss.response, miss.file)
        ]
        for miss in heapq.nsmallest(POOL_LIMIT, failed_once, key=order_of):
            level = siblings.judge(miss.response.username, miss.file, seconds)
            if level is SiblingLevel.SCALED:
                misses.missed.remove(miss)
                self._sort_in(entry_of(miss), level)

    def _doubt_strange_folders(self, siblings: Siblings, seconds: float) -> None:
        """Ask about the best file while the other songs of its folder have other lengths than elsewhere."""
        for _ in range(min(POOL_LIMIT, len(self._taken))):
            item = min(self._taken, key=sort_key)
            entry = item[1]
            if not _is_open_to_doubt(entry) or not siblings.has_enough(entry.response, entry.file):
                return
            level = siblings.judge(entry.response.username, entry.file, seconds)
            if level <= SiblingLevel.SCALED:
                return
            self._taken.remove(item)
            self._sort_in(entry, level)

    def _sort_in(self, entry: Entry, level: SiblingLevel) -> None:
        """Judge a file anew with what its siblings say."""
        judgement = hear_siblings(self._target, whole_judgement(self._reader, entry), level)
        self._file_away(entry.response, entry.file, entry.format, judgement.length, judgement)

    def decide(self, considered: int) -> tuple[Decision, Later[Candidate]]:
        """Return the decision for everything weighed so far, and its near misses to be made."""
        reader, misses = self._reader, self._misses
        pool = self._taken or self._asked
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
        best = sorted(pool, key=sort_key)[:POOL_LIMIT]
        decision = Decision(
            outcome=outcome,
            pool=tuple([candidate(reader, entry) for _, entry in best]),
            reason=Reason(key=key),
            files_considered=considered,
            rejected=rejected,
        )
        return decision, rejected


def _is_open_to_doubt(entry: Entry) -> bool:
    """Tell whether what other files of the folder say could change the choice."""
    return entry.judgement is not None and not is_borne_out(entry.judgement)


def _is_right(entry: Entry) -> bool:
    """Tell whether a file is the wanted recording, whatever its quality."""
    return entry.judgement is not None and entry.judgement.outcome is Outcome.TAKE
