"""Do the careful part of file work: name what fails, flush, swap in, clean up."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
import errno
import filecmp
import os
from pathlib import Path
import secrets
import shutil

from ..errors import StorageError

PRIVATE_FOLDER = ".soulspot"
_TEMPORARY_FOLDER = "temporary"
_ARRIVING = ".soulspot-arriving-"
_COPIED_BYTES = 1 << 20
_PROBE = b"SoulSpot writes, reads and deletes this file to test the folder.\n"

_KEYS = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.EACCES: "folder_not_writable",
    errno.EPERM: "folder_not_writable",
    errno.EROFS: "folder_not_writable",
    errno.ENOENT: "folder_missing",
    errno.ENOTDIR: "folder_missing",
    errno.ESTALE: "folder_missing",
    errno.EFBIG: "file_too_large",
    errno.ENAMETOOLONG: "name_too_long",
}
_READING_KEYS = {
    errno.EACCES: "file_not_readable",
    errno.EPERM: "file_not_readable",
    errno.EISDIR: "file_not_readable",
    errno.ENOENT: "file_vanished",
    errno.ENOTDIR: "file_vanished",
    errno.ESTALE: "file_vanished",
}


def displayable(path: Path | str) -> str:
    """Return a path for logs and texts: control characters and undecodable bytes escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(path))


@contextmanager
def storage_errors(path: Path, *, reading: bool = False) -> Iterator[None]:
    """Turn an OSError about `path` into a StorageError that says what is wrong.

    Keys: `disk_full`, `folder_not_writable`, `folder_missing`, `file_too_large`, `name_too_long`;
    while `reading` a file `file_not_readable` and `file_vanished`; else `storage_failed`.
    """
    try:
        yield
    except OSError as error:
        keys = {**_KEYS, **_READING_KEYS} if reading else _KEYS
        key = keys.get(error.errno or 0, "storage_failed")
        message = os.strerror(error.errno) if error.errno else type(error).__name__
        raise StorageError(key, path=displayable(path), error=message) from error


def free_space(path: Path) -> int:
    """Return the bytes that may still be written below `path`; StorageError when it is not there."""
    with storage_errors(path):
        return shutil.disk_usage(path).free


def check_folder(path: Path, *, writable: bool = True) -> None:
    """Prove that a folder can be listed and, unless told otherwise, written, flushed and deleted in.

    Raises StorageError `folder_missing`, `not_a_folder`, `folder_not_readable`, `folder_not_writable`
    or `disk_full`.
    """
    with storage_errors(path):
        if not path.exists():
            raise StorageError("folder_missing", path=displayable(path))
        if not path.is_dir():
            raise StorageError("not_a_folder", path=displayable(path))
    try:
        with os.scandir(path) as entries:
            next(entries, None)
    except OSError as error:
        raise StorageError(
            "folder_not_readable", path=displayable(path), error=str(error.strerror)
        ) from error
    if writable:
        _write_probe(path)


def _write_probe(folder: Path) -> None:
    """Write, read back and delete a small file."""
    probe = folder / f".soulspot-probe-{secrets.token_hex(8)}"
    with storage_errors(folder):
        try:
            with probe.open("xb") as file:
                file.write(_PROBE)
                flush(file.fileno())
            if probe.read_bytes() != _PROBE:
                raise StorageError(
                    "storage_failed",
                    path=displayable(folder),
                    error="wrong bytes read back",
                )
        finally:
            probe.unlink(missing_ok=True)


def temporary_path(library: Path, suffix: str) -> Path:
    """Return a fresh path on the library's own file system; its folder is there, the file is not."""
    folder = library / PRIVATE_FOLDER / _TEMPORARY_FOLDER
    with storage_errors(library):
        if not library.is_dir():
            raise StorageError("folder_missing", path=displayable(library))
        folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{secrets.token_hex(12)}{suffix}"


def clean_temporary(library: Path) -> int:
    """Delete what an interrupted run left behind and return how many files; call it before any filing."""
    folder = library / PRIVATE_FOLDER / _TEMPORARY_FOLDER
    count = 0
    with storage_errors(library):
        if not folder.is_dir():
            return 0
        for path in folder.iterdir():
            with suppress(FileNotFoundError, IsADirectoryError):
                path.unlink()
                count += 1
    return count


def flush(descriptor: int) -> None:
    """Force a file's bytes onto the disk; file systems that cannot are left alone."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
            raise


def flush_file(path: Path) -> None:
    """Force the bytes of the file at `path` onto the disk."""
    with path.open("rb+") as file:
        flush(file.fileno())


def flush_folder(folder: Path) -> None:
    """Force a folder's list of names onto the disk where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except PermissionError:  # A folder one may enter and write, but not list.
        return
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def make_folders(library: Path, folder: Path) -> None:
    """Create the folders from the library down to `folder`, each flushed into its parent."""
    missing: list[Path] = []
    current = folder
    while current != library and not current.is_dir():
        missing.append(current)
        current = current.parent
    for path in reversed(missing):
        with suppress(FileExistsError):
            path.mkdir()
        flush_folder(path.parent)


def place_new(temporary: Path, target: Path) -> bool:
    """Give the file its final name in one step; False when something has that name already."""
    with _beside(temporary, target.parent) as source:
        if not _give_name(source, target):
            return False
    temporary.unlink(missing_ok=True)
    flush_folder(target.parent)
    return True


def move_new(source: Path, target: Path) -> bool:
    """Move a file to a free name; False when something else has it. Repeating finishes what a crash cut short."""
    if os.path.lexists(target) and is_move_begun(source, target):
        source.unlink()
    elif not place_new(source, target):
        return False
    flush_folder(source.parent)
    return True


def is_move_begun(one: Path, other: Path) -> bool:
    """Tell whether a crash came between giving a file its new name and taking the old one.

    Within a disk both are one file; from disk to disk they are copies of each other.
    """
    if one.stat().st_dev == other.stat().st_dev:
        return one.samefile(other)
    return filecmp.cmp(one, other, shallow=False)


def place_over(temporary: Path, target: Path) -> None:
    """Replace the target by the file in one step."""
    with _beside(temporary, target.parent) as source:
        source.replace(target)
    temporary.unlink(missing_ok=True)
    flush_folder(target.parent)


def _give_name(source: Path, target: Path) -> bool:
    """Let the file be found under a free name too; False when the name is taken."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        # SMB, exFAT and others have no hard links. There, only another program writing the very
        # same name within microseconds could be overwritten.
        if error.errno not in (
            errno.EPERM,
            errno.ENOTSUP,
            errno.EOPNOTSUPP,
            errno.EMLINK,
            errno.ENOSYS,
            errno.EXDEV,
        ):
            raise
        if os.path.lexists(target):
            return False
        source.rename(target)
    return True


@contextmanager
def _beside(file: Path, folder: Path) -> Iterator[Path]:
    """Yield the file, or a copy under a hidden name in a folder that is on another disk.

    Only a whole copy gets there, and only within a disk can names change in one step. What a killed
    process left goes.
    """
    if file.stat().st_dev == folder.stat().st_dev:
        yield file
        return
    for leftover in folder.glob(f"{_ARRIVING}*"):
        leftover.unlink(missing_ok=True)
    copy = folder / f"{_ARRIVING}{secrets.token_hex(8)}"
    try:
        with file.open("rb") as reading, copy.open("xb") as writing:
            shutil.copyfileobj(reading, writing, _COPIED_BYTES)
            writing.flush()
            flush(writing.fileno())
        yield copy
    finally:
        copy.unlink(missing_ok=True)
