"""Let a download pass through its states, as the peer's behaviour has it."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from .clock import SimulatedClock
from .model import Behaviour, Outcome, Peer, Presence, SharedFile
from .network import Network
from .server_state import ServerConnection
from .storage import Storage
from .transfer_model import (
    IN_PROGRESS,
    INITIALIZING,
    QUEUED_LOCALLY,
    QUEUED_REMOTELY,
    REQUESTED,
    SUCCEEDED,
    Transfer,
)
from .versions import SlskdVersion

_REQUEST_SECONDS = 0.1
_ANSWER_SECONDS = 0.3
_CONNECT_SECONDS = 0.3
_FLASH_SECONDS = 0.2
_MOVE_SECONDS = 0.1
_PEER_TIMEOUT_SECONDS = 15.0
_GROWTH_STEPS = 4
_RETRIED = ("TimedOut", "Errored")
_SIZE_CHANGE = 4096


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Hold what `transfers.download.retry` says; delays in seconds."""

    attempts: int = 3
    delay: float = 5.0
    max_delay: float = 60.0

    def pause_before(self, attempt: int) -> float:
        """Return the pause before an attempt, counted from 2: the middle of what chance would pick."""
        longest = min(self.delay * float(2 ** (attempt - 2)), self.max_delay)
        shortest = 0.0 if attempt == 2 else longest / 2
        return (shortest + longest) / 2


class _UploadQueue:
    """Hold the queue of one peer for us."""

    def __init__(self) -> None:
        """Begin empty."""
        self.accepted = 0
        self.uploading = 0
        self.waiting: deque[Transfer] = deque()


