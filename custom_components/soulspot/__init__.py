"""Turn Spotify playlists into a local, verified, tagged music library by way of slskd."""

import asyncio
import logging
import os
from pathlib import Path

from homeassistant.const import CONF_TOKEN, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    OAuth2Session,
    async_get_config_entry_implementation,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.loader import async_get_integration

from .actions import async_setup_actions
from .api import LoggedOutTokenProvider, SessionTokenProvider
from .const import DOMAIN, MANUFACTURER
from .coordinator import (
    DownloadsCoordinator,
    PlaylistsCoordinator,
    SoulSpotConfigEntry,
    SoulSpotData,
)
from .engine.errors import SoulSpotError
from .engine.pipeline import Pipeline
from .engine.ports import TokenProvider
from .engine.settings import Endpoints
from .entry import EntrySnapshot, database_path, pipeline_settings, playlist_options
from .errors import setup_error
from .issues import async_forget_login, async_show_shrunk_playlists, async_watch_login
from .musicbrainz_lane import async_join_lane
from .troubles import async_watch_troubles
from .webhook import async_setup_webhook

_LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions."""
    async_setup_actions(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SoulSpotConfigEntry) -> bool:
    """Open the database, show what it holds, and start the work."""
    version = str((await async_get_integration(hass, DOMAIN)).version)
    settings = pipeline_settings(hass, entry, Endpoints.from_environment(os.environ), version)
    pipeline = Pipeline(
        settings,
        session=async_get_clientsession(hass),
        tokens=await _async_token_provider(hass, entry),
        musicbrainz_lane=async_join_lane(hass, entry, settings),
    )
    work = _Work(hass, entry, pipeline)
    try:
        await pipeline.open()
        await pipeline.playlists.configure(playlist_options(entry))
    except SoulSpotError as error:
        raise setup_error(error) from error

    playlists = PlaylistsCoordinator(hass, entry, pipeline)
    downloads = DownloadsCoordinator(hass, entry, pipeline)
    await asyncio.gather(
        playlists.async_config_entry_first_refresh(),
        downloads.async_config_entry_first_refresh(),
    )
    entry.runtime_data = SoulSpotData(
        pipeline=pipeline,
        playlists=playlists,
        downloads=downloads,
        account_device_id=_async_account_device(hass, entry, version),
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)

    entry.async_on_unload(downloads.async_follow())
    for coordinator in (playlists, downloads):
        # Polling goes on when every entity of a coordinator is disabled.
        entry.async_on_unload(coordinator.async_add_listener(lambda: None))
    entry.async_on_unload(entry.add_update_listener(_Changes(entry).async_apply))
    async_watch_login(hass, entry)
    async_watch_troubles(hass, entry)
    async_setup_webhook(hass, entry)
    work.async_start()
    entry.async_create_background_task(hass, playlists.async_refresh(), f"{DOMAIN} first sync")
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SoulSpotConfigEntry) -> bool:
    """Remove the entities; the pipeline stops and closes with the entry."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: SoulSpotConfigEntry) -> None:
    """Delete the database; the music stays."""
    async_forget_login(hass, entry)
    async_show_shrunk_playlists(hass, entry, {}, {})
    await hass.async_add_executor_job(_delete_database, database_path(hass, entry))


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: SoulSpotConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Allow the removal of a device whose playlist is not configured any more."""
    return (
        device.config_subentry_id is not None and device.config_subentry_id not in entry.subentries
    )


async def _async_token_provider(
    hass: HomeAssistant, entry: SoulSpotConfigEntry
) -> TokenProvider | None:
    """Return what hands out Spotify's tokens, None for an entry without Spotify."""
    if CONF_TOKEN not in entry.data:
        return None
    try:
        implementation = await async_get_config_entry_implementation(hass, entry)
    except ConfigEntryAuthFailed:
        # The credential was deleted: downloads go on, Spotify asks for a new login.
        return LoggedOutTokenProvider()
    return SessionTokenProvider(OAuth2Session(hass, entry, implementation))


@callback
def _async_account_device(hass: HomeAssistant, entry: SoulSpotConfigEntry, version: str) -> str:
    """Create the device the playlists hang on, and return its id."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.entry_id)},
        entry_type=dr.DeviceEntryType.SERVICE,
        manufacturer=MANUFACTURER,
        model="Pipeline",
        name=entry.title,
        sw_version=version,
    )
    return device.id


class _Work:
    """Run the pipeline, and end its work before its database closes."""

    def __init__(self, hass: HomeAssistant, entry: SoulSpotConfigEntry, pipeline: Pipeline) -> None:
        """Take the pipeline, which is closed when the entry unloads or Home Assistant stops."""
        self._hass = hass
        self._entry = entry
        self._pipeline = pipeline
        self._task: asyncio.Task[None] | None = None
        entry.async_on_unload(self.async_stop)
        entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self.async_stop))

    @callback
    def async_start(self) -> None:
        """Begin to work, unless Home Assistant stops already."""
        if not self._hass.is_stopping:
            self._task = self._entry.async_create_background_task(
                self._hass, self._pipeline.run(), f"{DOMAIN} pipeline"
            )
            self._task.add_done_callback(_report_crash)

    async def async_stop(self, _event: Event | None = None) -> None:
        """Stop and close; what was begun goes on after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._pipeline.close()


@callback
def _report_crash(task: asyncio.Task[None]) -> None:
    """Log why the work ended when nobody stopped it."""
    if not task.cancelled() and (error := task.exception()):
        _LOGGER.error("The pipeline ended unexpectedly", exc_info=error)


class _Changes:
    """Apply changes of an entry to the running pipeline."""

    def __init__(self, entry: SoulSpotConfigEntry) -> None:
        """Remember the entry as it is now."""
        self._applied = EntrySnapshot.of(entry)

    async def async_apply(self, hass: HomeAssistant, entry: SoulSpotConfigEntry) -> None:
        """Follow playlists live, and reload for new connections or options; tokens may change at will."""
        present = EntrySnapshot.of(entry)
        applied, self._applied = self._applied, present
        if present.needs_reload_after(applied):
            hass.config_entries.async_schedule_reload(entry.entry_id)
        elif present.playlists != applied.playlists:
            data = entry.runtime_data
            await data.pipeline.playlists.configure(playlist_options(entry))
            data.playlists.async_update_listeners()
            entry.async_create_background_task(
                hass, data.playlists.async_refresh(), f"{DOMAIN} sync of new playlists"
            )


def _delete_database(path: Path) -> None:
    """Delete the database with the files SQLite keeps beside it, and the folder when it is empty."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
    try:
        path.parent.rmdir()
    except OSError:
        _LOGGER.debug("Folder %s is still in use", path.parent)
