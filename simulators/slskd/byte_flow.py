"""Let the bytes of downloads flow, until the end or until something breaks."""

from collections import Counter
from collections.abc import Callable
from functools import partial

from .clock import SimulatedClock
from .model import Behaviour, Outcome
from .network import Network
from .storage import Storage
from .transfer_model import IN_PROGRESS, Transfer
from .upload_queues import UploadQueues

CONNECTION_LOST = "Transfer failed: Read error: Remote connection closed"
_STALL_SECONDS = 15.0
_GROWTH_STEPS = 4

type Failed = Callable[[Transfer, str, str], None]
type Arrived = Callable[[Transfer], None]


class ByteFlow:
    """Move the bytes of one attempt after the other; the count is worked out only when asked for."""

    def __init__(
        self,
        clock: SimulatedClock,
        network: Network,
        queues: UploadQueues,
        storage: Storage,
        on_failed: Failed,
        on_arrived: Arrived,
    ) -> None:
        """Take the parts involved, and whom to tell how it ended."""
        self._clock = clock
        self._network = network
        self._queues = queues
        self._storage = storage
        self._on_failed = on_failed
        self._on_arrived = on_arrived
        self._failures: Counter[tuple[str, str]] = Counter()

    def start(self, transfer: Transfer) -> None:
        """Open the connection and let bytes flow, from where an earlier attempt ended."""
        behaviour = self._queues.behaviour(transfer)
        if behaviour.outcome is Outcome.NO_CONNECTION:
            text = (
                "Failed to establish a direct or indirect transfer connection to "
                f"{transfer.username} (192.0.2.77:2234)"
            )
            self._on_failed(transfer, "Errored", text)
            return
        try:
            self._storage.begin(transfer)
        except OSError as error:
            self._on_failed(transfer, "Errored", str(error))
            return
        transfer.state = IN_PROGRESS
        transfer.started = self._clock.ticks()
        transfer.ended = None
        transfer.rate = max(self._network.peers[transfer.username].real_speed, 1)
        transfer.offset = transfer.received
        transfer.flow_end = transfer.size
        if self._will_fail(transfer, behaviour):
            left = transfer.size - transfer.offset
            transfer.flow_end = transfer.offset + int(left * behaviour.fraction)
        transfer.flowing_since = self._clock.now()
        self._flow_on(transfer)

    def stop(self, transfer: Transfer) -> None:
        """Let no more bytes come; those that came are kept."""
        transfer.received = transfer.bytes_at(self._clock.now())
        transfer.flowing_since = None

    def _will_fail(self, transfer: Transfer, behaviour: Behaviour) -> bool:
        """Tell whether this attempt breaks off."""
        return (
            behaviour.outcome in (Outcome.DROP, Outcome.STALL, Outcome.REPORT_FAILED)
            and self._failures[transfer.username, transfer.filename] < behaviour.times
        )

    def _flow_on(self, transfer: Transfer) -> None:
        """Wait for the next quarter of the file, or for what ends the attempt."""
        now = self._clock.now()
        received = transfer.bytes_at(now)
        steps = (transfer.size * step // _GROWTH_STEPS for step in range(1, _GROWTH_STEPS))
        goal = min(
            (step for step in steps if received < step < transfer.flow_end),
            default=transfer.flow_end,
        )
        due = (transfer.flowing_since or 0.0) + (goal - transfer.offset) / transfer.rate
        # A hair later, so that rounding never leaves the last byte missing.
        transfer.timer = self._clock.call_later(
            due - now + 1e-6, partial(self._reach, transfer, goal)
        )

    def _reach(self, transfer: Transfer, goal: int) -> None:
        """Have so many bytes."""
        self._storage.grow(transfer, goal)
        if goal == transfer.flow_end:
            self._end(transfer)
        else:
            self._flow_on(transfer)

    def _end(self, transfer: Transfer) -> None:
        """Be complete, or break off as the peer does."""
        transfer.received = transfer.flow_end
        behaviour = self._queues.behaviour(transfer)
        if not self._will_fail(transfer, behaviour):
            self._on_arrived(transfer)
        elif behaviour.outcome is Outcome.STALL:
            text = "Inactivity timeout of 15000 milliseconds was reached"
            transfer.timer = self._clock.call_later(
                _STALL_SECONDS, partial(self._break_off, transfer, "TimedOut", text)
            )
        elif behaviour.outcome is Outcome.REPORT_FAILED:
            self._break_off(transfer, "Errored", "Download reported as failed by remote client")
        else:
            self._break_off(transfer, "Errored", CONNECTION_LOST)

    def _break_off(self, transfer: Transfer, kind: str, text: str) -> None:
        """Count a failure of this file and end the attempt."""
        self._failures[transfer.username, transfer.filename] += 1
        self._on_failed(transfer, kind, text)
