"""Queue downloads: for a playlist, for a person, once more, and what follows from them."""

import asyncio
from collections.abc import Container
from dataclasses import replace
from datetime import datetime
import sqlite3

from ...errors import InputError
from ...model import (
    Album,
    Artist,
    Download,
    DownloadState,
    JobKind,
    Priority,
    Quality,
    TrackId,
    TrackMetadata,
)
from ...settings import PlaylistOptions
from ...store import (
    candidates,
    downloads,
    enrichment,
    files,
    jobs,
    network,
    tracks,
    transfers,
    wanted,
)
from ...views import DownloadReport
from ..context import Context
from ..library.owned import link_owned

_SEARCHED = frozenset(DownloadState) - {
    DownloadState.QUEUED,
    DownloadState.SEARCHING,
    DownloadState.CHOSEN,
}

_ENDS = frozenset(state for state in DownloadState if state.is_final)


class RequestDownload:
    """Put tracks into the queue and report on them."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def track(
        self,
        track_id: TrackId,
        *,
        query: str | None,
        quality: Quality | None,
        timeout: float,
        until_filed: bool = False,
    ) -> DownloadReport:
        """Queue a track before all others and report how far it came within `timeout` seconds.

        It is not waited for longer than its searches take, or `until_filed`, until it has ended. Raises InputError `unknown_track`.
        """
        database = self._context.database
        await database.run(
            _queue_for_user,
            track_id,
            quality=quality or self._context.settings.quality,
            query=query,
            now=self._context.clock.now(),
        )
        self._context.announcer.changed()
        states = _ENDS if until_filed else _SEARCHED
        await self.wait(track_id, timeout=timeout, states=states)
        return await database.run(_report, track_id)

    async def playlist(self, spotify_id: str, *, retry: bool = False) -> int:
        """Queue a playlist's missing tracks and return how many; `retry` takes up given-up ones too."""
        number = await self._context.database.run(
            queue_work,
            spotify_id,
            options=self._context.playlists.get(spotify_id),
            quality=self._context.settings.quality,
            now=self._context.clock.now(),
            retry=retry,
        )
        self._context.announcer.changed()
        return number

    async def retry(self, track_id: TrackId) -> Download:
        """Take up one track again before all others, whatever it ended with or waits for.

        Its quality and its search words stay. Raises InputError `unknown_track`, `nothing_to_retry`
        for one that was never asked for, `already_in_library`.
        """
        download = await self._context.database.run(
            _retry_one, track_id, now=self._context.clock.now()
        )
        self._context.announcer.changed()
        return download

    async def retry_failed(self) -> int:
        """Queue again what failed or was not to be had, and return how many tracks that are."""
        number = await self._context.database.run(_retry, now=self._context.clock.now())
        self._context.announcer.changed()
        return number

    async def filings(self) -> None:
        """Go on with what was downloaded before the folders were known."""
        settings = self._context.settings
        await self._context.database.run(
            _queue_filings,
            is_shared=settings.slskd_downloads is not None and settings.local_downloads is not None,
            has_library=settings.library is not None,
            now=self._context.clock.now(),
        )

    async def wait(
        self, track_id: TrackId, *, timeout: float, states: Container[DownloadState] | None = None
    ) -> bool:
        """Return when the track's download has come to one of these states, None means to an end.

        Nothing is asked again and again: whoever changes something tells. False when `timeout`
        seconds were not enough; True also for a track that nobody has asked for.
        """
        wanted = _ENDS if states is None else states
        changed = asyncio.Event()
        forget = self._context.announcer.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(timeout):
                while True:
                    changed.clear()
                    download = await self._context.database.run(downloads.find_download, track_id)
                    if download is None or download.state in wanted:
                        return True
                    await changed.wait()
        except TimeoutError:
            return False
        finally:
            forget()


def queue_work(
    connection: sqlite3.Connection,
    spotify_id: str,
    *,
    options: PlaylistOptions | None,
    quality: Quality,
    now: datetime,
    priority: Priority = Priority.PLAYLIST,
    retry: bool = False,
) -> int:
    """Queue what a playlist's missing tracks need, and return how many downloads were queued.

    Tracks under way, and those that a file of the library is already, are left alone. `retry` also starts again what had ended without a file.
    """
    missing = wanted.get_missing_tracks(connection, spotify_id)
    owned = link_owned(connection, missing, now=now)
    missing = tuple(track_id for track_id in missing if track_id not in owned)
    is_wanted = retry or (options is not None and options.automatic_download)
    if not is_wanted:
        missing = ()
    chosen = (options.quality if options else None) or quality
    number = 0
    for track_id in missing:
        number += queue_download(
            connection,
            track_id,
            quality=chosen,
            now=now,
            priority=priority,
            lane=spotify_id,
            retry=retry,
        )
    if is_wanted and enrichment.is_worth_asking(connection, spotify_id, now=now):
        jobs.add_job(
            connection,
            JobKind.METADATA,
            f"playlist:{spotify_id}",
            now=now,
            payload={"playlist": spotify_id},
            priority=priority,
        )
    return number


