"""Check that dumps help without telling anything about a person."""

import json

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from .waiting import until
from .world import API_KEY, DOMAIN, World, account, playlist_subentry, set_up


async def test_dumps_name_nobody(
    hass: HomeAssistant, world: World, hass_client: ClientSessionGenerator
) -> None:
    """Find figures and states, but no secret, name, host or path."""
    assert await async_setup_component(hass, "diagnostics", {})
    playlists = (
        playlist_subentry(world, "evening", removal="recycle"),
        playlist_subentry(world, "followed"),
    )
    entry = await set_up(hass, account(world, *playlists))
    await until(hass, lambda: hass.states.is_state("sensor.evening_owned", "1"))
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, f"{entry.entry_id}_{world.playlist_id('evening')}"), entry.entry_id
    )
    account_device = dr.async_get(hass).async_get(entry.runtime_data.account_device_id)
    assert device is not None
    assert account_device is not None
    whole = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    of_account = await get_diagnostics_for_device(hass, hass_client, entry, account_device)
    of_playlist = await get_diagnostics_for_device(hass, hass_client, entry, device)

    client = await hass_client()
    page = await (await client.get(f"/api/diagnostics/config_entry/{entry.entry_id}")).json()
    assert len(page["issues"]) == 1

    assert whole["entry"]["playlists"][0]["removal"] == "recycle"
    assert whole["library_trouble"] is None
    assert whole["queue"]["filed_total"] == 1
    assert whole["services"]["slskd"]["trouble"] == "none"
    assert whole["playlists"][0]["owned"] == 1
    assert whole["engine"]["jobs"] is not None
    assert set(whole["engine"]["programs"]) == {"ffmpeg", "ffprobe", "fpcalc"}
    assert whole["engine"]["verdicts"]["verdict"] >= 1
    assert of_account["queue"] == whole["queue"]
    assert of_playlist["playlist"]["tracks"] == 1

    text = json.dumps([page, of_account, of_playlist])
    secrets = [
        API_KEY,
        entry.data["token"]["access_token"],
        entry.data["token"]["refresh_token"],
        world.playlist_id("evening"),
        world.playlist_id("followed"),
        "Evening",
        "Followed",
        "Morning Song",
        "Ada Quartet",
        "helpful_person",
        "soulspot_listener",
        "127.0.0.1",
        str(world.library),
        str(world.downloads),
    ]
    assert not [secret for secret in secrets if secret in text]
