"""Let a download pass through its states, as the peer's behaviour has it."""

from collections import deque
from collections.abc import Callable
from functools import partial

from .byte_flow import CONNECTION_LOST, ByteFlow
from .clock import SimulatedClock
from .model import Outcome, Presence
from .network import Network
from .retry import RETRIED_KINDS, RetryPolicy
from .server_state import ServerConnection
from .storage import Storage
from .transfer_model import (
    INITIALIZING,
    QUEUED_LOCALLY,
    QUEUED_REMOTELY,
    REQUESTED,
    SUCCEEDED,
    Transfer,
)
from .upload_queues import UploadQueues
from .versions import SlskdVersion

_REQUEST_SECONDS = 0.1
_ANSWER_SECONDS = 0.3
_CONNECT_SECONDS = 0.3
_FLASH_SECONDS = 0.2
_CANCEL_SECONDS = 0.2
_CANCEL_FLASH_SECONDS = 0.1
_MOVE_SECONDS = 0.1
_CANCELLED = "Operation cancelled"


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
        self._retry = retry
        self._local_slots_left = local_slots
        self._waiting_for_local_slot: deque[Transfer] = deque()
        self._queues = UploadQueues(clock, network)
        self._flow = ByteFlow(clock, network, self._queues, storage, self._fail, self._succeed)
        self.on_final: Callable[[Transfer], None] = lambda transfer: None
        self.on_filed: Callable[[Transfer, str], None] = lambda transfer, path: None

    def begin(self, transfer: Transfer) -> None:
        """Start a new download, when one of our own slots is free."""
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
        self._stop(transfer)
        if transfer.in_retry_pause:
            # There is nothing to interrupt but the pause itself.
            self._close(transfer, "Errored", _CANCELLED)
            return
        step = self._flash_cancelled if was_flowing else self._end_cancelled
        self._later(transfer, _CANCEL_SECONDS, step)

    def halt(self, transfer: Transfer) -> None:
        """Close a download because slskd goes down."""
        self._stop(transfer)
        self._close(transfer, "Errored", "Application shut down")

    def lose_connection(self, transfer: Transfer) -> None:
        """Break the connection that the bytes come over."""
        if transfer.flowing_since is not None:
            self._fail(transfer, "Errored", CONNECTION_LOST)

    def place_in_queue(self, transfer: Transfer) -> int:
        """Return the place the peer tells."""
        return self._queues.place(transfer)

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
        refusal = self._queues.refusal(transfer)
        if refusal is not None:

            def refuse(one: Transfer) -> None:
                self._fail(one, refusal.kind, refusal.text)

            if refusal.after:
                self._later(transfer, refusal.after, refuse)
            else:
                refuse(transfer)
            return
        self._queues.accept(transfer)
        transfer.state = QUEUED_REMOTELY
        transfer.enqueued = self._clock.ticks()
        transfer.place_in_queue = None
        self._acknowledge(transfer)
        behaviour = self._queues.behaviour(transfer)
        if behaviour.outcome is Outcome.NEVER_START:
            transfer.timer = None
            self._queues.wait(transfer)
            return
        transfer.queued_until = self._clock.now() + behaviour.queue_seconds
        self._later(transfer, behaviour.queue_seconds, self._come_up)

    def _come_up(self, transfer: Transfer) -> None:
        """Reach the head of the peer's queue."""
        behaviour = self._queues.behaviour(transfer)
        is_there = self._network.presence(transfer.username) is not Presence.OFFLINE
        if behaviour.outcome is Outcome.DENY_LATER and is_there:
            self._fail(transfer, "Rejected", behaviour.reason)
        elif self._queues.take_slot(transfer):
            self._initialise(transfer)
        else:
            # When nobody is there to start it, slskd waits without limit.
            transfer.timer = None
            self._queues.wait(transfer)

    def _initialise(self, transfer: Transfer) -> None:
        """Let the peer open the connection for the bytes."""
        transfer.state = INITIALIZING
        transfer.place_in_queue = None
        self._later(transfer, _CONNECT_SECONDS, self._flow.start)

    def _succeed(self, transfer: Transfer) -> None:
        """Mark the download succeeded; the file is moved a moment later."""
        self._stop(transfer)
        transfer.state = SUCCEEDED
        transfer.received = transfer.size
        transfer.ended = self._clock.ticks()
        self._release_local_slot(transfer)
        self._clock.call_later(_MOVE_SECONDS, lambda: self._move(transfer))

    async def _move(self, transfer: Transfer) -> None:
        """Put the finished file where it belongs and tell about it."""
        file = self._queues.file(transfer)
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
        self._stop(transfer)
        is_retried = self._version.retries and kind in RETRIED_KINDS
        if is_retried and transfer.attempts < self._retry.attempts:
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
        self._later(transfer, self._retry.pause_before(transfer.attempts), self._try_again)

    def _try_again(self, transfer: Transfer) -> None:
        """Begin the next attempt."""
        transfer.in_retry_pause = False
        self._request(transfer)

    def _flash_cancelled(self, transfer: Transfer) -> None:
        """Look errored for a moment before being cancelled."""
        transfer.state, transfer.exception = "Completed, Errored", _CANCELLED
        self._later(transfer, _CANCEL_FLASH_SECONDS, self._end_cancelled)

    def _end_cancelled(self, transfer: Transfer) -> None:
        """Be cancelled for good."""
        self._close(transfer, "Cancelled", _CANCELLED)

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

    def _stop(self, transfer: Transfer) -> None:
        """Stop timer and bytes and give the peer's slot to the next of ours."""
        if transfer.timer is not None:
            transfer.timer.cancel()
            transfer.timer = None
        self._flow.stop(transfer)
        if transfer in self._waiting_for_local_slot:
            self._waiting_for_local_slot.remove(transfer)
        for following in self._queues.leave(transfer):
            self._initialise(following)

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
