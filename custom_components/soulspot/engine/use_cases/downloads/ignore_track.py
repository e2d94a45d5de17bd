"""Let a track be wanted by nobody, and take that back."""

from datetime import datetime
import sqlite3

from ...errors import InputError
from ...model import DownloadState, Priority, TrackId
from ...store import downloads, journal, playlists, tracks, wanted
from ..context import Context
from .cancel_download import CANCELLED, CancelDownload
from .request_download import queue_download


class IgnoreTrack:
    """Remember what a person does not want, for the whole account."""

    def __init__(self, context: Context, cancel: CancelDownload) -> None:
        """Take the rooms to work with, and how to stop a download."""
        self._context = context
        self._cancel = cancel

    async def ignore(self, track_id: TrackId, reason: str | None) -> None:
        """Ignore a track and stop its download; a file it has stays. Raises InputError `unknown_track`.

        No sync, import or "download what is missing" asks for it any more; a person still can.
        """
        database, clock = self._context.database, self._context.clock
        await database.run(_ignore, track_id, reason, now=clock.now())
        try:
            await self._cancel.execute(track_id)
        except InputError:  # There was nothing to stop, or its file is being brought in right now.
            await database.run(_forget_failure, track_id, now=clock.now())
        self._context.announcer.changed()

    async def want_again(self, track_id: TrackId) -> bool:
        """Stop ignoring a track, and queue it where its playlists download by themselves.

        False when it was not ignored. Raises InputError `unknown_track`.
        """
        is_new = await self._context.database.run(_want_again, self._context, track_id)
        self._context.announcer.changed()
        return is_new


def _ignore(
    connection: sqlite3.Connection, track_id: TrackId, reason: str | None, *, now: datetime
) -> None:
    """Store that a track is ignored."""
    tracks.get_track(connection, track_id)
    wanted.ignore(connection, track_id, reason, now=now)
    journal.write(connection, track_id, "ignored", now=now, words=reason)


def _forget_failure(connection: sqlite3.Connection, track_id: TrackId, *, now: datetime) -> None:
    """Count nobody's failure for a track that nobody wants."""
    download = downloads.find_download(connection, track_id)
    if download is not None and download.state is DownloadState.FAILED:
        downloads.set_state(
            connection, download.id, DownloadState.CANCELLED, now=now, reason=CANCELLED
        )


def _want_again(connection: sqlite3.Connection, context: Context, track_id: TrackId) -> bool:
    """Store that a track is not ignored any more, and queue what follows from that."""
    now = context.clock.now()
    tracks.get_track(connection, track_id)
    if not wanted.want_again(connection, track_id):
        return False
    journal.write(connection, track_id, "wanted_again", now=now)
    for playlist in playlists.get_playlists_of(connection, track_id):
        options = context.playlists.get(playlist.spotify_id)
        missing = wanted.get_missing_tracks(connection, playlist.spotify_id)
        if options is None or not options.automatic_download or track_id not in missing:
            continue
        queue_download(
            connection,
            track_id,
            quality=options.quality or context.settings.quality,
            now=now,
            priority=Priority.PLAYLIST,
            lane=playlist.spotify_id,
            retry=True,
        )
        break
    return True
