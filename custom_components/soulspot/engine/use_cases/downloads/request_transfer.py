"""Ask slskd for a file from the best source that is left, so that a lost answer doubles nothing."""

from datetime import datetime, timedelta
import sqlite3
import uuid

from ...errors import RequestRejectedError, ServiceError
from ...matching import Candidate
from ...model import Download, DownloadId, DownloadState, Track
from ...queue.scheduler import Done, Later, Result
from ...slskd.failures import failure as failure_of
from ...slskd.models import EnqueueResult, FailureKind, Refusal, RequestedFile, TransferState
from ...slskd.transfers import choose_row
from ...store import downloads, journal, network, transfers
from ...store.candidates import StoredCandidate
from ...store.transfers import StoredTransfer
from ...views import EventKind
from ..context import Context
from ..sources import DISK_PAUSE, destination, fresh_sources, next_source, use_up
from .share_recordings import ShareRecordings
from .transfer_ends import withdraw
from .watch_slskd import Request, WatchSlskd

_UNANSWERED = timedelta(minutes=30)  # While slskd says that it is well.


class RequestTransfer:
    """Turn ranked candidates into a running transfer."""

    def __init__(self, context: Context, watch: WatchSlskd, shared: ShareRecordings) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._shared = shared
        self._watch = watch

    async def execute(self, download: Download, track: Track) -> Result | None:
        """Ask the candidates in their order until slskd takes one; None when all are used up."""
        database = self._context.database
        while True:
            chosen = await database.run(next_source, download, now=self._context.clock.now())
            if chosen is None:
                return None
            candidate = Candidate.from_json(chosen.data)
            features = self._watch.status.features if self._watch.status else None
            batch_id = str(uuid.uuid4()) if features is not None and features.batches else None
            async with self._shared.turn(download, track) as somebody_elses:
                if somebody_elses is not None:
                    return somebody_elses
                batch_id, was_intended = await database.run(
                    _intend,
                    download.id,
                    chosen,
                    candidate,
                    batch_id,
                    now=self._context.clock.now(),
                )
            try:
                answer = await self._finished(candidate) if was_intended and not batch_id else None
                if answer is None:
                    folder = destination(download.id, chosen.position)
                    answer = await self._ask(candidate, batch_id, folder)
            except ServiceError as error:
                if self._watch.is_absence(error) and await self._pass_over(download, chosen):
                    continue
                raise
            self._watch.note_answer(Request.DOWNLOAD)
            now = self._context.clock.now()
            if answer.accepted:
                await database.run(
                    _acknowledge, download, candidate, answer.accepted[0].id, now=now
                )
                self._context.announcer.happened(EventKind.STARTED, track, quality=download.quality)
                return Done()
            refusal = answer.refused[0]
            failure = refusal.failure
            await database.run(
                use_up,
                download,
                chosen.position,
                candidate.username,
                failure,
                row_id=refusal.row_id,
                now=now,
            )
            if failure.kind is FailureKind.LOCAL_STORAGE:
                return Later(until=now + DISK_PAUSE, reason=failure.reason)

    async def _pass_over(self, download: Download, chosen: StoredCandidate) -> bool:
        """Leave a source that slskd has long had no answer about; False while it may yet have one.

        The last one is never left: then it may be slskd, and not the source.
        """
        database, now = self._context.database, self._context.clock.now()
        intended = await database.run(transfers.get_transfer, download.id)
        if intended is None or self._watch.observed(intended.requested_at, now) < _UNANSWERED:
            return False
        if len(await database.run(fresh_sources, download)) < 2:
            return False
        await database.run(_store_passed_over, download, chosen, intended, now=now)
        return True

    async def _finished(self, candidate: Candidate) -> EnqueueResult | None:
        """Take over what was asked for before a crash and has arrived since.

        A batch answers for itself; without one, asking again would bring the file a second time.
        """
        rows = await self._context.slskd.downloads_of(candidate.username)
        row = choose_row(rows, candidate.username, candidate.file.path)
        if row is None or row.state is not TransferState.SUCCEEDED:
            return None
        return EnqueueResult(accepted=(row,), refused=())

    async def _ask(self, candidate: Candidate, batch_id: str | None, folder: str) -> EnqueueResult:
        """Ask slskd; a request that something on the way refuses is the source's fault, not the job's."""
        name = candidate.file.path
        try:
            return await self._context.slskd.enqueue(
                candidate.username,
                [RequestedFile(filename=name, size=candidate.file.size)],
                batch_id=batch_id,
                destination=folder if batch_id else None,
            )
        except RequestRejectedError:
            refusal = Refusal(filename=name, failure=failure_of(FailureKind.REQUEST_REJECTED))
            return EnqueueResult(accepted=(), refused=(refusal,))


def _intend(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    chosen: StoredCandidate,
    candidate: Candidate,
    batch_id: str | None,
    *,
    now: datetime,
) -> tuple[str | None, bool]:
    """Write the request down before it is sent; one already written keeps its batch id.

    Returns the batch id, and whether the request was written down before.
    """
    present = transfers.get_transfer(connection, download_id)
    if present is not None and present.position == chosen.position:
        return present.batch_id, True
    transfers.start_transfer(
        connection,
        download_id,
        position=chosen.position,
        username=candidate.username,
        remote_path=candidate.file.path,
        size=candidate.file.size,
        batch_id=batch_id,
        now=now,
    )
    return batch_id, False


def _store_passed_over(
    connection: sqlite3.Connection,
    download: Download,
    chosen: StoredCandidate,
    intended: StoredTransfer,
    *,
    now: datetime,
) -> None:
    """Use a source up whose request may have been heard all the same."""
    withdraw(connection, intended, now=now)
    why = failure_of(FailureKind.UNKNOWN)
    use_up(connection, download, chosen.position, intended.username, why, row_id=None, now=now)


def _acknowledge(
    connection: sqlite3.Connection,
    download: Download,
    candidate: Candidate,
    transfer_id: str,
    *,
    now: datetime,
) -> None:
    """Hand the download over to the watcher.

    When it fails before the job has ended, the job is asked for again and runs once more.
    """
    # A file that is asked for again after a cancellation may come under the same row.
    network.forget_own_row(connection, candidate.username, transfer_id)
    transfers.acknowledge_transfer(connection, download.id, transfer_id)
    downloads.set_state(connection, download.id, DownloadState.TRANSFERRING, now=now)
    journal.write(
        connection,
        download.track_id,
        "requested",
        now=now,
        peer=candidate.username,
        path=candidate.file.path,
        why=candidate.sentence,
    )
