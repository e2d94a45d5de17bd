"""Ask slskd for files so that a lost answer neither loses nor doubles one."""

from collections.abc import Iterable, Mapping, Sequence

from ..errors import InvalidReplyError, ServiceError, UnavailableError, UnreachableError
from ..http import Reply
from .connection import Connection, is_addressable, message_of, not_logged_in, user_path
from .downloads import BATCHES_PATH, batch, rows_of
from .failures import classify, failure
from .models import (
    Batch,
    EnqueueResult,
    Failure,
    FailureKind,
    Features,
    Refusal,
    RequestedFile,
    Transfer,
)
from .parsing import expect_object
from .transfer_parsing import parse_batch, parse_batch_failures, parse_enqueued
from .transfers import choose_row
from .values import mapping

# slskd contacts the peer first; before 0.24 it waits until the peer has queued everything.
_TIMEOUT_S = 90.0
_RECOVERY_POLLS = 15
_RECOVERY_PAUSE_S = 1.0
# After these slskd may have done it all the same.
_LOST = (UnreachableError, UnavailableError, InvalidReplyError)


async def enqueue(
    connection: Connection,
    features: Features,
    username: str,
    files: Sequence[RequestedFile],
    *,
    batch_id: str | None,
    destination: str | None,
) -> EnqueueResult:
    """Ask for files of one peer; see SlskdClient.enqueue."""
    wanted = list({file.filename: file for file in files}.values())
    if not wanted:
        return EnqueueResult(accepted=(), refused=())
    if not is_addressable(username):
        return _all_refused(wanted, failure(FailureKind.REQUEST_REJECTED))
    before = await rows_of(connection, username)
    alive = {
        file.filename: known
        for file in wanted
        if (known := choose_row(before, username, file.filename)) is not None and known.is_alive
    }
    asked = [file for file in wanted if file.filename not in alive]
    if not asked:
        return _result(wanted, alive, {})
    if features.batches and batch_id is not None:
        answer = await _enqueue_batch(connection, username, asked, batch_id, destination)
    else:
        old = frozenset(row.id for row in before)
        answer = await _enqueue_plainly(connection, features, username, asked, old)
    accepted = alive | {row.filename: row for row in answer.accepted}
    return EnqueueResult(accepted=_in_order(wanted, accepted), refused=answer.refused)


# --- Batches, since 0.26.0 -----------------------------------------------------------------------


async def _enqueue_batch(
    connection: Connection,
    username: str,
    wanted: Sequence[RequestedFile],
    batch_id: str,
    destination: str | None,
) -> EnqueueResult:
    """Ask with an id of our own: a second POST of the same batch is refused, not doubled."""
    body: dict[str, object] = {"id": batch_id, "username": username, "files": _body(wanted)}
    if destination is not None:
        body["options"] = {"destination": destination}  # Null options are an error to slskd.
    try:
        reply = await connection.send_when_free(
            BATCHES_PATH, json=body, timeout=_TIMEOUT_S, expect=(400, 404, 409, 500)
        )
        made = parse_batch(mapping(reply.data).get("batch")) if reply.is_success else None
    except _LOST:
        known = await _find_batch(connection, batch_id, wanted)
        if known is None:
            raise
        return await _batch_result(connection, username, wanted, known, {})
    if reply.status == 409:
        known = await _find_batch(connection, batch_id, wanted)
        if known is None:
            raise InvalidReplyError(connection.http.service)
        return await _batch_result(connection, username, wanted, known, {})
    if made is None:
        return _all_refused(wanted, _refusal_of(reply, username))
    messages = parse_batch_failures(reply.data)
    return await _batch_result(connection, username, wanted, made, messages)


async def _find_batch(
    connection: Connection, batch_id: str, wanted: Sequence[RequestedFile]
) -> Batch | None:
    """Return a batch whose answer was lost, once it holds all files or stays as it is."""
    names = {file.filename for file in wanted}
    found = None
    for attempt in range(_RECOVERY_POLLS):
        if attempt:
            await connection.clock.sleep(_RECOVERY_PAUSE_S)
        found = await batch(connection, batch_id)
        if found is None and attempt >= 2:
            return None
        if found is not None and names <= {transfer.filename for transfer in found.transfers}:
            return found
    return found


