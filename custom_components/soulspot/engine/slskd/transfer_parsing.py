"""Turn slskd's answers about transfers, and its events about them, into model objects.

Everything in an answer may be missing, null or of another type: then it counts as not told.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from ..errors import InvalidReplyError, Service
from .models import Batch, DownloadCompleted, Transfer, TransferState
from .parsing import expect_list, expect_object, flags
from .values import Json, mapping, moment, natural, number, objects, text

_ENDS = {
    "succeeded": TransferState.SUCCEEDED,
    "cancelled": TransferState.CANCELLED,
    "timedout": TransferState.TIMED_OUT,
    "rejected": TransferState.REJECTED,
    "aborted": TransferState.ABORTED,
    "errored": TransferState.ERRORED,
}
_PHASES = {
    "inprogress": TransferState.IN_PROGRESS,
    "initializing": TransferState.INITIALIZING,
    "requested": TransferState.REQUESTED,
}


def transfer_state(value: object) -> TransferState:
    """Return where a transfer is by its flags.

    Completed with an end that nobody knows counts as errored; anything else unknown as unknown.
    """
    state = flags(value)
    if "completed" in state:
        return next((end for flag, end in _ENDS.items() if flag in state), TransferState.ERRORED)
    if "queued" in state:
        return (
            TransferState.QUEUED_REMOTELY if "remotely" in state else TransferState.QUEUED_LOCALLY
        )
    return next(
        (phase for flag, phase in _PHASES.items() if flag in state),
        TransferState.UNKNOWN,
    )


def parse_transfer(payload: object) -> Transfer:
    """Return one transfer; raises InvalidReplyError when it has no id, user or file."""
    transfer = _transfer(expect_object(payload), None)
    if transfer is None:
        raise InvalidReplyError(Service.SLSKD)
    return transfer


def _transfer(item: Json, username: str | None) -> Transfer | None:
    """Return a row, or None when it is no download that could be told from others."""
    identifier, filename = text(item.get("id")), text(item.get("filename"))
    username = text(item.get("username")) or username
    if (
        identifier is None
        or filename is None
        or username is None
        or item.get("direction") == "Upload"
    ):
        return None
    return Transfer(
        id=identifier,
        username=username,
        filename=filename,
        size=natural(item.get("size")) or 0,
        state=transfer_state(item.get("state")),
        bytes_transferred=natural(item.get("bytesTransferred")) or 0,
        average_speed=max(number(item.get("averageSpeed")) or 0.0, 0.0),
        requested_at=moment(item.get("requestedAt")),
        enqueued_at=moment(item.get("enqueuedAt")),
        started_at=moment(item.get("startedAt")),
        ended_at=moment(item.get("endedAt")),
        exception=text(item.get("exception")),
        attempts=natural(item.get("attempts")),
        batch_id=text(item.get("batchId")),
        place_in_queue=natural(item.get("placeInQueue")),
        removed=item.get("removed") is True,
    )


def _transfers(items: object, username: str | None = None) -> Iterator[Transfer]:
    """Yield the rows of a list, leaving out what is none."""
    for item in objects(items):
        transfer = _transfer(item, username)
        if transfer is not None:
            yield transfer


def parse_user_transfers(payload: object) -> tuple[Transfer, ...]:
    """Return the rows of one peer; raises InvalidReplyError for anything but an object."""
    user = expect_object(payload)
    return tuple(
        transfer
        for directory in objects(user.get("directories"))
        for transfer in _transfers(directory.get("files"), text(user.get("username")))
    )


def parse_all_transfers(payload: object) -> tuple[Transfer, ...]:
    """Return the rows of all peers; raises InvalidReplyError for anything but a list."""
    return tuple(
        transfer
        for user in objects(expect_list(payload))
        for transfer in parse_user_transfers(user)
    )


def parse_enqueued(payload: object, username: str) -> tuple[Transfer, ...]:
    """Return the rows that an enqueue answer names; before 0.24 it is empty and names none.

    Its list of failures is of no use: file names up to 0.25, empty objects since.
    """
    return tuple(_transfers(mapping(payload).get("enqueued"), username))


def parse_batch(payload: object) -> Batch:
    """Return a batch; raises InvalidReplyError when it has no id."""
    batch = expect_object(payload)
    identifier = text(batch.get("id"))
    if identifier is None:
        raise InvalidReplyError(Service.SLSKD)
    username = text(batch.get("username"))
    return Batch(
        id=identifier,
        username=username or "",
        destination=text(mapping(batch.get("options")).get("destination")),
        transfers=tuple(_transfers(batch.get("transfers"), username)),
    )


def parse_batch_failures(payload: object) -> dict[str, str]:
    """Return the messages of a batch's failures by file name."""
    return {
        filename: text(item.get("message")) or ""
        for item in objects(mapping(payload).get("failures"))
        if (filename := text(item.get("filename")))
    }


# --- Events ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """Hold an event's id, and the finished download when it tells of one."""

    id: str
    download: DownloadCompleted | None


def parse_events(payload: object) -> tuple[EventRow, ...]:
    """Return the rows of GET /events in their order; raises InvalidReplyError for anything but a list.

    What an event tells is JSON in a text, with nulls.
    """
    return tuple(
        EventRow(id=identifier, download=_completed(item, _decoded(item.get("data"))))
        for item in objects(expect_list(payload))
        if (identifier := text(item.get("id")))
    )


def parse_webhook(payload: object) -> DownloadCompleted | None:
    """Return the finished download a webhook call tells of, or None for anything else."""
    call = mapping(payload)
    return _completed(call, call)


def _decoded(value: object) -> Json:
    """Return the object inside an event's text, or an empty one."""
    if not isinstance(value, str):
        return mapping(value)
    try:
        return mapping(orjson.loads(value))
    except orjson.JSONDecodeError:
        return {}


def _completed(event: Json, data: Json) -> DownloadCompleted | None:
    """Return the finished download, or None when the event tells of something else."""
    local, remote = text(data.get("localFilename")), text(data.get("remoteFilename"))
    if (text(event.get("type")) or "").lower() != "downloadfilecomplete" or not local or not remote:
        return None
    transfer = mapping(data.get("transfer"))
    return DownloadCompleted(
        event_id=text(event.get("id")) or "",
        at=moment(event.get("timestamp")),
        local_filename=local,
        remote_filename=remote,
        username=text(transfer.get("username")),
        transfer_id=text(transfer.get("id")),
        size=natural(transfer.get("size")),
        batch_id=text(transfer.get("batchId")),
    )
