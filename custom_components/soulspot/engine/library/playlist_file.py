"""Write a playlist as an M3U8 file beside the music."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path, PurePosixPath

from ..errors import StorageError
from .names import alternatives, safe_name
from .paths import find_name, resolve_inside
from .storage import (
    displayable,
    flush_file,
    flush_folder,
    make_folders,
    place_over,
    storage_errors,
    temporary_path,
)
from .tag_set import clean_text

_EXTENSION = ".m3u8"
_IDENTITY = "#SOULSPOT-PLAYLIST:"


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
    taken: Container[PurePosixPath] = (),
) -> PlaylistFile:
    """Write `<folder>/<name>.m3u8` when its text changed, in one atomic step.

    `identity` (a Spotify id or the like) is kept in a comment: a file of the same name that belongs to
    another playlist or to the user is never touched, ours is then called "name (2)". `previous` is where
    it was last time; after a renaming the old file is removed. `taken` are files of others that call their
    playlist the same. Entries are written as given, in order.
    Raises StorageError as in `storage.storage_errors`.
    """
    text = render_playlist(name, identity, entries, folder=folder)
    relative = _find_place(library, name, identity, folder, taken)
    is_changed = _write_changed(library, relative, text)
    if previous is not None and previous != relative and previous not in taken:
        _remove_own(library, previous, identity)
    return PlaylistFile(path=relative, is_changed=is_changed)


def remove_playlist(library: Path, relative: PurePosixPath, identity: str) -> bool:
    """Delete a playlist's file; False when it is gone or not ours."""
    return _remove_own(library, relative, identity)


def render_playlist(
    name: str, identity: str, entries: Sequence[PlaylistEntry], *, folder: str = ""
) -> str:
    """Return the text: extended M3U in UTF-8, paths relative to `folder`, with forward slashes."""
    return "\n".join(_lines(name, identity, entries, folder)) + "\n"


def _lines(
    name: str, identity: str, entries: Sequence[PlaylistEntry], folder: str
) -> Iterator[str]:
    """Yield the lines; a negative length means unknown."""
    yield "#EXTM3U"
    yield f"#PLAYLIST:{clean_text(name)}"
    yield _IDENTITY + clean_text(identity)
    for entry in entries:
        seconds = -1 if entry.duration_ms is None else round(entry.duration_ms / 1000)
        label = clean_text(f"{entry.artist} - {entry.title}" if entry.artist else entry.title)
        yield f"#EXTINF:{seconds},{label}"
        path = relpath(f"/{entry.path}", f"/{folder}")
        yield f"./{path}" if path.startswith("#") else path


def _find_place(
    library: Path, name: str, identity: str, folder: str, taken: Container[PurePosixPath]
) -> PurePosixPath:
    """Return the first name that is free or ours already; names that differ only in case are one."""
    base = safe_name(name, maximum_bytes=200) + _EXTENSION
    for alternative in alternatives(base):
        relative = PurePosixPath(folder, alternative)
        target = resolve_inside(library, relative)
        with storage_errors(target):
            present = find_name(target.parent, relative.name)
            if present is None:
                return relative
            place = relative.with_name(present.name)
            if place in taken or present.is_symlink() or not present.is_file():
                continue
            if _is_own(present, identity):
                return place
    raise StorageError("storage_failed", path=displayable(base), error="no free name")


def _is_own(target: Path, identity: str) -> bool:
    """Tell whether the file at a place is the one of this playlist."""
    with target.open("rb") as file:
        head = file.read(4096)
    return f"\n{_IDENTITY}{clean_text(identity)}\n".encode() in head


def _write_changed(library: Path, relative: PurePosixPath, text: str) -> bool:
    """Write the text by way of a temporary file unless it is there already."""
    data = text.encode()
    target = resolve_inside(library, relative)
    with storage_errors(target):
        if target.is_file() and target.read_bytes() == data:
            return False
        temporary = temporary_path(library, _EXTENSION)
        try:
            temporary.write_bytes(data)
            flush_file(temporary)
            make_folders(library.resolve(), target.parent)
            place_over(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    return True


def _remove_own(library: Path, relative: PurePosixPath, identity: str) -> bool:
    """Delete the file unless it belongs to somebody else."""
    target = resolve_inside(library, relative)
    with storage_errors(target):
        if not target.is_file() or not _is_own(target, identity):
            return False
        target.unlink()
        flush_folder(target.parent)
    return True
