"""Serve several wanted tracks by one search."""

from collections.abc import Sequence
from dataclasses import dataclass
import random

from ...matching import Query, QueryKind, WantedRecording
from ...model import Album, Download, DownloadState, Track
from ...store import downloads, tracks
from ..context import Context
from .find_sources import Findings, FindSources
from .keep_findings import give_findings, look_later
from .search_memory import is_narrower
from .search_plan import Others, shared_queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Hold how much of an answer a search before this one had."""

    query: Query
    responses: int
    is_whole: bool
    is_own: bool  # The track's own words, not those for several tracks.
    is_now: bool  # Asked at this turn.

    @property
    def is_anything(self) -> bool:
        """Tell whether anybody answered."""
        return self.responses > 0

    @classmethod
    def of(cls, query: Query, findings: Findings, *, is_own: bool) -> Seen:
        """Sum up what a search of this turn has brought."""
        return cls(
            query=query,
            responses=findings.responses,
            is_whole=findings.is_everything,
            is_own=is_own,
            is_now=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Hold the answers that were read, in order, and how much the last question for several brought."""

    findings: tuple[Findings, ...] = ()
    seen: Seen | None = None


class SearchTogether:
    """Try recent answers, then one search for everything of an album or an artist that waits."""

    def __init__(self, context: Context, sources: FindSources) -> None:
        """Share the lane and the memory of answers."""
        self._context = context
        self._sources = sources
        self._generator = random.Random()

    async def find(self, download: Download, track: Track, *, may_search: bool) -> Together:
        """Find a source without a search of the track's own, as far as that is possible.

        What a search for several tracks brings is given to all of them. Raises BudgetSpent, and the
        errors of the slskd room.
        """
        wanted = WantedRecording.from_metadata(track.metadata)
        album = track.metadata.album
        names = _names(album)
        recalled = await self._sources.recall(wanted, names, download.quality)
        if recalled is not None:
            return Together(findings=(recalled,))
        counted = await self._context.database.run(downloads.count_others, track.id)
        others = Others(of_album=counted[0], of_artist=counted[1])
        found: list[Findings] = []
        seen: Seen | None = None
        for query in shared_queries(wanted, album, others):
            now = self._context.clock.now()
            asked = await self._sources.asked(query.text, now)
            if asked is not None:
                seen = Seen(
                    query=query,
                    responses=asked.responses,
                    is_whole=asked.is_whole,
                    is_own=False,
                    is_now=False,
                )
                if asked.is_whole:
                    break
            elif may_search:
                findings = await self._sources.ask(wanted, query, download.quality)
                await self._share(track, names, findings)
                found.append(findings)
                seen = Seen.of(query, findings, is_own=False)
                if findings.is_everything or findings.is_taken or not findings.is_conclusive:
                    break
        return Together(findings=tuple(found), seen=seen)

    async def _share(self, track: Track, names: Sequence[str], findings: Findings) -> None:
        """Let the others have what one search has brought for all of them."""
        database = self._context.database
        is_for_all = findings.kind is QueryKind.ARTIST and findings.is_everything
        for other in await database.run(downloads.waiting_others, track.id):
            known = await database.run(tracks.get_track, other.track_id)
            wanted = WantedRecording.from_metadata(known.metadata)
            own_names = (*names, *_names(known.metadata.album))
            found = await self._sources.recall(wanted, own_names, other.quality)
            now = self._context.clock.now()
            if found is not None:
                await database.run(give_findings, other, found, now=now)
                continue
            is_of_album = known.metadata.album == track.metadata.album
            if other.state is DownloadState.NOT_AVAILABLE and (is_for_all or is_of_album):
                await database.run(look_later, other, self._generator, now=now)


def is_worth_asking(
    step: Query,
    seen: Seen | None,
    *,
    names_artist: bool,
    has_title: bool,
    is_suspected: bool,
    has_spare: bool,
) -> bool:
    """Tell whether another search may bring what those before it did not.

    A whole answer speaks for everything that is there now, and fewer words than those of an answer that was
    cut short bring less of what is wanted; other words may bring more at the next
    turn, hours later, from other people too. At once they are asked when the answer was cut short, and
    when nobody answered at all: for letters without accents, or to learn for several tracks whether the
    server drops the artist's name, or an album goes by another one. Some people name a file by its title
    and nothing else: that is asked at once only when there are searches to spare. `is_suspected` tells that
    one track has shown already that the name is dropped; `has_title` that the title alone can be asked for,
    which brings all the same.
    """
    if seen is None:
        return True
    if not seen.is_whole:
        return not is_narrower(seen.query.text, step.text)
    if seen.is_anything:
        return False
    if is_suspected:
        return not names_artist
    if seen.is_own or not seen.is_now:
        is_other_way = step.kind is QueryKind.TITLE and has_spare
        return seen.is_own and (step.kind is QueryKind.FOLDED or is_other_way)
    return not names_artist or (seen.query.kind is QueryKind.RELEASE and not has_title)


def _names(album: Album | None) -> list[str]:
    """Return the names of an album's artists."""
    return [artist.name for artist in album.artists] if album else []
