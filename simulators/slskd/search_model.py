"""Hold the records of searches and show them as the API does."""

from dataclasses import dataclass, field

from .clock import Timer
from .json_rules import Json, instant
from .words import Query

_MORE_THAN_ANY_QUEUE = 2_147_483_647


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Hold the limits of a search; the timeout in milliseconds without an accepted answer."""

    timeout_ms: int = 15_000
    response_limit: int = 250
    file_limit: int = 25_000
    filters: bool = True
    minimum_files: int = 1
    maximum_queue: int = _MORE_THAN_ANY_QUEUE
    minimum_speed: int = 0


@dataclass(slots=True)
class Search:
    """Hold one search record."""

    id: str
    query: Query
    token: int
    options: SearchOptions
    started: int
    state: str = "Requested"
    ended: int | None = None
    shown_counts: tuple[int, int, int] = (0, 0, 0)
    counts: tuple[int, int, int] = (0, 0, 0)
    responses: list[Json] = field(default_factory=list)
    collected: list[Json] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    silence: Timer | None = None

    @property
    def is_complete(self) -> bool:
        """Tell whether the search is over; its responses may still be on the way to the database."""
        return self.state.startswith("Completed")


@dataclass(frozen=True, slots=True)
class Flood:
    """Describe when the Soulseek server stops answering: too many searches in a window of seconds."""

    searches: int
    window: float = 220.0
    ban: float = 1800.0


def search_row(search: Search, with_responses: bool) -> dict[str, Json]:
    """Return a search as the API shows it."""
    responses, files, locked = search.shown_counts
    row: dict[str, Json] = {
        "id": search.id,
        "searchText": search.query.text,
        "token": search.token,
        "state": search.state,
        "isComplete": search.is_complete,
        "startedAt": instant(search.started),
        "fileCount": files,
        "lockedFileCount": locked,
        "responseCount": responses,
        "responses": search.responses if with_responses else [],
    }
    if search.ended is not None:
        row["endedAt"] = instant(search.ended)
    return row
