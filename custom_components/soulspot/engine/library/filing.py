"""Bring a finished file into the library: copy, tag, prove, swap in."""

from contextlib import suppress
from dataclasses import dataclass
import filecmp
from hashlib import md5
import os
from pathlib import Path, PurePosixPath
import shutil

from ..errors import SoulSpotError, StorageError, VerificationError
from ..model import Reason
from .audio import AudioProperties, read_audio
from .formats import supports_tags
from .names import alternatives
from .paths import existing_spelling, find_name, resolve_inside
from .storage import (
    displayable,
    flush_file,
    flush_folder,
    make_folders,
    place_new,
    storage_errors,
    temporary_path,
)
from .streams import CHUNK_BYTES, audio_fingerprint
from .tag_set import TagSet
from .tags import write_tags


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
    is_repeated: bool  # What lay there is the very file: an interrupted run had put it there.


def file_track(
    source: Path, library: Path, relative: PurePosixPath, tags: TagSet | None = None
) -> FiledFile:
    """Put a tagged copy of `source` at `relative` (from `paths.library_path`) inside the library.

    The source stays; `remove_source` takes it away once the result is stored. Never overwrites: the
    same sound at the place is adopted, so a repetition after a crash changes nothing; another file
    there makes the name end in " (2)". Audio bytes are proven equal before the file is swapped in;
    a file that tagging would harm, or whose format we do not tag, is filed as it is.

    Raises StorageError `disk_full`, `folder_not_writable`, `folder_missing`, `file_vanished`,
    `file_not_readable`, `file_changed`, `outside_library`; VerificationError `not_audio`, `unreadable`.
    """
    target = resolve_inside(library, relative)
    temporary = temporary_path(library, target.suffix)
    try:
        _copy(source, temporary)
        properties = read_audio(temporary)
        audio_hash = audio_fingerprint(temporary, properties.format)
        problem = _tag(source, temporary, properties.format, audio_hash, tags)
        with storage_errors(library):
            flush_file(temporary)
        placed, is_adopted = _place(
            temporary, library.resolve(), target, properties.format, audio_hash
        )
        is_tagged = tags is not None and problem is None
        # Without tags of ours, the same bytes may be anybody's.
        is_repeated = is_adopted and is_tagged and filecmp.cmp(temporary, placed, shallow=False)
    finally:
        temporary.unlink(missing_ok=True)
    with storage_errors(placed, reading=True):
        status = placed.stat()
        return FiledFile(
            path=PurePosixPath(placed.relative_to(library.resolve())),
            size=status.st_size,
            modified_ns=status.st_mtime_ns,
            checksum=file_checksum(placed),
            audio_hash=audio_hash,
            properties=read_audio(placed),
            is_tagged=is_tagged and (not is_adopted or is_repeated),
            tag_problem=problem,
            is_adopted=is_adopted,
            is_repeated=is_repeated,
        )


def remove_source(source: Path, own_folder: Path) -> bool:
    """Delete a file that is of no more use; False when it was gone already.

    With it goes the folder that was made for it alone, right below `own_folder`. Raises StorageError
    `folder_not_writable`.
    """
    with storage_errors(source):
        try:
            source.unlink()
        except FileNotFoundError:
            return False
        flush_folder(source.parent)
    if source.parent.parent == own_folder:
        with suppress(OSError):  # There is something else in it.
            source.parent.rmdir()
    return True


def file_checksum(path: Path) -> str:
    """Return the MD5 of a whole file; StorageError `file_vanished` or `file_not_readable`."""
    digest = md5(usedforsecurity=False)
    with storage_errors(path, reading=True), path.open("rb") as file:
        while data := file.read(CHUNK_BYTES):
            digest.update(data)
    return digest.hexdigest()


# --- Steps -------------------------------------------------------------------------------------


def _copy(source: Path, temporary: Path) -> None:
    """Copy the bytes, and notice a source that still grows."""
    with storage_errors(source, reading=True):
        reading = source.open("rb")
    with reading, storage_errors(temporary.parent), temporary.open("xb") as writing:
        before = os.fstat(reading.fileno())
        shutil.copyfileobj(reading, writing, CHUNK_BYTES)
        after = os.fstat(reading.fileno())
        copied = writing.tell()
    if (before.st_size, before.st_mtime_ns) != (
        after.st_size,
        after.st_mtime_ns,
    ) or copied != after.st_size:
        raise StorageError("file_changed", path=displayable(source))


def _tag(
    source: Path,
    temporary: Path,
    format_name: str,
    audio_hash: str,
    tags: TagSet | None,
) -> Reason | None:
    """Tag the copy and prove that its sound is the same; otherwise take a fresh, untagged copy."""
    if tags is None:
        return None
    if not supports_tags(format_name):
        return Reason(key="not_taggable", placeholders={"format": format_name})
    try:
        write_tags(temporary, tags)
        if audio_fingerprint(temporary, format_name) == audio_hash:
            return None
        problem = Reason(key="tagging_would_change_audio")
    except VerificationError as error:
        problem = Reason(key="tagging_failed", placeholders={"error": str(error)})
    temporary.unlink()
    _copy(source, temporary)
    return problem


def _place(
    temporary: Path, library: Path, target: Path, format_name: str, audio_hash: str
) -> tuple[Path, bool]:
    """Give the file a free name, or find that its sound lies there already."""
    with storage_errors(library):
        folder = existing_spelling(library, target.parent)
        make_folders(library, folder)
        if not folder.resolve().is_relative_to(library):
            raise StorageError("outside_library", path=displayable(target))
        for name in alternatives(target.name):
            taken = find_name(folder, name)
            if taken is None:
                if place_new(temporary, folder / name):
                    return folder / name, False
                taken = folder / name  # Somebody was faster.
            if _has_sound(taken, format_name, audio_hash):
                return taken, True
    raise StorageError("storage_failed", path=displayable(target), error="no free name")


def _has_sound(path: Path, format_name: str, audio_hash: str) -> bool:
    """Tell whether a file holds the very same sound."""
    if path.is_symlink() or not path.is_file():
        return False
    try:
        return (
            read_audio(path).format == format_name
            and audio_fingerprint(path, format_name) == audio_hash
        )
    except SoulSpotError:
        return False
