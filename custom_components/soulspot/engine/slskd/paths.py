"""Find on our disk what slskd has put on its own.

Everything here is plain file work: run what says "blocking" in an executor.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
import re

from ..errors import StorageError

_WINDOWS = re.compile(r"[a-z]:[\\/]|\\\\", re.IGNORECASE | re.ASCII)
_SEPARATORS = re.compile(r"[\\/]+")
_SHARE_PREFIX = re.compile(r"@@[^\\/]*")
_INVALID_ON_WINDOWS = re.compile(r'["<>|:*?\x00-\x1f]')
_TICKS = r"_\d{18}"  # What slskd adds to a name that is taken: .NET ticks.


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderMapping:
    """Say which folder here is slskd's downloads directory there."""

    slskd_downloads: str  # Absolute, in the style of slskd's system.
    local_downloads: Path

    @property
    def is_windows(self) -> bool:
        """Tell whether slskd runs on Windows."""
        return _WINDOWS.match(self.slskd_downloads) is not None

    def to_local(self, slskd_path: str) -> Path:
        """Return where a file of slskd's downloads directory is here, whether it exists or not.

        Raises StorageError `path_outside_downloads` for a path that is not below that directory.
        """
        style: type[PurePath] = PureWindowsPath if self.is_windows else PurePosixPath
        try:
            relative = style(slskd_path).relative_to(style(self.slskd_downloads))
        except ValueError as error:
            raise StorageError("path_outside_downloads") from error
        return self.below(relative.parts)

    def below(self, parts: tuple[str, ...]) -> Path:
        """Return a path below the local folder; raises StorageError for one that would leave it."""
        if not parts or any(not is_plain_name(part) for part in parts):
            raise StorageError("path_outside_downloads")
        return self.local_downloads.joinpath(*parts)


def is_plain_name(part: str) -> bool:
    """Tell whether a text is the name of one file or folder, and nothing more."""
    return part not in ("", ".", "..") and "/" not in part and "\x00" not in part


def remote_parts(remote_path: str) -> tuple[str, ...]:
    """Return the folders and the name of a remote path, which may use either slash."""
    return tuple(part for part in _SEPARATORS.split(remote_path) if part)


def predicted_paths(
    mapping: FolderMapping, remote_path: str, destination: str | None = None
) -> tuple[Path, ...]:
    """Return where slskd puts a download, likeliest first, when nothing has told.

    That is the batch's destination if it had one, else the last remote directory, else the downloads
    directory itself. A configured pattern or a name that was taken changes it: check name and size.
    """
    parts = remote_parts(remote_path)
    if not parts:
        return ()
    name = _local_name(mapping, parts[-1])
    folders: list[tuple[str, ...]] = []
    if destination is not None:
        folders.append(remote_parts(destination))
    if len(parts) > 1:
        folders.append((_local_name(mapping, parts[-2]),))
    if len(parts) == 1 or (len(parts) == 2 and _SHARE_PREFIX.fullmatch(parts[0])):
        folders.append(())
    found = []
    for folder in folders:
        try:
            found.append(mapping.below((*folder, name)))
        except StorageError:
            continue
    return tuple(dict.fromkeys(found))


def _local_name(mapping: FolderMapping, name: str) -> str:
    """Return the name slskd gives to a file or folder on its system."""
    if mapping.is_windows:
        return _INVALID_ON_WINDOWS.sub("_", name)
    return name.replace("\x00", "_")


def verified_file(mapping: FolderMapping, path: Path, size: int) -> Path | None:
    """Return the path when it is a file of that size in bytes really inside the local folder.

    Blocking. Links are followed first, so that none leads out.
    """
    try:
        root = mapping.local_downloads.resolve(strict=True)
        real = path.resolve(strict=True)
        if real.is_relative_to(root) and real.is_file() and real.stat().st_size == size:
            return path
    except OSError, RuntimeError, ValueError:
        return None
    return None


def find_download(
    mapping: FolderMapping,
    remote_path: str,
    size: int,
    *,
    told_path: str | None = None,
    destination: str | None = None,
) -> Path | None:
    """Return the finished download with this size in bytes, or None when it is not there (yet).

    Blocking. `told_path` is what slskd's event said, in slskd's style. Without it, or when it leads
    nowhere, the predicted places are searched, with the names slskd takes when one was taken; the
    newest wins.
    """
    if told_path is not None:
        try:
            told = verified_file(mapping, mapping.to_local(told_path), size)
        except StorageError:
            told = None
        if told is not None:
            return told
    for predicted in predicted_paths(mapping, remote_path, destination):
        fitting = [
            path
            for path in (predicted, *_renamed(predicted))
            if verified_file(mapping, path, size) is not None
        ]
        if fitting:
            return max(fitting, key=_modified)
    return None


def _renamed(path: Path) -> Iterator[Path]:
    """Yield the files beside a path that bear its name with slskd's number added."""
    pattern = re.compile(re.escape(path.stem) + _TICKS + re.escape(path.suffix))
    try:
        yield from (entry for entry in path.parent.iterdir() if pattern.fullmatch(entry.name))
    except OSError:
        return


def _modified(path: Path) -> int:
    """Return when a file was last changed, in nanoseconds; 0 when it is gone."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
