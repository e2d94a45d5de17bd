"""Find the audio files of the library, reading only what is new or changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
import os
from pathlib import Path

from ..errors import SoulSpotError, StorageError
from ..model import Reason
from .audio import AudioProperties, open_audio
from .formats import AUDIO_EXTENSIONS, extension_of
from .storage import displayable
from .tags import tags_of

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
    """Hold one bounded step of a scan; what no batch lists is no longer there."""

    found: tuple[FoundFile, ...]
    unchanged: tuple[str, ...]
    unreadable: tuple[UnreadableFile, ...]


@dataclass(slots=True)
class _Batch:
    """Collect a batch."""

    found: list[FoundFile] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    unreadable: list[UnreadableFile] = field(default_factory=list)

    def __len__(self) -> int:
        """Return how many files were looked at."""
        return len(self.found) + len(self.unchanged) + len(self.unreadable)

    def close(self) -> ScanBatch:
        """Return what was collected."""
        return ScanBatch(
            found=tuple(self.found),
            unchanged=tuple(self.unchanged),
            unreadable=tuple(self.unreadable),
        )

    def refuse(self, path: str, key: str, **placeholders: str) -> None:
        """Note something that cannot be read."""
        self.unreadable.append(
            UnreadableFile(
                path=displayable(path),
                reason=Reason(key=key, placeholders=placeholders),
            )
        )


def scan(
    library: Path, known: Mapping[str, tuple[int, int]], *, batch_size: int = 100
) -> Iterator[ScanBatch]:
    """Yield the audio files below the library folder in batches of at most `batch_size` files.

    `known` maps relative paths to (size in bytes, modification time in ns); equal ones are not read.
    Skips hidden files and folders (`.soulspot` among them), waste bins and symbolic links. Files whose names are
    not UTF-8 are reported with reason `name_not_readable`, folders with `folder_not_readable`. Raises
    StorageError `folder_missing` or `folder_not_readable` for the library folder itself.
    """
    batch = _Batch()
    for relative, entry in _walk(library, batch):
        _take(relative, entry, known, batch)
        if len(batch) >= batch_size:
            yield batch.close()
            batch = _Batch()
    if len(batch):
        yield batch.close()


def _walk(library: Path, batch: _Batch) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the audio files' relative paths, folder by folder in order of their names."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(library / folder) as entries:
                listed = sorted(entries, key=attrgetter("name"))
        except OSError as error:
            if not folder:
                raise _folder_error(library, error) from error
            batch.refuse(folder, "folder_not_readable", error=str(error.strerror))
            continue
        deeper: list[str] = []
        for entry in listed:
            relative = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name in _SYSTEM_FOLDERS:
                    continue
                deeper.append(relative)
            elif extension_of(entry.name) in AUDIO_EXTENSIONS and entry.is_file(
                follow_symlinks=False
            ):
                yield relative, entry
        folders.extend(reversed(deeper))


def _folder_error(library: Path, error: OSError) -> StorageError:
    """Return why the library folder itself cannot be listed."""
    is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    key = "folder_missing" if is_missing else "folder_not_readable"
    return StorageError(key, path=displayable(library), error=str(error.strerror))


def _take(
    relative: str,
    entry: os.DirEntry[str],
    known: Mapping[str, tuple[int, int]],
    batch: _Batch,
) -> None:
    """Look at one file, and read it when it is new or changed."""
    if not _is_text(relative):
        batch.refuse(relative, "name_not_readable")
        return
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return  # It vanished since the folder was listed.
    if known.get(relative) == (status.st_size, status.st_mtime_ns):
        batch.unchanged.append(relative)
        return
    path = Path(entry.path)
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
