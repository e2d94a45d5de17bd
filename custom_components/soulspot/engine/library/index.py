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
from .seen_folders import SeenFolders
from .storage import displayable
from .tags import tags_of

_LOOKS_A_BATCH = 5000
# Thumbnails and waste bins of network storage and Windows.
_SYSTEM_FOLDERS = ("@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found")

# By folder and name: size in bytes and modification time in ns.
type Known = dict[str, dict[str, tuple[int, int]]]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """Hold what a folder has."""

    new: list[tuple[str, os.stat_result]]  # Or changed: audio files by path.
    deeper: tuple[str, ...]  # Folders.
    unchanged: int
    newest_ns: int  # When one of its audio files was modified last.


def scan(
    library: Path, known: Known, *, seen: SeenFolders | None = None, batch_size: int = 100
) -> Iterator[ScanBatch]:
    """Yield the audio files below the library folder in batches of at most `batch_size` files to be read.

    Equal files of `known` are not read, and those of folders that are as they were `seen` not even looked
    at. What is there, or cannot be read now and is therefore not gone, is taken out of `known`: what is
    left at the end is gone. Skips hidden files and folders (`.soulspot` among them), waste bins and symbolic
    links. Files whose names are not UTF-8 are reported with reason `name_not_readable`, folders with
    `folder_not_readable`. Raises StorageError `folder_missing` or `folder_not_readable` for the library
    folder itself.
    """
    seen = SeenFolders() if seen is None else seen
    batch = _Batch()
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            status = (library / folder).stat()
            deeper = seen.unchanged(folder, status)
            listing = None if deeper is not None else _list(library, folder, known)
        except OSError as error:
            if not folder:
                raise _folder_error(library, error) from error
            batch.refuse(folder, "folder_not_readable", error=str(error.strerror))
            _keep_below(folder, known)
            continue
        if listing is None:
            batch.unchanged += len(known.pop(folder, ()))
        else:
            deeper = listing.deeper
            batch.unchanged += listing.unchanged
            is_readable = True
            for relative, file_status in listing.new:
                is_readable &= _read(library, relative, file_status, batch)
                if len(batch.found) + len(batch.unreadable) >= batch_size:
                    yield batch.close()
            if is_readable:
                seen.note(folder, status, deeper, listing.newest_ns)
        folders += reversed(deeper or ())
        if batch.unchanged >= _LOOKS_A_BATCH:
            yield batch.close()
    if batch.found or batch.unchanged or batch.unreadable:
        yield batch.close()


def _list(library: Path, folder: str, known: Known) -> _Listing:
    """Return what is in a folder; audio files that are as they were are counted.

    Hardly anything is done for a file that is known: this loop is most of a pass without news.
    """
    prefix = f"{folder}/" if folder else ""
    names = known.get(folder, {})
    new: list[tuple[str, os.stat_result]] = []
    deeper: list[str] = []
    unchanged = newest_ns = 0
    with os.scandir(library / folder) as entries:
        for entry in entries:
            before = names.pop(entry.name, None)
            if before is None and not _may_be_music(entry, prefix, deeper):
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # It vanished since the folder was listed.
            modified_ns = status.st_mtime_ns
            newest_ns = max(newest_ns, modified_ns)
            if before == (status.st_size, modified_ns):
                unchanged += 1
            elif S_ISREG(status.st_mode):
                new.append((prefix + entry.name, status))
            elif before is not None:
                names[entry.name] = before  # Something else has taken its name.
                _may_be_music(entry, prefix, deeper)
    if not names:
        known.pop(folder, None)
    return _Listing(
        new=sorted(new, key=itemgetter(0)),
        deeper=tuple(sorted(deeper)),
        unchanged=unchanged,
        newest_ns=newest_ns,
    )


def _may_be_music(entry: os.DirEntry[str], prefix: str, deeper: list[str]) -> bool:
    """Tell whether an entry is to be looked at as a file; folders to be searched are noted."""
    name = entry.name
    if name.startswith("."):
        return False
    if entry.is_dir(follow_symlinks=False):
        if name not in _SYSTEM_FOLDERS:
            deeper.append(prefix + name)
        return False
    return extension_of(name) in AUDIO_EXTENSIONS


def _keep_below(folder: str, known: Known) -> None:
    """Take everything below a folder out of what may be gone."""
    prefix = f"{folder}/"
    for path in [path for path in known if path == folder or path.startswith(prefix)]:
        del known[path]


def _folder_error(library: Path, error: OSError) -> StorageError:
    """Return why the library folder itself cannot be listed."""
    is_missing = isinstance(error, FileNotFoundError | NotADirectoryError)
    key = "folder_missing" if is_missing else "folder_not_readable"
    return StorageError(key, path=displayable(library), error=str(error.strerror))


def _read(library: Path, relative: str, status: os.stat_result, batch: _Batch) -> bool:
    """Read a file that is new or changed; false when that is impossible."""
    if not _is_text(relative):
        batch.refuse(relative, "name_not_readable")
        return False
    path = library / relative
    try:
        opened = open_audio(path)
        tags = tags_of(opened, path)
    except SoulSpotError as error:
        batch.refuse(relative, error.translation_key, **error.placeholders)
        return False
    batch.found.append(
        FoundFile(
            path=relative,
            size=status.st_size,
            modified_ns=status.st_mtime_ns,
            properties=opened.properties,
            tags=tags,
        )
    )
    return True


def _is_text(name: str) -> bool:
    """Tell whether a name can be stored: names of other encodings come as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
