"""Hold what the entities of all platforms share."""

from collections.abc import Callable, Iterable
from typing import Any, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONF_PLAYLIST_ID, DOMAIN, SUBENTRY_PLAYLIST
from .coordinator import PlaylistsCoordinator, SoulSpotConfigEntry, SoulSpotCoordinator
from .engine.model import LIKED_SONGS_ID
from .engine.views import PlaylistSnapshot

_PLAYLIST_URL = "https://open.spotify.com/playlist/{playlist_id}"
_LIKED_SONGS_URL = "https://open.spotify.com/collection/tracks"


class AccountEntity[CoordinatorT: SoulSpotCoordinator[Any]](CoordinatorEntity[CoordinatorT]):
    """Show something of a whole config entry."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: CoordinatorT, description: EntityDescription) -> None:
        """Belong to the device of the entry."""
        super().__init__(coordinator)
        entry_id = coordinator.config_entry.entry_id
        self.entity_description = description
        self._attr_unique_id = f"{entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry_id)})


class PlaylistEntity(CoordinatorEntity[PlaylistsCoordinator]):
    """Show something of one playlist."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: PlaylistsCoordinator,
        subentry: ConfigSubentry,
        description: EntityDescription,
    ) -> None:
        """Belong to the playlist's own device."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.playlist_id: str = subentry.data[CONF_PLAYLIST_ID]
        self.entity_description = description
        self._attr_unique_id = f"{entry.entry_id}_{self.playlist_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, f"{entry.entry_id}_{self.playlist_id}")},
            entry_type=DeviceEntryType.SERVICE,
            manufacturer="Spotify",
            model="Playlist",
            name=subentry.title,
            configuration_url=_address_of(self.playlist_id),
            via_device_id=entry.runtime_data.account_device_id,
        )

    @property
    def snapshot(self) -> PlaylistSnapshot | None:
        """Return the playlist's figures, None before its first sync."""
        return self.coordinator.data.playlists.get(self.playlist_id)

    @property
    @override
    def available(self) -> bool:
        """Tell whether there are figures to show."""
        return super().available and self.snapshot is not None


@callback
def async_follow_playlists(
    entry: SoulSpotConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[ConfigSubentry], Iterable[Entity]],
) -> None:
    """Add the entities of every configured playlist, now and whenever one is added."""
    known: set[str] = set()

    @callback
    def add_new() -> None:
        """Add what is configured and not there yet; Home Assistant removes the rest."""
        subentries = entry.get_subentries_of_type(SUBENTRY_PLAYLIST)
        known.intersection_update(subentry.subentry_id for subentry in subentries)
        for subentry in subentries:
            if subentry.subentry_id not in known:
                known.add(subentry.subentry_id)
                async_add_entities(create(subentry), config_subentry_id=subentry.subentry_id)

    entry.async_on_unload(entry.runtime_data.playlists.async_add_listener(add_new))
    add_new()


def _address_of(playlist_id: str) -> str:
    """Return where Spotify shows the playlist."""
    if playlist_id == LIKED_SONGS_ID:
        return _LIKED_SONGS_URL
    return _PLAYLIST_URL.format(playlist_id=playlist_id)
