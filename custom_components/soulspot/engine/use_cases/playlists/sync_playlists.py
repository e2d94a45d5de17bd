"""Keep the configured playlists in step with Spotify, with as few requests as possible."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
import sqlite3

from ...errors import (
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    Service,
    ServiceError,
    SoulSpotError,
    UnavailableError,
    UnreachableError,
)
from ...model import LIKED_SONGS_ID, LIST_PREFIX, JobKind, Playlist
from ...queue.scheduler import Done, Result
from ...settings import PlaylistOptions
from ...store import jobs, playlists, removals
from ...store.jobs import Job
from ...views import ServiceHealth, Trouble
from ..context import Context
from ..downloads.request_download import queue_work
from ..library.recycle_bin import RecycleBin
from ..library.write_playlist_files import WritePlaylistFiles
from .import_list import LIST_OPTIONS
from .import_playlist import ImportPlaylist, ImportPlaylistRequest

_LOGGER = logging.getLogger(__name__)

# A snapshot does not change when Spotify corrects a track, so each list is read in full now and then.
FULL_SYNC_EVERY = timedelta(days=7)
_SUBJECT = "playlists"
_FIRST_PAUSE = timedelta(seconds=30)


class SyncPlaylists:
    """Import the playlists that changed, and ask for what is missing."""

    def __init__(
        self, context: Context, playlist_files: WritePlaylistFiles, recycle_bin: RecycleBin
    ) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._playlist_files = playlist_files
        self._recycle_bin = recycle_bin
        self._import = ImportPlaylist(context)
        self._caught_up: set[str] = set()  # What this process knows to be queued.
        self.health = ServiceHealth()  # How Spotify answered last.

    async def configure(self, options: Mapping[str, PlaylistOptions]) -> None:
        """Take over which playlists are configured; others are forgotten, but imported lists stay."""
        change = await self._context.database.run(
            _configure, dict(options), now=self._context.clock.now()
        )
        configured = self._context.playlists
        configured.clear()
        configured.update(dict.fromkeys(change.lists, LIST_OPTIONS) | dict(options))
        await self._playlist_files.execute(change.changed)
        if change.forgotten:
            await self._playlist_files.remove_orphans()
        self._context.announcer.changed()

    async def execute(
        self, spotify_ids: Iterable[str] | None = None, *, force: bool = False
    ) -> tuple[str, ...]:
        """Sync these playlists, or all configured ones, and return the ids that were read.

        Imported lists are left alone: nobody can be asked for them.
        Trouble with one playlist is stored with it and does not stop the others; trouble with
        Spotify as a whole is raised: AuthenticationError, RateLimitedError, UnreachableError. While
        Spotify is away a job tries again by itself, at growing intervals.
        """
        try:
            changed = await self._execute(spotify_ids, force=force)
        except (UnavailableError, UnreachableError) as error:
            if error.service is Service.SPOTIFY:
                await self._context.database.run(
                    jobs.add_job,
                    JobKind.PLAYLIST_SYNC,
                    _SUBJECT,
                    now=self._context.clock.now(),
                    run_at=self._context.clock.now() + _FIRST_PAUSE,
                )
            raise
        if spotify_ids is None:
            now = self._context.clock.now()
            await self._context.database.run(jobs.cancel, JobKind.PLAYLIST_SYNC, _SUBJECT, now=now)
        return changed

    async def _execute(self, spotify_ids: Iterable[str] | None, *, force: bool) -> tuple[str, ...]:
        """Sync once, and remember how Spotify answered."""
        asked = self._context.playlists if spotify_ids is None else spotify_ids
        wanted = [item for item in asked if not item.startswith(LIST_PREFIX)]
        try:
            stale = wanted if force else await self._stale(wanted)
            for spotify_id in stale:
                await self._sync(spotify_id)
            for spotify_id in set(wanted) - self._caught_up:
                # A killed process may have stored a list without queueing what is missing of it.
                await self._queue(spotify_id)
        except SoulSpotError as error:
            self.health = _health_of(error, self._context.clock.now())
            raise
        self.health = ServiceHealth()
        if stale:
            self._context.announcer.changed()
        return tuple(stale)

    async def handle(self, job: Job) -> Result:
        """Catch up on what could not be synced."""
        try:
            changed = await self._execute(None, force=False)
        finally:
            self._context.announcer.changed()
        await self._playlist_files.execute(changed)
        return Done()

    async def _stale(self, wanted: list[str]) -> list[str]:
        """Return the playlists whose contents may have changed, by one request for fifty of them."""
        if not wanted or self._context.spotify is None:
            return wanted
        stored = await self._context.database.run(playlists.get_playlists)
        now = self._context.clock.now()
        unknown = [item for item in wanted if _is_due(stored.get(item), now)]
        if len(unknown) == len(wanted):
            return wanted
        snapshots = await self._context.spotify.snapshots_of_all()
        if LIKED_SONGS_ID in wanted and LIKED_SONGS_ID not in unknown:
            snapshots[LIKED_SONGS_ID] = await self._context.spotify.snapshot(LIKED_SONGS_ID)
        return [
            item
            for item in wanted
            if item in unknown
            or snapshots.get(item) is None
            or snapshots[item] != stored[item].snapshot_id
        ]

    async def _sync(self, spotify_id: str) -> None:
        """Read one playlist and queue the work that follows from it."""
        stored = (await self._context.database.run(playlists.get_playlists)).get(spotify_id)
        self._caught_up.discard(spotify_id)
        try:
            await self._import.execute(ImportPlaylistRequest(playlist_id=spotify_id))
        except (
            AuthenticationError,
            RateLimitedError,
            UnavailableError,
            UnreachableError,
        ):
            raise
        except (PermissionDeniedError, NotFoundError, ServiceError) as error:
            if isinstance(error, PermissionDeniedError) and error.translation_key in _ACCOUNT_WIDE:
                raise
            reason = error.reason
            # A list that cannot be read is asked for at every sync; it is told once.
            if stored is None or stored.error is None or stored.error.key != reason.key:
                _LOGGER.warning("A playlist could not be read: %s", error)
            if spotify_id in self._context.playlists:
                await self._context.database.run(playlists.save_unread, spotify_id, reason)
            return
        except SoulSpotError as error:
            _LOGGER.warning("A playlist could not be stored: %s", error)
            return
        await self._queue(spotify_id)

    async def _queue(self, spotify_id: str) -> None:
        """Queue the work that follows from a stored playlist, unless it is queued already."""
        options = self._context.playlists.get(spotify_id)
        if options is not None:
            now = self._context.clock.now()
            await self._context.database.run(_store_policy, spotify_id, options, now=now)
        await self._recycle_bin.restore_wanted(spotify_id)
        await self._context.database.run(
            queue_work,
            spotify_id,
            options=options,
            quality=self._context.settings.quality,
            now=self._context.clock.now(),
        )
        self._caught_up.add(spotify_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """Say what became of the stored playlists, by their ids."""

    lists: tuple[str, ...]  # Imported ones, which stay.
    changed: tuple[str, ...]  # Those that have another removal policy now.
    forgotten: tuple[str, ...]


def _configure(
    connection: sqlite3.Connection, options: Mapping[str, PlaylistOptions], *, now: datetime
) -> _Change:
    """Forget the playlists that are not configured any more, and store what is done about removals."""
    stored = playlists.get_playlists(connection)
    lists = tuple(key for key in stored if key.startswith(LIST_PREFIX))
    forgotten = tuple(stored.keys() - options.keys() - set(lists))
    for spotify_id in forgotten:
        playlists.delete_playlist(connection, spotify_id)
    changed = [
        key for key, chosen in options.items() if _store_policy(connection, key, chosen, now=now)
    ]
    return _Change(lists=lists, changed=tuple(changed), forgotten=forgotten)


def _store_policy(
    connection: sqlite3.Connection, spotify_id: str, options: PlaylistOptions, *, now: datetime
) -> bool:
    """Remember what is done about tracks that vanish from a playlist; True when that is new."""
    return removals.set_policy(
        connection, spotify_id, options.removal, options.removal_grace_days, now=now
    )


_ACCOUNT_WIDE = frozenset(
    {"spotify_premium_required", "spotify_user_not_registered", "spotify_scope_missing"}
)


def _is_due(playlist: Playlist | None, now: datetime) -> bool:
    """Tell whether a list must be read whatever its snapshot says."""
    if playlist is None or playlist.synced_at is None or playlist.snapshot_id is None:
        return True
    return playlist.error is not None or abs(now - playlist.synced_at) >= FULL_SYNC_EVERY


def _health_of(error: SoulSpotError, now: datetime) -> ServiceHealth:
    """Return the health that an error of Spotify means."""
    reason = error.reason
    if isinstance(error, RateLimitedError):
        until = now + timedelta(seconds=error.retry_after)
        return ServiceHealth(trouble=Trouble.BLOCKED, reason=reason, until=until)
    if isinstance(error, AuthenticationError) or reason.key == "spotify_scope_missing":
        return ServiceHealth(trouble=Trouble.INVALID_AUTH, reason=reason)
    if isinstance(error, PermissionDeniedError):
        return ServiceHealth(trouble=Trouble.FAILED, reason=reason)
    return ServiceHealth(trouble=Trouble.UNREACHABLE, reason=reason)
