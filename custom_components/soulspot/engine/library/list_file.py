"""Write exported lists beside the playlists, never over what somebody else has put there."""

import hashlib
from pathlib import Path, PurePosixPath

from ..errors import StorageError
from .names import alternatives, safe_name
from .paths import find_name, resolve_inside
from .storage import (
    displayable,
    flush_file,
    make_folders,
    place_new,
    place_over,
    storage_errors,
    temporary_path,
)


def write_list(
    library: Path,
    folder: str,
    name: str,
    extension: str,
    text: str,
    *,
    previous_path: str | None = None,
    previous_digest: str | None = None,
) -> PurePosixPath:
    """Write a text as `<folder>/<name>.<extension>` in one step, and return where it is.

    The name is made safe. A file there is replaced only when it is the one of last time, unchanged
    since (`previous_digest`, SHA-256); else ours is called "name (2)". Raises StorageError as in `storage.storage_errors`.
    """
    data = text.encode()
    base = f"{safe_name(name, maximum_bytes=200)}.{extension}"
    for alternative in alternatives(base):
        relative = PurePosixPath(folder, alternative)
        target = resolve_inside(library, relative)
        with storage_errors(target):
            make_folders(library.resolve(), target.parent)
            taken = find_name(target.parent, relative.name)
            is_ours = str(relative) == previous_path and _digest(taken) == previous_digest
            if taken is not None and not is_ours:
                continue
            temporary = temporary_path(library, f".{extension}")
            try:
                temporary.write_bytes(data)
                flush_file(temporary)
                if taken is not None:
                    place_over(temporary, target)
                    return relative
                if place_new(temporary, target):
                    return relative
            finally:
                temporary.unlink(missing_ok=True)
    raise StorageError("storage_failed", path=displayable(base), error="no free name")


def _digest(path: Path | None) -> str | None:
    """Return the digest of a file, None when there is none."""
    if path is None or path.is_symlink() or not path.is_file():
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()
