"""Offer what a person may want to start by hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import (
    DownloadsCoordinator,
    PlaylistsCoordinator,
    SoulSpotConfigEntry,
    SoulSpotData,
)
from .entity import AccountEntity, PlaylistEntity, async_follow_playlists
from .errors import translated_errors

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class AccountButtonDescription(ButtonEntityDescription):
    """Say what a button of the account starts."""

    press_fn: Callable[[SoulSpotData], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class PlaylistButtonDescription(ButtonEntityDescription):
    """Say what a button of a playlist starts."""

    press_fn: Callable[[SoulSpotData, str], Awaitable[object]]


SYNC = AccountButtonDescription(
    key="sync",
    translation_key="sync",
    press_fn=lambda data: data.playlists.async_sync(),
)

RETRY_FAILED = AccountButtonDescription(
    key="retry_failed",
    translation_key="retry_failed",
    press_fn=lambda data: data.pipeline.queue.retry_failed(),
)

PLAYLIST_BUTTONS: tuple[PlaylistButtonDescription, ...] = (
    PlaylistButtonDescription(
        key="sync",
        translation_key="sync_playlist",
        press_fn=lambda data, playlist_id: data.playlists.async_sync([playlist_id]),
    ),
    PlaylistButtonDescription(
        key="download_missing",
        translation_key="download_missing",
        press_fn=lambda data, playlist_id: data.pipeline.playlists.download_missing(playlist_id),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SoulSpotConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of the account, and those of every playlist."""
    data = entry.runtime_data
    descriptions = [RETRY_FAILED]
    if CONF_TOKEN in entry.data:
        descriptions.append(SYNC)
    async_add_entities(AccountButton(data.downloads, description) for description in descriptions)
    async_follow_playlists(
        entry,
        async_add_entities,
        lambda subentry: [
            PlaylistButton(data.playlists, subentry, description)
            for description in PLAYLIST_BUTTONS
        ],
    )


class AccountButton(AccountEntity[DownloadsCoordinator], ButtonEntity):
    """Start something for the whole account."""

    entity_description: AccountButtonDescription

    @override
    async def async_press(self) -> None:
        """Start it."""
        with translated_errors():
            await self.entity_description.press_fn(self.coordinator.config_entry.runtime_data)


class PlaylistButton(PlaylistEntity, ButtonEntity):
    """Start something for one playlist."""

    entity_description: PlaylistButtonDescription
    coordinator: PlaylistsCoordinator

    @property
    @override
    def available(self) -> bool:
        """Allow a sync before the first one succeeded."""
        return self.coordinator.last_update_success

    @override
    async def async_press(self) -> None:
        """Start it."""
        with translated_errors():
            await self.entity_description.press_fn(
                self.coordinator.config_entry.runtime_data, self.playlist_id
            )
