"""Bring the tags of a filed track up to date: on a copy, the sound proven unchanged, swapped in."""

from dataclasses import dataclass
import os
from pathlib import Path
import shutil

from ..errors import StorageError, VerificationError
from ..model import Reason
from .audio import read_audio
from .filing import file_checksum
from .formats import supports_tags
from .storage import displayable, flush_file, place_over, storage_errors, temporary_path
from .streams import audio_fingerprint
from .tag_set import TagSet
from .tags import read_cover, read_tags, write_tags


@dataclass(frozen=True, slots=True, kw_only=True)
class RetaggedFile:
    """Describe a file whose tags are up to date, or say why they were left as they are."""

    size: int  # bytes
    modified_ns: int
    checksum: str  # MD5 of the whole file.
    is_written: bool
    problem: Reason | None = None


def retag_file(
    path: Path, library: Path, tags: TagSet, *, size: int, modified_ns: int
) -> RetaggedFile:
    """Write what changed into the file at `path`; running twice changes nothing.

    `size` (bytes) and `modified_ns` are those of the file as it was filed: one that somebody else has
    changed since is left alone (`changed_elsewhere`), as is one that tagging would harm. What the file
    has and `tags` do not know stays. Blocking: call it in an executor.

    Raises StorageError as `filing.file_track`, VerificationError `not_audio` or `unreadable`.
    """
    with storage_errors(path, reading=True):
        before = path.stat()
    format_name = read_audio(path).format
    if not supports_tags(format_name):
        return _left(path, Reason(key="not_taggable", placeholders={"format": format_name}))
    temporary = temporary_path(library, path.suffix)
    try:
        with storage_errors(path, reading=True):
            shutil.copy(path, temporary)
        write_tags(temporary, tags)
        if _tags_of(temporary) == _tags_of(path):
            return _left(path, None)
        if (before.st_size, before.st_mtime_ns) != (size, modified_ns):
            return _left(path, Reason(key="changed_elsewhere"))
        if audio_fingerprint(temporary, format_name) != audio_fingerprint(path, format_name):
            return _left(path, Reason(key="tagging_would_change_audio"))
        with storage_errors(library):
            flush_file(temporary)
        _swap(temporary, path, before)
    except VerificationError as error:
        return _left(path, Reason(key="tagging_failed", placeholders={"error": str(error)}))
    finally:
        temporary.unlink(missing_ok=True)
    return _state(path, is_written=True)


def _tags_of(path: Path) -> tuple[dict[str, list[str]], bytes | None]:
    """Return a file's tags and cover."""
    cover = read_cover(path)
    return read_tags(path), cover.data if cover else None


def _swap(temporary: Path, path: Path, before: os.stat_result) -> None:
    """Replace a file that is still the one that was copied."""
    with storage_errors(path, reading=True):
        now = path.stat()
    if (now.st_ino, now.st_size, now.st_mtime_ns) != (
        before.st_ino,
        before.st_size,
        before.st_mtime_ns,
    ):
        raise StorageError("file_changed", path=displayable(path))
    with storage_errors(path):
        place_over(temporary, path)


def _left(path: Path, problem: Reason | None) -> RetaggedFile:
    """Describe a file that was not written."""
    return _state(path, is_written=False, problem=problem)


def _state(path: Path, *, is_written: bool, problem: Reason | None = None) -> RetaggedFile:
    """Describe a file as it is now."""
    with storage_errors(path, reading=True):
        status = path.stat()
    return RetaggedFile(
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
        checksum=file_checksum(path),
        is_written=is_written,
        problem=problem,
    )
