"""Write and read tags, in every format by the names of MusicBrainz Picard."""

from pathlib import Path

from .tag_set import Cover, TagSet


def write_tags(path: Path, tags: TagSet) -> None:
    """Write the known tags into the file in place (work on a copy), keeping all others.

    Raises VerificationError `not_taggable` or `unreadable`, StorageError as in `storage.storage_errors`.
    """
    raise NotImplementedError


def read_tags(path: Path) -> dict[str, list[str]]:
    """Return all text tags by Picard's names; unknown ones under the file's own names.

    Raises VerificationError `not_audio` or `unreadable`, StorageError `file_vanished`.
    """
    raise NotImplementedError


def read_cover(path: Path) -> Cover | None:
    """Return the front cover, or the first picture when none says that it is the front."""
    raise NotImplementedError
