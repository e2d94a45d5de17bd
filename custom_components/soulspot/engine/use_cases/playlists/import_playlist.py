"""Import a playlist: its entries, tracks, artists and albums, created or updated."""

from dataclasses import dataclass
from datetime import datetime
import logging
import sqlite3

from ...errors import AuthenticationError, Service, SoulSpotError
from ...model import EntryKind, Playlist, PlaylistItem, Reason, TrackId
from ...spotify.models import PlaylistContents
from ...store import playlists, tracks
from ...views import ImportReport
from ..context import Context

_LOGGER = logging.getLogger(__name__)

# A transaction holds the database for its length; the entries of a long list are saved in parts.
_TRACKS_PER_TRANSACTION = 500
_ERRORS_REPORTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlaylistRequest:
    """Ask for an import; without `fetch_all_tracks` only the playlist's description is updated."""

    playlist_id: str
    fetch_all_tracks: bool = True


class ImportPlaylist:
    """Import one playlist from Spotify."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def execute(self, request: ImportPlaylistRequest) -> ImportReport:
        """Bring the stored playlist up to date and report what came of each entry.

        The positions change in one transaction at the end: a reader sees the old list or the new
        one. Raises the errors of SpotifyClient.items; the stored list then stays as it was.
        """
        spotify = self._context.spotify
        if spotify is None:
            raise AuthenticationError(Service.SPOTIFY, "spotify_not_configured")
        try:
            if not request.fetch_all_tracks:
                summary = await spotify.playlist(request.playlist_id, refresh=True)
                return await self._report_only(PlaylistContents(summary=summary, items=()))
            contents = await spotify.items(request.playlist_id)
        except SoulSpotError as error:
            await self._context.database.run(
                playlists.save_error,
                request.playlist_id,
                error.reason,
            )
            raise
        return await self._store(contents)

    async def _report_only(self, contents: PlaylistContents) -> ImportReport:
        """Update the description and leave the entries alone."""
        database = self._context.database
        await database.run(playlists.save_playlist, contents.summary)
        playlist = await database.run(playlists.get_playlist, contents.summary.spotify_id)
        return ImportReport(playlist=playlist, tracks_imported=0, tracks_failed=0, changed=False)

    async def _store(self, contents: PlaylistContents) -> ImportReport:
        """Store tracks in bounded transactions, then the positions in one."""
        database = self._context.database
        entries: list[tuple[PlaylistItem, TrackId | None]] = []
        for start in range(0, len(contents.items), _TRACKS_PER_TRANSACTION):
            part = contents.items[start : start + _TRACKS_PER_TRANSACTION]
            entries += await database.run(_save_tracks, part)
        playlist, changed = await database.run(
            _save_list, contents, entries, synced_at=self._context.clock.now()
        )
        errors = [reason for item in contents.items if (reason := _problem(item)) is not None]
        imported = sum(1 for _, track_id in entries if track_id is not None)
        if not contents.is_complete:
            errors.insert(0, Reason(key="playlist_incomplete"))
        return ImportReport(
            playlist=playlist,
            tracks_imported=imported,
            tracks_failed=len(entries) - imported,
            errors=tuple(errors[:_ERRORS_REPORTED]),
            changed=changed,
        )


def _save_tracks(
    connection: sqlite3.Connection, items: tuple[PlaylistItem, ...]
) -> list[tuple[PlaylistItem, TrackId | None]]:
    """Save the tracks of some entries; the others keep their position without one."""
    return [
        (
            item,
            tracks.save_track(connection, item.track) if _is_wanted(item) and item.track else None,
        )
        for item in items
    ]


def _save_list(
    connection: sqlite3.Connection,
    contents: PlaylistContents,
    entries: list[tuple[PlaylistItem, TrackId | None]],
    *,
    synced_at: datetime,
) -> tuple[Playlist, bool]:
    """Save the playlist with all its positions."""
    playlist_id = playlists.save_playlist(connection, contents.summary)
    # An incomplete answer gets no snapshot, so that the next sync reads the list again.
    snapshot = contents.summary.snapshot_id if contents.is_complete else None
    changed = playlists.save_entries(
        connection,
        playlist_id,
        entries,
        snapshot_id=snapshot,
        synced_at=synced_at,
        is_complete=contents.is_complete,
    )
    return playlists.get_playlist(connection, contents.summary.spotify_id), changed


def _is_wanted(item: PlaylistItem) -> bool:
    """Tell whether an entry names a recording that can be looked for."""
    return (
        item.kind in (EntryKind.TRACK, EntryKind.LOCAL)
        and item.track is not None
        and bool(item.track.title.strip())
    )


def _problem(item: PlaylistItem) -> Reason | None:
    """Return why an entry was not taken."""
    if _is_wanted(item):
        return None
    key = {
        EntryKind.EPISODE: "entry_is_episode",
        EntryKind.GHOST: "entry_is_ghost",
        EntryKind.MISSING: "entry_is_missing",
    }.get(item.kind, "entry_without_title")
    return Reason(key=key, placeholders={"position": str(item.position + 1), "title": item.title})
