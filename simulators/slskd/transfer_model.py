"""Hold the records of downloads and their batches, and show them as each version does."""

from dataclasses import dataclass, field

from .clock import TICKS_PER_SECOND, Callback, Timer
from .json_rules import Json, instant, number, time_span
from .versions import SlskdVersion

QUEUED_LOCALLY = "Queued, Locally"
REQUESTED = "Requested"
QUEUED_REMOTELY = "Queued, Remotely"
INITIALIZING = "Initializing"
IN_PROGRESS = "InProgress"
SUCCEEDED = "Completed, Succeeded"

_DIRECTIONS = ("Download", "Upload")
_FLAGS = {
    "None": 0,
    "Requested": 1,
    "Queued": 2,
    "Initializing": 4,
    "InProgress": 8,
    "Completed": 16,
    "Succeeded": 32,
    "Cancelled": 64,
    "TimedOut": 128,
    "Errored": 256,
    "Rejected": 512,
    "Aborted": 1024,
    "Locally": 2048,
    "Remotely": 4096,
}


@dataclass(slots=True, eq=False)
class Transfer:
    """Hold one download; times in ticks, sizes in bytes, rate in bytes a simulated second."""

    id: str
    username: str
    filename: str
    size: int
    requested: int
    batch_id: str | None = None
    destination: str | None = None
    state: str = QUEUED_LOCALLY
    enqueued: int | None = None
    started: int | None = None
    ended: int | None = None
    offset: int = 0
    received: int = 0
    place_in_queue: int | None = None
    exception: str | None = None
    attempts: int = 1
    removed: bool = False
    # How the attempt under way runs.
    timer: Timer | None = None
    flowing_since: float | None = None
    flow_end: int = 0
    rate: float = 0.0
    queued_until: float = 0.0
    is_accepted: bool = False
    has_upload_slot: bool = False
    has_local_slot: bool = False
    in_retry_pause: bool = False
    on_acknowledged: list[Callback] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Tell whether the record looks finished, which a retry may still undo."""
        return self.state.startswith("Completed")

    def bytes_at(self, now: float) -> int:
        """Return the bytes received at a simulated time."""
        if self.flowing_since is None:
            return self.received
        flowed = int((now - self.flowing_since) * self.rate)
        return min(self.offset + flowed, self.flow_end)


@dataclass(slots=True, eq=False)
class Batch:
    """Hold a group of downloads that was asked for together."""

    id: str
    search_id: str | None
    username: str
    created: int
    destination: str | None
    transfers: list[Transfer] = field(default_factory=list)


def remote_parts(path: str) -> list[str]:
    """Split a remote path at both kinds of slashes."""
    return [part for part in path.replace("/", "\\").split("\\") if part]


def remote_directory(path: str) -> str:
    """Return the folder part of a remote path, as it is written there."""
    end = max(path.rfind("\\"), path.rfind("/"))
    return path[:end] if end >= 0 else ""


def transfer_row(
    transfer: Transfer,
    version: SlskdVersion,
    now: float,
    ticks: int,
    zoned: bool = False,
) -> dict[str, Json]:
    """Return a download as lists show it, nulls left out; `zoned` as in the answer that made it."""
    row = _stored_properties(transfer, version, now, ticks)
    row["requestedAt"] = instant(transfer.requested, with_zone=zoned)
    row["enqueuedAt"] = instant(transfer.enqueued, with_zone=zoned)
    received = transfer.bytes_at(now)
    row["bytesRemaining"] = transfer.size - received
    row["percentComplete"] = number(received / transfer.size * 100 if transfer.size else 0.0)
    row |= _durations(transfer, received, ticks)
    if version.shows_state_description:
        row["stateDescription"] = transfer.state
    return {name: value for name, value in row.items() if value is not None}


def event_row(transfer: Transfer, version: SlskdVersion, now: float, ticks: int) -> dict[str, Json]:
    """Return a download as events and webhooks carry it, nulls included."""
    row = _stored_properties(transfer, version, now, ticks)
    received = transfer.bytes_at(now)
    row["bytesRemaining"] = transfer.size - received
    row["percentComplete"] = number(received / transfer.size * 100 if transfer.size else 0.0)
    if version.numbers_enums_in_events:
        row |= _durations(transfer, received, ticks)
        if version.shows_state_description:
            row["stateDescription"] = transfer.state
    return row


def with_numbered_enums(data: Json) -> Json:
    """Return an event's data as it was stored when enums in it were written as numbers."""
    if not isinstance(data, dict) or not isinstance(data.get("transfer"), dict):
        return data
    transfer = dict(data["transfer"])
    transfer["direction"] = _DIRECTIONS.index(transfer["direction"])
    transfer["state"] = sum(_FLAGS[flag] for flag in transfer["state"].split(", "))
    return {**data, "transfer": transfer}


def _durations(transfer: Transfer, received: int, ticks: int) -> dict[str, Json]:
    """Return how long a download has run and will run still, None for what cannot be told."""
    elapsed = _elapsed(transfer, ticks)
    speed = _speed(transfer, received, elapsed)
    left = round((transfer.size - received) / speed * TICKS_PER_SECOND) if speed > 0 else None
    return {"elapsedTime": time_span(elapsed), "remainingTime": time_span(left)}


def _elapsed(transfer: Transfer, ticks: int) -> int | None:
    """Return how long the download has been running, or ran."""
    if transfer.started is None:
        return None
    return (transfer.ended or ticks) - transfer.started


def average_speed(transfer: Transfer, ticks: int) -> float:
    """Return the bytes a second of a finished attempt, or up to now (`ticks`) of one that runs."""
    return _speed(transfer, transfer.received, _elapsed(transfer, ticks))


def _speed(transfer: Transfer, received: int, elapsed: int | None) -> float:
    """Return the bytes a second of this attempt."""
    if not elapsed:
        return 0.0
    return max(received - transfer.offset, 0) * TICKS_PER_SECOND / elapsed


def _stored_properties(
    transfer: Transfer, version: SlskdVersion, now: float, ticks: int
) -> dict[str, Json]:
    """Return what the database holds of a download, nulls included."""
    received = transfer.bytes_at(now)
    row: dict[str, Json] = {
        "id": transfer.id,
        "username": transfer.username,
        "direction": "Download",
        "filename": transfer.filename,
        "size": transfer.size,
        "state": transfer.state,
        "requestedAt": instant(transfer.requested, with_zone=False),
        "enqueuedAt": instant(transfer.enqueued),
        "startedAt": instant(transfer.started),
        "endedAt": instant(transfer.ended),
        "bytesTransferred": received,
        "averageSpeed": number(_speed(transfer, received, _elapsed(transfer, ticks))),
        "placeInQueue": transfer.place_in_queue,
        "exception": transfer.exception,
    }
    if version.shows_start_offset:
        row["startOffset"] = transfer.offset
    if version.shows_attempts:
        row["batchId"] = transfer.batch_id
        row["attempts"] = transfer.attempts if version.retries else 0
        row["nextAttemptAt"] = None
    if version.shows_removed:
        row["removed"] = transfer.removed
    return row


def directory_rows(rows: list[dict[str, Json]]) -> list[Json]:
    """Group rows by the remote folder of their files."""
    directories: dict[str, list[Json]] = {}
    for row in rows:
        directories.setdefault(remote_directory(str(row["filename"])), []).append(row)
    return [
        {"directory": directory, "fileCount": len(files), "files": files}
        for directory, files in directories.items()
    ]
