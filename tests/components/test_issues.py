"""Be reminded of what ends before it ends."""

from datetime import timedelta
import sqlite3
import time

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs.issue_handler import RepairsFlowManager
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from .flows import ClientFactory, enter, finish_login
from .waiting import until
from .world import DOMAIN, World, account, playlist_subentry, set_up

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


@pytest.mark.parametrize(("answer", "files"), [("removed", 0), ("keep", 1)])
async def test_a_playlist_that_suddenly_shrinks(
    hass: HomeAssistant, world: World, answer: str, files: int
) -> None:
    """Hold back what vanished until the user has said whether it was removed."""
    assert await async_setup_component(hass, "repairs", {})
    options = {"removal": "recycle", "removal_grace_days": 0}
    entry = await set_up(hass, account(world, playlist_subentry(world, "morning", **options)))
    await until(hass, lambda: hass.states.is_state("sensor.morning_owned", "1"))
    pipeline = entry.runtime_data.pipeline
    playlist_id = world.playlist_id("morning")
    lines = "\n".join(f"Ada Quartet - Song {number}" for number in range(20))
    report = await pipeline.playlists.import_list("Longer", lines)

    def lengthen(connection: sqlite3.Connection) -> None:
        """Let the playlist have been longer."""
        connection.execute(
            """
            INSERT INTO playlist_entry
            SELECT playlist.id, entry.position + 10, entry.kind, entry.track_id, entry.title, NULL,
                NULL, NULL
            FROM playlist_entry AS entry, playlist
            WHERE entry.playlist_id = ? AND playlist.spotify_id = ?
            """,
            (report.playlist.id, playlist_id),
        )

    await pipeline._context.database.run(lengthen)
    world.spotify.world.remove("morning", 0)
    await entry.runtime_data.playlists.async_sync([playlist_id])
    issues = ir.async_get(hass)
    [issue] = [item for (domain, _), item in issues.issues.items() if domain == DOMAIN]
    issue_id = issue.issue_id
    assert issue.translation_key == "playlist_shrunk"
    assert playlist_id not in issue_id
    assert issue.translation_placeholders == {
        "account": "Listener",
        "playlist": "Morning",
        "count": "21",
    }
    music = [path for path in world.library.rglob("*.flac") if ".soulspot" not in path.parts]
    assert len(music) == 1
    await pipeline._recycle_bin.recycle_removed()
    assert music[0].exists()
    manager: RepairsFlowManager = hass.data["repairs"]["flow_manager"]
    flow = await manager.async_init(DOMAIN, data={"issue_id": issue_id})
    assert flow["type"] is FlowResultType.MENU
    result = await manager.async_configure(flow["flow_id"], {"next_step_id": answer})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    await pipeline._recycle_bin.recycle_removed()
    assert music[0].exists() == bool(files)
