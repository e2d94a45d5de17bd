"""Share one lane to each MusicBrainz server among all accounts."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.loader import async_get_integration
from homeassistant.util.hass_dict import HassKey
from yarl import URL

from .const import DOMAIN
from .engine.errors import Service
from .engine.http import HttpClient
from .engine.musicbrainz.lane import RequestLane
from .engine.musicbrainz.mirror import allowed_pace, check_mirror, normalise_mirror
from .engine.ports import SystemClock
from .engine.settings import PipelineSettings

_LANES: HassKey[dict[str, RequestLane]] = HassKey(f"{DOMAIN}_musicbrainz_lanes")


@callback
def async_lane_to(hass: HomeAssistant, address: URL) -> RequestLane:
    """Return the lane to a server, which counts requests by address, whoever sends them."""
    lanes = hass.data.setdefault(_LANES, {})
    server = str(address.origin())
    if server not in lanes:
        lanes[server] = RequestLane(SystemClock())
    return lanes[server]


@callback
def async_join_lane(
    hass: HomeAssistant, entry: ConfigEntry, settings: PipelineSettings
) -> RequestLane:
    """Return an account's lane; of several accounts' paces the slowest counts while they are loaded."""
    address = settings.endpoints.musicbrainz
    lane = async_lane_to(hass, address)
    lane.join(entry.entry_id, allowed_pace(address, settings.musicbrainz_pace))
    entry.async_on_unload(lambda: lane.leave(entry.entry_id))
    return lane


async def async_check_mirror(hass: HomeAssistant, address: str) -> None:
    """Return when a MusicBrainz answers at an address; raises InputError and the errors of `check_mirror`."""
    url = normalise_mirror(address)
    http = HttpClient(
        session=async_get_clientsession(hass), service=Service.MUSICBRAINZ, base_url=url
    )
    version = str((await async_get_integration(hass, DOMAIN)).version)
    await check_mirror(http, async_lane_to(hass, url), version=version)
