"""Hold weighed files, and tell about those that somebody wants to read about."""

from collections.abc import Sequence
from functools import partial
import heapq
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from ..model import PeerResponse, Reason, RemoteFile
from .decision import REJECTED_LIMIT, Candidate, Evidence, EvidenceField, Outcome, Verdict
from .deferring import Later
from .explaining import explain
from .judging import ArtistLevel, Judgement, judge
from .lengths import LengthMatch, estimate_bit_rate
from .paths import format_of
from .reading import FileReader
from .surroundings import TitleLevel


class Miss(NamedTuple):
    """Hold a file that its name and its length alone were enough to leave."""

    misses: int
    level: TitleLevel
    length: LengthMatch
    response: PeerResponse
    file: RemoteFile
    format: str


class Entry(NamedTuple):
    """Hold a weighed file with its place until it is known whether anybody wants to read about it."""

    order: tuple[object, ...]
    response: PeerResponse
    file: RemoteFile
    format: str
    length: LengthMatch
    judgement: Judgement | None  # None when the name and the length alone were enough to leave it.
    refusal: Reason | None


sort_key = itemgetter(0)  # Of an entry, best first.


def order_of(miss: Miss) -> tuple[object, ...]:
    """Return a sort key, the nearest misses first."""
    path = miss.file.path
    return (miss.misses, miss.level, abs(miss.length.seconds), miss.response.username, path)


def entry_of(miss: Miss) -> Entry:
    """Return a miss with its place among the others."""
    return Entry(order_of(miss), miss.response, miss.file, miss.format, miss.length, None, None)


def nearest(
    reader: FileReader, entries: Sequence[Entry], missed: Sequence[Miss] = ()
) -> list[Candidate]:
    """Return the files that came nearest to being taken."""
    every = chain(entries, map(entry_of, missed))
    few = heapq.nsmallest(REJECTED_LIMIT, every, key=sort_key)
    return [candidate(reader, entry) for entry in few]


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
        entry = Entry((), response, file, format_name, length, None, None)
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
    evidence = explain(judgement)
    if entry.refusal is not None:
        evidence += (
            Evidence(field=EvidenceField.FILE, verdict=Verdict.CONTRADICTS, reason=entry.refusal),
        )
    return evidence


def whole_judgement(reader: FileReader, entry: Entry) -> Judgement:
    """Return a judgement with the file's own folder, or all the evidence of a file left early."""
    path = entry.file.path
    cut = max(path.rfind("\\"), path.rfind("/"))
    folder = reader.folders.read(path[:cut] if cut > 0 else "")
    if entry.judgement is not None:
        return entry.judgement._replace(folder=folder)
    stem = path[cut + 1 :].rpartition(".")[0]
    title = (reader.titles.get(stem) or reader.read_title(stem)).match
    return judge(reader.target, title, folder, entry.length)
