"""Keep what the entities show up to date: one coordinator per service, so that one never stops the other."""

from abc import abstractmethod
import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
import logging
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import CONF_SERVICE, DOMAIN, SERVICE_SLSKD, SERVICE_SPOTIFY
from .engine.errors import RateLimitedError, ServiceError, SoulSpotError
from .engine.pipeline import Pipeline
from .engine.views import DownloadEvent, PlaylistsSnapshot, QueueSnapshot, ServiceHealth, Trouble
from .errors import update_error
from .issues import async_show_shrunk_playlists

_LOGGER = logging.getLogger(__name__)

PLAYLISTS_INTERVAL = timedelta(minutes=30)
DOWNLOADS_INTERVAL = timedelta(seconds=30)
FIRST_CHECK_TIMEOUT = 5.0  # seconds that slskd may hold up the set-up
PUSH_COOLDOWN = 1.0  # seconds between two states of the same entity

type SoulSpotConfigEntry = ConfigEntry[SoulSpotData]


@dataclass(frozen=True, slots=True)
class SoulSpotData:
    """Hold what belongs to a loaded config entry."""

    pipeline: Pipeline
    playlists: PlaylistsCoordinator
    downloads: DownloadsCoordinator
    account_device_id: str


class SoulSpotCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """Map errors, and ask for a new login when one is needed."""

    config_entry: SoulSpotConfigEntry
    service: str

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SoulSpotConfigEntry,
        pipeline: Pipeline,
        interval: timedelta,
    ) -> None:
        """Poll at the interval, and show only what changed."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=f"{DOMAIN} {self.service}",
            update_interval=interval,
            always_update=False,
        )
        self.pipeline = pipeline
        self._asked_for_login = False

    @abstractmethod
    async def async_update_data(self) -> DataT:
        """Fetch the figures; only trouble of our own may raise."""

    @override
    async def _async_update_data(self) -> DataT:
        """Fetch the figures and map what goes wrong."""
        try:
            return await self.async_update_data()
        except SoulSpotError as error:
            raise update_error(error) from error

    @callback
    def async_publish(self, data: DataT) -> None:
        """Show new figures without putting off the next poll."""
        if data != self.data:
            self.data = data
            self.async_update_listeners()

    @callback
    def note_health(self, health: ServiceHealth) -> None:
        """Start a reauthentication, once for each time that credentials are refused."""
        if health.trouble is not Trouble.INVALID_AUTH:
            self._asked_for_login = False
        elif not self._asked_for_login:
            self._asked_for_login = True
            self.config_entry.async_start_reauth(self.hass, data={CONF_SERVICE: self.service})


class PlaylistsCoordinator(SoulSpotCoordinator[PlaylistsSnapshot]):
    """Mirror the playlists; the stored figures stay while Spotify is away."""

    service = SERVICE_SPOTIFY

    def __init__(self, hass: HomeAssistant, entry: SoulSpotConfigEntry, pipeline: Pipeline) -> None:
        """Start with what the database holds; the network comes after the set-up."""
        super().__init__(hass, entry, pipeline, PLAYLISTS_INTERVAL)
        self._is_first = True
        self._was_connected = True

    @override
    async def async_update_data(self) -> PlaylistsSnapshot:
        """Read what is stored the first time, and sync afterwards."""
        if self._is_first:
            self._is_first = False
            return await self.pipeline.playlists.snapshot()
        return await self._sync(None, force=False, is_poll=True)

    async def async_sync(self, playlist_ids: Iterable[str] | None = None) -> PlaylistsSnapshot:
        """Sync on request, changed or not; raises the engine's errors."""
        snapshot = await self._sync(playlist_ids, force=True, is_poll=False)
        self.async_publish(snapshot)
        return snapshot

    async def async_reread(self) -> None:
        """Show what the database holds now, and how Spotify answered the pipeline itself."""
        snapshot = await self.pipeline.playlists.snapshot()
        self.note_health(snapshot.spotify)
        await self._async_ask(snapshot)
        self.async_publish(snapshot)

    async def _async_ask(self, snapshot: PlaylistsSnapshot) -> None:
        """Ask the user about playlists that suddenly lost most of their tracks."""
        held = await self.pipeline.library.held_removals()
        names = {key: value.playlist.name for key, value in snapshot.playlists.items()}
        async_show_shrunk_playlists(self.hass, self.config_entry, held, names)

    @callback
    @override
    def note_health(self, health: ServiceHealth) -> None:
        """Log when Spotify goes and when it is back; the pipeline does so for slskd."""
        super().note_health(health)
        if health.is_connected and not self._was_connected:
            _LOGGER.info("Spotify is available again")
        elif self._was_connected and not health.is_connected:
            key = health.reason.key if health.reason else health.trouble
            _LOGGER.warning("Spotify is not available: %s", key)
        self._was_connected = health.is_connected

    async def _sync(
        self, playlist_ids: Iterable[str] | None, *, force: bool, is_poll: bool
    ) -> PlaylistsSnapshot:
        """Sync, and remember how Spotify answered."""
        self.update_interval = PLAYLISTS_INTERVAL
        try:
            snapshot = await self.pipeline.playlists.sync(playlist_ids, force=force)
        except ServiceError as error:
            snapshot = await self.pipeline.playlists.snapshot()
            if isinstance(error, RateLimitedError):
                pause = timedelta(seconds=error.retry_after)
                self.update_interval = max(PLAYLISTS_INTERVAL, pause)
            if not is_poll:
                self.note_health(snapshot.spotify)
                self.async_publish(snapshot)
                raise
        self.note_health(snapshot.spotify)
        await self._async_ask(snapshot)
        return snapshot


class DownloadsCoordinator(SoulSpotCoordinator[QueueSnapshot]):
    """Count the work of the queue; the counters stay while slskd is away."""

    service = SERVICE_SLSKD

    def __init__(self, hass: HomeAssistant, entry: SoulSpotConfigEntry, pipeline: Pipeline) -> None:
        """Poll for what only time changes; the queue itself announces the rest."""
        super().__init__(hass, entry, pipeline, DOWNLOADS_INTERVAL)
        self._is_first = True
        self._push = Debouncer(
            hass,
            _LOGGER,
            cooldown=PUSH_COOLDOWN,
            immediate=False,
            function=self._async_show_changes,
            background=True,
        )

    @override
    async def async_update_data(self) -> QueueSnapshot:
        """Count; the first time ask slskd how it is, later the pipeline itself does."""
        if self._is_first:
            self._is_first = False
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_CHECK_TIMEOUT):
                    await self.pipeline.check_slskd()
        snapshot = await self.pipeline.queue.snapshot()
        self.note_health(snapshot.slskd)
        return snapshot

    @callback
    def async_follow(self) -> CALLBACK_TYPE:
        """Follow the queue, at most one update a second, until the returned function is called."""
        stop = self.pipeline.subscribe(self._async_handle_change)

        @callback
        def unfollow() -> None:
            """Stop following."""
            stop()
            self._push.async_shutdown()

        return unfollow

    @callback
    def _async_handle_change(self, _event: DownloadEvent | None) -> None:
        """Note that figures changed."""
        self._push.async_schedule_call()

    async def _async_show_changes(self) -> None:
        """Show the changed figures of the queue and of the playlists."""
        try:
            snapshot = await self.pipeline.queue.snapshot()
            await self.config_entry.runtime_data.playlists.async_reread()
        except SoulSpotError as error:
            _LOGGER.debug("Figures could not be read: %s", error)
            return
        self.note_health(snapshot.slskd)
        self.async_publish(snapshot)
