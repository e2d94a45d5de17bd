"""Load, change, unload and remove accounts."""

from types import MappingProxyType

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.soulspot.entry import database_path
from simulators.slskd.faults import Fault as SlskdFault
from simulators.spotify.faults import Fault as SpotifyFault

from .waiting import until
from .world import DOMAIN, World, account, playlist_subentry, set_up

SLSKD = "binary_sensor.listener_slskd_connection"


async def test_load_and_unload(hass: HomeAssistant, world: World) -> None:
    """Show both services and the playlist, and stop without a trace."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.is_state(SLSKD, "on")
    await until(hass, lambda: hass.states.is_state("sensor.evening_tracks", "1"))
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass.states.is_state(SLSKD, "unavailable")
    assert database_path(hass, entry).is_file()


async def test_without_spotify(hass: HomeAssistant, world: World) -> None:
    """Offer nothing of Spotify to an account that has none."""
    entry = await set_up(hass, account(world, with_spotify=False))
    assert entry.state is ConfigEntryState.LOADED
    keys = {
        item.unique_id.removeprefix(f"{entry.entry_id}_")
        for item in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    }
    assert "slskd_connection" in keys
    assert not keys & {"spotify_status", "sync"}


async def test_removal_deletes_the_database_only(hass: HomeAssistant, world: World) -> None:
    """Leave the music alone."""
    music = world.library / "song.flac"
    music.write_bytes(b"music")
    entry = await set_up(hass, account(world))
    database = database_path(hass, entry)
    assert database.is_file()
    await hass.config_entries.async_remove(entry.entry_id)
    assert not database.parent.exists()
    assert music.is_file()


async def test_a_damaged_database_is_named(hass: HomeAssistant, world: World) -> None:
    """Do not load on what cannot be read, and say so."""
    entry = account(world)
    database = database_path(hass, entry)
    database.parent.mkdir(parents=True)
    database.write_bytes(b"This is no database, whatever its name says.\n" * 100)
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "store_damaged"


async def test_spotify_down_does_not_stop_slskd(hass: HomeAssistant, world: World) -> None:
    """Load, and show what is stored, while Spotify gives no answer."""
    world.spotify.fail(SpotifyFault.UNAVAILABLE, times=None)
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    assert entry.state is ConfigEntryState.LOADED
    await until(hass, lambda: hass.states.is_state("sensor.listener_spotify_status", "unreachable"))
    assert hass.states.is_state(SLSKD, "on")
    assert not hass.config_entries.flow.async_progress()


async def test_slskd_down_does_not_stop_spotify(hass: HomeAssistant, world: World) -> None:
    """Load and sync while slskd gives no answer; only its own entities say so."""
    world.slskd.inject(SlskdFault("*", "*", 502, times=10_000))
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.is_state(SLSKD, "off")
    assert hass.states.is_state("sensor.listener_slskd_status", "unreachable")
    await until(hass, lambda: hass.states.is_state("sensor.evening_missing", "1"))
    assert hass.states.is_state("sensor.listener_downloading", "0")


async def test_a_deleted_credential_asks_for_a_login(hass: HomeAssistant, world: World) -> None:
    """Keep downloads going when the Spotify app was removed from Home Assistant."""
    entry = account(world, playlist_subentry(world, "evening"), auth_implementation="gone")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    await until(
        hass, lambda: hass.states.is_state("sensor.listener_spotify_status", "invalid_auth")
    )
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"


async def test_playlists_come_and_go_live(hass: HomeAssistant, world: World) -> None:
    """Add and remove devices and entities without interrupting the pipeline."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    pipeline = entry.runtime_data.pipeline
    playlist_id = world.playlist_id("morning")
    subentry = ConfigSubentry(
        data=MappingProxyType({"playlist_id": playlist_id, "automatic_download": False}),
        subentry_type="playlist",
        title="Morning",
        unique_id=playlist_id,
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    await until(hass, lambda: hass.states.is_state("sensor.morning_tracks", "2"))
    devices = dr.async_get(hass)
    device = devices.async_get_device_by_identifier(
        (DOMAIN, f"{entry.entry_id}_{playlist_id}"), entry.entry_id
    )
    assert device is not None
    assert device.config_subentry_id == subentry.subentry_id
    assert device.via_device_id == entry.runtime_data.account_device_id

    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    await hass.async_block_till_done()
    assert hass.states.get("sensor.morning_tracks") is None
    assert devices.async_get(device.id) is None
    assert hass.states.get("sensor.evening_tracks") is not None
    assert entry.runtime_data.pipeline is pipeline


async def test_only_what_matters_reloads(hass: HomeAssistant, world: World) -> None:
    """Build the pipeline anew for options, not for a refreshed token."""
    entry = await set_up(hass, account(world))
    pipeline = entry.runtime_data.pipeline
    token = {**entry.data["token"], "access_token": world.spotify.issue_token()}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})
    await hass.async_block_till_done()
    assert entry.runtime_data.pipeline is pipeline
    hass.config_entries.async_update_entry(entry, options={"quality": "any"})
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.pipeline is not pipeline


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (SpotifyFault.UNAVAILABLE, "unreachable"),
        (SpotifyFault.DISCONNECT, "unreachable"),
        (SpotifyFault.FORBIDDEN, "unreachable"),
        (SpotifyFault.RATE_LIMIT, "blocked"),
    ],
)
async def test_trouble_with_a_refresh_passes(
    hass: HomeAssistant,
    world: World,
    caplog: pytest.LogCaptureFixture,
    fault: SpotifyFault,
    status: str,
) -> None:
    """Ask nobody to log in again while the accounts service merely has trouble, and log it once."""
    world.spotify.fail(fault, path="/api/token", times=None)
    entry = account(world, playlist_subentry(world, "evening"))
    entry = account(
        world,
        playlist_subentry(world, "evening"),
        token={**entry.data["token"], "expires_at": 0},
    )
    await set_up(hass, entry)
    sensor = "sensor.listener_spotify_status"
    await until(hass, lambda: hass.states.is_state(sensor, status))
    with pytest.raises(HomeAssistantError):
        await sync(hass)
    assert not hass.config_entries.flow.async_progress()
    assert caplog.text.count("Spotify is not available") == 1
    world.spotify.clear_faults()
    await sync(hass)
    await until(hass, lambda: hass.states.is_state(sensor, "connected"))
    assert caplog.text.count("Spotify is available again") == 1


