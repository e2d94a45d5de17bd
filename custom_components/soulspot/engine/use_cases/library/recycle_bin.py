"""Keep files that nobody needs any more for a while, and bring them back."""

import asyncio
from datetime import datetime, timedelta
import logging
from pathlib import Path, PurePosixPath
import sqlite3

from ...errors import InputError, StorageError
from ...library.recycle_bin import delete, find_free, move_in, move_out
from ...model import Reason, RecycledId, TrackId
from ...store import (
    downloads,
    files,
    journal,
    playlists,
    recycle_bin,
    removals,
    renamings,
    tracks,
    upgrades,
)
from ...store.neighbours import is_kept_next_door
from ...store.recycle_bin import REMOVED, RecycledFile, RecycledState
from ...views import RecycleBinSnapshot, RecycledEntry, RestoreReport
from ..context import Context
from .take_names import TakeNames
from .write_playlist_files import WritePlaylistFiles

_LOGGER = logging.getLogger(__name__)

REPLACED = "replaced_by_better_file"
_DISPLACED = "earlier_file_restored"
_AT_ONCE = 100
_MAXIMUM_PAGE = 500


class RecycleBin:
    """Move files into the bin and out of it, so that the database and the folder agree after any crash.

    First the database says where a file is to go, then the file moves, then the database says that it
    is there. What was interrupted is finished by `recover`.
    """

    def __init__(self, context: Context, playlist_files: WritePlaylistFiles) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._playlist_files = playlist_files
        self._names = TakeNames(context)
        self.moving = asyncio.Lock()  # Held by whoever moves or rewrites files of the library.
        self._told: set[RecycledId] = set()  # Files whose trouble was logged.
        self._passed_over = 0  # Due files that had to stay, and are not to keep the others waiting.

    async def recover(self) -> int:
        """Finish what a killed process had begun, and return how many files that were."""
        library = self._context.settings.library
        if library is None:
            return 0
        count = 0
        async with self.moving:
            for file in await self._context.database.run(recycle_bin.get_unfinished):
                if file.state is RecycledState.MOVING:
                    count += await self._move_in(library, file)
                    continue
                try:
                    await self._bring_back(library, file)
                    count += 1
                except StorageError as error:
                    _LOGGER.warning("A file stays in the recycle bin: %s", error)
            if await self._names.execute(library):
                await self._playlist_files.execute(tuple(self._context.playlists))
        return count

    async def recycle_removed(self) -> int:
        """Recycle files whose grace is over, some at a time, and return how many."""
        library = self._context.settings.library
        if library is None:
            return 0
        count = 0
        async with self.moving:
            begun, number = await self._context.database.run(
                _begin_due,
                self._context.settings.database,
                library,
                self._passed_over,
                now=self._context.clock.now(),
            )
            for file in begun:
                count += await self._move_in(library, file)
            is_last = number < _AT_ONCE
            self._passed_over = 0 if is_last else self._passed_over + number - count
        if begun:
            self._context.announcer.changed()
        return count

    async def finish(self, recycled_id: RecycledId) -> dict[str, str]:
        """Move a file whose recycling was begun together with something else; trouble leaves it for later.

        Returns the new paths, by the old ones, of files that have its name now.
        """
        library = self._context.settings.library
        if library is None:
            return {}
        async with self.moving:
            file = await self._context.database.run(recycle_bin.get_file, recycled_id)
            if file is not None and file.state is RecycledState.MOVING:
                await self._move_in(library, file)
            return await self._names.execute(library)

    async def restore(
        self, *, track_id: TrackId | None = None, recycled_id: RecycledId | None = None
    ) -> RestoreReport:
        """Bring back one file of the bin, or the latest one of a track, in place of the present one.

        A present file that was filed here goes into the bin in turn. Raises InputError
        `not_in_recycle_bin`, `no_library_folder`; StorageError `file_vanished` and what writing raises.
        """
        library = self._context.settings.library
        if library is None:
            raise InputError("no_library_folder")
        async with self.moving:
            file = await self._context.database.run(_find, track_id, recycled_id)
            report = await self._bring_back(library, file)
        self._context.announcer.changed()
        return report

    async def restore_wanted(self, spotify_id: str) -> int:
        """Bring back what a playlist wants again, before it is downloaded anew; return how many files."""
        library = self._context.settings.library
        if library is None:
            return 0
        count = 0
        async with self.moving:
            database = self._context.database
            for recycled_id in await database.run(recycle_bin.find_wanted, spotify_id):
                file = await database.run(recycle_bin.get_file, recycled_id)
                try:
                    if file is not None:
                        await self._bring_back(library, file)
                        count += 1
                except StorageError as error:
                    _LOGGER.warning("A file stays in the recycle bin: %s", error)
        return count

    async def prune(self) -> int:
        """Delete what has been in the bin for longer than the user wants, and return how many files."""
        settings, database = self._context.settings, self._context.database
        if settings.library is None:
            return 0
        before = self._context.clock.now() - timedelta(days=settings.recycle_bin_days)
        count = 0
        async with self.moving:
            while page := await database.run(recycle_bin.get_expired, _AT_ONCE, before=before):
                for recycled_id in page:
                    await asyncio.to_thread(delete, settings.library, recycled_id)
                    await database.run(recycle_bin.forget, recycled_id)
                count += len(page)
        return count

    async def show(self, *, limit: int, offset: int) -> RecycleBinSnapshot:
        """Return a page of what lies in the bin, at most 500, the latest first."""
        return await self._context.database.run(
            _snapshot,
            min(limit, _MAXIMUM_PAGE),
            offset,
            keep=timedelta(days=self._context.settings.recycle_bin_days),
        )

    # --- Moving --------------------------------------------------------------------------------

    async def _move_in(self, library: Path, file: RecycledFile) -> bool:
        """Move a file into the bin, and return whether it is there.

        One that is nowhere may be on a disk that is away: it is looked for again, until another file has
        its name. When moving fails, a removed track keeps its file; where another file has taken its
        part already, the next round tries again.
        """
        database, now = self._context.database, self._context.clock.now()
        is_taken = await database.run(files.is_held, file.path)
        try:
            is_there = await asyncio.to_thread(
                move_in, library, file.id, PurePosixPath(file.path), is_taken=is_taken
            )
        except StorageError as error:
            self._tell(file.id, error)
            if file.reason.key == REMOVED:
                await database.run(recycle_bin.put_back, file.id, file.path, now=now)
            return False
        if is_there:
            self._told.discard(file.id)
            await self._playlist_files.execute(await database.run(_finish, file, now=now))
        elif is_taken:
            await database.run(recycle_bin.forget, file.id)
        return is_there

    def _tell(self, recycled_id: RecycledId, error: StorageError) -> None:
        """Log once what keeps a file out of the bin, however often that is tried."""
        if recycled_id not in self._told:
            self._told.add(recycled_id)
            _LOGGER.warning("A file cannot be moved into the recycle bin: %s", error)

    async def _bring_back(self, library: Path, file: RecycledFile) -> RestoreReport:
        """Move a file to a free name in the library, and give it back to its tracks."""
        database, path = self._context.database, PurePosixPath(file.path)
        try:
            target = PurePosixPath(file.target) if file.target else await self._aim(library, file)
            while not await asyncio.to_thread(move_out, library, file.id, path, target):
                target = await self._aim(library, file)
        except StorageError:
            # It stays in the bin, also when it cannot be seen there: the disk may be away.
            await database.run(recycle_bin.finish, file.id)
            raise
        displaced = await database.run(
            _store_back, file, str(target), now=self._context.clock.now()
        )
        for other in displaced:
            await self._move_in(library, other)
        renamed = await self._names.execute(library)
        await self._playlist_files.execute(
            await database.run(playlists.find_holding, file.track_ids)
        )
        return RestoreReport(path=renamed.get(str(target), str(target)), track_ids=file.track_ids)

    async def _aim(self, library: Path, file: RecycledFile) -> PurePosixPath:
        """Choose where a file goes back to, and write it down before it moves."""
        target = await asyncio.to_thread(find_free, library, PurePosixPath(file.path))
        await self._context.database.run(recycle_bin.aim, file.id, str(target))
        return target


