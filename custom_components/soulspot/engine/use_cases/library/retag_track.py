"""Let the tags of filed tracks follow what is learned about them later."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from pathlib import Path
import sqlite3

from ...errors import InputError, StorageError, VerificationError
from ...library.retagging import RetaggedFile, retag_file
from ...library.tag_set import TagSet
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

    def __init__(self, context: Context, moving: asyncio.Lock) -> None:
        """Take the rooms to work with, and what is held while files are moved or rewritten."""
        self._context = context
        self._moving = moving

    async def handle(self, job: Job) -> Result:
        """Write a track's tags anew; running twice does no harm, a file that is gone needs none.

        Trouble with the library folder lets the job wait.
        """
        library = self._context.settings.library
        track_id = TrackId(job.payload[_PAYLOAD])
        found = await self._context.database.run(_find, track_id)
        if library is None or found is None:
            return Done()
        try:
            tags = await self._tags(*found, library)
            async with self._moving:
                await self._write(track_id, library, tags)
        except VerificationError as error:
            _LOGGER.debug("A filed track stays untagged: %s", error)
        except StorageError as error:
            if error.translation_key not in ("file_vanished", "file_changed"):
                until = self._context.clock.now() + _STORAGE_PAUSE
                return Later(until=until, reason=error.reason)
        return Done()

    async def _tags(self, track: Track, file: LibraryFile, library: Path) -> TagSet:
        """Return what is to be written; a cover only for a file that has none."""
        if await asyncio.to_thread(read_cover, library / file.path):
            return tag_set(track, None)
        return await tags_for(self._context, track)

    async def _write(self, track_id: TrackId, library: Path, tags: TagSet) -> None:
        """Write into the file where it is now: it may have been moved since it was looked at."""
        found = await self._context.database.run(_find, track_id)
        if found is None:
            return
        _, file = found
        retagged = await asyncio.to_thread(
            retag_file,
            library / file.path,
            library,
            tags,
            size=file.size,
            modified_ns=file.modified_ns,
        )
        await self._context.database.run(_store, file, retagged, now=self._context.clock.now())

    async def fail(self, job: Job, reason: Reason) -> None:
        """Remember that a file keeps its old tags."""
        await self._context.database.run(
            journal.write,
            TrackId(job.payload[_PAYLOAD]),
            "not_tagged",
            now=self._context.clock.now(),
            reason=reason.to_json(),
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
            reason=problem.to_json() if problem else None,
        )