class DownloadRunner:
    """Move downloads from state to state with one timer each."""

    def __init__(
        self,
        clock: SimulatedClock,
        network: Network,
        server: ServerConnection,
        storage: Storage,
        version: SlskdVersion,
        retry: RetryPolicy,
        local_slots: int | None,
    ) -> None:
        """Take the parts a download touches; None local slots are unlimited."""
        self._clock = clock
        self._network = network
        self._server = server
        self._storage = storage
        self._version = version
        self.retry = retry
        self._local_slots_left = local_slots
        self._waiting_for_local_slot: deque[Transfer] = deque()
        self._queues: dict[str, _UploadQueue] = {}
        self._failures: Counter[tuple[str, str]] = Counter()
        self.on_final: Callable[[Transfer], None] = lambda transfer: None
        self.on_filed: Callable[[Transfer, str], None] = lambda transfer, path: None

    def begin(self, transfer: Transfer) -> None:
        """Start a new download, or another attempt of one."""
        transfer.state = QUEUED_LOCALLY
        if not transfer.has_local_slot and self._local_slots_left is not None:
            if self._local_slots_left == 0:
                self._waiting_for_local_slot.append(transfer)
                return
            self._local_slots_left -= 1
            transfer.has_local_slot = True
        self._later(transfer, _REQUEST_SECONDS, self._request)

    def cancel(self, transfer: Transfer) -> None:
        """Cancel as slskd does: not at once, and over a wrong state when bytes were flowing."""
        if transfer.is_complete and not transfer.in_retry_pause:
            return
        was_flowing = transfer.flowing_since is not None
        self._stop_flow(transfer)
        if transfer.in_retry_pause:
            # There is nothing to interrupt but the pause itself.
            self._close(transfer, "Errored", "Operation cancelled")
            return
        transfer.received = transfer.bytes_at(self._clock.now())

        def close() -> None:
            self._close(transfer, "Cancelled", "Operation cancelled")

        def flash() -> None:
            transfer.state, transfer.exception = (
                "Completed, Errored",
                "Operation cancelled",
            )
            transfer.timer = self._clock.call_later(0.1, close)

        transfer.timer = self._clock.call_later(0.2, flash if was_flowing else close)

    def halt(self, transfer: Transfer) -> None:
        """Close a download because slskd goes down."""
        self._stop_flow(transfer)
        self._close(transfer, "Errored", "Application shut down")

    def lose_connection(self, transfer: Transfer) -> None:
        """Break the connection that the bytes come over."""
        if transfer.flowing_since is not None:
            self._fail(
                transfer,
                "Errored",
                "Transfer failed: Read error: Remote connection closed",
            )

    def place_in_queue(self, transfer: Transfer) -> int:
        """Return the place the peer tells."""
        peer = self._network.peers[transfer.username]
        queue = self._queues.setdefault(transfer.username, _UploadQueue())
        behaviour = self._behaviour(transfer, peer)[0]
        others = 0
        if behaviour.queue_seconds > 0:
            left = max(transfer.queued_until - self._clock.now(), 0.0) / behaviour.queue_seconds
            others = round(max(peer.queue_length, 1) * left)
        ours = queue.waiting.index(transfer) + 1 if transfer in queue.waiting else 1
        return others + ours

    def _behaviour(self, transfer: Transfer, peer: Peer) -> tuple[Behaviour, SharedFile | None]:
        """Return how this download goes, and the file it is about."""
        file = self._network.file(transfer.username, transfer.filename)
        if file is not None and file.behaviour is not None:
            return file.behaviour, file
        return peer.behaviour, file

    def _later(self, transfer: Transfer, delay: float, step: Callable[[Transfer], None]) -> None:
        """Take the next step after some seconds."""
        transfer.timer = self._clock.call_later(delay, partial(step, transfer))

    def _request(self, transfer: Transfer) -> None:
        """Ask the peer for the file."""
        if not self._server.is_ready:
            text = (
                "The server connection must be connected and logged in to download files "
                f"(currently: {self._server.state})"
            )
            self._fail(transfer, "Errored", text)
            return
        transfer.state = REQUESTED
        self._later(transfer, _ANSWER_SECONDS, self._hear_answer)

    def _hear_answer(self, transfer: Transfer) -> None:
        """Take the peer's answer to the request."""
        username = transfer.username
        presence = self._network.reachable(username)
        if presence is Presence.OFFLINE:
            self._fail(transfer, "Errored", f"User {username} appears to be offline")
            return
        if presence is Presence.UNREACHABLE:
            text = f"Failed to establish a direct or indirect message connection to {username} (192.0.2.77:2234)"
            self._fail(transfer, "Errored", text)
            return
        peer = self._network.peers[username]
        behaviour, file = self._behaviour(transfer, peer)
        if behaviour.outcome is Outcome.NO_ANSWER or presence is Presence.SILENT:
            text = "The wait timed out after 15000 milliseconds"
            self._later(
                transfer,
                _PEER_TIMEOUT_SECONDS,
                lambda one: self._fail(one, "TimedOut", text),
            )
            return
        if file is None or file.is_locked:
            self._fail(transfer, "Rejected", "Transfer rejected: File not shared.")
            return
        if behaviour.outcome is Outcome.REJECT:
            self._fail(transfer, "Rejected", f"Transfer rejected: {behaviour.reason}")
            return
        queue = self._queues.setdefault(username, _UploadQueue())
        if peer.max_queued_files is not None and queue.accepted >= peer.max_queued_files:
            self._fail(transfer, "Rejected", "Transfer rejected: Too many files")
            return
        size = self._network.size(file)
        if behaviour.outcome is Outcome.SIZE_CHANGED:
            size += _SIZE_CHANGE
        if size != transfer.size:
            text = f"Transfer aborted: the remote size of {size} does not match expected size {transfer.size}"
            self._fail(transfer, "Aborted", text)
            return
        queue.accepted += 1
        transfer.is_accepted = True
        transfer.state = QUEUED_REMOTELY
        transfer.enqueued = self._clock.ticks()
        transfer.place_in_queue = None
        self._acknowledge(transfer)
        if behaviour.outcome is Outcome.NEVER_START:
            transfer.timer = None
            queue.waiting.append(transfer)
            return
        transfer.queued_until = self._clock.now() + behaviour.queue_seconds
        self._later(transfer, behaviour.queue_seconds, self._come_up)

    def _come_up(self, transfer: Transfer) -> None:
        """Reach the head of the peer's queue."""
        peer = self._network.peers[transfer.username]
        behaviour, _ = self._behaviour(transfer, peer)
        queue = self._queues[transfer.username]
        if self._network.presence(transfer.username) is Presence.OFFLINE:
            # Nobody is there to start it, and slskd waits without limit.
            queue.waiting.append(transfer)
            transfer.timer = None
        elif behaviour.outcome is Outcome.DENY_LATER:
            self._fail(transfer, "Rejected", behaviour.reason)
        elif queue.uploading >= peer.upload_slots:
            queue.waiting.append(transfer)
            transfer.timer = None
        else:
            self._initialise(transfer)

    def _initialise(self, transfer: Transfer) -> None:
        """Let the peer open the connection for the bytes."""
        self._queues[transfer.username].uploading += 1
        transfer.has_upload_slot = True
        transfer.state = INITIALIZING
        transfer.place_in_queue = None
        self._later(transfer, _CONNECT_SECONDS, self._start_flow)

    def _start_flow(self, transfer: Transfer) -> None:
        """Let bytes flow."""
        peer = self._network.peers[transfer.username]
        behaviour, _ = self._behaviour(transfer, peer)
        if behaviour.outcome is Outcome.NO_CONNECTION:
            text = (
                "Failed to establish a direct or indirect transfer connection to "
                f"{transfer.username} (192.0.2.77:2234)"
            )
            self._fail(transfer, "Errored", text)
            return
        try:
            self._storage.begin(transfer)
        except OSError as error:
            self._fail(transfer, "Errored", str(error))
            return
        transfer.state = IN_PROGRESS
        transfer.started = self._clock.ticks()
        transfer.ended = None
        transfer.rate = max(peer.real_speed, 1)
        transfer.offset = transfer.received
        transfer.flow_end = transfer.size
        if self._will_fail(transfer, behaviour):
            transfer.flow_end = max(int(transfer.size * behaviour.fraction), transfer.offset)
        transfer.flowing_since = self._clock.now()
        self._flow_on(transfer)

    def _will_fail(self, transfer: Transfer, behaviour: Behaviour) -> bool:
        """Tell whether this attempt breaks off."""
        return (
            behaviour.outcome in (Outcome.DROP, Outcome.STALL, Outcome.REPORT_FAILED)
            and self._failures[transfer.username, transfer.filename] < behaviour.times
        )

    def _flow_on(self, transfer: Transfer) -> None:
        """Wait for the next quarter of the file, or for what ends the attempt."""
        received = transfer.bytes_at(self._clock.now())
        steps = (transfer.size * step // _GROWTH_STEPS for step in range(1, _GROWTH_STEPS))
        goal = min(
            (step for step in steps if received < step < transfer.flow_end),
            default=transfer.flow_end,
        )
        delay = (goal - transfer.offset) / transfer.rate + (transfer.flowing_since or 0.0)
        is_last = goal == transfer.flow_end

        def arrive(one: Transfer) -> None:
            self._storage.grow(one, goal)
            if is_last:
                self._end_flow(one)
            else:
                self._flow_on(one)

        # A hair later, so that rounding never leaves the last byte missing.
        self._later(transfer, delay - self._clock.now() + 1e-6, arrive)

    def _end_flow(self, transfer: Transfer) -> None:
        """Succeed, or break off as the peer does."""
        transfer.received = transfer.flow_end
        peer = self._network.peers[transfer.username]
        behaviour, _ = self._behaviour(transfer, peer)
        if not self._will_fail(transfer, behaviour):
            self._succeed(transfer)
            return
        if behaviour.outcome is Outcome.STALL:
            text = "Inactivity timeout of 15000 milliseconds was reached"
            self._later(
                transfer,
                _PEER_TIMEOUT_SECONDS,
                lambda one: self._break_off(one, "TimedOut", text),
            )
        elif behaviour.outcome is Outcome.REPORT_FAILED:
            self._break_off(transfer, "Errored", "Download reported as failed by remote client")
        else:
            self._break_off(
                transfer,
                "Errored",
                "Transfer failed: Read error: Remote connection closed",
            )

    def _break_off(self, transfer: Transfer, kind: str, text: str) -> None:
        """Count a failure of this file and end the attempt."""
        self._failures[transfer.username, transfer.filename] += 1
        self._fail(transfer, kind, text)

    def _succeed(self, transfer: Transfer) -> None:
        """Mark the download succeeded; the file is moved a moment later."""
        self._stop_flow(transfer)
        transfer.state = SUCCEEDED
        transfer.received = transfer.size
        transfer.ended = self._clock.ticks()
        self._release_local_slot(transfer)
        self._clock.call_later(_MOVE_SECONDS, lambda: self._move(transfer))

    async def _move(self, transfer: Transfer) -> None:
        """Put the finished file where it belongs and tell about it."""
        file = self._network.file(transfer.username, transfer.filename)
        try:
            path = await self._storage.finish(transfer, file, self._clock.ticks())
        except OSError as error:
            transfer.exception = str(error)
            self.on_final(transfer)
            return
        self.on_final(transfer)
        self.on_filed(transfer, str(path))

    def _fail(self, transfer: Transfer, kind: str, text: str) -> None:
        """End an attempt; newer versions try again after some kinds of failure."""
        self._stop_flow(transfer)
        if self._version.retries and kind in _RETRIED and transfer.attempts < self.retry.attempts:
            self._mark(transfer, kind, text)
            transfer.in_retry_pause = True
            self._later(transfer, _FLASH_SECONDS, self._await_retry)
            return
        self._close(transfer, kind, text)

    def _await_retry(self, transfer: Transfer) -> None:
        """Come back from the flash of failure and wait for the next attempt."""
        transfer.state = QUEUED_LOCALLY
        transfer.attempts += 1
        transfer.exception = transfer.ended = None
        self._later(transfer, self.retry.pause_before(transfer.attempts), self._retry)

    def _retry(self, transfer: Transfer) -> None:
        """Begin the next attempt."""
        transfer.in_retry_pause = False
        self._request(transfer)

    def _mark(self, transfer: Transfer, kind: str, text: str) -> None:
        """Write a failure into the record."""
        known = kind if self._version.keeps_failure_kinds or kind == "Cancelled" else "Errored"
        transfer.state = f"Completed, {known}"
        transfer.exception = text
        transfer.ended = self._clock.ticks()
        transfer.started = transfer.started or transfer.ended
        transfer.place_in_queue = None

    def _close(self, transfer: Transfer, kind: str, text: str) -> None:
        """End a download for good."""
        transfer.timer = None
        transfer.in_retry_pause = False
        self._mark(transfer, kind, text)
        self._release_local_slot(transfer)
        self._storage.discard(transfer)
        self._acknowledge(transfer)
        self.on_final(transfer)

    def _stop_flow(self, transfer: Transfer) -> None:
        """Stop timer and bytes and give the peer's slot to the next of ours."""
        if transfer.timer is not None:
            transfer.timer.cancel()
            transfer.timer = None
        transfer.received = transfer.bytes_at(self._clock.now())
        transfer.flowing_since = None
        if transfer in self._waiting_for_local_slot:
            self._waiting_for_local_slot.remove(transfer)
        queue = self._queues.get(transfer.username)
        if queue is None:
            return
        if transfer.is_accepted:
            transfer.is_accepted = False
            queue.accepted -= 1
        if transfer.has_upload_slot:
            transfer.has_upload_slot = False
            queue.uploading -= 1
            self._start_next(transfer.username, queue)
        elif transfer in queue.waiting:
            queue.waiting.remove(transfer)

    def _start_next(self, username: str, queue: _UploadQueue) -> None:
        """Let the next of ours begin at a peer with a free slot."""
        peer = self._network.peers[username]
        if self._network.presence(username) is Presence.OFFLINE:
            return
        for transfer in tuple(queue.waiting):
            if queue.uploading >= peer.upload_slots:
                return
            if self._behaviour(transfer, peer)[0].outcome is not Outcome.NEVER_START:
                queue.waiting.remove(transfer)
                self._initialise(transfer)

    def _release_local_slot(self, transfer: Transfer) -> None:
        """Let the next download of ours begin."""
        if not transfer.has_local_slot or self._local_slots_left is None:
            return
        transfer.has_local_slot = False
        self._local_slots_left += 1
        if self._waiting_for_local_slot:
            self.begin(self._waiting_for_local_slot.popleft())

    def _acknowledge(self, transfer: Transfer) -> None:
        """Tell whoever waits that the peer took the request, or that it is over."""
        listeners, transfer.on_acknowledged = transfer.on_acknowledged, []
        for listener in listeners:
            listener()
