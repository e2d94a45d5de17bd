"""Give a file of the library the name of one that has gone."""

import os
from pathlib import Path, PurePosixPath

from .paths import find_name, resolve_inside
from .storage import is_move_begun, move_new, storage_errors


def rename_file(
    library: Path, path: PurePosixPath, target: PurePosixPath, *, size: int, modified_ns: int
) -> bool:
    """Rename the library's file at `path` to `target`; False when something else has that name.

    Repeating it after a crash finishes what was begun: `size` (bytes) and `modified_ns` tell the file when
    it has its new name already. False too when it is nowhere. Blocking: call it in an executor. Raises
    StorageError as `storage.storage_errors`, and `outside_library`.
    """
    source, goal = resolve_inside(library, path), resolve_inside(library, target)
    with storage_errors(library):
        if not os.path.lexists(source):
            return _is_there(goal, size, modified_ns)
        taken = find_name(goal.parent, goal.name)
        if taken is not None and (taken != goal or not is_move_begun(source, goal)):
            return False
        return move_new(source, goal)


def _is_there(path: Path, size: int, modified_ns: int) -> bool:
    """Tell whether a file is the one of this size and age."""
    if path.is_symlink() or not path.is_file():
        return False
    status = path.stat()
    return (status.st_size, status.st_mtime_ns) == (size, modified_ns)
