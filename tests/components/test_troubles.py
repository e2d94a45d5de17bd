"""Show as repairs what only a person can put right."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.soulspot.engine.model import Reason
from custom_components.soulspot.engine.views import ServiceHealth, Trouble
from simulators.slskd import SlskdSimulator
from simulators.slskd.security import Access, ApiKey
from simulators.slskd.simulator import Settings

from .waiting import until
from .world import API_KEY, DOMAIN, World, account, peers, playlist_subentry, set_up


def shown(hass: HomeAssistant) -> dict[str, dict[str, str]]:
    """Return the repairs that are shown, by their key, with what they name."""
    return {
        str(issue.translation_key): dict(issue.translation_placeholders or {})
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    }


async def test_a_library_that_is_away(hass: HomeAssistant, world: World, tmp_path: Path) -> None:
    """Name the folder, and say nothing any more once files can be filed again."""
    world.library.rmdir()
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    await until(hass, lambda: "library_away" in shown(hass))
    assert shown(hass)["library_away"] == {"account": "Listener", "folder": str(world.library)}
    world.library.mkdir()
    index = entry.runtime_data.pipeline.library
    await index.index()
    await hass.config_entries.async_reload(entry.entry_id)
    await until(hass, lambda: entry.runtime_data.downloads.data.filed_total == 1)
    assert shown(hass) == {}


@pytest.mark.parametrize(
    ("version", "key", "minimum"),
    [
        ("0.22.5", "slskd_old", "0.24.4"),
        ("0.24.5", None, None),
    ],
)
async def test_old_versions_of_slskd(
    hass: HomeAssistant,
    world: World,
    tmp_path: Path,
    version: str,
    key: str | None,
    minimum: str | None,
) -> None:
    """Recommend a newer one where it helps, ask for it where nothing works without."""
    settings = Settings(version=version, access=Access(api_keys=(ApiKey(API_KEY),)))
    async with SlskdSimulator(peers(), tmp_path / "old", settings=settings) as slskd:
        entry = await set_up(hass, account(world, slskd_address=slskd.url))
        told = {"account": "Listener", "version": version, "minimum": minimum}
        assert shown(hass) == ({} if key is None else {key: told})
        # A downgrade to what no server here can be.
        downloads = entry.runtime_data.downloads
        ancient = ServiceHealth(version="0.21.4")
        downloads.async_publish(replace(downloads.data, slskd=ancient))
        assert list(shown(hass)) == ["slskd_too_old"]
        await hass.config_entries.async_unload(entry.entry_id)
        assert shown(hass) == {}


async def test_a_slskd_without_soulseek(hass: HomeAssistant, world: World) -> None:
    """Wait until slskd cannot be expected to come back by itself, and end with its return."""
    entry = await set_up(hass, account(world))
    status = "sensor.listener_slskd_status"
    for is_patient in (True, False):
        world.slskd.disconnect_from_soulseek()
        await entry.runtime_data.pipeline.check_slskd()
        await until(hass, lambda: hass.states.is_state(status, "not_logged_in"))
        assert shown(hass) == {}
        if not is_patient:
            async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=11))
            await hass.async_block_till_done()
            assert shown(hass) == {"slskd_not_logged_in": {"account": "Listener"}}
        world.slskd.connect_to_soulseek()
        await entry.runtime_data.pipeline.check_slskd()
        await until(hass, lambda: hass.states.is_state(status, "connected"))
        assert shown(hass) == {}


async def test_a_slskd_that_answers_badly(hass: HomeAssistant, world: World) -> None:
    """Show what only looks well as disconnected, with a repair, until it works."""
    entry = await set_up(hass, account(world))
    downloads = entry.runtime_data.downloads
    well = downloads.data
    reason = Reason(key="reply_not_json", placeholders={"service": "slskd"})
    badly = ServiceHealth(trouble=Trouble.FAILED, reason=reason, version="0.26.0")
    downloads.async_publish(replace(well, slskd=badly))
    await hass.async_block_till_done()
    assert shown(hass) == {"slskd_answers_badly": {"account": "Listener"}}
    assert hass.states.is_state("binary_sensor.listener_slskd_connection", "off")
    assert hass.states.is_state("sensor.listener_slskd_status", "failed")
    downloads.async_publish(well)
    await hass.async_block_till_done()
    assert shown(hass) == {}


async def test_playlists_that_nobody_can_read(hass: HomeAssistant, world: World) -> None:
    """Name each with its reason, until it can be read or is not configured any more."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "followed")))
    await until(hass, lambda: "playlist_forbidden" in shown(hass))
    assert shown(hass)["playlist_forbidden"]["account"] == "Listener"
    [subentry_id] = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await until(hass, lambda: not shown(hass))
