"""Give a dump for bug reports that names nobody and nothing."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .const import (
    CONF_ACOUSTID_KEY,
    CONF_LIBRARY,
    CONF_LOCAL_DOWNLOADS,
    CONF_MUSICBRAINZ_ADDRESS,
    CONF_PLAYLIST_ID,
    CONF_SLSKD_ADDRESS,
    CONF_SLSKD_API_KEY,
    CONF_SLSKD_DOWNLOADS,
    CONF_SPOTIFY_USER_ID,
    CONF_WEBHOOK_ID,
)
from .coordinator import SoulSpotConfigEntry
from .engine.views import PlaylistSnapshot, ServiceHealth
from .entry import playlist_options

_TO_REDACT = {
    "auth_implementation",  # It holds the client id.
    CONF_TOKEN,
    CONF_SPOTIFY_USER_ID,
    CONF_SLSKD_ADDRESS,
    CONF_SLSKD_API_KEY,
    CONF_ACOUSTID_KEY,
    CONF_MUSICBRAINZ_ADDRESS,
    CONF_SLSKD_DOWNLOADS,
    CONF_WEBHOOK_ID,
    CONF_LOCAL_DOWNLOADS,
    CONF_LIBRARY,
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SoulSpotConfigEntry
) -> dict[str, Any]:
    """Return the dump of an entry."""
    data = entry.runtime_data
    queue = data.downloads.data
    playlists = data.playlists.data
    return {
        "entry": {
            "data": async_redact_data(dict(entry.data), _TO_REDACT),
            "options": async_redact_data(dict(entry.options), _TO_REDACT),
            "playlists": [asdict(options) for options in playlist_options(entry).values()],
        },
        "services": {
            "slskd": _health(queue.slskd),
            "spotify": _health(playlists.spotify),
        },
        "library_trouble": queue.library.key if queue.library else None,
        "queue": {
            "paused": queue.paused,
            "waiting": queue.waiting,
            "searching": queue.searching,
            "transferring": queue.transferring,
            "filing": queue.filing,
            "needs_attention": queue.needs_attention,
            "not_available": queue.not_available,
            "failed": queue.failed,
            "filed_total": queue.filed_total,
        },
        "playlists": [_playlist(snapshot) for snapshot in playlists.playlists.values()],
        "engine": await data.pipeline.statistics(),
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SoulSpotConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the dump of one playlist, or of the entry for its own device."""
    subentry = entry.subentries.get(device.config_subentry_id or "")
    if subentry is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    snapshot = entry.runtime_data.playlists.data.playlists.get(subentry.data[CONF_PLAYLIST_ID])
    return {"playlist": _playlist(snapshot) if snapshot else None}


def _health(health: ServiceHealth) -> dict[str, Any]:
    """Return how a service answered; placeholders of the reason could hold names."""
    return {
        "trouble": health.trouble,
        "reason": health.reason.key if health.reason else None,
        "version": health.version,
        "until": health.until.isoformat() if health.until else None,
    }


def _playlist(snapshot: PlaylistSnapshot) -> dict[str, Any]:
    """Return the figures of a playlist without its name."""
    playlist = snapshot.playlist
    return {
        "entries": snapshot.entries,
        "tracks": snapshot.tracks,
        "owned": snapshot.owned,
        "missing": snapshot.missing,
        "skipped": snapshot.skipped,
        "synced_at": playlist.synced_at.isoformat() if playlist.synced_at else None,
        "error": playlist.error.key if playlist.error else None,
    }
