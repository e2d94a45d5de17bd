"""Bring a finished file into the library: copy, tag, prove, swap in."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..model import Reason
from .audio import AudioProperties
from .tag_set import TagSet


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledFile:
    """Describe a file in the library."""

    path: PurePosixPath  # Relative to the library folder.
    size: int  # bytes
    modified_ns: int
    checksum: str  # MD5 of the whole file.
    audio_hash: str  # Of the sound alone, the same before and after tagging.
    properties: AudioProperties
    is_tagged: bool
    tag_problem: Reason | None  # Why it is not tagged, or None.
    is_adopted: bool  # The same sound lay there already and was left alone.


def file_track(
    source: Path, library: Path, relative: PurePosixPath, tags: TagSet | None = None
) -> FiledFile:
    """Put a tagged copy of `source` at `relative` (from `paths.library_path`) inside the library.

    The source stays; `remove_source` takes it away once the result is stored. Never overwrites: the
    same sound at the place is adopted, so a repetition after a crash changes nothing; another file
    there makes the name end in " (2)". Audio bytes are proven equal before the file is swapped in.

    Raises StorageError `disk_full`, `folder_not_writable`, `folder_missing`, `file_vanished`,
    `file_not_readable`, `file_changed`, `outside_library`; VerificationError `not_audio`, `unreadable`.
    """
    raise NotImplementedError


def remove_source(source: Path) -> bool:
    """Delete a file that was filed; False when it was gone already."""
    raise NotImplementedError
