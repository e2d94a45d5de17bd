"""Write what is downloaded: growing in the incomplete folder, then moved to where slskd puts it."""

import asyncio
from enum import StrEnum
import os
from pathlib import Path
import random
import shutil

from simulators.audio import AudioLibrary

from .model import SharedFile
from .transfer_model import Transfer, remote_parts

_SHARE_PREFIX = "@@"
_CHUNK = 1 << 20


class WriteMode(StrEnum):
    """Name how much of a download is written: the real file, one of the right size, or nothing."""

    REAL = "real"
    SPARSE = "sparse"
    NOTHING = "nothing"


def _safe(name: str) -> str:
    """Return a name that stays where it is put."""
    cleaned = name.replace("\0", "_").replace("/", "_")
    return "_" if cleaned in ("", ".", "..") else cleaned


class Storage:
    """Know the folders of one slskd; all paths as slskd itself sees them."""

    def __init__(
        self,
        downloads: Path,
        incomplete: Path,
        audio: AudioLibrary,
        mode: WriteMode,
        is_new_layout: bool,
    ) -> None:
        """Take the folders; the layout of incomplete files and share prefixes changed in 0.26."""
        self.downloads = downloads
        self.incomplete = incomplete
        self.mode = mode
        # What the next file operations fail with, for example "No space left on device".
        self.create_error: str | None = None
        self.move_error: str | None = None
        self._audio = audio
        self._is_new_layout = is_new_layout

    def make_folders(self) -> None:
        """Create both folders."""
        if self.mode is not WriteMode.NOTHING:
            self.downloads.mkdir(parents=True, exist_ok=True)
            self.incomplete.mkdir(parents=True, exist_ok=True)

    def incomplete_path(self, transfer: Transfer) -> Path:
        """Return where the unfinished file lies."""
        parts = [_safe(part) for part in remote_parts(transfer.filename)]
        if self._is_new_layout:
            return self.incomplete.joinpath(_safe(transfer.username), *parts)
        return self.incomplete.joinpath(*parts[-2:])

    def begin(self, transfer: Transfer) -> None:
        """Create the unfinished file; OSError with slskd's text when that is impossible."""
        path = self.incomplete_path(transfer)
        if self.create_error is not None:
            raise OSError(f"Failed to create file {path}: {self.create_error}")
        if self.mode is WriteMode.REAL:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            except OSError as error:
                raise OSError(f"Failed to create file {path}: {error.strerror}") from error

    def grow(self, transfer: Transfer, size: int) -> None:
        """Let the unfinished file reach a size."""
        path = self.incomplete_path(transfer)
        if self.mode is WriteMode.REAL and path.exists():
            os.truncate(path, size)

    def discard(self, transfer: Transfer) -> None:
        """Remove the unfinished file."""
        if self.mode is WriteMode.REAL:
            self.incomplete_path(transfer).unlink(missing_ok=True)

    async def finish(self, transfer: Transfer, file: SharedFile | None, ticks: int) -> Path:
        """Write the whole file and move it to its place, which is returned; OSError when it fails."""
        if self.mode is WriteMode.NOTHING:
            return self._finish(transfer, file, ticks)
        return await asyncio.to_thread(self._finish, transfer, file, ticks)

    def _finish(self, transfer: Transfer, file: SharedFile | None, ticks: int) -> Path:
        """Do the work of `finish`; blocks."""
        folder = self._target_folder(transfer)
        name = _safe(remote_parts(transfer.filename)[-1])
        target = folder / name
        if self.move_error is not None:
            raise OSError(f"Failed to move file to {target}: {self.move_error}")
        if self.mode is WriteMode.NOTHING:
            return target
        folder.mkdir(parents=True, exist_ok=True)
        if target.exists():
            target = folder / f"{target.stem}_{ticks:018d}{target.suffix}"
        source = self.incomplete_path(transfer)
        source.parent.mkdir(parents=True, exist_ok=True)
        self._write(source, transfer, file)
        shutil.move(source, target)
        self._remove_empty_folders(source.parent)
        return target

    def _target_folder(self, transfer: Transfer) -> Path:
        """Return the folder of the finished file: the batch's own, or the last remote one."""
        if transfer.destination is not None:
            return self.downloads.joinpath(
                *(_safe(part) for part in remote_parts(transfer.destination))
            )
        folders = remote_parts(transfer.filename)[:-1]
        if self._is_new_layout and folders and folders[0].startswith(_SHARE_PREFIX):
            folders = folders[1:]
        return self.downloads / _safe(folders[-1]) if folders else self.downloads

    def _write(self, path: Path, transfer: Transfer, file: SharedFile | None) -> None:
        """Write exactly the announced number of bytes."""
        if self.mode is WriteMode.SPARSE:
            with path.open("wb") as target:
                target.truncate(transfer.size)
            return
        if file is not None and file.content is not None:
            data = self._audio.render(file.content)
            path.write_bytes(data[: transfer.size].ljust(transfer.size, b"\0"))
            return
        source = random.Random(f"{transfer.username} {transfer.filename}")
        with path.open("wb") as target:
            left = transfer.size
            while left > 0:
                left -= target.write(source.randbytes(min(_CHUNK, left)))

    def _remove_empty_folders(self, folder: Path) -> None:
        """Remove the folders that an unfinished file leaves behind."""
        while folder != self.incomplete and folder.is_relative_to(self.incomplete):
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent
