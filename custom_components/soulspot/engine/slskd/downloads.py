"""Read, cancel and remove the rows of slskd's downloads."""

import asyncio

from ..errors import UnavailableError
from .connection import Connection, encoded, user_path
from .models import Batch, Transfer
from .transfer_parsing import parse_all_transfers, parse_batch, parse_transfer, parse_user_transfers
from .values import mapping, natural, objects

BATCHES_PATH = "/transfers/downloads/batches"
_ALL_TIMEOUT_S = 120.0  # Ten thousand finished rows take slskd a while.
_POSITION_TIMEOUT_S = 20.0  # slskd asks the peer each time.
_ROWS_AT_ONCE = 100  # More would hold up the event loop of a small machine.
_REMOVAL_POLLS = 20
_REMOVAL_PAUSE_S = 0.5


async def rows_of(connection: Connection, username: str) -> tuple[Transfer, ...]:
    """Return one peer's rows; slskd answers 404 when there are none."""
    reply = await connection.send("GET", user_path(username), expect=(404,))
    if reply.status == 404:
        return ()
    if _row_count(reply.data) <= _ROWS_AT_ONCE:
        return parse_user_transfers(reply.data)
    return await asyncio.to_thread(parse_user_transfers, reply.data)


async def all_rows(connection: Connection) -> tuple[Transfer, ...]:
    """Return every row that was not removed; megabytes on a busy slskd."""
    reply = await connection.send("GET", "/transfers/downloads", timeout=_ALL_TIMEOUT_S)
    return await asyncio.to_thread(parse_all_transfers, reply.data)


def _row_count(payload: object) -> int:
    """Return how many rows one peer's list has."""
    directories = objects(mapping(payload).get("directories"))
    return sum(len(files) for item in directories if isinstance(files := item.get("files"), list))


async def row(connection: Connection, username: str, transfer_id: str) -> Transfer | None:
    """Return one row, a removed one too, or None when slskd does not know it."""
    reply = await connection.send("GET", user_path(username, transfer_id), expect=(400, 404))
    return parse_transfer(reply.data) if reply.is_success else None


async def batch(connection: Connection, batch_id: str) -> Batch | None:
    """Return a batch, or None when slskd does not know it."""
    reply = await connection.send("GET", f"{BATCHES_PATH}/{encoded(batch_id)}", expect=(400, 404))
    return parse_batch(reply.data) if reply.is_success else None


async def place_in_queue(connection: Connection, username: str, transfer_id: str) -> int | None:
    """Return the place the peer tells, or None when it tells none or the row is not queued."""
    path = user_path(username, transfer_id, "position")
    reply = await connection.send("GET", path, timeout=_POSITION_TIMEOUT_S, expect=(400, 404, 500))
    return natural(reply.data) if reply.is_success else None


async def cancel(connection: Connection, username: str, transfer_id: str) -> None:
    """Ask slskd to stop a transfer; it completes a moment later. Unknown ids are fine."""
    await connection.send("DELETE", user_path(username, transfer_id), expect=(400, 404))


async def remove(connection: Connection, username: str, transfer_id: str) -> bool:
    """Take a row from slskd's list, stopping its transfer first; the file stays.

    slskd removes completed rows only. Returns False when it did not complete within ten seconds.
    """
    found = await row(connection, username, transfer_id)
    if found is not None and not found.removed and not found.is_completed:
        await cancel(connection, username, transfer_id)
    for _ in range(_REMOVAL_POLLS):
        if found is None or found.removed:
            return True
        if found.is_completed and await _remove_completed(connection, username, transfer_id):
            return True
        await connection.clock.sleep(_REMOVAL_PAUSE_S)
        found = await row(connection, username, transfer_id)
    return False


async def _remove_completed(connection: Connection, username: str, transfer_id: str) -> bool:
    """Remove a completed row; False when slskd says that it is not completed after all."""
    try:
        await connection.send(
            "DELETE",
            user_path(username, transfer_id),
            params={"remove": "true"},
            expect=(404,),
        )
    except UnavailableError:  # Up to 0.24.1: the row is alive again.
        return False
    return True
