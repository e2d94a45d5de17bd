"""Move files of the library into its recycle bin and back: a whole file is at the one place or the other."""

from contextlib import suppress
import errno
import os
from pathlib import Path, PurePosixPath
import shutil

from ..errors import StorageError
from .names import alternatives
from .paths import find_name, resolve_inside
from .storage import (
    PRIVATE_FOLDER,
    displayable,
    flush_folder,
    is_move_begun,
    make_folders,
    move_new,
    place_new,
    storage_errors,
)

_FOLDER = "recycle-bin"


def move_in(library: Path, number: int, path: PurePosixPath, *, is_taken: bool = False) -> bool:
    """Move the library's file at `path` into the place `number` of the bin; False when there is none.

    `is_taken` says that another file has that name by now: it stays. Repeating it changes nothing. The
    folders it leaves empty go with it. Raises StorageError `folder_missing` when the library itself is
    away, `folder_not_writable`, `outside_library`.
    """
    source, place = resolve_inside(library, path), _place(library, number, path)
    _require(library)
    with storage_errors(library):
        if os.path.lexists(place):
            if not is_taken and os.path.lexists(source) and is_move_begun(place, source):
                source.unlink()
                _remove_empty(source.parent, library.resolve())
            return True
        if is_taken or not source.is_file():
            return False
        make_folders(library.resolve(), place.parent)
        try:
            source.rename(place)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            place_new(source, place)  # A part of the library lies on another disk.
    with suppress(OSError):  # It has moved; only a power cut right now could still undo that.
        flush_folder(place.parent)
        flush_folder(source.parent)
    _remove_empty(source.parent, library.resolve())
    return True


def find_free(library: Path, path: PurePosixPath) -> PurePosixPath:
    """Return where a file can go back to: where it was, or beside what stands there now."""
    target = resolve_inside(library, path)
    with storage_errors(library):
        for name in alternatives(target.name):
            if find_name(target.parent, name) is None:
                return path.with_name(name)
    raise StorageError("storage_failed", path=displayable(target), error="no free name")


def move_out(library: Path, number: int, path: PurePosixPath, target: PurePosixPath) -> bool:
    """Move the file that was at `path` from the bin to `target`; never over another file.

    False when something else has that name by now. Repeating it after a crash finishes what was begun.
    Raises StorageError `file_vanished` when the bin does not hold the file and `target` does not either.
    """
    place, goal = _place(library, number, path), resolve_inside(library, target)
    _require(library)
    with storage_errors(library):
        if not os.path.lexists(place):
            if goal.is_file():
                return True
            raise StorageError("file_vanished", path=displayable(place))
        make_folders(library.resolve(), goal.parent)
        if not move_new(place, goal):
            return False
    _remove_empty(place.parent, _bin(library))
    return True


def delete(library: Path, number: int) -> None:
    """Delete a place of the bin with all it holds; one that is gone already is fine.

    Raises StorageError `folder_missing` when the library itself is away, `folder_not_writable`.
    """
    folder = _bin(library) / str(number)
    _require(library)
    with storage_errors(library):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
            flush_folder(folder.parent)


def _require(library: Path) -> None:
    """Raise StorageError `folder_missing` when the library is away."""
    if not library.is_dir():
        raise StorageError("folder_missing", path=displayable(library))


def _bin(library: Path) -> Path:
    """Return the folder of the bin, hidden from players and from the index."""
    return library.resolve() / PRIVATE_FOLDER / _FOLDER


def _place(library: Path, number: int, path: PurePosixPath) -> Path:
    """Return where the bin holds a file: under its old path, so that people find it without us too."""
    resolve_inside(library, path)
    return _bin(library).joinpath(str(number), *path.parts)


def _remove_empty(folder: Path, end: Path) -> None:
    """Remove folders that nothing is left in, up to but not including `end`."""
    with suppress(OSError):
        while folder != end and folder.is_relative_to(end):
            try:
                folder.rmdir()
            except OSError as error:
                if error.errno != errno.ENOENT:
                    return
            folder = folder.parent
