"""Let a person choose the file that is downloaded for a track."""

from dataclasses import dataclass
from datetime import datetime
import sqlite3
from typing import Any

from ...errors import InputError
from ...model import Download, DownloadState, Priority, Quality, Reason, TrackId
from ...store import candidates, downloads, files, journal, tracks
from ..chosen_source import NOT_CHOSEN
from ..context import Context
from ..searches.preview_search import PreviewSearch
from .cancel_download import CancelDownload

_UNDER_WAY = frozenset(state for state in DownloadState if not state.is_final)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseCandidateRequest:
    """Name a file by its place in the stored list, or by its peer and path, also of a search just made."""

    track_id: TrackId
    position: int | None = None
    username: str | None = None
    filename: str | None = None


class ChooseCandidate:
    """Queue exactly the file that was chosen."""

    def __init__(self, context: Context, cancel: CancelDownload, preview: PreviewSearch) -> None:
        """Take the rooms to work with, how to stop a download, and what searches have shown."""
        self._context = context
        self._cancel = cancel
        self._preview = preview

    async def execute(self, request: ChooseCandidateRequest) -> Download:
        """Stop what is under way for the track, and ask for the chosen file before all others.

        When it cannot be had, the person is asked again, and the other files can be chosen as before.
        Raises InputError `unknown_track`, `unknown_candidate`, `already_in_library`,
        `download_being_filed`.
        """
        database, clock = self._context.database, self._context.clock
        pool, place, present = await database.run(_find, request)
        if place is None:
            shown = self._preview.find_shown(request.username or "", request.filename or "")
            if shown is None:
                raise InputError("unknown_candidate")
            pool, place = [shown, *pool], 0
        if present is not None and present.state in _UNDER_WAY:
            await self._cancel.execute(request.track_id)
        download = await database.run(
            _queue,
            request.track_id,
            pool,
            place,
            quality=present.quality if present else self._context.settings.quality,
            now=clock.now(),
        )
        self._context.announcer.changed()
        return download


def _find(
    connection: sqlite3.Connection, request: ChooseCandidateRequest
) -> tuple[list[dict[str, Any]], int | None, Download | None]:
    """Return the stored files, which of them is meant, and the download they were found for."""
    tracks.get_track(connection, request.track_id)
    if files.get_files(connection, [request.track_id]):
        raise InputError("already_in_library")
    present = downloads.find_download(connection, request.track_id)
    if present is None:
        return [], None, None
    stored = candidates.get_candidates(connection, present.id)
    place = None
    for index, candidate in enumerate(stored):
        file = candidate.data.get("file") or {}
        named = (candidate.data.get("username"), file.get("path"))
        is_named = request.position is None and named == (request.username, request.filename)
        if is_named or candidate.position == request.position:
            place = index
    if place is None and request.position is not None:
        raise InputError("unknown_candidate")
    return [candidate.data for candidate in stored], place, present


def _queue(
    connection: sqlite3.Connection,
    track_id: TrackId,
    pool: list[dict[str, Any]],
    place: int,
    *,
    quality: Quality,
    now: datetime,
) -> Download:
    """Start the download afresh with the chosen file as the only one that may be asked for."""
    present = downloads.find_download(connection, track_id)
    if present is not None and not present.state.is_final:
        raise InputError("download_being_filed")  # It went on while somebody chose.
    download_id = downloads.request_download(
        connection,
        track_id,
        quality=quality,
        query=present.query if present else None,
        now=now,
        priority=Priority.USER,
        lane=downloads.get_lane(connection, track_id),
    )
    candidates.save_candidates(connection, download_id, pool)
    for position in range(len(pool)):
        if position != place:
            candidates.fail_candidate(connection, download_id, position, Reason(key=NOT_CHOSEN))
    candidates.mark_chosen(connection, download_id, place)
    downloads.set_state(connection, download_id, DownloadState.CHOSEN, now=now)
    downloads.queue_step(connection, download_id, now=now)
    file = pool[place].get("file") or {}
    journal.write(
        connection,
        track_id,
        "chosen",
        now=now,
        peer=pool[place].get("username"),
        path=file.get("path"),
    )
    download = downloads.get_download(connection, download_id)
    assert download is not None
    return download
