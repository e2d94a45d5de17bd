"""Import a list that does not come from Spotify as a playlist of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
import hashlib
import sqlite3
import unicodedata

from ...errors import InputError
from ...lists import ParsedList, parse_list
from ...matching import WantedRecording, is_same_recording
from ...model import (
    LIST_PREFIX,
    Playlist,
    PlaylistItem,
    PlaylistSummary,
    Reason,
    TrackId,
    TrackMetadata,
)
from ...settings import PlaylistOptions
from ...store import playlists, tracks
from ...views import ImportReport
from ..context import Context
from ..library.owned import link_owned
from .resolve_links import ResolveLinks

# A transaction holds the database for its length; the entries of a long list are saved in parts.
_TRACKS_PER_TRANSACTION = 500
_ERRORS_REPORTED = 100
_HASH_BYTES = 10

# Lists are shown and can be downloaded, but nothing begins by itself.
LIST_OPTIONS = PlaylistOptions(automatic_download=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportListRequest:
    """Ask for an import; without a name the one in the list is taken."""

    name: str | None
    content: bytes | str


class ImportList:
    """Import lists of tracks."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._links = ResolveLinks(context)

    async def execute(self, request: ImportListRequest) -> ImportReport:
        """Create the playlist, or bring the one of the same name up to date in place.

        The positions change in one transaction at the end: a reader sees the old list or the new
        one. Raises InputError `list_too_large`, `list_name_missing`, or `list_empty` when no line
        names a track; a stored list then stays as it was.
        """
        parsed = await asyncio.to_thread(parse_list, request.content, name=request.name)
        name = parsed.name
        if name is None:
            raise InputError("list_name_missing")
        if not parsed.items:
            raise InputError("list_empty")
        parsed = await self._resolve_links(parsed)
        database = self._context.database
        entries: list[tuple[PlaylistItem, TrackId | None]] = []
        for start in range(0, len(parsed.items), _TRACKS_PER_TRANSACTION):
            part = parsed.items[start : start + _TRACKS_PER_TRANSACTION]
            entries += await database.run(_save_tracks, part)
        summary = PlaylistSummary(spotify_id=list_id(name), name=name)
        playlist, changed = await database.run(
            _save_list, summary, entries, synced_at=self._context.clock.now()
        )
        await self._recognise_owned([track_id for _, track_id in entries if track_id is not None])
        self._context.playlists.setdefault(playlist.spotify_id, LIST_OPTIONS)
        return _report(playlist, parsed, changed=changed)

    async def _resolve_links(self, parsed: ParsedList) -> ParsedList:
        """Ask Spotify about the entries that are nothing but a link; those without an answer are reported."""
        if not parsed.links:
            return parsed
        resolved = await self._links.execute(
            {position: parsed.items[position].uri or "" for position in parsed.links}
        )
        items: list[PlaylistItem] = []
        problems = list(parsed.problems)
        for item in parsed.items:
            found = resolved.get(item.position)
            if isinstance(found, str):
                line = str(parsed.links[item.position])
                problems.append(Reason(key=found, placeholders={"line": line}))
                continue
            entry = item if found is None else replace(item, track=found, title=found.title)
            items.append(replace(entry, position=len(items)))
        if not items:
            raise InputError("list_empty")
        return replace(
            parsed,
            items=tuple(items),
            problems=tuple(problems),
            failed=parsed.failed + len(parsed.items) - len(items),
        )

    async def _recognise_owned(self, track_ids: Sequence[TrackId]) -> None:
        """Find the tracks that the library has already."""
        now = self._context.clock.now()
        for start in range(0, len(track_ids), _TRACKS_PER_TRANSACTION):
            part = track_ids[start : start + _TRACKS_PER_TRANSACTION]
            await self._context.database.run(link_owned, part, now=now)

    async def delete(self, list_id: str) -> None:
        """Forget an imported list; tracks and files stay.

        Raises InputError `unknown_playlist`, and `not_a_list` for one of Spotify's.
        """
        if not list_id.startswith(LIST_PREFIX):
            raise InputError("not_a_list")
        await self._context.database.run(playlists.get_playlist, list_id)
        await self._context.database.run(playlists.delete_playlist, list_id)
        self._context.playlists.pop(list_id, None)
        self._context.announcer.changed()


def list_id(name: str) -> str:
    """Return what makes a list the same one: its name, however its letters are written."""
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    digest = hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=_HASH_BYTES)
    return f"{LIST_PREFIX}{digest.hexdigest()}"


def _report(playlist: Playlist, parsed: ParsedList, *, changed: bool) -> ImportReport:
    """Count what came of the lines."""
    return ImportReport(
        playlist=playlist,
        tracks_imported=len(parsed.items),
        tracks_failed=parsed.failed,
        errors=parsed.problems[:_ERRORS_REPORTED],
        changed=changed,
    )


def _save_tracks(
    connection: sqlite3.Connection, items: Sequence[PlaylistItem]
) -> list[tuple[PlaylistItem, TrackId | None]]:
    """Save the tracks of some entries."""
    return [(item, _save_track(connection, item.track) if item.track else None) for item in items]


def _save_track(connection: sqlite3.Connection, metadata: TrackMetadata) -> TrackId:
    """Return the stored track that is meant, or store a new one.

    What Spotify said of a track is better than what a list says, so a known one is left as it is.
    """
    known = tracks.find_tracks(connection, metadata)
    for track in known.values():
        if metadata.spotify_uri and track.metadata.spotify_uri == metadata.spotify_uri:
            tracks.note_recording(connection, track.id, metadata.recording_id)
            return track.id
        if metadata.recording_id and track.musicbrainz_recording_id == metadata.recording_id:
            return track.id
    wanted = WantedRecording.from_metadata(metadata)
    for track in known.values():
        album = track.metadata.album
        artists = [artist.name for artist in track.metadata.artists]
        if is_same_recording(
            wanted,
            track.metadata.title,
            artists,
            album.name if album else None,
            track.metadata.duration_ms,
        ):
            return track.id
    return tracks.save_track(connection, metadata)


def _save_list(
    connection: sqlite3.Connection,
    summary: PlaylistSummary,
    entries: Sequence[tuple[PlaylistItem, TrackId | None]],
    *,
    synced_at: datetime,
) -> tuple[Playlist, bool]:
    """Save the playlist with all its positions."""
    playlist_id = playlists.save_playlist(connection, summary)
    changed = playlists.save_entries(
        connection, playlist_id, entries, snapshot_id=None, synced_at=synced_at
    )
    return playlists.get_playlist(connection, summary.spotify_id), changed
