"""Carry a search through from its first request to its removal."""

import asyncio
from collections.abc import Callable, Coroutine

from ..errors import (
    InvalidReplyError,
    NotFoundError,
    RateLimitedError,
    Service,
    ServiceError,
    UnavailableError,
    UnreachableError,
)
from ..model import PeerResponse
from ..ports import Clock
from .client import SlskdClient
from .models import SearchLimits, SearchRecord, SearchResult, SearchState

_POLL_S = 1.0
_POLLS_MISSED = 5  # In a row; then slskd counts as away.
_STOP_PATIENCE_S = 15.0
_WRITING_POLLS = 5  # slskd may tell the end before the responses are written.
_CLEAN_UP_POLLS = 10
_CLEAN_UP_PAUSE_S = 0.5
_INSTANT_S = 1.0  # No honest search without a find ends within a second.
_BUSY_LATER_S = 60.0

_WAITING = (SearchState.QUEUED, SearchState.REQUESTED)

# Clean-up goes on when the search is cancelled; the event loop itself keeps tasks only weakly.
_clean_ups: set[asyncio.Task[bool]] = set()


async def search(
    client: SlskdClient,
    clock: Clock,
    search_id: str,
    text: str,
    *,
    limits: SearchLimits | None = None,
    enough: Callable[[SearchRecord], bool] | None = None,
) -> SearchResult:
    """Search, wait, read the responses once, and delete the search from slskd.

    `search_id` is a UUID of the caller's: called again with the same one after a lost answer or a
    crash, it takes up the search that runs. `enough` sees the counts every second and may end it
    early. The search is stopped and deleted whatever happens, cancellation included, as far as slskd
    can be reached. Raises what SlskdClient.start_search raises, RateLimitedError `searches_busy` when
    other searches hold slskd's lanes too long, NotFoundError `search_lost` when somebody else deleted
    it, UnavailableError `search_stuck`.
    """
    limits = limits or SearchLimits()
    run = _Run(client, clock, search_id, limits, enough)
    try:
        record = await run.begin(text)
        record = await run.wait(record)
        responses = await run.responses(record)
    except BaseException:
        await _shielded(_clean_up(client, clock, search_id, is_running=True))
        raise
    is_deleted = await _shielded(_clean_up(client, clock, search_id, is_running=False))
    throttled = not run.is_stopped and _looks_throttled(record, limits)
    return SearchResult(
        record=record,
        responses=responses,
        is_throttled=throttled,
        is_conclusive=not throttled
        and not run.is_interrupted
        and _ended_well(record, run.is_stopped),
        is_deleted=is_deleted,
    )


class _Run:
    """Keep what is known while a search runs."""

    def __init__(
        self,
        client: SlskdClient,
        clock: Clock,
        search_id: str,
        limits: SearchLimits,
        enough: Callable[[SearchRecord], bool] | None,
    ) -> None:
        """Take what does not change."""
        self._client = client
        self._clock = clock
        self._id = search_id
        self._limits = limits
        self._enough = enough
        self.is_stopped = False
        self.is_interrupted = False  # slskd was away, and a restart forgets a search's responses.

    async def begin(self, text: str) -> SearchRecord:
        """Start the search, or take up the one whose start was not answered."""
        try:
            return await self._client.start_search(self._id, text, self._limits)
        except (UnreachableError, UnavailableError, InvalidReplyError) as error:
            if error.translation_key == "not_logged_in":
                raise
            record = await self._client.search_state(self._id)
            if record is None or (record.is_finished and record.state is SearchState.ERRORED):
                raise
            return record

    async def wait(self, record: SearchRecord) -> SearchRecord:
        """Return the record once its responses are written."""
        began = self._clock.monotonic()
        running_since = stopped_at = None
        missed = 0
        while not record.is_finished:
            await self._clock.sleep(_POLL_S)
            now = self._clock.monotonic()
            try:
                record = await self._poll()
                missed = 0
            except UnreachableError, UnavailableError, InvalidReplyError:
                self.is_interrupted = True
                missed += 1
                if missed > _POLLS_MISSED:
                    raise
                continue
            if record.state in _WAITING:
                if now - began > self._limits.queue_deadline_s:
                    raise RateLimitedError(Service.SLSKD, _BUSY_LATER_S, "searches_busy")
                continue
            running_since = now if running_since is None else running_since
            if stopped_at is None and self._is_time_to_stop(record, now - running_since):
                await self._client.stop_search(self._id)
                stopped_at = now
                self.is_stopped = True
            if stopped_at is not None and now - stopped_at > _STOP_PATIENCE_S:
                raise UnavailableError(Service.SLSKD, "search_stuck")
        return record

    async def _poll(self) -> SearchRecord:
        """Return the present record."""
        record = await self._client.search_state(self._id)
        if record is None:
            raise NotFoundError(Service.SLSKD, "search_lost")
        return record

    def _is_time_to_stop(self, record: SearchRecord, running_s: float) -> bool:
        """Tell whether to end a search that has not ended by itself."""
        if record.is_complete:
            return running_s > self._limits.deadline_s + _STOP_PATIENCE_S
        return running_s > self._limits.deadline_s or (
            self._enough is not None and self._enough(record)
        )

    async def responses(self, record: SearchRecord) -> tuple[PeerResponse, ...]:
        """Read the responses, again when they are counted but not written yet."""
        for attempt in range(_WRITING_POLLS):
            if attempt:
                await self._clock.sleep(_POLL_S)
            try:
                found = await self._client.search_responses(self._id)
            except UnreachableError, UnavailableError, InvalidReplyError:
                if attempt == _WRITING_POLLS - 1:
                    raise
                continue
            if found or record.response_count == 0:
                return found
        return ()


def _looks_throttled(record: SearchRecord, limits: SearchLimits) -> bool:
    """Tell whether a search ended the way it does when the network has shut us out."""
    instant = min(_INSTANT_S, limits.timeout_ms / 2000)
    duration = record.duration_s
    return record.response_count == 0 and duration is not None and duration < instant


def _ended_well(record: SearchRecord, is_stopped: bool) -> bool:
    """Tell whether a search was allowed to find what is there."""
    if record.state is SearchState.CANCELLED:
        return is_stopped
    return record.state not in (SearchState.ERRORED, SearchState.UNKNOWN)


async def _shielded(clean_up: Coroutine[None, None, bool]) -> bool:
    """Finish the clean-up even when whoever waits for it is cancelled."""
    task = asyncio.ensure_future(clean_up)
    _clean_ups.add(task)
    task.add_done_callback(_clean_ups.discard)
    return await asyncio.shield(task)


async def _clean_up(client: SlskdClient, clock: Clock, search_id: str, *, is_running: bool) -> bool:
    """Stop and delete a search; False when slskd cannot be reached.

    Deleting alone would leave it running without a trace.
    """
    try:
        if is_running:
            await _stop(client, clock, search_id)
        await client.delete_search(search_id)
    except ServiceError:
        return False
    return True


async def _stop(client: SlskdClient, clock: Clock, search_id: str) -> None:
    """Stop a search and give it a few seconds to end."""
    await client.stop_search(search_id)
    for _ in range(_CLEAN_UP_POLLS):
        record = await client.search_state(search_id)
        if record is None or record.is_finished:
            return
        await clock.sleep(_CLEAN_UP_PAUSE_S)
