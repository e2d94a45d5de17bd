"""Describe what slskd tells about itself, its searches and its transfers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..model import PeerResponse, Reason


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """Compare versions of slskd by their leading three numbers."""

    major: int
    minor: int
    patch: int = 0

    @property
    def is_development(self) -> bool:
        """Tell whether this is a build from source, which says 0.0.0."""
        return self == Version(0, 0, 0)

    def __str__(self) -> str:
        """Return "0.26.0"."""
        return f"{self.major}.{self.minor}.{self.patch}"


class Support(StrEnum):
    """Say how well a version of slskd is supported."""

    FULL = "full"
    TOLERATED = "tolerated"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Say what a version of slskd can do; its routes cannot be probed for it."""

    support: Support
    events: bool  # GET /events, the only place that tells the local path.
    asynchronous_enqueue: bool  # The answer names the new transfers instead of blocking.
    concurrency_limits: bool  # 429, and two running searches at most.
    failure_kinds: bool  # Rejected, TimedOut and Aborted are kept apart from Errored.
    forgiving_delete: bool  # DELETE answers 204 for any id.
    enqueue_outlives_request: bool  # A lost POST does not cancel what it enqueued.
    batches: bool  # Own ids and folders.
    automatic_retries: bool  # A failed transfer goes back to the queue by itself.


# --- The server ------------------------------------------------------------------------------


class StatusWarning(StrEnum):
    """Name what the user should know although it works, as a translation key."""

    NOT_LOGGED_IN = "not_logged_in"
    NOTHING_SHARED = "nothing_shared"
    OLD_VERSION = "old_version"
    KEY_NOT_PROVEN = "key_not_proven"  # slskd asks nobody for a key.


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """Hold the part of slskd's configuration that matters here; None means not told."""

    downloads_directory: str | None = None  # As slskd sees it.
    incomplete_directory: str | None = None
    retry_attempts: int | None = None
    retry_maximum_delay_s: float | None = None
    download_slots: int | None = None
    destination_subdirectory: str | None = None  # The pattern of 0.26.


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """Describe slskd at one moment; None means not told."""

    version: Version | None
    features: Features
    is_connected: bool  # To the Soulseek network.
    is_logged_in: bool
    state: str  # slskd's own words, such as "Connected, LoggedIn".
    username: str | None
    shared_files: int | None
    is_scanning_shares: bool
    is_relay_agent: bool
    is_reconnecting: bool  # slskd is trying on its own.
    downloads_directory: str | None = None
    incomplete_directory: str | None = None
    retry_attempts: int | None = None
    retry_maximum_delay_s: float | None = None
    is_key_proven: bool | None = None  # False in no-auth mode; None when nobody asked.
    url: str | None = None  # Where it was found, when a probe found it.

    @property
    def is_ready(self) -> bool:
        """Tell whether searches and downloads are possible now."""
        return self.is_connected and self.is_logged_in

    @property
    def warnings(self) -> tuple[StatusWarning, ...]:
        """List what the user should know."""
        found = []
        if not self.is_ready:
            found.append(StatusWarning.NOT_LOGGED_IN)
        if self.shared_files == 0 and not self.is_scanning_shares:
            found.append(StatusWarning.NOTHING_SHARED)
        if self.features.support is not Support.FULL:
            found.append(StatusWarning.OLD_VERSION)
        if self.is_key_proven is False:
            found.append(StatusWarning.KEY_NOT_PROVEN)
        return tuple(found)


# --- Searches --------------------------------------------------------------------------------


class SearchState(StrEnum):
    """Say how far a search is, and how it ended."""

    REQUESTED = "requested"
    QUEUED = "queued"  # Waits for one of slskd's two lanes; its time-out is not running.
    IN_PROGRESS = "in_progress"
    TIMED_OUT = "timed_out"  # The normal end.
    RESPONSE_LIMIT_REACHED = "response_limit_reached"
    FILE_LIMIT_REACHED = "file_limit_reached"
    CANCELLED = "cancelled"
    ERRORED = "errored"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecord:
    """Describe a search as slskd keeps it, without its responses."""

    id: str
    text: str
    state: SearchState
    is_complete: bool  # May be true before the responses are written.
    started_at: datetime | None
    ended_at: datetime | None
    response_count: int
    file_count: int
    locked_file_count: int

    @property
    def is_finished(self) -> bool:
        """Tell whether the responses can be read; slskd writes them together with the end."""
        return self.ended_at is not None

    @property
    def duration_s(self) -> float | None:
        """Return how long it ran in seconds by slskd's clock, None while it runs."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLimits:
    """Bound a search."""

    timeout_ms: int = 15_000  # Of inactivity: every response starts it anew.
    response_limit: int = 100  # Beyond a hundred peers the order hardly changes.
    file_limit: int = 3_000  # 225 bytes each: keeps an answer below a megabyte.
    minimum_files: int = 1
    maximum_queue_length: int | None = None  # Peers at or above it are left out.
    minimum_upload_speed: int = 0  # bytes/s
    deadline_s: float = 60.0  # Then it is stopped, and what came is read.
    queue_deadline_s: float = 180.0  # How long slskd's lanes may be taken by other searches.


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Hold what a search brought."""

    record: SearchRecord
    responses: tuple[PeerResponse, ...]
    is_throttled: bool  # Looks as if the network has shut us out.
    is_conclusive: bool  # Nothing found really means nothing there.
    is_deleted: bool  # False: slskd still keeps the search under its id.


# --- Transfers -------------------------------------------------------------------------------


