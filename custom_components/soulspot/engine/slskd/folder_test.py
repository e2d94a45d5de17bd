"""Prove that a local folder is slskd's downloads directory, by comparing what is in them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..errors import PermissionDeniedError, StorageError
from .client import SlskdClient
from .models import ListedDirectory, ListedFile
from .paths import FolderMapping, remote_parts

_FILES_COMPARED = 50
_DIRECTORIES_OPENED = 12


class FolderProof(StrEnum):
    """Say how sure it is that both see the same folder."""

    PROVEN = "proven"
    UNDECIDED = "undecided"  # Nothing to compare: the first download will tell.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """Count what slskd listed and what of it is here."""

    listed: int = 0
    found: int = 0


async def folder_self_test(client: SlskdClient, mapping: FolderMapping) -> FolderProof:
    """Compare slskd's listing of its downloads directory with the local folder.

    Raises StorageError `downloads_folder_not_visible` when the local folder cannot be read and
    `downloads_folder_mismatch` when less than half of what slskd lists is there. An empty folder, and a
    slskd that does not list, prove nothing.
    """
    local = mapping.local_downloads
    names = await asyncio.to_thread(_visible_names, local)
    try:
        root = await client.downloads_listing()
    except PermissionDeniedError:
        return FolderProof.UNDECIDED
    if root is None:
        return FolderProof.UNDECIDED
    files = await _some_files(client, root)
    compared = await asyncio.to_thread(_compare_files, mapping, files)
    if not compared.listed:
        compared = _compare_directories(root.directories, names)
    if compared.listed:
        if compared.found * 2 >= compared.listed:
            return FolderProof.PROVEN
        raise StorageError("downloads_folder_mismatch")
    if names:  # slskd's is empty, this one is not.
        raise StorageError("downloads_folder_mismatch")
    return FolderProof.UNDECIDED


async def _some_files(client: SlskdClient, root: ListedDirectory) -> list[ListedFile]:
    """Return files of the directory and of the newest ones below it, as many as prove enough."""
    files = list(root.files)
    waiting = sorted(root.directories, key=_age)
    for _ in range(_DIRECTORIES_OPENED):
        if not waiting or len(files) >= _FILES_COMPARED:
            break
        directory = waiting.pop(0)
        opened = await client.downloads_listing(directory.path or directory.name)
        if opened is not None:
            files.extend(opened.files)
            waiting = sorted(opened.directories, key=_age) + waiting
    return files[:_FILES_COMPARED]


def _visible_names(folder: Path) -> frozenset[str]:
    """Return the names in a folder but the hidden ones."""
    try:
        return frozenset(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise StorageError("downloads_folder_not_visible", path=str(folder)) from error


def _age(directory: ListedDirectory) -> float:
    """Return a sort key: the newest first, the undated last."""
    return -directory.modified_at.timestamp() if directory.modified_at else 0.0


def _compare_files(mapping: FolderMapping, files: Iterable[ListedFile]) -> _Comparison:
    """Count the listed files that exist here with the same size; empty files say nothing."""
    listed = found = 0
    for file in files:
        if file.size == 0:
            continue
        listed += 1
        try:
            local = mapping.below(remote_parts(file.path))
            found += local.stat().st_size == file.size
        except OSError, StorageError, ValueError:
            continue
    return _Comparison(listed=listed, found=found)


def _compare_directories(
    directories: Iterable[ListedDirectory], names: frozenset[str]
) -> _Comparison:
    """Count the listed directories that exist here; used when they hold no files."""
    wanted = [directory.name for directory in directories]
    return _Comparison(listed=len(wanted), found=sum(name in names for name in wanted))
