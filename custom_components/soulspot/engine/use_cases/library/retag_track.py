"""Let the tags of filed tracks follow what is learned about them later."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
import sqlite3

from ...errors import InputError, StorageError, VerificationError
from ...library.retagging import RetaggedFile, retag_file
from ...library.tags import read_cover
from ...model import JobKind, LibraryFile, Priority, Reason, Track, TrackId
from ...queue.scheduler import Done, Later, Result
from ...store import enrichment, files, jobs, journal, tracks
from ...store.jobs import Job
from ..context import Context
from .tag_track import tag_set, tags_for

_LOGGER = logging.getLogger(__name__)

_STORAGE_PAUSE = timedelta(minutes=30)
_PAYLOAD = "retag"


def queue_retagging(
    connection: sqlite3.Connection, track_ids: Iterable[TrackId], *, now: datetime
) -> None:
    """Queue new tags for the tracks whose file was filed by this product."""
    for track_id in enrichment.get_own_files(connection, track_ids):
        jobs.add_job(
            connection,
            JobKind.FILING,
            f"retag:{track_id}",
            now=now,
            payload={_PAYLOAD: track_id},
            priority=Priority.UPGRADE,
        )


def is_retagging(job: Job) -> bool:
    """Tell whether a filing job is about tags alone."""
    return _PAYLOAD in job.payload


class RetagTrack:
    """Handle the filing jobs that only bring tags up to date."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def handle(self, job: Job) -> Result:
        """Write a track's tags anew; running twice does no harm, a file that is gone needs none.

        Trouble with the library folder lets the job wait.
        """
        library = self._context.settings.library
        found = await self._context.database.run(_find, TrackId(job.payload[_PAYLOAD]))
        if library is None or found is None:
            return Done()
        track, file = found
        path = library / file.path
        try:
            cover = await asyncio.to_thread(read_cover, path)
            tags = tag_set(track, None) if cover else await tags_for(self._context, track)
            retagged = await asyncio.to_thread(
                retag_file, path, library, tags, size=file.size, modified_ns=file.modified_ns
            )
        except VerificationError as error:
            _LOGGER.debug("A filed track stays untagged: %s", error)
            return Done()
        except StorageError as error:
            if error.translation_key in ("file_vanished", "file_changed"):
                return Done()
            until = self._context.clock.now() + _STORAGE_PAUSE
            return Later(until=until, reason=error.reason)
        await self._context.database.run(_store, file, retagged, now=self._context.clock.now())
        return Done()

    async def fail(self, job: Job, reason: Reason) -> None:
        """Remember that a file keeps its old tags."""
        told = {"key": reason.key, "placeholders": reason.placeholders}
        await self._context.database.run(
            journal.write,
            TrackId(job.payload[_PAYLOAD]),
            "not_tagged",
            now=self._context.clock.now(),
            reason=told,
        )


def _find(connection: sqlite3.Connection, track_id: TrackId) -> tuple[Track, LibraryFile] | None:
    """Return the track with its file; None when it has none of ours, or another track speaks for it."""
    own = enrichment.get_own_files(connection, [track_id])
    file = files.get_files(connection, own).get(track_id)
    if file is None or enrichment.get_speaker(connection, file.path) != track_id:
        return None
    try:
        return tracks.get_track(connection, track_id), file
    except InputError:
        return None


def _store(
    connection: sqlite3.Connection,
    file: LibraryFile,
    retagged: RetaggedFile,
    *,
    now: datetime,
) -> None:
    """Store what the file is now; one that somebody else changed keeps its old figures."""
    if retagged.problem is None:
        enrichment.save_file_state(
            connection,
            replace(
                file,
                size=retagged.size,
                modified_ns=retagged.modified_ns,
                checksum=retagged.checksum,
            ),
        )
    if retagged.is_written or retagged.problem is not None:
        problem = retagged.problem
        journal.write(
            connection,
            file.track_id,
            "tagged" if retagged.is_written else "not_tagged",
            now=now,
            reason=None
            if problem is None
            else {"key": problem.key, "placeholders": problem.placeholders},
        )
