"""Move downloads on, and tell of their ends."""

from datetime import datetime
import sqlite3

from ..model import Download, DownloadState, Reason
from ..store import downloads, journal, tracks
from ..views import EventKind
from .context import Context

_EVENTS = {
    DownloadState.NOT_AVAILABLE: EventKind.NOT_AVAILABLE,
    DownloadState.ASK: EventKind.NEEDS_ATTENTION,
    DownloadState.FAILED: EventKind.FAILED,
}


class DownloadStates:
    """Store the states of downloads, and announce them."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def move(
        self, download: Download, state: DownloadState, reason: Reason | None = None
    ) -> None:
        """Store a state that only counts care about."""
        await self._context.database.run(
            downloads.set_state,
            download.id,
            state,
            now=self._context.clock.now(),
            reason=reason,
        )
        self._context.announcer.changed()

    async def end(
        self, download: Download, state: DownloadState, reason: Reason, *, is_news: bool = True
    ) -> None:
        """Store an end, and tell of it unless the same was told before."""
        now = self._context.clock.now()
        await self._context.database.run(_end, download, state, reason, now=now)
        track = await self._context.database.run(tracks.get_track, download.track_id)
        if is_news and not download.is_upgrade:
            self._context.announcer.happened(
                _EVENTS[state], track, quality=download.quality, reason=reason
            )
        self._context.announcer.changed()


def _end(
    connection: sqlite3.Connection,
    download: Download,
    state: DownloadState,
    reason: Reason,
    *,
    now: datetime,
) -> None:
    """Store an end with its reason in the state and the journal."""
    downloads.set_state(connection, download.id, state, now=now, reason=reason)
    journal.write(
        connection,
        download.track_id,
        "no_better_file" if download.is_upgrade else state.value,
        now=now,
        reason=reason.to_json(),
    )