class TransferState(StrEnum):
    """Say where a transfer is; everything not completed is alive."""

    QUEUED_LOCALLY = "queued_locally"
    REQUESTED = "requested"
    QUEUED_REMOTELY = "queued_remotely"
    INITIALIZING = "initializing"
    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    ERRORED = "errored"
    REJECTED = "rejected"
    ABORTED = "aborted"
    UNKNOWN = "unknown"

    @property
    def is_completed(self) -> bool:
        """Tell whether slskd calls it completed, well or badly."""
        return self in _COMPLETED

    @property
    def is_alive(self) -> bool:
        """Tell whether slskd still works on it."""
        return self in _ALIVE


_ALIVE = frozenset(
    {
        TransferState.QUEUED_LOCALLY,
        TransferState.REQUESTED,
        TransferState.QUEUED_REMOTELY,
        TransferState.INITIALIZING,
        TransferState.IN_PROGRESS,
    }
)
_COMPLETED = frozenset(TransferState) - _ALIVE - {TransferState.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Describe a row of slskd's downloads; None means not told."""

    id: str
    username: str
    filename: str  # The full remote path, exactly as it was sent.
    size: int  # bytes
    state: TransferState
    bytes_transferred: int = 0
    average_speed: float = 0.0  # bytes/s
    requested_at: datetime | None = None
    enqueued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exception: str | None = None  # Holds names of peers and files: never show, classify.
    attempts: int | None = None
    batch_id: str | None = None
    place_in_queue: int | None = None
    removed: bool = False

    @property
    def is_completed(self) -> bool:
        """Tell whether slskd calls it completed, well or badly."""
        return self.state.is_completed

    @property
    def is_alive(self) -> bool:
        """Tell whether slskd still works on it."""
        return self.state.is_alive


class FailureKind(StrEnum):
    """Say why a file did not come."""

    FILE_NOT_SHARED = "file_not_shared"
    BANNED = "banned"
    QUEUE_LIMIT = "queue_limit"
    QUOTA = "quota"
    BUSY = "busy"
    LEAVING = "leaving"
    FILE_BROKEN = "file_broken"
    REFUSED = "refused"  # In words of the peer's own.
    CANCELLED_BY_PEER = "cancelled_by_peer"
    SIZE_MISMATCH = "size_mismatch"
    OFFLINE = "offline"
    PEER_UNREACHABLE = "peer_unreachable"
    SILENT = "silent"
    STALLED = "stalled"
    TOO_SLOW = "too_slow"  # By our own count, never by slskd's.
    CONNECTION_LOST = "connection_lost"
    FAILED_BY_PEER = "failed_by_peer"
    CANCELLED = "cancelled"
    SLSKD_RESTARTED = "slskd_restarted"
    DUPLICATE = "duplicate"
    NOT_LOGGED_IN = "not_logged_in"
    LOCAL_STORAGE = "local_storage"
    REQUEST_REJECTED = "request_rejected"
    UNKNOWN = "unknown"


class Again(StrEnum):
    """Say whether the same source is worth another try."""

    NEVER = "never"
    SOON = "soon"
    LATER = "later"  # After a long pause: hours, or a day for quotas.


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Explain a failure without any words of the peer's."""

    kind: FailureKind
    again: Again

    @property
    def same_source_again(self) -> bool:
        """Tell whether the same source may be asked again soon."""
        return self.again is Again.SOON

    @property
    def is_ours(self) -> bool:
        """Tell whether slskd or its disk is to blame, and not the peer."""
        return self.kind in _OURS

    @property
    def reason(self) -> Reason:
        """Return the translation key `transfer_<kind>`."""
        return Reason(key=f"transfer_{self.kind.value}")


_OURS = frozenset(
    {
        FailureKind.CANCELLED,
        FailureKind.SLSKD_RESTARTED,
        FailureKind.DUPLICATE,
        FailureKind.NOT_LOGGED_IN,
        FailureKind.LOCAL_STORAGE,
    }
)


class Outcome(StrEnum):
    """Say what a row means for the file that is wanted."""

    ALIVE = "alive"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDECIDED = "undecided"  # Completed badly, but slskd may revive it: look again.


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Hold the judgement of a row; `failure` is set when it failed, or would fail if it stays so."""

    outcome: Outcome
    state: TransferState
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedFile:
    """Name a file to download; path and size exactly as the peer advertised them."""

    filename: str
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Say which file was not enqueued, and why."""

    filename: str
    failure: Failure
    row_id: str | None = None  # The row that the attempt left in slskd's list, before 0.24.


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueResult:
    """Hold what became of every requested file: each is in exactly one of the two."""

    accepted: tuple[Transfer, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Describe a batch; files that failed to enqueue are not in it."""

    id: str
    username: str
    destination: str | None
    transfers: tuple[Transfer, ...]  # Removed ones too.


# --- Events and files ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadCompleted:
    """Tell where slskd has put a finished download."""

    event_id: str
    at: datetime | None
    local_filename: str  # Absolute, as slskd sees it.
    remote_filename: str
    username: str | None
    transfer_id: str | None
    size: int | None  # bytes
    batch_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Hold the finished downloads since the last look, newest first."""

    downloads: tuple[DownloadCompleted, ...]
    newest_id: str | None  # Of any kind of event: pass it to the next look.
    is_complete: bool  # False: the last seen event was not reached, something may be missing.


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """Describe a file on slskd's disk."""

    name: str
    path: str  # Relative to the downloads directory, as slskd writes it.
    size: int  # bytes
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDirectory:
    """Describe a directory on slskd's disk."""

    name: str
    path: str  # Relative to the downloads directory.
    files: tuple[ListedFile, ...] = ()
    directories: tuple[ListedDirectory, ...] = ()
    modified_at: datetime | None = None
