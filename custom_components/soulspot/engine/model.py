"""Hold the entities and value objects that every part of the engine shares."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, Self

TrackId = NewType("TrackId", int)
PlaylistId = NewType("PlaylistId", int)
DownloadId = NewType("DownloadId", int)
JobId = NewType("JobId", int)
RecycledId = NewType("RecycledId", int)

LIKED_SONGS_ID = "collection"
LIST_PREFIX = "list:"  # Before the ids of playlists that Spotify knows nothing of.


class Quality(StrEnum):
    """Name a quality profile."""

    BEST = "best"
    GOOD = "good"
    ANY = "any"


class RemovalPolicy(StrEnum):
    """Say what becomes of a track that vanishes from a playlist."""

    KEEP = "keep"  # The file stays, and the playlist's file goes on listing it.
    UNLIST = "unlist"  # The file stays, the playlist's file follows the playlist.
    RECYCLE = "recycle"  # After a while the file goes to the recycle bin, unless it is needed.


class UpgradePolicy(StrEnum):
    """Say which files better ones may replace."""

    NEVER = "never"
    OURS = "filed"  # Those that were filed by this product.
    ALL = "all"  # Also those that stood there before.


class EntryKind(StrEnum):
    """Say what a playlist item is."""

    TRACK = "track"
    EPISODE = "episode"
    LOCAL = "local"
    GHOST = "ghost"  # The id is kept, everything else is empty.
    MISSING = "missing"  # `null`, or no item at all.


class JobKind(StrEnum):
    """Say what a job does."""

    PLAYLIST_SYNC = "playlist_sync"
    DOWNLOAD = "download"
    METADATA = "metadata"
    FILING = "filing"


class JobState(StrEnum):
    """Say where a job is in its life."""

    PENDING = "pending"
    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing will happen any more."""
        return self in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)


class DownloadState(StrEnum):
    """Say how far a wanted track has come."""

    QUEUED = "queued"
    SEARCHING = "searching"
    CHOSEN = "chosen"  # Candidates are ranked, the next one is to be asked for.
    TRANSFERRING = "transferring"
    DOWNLOADED = "downloaded"  # Complete on slskd's disk, not yet in the library.
    FILED = "filed"
    NOT_AVAILABLE = "not_available"
    ASK = "ask"  # Only a person can decide.
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Tell whether only a person or a new sync can move it on."""
        return self in (
            DownloadState.FILED,
            DownloadState.NOT_AVAILABLE,
            DownloadState.ASK,
            DownloadState.FAILED,
            DownloadState.CANCELLED,
        )


class MetadataField(StrEnum):
    """Name what playlist and MusicBrainz may disagree about, and a person may decide."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    LENGTH = "length"  # milliseconds
    ISRC = "isrc"
    RELEASE_DATE = "release_date"
    ORIGINAL_DATE = "original_date"
    TRACK_NUMBER = "track_number"
    GENRES = "genres"
    RECORDING = "recording"  # Ids; those of MusicBrainz begin with the one that fits best.
    RELEASE = "release"


class MetadataSource(StrEnum):
    """Say whose value counts."""

    PLAYLIST = "playlist"
    MUSICBRAINZ = "musicbrainz"
    MANUAL = "manual"


