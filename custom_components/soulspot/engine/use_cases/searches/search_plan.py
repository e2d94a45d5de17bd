"""Decide what to search for next: what answers most for one search.

The rules stand in docs/how_searches_are_spent.md with the reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import InputError
from ...matching import Query, QueryKind, WantedRecording, artist_query, queries, release_query
from ...model import Album
from .search_memory import words_of

_TELLING_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Count the other tracks that wait for a search: of the same album, and by the same artist."""

    of_album: int = 0
    of_artist: int = 0

    @property
    def is_any(self) -> bool:
        """Tell whether one search could serve more than one track."""
        return self.of_album > 0 or self.of_artist > 0


def shared_queries(
    wanted: WantedRecording, album: Album | None, others: Others
) -> tuple[Query, ...]:
    """Return the queries that serve other tracks too, the better one first; none when the track stands alone.

    An album goes before its artist when no track of another album waits: its answer is smaller. It goes
    after when the artist's was cut short.
    """
    found: list[Query | None] = []
    if others.of_artist > others.of_album:
        found.append(artist_query(wanted.artists))
    if others.of_album and album is not None and album.artists:
        found.append(release_query([artist.name for artist in album.artists], album.name))
    return tuple(query for query in found if query is not None)


def ladder(
    wanted: WantedRecording,
    own_words: str | None,
    *,
    rounds: int = 0,
    is_artist_blocked: bool = False,
    was_silent: bool = False,
) -> tuple[Query, ...]:
    """Return the queries to try in order; a person's own words stand alone.

    Wildcards help only against words that the server drops, and cost every peer work: they are a last
    resort, left to later rounds. A later round is one query: other words now, for who is there now.
    `was_silent` tells that nobody answered in the round before: then the artist's name is left out, if
    the rest tells enough. Searches with a blocked artist would reach nobody. Raises InputError when
    there is nothing to search for.
    """
    if own_words is not None:
        return (Query(text=own_words, kind=QueryKind.OWN_WORDS),)
    steps = queries(wanted)
    if not steps:
        raise InputError("nothing_to_search_for")
    name = artist_words(wanted)
    free = tuple(step for step in steps if not name or not name <= words_of(step.text))
    if is_artist_blocked:
        return free or steps
    if rounds == 0:
        return tuple(step for step in steps if step.kind is not QueryKind.WILDCARD) or steps
    usual = _usual(steps, free, was_silent=was_silent)
    rest = [
        step
        for step in steps
        if step is not usual and (was_silent or step.kind is not QueryKind.WILDCARD)
    ]
    if rounds % 2 or not rest:
        return (usual,)
    return (rest[(rounds // 2 - 1) % len(rest)],)


def _usual(steps: Sequence[Query], free: Sequence[Query], *, was_silent: bool) -> Query:
    """Return the query of every other later round: the widest one that does not flood."""
    without = [step for step in free if step.kind is not QueryKind.WILDCARD]
    if was_silent and without:
        return without[0]
    telling = (step for step in without if len(step.text.split()) >= _TELLING_WORDS)
    return next((step for step in telling if step.kind is QueryKind.TITLE), steps[0])


def artist_words(wanted: WantedRecording) -> frozenset[str]:
    """Return the folded words of the first artist."""
    return words_of(wanted.artists[0]) if wanted.artists else frozenset()
