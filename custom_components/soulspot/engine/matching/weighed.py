"""Hold weighed files, and tell about those that somebody wants to read about."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
import heapq
from operator import itemgetter
from typing import NamedTuple

from ..model import PeerResponse, Reason, RemoteFile
from .decision import REJECTED_LIMIT, Candidate, Evidence, EvidenceField, Outcome, Verdict
from .deferring import Later
from .explaining import explain
from .judging import ArtistLevel, Judgement, contradicts, judge
from .lengths import LengthMatch, estimate_bit_rate
from .paths import format_of, split_path
from .reading import WITHOUT_TITLE, FileReader
from .surroundings import TitleLevel


class Entry(NamedTuple):
    """Hold a weighed file until it is known whether anybody wants to read about it."""

    response: PeerResponse
    file: RemoteFile
    format: str
    length: LengthMatch
    judgement: Judgement | None  # None when the name and the length alone were enough to leave it.
    refusal: Reason | None


class Miss(NamedTuple):
    """Hold a file that its name and its length alone were enough to leave."""

    misses: int
    level: TitleLevel
    length: LengthMatch
    response: PeerResponse
    file: RemoteFile
    format: str


def entry_of(miss: Miss) -> Entry:
    """Return a miss as a weighed file."""
    return Entry(miss.response, miss.file, miss.format, miss.length, None, None)


def order_of(miss: Miss) -> tuple[object, ...]:
    """Return a sort key, the nearest misses first."""
    path = miss.file.path
    return (miss.misses, miss.level, abs(miss.length.seconds), miss.response.username, path)


# Answer, file, format and length of a file whose length alone was enough to leave it.
type Unread = tuple[PeerResponse, RemoteFile, str, LengthMatch]
type Asks = Callable[[PeerResponse, RemoteFile], bool]


@dataclass(slots=True)
class Misses:
    """Hold everything that is neither taken nor worth asking about."""

    judged: list[Entry] = field(default_factory=list)
    missed: list[Miss] = field(default_factory=list)
    others: list[tuple[PeerResponse, RemoteFile]] = field(
        default_factory=list
    )  # Without the title.
    unread: list[Unread] = field(default_factory=list)  # Names are read only if anybody asks.

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.judged or self.missed or self.others or self.unread)

    def read(
        self, reader: FileReader, asks: Asks | None = None, of: frozenset[int] = frozenset()
    ) -> None:
        """Read the names that were not worth reading so far, or those of them that somebody asks for.

        `of` holds the identities of the answers that may hold such files.
        """
        unread, self.unread = self.unread, []
        for item in unread:
            response, file, format_name, length = item
            if asks is not None and (id(response) not in of or not asks(response, file)):
                self.unread.append(item)
                continue
            title = reader.title_of(file.path)
            if title is WITHOUT_TITLE:
                self.others.append((response, file))
                continue
            misses = title.misses + contradicts(title.match, length)
            self.missed.append(Miss(misses, title.match.level, length, response, file, format_name))


type Ordered = tuple[tuple[object, ...], Entry]  # With its place among the others.
sort_key = itemgetter(0)


def nearest_misses(reader: FileReader, misses: Misses, *, is_all: bool) -> list[Candidate]:
    """Return what came nearest to being taken; when it is all there is, at least files without the title."""
    misses.read(reader)
    if is_all and not misses.judged and not misses.missed:
        return some_others(reader, misses.others)
    ordered = [(_miss_order(entry), entry) for entry in misses.judged]
    ordered += [(order_of(miss), entry_of(miss)) for miss in misses.missed]
    return nearest(reader, ordered)


def _miss_order(entry: Entry) -> tuple[object, ...]:
    """Return a judged file's sort key among the misses."""
    whole = entry.judgement
    assert whole is not None
    path = entry.file.path
    seconds = abs(entry.length.seconds)
    return (whole.misses, whole.title.level, seconds, entry.response.username, path)


def nearest(reader: FileReader, ordered: Iterable[Ordered]) -> list[Candidate]:
    """Return the first files in order, with their evidence."""
    few = heapq.nsmallest(REJECTED_LIMIT, ordered, key=sort_key)
    return [candidate(reader, entry) for _, entry in few]


def some_others(
    reader: FileReader, others: Sequence[tuple[PeerResponse, RemoteFile]]
) -> list[Candidate]:
    """Return a few of the files without the title: so that it is seen what came instead."""
    few = heapq.nsmallest(REJECTED_LIMIT, others, key=lambda item: (item[0].username, item[1].path))
    candidates = []
    for response, file in few:
        extension = file.path.rpartition(".")[2]
        format_name = format_of(extension, file.bit_rate, file.bit_depth) or extension
        length = reader.read_length(file, format_name)
        entry = Entry(response, file, format_name, length, None, None)
        candidates.append(candidate(reader, entry))
    return candidates


def candidate(reader: FileReader, entry: Entry) -> Candidate:
    """Return a weighed file with its evidence in words."""
    judgement = entry.judgement or whole_judgement(reader, entry)
    return Candidate(
        username=entry.response.username,
        file=entry.file,
        format=entry.format,
        bit_rate=estimate_bit_rate(entry.file, reader.target.seconds),
        outcome=Outcome.LEAVE if entry.refusal else judgement.outcome,
        evidence=Later(partial(_explain, reader, entry, judgement)),
    )


def _explain(reader: FileReader, entry: Entry, judgement: Judgement) -> Sequence[Evidence]:
    """Return the evidence of a judgement, and of the profile where it refuses the file."""
    if judgement.artist is ArtistLevel.OTHER:  # The reason quotes the file's own folder.
        judgement = whole_judgement(reader, entry)
    evidence = explain(judgement._replace(length=entry.length))
    if entry.refusal is not None:
        evidence += (
            Evidence(field=EvidenceField.FILE, verdict=Verdict.CONTRADICTS, reason=entry.refusal),
        )
    return evidence


def whole_judgement(reader: FileReader, entry: Entry) -> Judgement:
    """Return a judgement with the file's own folder, or all the evidence of a file left early."""
    parent = split_path(entry.file.path)[0]
    folder = reader.folders.read(parent)._replace(parent=parent)
    if entry.judgement is not None:
        return entry.judgement._replace(folder=folder, length=entry.length)
    return judge(reader.target, reader.title_of(entry.file.path).match, folder, entry.length)
