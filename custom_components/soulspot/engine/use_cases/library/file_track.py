"""Check a downloaded file, tag it, and bring it into the library."""

import asyncio
from datetime import datetime, timedelta
import logging
from pathlib import Path, PurePosixPath
import sqlite3

from ...errors import StorageError, VerificationError
from ...library.checks import CheckName, CheckResult
from ...library.filing import FiledFile, file_track, remove_source
from ...library.formats import extension_of
from ...library.paths import library_path
from ...library.verify import Expectation, Verdict
from ...matching import Candidate, profile_for
from ...model import (
    Download,
    DownloadId,
    DownloadState,
    JobKind,
    LibraryFile,
    Reason,
    RecycledId,
    Track,
)
from ...queue.scheduler import Done, Failed, Later, Result
from ...store import (
    candidates,
    claims,
    downloads,
    files,
    jobs,
    journal,
    library_index,
    playlists,
    tracks,
    transfers,
    verdicts,
)
from ...store.jobs import Job
from ...views import EventKind
from ..chosen_source import is_chosen
from ..context import Context
from ..sources import OWN_FOLDER, queue_next
from .ask_others import ask_others
from .recycle_bin import RecycleBin
from .replace_file import begin_replacement, objection
from .tag_track import tags_for
from .verify_file import VerifyFile
from .write_playlist_files import WritePlaylistFiles

_LOGGER = logging.getLogger(__name__)

# Tags are best written once, with what MusicBrainz knows; but a file does not wait for ever for it.
_METADATA_PATIENCE = timedelta(minutes=15)
_METADATA_PAUSE = timedelta(seconds=15)
# When so many sources fail the same check, the wanted track's own data is more likely wrong.
_SAME_FAILURES_BEFORE_ASKING = 3


