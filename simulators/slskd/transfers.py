"""Keep the downloads of one slskd: enqueue, find, cancel, remove, survive a restart."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
import uuid

from .clock import TICKS_PER_SECOND, SimulatedClock
from .events import EventLog
from .json_rules import Json
from .model import Presence
from .network import Network
from .server_state import ServerConnection
from .storage import Storage
from .transfer_model import QUEUED_REMOTELY, SUCCEEDED, Batch, Transfer, event_row, remote_directory
from .transfer_run import DownloadRunner
from .versions import SlskdVersion

_CONNECT_TIMEOUT_SECONDS = 5.0
ALREADY_IN_PROGRESS = "Skipped: Already in progress"


class EnqueueError(Exception):
    """Tell why nothing was enqueued; the text is for the answer."""


class UserOfflineError(EnqueueError):
    """Tell that the peer is not there."""


@dataclass(frozen=True, slots=True)
class WantedFile:
    """Name a file to download, as the client sent it."""

    filename: str
    size: int


class TransferService:
    """Hold all downloads by id, by user and by file."""

    def __init__(
        self,
        clock: SimulatedClock,
        network: Network,
        server: ServerConnection,
        storage: Storage,
        events: EventLog,
        version: SlskdVersion,
        runner: DownloadRunner,
    ) -> None:
        """Begin without downloads."""
        self._clock = clock
        self._network = network
        self._server = server
        self._storage = storage
        self._events = events
        self._version = version
        self._runner = runner
        self._by_user: dict[str, dict[str, Transfer]] = defaultdict(dict)
        self._by_file: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
        self._active: dict[tuple[str, str], Transfer] = {}
        self._active_folders: Counter[tuple[str, str]] = Counter()
        self._to_resume: list[Transfer] = []
        self.records: dict[str, Transfer] = {}
        self.batches: dict[str, Batch] = {}
        # Every file asked for while an earlier download of it was alive: (username, filename).
        self.doubled: list[tuple[str, str]] = []
        self.enqueued_total = 0
        runner.on_final = self._forget_active
        runner.on_filed = self._announce
        server.on_login.append(self._resume)

    async def check_peer(self, username: str) -> None:
        """Connect to a peer; EnqueueError with slskd's text when that is impossible."""
        if not self._server.is_ready:
            raise EnqueueError(
                "The server connection must be connected and logged in to connect to other users "
                f"(currently: {self._server.state})"
            )
        presence = self._network.reachable(username)
        if presence is Presence.OFFLINE:
            raise UserOfflineError(f"User {username} appears to be offline")
        if presence is Presence.UNREACHABLE:
            raise EnqueueError(
                f"Failed to connect to user {username}: Failed to establish a direct or indirect message "
                f"connection to {username} (192.0.2.77:2234)"
            )
        if presence is Presence.SILENT:
            await self._clock.sleep(_CONNECT_TIMEOUT_SECONDS)
            raise EnqueueError("The wait timed out after 5000 milliseconds")

    def enqueue(
        self, username: str, files: Sequence[WantedFile], batch: Batch | None = None
    ) -> tuple[list[Transfer], list[WantedFile]]:
        """Begin downloads; files that are in progress already are returned second."""
        enqueued: list[Transfer] = []
        failed: list[WantedFile] = []
        for file in files:
            if (username, file.filename) in self._active:
                self.doubled.append((username, file.filename))
                failed.append(file)
                if not self._version.enqueues_in_background:
                    enqueued.append(self._add_duplicate_row(username, file))
                continue
            transfer = self._add(username, file.filename, file.size)
            if batch is not None:
                transfer.batch_id, transfer.destination = batch.id, batch.destination
                batch.transfers.append(transfer)
            enqueued.append(transfer)
            self._activate(transfer)
        return enqueued, failed

    def of_user(self, username: str, include_removed: bool = False) -> list[Transfer]:
        """Return the downloads from one peer, oldest first."""
        rows = self._by_user.get(username, {}).values()
        return [row for row in rows if include_removed or not row.removed]

    def by_user(self, include_removed: bool = False) -> dict[str, list[Transfer]]:
        """Return all downloads by peer; peers without any are left out."""
        users = ((name, self.of_user(name, include_removed)) for name in self._by_user)
        return {name: rows for name, rows in users if rows}

    def cancel(self, transfer: Transfer) -> None:
        """Cancel a download that runs."""
        self._runner.cancel(transfer)

    def place_in_queue(self, transfer: Transfer) -> int:
        """Ask the peer for the place and store it; EnqueueError when there is no place."""
        if transfer.state != QUEUED_REMOTELY:
            raise EnqueueError(
                f"A download of {transfer.filename} from user {transfer.username} is not active"
            )
        if self._network.presence(transfer.username) not in (
            Presence.ONLINE,
            Presence.AWAY,
        ):
            raise EnqueueError("The wait timed out after 5000 milliseconds")
        transfer.place_in_queue = self._runner.place_in_queue(transfer)
        return transfer.place_in_queue

    def break_connections(self, username: str) -> None:
        """Break off what flows from a peer."""
        for transfer in tuple(self._active.values()):
            if transfer.username == username:
                self._runner.lose_connection(transfer)

    def remove_completed(self, kept_seconds: float = 0.0) -> None:
        """Hide every finished row of everybody that is older than so many simulated seconds."""
        latest = self._clock.ticks() - round(kept_seconds * TICKS_PER_SECOND)
        for transfer in self.records.values():
            if transfer.is_complete and (transfer.ended or 0) <= latest:
                transfer.removed = True

    def restart(self) -> None:
        """Close what is unfinished; it comes back under new ids after the next log-in."""
        for transfer in tuple(self._active.values()):
            # What has arrived is only still to be moved.
            if transfer.state != SUCCEEDED:
                self._runner.halt(transfer)
                self._to_resume.append(transfer)

    @property
    def active(self) -> Iterable[Transfer]:
        """Return the downloads that are not over."""
        return self._active.values()

    def _add(self, username: str, filename: str, size: int) -> Transfer:
        """Make a record, superseding finished ones of the same file."""
        for older in self._by_file[username, filename]:
            older.removed = older.removed or older.is_complete
        transfer = Transfer(str(uuid.uuid4()), username, filename, size, self._clock.ticks())
        self.records[transfer.id] = transfer
        self._by_user[username][transfer.id] = transfer
        self._by_file[username, filename].append(transfer)
        return transfer

    def _activate(self, transfer: Transfer) -> None:
        """Start a record on its way."""
        self.enqueued_total += 1
        self._active[transfer.username, transfer.filename] = transfer
        self._active_folders[transfer.username, remote_directory(transfer.filename)] += 1
        self._runner.begin(transfer)

    def _add_duplicate_row(self, username: str, file: WantedFile) -> Transfer:
        """Leave the extra row that older versions make for a file in progress."""
        transfer = Transfer(
            str(uuid.uuid4()), username, file.filename, file.size, self._clock.ticks()
        )
        transfer.state = "Completed, Errored"
        transfer.ended = self._clock.ticks()
        transfer.exception = f"An active or queued download of {file.filename} from {username} is already in progress"
        self.records[transfer.id] = transfer
        self._by_user[username][transfer.id] = transfer
        return transfer

    def _forget_active(self, transfer: Transfer) -> None:
        """Take a finished download out of the tracked ones."""
        if self._active.get((transfer.username, transfer.filename)) is transfer:
            del self._active[transfer.username, transfer.filename]
            self._active_folders[transfer.username, remote_directory(transfer.filename)] -= 1

    def _announce(self, transfer: Transfer, path: str) -> None:
        """Raise the events of a finished file."""
        data: dict[str, Any] = {
            "version": 0,
            "localFilename": path,
            "remoteFilename": transfer.filename,
            "transfer": event_row(transfer, self._version, self._clock.now(), self._clock.ticks()),
        }
        self._events.add("DownloadFileComplete", data)
        folder = remote_directory(transfer.filename)
        if self._active_folders[transfer.username, folder] == 0:
            del self._active_folders[transfer.username, folder]
            directory: dict[str, Json] = {
                "version": 0,
                "localDirectoryName": path.rpartition("/")[0],
                "remoteDirectoryName": folder,
                "username": transfer.username,
            }
            self._events.add("DownloadDirectoryComplete", directory)

    def _resume(self) -> None:
        """Enqueue again what a restart has interrupted: new ids, no batch."""
        interrupted, self._to_resume = self._to_resume, []
        for old in interrupted:
            if old.removed or (old.username, old.filename) in self._active:
                continue
            old.removed = True
            self._activate(self._add(old.username, old.filename, old.size))