class Priority(StrEnum):
    """Order jobs; earlier members go first."""

    USER = "user"
    WISHLIST = "wishlist"
    PLAYLIST = "playlist"
    UPGRADE = "upgrade"

    @property
    def rank(self) -> int:
        """Return the sort key, lowest first."""
        return list(Priority).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Explain a state by translation key and placeholders."""

    key: str
    placeholders: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the reason for storage."""
        return {"key": self.key, "placeholders": self.placeholders}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the reason that `to_json` wrote."""
        return cls(key=data["key"], placeholders=data["placeholders"])


# --- What a playlist names ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Artist:
    """Describe an artist; ids are None until a service told them."""

    name: str
    spotify_id: str | None = None
    musicbrainz_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """Describe an album as Spotify names it, with its MusicBrainz release once known."""

    name: str
    artists: tuple[Artist, ...] = ()
    album_type: str | None = None
    release_date: str | None = None  # "2011", "2011-09" or "2011-09-30"
    total_tracks: int | None = None
    image_url: str | None = None
    spotify_id: str | None = None
    musicbrainz_id: str | None = None
    musicbrainz_release_group_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackMetadata:
    """Describe a track as its source names it; length in milliseconds, None when unknown."""

    title: str
    artists: tuple[Artist, ...]
    album: Album | None = None
    duration_ms: int | None = None
    isrc: str | None = None  # Canonical: upper case, no hyphens.
    disc_number: int | None = None
    track_number: int | None = None
    explicit: bool | None = None
    spotify_uri: str | None = None  # `spotify:track:...` or `spotify:local:...`
    recording_id: str | None = None  # MusicBrainz's, when the source names it.


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistItem:
    """Describe one position of a playlist; `track` is None for kinds that cannot be searched."""

    position: int
    kind: EntryKind
    track: TrackMetadata | None = None
    title: str = ""  # What to show when there is no track (an episode's name).
    uri: str | None = None
    added_at: datetime | None = None
    added_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistSummary:
    """Describe a playlist without its items."""

    spotify_id: str
    name: str
    owner_id: str | None = None
    owner_name: str | None = None
    description: str = ""
    snapshot_id: str | None = None
    total: int | None = None
    image_url: str | None = None
    collaborative: bool = False


# --- What peers offer ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """Describe a file as its peer advertises it; None means not advertised."""

    path: str  # The full remote path, exactly as received.
    size: int  # bytes
    bit_rate: int | None = None  # kbit/s
    bit_depth: int | None = None  # bits
    sample_rate: int | None = None  # Hz
    is_variable_bit_rate: bool | None = None
    length_s: int | None = None
    is_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerResponse:
    """Describe one peer's answer to a search; all figures are the peer's own claims."""

    username: str
    has_free_slot: bool
    queue_length: int
    upload_speed: int  # bytes/s
    files: tuple[RemoteFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerHistory:
    """Remember how a peer behaved; speed is the measured mean in bytes/s."""

    delivered: int = 0
    refused: int = 0
    stalled: int = 0
    measured_speed: float | None = None
    cooled_down_until: datetime | None = None


# --- What is stored ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Hold a stored track: what the source said, and what MusicBrainz added."""

    id: TrackId
    metadata: TrackMetadata
    musicbrainz_recording_id: str | None = None
    musicbrainz_release_track_id: str | None = None
    original_date: str | None = None
    genres: tuple[str, ...] = ()
    enriched_at: datetime | None = None

    @property
    def label(self) -> str:
        """Return "Artist - Title" for people and logs."""
        artists = ", ".join(artist.name for artist in self.metadata.artists)
        return f"{artists} - {self.metadata.title}" if artists else self.metadata.title


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValues:
    """Hold what both sides say about one field of a track, and whose value counts; empty means not told.

    `chosen` is what a person decided for good, with the value as it was then; None leaves it to us.
    """

    field: MetadataField
    playlist: tuple[str, ...] = ()
    musicbrainz: tuple[str, ...] = ()
    in_use: MetadataSource = MetadataSource.PLAYLIST
    chosen: MetadataSource | None = None
    chosen_values: tuple[str, ...] = ()

    @property
    def source(self) -> MetadataSource:
        """Return whose value counts."""
        return self.chosen or self.in_use

    @property
    def values(self) -> tuple[str, ...]:
        """Return the value that counts."""
        if self.source is MetadataSource.PLAYLIST:
            return self.playlist
        return self.musicbrainz if self.chosen is None else self.chosen_values

    @property
    def is_conflict(self) -> bool:
        """Tell whether both sides say something, and not the same."""
        return bool(self.playlist) and bool(self.musicbrainz) and self.playlist != self.musicbrainz


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """Hold a stored playlist."""

    id: PlaylistId
    spotify_id: str
    name: str
    owner_name: str | None
    description: str
    snapshot_id: str | None
    image_url: str | None
    synced_at: datetime | None
    error: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryFile:
    """Hold a filed track; the path is relative to the library folder."""

    track_id: TrackId
    path: str
    size: int  # bytes
    modified_ns: int
    format: str  # "flac", "mp3", ...
    duration_ms: int | None
    bit_rate: int | None  # kbit/s
    checksum: str | None  # MD5 of the whole file
    is_ours: bool = False  # Filed by this product; False: it stood there before.
    doubt: Reason | None = None  # Why a lossless file may have been lossy once.


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """Hold the way of one wanted track to its file."""

    id: DownloadId
    track_id: TrackId
    state: DownloadState
    reason: Reason | None
    quality: Quality
    query: str | None  # A person's own words; None means the usual queries.
    username: str | None  # The peer of the present or last transfer.
    remote_path: str | None
    size: int | None  # bytes
    bytes_transferred: int
    speed: float | None  # bytes/s
    local_path: str | None  # As Home Assistant sees it.
    created_at: datetime
    updated_at: datetime
    is_upgrade: bool = False  # The track has a file, which a better one is to replace.
    place_in_queue: int | None = None  # At the peer, where it was told.

    @property
    def progress(self) -> float | None:
        """Return how much of the file is here, in percent; None while nothing is known of a file."""
        if self.state in (DownloadState.DOWNLOADED, DownloadState.FILED):
            return 100.0
        if not self.size:
            return None
        return round(min(100 * self.bytes_transferred / self.size, 100.0), 1)


# --- What MusicBrainz knows ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtistCredit:
    """Describe one part of an artist credit."""

    name: str  # As credited.
    artist_id: str | None
    artist_name: str
    join_phrase: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Describe a MusicBrainz release as linked from a recording."""

    id: str
    title: str
    status: str | None = None
    date: str | None = None
    country: str | None = None
    artist_credit: tuple[ArtistCredit, ...] = ()
    release_group_id: str | None = None
    primary_type: str | None = None
    secondary_types: tuple[str, ...] = ()
    first_release_date: str | None = None
    track_count: int | None = None
    disc_number: int | None = None
    disc_count: int | None = None
    track_number: int | None = None  # Position of the recording on its medium.
    track_id: str | None = None
    track_length_ms: int | None = None
    has_front_cover: bool | None = None
    barcode: str | None = None
    catalog_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Describe a MusicBrainz recording."""

    id: str
    title: str
    length_ms: int | None = None
    disambiguation: str = ""
    is_video: bool = False
    artist_credit: tuple[ArtistCredit, ...] = ()
    isrcs: tuple[str, ...] = ()
    first_release_date: str | None = None
    releases: tuple[Release, ...] = ()
    genres: tuple[str, ...] = ()