def _begin_due(
    connection: sqlite3.Connection,
    database: Path,
    library: Path,
    passed_over: int,
    *,
    now: datetime,
) -> tuple[tuple[RecycledFile, ...], int]:
    """Take files out of the library on paper whose grace is over, unless a neighbour has them too.

    Returns them, and how many were looked at.
    """
    begun = []
    due = removals.get_due(connection, _AT_ONCE, passed_over, now=now)
    for removal in due:
        held = files.get_files(connection, [removal.track_id]).get(removal.track_id)
        if held is not None and is_kept_next_door(database, library, held.path):
            continue
        reason = Reason(key=REMOVED, placeholders={"playlist": removal.playlist})
        recycled_id = recycle_bin.begin(connection, removal.track_id, reason, now=now)
        file = recycle_bin.get_file(connection, recycled_id) if recycled_id else None
        if file is not None:
            begun.append(file)
    return tuple(begun), len(due)


def _finish(
    connection: sqlite3.Connection, file: RecycledFile, *, now: datetime
) -> tuple[str, ...]:
    """Store that a file is in the bin, and that nothing is left to be done about its removal.

    Returns the playlists whose files may have listed it.
    """
    concerned = playlists.find_holding(connection, file.track_ids)
    recycle_bin.finish(connection, file.id)
    if file.reason.key == REMOVED:
        removals.forget(connection, file.track_ids)
    reason = file.reason.to_json()
    for track_id in file.track_ids:
        journal.write(connection, track_id, "recycled", now=now, path=file.path, reason=reason)
    return concerned


