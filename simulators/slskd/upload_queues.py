"""Keep the queues that peers have for us, and what they answer to a request."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from .clock import SimulatedClock
from .model import Behaviour, Outcome, Presence, SharedFile
from .network import Network
from .transfer_model import Transfer

_SILENCE_SECONDS = 15.0
_SIZE_CHANGE = 4096


@dataclass(frozen=True, slots=True)
class Refusal:
    """Hold why a request came to nothing; `after` in simulated seconds."""

    kind: str
    text: str
    after: float = 0.0


class _Queue:
    """Hold one peer's queue for us."""

    def __init__(self) -> None:
        """Begin empty."""
        self.accepted = 0
        self.uploading = 0
        self.waiting: deque[Transfer] = deque()


class UploadQueues:
    """Know for every peer what waits and what is sent."""

    def __init__(self, clock: SimulatedClock, network: Network) -> None:
        """Begin with empty queues."""
        self._clock = clock
        self._network = network
        self._queues: dict[str, _Queue] = {}

    def _queue(self, transfer: Transfer) -> _Queue:
        """Return the queue a download belongs to."""
        return self._queues.setdefault(transfer.username, _Queue())

    def file(self, transfer: Transfer) -> SharedFile | None:
        """Return the shared file a download is about, if there is one."""
        return self._network.file(transfer.username, transfer.filename)

    def behaviour(self, transfer: Transfer) -> Behaviour:
        """Return how this download goes: as the file has it, or else the peer."""
        file = self.file(transfer)
        if file is not None and file.behaviour is not None:
            return file.behaviour
        return self._network.peers[transfer.username].behaviour

    def refusal(self, transfer: Transfer) -> Refusal | None:
        """Return why the peer does not take the request, or None when it does."""
        username = transfer.username
        presence = self._network.reachable(username)
        if presence is Presence.OFFLINE:
            return Refusal("Errored", f"User {username} appears to be offline")
        if presence is Presence.UNREACHABLE:
            return Refusal(
                "Errored",
                "Failed to establish a direct or indirect message connection to "
                f"{username} (192.0.2.77:2234)",
            )
        behaviour, file = self.behaviour(transfer), self.file(transfer)
        if behaviour.outcome is Outcome.NO_ANSWER or presence is Presence.SILENT:
            text = "The wait timed out after 15000 milliseconds"
            return Refusal("TimedOut", text, _SILENCE_SECONDS)
        if file is None or file.is_locked:
            return Refusal("Rejected", "Transfer rejected: File not shared.")
        if behaviour.outcome is Outcome.REJECT:
            return Refusal("Rejected", f"Transfer rejected: {behaviour.reason}")
        limit = self._network.peers[username].max_queued_files
        if limit is not None and self._queue(transfer).accepted >= limit:
            return Refusal("Rejected", "Transfer rejected: Too many files")
        size = self._network.size(file)
        if behaviour.outcome is Outcome.SIZE_CHANGED:
            size += _SIZE_CHANGE
        if size != transfer.size:
            return Refusal(
                "Aborted",
                f"Transfer aborted: the remote size of {size} does not match expected size "
                f"{transfer.size}",
            )
        return None

    def accept(self, transfer: Transfer) -> None:
        """Take a download into the peer's queue."""
        self._queue(transfer).accepted += 1
        transfer.is_accepted = True

    def wait(self, transfer: Transfer) -> None:
        """Let a download wait until the peer has a slot for it."""
        self._queue(transfer).waiting.append(transfer)

    def take_slot(self, transfer: Transfer) -> bool:
        """Take one of the peer's upload slots, if the peer is there and has one."""
        queue = self._queue(transfer)
        slots = self._network.peers[transfer.username].upload_slots
        if self._is_gone(transfer.username) or queue.uploading >= slots:
            return False
        queue.uploading += 1
        transfer.has_upload_slot = True
        return True

    def leave(self, transfer: Transfer) -> Iterator[Transfer]:
        """Take a download out of the peer's queue; the ones that got its slot are returned."""
        queue = self._queues.get(transfer.username)
        if queue is None:
            return
        if transfer.is_accepted:
            transfer.is_accepted = False
            queue.accepted -= 1
        if not transfer.has_upload_slot:
            if transfer in queue.waiting:
                queue.waiting.remove(transfer)
            return
        transfer.has_upload_slot = False
        queue.uploading -= 1
        for following in tuple(queue.waiting):
            if self.behaviour(following).outcome is Outcome.NEVER_START:
                continue
            if not self.take_slot(following):
                return
            queue.waiting.remove(following)
            yield following

    def place(self, transfer: Transfer) -> int:
        """Return the place the peer tells, counted from 1."""
        queue = self._queue(transfer)
        behaviour = self.behaviour(transfer)
        others = 0
        if behaviour.queue_seconds > 0:
            left = max(transfer.queued_until - self._clock.now(), 0.0) / behaviour.queue_seconds
            others = round(max(self._network.peers[transfer.username].queue_length, 1) * left)
        ours = queue.waiting.index(transfer) + 1 if transfer in queue.waiting else 1
        return others + ours

    def _is_gone(self, username: str) -> bool:
        """Tell whether nobody is there to send anything."""
        return self._network.presence(username) is Presence.OFFLINE
