"""Know the folders that nothing was put into or taken from since they were listed."""

import os
import time

# Younger files may still be written, and file systems keep times as coarse as two seconds.
_SETTLED_NS = 60 * 10**9

type _Stamp = tuple[int, int, int, int]


class SeenFolders:
    """Remember how folders looked and which folders they hold; paths are relative to the library.

    A folder's own times change when an entry comes, goes, or is replaced by another file, but not when a
    file is written to in place: whoever relies on them has to look at everything now and then.
    """

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._seen: dict[str, tuple[_Stamp, tuple[str, ...]]] = {}

    def unchanged(self, folder: str, status: os.stat_result) -> tuple[str, ...] | None:
        """Return the folders in a folder that is as it was; None when it has to be listed."""
        stamp, deeper = self._seen.get(folder, (None, ()))
        return deeper if stamp == _stamp(status) else None

    def note(
        self, folder: str, status: os.stat_result, deeper: tuple[str, ...], newest_ns: int
    ) -> None:
        """Remember a folder that was listed after `status` was taken, unless something in it is young.

        `newest_ns` is the latest modification time of its files, 0 without any.
        """
        if max(newest_ns, status.st_mtime_ns) <= time.time_ns() - _SETTLED_NS:
            self._seen[folder] = (_stamp(status), deeper)


def _stamp(status: os.stat_result) -> _Stamp:
    """Return what changes with a folder, or with the disk that is mounted there."""
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns
