"""Let downloads pause."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DownloadsCoordinator, SoulSpotConfigEntry
from .entity import AccountEntity
from .errors import translated_errors

PARALLEL_UPDATES = 1

PAUSED = SwitchEntityDescription(key="paused", translation_key="paused")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SoulSpotConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switch."""
    async_add_entities([PauseSwitch(entry.runtime_data.downloads, PAUSED)])


class PauseSwitch(AccountEntity[DownloadsCoordinator], SwitchEntity):
    """Hold back new searches and downloads while on."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the queue pauses."""
        return self.coordinator.data.paused

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Pause."""
        with translated_errors():
            await self.coordinator.pipeline.queue.pause()
        await self.coordinator.async_request_refresh()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Go on."""
        with translated_errors():
            await self.coordinator.pipeline.queue.resume()
        await self.coordinator.async_request_refresh()
