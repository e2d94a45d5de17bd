"""Hold what the engine shows of itself: snapshots, reports and events."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .model import (
    Download,
    DownloadState,
    EntryKind,
    FieldValues,
    LibraryFile,
    Playlist,
    Quality,
    Reason,
    RecycledId,
    Track,
    TrackId,
)


class Trouble(StrEnum):
    """Say which of the user's hands a service needs."""

    NONE = "none"
    UNREACHABLE = "unreachable"
    INVALID_AUTH = "invalid_auth"
    NOT_LOGGED_IN = "not_logged_in"  # slskd runs but is not on the Soulseek network.
    BLOCKED = "blocked"  # A limit or quota; see `until`.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHealth:
    """Say how a service answered last."""

    trouble: Trouble = Trouble.NONE
    reason: Reason | None = None
    version: str | None = None
    until: datetime | None = None

    @property
    def is_connected(self) -> bool:
        """Tell whether work can go on with this service."""
        return self.trouble is Trouble.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSnapshot:
    """Count the work of one account; sizes in bytes, speed in bytes/s."""

    slskd: ServiceHealth = field(default_factory=ServiceHealth)
    library: Reason | None = None  # What keeps the library folder from being read or written.
    slskd_disk: Reason | None = None  # What keeps slskd from writing what it downloads.
    paused: bool = False
    waiting: int = 0  # Downloads that wait for their turn or for a time.
    searching: int = 0
    transferring: int = 0
    filing: int = 0
    needs_attention: int = 0
    not_available: int = 0
    failed: int = 0
    filed_today: int = 0
    filed_total: int = 0
    jobs_pending: int = 0
    jobs_running: int = 0
    jobs_failed: int = 0
    tracks_wanted: int = 0
    tracks_in_library: int = 0
    speed: float = 0.0
    remaining_bytes: int = 0
    estimated_end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistSnapshot:
    """Count the tracks of one playlist; entries that cannot be had are not tracks."""

    playlist: Playlist
    entries: int = 0
    tracks: int = 0
    owned: int = 0
    missing: int = 0
    skipped: int = 0  # Episodes, ghosts, items without content.
    ignored: int = 0  # Not in the library, and nobody wants them.

    @property
    def progress(self) -> float | None:
        """Return the share of owned tracks in percent, None for a playlist without tracks."""
        return round(100 * self.owned / self.tracks, 1) if self.tracks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistsSnapshot:
    """Hold every playlist by its Spotify id."""

    spotify: ServiceHealth = field(default_factory=ServiceHealth)
    playlists: dict[str, PlaylistSnapshot] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVerdict:
    """Show what the checks found out about a file that a peer sent; no reason means accepted."""

    peer: str
    content: str  # A hash of all bytes: the same for the same content, whoever sends it.
    reason: Reason | None
    properties: dict[str, Any] | None  # None when it is no readable audio.
    checks: tuple[dict[str, Any], ...]  # Name, result, reason, measured, limit.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStatus:
    """Show one track: what is wanted, how far it is, and why."""

    track: Track
    state: DownloadState | None  # None: wanted, but nothing was started.
    reason: Reason | None = None
    download: Download | None = None
    file: LibraryFile | None = None
    file_path: str | None = None  # As Home Assistant sees it.
    tags: dict[str, list[str]] = field(default_factory=dict)
    verdicts: tuple[FileVerdict, ...] = ()  # Newest first; only when one track is asked for.
    conflicts: tuple[FieldValues, ...] = ()  # What both sides say; only when one is asked for.
    is_ignored: bool = False
    ignored_reason: str | None = None  # A person's own words.


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryStatus:
    """Show one position of a playlist; `status` is None for what is no track."""

    position: int
    kind: EntryKind
    title: str
    status: TrackStatus | None
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Report an import: counts, and one reason per entry that could not be taken."""

    playlist: Playlist
    tracks_imported: int
    tracks_failed: int
    errors: tuple[Reason, ...] = ()
    changed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchReport:
    """Report a search without a download."""

    outcome: str  # take, ask or leave
    reason: Reason
    queries: tuple[str, ...]
    responses: int
    files: int
    candidates: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadReport:
    """Report how far a requested download came in the time allowed."""

    download: Download
    search_results_count: int
    selected_file: dict[str, Any] | None
    state: DownloadState
    reason: Reason | None = None
    candidates: tuple[dict[str, Any], ...] = ()  # The ranked pool, best first.


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichReport:
    """Report what MusicBrainz added to a track, and what both sides say where they differ."""

    track: Track
    enriched_fields: tuple[str, ...]
    errors: tuple[Reason, ...] = ()
    conflicts: tuple[FieldValues, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """Hold a playlist as text, and where it was written in the library folder, if it was."""

    playlist: Playlist
    tracks: int
    owned: int
    text: str
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecycledEntry:
    """Show one file of the recycle bin; the path is where it stood in the library folder."""

    id: RecycledId
    path: str
    size: int  # bytes
    format: str
    bit_rate: int | None  # kbit/s
    reason: Reason
    recycled_at: datetime
    deleted_at: datetime  # When it will be gone for good.
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecycleBinSnapshot:
    """Show a page of the recycle bin, with the number and bytes of all its files."""

    count: int
    size: int
    files: tuple[RecycledEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """Say where a file was brought back to, and which tracks it is the file of."""

    path: str
    track_ids: tuple[TrackId, ...]


class EventKind(StrEnum):
    """Name what can happen to a download."""

    STARTED = "started"
    COMPLETED = "completed"  # Filed in the library.
    NOT_AVAILABLE = "not_available"
    NEEDS_ATTENTION = "needs_attention"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadEvent:
    """Announce a change that a person or an automation may care about."""

    kind: EventKind
    track: Track
    quality: Quality
    reason: Reason | None = None
    path: str | None = None  # Relative to the library folder.
