"""Find the audio files of the library, reading only what is new or changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model import Reason
from .audio import AudioProperties


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
    """Name a file that could not be read, safe to show."""

    path: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanBatch:
    """Hold one bounded step of a scan; what no batch lists is no longer there."""

    found: tuple[FoundFile, ...]
    unchanged: tuple[str, ...]
    unreadable: tuple[UnreadableFile, ...]


def scan(
    library: Path, known: Mapping[str, tuple[int, int]], *, batch_size: int = 100
) -> Iterator[ScanBatch]:
    """Yield the audio files below the library folder in batches of at most `batch_size` files.

    `known` maps relative paths to (size in bytes, modification time in ns); equal ones are not read.
    Skips `.soulspot`, hidden folders, symbolic links to folders. Raises StorageError `folder_missing`
    or `folder_not_readable` for the library folder itself.
    """
    raise NotImplementedError
