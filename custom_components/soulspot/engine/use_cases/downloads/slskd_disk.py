"""Know whether slskd can write what it downloads, so that peers do not send the same for nothing."""

from collections import deque
from collections.abc import Callable
import logging

from ...model import DownloadId, Reason
from ...ports import Clock
from ...queue.outages import Rest
from ...slskd.failures import failure
from ...slskd.models import FailureKind
from ..sources import DISK_PAUSE

_LOGGER = logging.getLogger(__name__)

_SIGNS = 3  # One file may have a name that no disk takes.
_SUSPECTS_KEPT = 500


class SlskdDisk:
    """Tell a full disk from a file that cannot be written, and let one file at a time try a full one."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        """Believe that all is well; `changed` is called when that turns."""
        self._clock = clock
        self._changed = changed
        self._failed: set[DownloadId] = set()  # Since a file was written last.
        self._suspects: deque[DownloadId] = deque(maxlen=_SUSPECTS_KEPT)
        self._next_try_at = 0.0
        self.trouble: Reason | None = None  # Set once several files could not be written.

    def note_failed(self, download_id: DownloadId) -> bool:
        """Note that a file could not be written; False when it is the file's fault.

        That is so when others were written since it failed before: then another source may do better.
        """
        if download_id in self._suspects and not self._failed:
            return False
        self._failed.add(download_id)
        if self.trouble is None and len(self._failed) >= _SIGNS:
            self.trouble = failure(FailureKind.LOCAL_STORAGE).reason
            self._next_try_at = self._clock.monotonic() + DISK_PAUSE.total_seconds()
            _LOGGER.warning("slskd cannot write what it downloads; look at its disk")
            self._changed()
        return True

    def note_written(self, download_id: DownloadId) -> None:
        """Note that slskd has written a file."""
        self._failed.discard(download_id)
        self._suspects.extend(self._failed)
        self._failed.clear()
        if self.trouble is not None:
            self.trouble = None
            _LOGGER.info("slskd can write again")
            self._changed()

    def rest(self) -> Rest | None:
        """Return for how long not to ask for a file, None to ask; after each pause one may try."""
        if self.trouble is None:
            return None
        now = self._clock.monotonic()
        if now >= self._next_try_at:
            self._next_try_at = now + DISK_PAUSE.total_seconds()
            return None
        return Rest(seconds=self._next_try_at - now, reason=self.trouble)