def _find(
    connection: sqlite3.Connection, track_id: TrackId | None, recycled_id: RecycledId | None
) -> RecycledFile:
    """Return the file of the bin that is meant."""
    file = None
    if recycled_id is not None:
        file = recycle_bin.get_file(connection, recycled_id)
    elif track_id is not None:
        tracks.get_track(connection, track_id)
        file = recycle_bin.find_latest(connection, track_id)
    if file is None or file.state is not RecycledState.KEPT:
        raise InputError("not_in_recycle_bin")
    return file


def _store_back(
    connection: sqlite3.Connection, file: RecycledFile, target: str, *, now: datetime
) -> tuple[RecycledFile, ...]:
    """Give a file back to its tracks; returns the files that have to make room for it."""
    displaced = []
    for track_id, present in files.get_files(connection, file.track_ids).items():
        if present.is_ours:
            reason = Reason(key=_DISPLACED)
            recycled_id = recycle_bin.begin(connection, track_id, reason, now=now)
            other = recycle_bin.get_file(connection, recycled_id) if recycled_id else None
            if other is not None:
                displaced.append(other)
                if other.path == file.path:
                    renamings.note(connection, target, file.path)
    for track_id in recycle_bin.put_back(connection, file.id, target, now=now):
        if file.reason.key == REPLACED:
            upgrades.decline(connection, track_id)
        downloads.end_stranded(connection, track_id, now=now)
        journal.write(connection, track_id, "restored", now=now, path=target)
    return tuple(displaced)


def _snapshot(
    connection: sqlite3.Connection, limit: int, offset: int, *, keep: timedelta
) -> RecycleBinSnapshot:
    """Build a page of the bin."""
    page = recycle_bin.list_files(connection, limit, offset)
    known = tracks.get_tracks(connection, {key for file in page for key in file.track_ids})
    count, size = recycle_bin.measure(connection)
    return RecycleBinSnapshot(
        count=count,
        size=size,
        files=tuple(
            RecycledEntry(
                id=file.id,
                path=file.path,
                size=file.size,
                format=file.format,
                bit_rate=file.bit_rate,
                reason=file.reason,
                recycled_at=file.recycled_at,
                deleted_at=file.recycled_at + keep,
                tracks=tuple(known[key] for key in file.track_ids if key in known),
            )
            for file in page
        ),
    )
