"""Show whether the services can be worked with."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DownloadsCoordinator, SoulSpotConfigEntry
from .entity import AccountEntity

PARALLEL_UPDATES = 0

SLSKD_CONNECTION = BinarySensorEntityDescription(
    key="slskd_connection",
    translation_key="slskd_connection",
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SoulSpotConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the connectivity sensor."""
    async_add_entities([SlskdConnection(entry.runtime_data.downloads, SLSKD_CONNECTION)])


class SlskdConnection(AccountEntity[DownloadsCoordinator], BinarySensorEntity):
    """Show whether slskd answers as it should and is logged in to Soulseek."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether searches and downloads are possible."""
        return self.coordinator.data.slskd.is_connected
