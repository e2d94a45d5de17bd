"""Be reminded of what ends before it ends."""

from datetime import timedelta
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from .flows import ClientFactory, enter, finish_login
from .world import DOMAIN, World, account, set_up

DAY = 86_400


@pytest.mark.usefixtures("current_request_with_host")
async def test_a_login_that_ends_soon(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory
) -> None:
    """Remind two weeks before the end, until the user has logged in again."""
    entry = await set_up(hass, account(world, consented_at=time.time() - 170 * DAY))
    issues = ir.async_get(hass)
    issue = issues.async_get_issue(DOMAIN, f"login_ends_{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["account"] == "Listener"
    menu = await entry.start_reconfigure_flow(hass)
    login = await enter(hass, menu, {"next_step_id": "with_spotify"})
    await finish_login(hass, login, hass_client_no_auth)
    await hass.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, f"login_ends_{entry.entry_id}") is None


async def test_a_fresh_login(
    hass: HomeAssistant, world: World, freezer: FrozenDateTimeFactory
) -> None:
    """Say nothing for five months and a half, and nothing any more once the account is gone."""
    entry = await set_up(hass, account(world))
    issues = ir.async_get(hass)
    assert issues.async_get_issue(DOMAIN, f"login_ends_{entry.entry_id}") is None
    freezer.tick(timedelta(days=169))
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, f"login_ends_{entry.entry_id}") is not None
    await hass.config_entries.async_remove(entry.entry_id)
    assert issues.async_get_issue(DOMAIN, f"login_ends_{entry.entry_id}") is None