async def _batch_result(
    connection: Connection,
    username: str,
    wanted: Sequence[RequestedFile],
    known: Batch,
    messages: Mapping[str, str],
) -> EnqueueResult:
    """Return which files are in the batch, or in progress already, and why the others are not."""
    inside = {transfer.filename: transfer for transfer in known.transfers}
    missing = [file for file in wanted if file.filename not in inside]
    rows = await rows_of(connection, username) if missing else ()
    refused = []
    for file in missing:
        alive = choose_row(rows, username, file.filename)
        if alive is not None and alive.is_alive:
            inside[file.filename] = alive
            continue
        why = classify(messages.get(file.filename), username=username, filename=file.filename)
        refused.append(Refusal(filename=file.filename, failure=why))
    return EnqueueResult(accepted=_in_order(wanted, inside), refused=tuple(refused))


# --- One peer's files, all versions ---------------------------------------------------------------


async def _enqueue_plainly(
    connection: Connection,
    features: Features,
    username: str,
    asked: Sequence[RequestedFile],
    old: frozenset[str],
) -> EnqueueResult:
    """Ask for files, and find out by the rows that are not `old` what became of them."""
    why = failure(FailureKind.UNKNOWN)
    lost: ServiceError | None = None
    accepted: dict[str, Transfer] = {}
    try:
        reply = await connection.send_when_free(
            user_path(username), json=_body(asked), timeout=_TIMEOUT_S, expect=(400, 404, 500)
        )
        if not reply.is_success:
            why = _refusal_of(reply, username)
            if features.asynchronous_enqueue:  # Then nothing was enqueued at all.
                return _all_refused(asked, why)
        elif features.asynchronous_enqueue:
            expect_object(reply.data)
        accepted = {row.filename: row for row in parse_enqueued(reply.data, username)}
    except _LOST as error:
        if error.translation_key == "not_logged_in":
            raise
        lost = error
    unknown = [file for file in asked if file.filename not in accepted]
    if not unknown:
        return _result(asked, accepted, {})
    found = await _by_rows(connection, username, unknown, old, features)
    if lost is not None and not found:
        raise lost
    rows = {name: row for name, row in found.items() if isinstance(row, Transfer)}
    refused = {name: row for name, row in found.items() if isinstance(row, Refusal)}
    missing = {
        file.filename: Refusal(filename=file.filename, failure=why)
        for file in unknown
        if file.filename not in found
    }
    return _result(asked, accepted | rows, refused | missing)


async def _by_rows(
    connection: Connection,
    username: str,
    files: Iterable[RequestedFile],
    old: frozenset[str],
    features: Features,
) -> dict[str, Transfer | Refusal]:
    """Return what new or living rows tell of files that the answer does not name.

    Before 0.24 the answer names none; later it leaves out what is in progress already, and a row that
    failed may still come back to life: it is for `judge` to give it up.
    """
    rows = await rows_of(connection, username)
    found: dict[str, Transfer | Refusal] = {}
    for file in files:
        row = choose_row(rows, username, file.filename)
        if row is None or not (row.is_alive or row.id not in old):
            continue
        found[file.filename] = row
        if row.is_completed and row.exception is not None and not features.asynchronous_enqueue:
            why = classify(
                row.exception, state=row.state, username=username, filename=file.filename
            )
            found[file.filename] = Refusal(filename=file.filename, failure=why, row_id=row.id)
    return found


# --- Common ------------------------------------------------------------------------------------------


def _refusal_of(reply: Reply, username: str) -> Failure:
    """Return what a refused request means for its source.

    500 is slskd's answer to trouble with the peer; only a lost login is its own.
    """
    if reply.status == 400:
        return failure(FailureKind.REQUEST_REJECTED)
    if reply.status == 404:
        return failure(FailureKind.OFFLINE)
    why = classify(message_of(reply), username=username)
    if why.kind is FailureKind.NOT_LOGGED_IN:
        raise not_logged_in()
    return why


def _body(files: Iterable[RequestedFile]) -> list[dict[str, object]]:
    """Return files as slskd wants them."""
    return [{"filename": file.filename, "size": file.size} for file in files]


def _all_refused(files: Iterable[RequestedFile], why: Failure) -> EnqueueResult:
    """Return the result of a request that brought nothing."""
    return EnqueueResult(
        accepted=(),
        refused=tuple(Refusal(filename=file.filename, failure=why) for file in files),
    )


def _result(
    wanted: Sequence[RequestedFile],
    accepted: Mapping[str, Transfer],
    refused: Mapping[str, Refusal],
) -> EnqueueResult:
    """Return both sides in the order of the request."""
    return EnqueueResult(
        accepted=_in_order(wanted, accepted),
        refused=tuple(refused[file.filename] for file in wanted if file.filename in refused),
    )


def _in_order(
    wanted: Sequence[RequestedFile], rows: Mapping[str, Transfer]
) -> tuple[Transfer, ...]:
    """Return the rows in the order of the request."""
    return tuple(rows[file.filename] for file in wanted if file.filename in rows)