class FileTrack:
    """Handle filing jobs."""

    def __init__(
        self, context: Context, playlist_files: WritePlaylistFiles, recycle_bin: RecycleBin
    ) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._recycle_bin = recycle_bin
        self._verify = VerifyFile(context)
        self._playlist_files = playlist_files
        self.trouble: Reason | None = None  # What keeps files out of the library.
        self._told_of_source = False

    async def handle(self, job: Job) -> Result:
        """File one download; running twice does no harm.

        A file that fails a check is used up and the next source is asked; trouble with the library
        folder lets the job wait, the downloaded file stays.
        """
        database, settings = self._context.database, self._context.settings
        download = await database.run(downloads.get_download, DownloadId(job.payload["download"]))
        if download is not None and download.state is DownloadState.FILED:
            await self._remove_source(download)  # A killed process may have come no further.
        if download is None or download.state is not DownloadState.DOWNLOADED:
            return Done()
        if settings.library is None or download.local_path is None:
            return Failed(reason=Reason(key="no_library_folder"))
        track = await database.run(tracks.get_track, download.track_id)
        if await self._should_wait_for_metadata(track, download):
            until = self._context.clock.now() + _METADATA_PAUSE
            return Later(until=until, reason=Reason(key="waiting_for_metadata"))
        candidate = await database.run(_candidate, download)
        is_decided = await database.run(is_chosen, download)
        source = Path(download.local_path)
        try:
            verdict = await self._verify.execute(
                source,
                track,
                _expectation(track, download, candidate, is_decided=is_decided),
                username=download.username or "",
                is_chosen=is_decided,
            )
            if not verdict.ok:
                await self._refuse(download, track, verdict.reason or Reason(key="unreadable"))
                return Done()
            problem = await database.run(objection, download, verdict.properties, _doubt(verdict))
            if problem is not None:
                await self._refuse(download, track, problem)
                return Done()
            tags = await tags_for(self._context, track)
            properties = verdict.properties
            extension = properties.format if properties else source.suffix.lstrip(".")
            playlist = await database.run(_playlist_name, download)
            path = library_path(settings.path_template, tags, extension, playlist=playlist)
            relative = await self._place(download, path)
            filed = await asyncio.to_thread(file_track, source, settings.library, relative, tags)
        except VerificationError as error:
            await self._refuse(download, track, error.reason)
            return Done()
        except StorageError as error:
            return await self._storage_trouble(download, error)
        self._tell_of_trouble(None)
        await self._store(download, track, filed, relative.name, _doubt(verdict))
        await self._remove_source(download)
        return Done()

    async def _remove_source(self, download: Download) -> None:
        """Delete slskd's copy of what was filed or refused, unless it is to be kept; else it just stays."""
        settings = self._context.settings
        # What comes from another account and not from a peer is that account's.
        if settings.keep_source or download.local_path is None or download.username is None:
            return
        source, folder = Path(download.local_path), settings.local_downloads
        # Whatever the database says, only slskd's files are deleted.
        if folder is None or not source.is_relative_to(folder):
            return
        try:
            await asyncio.to_thread(remove_source, source, folder / OWN_FOLDER)
        except StorageError as error:
            if not self._told_of_source:
                self._told_of_source = True
                _LOGGER.warning("What slskd downloaded cannot be deleted: %s", error)

    async def _place(self, download: Download, path: PurePosixPath) -> PurePosixPath:
        """Return where the file goes: where an interrupted filing of it was to go, else `path`."""
        kept = await self._context.database.run(downloads.keep_filing_path, download.id, str(path))
        return PurePosixPath(kept)

    async def fail(self, job: Job, reason: Reason) -> None:
        """Store that the file could not be brought in."""
        await self._context.database.run(
            _set_failed,
            DownloadId(job.payload["download"]),
            reason,
            now=self._context.clock.now(),
        )
        self._context.announcer.changed()

    async def _should_wait_for_metadata(self, track: Track, download: Download) -> bool:
        """Tell whether MusicBrainz is about to be asked about the track."""
        if track.enriched_at is not None:
            return False
        if self._context.clock.now() - download.updated_at > _METADATA_PATIENCE:
            return False
        return await self._context.database.run(_has_metadata_job, track)

    async def _refuse(self, download: Download, track: Track, reason: Reason) -> None:
        """Use the source up; ask the user when different sources fail in the same way.

        The file goes first: a process killed in between finds that there is none, and uses the source up too.
        """
        await self._remove_source(download)
        now = self._context.clock.now()
        asks = await self._context.database.run(_store_refusal, download, reason, now=now)
        if asks and not download.is_upgrade:
            self._context.announcer.happened(
                EventKind.NEEDS_ATTENTION,
                track,
                quality=download.quality,
                reason=reason,
            )
        self._context.announcer.changed()

    async def _storage_trouble(self, download: Download, error: StorageError) -> Result:
        """Wait for the folder or the disk; only a source that is gone needs another download."""
        reason = error.reason
        if error.translation_key == "file_vanished":
            await self._context.database.run(
                _store_refusal, download, reason, now=self._context.clock.now()
            )
            return Done()
        await self._context.database.run(
            downloads.set_state,
            download.id,
            DownloadState.DOWNLOADED,
            now=download.updated_at,
            reason=reason,
        )
        self._tell_of_trouble(error)
        self._context.announcer.changed()
        return Later(until=self._context.clock.now() + timedelta(minutes=5), reason=reason)

    def _tell_of_trouble(self, error: StorageError | None) -> None:
        """Log what keeps files out of the library once, however many wait, and when it is over."""
        before = self.trouble.key if self.trouble else None
        self.trouble = error.reason if error else None
        if before == (error.translation_key if error else None):
            return
        if error is None:
            _LOGGER.info("Files can be brought into the library again")
        else:
            _LOGGER.warning("Files wait, they cannot be brought into the library: %s", error)

    async def _store(
        self, download: Download, track: Track, filed: FiledFile, name: str, doubt: Reason | None
    ) -> None:
        """Store the file and the end of the download together, then bring the playlists up to date."""
        now = self._context.clock.now()
        held_by, replaced = await self._context.database.run(
            _store_filed, download, track, filed, name, doubt, now=now
        )
        path = str(filed.path)
        if replaced is not None:
            renamed = await self._recycle_bin.finish(replaced)
            path = renamed.get(path, path)
        self._context.announcer.happened(
            EventKind.COMPLETED, track, quality=download.quality, path=path
        )
        self._context.announcer.changed()
        await self._playlist_files.execute(held_by)


def _expectation(
    track: Track, download: Download, candidate: Candidate | None, *, is_decided: bool
) -> Expectation:
    """Return what was announced and what is wanted.

    What a person has chosen may be of any length and rate; what is to replace a file is held against that.
    """
    is_free = is_decided or download.is_upgrade
    # What is announced is the name: the matching calls what .m4a and .wv hold by other names.
    name = candidate.file.path if candidate is not None else download.local_path or ""
    return Expectation(
        size=download.size,
        duration_ms=None if is_decided else track.metadata.duration_ms,
        extension=extension_of(name).strip(),
        bit_rate=candidate.file.bit_rate if candidate else None,
        minimum_bit_rate=None if is_free else profile_for(download.quality).minimum_bit_rate,
    )


def _doubt(verdict: Verdict) -> Reason | None:
    """Return why a lossless file may have been lossy once: worth telling, no ground for refusal."""
    checks = (check for check in verdict.checks if check.name is CheckName.SPECTRUM)
    return next((check.reason for check in checks if check.result is CheckResult.ADVISORY), None)


def _candidate(connection: sqlite3.Connection, download: Download) -> Candidate | None:
    """Return the candidate whose file arrived."""
    transfer = transfers.get_transfer(connection, download.id)
    if transfer is None:
        return None
    for stored in candidates.get_candidates(connection, download.id):
        if stored.position == transfer.position:
            return Candidate.from_json(stored.data)
    return None