async def sync(hass: HomeAssistant) -> None:
    """Press the button that syncs everything."""
    button = {"entity_id": "button.listener_sync_playlists"}
    await hass.services.async_call("button", "press", button, blocking=True)


async def refresh(hass: HomeAssistant, entity_id: str) -> None:
    """Poll now, as people who disabled polling do."""
    assert await async_setup_component(hass, "homeassistant", {})
    await hass.services.async_call(
        "homeassistant", "update_entity", {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done()


async def test_trouble_with_the_database_shows(hass: HomeAssistant, world: World) -> None:
    """Make entities unavailable when nothing can be counted."""
    entry = await set_up(hass, account(world))
    sensor = "sensor.listener_waiting"
    assert hass.states.is_state(sensor, "0")
    await entry.runtime_data.pipeline.close()
    await refresh(hass, sensor)
    assert hass.states.is_state(sensor, "unavailable")


async def test_a_refused_token_is_refreshed(hass: HomeAssistant, world: World) -> None:
    """Ask for a new token when Spotify refuses one that looked valid, and store it."""
    world.spotify.settings.rotation = world.spotify.settings.rotation.ALWAYS
    entry = account(world, playlist_subentry(world, "evening"))
    before = entry.data["token"]
    world.spotify.tokens.expire_access_tokens()
    await set_up(hass, entry)
    await until(hass, lambda: hass.states.is_state("sensor.evening_tracks", "1"))
    after = entry.data["token"]
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert not hass.config_entries.flow.async_progress()


async def test_only_devices_of_nothing_can_be_removed(
    hass: HomeAssistant, world: World, hass_ws_client: WebSocketGenerator
) -> None:
    """Refuse to remove the devices of the account and of configured playlists by hand."""
    assert await async_setup_component(hass, "config", {})
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    assert len(devices) == 2
    client = await hass_ws_client(hass)
    for device in devices:
        reply = await client.remove_device(device.id)
        assert not reply["success"]
