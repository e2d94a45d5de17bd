"""Find the audio files of the library, reading only what is new or changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
import os
from pathlib import Path
from stat import S_ISREG

from ..errors import SoulSpotError, StorageError
from ..model import Reason
from .audio import AudioProperties, open_audio
from .formats import AUDIO_EXTENSIONS, extension_of
from .storage import displayable
from .tags import tags_of

_LOOKS_A_BATCH = 5000
# Thumbnails and waste bins of network storage and Windows.
_SYSTEM_FOLDERS = ("@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """Describe a new or changed file; the path is relative to the library, with forward slashes."""

    path: str
    size: int  # bytes
    modified_ns: int
    properties: AudioProperties
    tags: dict[str, list[str]]  # By Picard's names.


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFile:
    """Name a file or folder that could not be read, safe to show."""

    path: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanBatch:
    """Hold one bounded step of a scan."""

    found: tuple[FoundFile, ...]
    unchanged: int
    unreadable: tuple[UnreadableFile, ...]


@dataclass(slots=True)
class _Batch:
    """Collect a batch."""

    found: list[FoundFile] = field(default_factory=list)
    unchanged: int = 0
    unreadable: list[UnreadableFile] = field(default_factory=list)

    def close(self) -> ScanBatch:
        """Return what was collected, and begin anew."""
        batch = ScanBatch(
            found=tuple(self.found),
            unchanged=self.unchanged,
            unreadable=tuple(self.unreadable),
        )
        self.found.clear()
        self.unreadable.clear()
        self.unchanged = 0
        return batch

    def refuse(self, path: str, key: str, **placeholders: str) -> None:
        """Note something that cannot be read."""
        self.unreadable.append(
            UnreadableFile(
                path=displayable(path),
                reason=Reason(key=key, placeholders=placeholders),
            )
        )


def scan(
    library: Path, known: dict[str, tuple[int, int]], *, batch_size: int = 100
) -> Iterator[ScanBatch]:
    """Yield the audio files below the library folder in batches of at most `batch_size` files to be read.

    `known` maps relative paths to (size in bytes, modification time in ns); equal ones are not read. What is
    there, or cannot be read now and is therefore not gone, is taken out of it: what is left at the end is
    gone. Skips hidden files and folders (`.soulspot` among them), waste bins and symbolic links. Files
    whose names are not UTF-8 are reported with reason `name_not_readable`, folders with
    `folder_not_readable`. Raises StorageError `folder_missing` or `folder_not_readable` for the library
    folder itself.
    """
    batch = _Batch()
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            new, deeper = _look_through(library, folder, known, batch)
        except OSError as error:
            if not folder:
                raise _folder_error(library, error) from error
            batch.refuse(folder, "folder_not_readable", error=str(error.strerror))
            _keep_below(folder, known)
            continue
        folders += sorted(deeper, reverse=True)
        for relative, status in sorted(new, key=itemgetter(0)):
            _read(library, relative, status, batch)
            if len(batch.found) + len(batch.unreadable) >= batch_size:
                yield batch.close()
        if batch.unchanged >= _LOOKS_A_BATCH:
            yield batch.close()
    if batch.found or batch.unchanged or batch.unreadable:
        yield batch.close()


def _look_through(
    library: Path, folder: str, known: dict[str, tuple[int, int]], batch: _Batch
) -> tuple[list[tuple[str, os.stat_result]], list[str]]:
    """Return a folder's new and changed audio files, and its folders; the others are counted.

    Hardly anything is done for a file that is known: this loop is what a pass without news consists of.
    """
    prefix = f"{folder}/" if folder else ""
    new: list[tuple[str, os.stat_result]] = []
    deeper: list[str] = []
    unchanged = 0
    with os.scandir(library / folder) as entries:
        for entry in entries:
            name = entry.name
            relative = prefix + name
            before = known.pop(relative, None)
            if before is None and not _may_be_music(entry, relative, deeper):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # It vanished since the folder was listed.
            if before == (status.st_size, status.st_mtime_ns):
                unchanged += 1
            elif S_ISREG(status.st_mode):
                new.append((relative, status))
            elif before is not None:
                known[relative] = before  # Something else has taken its name.
                _may_be_music(entry, relative, deeper)
    batch.unchanged += unchanged
    return new, deeper


def _may_be_music(entry: os.DirEntry[str], relative: str, deeper: list[str]) -> bool:
    """Tell whether an entry is to be looked at as a file; folders to be searched are noted."""
    name = entry.name
    if name.startswith("."):
        return False
    if entry.is_dir(follow_symlinks=False):
        if name not in _SYSTEM_FOLDERS:
            deeper.append(relative)
        return False
    return extension_of(name) in AUDIO_EXTENSIONS


def _keep_below(folder: str, known: dict[str, tuple[int, int]]) -> None:
    """Take everything below a folder out of what may be gone."""
    prefix = f"{folder}/"
    for path in [path for path in known if path.startswith(prefix)]:
        del known[path]


def _folder_error(library: Path, error: OSError) -> StorageError:
    """Return why the library folder itself cannot be listed."""
    is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    key = "folder_missing" if is_missing else "folder_not_readable"
    return StorageError(key, path=displayable(library), error=str(error.strerror))


def _read(library: Path, relative: str, status: os.stat_result, batch: _Batch) -> None:
    """Read a file that is new or changed."""
    if not _is_text(relative):
        batch.refuse(relative, "name_not_readable")
        return
    path = library / relative
    try:
        opened = open_audio(path)
        tags = tags_of(opened, path)
    except SoulSpotError as error:
        batch.refuse(relative, error.translation_key, **error.placeholders)
        return
    batch.found.append(
        FoundFile(
            path=relative,
            size=status.st_size,
            modified_ns=status.st_mtime_ns,
            properties=opened.properties,
            tags=tags,
        )
    )


def _is_text(name: str) -> bool:
    """Tell whether a name can be stored: names of other encodings come as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
