"""Announce what happens to downloads."""

from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import DownloadsCoordinator, SoulSpotConfigEntry
from .engine.views import DownloadEvent, EventKind
from .entity import AccountEntity
from .texts import Sentences, async_get_sentences

PARALLEL_UPDATES = 0

DOWNLOAD = EventEntityDescription(
    key="download",
    translation_key="download",
    event_types=[kind.value for kind in EventKind],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SoulSpotConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entity."""
    sentences = await async_get_sentences(hass)
    async_add_entities([DownloadEvents(entry.runtime_data.downloads, sentences)])


class DownloadEvents(AccountEntity[DownloadsCoordinator], EventEntity):
    """Announce starts and ends of downloads, for automations."""

    def __init__(self, coordinator: DownloadsCoordinator, sentences: Sentences) -> None:
        """Take the sentences the reasons are told in."""
        super().__init__(coordinator, DOWNLOAD)
        self._sentences = sentences

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the queue."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.pipeline.subscribe(self._async_announce))

    @callback
    def _async_announce(self, event: DownloadEvent | None) -> None:
        """Fire an event; None says that only figures changed."""
        if event is not None:
            self._trigger_event(event.kind.value, self._attributes_of(event))
            self.async_write_ha_state()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Leave the state alone when figures change."""

    def _attributes_of(self, event: DownloadEvent) -> dict[str, Any]:
        """Return the few facts an automation may want to show."""
        metadata = event.track.metadata
        return {
            "track_id": event.track.id,
            "artist": ", ".join(artist.name for artist in metadata.artists),
            "title": metadata.title,
            "album": metadata.album.name if metadata.album else None,
            "quality": event.quality.value,
            "path": event.path,
            "reason": self._sentences.of(event.reason),
        }
