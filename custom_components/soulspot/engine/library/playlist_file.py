"""Write a playlist as an M3U8 file beside the music."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistEntry:
    """Describe one line; the path is relative to the library folder, the length may be unknown."""

    path: PurePosixPath
    title: str
    artist: str = ""
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistFile:
    """Say where the file is, relative to the library folder, and whether it was written."""

    path: PurePosixPath
    is_changed: bool


def write_playlist(
    library: Path,
    name: str,
    identity: str,
    entries: Sequence[PlaylistEntry],
    *,
    folder: str = "",
    previous: PurePosixPath | None = None,
) -> PlaylistFile:
    """Write `<folder>/<name>.m3u8` when its text changed, in one atomic step.

    `identity` (a Spotify id or the like) is kept in a comment: a file of the same name that belongs to
    another playlist or to the user is never touched, ours is then called "name (2)". `previous` is where
    it was last time; after a renaming the old file is removed. Entries are written as given, in order.
    Raises StorageError as in `storage.storage_errors`.
    """
    raise NotImplementedError