def queue_download(
    connection: sqlite3.Connection,
    track_id: TrackId,
    *,
    quality: Quality,
    now: datetime,
    priority: Priority,
    lane: str = "",
    query: str | None = None,
    retry: bool = False,
) -> bool:
    """Queue the download of one track; False when it is under way or has ended before.

    Without a lane it takes its turns where it took them before.
    """
    present = downloads.find_download(connection, track_id)
    if present is not None and not present.state.is_final:
        if priority is Priority.USER:
            downloads.raise_priority(connection, track_id, now=now)
        return False
    # A filed track that is missing again has lost its file.
    if present is not None and not retry and present.state is not DownloadState.FILED:
        return False
    if retry:
        network.note_asked_again(connection, now=now)
    download_id = downloads.request_download(
        connection,
        track_id,
        quality=quality,
        query=query,
        now=now,
        priority=priority,
        lane=lane or downloads.get_lane(connection, track_id),
    )
    downloads.queue_step(connection, download_id, now=now)
    # One that was to look again in days looks now.
    waiting = jobs.find_alive(connection, JobKind.DOWNLOAD, f"track:{track_id}")
    if waiting is not None:
        jobs.wake(connection, waiting.id, now=now)
    return True


def _queue_for_user(
    connection: sqlite3.Connection,
    track_id: TrackId,
    *,
    quality: Quality,
    query: str | None,
    now: datetime,
) -> None:
    """Queue a track before all others, unless it is under way, and what its tags need."""
    track = tracks.get_track(connection, track_id)
    if track.enriched_at is None:
        jobs.add_job(
            connection,
            JobKind.METADATA,
            f"track:{track_id}",
            now=now,
            payload={"track": track_id},
            priority=Priority.USER,
        )
    queue_download(
        connection,
        track_id,
        quality=quality,
        query=query,
        now=now,
        priority=Priority.USER,
        retry=True,
    )


def _report(connection: sqlite3.Connection, track_id: TrackId) -> DownloadReport:
    """Report how far a download is."""
    download = downloads.find_download(connection, track_id)
    if download is None:
        raise InputError("unknown_track", track=str(track_id))
    transfer = transfers.get_transfer(connection, download.id)
    pool = candidates.get_candidates(connection, download.id)
    selected = None
    if transfer is not None:
        for candidate in pool:
            if candidate.position == transfer.position:
                selected = candidate.data
    return DownloadReport(
        download=download,
        search_results_count=downloads.get_progress(connection, download.id).results,
        selected_file=selected,
        state=download.state,
        reason=download.reason,
        candidates=tuple(candidate.data for candidate in pool),
    )


def _retry(connection: sqlite3.Connection, *, now: datetime) -> int:
    """Queue again what ended without a file."""
    ended = (DownloadState.FAILED, DownloadState.NOT_AVAILABLE, DownloadState.CANCELLED)
    number = skipped = 0
    while page := downloads.list_downloads(connection, ended, 500, skipped):
        track_ids = [download.track_id for download in page]
        owned = link_owned(connection, track_ids, now=now)
        ignored = wanted.find_ignored(connection, track_ids)
        for download in page:
            if download.track_id in owned:
                downloads.set_state(connection, download.id, DownloadState.FILED, now=now)
                continue
            if download.track_id in ignored:
                skipped += 1
                continue
            number += queue_download(
                connection,
                download.track_id,
                quality=download.quality,
                query=download.query,
                now=now,
                priority=Priority.PLAYLIST,
                retry=True,
            )
    return number


def _retry_one(connection: sqlite3.Connection, track_id: TrackId, *, now: datetime) -> Download:
    """Queue one track again, or let it go on now when it waits."""
    tracks.get_track(connection, track_id)
    present = downloads.find_download(connection, track_id)
    if present is None:
        raise InputError("nothing_to_retry")
    if files.get_files(connection, [track_id]):
        raise InputError("already_in_library")
    if link_owned(connection, [track_id], now=now):
        downloads.set_state(connection, present.id, DownloadState.FILED, now=now)
        return replace(present, state=DownloadState.FILED, reason=None)
    queue_download(
        connection,
        track_id,
        quality=present.quality,
        query=present.query,
        now=now,
        priority=Priority.USER,
        retry=True,
    )
    filing = jobs.find_alive(connection, JobKind.FILING, downloads.filing_subject(present.id))
    if filing is not None:
        jobs.wake(connection, filing.id, now=now)
    download = downloads.get_download(connection, present.id)
    assert download is not None
    return download


def _queue_filings(
    connection: sqlite3.Connection, *, is_shared: bool, has_library: bool, now: datetime
) -> None:
    """Let complete files be looked for again that nobody could see, and queue the filing of the others."""
    for download in downloads.list_downloads(connection, (DownloadState.DOWNLOADED,), 10_000, 0):
        if download.local_path is None and is_shared:
            downloads.set_state(connection, download.id, DownloadState.TRANSFERRING, now=now)
        elif download.local_path is not None and has_library:
            downloads.queue_filing(connection, download.id, now=now)


def track_from_words(
    artist: str | None, title: str | None, album: str | None, duration_ms: int | None
) -> TrackMetadata:
    """Build a track from a person's words; raises InputError without a title."""
    if title is None or not title.strip():
        raise InputError("title_missing")
    artists = (Artist(name=artist.strip()),) if artist and artist.strip() else ()
    return TrackMetadata(
        title=title.strip(),
        artists=artists,
        album=Album(name=album.strip(), artists=artists) if album and album.strip() else None,
        duration_ms=duration_ms,
    )
