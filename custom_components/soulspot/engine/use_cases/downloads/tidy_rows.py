"""Take our own rows from slskd's list when they are of no more use, also after a crash."""

from datetime import datetime, timedelta
import logging
import sqlite3

from ...errors import RequestRejectedError, ServiceError, UnreachableError
from ...queue.put_off import PutOff
from ...slskd.failures import classify
from ...slskd.models import FailureKind, Transfer
from ...store import network, transfers
from ...store.network import AbandonedRequest
from ..context import Context

_LOGGER = logging.getLogger(__name__)

_AT_ONCE = 50
# Before 0.24 slskd answers a request within 90 seconds or never; after a restart it asks again by itself.
_ANSWER_BY = timedelta(minutes=5)
_FORGOTTEN_AFTER = timedelta(days=1)  # When slskd never has an answer.
_PUT_OFF = 600.0  # seconds for a row that slskd does not let go of
# The machines' clocks may differ; a row that is older than the request is somebody else's.
_CLOCK_TOLERANCE = timedelta(minutes=1)


class TidyRows:
    """Remove finished, failed and withdrawn rows of ours, and nobody else's."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._put_off = PutOff[tuple[str, str]](context.clock, _PUT_OFF)

    async def execute(self) -> None:
        """Remove what is written down; whatever cannot be removed now stays for the next time.

        A row that slskd does not let go of ends the round, for it costs seconds, but it does not keep
        the others waiting.
        """
        database = self._context.database
        put_off = self._put_off.current()
        try:
            for request in await database.run(network.abandoned_requests, _AT_ONCE):
                await self._find_rows(request)
            for row in await database.run(network.own_rows, _AT_ONCE + len(put_off)):
                if row not in put_off and not await self._remove(*row):
                    self._put_off.add(row)
                    break
        except ServiceError as error:
            _LOGGER.debug("Finished rows stay in slskd's list for now: %s", error)

    async def _find_rows(self, request: AbandonedRequest) -> None:
        """Look for what came of a request that was withdrawn before its answer came."""
        now = self._context.clock.now()
        rows: tuple[Transfer, ...] = ()
        try:
            rows = await self._context.slskd.downloads_of(request.username)
        except UnreachableError:
            raise
        except ServiceError as error:
            _LOGGER.debug("slskd has no answer about a peer: %s", error)
            is_final = isinstance(error, RequestRejectedError)
            if not is_final and abs(now - request.withdrawn_at) < _FORGOTTEN_AFTER:
                return
        found = tuple(row.id for row in rows if _stems_from(row, request))
        await self._context.database.run(_give_up, request, found, now=now)

    async def _remove(self, username: str, row_id: str) -> bool:
        """Stop and remove one row; False when slskd does not let go of it."""
        if not await self._context.database.run(network.is_own_row, username, row_id):
            return True  # Meanwhile it was asked for again.
        ended: Transfer | None = None
        try:
            row = await self._context.slskd.download(username, row_id)
            if row is not None and _ended_with_slskd(row):
                ended = row
            if not await self._context.slskd.remove(username, row_id):
                return False
        except UnreachableError:
            raise
        except ServiceError as error:
            _LOGGER.debug("A finished row stays in slskd's list: %s", error)
            if not isinstance(error, RequestRejectedError):
                return False
        await self._context.database.run(
            _forget_row, username, row_id, ended, now=self._context.clock.now()
        )
        return True


def _stems_from(row: Transfer, request: AbandonedRequest) -> bool:
    """Tell whether a row came of a request."""
    if (row.username, row.filename) != (request.username, request.remote_path):
        return False
    if request.batch_id is not None and row.batch_id is not None:
        return row.batch_id == request.batch_id
    return (
        row.requested_at is not None and row.requested_at >= request.requested_at - _CLOCK_TOLERANCE
    )


def _ended_with_slskd(row: Transfer) -> bool:
    """Tell whether slskd ended a row as it stopped: after its start it asks again, under another id."""
    why = classify(row.exception, state=row.state, username=row.username, filename=row.filename)
    return why.kind is FailureKind.SLSKD_RESTARTED


def _forget_row(
    connection: sqlite3.Connection,
    username: str,
    row_id: str,
    ended: Transfer | None,
    *,
    now: datetime,
) -> None:
    """Forget a row that is gone, but look for the one that follows on what slskd ended itself."""
    network.forget_own_row(connection, username, row_id)
    if ended is not None:
        network.abandon_request(
            connection,
            username,
            ended.filename,
            batch_id=None,
            requested_at=ended.requested_at or now,
            now=now,
        )


def _give_up(
    connection: sqlite3.Connection,
    request: AbandonedRequest,
    row_ids: tuple[str, ...],
    *,
    now: datetime,
) -> None:
    """Let the rows be removed, unless the file is wanted again by now."""
    if transfers.is_wanted(connection, request.username, request.remote_path):
        network.forget_request(connection, request.id)
        return
    for row_id in row_ids:
        network.add_own_row(connection, request.username, row_id)
    if row_ids or abs(now - request.withdrawn_at) >= _ANSWER_BY:
        network.forget_request(connection, request.id)