def _playlist_name(connection: sqlite3.Connection, download: Download) -> str:
    """Return the name of the playlist that a track was queued for, else of any that holds it, else ""."""
    lane = downloads.get_lane(connection, download.track_id)
    held = playlists.get_playlists_of(connection, download.track_id)
    names = [playlist.name for playlist in held if playlist.spotify_id == lane]
    return next(iter([*names, *(playlist.name for playlist in held)]), "")


def _has_metadata_job(connection: sqlite3.Connection, track: Track) -> bool:
    """Tell whether a job that will ask MusicBrainz about the track is alive."""
    if jobs.find_alive(connection, JobKind.METADATA, f"track:{track.id}") is not None:
        return True
    return any(
        jobs.find_alive(connection, JobKind.METADATA, f"playlist:{playlist.spotify_id}") is not None
        for playlist in playlists.get_playlists_of(connection, track.id)
    )


def _store_refusal(
    connection: sqlite3.Connection, download: Download, reason: Reason, *, now: datetime
) -> bool:
    """Use the arrived candidate up; True when the user has to decide."""
    transfer = transfers.get_transfer(connection, download.id)
    if transfer is not None:
        candidates.fail_candidate(connection, download.id, transfer.position, reason)
    elif download.local_path is not None:
        claims.note_refused(connection, download.track_id, download.local_path)
    journal.write(
        connection,
        download.track_id,
        "check_failed",
        now=now,
        peer=download.username,
        reason=reason.to_json(),
    )
    transfers.end_transfer(connection, download.id)
    downloads.forget_filing_path(connection, download.id)
    alike = _count_alike(connection, download, reason)
    if alike >= _SAME_FAILURES_BEFORE_ASKING:
        asking = Reason(
            key="sources_fail_alike",
            placeholders={"count": str(alike), "reason": reason.key},
        )
        downloads.set_state(connection, download.id, DownloadState.ASK, now=now, reason=asking)
        return True
    queue_next(connection, download, reason, now=now)
    return False


def _count_alike(connection: sqlite3.Connection, download: Download, reason: Reason) -> int:
    """Count the different sources that failed in one way.

    Sources are different when the peers are and the contents too: a wrong file that three people have
    copied from each other is one failure, and one peer with three bad files is one bad peer.
    """
    peers = {
        candidate.data.get("username")
        for candidate in candidates.get_candidates(connection, download.id)
        if candidate.failure is not None and candidate.failure.key == reason.key
    }
    contents = verdicts.count_failed_contents(connection, download.track_id, reason.key)
    # What vanished before it could be read has no content.
    return min(len(peers), contents) if contents else len(peers)


def _store_filed(
    connection: sqlite3.Connection,
    download: Download,
    track: Track,
    filed: FiledFile,
    name: str,
    doubt: Reason | None,
    *,
    now: datetime,
) -> tuple[tuple[str, ...], RecycledId | None]:
    """Store the file with the end of the download, in place of the one it replaces.

    `name` is what it was to be called. Returns the playlists that hold the track, and what is on its way
    to the recycle bin.
    """
    # What lay there already may be the user's own.
    is_others = filed.is_adopted and library_index.is_known(connection, str(filed.path))
    is_ours = filed.is_repeated or not is_others
    replaced, track_ids = begin_replacement(
        connection, download, str(filed.path), name=name if is_ours else None, now=now
    )
    for track_id in track_ids:
        file = LibraryFile(
            track_id=track_id,
            path=str(filed.path),
            size=filed.size,
            modified_ns=filed.modified_ns,
            format=filed.properties.format,
            duration_ms=filed.properties.duration_ms,
            bit_rate=filed.properties.bit_rate,
            checksum=filed.checksum,
            is_ours=is_ours,
            doubt=doubt,
        )
        files.save_file(connection, file, now=now)
    downloads.forget_filing_path(connection, download.id)
    reason = filed.tag_problem or doubt
    downloads.set_state(connection, download.id, DownloadState.FILED, now=now, reason=reason)
    journal.write(
        connection,
        track.id,
        "filed",
        now=now,
        path=str(filed.path),
        format=filed.properties.format,
        doubt=doubt.to_json() if doubt else None,
    )
    if doubt is not None:
        ask_others(connection, download, doubt, now=now)
    return playlists.find_holding(connection, track_ids), replaced


def _set_failed(
    connection: sqlite3.Connection,
    download_id: DownloadId,
    reason: Reason,
    *,
    now: datetime,
) -> None:
    """End a download that could not be filed."""
    download = downloads.get_download(connection, download_id)
    if download is not None and download.state is DownloadState.DOWNLOADED:
        downloads.set_state(connection, download_id, DownloadState.FAILED, now=now, reason=reason)
