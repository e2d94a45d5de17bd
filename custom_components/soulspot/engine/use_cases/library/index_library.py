"""Know what the library folder holds: everything once, then what changes."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import logging
from pathlib import Path

from ...errors import StorageError
from ...isrc import normalise_isrc
from ...library.index import FoundFile, Known, scan
from ...library.seen_folders import SeenFolders
from ...model import Reason, TrackId
from ...store import library_index
from ...store.library_index import IndexedFile
from ..context import Context
from .owned import link_owned, title_key
from .write_playlist_files import WritePlaylistFiles

_LOGGER = logging.getLogger(__name__)

_PASS_EVERY = 6 * 3600.0  # seconds
# In between, folders that nothing was put into or taken from are passed over.
_LOOK_AT_EVERY_FILE_EVERY = timedelta(days=1)
_LOOK_AGAIN_EVERY = 300.0  # while the folder is away
_FILES_A_BATCH = 50  # Read between two looks at anything else.
_TRACKS_PER_TRANSACTION = 200
_PATHS_PER_TRANSACTION = 500
# A folder that has lost so much is more likely away (a disk not mounted) than tidied up.
_SUSPICIOUS_LOSS, _SUSPICIOUS_SHARE = 20, 0.5
_SUSPICIOUS_EMPTINESS = 3  # Files of which none is left.


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProgress:
    """Count the files of the present or last pass; `known` are those of the pass before."""

    is_running: bool = False
    looked_at: int = 0
    read: int = 0  # New or changed.
    unreadable: int = 0
    removed: int = 0
    known: int = 0


class IndexLibrary:
    """Read the library folder in the background, in small steps."""

    def __init__(self, context: Context, playlist_files: WritePlaylistFiles) -> None:
        """Take the rooms to work with; one pass runs at a time."""
        self._context = context
        self._playlist_files = playlist_files
        self._lock = asyncio.Lock()
        self._seen = SeenFolders()
        self._looked_at_every_file: datetime | None = None
        self.progress = IndexProgress()
        self.trouble: Reason | None = None  # What keeps the folder from being read.
        self.is_ready = context.settings.library is None

    async def run(self) -> None:
        """Pass over the folder now and then, until cancelled."""
        while True:
            before = self.trouble
            try:
                await self.execute()
            except StorageError as error:
                self.trouble = error.reason
                if before is None:
                    _LOGGER.warning("The library folder cannot be read: %s", error)
            else:
                self.trouble = None
            finally:
                # Nothing is downloaded before it is known what is there; trouble must not block it for ever.
                self._set_ready()
            if self.trouble != before:
                self._context.announcer.changed()
            pause = _PASS_EVERY if self.trouble is None else _LOOK_AGAIN_EVERY
            await self._context.clock.sleep(pause)

    async def execute(self) -> IndexProgress:
        """Read what is new or changed, forget what is gone, and recognise wanted tracks.

        Raises StorageError `folder_missing` or `folder_not_readable`; what is known then stays.
        """
        library = self._context.settings.library
        if library is None:
            return self.progress
        async with self._lock:
            known = await self._context.database.run(library_index.get_known)
            count = sum(map(len, known.values()))
            self.progress = IndexProgress(is_running=True, known=count)
            try:
                await self._read(library, known)
                await self._forget(library, _paths(known), count)
                if self.progress.read or self.progress.removed:
                    await self._link()
                    await self._playlist_files.execute(tuple(self._context.playlists))
            except BaseException:
                # What was seen and what is stored may differ now.
                self._looked_at_every_file = None
                raise
            finally:
                self.progress = replace(self.progress, is_running=False)
                self._context.announcer.changed()
        return self.progress

    def _set_ready(self) -> None:
        """Let downloads begin."""
        if not self.is_ready:
            self.is_ready = True
            self._context.announcer.changed()

    async def _read(self, library: Path, known: Known) -> None:
        """Look for changes, read the new and changed files, and leave in `known` what is gone."""
        batches = scan(library, known, seen=self._seen_lately(), batch_size=_FILES_A_BATCH)
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            if batch.found:
                found = [_indexed(file) for file in batch.found]
                await self._context.database.run(library_index.save_files, found)
            looked_at = len(batch.found) + batch.unchanged + len(batch.unreadable)
            self.progress = replace(
                self.progress,
                looked_at=self.progress.looked_at + looked_at,
                read=self.progress.read + len(batch.found),
                unreadable=self.progress.unreadable + len(batch.unreadable),
            )

    def _seen_lately(self) -> SeenFolders:
        """Return the folders as they were seen, none when it is time to look at every file."""
        now, last = self._context.clock.now(), self._looked_at_every_file
        if last is None or not last <= now < last + _LOOK_AT_EVERY_FILE_EVERY:
            self._seen, self._looked_at_every_file = SeenFolders(), now
        return self._seen

    async def _forget(self, library: Path, gone: list[str], known: int) -> None:
        """Forget files that are gone, unless so many are that the folder itself seems to be away."""
        is_most = len(gone) >= _SUSPICIOUS_LOSS and len(gone) > known * _SUSPICIOUS_SHARE
        is_all = len(gone) >= _SUSPICIOUS_EMPTINESS and not self.progress.looked_at
        if is_most or is_all:
            _LOGGER.warning("Most of the library is gone: it is taken for a disk that is away")
            self._looked_at_every_file = None
            return
        for start in range(0, len(gone), _PATHS_PER_TRANSACTION):
            part = gone[start : start + _PATHS_PER_TRANSACTION]
            part = await asyncio.to_thread(_still_gone, library, part)
            await self._context.database.run(library_index.delete_files, part)
            self.progress = replace(self.progress, removed=self.progress.removed + len(part))

    async def _link(self) -> None:
        """Recognise the tracks that have no file yet, page by page."""
        database, now = self._context.database, self._context.clock.now()
        after: TrackId | None = None
        while page := await database.run(library_index.get_missing, after, _TRACKS_PER_TRANSACTION):
            await database.run(link_owned, page, now=now)
            after = page[-1]


def _paths(known: Known) -> list[str]:
    """Return paths relative to the library."""
    return [
        f"{folder}/{name}" if folder else name for folder, names in known.items() for name in names
    ]


def _still_gone(library: Path, paths: list[str]) -> list[str]:
    """Return what has not come since its folder was looked at: renamed, or back from the recycle bin."""
    return [path for path in paths if not (library / path).is_file(follow_symlinks=False)]


def _indexed(file: FoundFile) -> IndexedFile:
    """Keep of a file's tags what recognises a recording."""
    tags = file.tags
    title = _first(tags.get("title"))
    codes = map(normalise_isrc, tags.get("isrc", ()))
    return IndexedFile(
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        format=file.properties.format,
        duration_ms=file.properties.duration_ms,
        bit_rate=file.properties.bit_rate,
        title=title,
        artists=tuple(tags.get("artists") or tags.get("artist") or ()),
        album=_first(tags.get("album")) or None,
        title_key=title_key(title),
        isrcs=tuple(dict.fromkeys(filter(None, codes))),
        recording_id=_first(tags.get("musicbrainz_recordingid")) or None,
    )


def _first(values: list[str] | None) -> str:
    """Return a tag's first value, "" when there is none."""
    return values[0].strip() if values else ""
