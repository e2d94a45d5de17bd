"""Find the account and the playlist an action is about."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import ATTR_CONFIG_ENTRY_ID, ATTR_DEVICE_ID, CONF_TOKEN
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, service
import probatio

from ..const import CONF_PLAYLIST_ID, DOMAIN
from ..coordinator import SoulSpotConfigEntry
from ..engine.model import LIST_PREFIX
from ..engine.spotify.links import parse_playlist_link
from ..errors import translated_errors

ATTR_PLAYLIST = "playlist"

ENTRY_FIELDS = {probatio.Optional(ATTR_CONFIG_ENTRY_ID): str}
PLAYLIST_FIELDS = {
    **ENTRY_FIELDS,
    probatio.Optional(ATTR_PLAYLIST): str,
    probatio.Optional(ATTR_DEVICE_ID): str,
}


def invalid(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for input that an action cannot work with."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def require_one(call: ServiceCall, key: str, *choices: set[str]) -> None:
    """Raise unless the fields that exclude each other are given as one of the choices has them."""
    if call.data.keys() & set().union(*choices) not in choices:
        raise invalid(key)


def find_entry(call: ServiceCall) -> SoulSpotConfigEntry:
    """Return the named account, or the only one there is."""
    entry: SoulSpotConfigEntry = service.async_get_config_entry(
        call.hass, DOMAIN, call.data.get(ATTR_CONFIG_ENTRY_ID)
    )
    return entry


def find_playlist_target(call: ServiceCall) -> tuple[SoulSpotConfigEntry, str | None]:
    """Return the account and the Spotify id of the playlist, None when none is named."""
    require_one(call, "playlist_missing", set(), {ATTR_PLAYLIST}, {ATTR_DEVICE_ID})
    if device_id := call.data.get(ATTR_DEVICE_ID):
        return _of_device(call.hass, device_id)
    entry = find_entry(call)
    link = call.data.get(ATTR_PLAYLIST)
    if link is None:
        return entry, None
    if link.startswith(LIST_PREFIX):
        return entry, link
    with translated_errors():
        return entry, parse_playlist_link(link)


def require_playlist(call: ServiceCall) -> tuple[SoulSpotConfigEntry, str]:
    """Return the account and the playlist, which must be named."""
    entry, playlist_id = find_playlist_target(call)
    if playlist_id is None:
        raise invalid("playlist_missing")
    return entry, playlist_id


def require_spotify(entry: SoulSpotConfigEntry) -> None:
    """Raise for an account that was set up without Spotify."""
    if CONF_TOKEN not in entry.data:
        raise invalid("no_spotify", account=entry.title)


def given(data: Mapping[str, Any], **names: str) -> dict[str, Any]:
    """Return the given fields under the names the engine has for them."""
    return {name: data[field] for name, field in names.items() if field in data}


def _of_device(hass: HomeAssistant, device_id: str) -> tuple[SoulSpotConfigEntry, str]:
    """Return the account and the playlist of a playlist's device."""
    device = dr.async_get(hass).async_get(device_id)
    if device is None or device.config_entry_id is None:
        raise invalid("device_is_no_playlist")
    known = hass.config_entries.async_get_entry(device.config_entry_id)
    if known is None or known.domain != DOMAIN:
        raise invalid("device_is_no_playlist")
    entry: SoulSpotConfigEntry = service.async_get_config_entry(hass, DOMAIN, known.entry_id)
    subentry = entry.subentries.get(device.config_subentry_id or "")
    if subentry is None:
        raise invalid("device_is_no_playlist")
    return entry, subentry.data[CONF_PLAYLIST_ID]
