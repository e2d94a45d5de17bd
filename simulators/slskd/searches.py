"""Run searches: two at a time, silent until they are over."""

from collections import deque
from functools import partial
import uuid

from .clock import SimulatedClock
from .network import Answer, Network, file_row
from .search_model import Flood, Search, SearchOptions
from .server_state import ServerConnection
from .versions import SlskdVersion
from .words import Query

_COUNTER_SECONDS = 0.25
_FINALISE_SECONDS = 0.5


class NotReadyError(Exception):
    """Tell that the Soulseek connection is not up; the text is for the answer."""


class SearchRefusedError(Exception):
    """Tell that the search text has nothing to search for; the text is for the answer."""


class SearchTakenError(Exception):
    """Tell that the id of a search is in use."""


class SearchService:
    """Keep the searches of one slskd."""

    def __init__(
        self,
        clock: SimulatedClock,
        network: Network,
        server: ServerConnection,
        version: SlskdVersion,
        flood: Flood | None = None,
    ) -> None:
        """Begin without searches."""
        self._clock = clock
        self._network = network
        self._server = server
        self._version = version
        self._flood = flood
        self._running: set[str] = set()
        self._waiting: deque[str] = deque()
        self._token = 1000
        self._banned_until = 0.0
        self.records: dict[str, Search] = {}
        self.sent_at: list[float] = []
        server.on_loss.append(self.end_running)

    def create(self, search_id: str | None, text: str, options: SearchOptions) -> Search:
        """Begin a search and return its record.

        Raises SearchTakenError, and NotReadyError or SearchRefusedError, which leave an errored record.
        """
        search_id = search_id or str(uuid.uuid4())
        if search_id in self.records:
            raise SearchTakenError
        self._token += 1
        search = Search(search_id, Query.parse(text), self._token, options, self._clock.ticks())
        self.records[search.id] = search
        if not self._server.is_ready:
            self._fail_at_once(search)
            raise NotReadyError(
                "The server connection must be connected and logged in to perform a search "
                f"(currently: {self._server.state})"
            )
        if not search.query.terms:
            self._fail_at_once(search)
            raise SearchRefusedError(
                "Search query must contain at least one non-excluded term of two letters or more"
            )
        if len(self._running) < self._version.running_searches:
            self._start(search)
        else:
            search.state = "Queued"
            self._waiting.append(search.id)
        return search

    def stop(self, search: Search) -> None:
        """End a search early, keeping what has come in."""
        if not search.is_complete:
            if search.id in self._waiting:
                self._waiting.remove(search.id)
            self._complete(search, "Cancelled")

    def delete(self, search: Search) -> None:
        """Forget a search; one that runs goes on unseen and keeps its place."""
        del self.records[search.id]

    def end_running(self) -> None:
        """End what runs because the connection was lost."""
        for search in tuple(self.records.values()):
            if not search.is_complete:
                self._complete(search, "Errored")
        self._waiting.clear()

    def restart(self) -> None:
        """Bring the records into the state they have after slskd was started again."""
        self._running.clear()
        self._waiting.clear()
        for search in self.records.values():
            if search.ended is None:
                self._cancel_timers(search)
                search.state = "Completed, TimedOut"
                search.ended = self._clock.ticks()
                search.counts = search.shown_counts = (0, 0, 0)
                search.responses = []

    def _fail_at_once(self, search: Search) -> None:
        """Leave the record that a refused search leaves."""
        search.state = "Completed, Errored"
        search.ended = search.started

    def _start(self, search: Search) -> None:
        """Send a search to the network."""
        now = self._clock.now()
        self.sent_at.append(now)
        self._running.add(search.id)
        search.state = "InProgress"
        if self._is_flooded(now):
            search.timers.append(
                self._clock.call_later(0.1, lambda: self._complete(search, "Errored"))
            )
            return
        self._restart_silence(search)
        for answer in self._network.search(search.query):
            search.timers.append(
                self._clock.call_later(answer.delay, partial(self._receive, search, answer))
            )

    def _is_flooded(self, now: float) -> bool:
        """Tell whether the server ignores us for searching too much."""
        if self._flood is None:
            return False
        recent = sum(1 for at in reversed(self.sent_at[-1000:]) if at > now - self._flood.window)
        if recent > self._flood.searches:
            self._banned_until = max(self._banned_until, now + self._flood.ban)
        return now < self._banned_until

    @property
    def is_banned(self) -> bool:
        """Tell whether the server ignores our searches at present."""
        return self._clock.now() < self._banned_until

    def _restart_silence(self, search: Search) -> None:
        """Begin to count the time without an answer anew."""
        if search.silence is not None:
            search.silence.cancel()
        search.silence = self._clock.call_later(
            search.options.timeout_ms / 1000, lambda: self._complete(search, "TimedOut")
        )

    def _receive(self, search: Search, answer: Answer) -> None:
        """Take an answer in, if the search wants it."""
        options, peer = search.options, answer.peer
        if search.is_complete:
            return
        if options.filters and (
            len(answer.files) + len(answer.locked_files) < options.minimum_files
            or peer.queue_length >= options.maximum_queue
            or peer.speed < options.minimum_speed
        ):
            return
        search.collected.append(
            {
                "username": peer.username,
                "token": search.token,
                "hasFreeUploadSlot": peer.has_free_slot,
                "uploadSpeed": peer.speed,
                "queueLength": peer.queue_length,
                "fileCount": len(answer.files),
                "files": [file_row(file, self._network.size(file)) for file in answer.files],
                "lockedFileCount": len(answer.locked_files),
                "lockedFiles": [
                    file_row(file, self._network.size(file)) for file in answer.locked_files
                ],
            }
        )
        responses, files, locked = search.counts
        search.counts = (
            responses + 1,
            files + len(answer.files),
            locked + len(answer.locked_files),
        )
        self._restart_silence(search)
        if search.shown_counts == search.counts or responses == 0:
            search.shown_counts = search.counts
        else:
            search.timers.append(
                self._clock.call_later(_COUNTER_SECONDS, lambda: self._show(search))
            )
        if search.counts[0] >= options.response_limit:
            self._complete(search, "ResponseLimitReached")
        elif search.counts[1] >= options.file_limit:
            self._complete(search, "FileLimitReached")

    def _show(self, search: Search) -> None:
        """Let the counters catch up."""
        search.shown_counts = search.counts

    def _cancel_timers(self, search: Search) -> None:
        """Let nothing more happen to a search."""
        for timer in search.timers:
            timer.cancel()
        search.timers.clear()
        if search.silence is not None:
            search.silence.cancel()

    def _complete(self, search: Search, how: str) -> None:
        """End a search; its responses and end time follow a moment later."""
        if search.is_complete:
            return
        self._cancel_timers(search)
        search.state = f"Completed, {how}"
        search.shown_counts = search.counts
        search.timers.append(
            self._clock.call_later(_FINALISE_SECONDS, lambda: self._finalise(search))
        )
        if search.id in self._running:
            self._running.remove(search.id)
            self._start_next()

    def _finalise(self, search: Search) -> None:
        """Write responses and end time."""
        search.responses, search.collected = search.collected, []
        search.ended = self._clock.ticks()

    def _start_next(self) -> None:
        """Let the search that waits longest begin."""
        while self._waiting and len(self._running) < self._version.running_searches:
            search = self.records.get(self._waiting.popleft())
            if search is not None:
                self._start(search)
