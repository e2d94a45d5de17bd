"""Describe recordings, playlists and what a correct import does with each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

LISTENER = "listener"
OTHER_LISTENER = "somebody.else"
SPOTIFY_ITSELF = "spotify"


class Expectation(StrEnum):
    """Name the right outcome for a wanted recording."""

    FILED = "filed"
    ASK = "ask"
    LEAVE = "leave"


class EntryKind(StrEnum):
    """Name what stands at one position of a playlist."""

    RECORDING = "recording"
    LOCAL = "local"
    EPISODE = "episode"
    NULL = "null"
    GHOST = "ghost"


@dataclass(frozen=True, slots=True)
class Recording:
    """Hold the facts of one recording as a streaming service shows them; length in milliseconds."""

    key: str
    artists: tuple[str, ...]
    title: str
    album: str
    album_artist: str
    track_number: int
    disc_number: int
    total_tracks: int
    year: int
    length_ms: int
    isrc: str | None
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocalFile:
    """Hold what a playlist knows of a file on the listener's own computer; length in seconds."""

    artist: str
    album: str
    title: str
    length_s: int


@dataclass(frozen=True, slots=True)
class Episode:
    """Hold the facts of one podcast episode; length in milliseconds."""

    key: str
    show: str
    title: str
    length_ms: int
    release_date: str


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """Stand for one position; a recording key is set for recordings and ghosts only."""

    kind: EntryKind
    recording: str | None = None
    local: LocalFile | None = None
    episode: Episode | None = None
    added_at: str | None = "2026-03-01T10:00:00Z"
    added_by: str | None = LISTENER


@dataclass(frozen=True, slots=True)
class CataloguePlaylist:
    """Hold an ordered list; the owner is an account name."""

    key: str
    name: str
    owner: str
    description: str
    entries: tuple[PlaylistEntry, ...]
    collaborative: bool = False
    public: bool = False

    @property
    def recording_keys(self) -> tuple[str, ...]:
        """List the recordings in order, duplicates included, everything else left out."""
        return tuple(
            entry.recording
            for entry in self.entries
            if entry.kind is EntryKind.RECORDING and entry.recording is not None
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Hold all recordings by key, all playlists by key, the saved tracks and the traps."""

    recordings: Mapping[str, Recording]
    playlists: Mapping[str, CataloguePlaylist]
    liked: tuple[PlaylistEntry, ...] = ()
    traps: Mapping[str, Expectation] = field(default_factory=lambda: MappingProxyType({}))
    trap_reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def expectation(self, key: str) -> Expectation:
        """Return the right outcome for a recording: filed unless it is a trap."""
        return self.traps.get(key, Expectation.FILED)
