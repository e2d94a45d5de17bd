"""Show the counters of the queue, the playlists and the services' state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    CONF_TOKEN,
    PERCENTAGE,
    EntityCategory,
    UnitOfDataRate,
    UnitOfInformation,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .coordinator import DownloadsCoordinator, PlaylistsCoordinator, SoulSpotConfigEntry
from .engine.views import PlaylistSnapshot, PlaylistsSnapshot, QueueSnapshot, Trouble
from .entity import AccountEntity, PlaylistEntity, async_follow_playlists

PARALLEL_UPDATES = 0

_CONNECTED = "connected"
_STATUSES = [_CONNECTED if trouble is Trouble.NONE else trouble.value for trouble in Trouble]


@dataclass(frozen=True, kw_only=True)
class SoulSpotSensorDescription[DataT](SensorEntityDescription):
    """Say where a sensor finds its value."""

    value_fn: Callable[[DataT], StateType | datetime]


def _count(
    key: str,
    value_fn: Callable[[QueueSnapshot], int],
    *,
    state_class: SensorStateClass = SensorStateClass.MEASUREMENT,
    diagnostic: bool = False,
    enabled: bool = True,
) -> SoulSpotSensorDescription[QueueSnapshot]:
    """Describe a counter of the queue."""
    return SoulSpotSensorDescription(
        key=key,
        translation_key=key,
        state_class=state_class,
        entity_category=EntityCategory.DIAGNOSTIC if diagnostic else None,
        entity_registry_enabled_default=enabled,
        value_fn=value_fn,
    )


QUEUE_SENSORS: tuple[SoulSpotSensorDescription[QueueSnapshot], ...] = (
    _count("waiting", lambda queue: queue.waiting),
    _count("searching", lambda queue: queue.searching),
    _count("transferring", lambda queue: queue.transferring),
    _count("filing", lambda queue: queue.filing),
    _count("needs_attention", lambda queue: queue.needs_attention),
    _count("not_available", lambda queue: queue.not_available),
    _count("failed", lambda queue: queue.failed),
    _count(
        "filed_today",
        lambda queue: queue.filed_today,
        state_class=SensorStateClass.TOTAL_INCREASING,
    ),
    _count(
        "filed_total",
        lambda queue: queue.filed_total,
        state_class=SensorStateClass.TOTAL,  # Who deletes a file makes it fewer.
    ),
    _count("tracks_wanted", lambda queue: queue.tracks_wanted),
    _count("tracks_in_library", lambda queue: queue.tracks_in_library),
    SoulSpotSensorDescription(
        key="speed",
        translation_key="speed",
        device_class=SensorDeviceClass.DATA_RATE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfDataRate.BYTES_PER_SECOND,
        suggested_unit_of_measurement=UnitOfDataRate.MEGABYTES_PER_SECOND,
        suggested_display_precision=2,
        entity_registry_enabled_default=False,
        value_fn=lambda queue: round(queue.speed),
    ),
    SoulSpotSensorDescription(
        key="remaining",
        translation_key="remaining",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.MEGABYTES,
        suggested_display_precision=1,
        entity_registry_enabled_default=False,
        value_fn=lambda queue: queue.remaining_bytes,
    ),
    SoulSpotSensorDescription(
        key="estimated_end",
        translation_key="estimated_end",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value_fn=lambda queue: queue.estimated_end,
    ),
    _count("jobs_pending", lambda queue: queue.jobs_pending, diagnostic=True, enabled=False),
    _count("jobs_running", lambda queue: queue.jobs_running, diagnostic=True, enabled=False),
    _count("jobs_failed", lambda queue: queue.jobs_failed, diagnostic=True, enabled=False),
    SoulSpotSensorDescription(
        key="slskd_status",
        translation_key="slskd_status",
        device_class=SensorDeviceClass.ENUM,
        options=_STATUSES,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda queue: _status(queue.slskd.trouble),
    ),
)

SPOTIFY_SENSORS: tuple[SoulSpotSensorDescription[PlaylistsSnapshot], ...] = (
    SoulSpotSensorDescription(
        key="spotify_status",
        translation_key="spotify_status",
        device_class=SensorDeviceClass.ENUM,
        options=_STATUSES,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda playlists: _status(playlists.spotify.trouble),
    ),
)

PLAYLIST_SENSORS: tuple[SoulSpotSensorDescription[PlaylistSnapshot], ...] = (
    SoulSpotSensorDescription(
        key="tracks",
        translation_key="tracks",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda playlist: playlist.tracks,
    ),
    SoulSpotSensorDescription(
        key="owned",
        translation_key="owned",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda playlist: playlist.owned,
    ),
    SoulSpotSensorDescription(
        key="missing",
        translation_key="missing",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda playlist: playlist.missing,
    ),
    SoulSpotSensorDescription(
        key="progress",
        translation_key="progress",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        value_fn=lambda playlist: playlist.progress,
    ),
    SoulSpotSensorDescription(
        key="last_sync",
        translation_key="last_sync",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda playlist: playlist.playlist.synced_at,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SoulSpotConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the account, and those of every playlist."""
    data = entry.runtime_data
    async_add_entities(QueueSensor(data.downloads, description) for description in QUEUE_SENSORS)
    if CONF_TOKEN in entry.data:
        async_add_entities(
            SpotifySensor(data.playlists, description) for description in SPOTIFY_SENSORS
        )
    async_follow_playlists(
        entry,
        async_add_entities,
        lambda subentry: [
            PlaylistSensor(data.playlists, subentry, description)
            for description in PLAYLIST_SENSORS
        ],
    )


class QueueSensor(AccountEntity[DownloadsCoordinator], SensorEntity):
    """Show one figure of the queue."""

    entity_description: SoulSpotSensorDescription[QueueSnapshot]

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the figure."""
        return self.entity_description.value_fn(self.coordinator.data)


class SpotifySensor(AccountEntity[PlaylistsCoordinator], SensorEntity):
    """Show how Spotify answered."""

    entity_description: SoulSpotSensorDescription[PlaylistsSnapshot]

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the state."""
        return self.entity_description.value_fn(self.coordinator.data)


class PlaylistSensor(PlaylistEntity, SensorEntity):
    """Show one figure of a playlist."""

    entity_description: SoulSpotSensorDescription[PlaylistSnapshot]

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """Return the figure, None before the first sync."""
        if self.snapshot is None:
            return None
        return self.entity_description.value_fn(self.snapshot)


def _status(trouble: Trouble) -> str:
    """Return the state a service's health is shown as."""
    return _CONNECTED if trouble is Trouble.NONE else trouble.value
