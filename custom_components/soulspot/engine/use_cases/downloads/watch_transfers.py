"""Watch running transfers, and hand over what arrived or failed."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from pathlib import Path

from ...errors import ServiceError, SoulSpotError, UnreachableError
from ...model import DownloadId
from ...nap import nap
from ...slskd.failures import failure
from ...slskd.models import (
    DownloadCompleted,
    Failure,
    FailureKind,
    Outcome,
    Transfer,
    TransferState,
)
from ...slskd.transfers import choose_row, judge
from ...store import transfers
from ...store.transfers import StoredTransfer, WatchedPeers
from ..context import Context
from .locate_download import LocateDownload
from .peer_turns import FLOWING, PEERS_AT_ONCE, QUEUED, PeerTurns
from .tidy_rows import TidyRows
from .transfer_deadlines import Waited, overdue, wait_for_slot
from .transfer_ends import fail, hand_over, store_lost
from .watch_slskd import Request, WatchSlskd

_LOGGER = logging.getLogger(__name__)

_IDLE = 60.0  # seconds
_AWAY = 10.0  # while slskd does not answer
_LOOKS_AT_A_STRETCH = 50  # Then the event loop gets its turn.

_BEGINNING = timedelta(seconds=10)
_ROW_GONE = timedelta(minutes=1)
_UNSEEN = timedelta(hours=2)  # While slskd says that it is well.
_FILE_GRACE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTransfer:
    """Hold the figures of a running transfer; they are not stored."""

    state: TransferState
    bytes_transferred: int
    size: int
    speed: float  # bytes/s
    progressed_at: datetime
    place_in_queue: int | None = None


class WatchTransfers:
    """Poll slskd as often as it makes sense, by peer, never faster."""

    def __init__(self, context: Context, watch: WatchSlskd) -> None:
        """Take the rooms to work with; nothing is asked before `run`."""
        self._context = context
        self._watch = watch
        self._wake = asyncio.Event()
        self._completed_at: dict[DownloadId, datetime] = {}
        self._missing_since: dict[DownloadId, datetime] = {}
        self._unseen_since: dict[DownloadId, datetime] = {}
        self._files = LocateDownload(context, watch)
        self._tidy = TidyRows(context)
        self.live: dict[DownloadId, LiveTransfer] = {}
        self._turns = PeerTurns()
        self._peers: WatchedPeers | None = None
        self._known: dict[str, set[DownloadId]] = {}  # By peer: what is remembered of whom.
        self._phases: dict[DownloadId, str] = {}  # Changed in this look, stored at its end.
        self._is_reconciled = False

    def wake(self) -> None:
        """Look now instead of at the next turn."""
        self._wake.set()

    async def run(self) -> None:
        """Watch until cancelled; trouble of any kind is over at some later look."""
        told: str | None = None
        while True:
            self._wake.clear()
            try:
                pause = await self.look()
                told = None
            except ServiceError as error:
                self._watch.note_error(error, Request.PROGRESS)
                pause = _AWAY
            except SoulSpotError as error:
                if told != error.translation_key:
                    _LOGGER.error("Transfers cannot be followed for now: %s", error)
                told = error.translation_key
                pause = _IDLE
            except Exception:
                _LOGGER.exception("Unexpected error while following transfers")
                pause = _IDLE
            await nap(self._context.clock, self._wake, pause)

    async def look(self) -> float:
        """Look at the transfers whose turn it is, and return the pause until the next look in seconds.

        The first look is a reconciliation: it sees all of them.
        """
        database, clock = self._context.database, self._context.clock
        self._peers = await database.run(transfers.watched_peers, self._peers)
        marks = self._peers.marks
        for username in self._turns.update(marks, clock.now()):
            self._forget(username, frozenset())
        if not self._watch.is_ready:
            return _AWAY if marks else _IDLE
        if not marks:
            self._is_reconciled = True
            await self._tidy.execute()
            return _IDLE
        if self._is_reconciled or len(marks) <= PEERS_AT_ONCE:
            usernames, rows = await self._rows_of(self._turns.due(clock.now()))
        else:  # Once, one big answer is cheaper than many small ones; too big a one is done without.
            self._is_reconciled = True
            usernames = tuple(marks)
            rows = list(await self._context.slskd.downloads())
        await self._look_at_peers(usernames, rows)
        self._is_reconciled = True
        await self._tidy.execute()
        self._context.announcer.changed()
        return self._turns.pause(clock.now())

    async def _rows_of(self, due: Iterable[str]) -> tuple[tuple[str, ...], list[Transfer]]:
        """Return slskd's rows of these peers, with the peers it could be asked about.

        One of whom it cannot be asked (a proxy dislikes the name) does not keep the others waiting.
        """
        answered: list[str] = []
        unanswered: list[str] = []
        rows: list[Transfer] = []
        trouble: ServiceError | None = None
        for username in due:
            try:
                rows += await self._context.slskd.downloads_of(username)
            except UnreachableError:
                raise
            except ServiceError as error:
                _LOGGER.debug("slskd has no answer about a peer: %s", error)
                self._turns.set((username,), QUEUED, self._context.clock.now())
                unanswered.append(username)
                trouble = error
            else:
                answered.append(username)
        if trouble is not None and not answered:
            self._watch.note_error(trouble, Request.PROGRESS)
        for transfer in await self._context.database.run(transfers.list_transfers, unanswered):
            await self._note_unseen(transfer)
        return tuple(answered), rows

    async def _look_at_peers(self, usernames: Iterable[str], rows: Iterable[Transfer]) -> None:
        """Look at every transfer with these peers, and say when to look again."""
        by_file: dict[tuple[str, str], list[Transfer]] = defaultdict(list)
        for row in rows:
            by_file[row.username, row.filename].append(row)
        found = await self._context.database.run(transfers.list_transfers, usernames)
        seen: dict[str, set[DownloadId]] = {username: set() for username in usernames}
        troubled: dict[str, ServiceError] = {}
        for number, transfer in enumerate(found, start=1):
            name, path = transfer.username, transfer.remote_path
            seen[name].add(transfer.download_id)
            chosen = choose_row(by_file.get((name, path), ()), name, path)
            try:
                await self._look_at(transfer, chosen)
            except UnreachableError:
                raise
            except ServiceError as error:
                _LOGGER.debug("slskd has no answer about a transfer: %s", error)
                troubled[name] = error
                await self._note_unseen(transfer)
            else:
                self._unseen_since.pop(transfer.download_id, None)
            if number % _LOOKS_AT_A_STRETCH == 0:
                await asyncio.sleep(0)
        if len(troubled) < len(seen):
            self._watch.note_answer(Request.PROGRESS)
        elif troubled:
            self._watch.note_error(next(iter(troubled.values())), Request.PROGRESS)
        now = self._context.clock.now()
        phases, self._phases = self._phases, {}
        if phases:
            await self._context.database.run(transfers.set_phases, phases, now=now)
        for username, download_ids in seen.items():
            self._forget(username, download_ids)
            pause = QUEUED if username in troubled else self._interval(download_ids, now)
            self._turns.set((username,), pause, now)

    async def _look_at(self, transfer: StoredTransfer, row: Transfer | None) -> None:
        """Judge one transfer and act on it."""
        now = self._context.clock.now()
        if row is None and transfer.transfer_id is not None:
            row = await self._context.slskd.download(transfer.username, transfer.transfer_id)
        if row is None:
            await self._row_gone(transfer, now)
            return
        self._missing_since.pop(transfer.download_id, None)
        status = self._watch.status
        if status is None:
            return
        completed_at = now
        if row.is_completed:
            completed_at = self._completed_at.setdefault(transfer.download_id, now)
        if row.state is TransferState.UNKNOWN:  # Of a later slskd: it must not wait for ever.
            await self._alive(transfer, row, now)
            return
        verdict = judge(
            row,
            status.features,
            first_seen_completed_at=now - self._watch.observed(completed_at, now),
            now=now,
            retry_attempts=status.retry_attempts,
            retry_maximum_delay_s=status.retry_maximum_delay_s,
        )
        if verdict.outcome is Outcome.ALIVE:
            self._completed_at.pop(transfer.download_id, None)
            await self._alive(transfer, row, now)
            return
        if verdict.outcome is Outcome.SUCCEEDED:
            await self._succeeded(transfer, row, now)
        elif verdict.outcome is Outcome.FAILED and verdict.failure is not None:
            await self._give_up(transfer, row.id, verdict.failure, now)

    # --- What can be seen of a transfer ------------------------------------------------------

    async def _alive(self, transfer: StoredTransfer, row: Transfer, now: datetime) -> None:
        """Follow a running transfer, and leave it when it does not move."""
        before = self.live.get(transfer.download_id)
        progressed_at = now
        if before is not None and (before.state, before.bytes_transferred) == (
            row.state,
            row.bytes_transferred,
        ):
            progressed_at = before.progressed_at
        self.live[transfer.download_id] = LiveTransfer(
            state=row.state,
            bytes_transferred=row.bytes_transferred,
            size=transfer.size,
            speed=row.average_speed if row.state is TransferState.IN_PROGRESS else 0.0,
            progressed_at=progressed_at,
            place_in_queue=row.place_in_queue,
        )
        if row.state.value != transfer.phase:
            self._phases[transfer.download_id] = row.state.value
            return
        slot = wait_for_slot(row)
        observed = self._watch.observed
        waited = Waited(
            in_phase=observed(transfer.phase_since, now),
            without_bytes=observed(progressed_at, now),
            in_all=None if slot is None else observed(transfer.requested_at + slot, now),
        )
        kind = overdue(row, transfer.size, waited)
        if kind is not None:
            await self._leave(transfer, row, kind, now)

    async def _succeeded(self, transfer: StoredTransfer, row: Transfer, now: datetime) -> None:
        """Find the file, and hand it over; slskd says "succeeded" before it has moved it."""
        path: Path | None = None
        if self._files.is_possible:
            waited = self._watch.observed(self._completed_at[transfer.download_id], now)
            try:
                path = await self._files.find(transfer)
            except ServiceError:
                if waited < _UNSEEN:
                    raise
            if path is None:
                if waited >= _FILE_GRACE:
                    await self._lost(transfer, now)
                return
        await self._hand_over(transfer, path, row.id, row.average_speed or None, now)

    def note_completed(self, event: DownloadCompleted) -> None:
        """Take over what slskd tells by itself, and look at that peer now."""
        self._files.note(event)
        if event.username is not None:
            self._turns.hasten(event.username, self._context.clock.now())
        self.wake()

    async def _row_gone(self, transfer: StoredTransfer, now: datetime) -> None:
        """Treat a row that cannot be seen any more as cancelled, unless its file is there."""
        since = self._missing_since.setdefault(transfer.download_id, now)
        if self._files.is_possible and (path := await self._files.find(transfer)) is not None:
            await self._hand_over(transfer, path, transfer.transfer_id, None, now)
        elif self._watch.observed(since, now) >= _ROW_GONE:
            why = failure(FailureKind.CANCELLED)
            await self._give_up(transfer, transfer.transfer_id, why, now)

    async def _note_unseen(self, transfer: StoredTransfer) -> None:
        """Take another source instead of a transfer that slskd has long had no answer about."""
        now = self._context.clock.now()
        since = self._unseen_since.setdefault(transfer.download_id, now)
        self._known.setdefault(transfer.username, set()).add(transfer.download_id)
        if self._watch.observed(since, now) < _UNSEEN:
            return
        path: Path | None = None
        if self._files.is_possible:
            with suppress(ServiceError):
                path = await self._files.find(transfer)
        if path is not None:
            await self._hand_over(transfer, path, transfer.transfer_id, None, now)
        else:
            await self._give_up(transfer, transfer.transfer_id, failure(FailureKind.SILENT), now)

    # --- Ends --------------------------------------------------------------------------------

    async def _hand_over(
        self,
        transfer: StoredTransfer,
        path: Path | None,
        row_id: str | None,
        speed: float | None,
        now: datetime,
    ) -> None:
        """Store that the bytes are here; `path` is None when the folder cannot be seen, `speed` in bytes/s."""
        await self._context.database.run(
            hand_over,
            transfer,
            path,
            row_id=row_id,
            speed=speed,
            has_library=self._context.settings.library is not None,
            now=now,
        )
        self._watch.disk.note_written(transfer.download_id)
        self._forget_download(transfer.download_id)

    async def _leave(
        self, transfer: StoredTransfer, row: Transfer, kind: FailureKind, now: datetime
    ) -> None:
        """Stop a transfer that waits too long, and take the next source."""
        await self._context.slskd.cancel(transfer.username, row.id)
        await self._give_up(transfer, row.id, failure(kind), now)

    async def _give_up(
        self, transfer: StoredTransfer, row_id: str | None, why: Failure, now: datetime
    ) -> None:
        """Store the failure together with the next step."""
        if why.kind is FailureKind.LOCAL_STORAGE and not self._watch.disk.note_failed(
            transfer.download_id
        ):
            why = failure(FailureKind.UNKNOWN)
        await self._context.database.run(fail, transfer, why, row_id=row_id, now=now)
        self._forget_download(transfer.download_id)  # Its next source may be the same peer's.

    async def _lost(self, transfer: StoredTransfer, now: datetime) -> None:
        """End a download whose file is nowhere: the folders do not fit, and more files would not help."""
        _LOGGER.warning("A finished file is not in the downloads folder; check the folder settings")
        await self._context.database.run(store_lost, transfer, now=now)
        self._forget_download(transfer.download_id)

    def _forget(self, username: str, alive: Collection[DownloadId]) -> None:
        """Drop what is remembered of a peer's transfers that are no more."""
        for download_id in self._known.pop(username, set()).difference(alive):
            self._forget_download(download_id)
        if alive:
            self._known[username] = set(alive)

    def _forget_download(self, download_id: DownloadId) -> None:
        """Drop what is remembered of a transfer that has ended."""
        memories = (self.live, self._completed_at, self._missing_since, self._unseen_since)
        for memory in memories:
            memory.pop(download_id, None)

    def _interval(self, download_ids: Iterable[DownloadId], now: datetime) -> float:
        """Return how soon to look again: short while anything moves or is about to be decided.

        A transfer that has just begun mostly starts within seconds.
        """
        for download_id in download_ids:
            live = self.live.get(download_id)
            if live is None or not _is_queued(live) or now - live.progressed_at < _BEGINNING:
                return FLOWING
            if download_id in self._completed_at or download_id in self._missing_since:
                return FLOWING
        return QUEUED


def totals(live: Iterable[LiveTransfer]) -> tuple[float, int]:
    """Return the speed in bytes/s and the remaining bytes of all running transfers."""
    speed, remaining = 0.0, 0
    for transfer in live:
        speed += transfer.speed
        remaining += max(transfer.size - transfer.bytes_transferred, 0)
    return speed, remaining


def _is_queued(live: LiveTransfer) -> bool:
    """Tell whether a peer lets us wait."""
    return live.state in (TransferState.QUEUED_REMOTELY, TransferState.QUEUED_LOCALLY)
