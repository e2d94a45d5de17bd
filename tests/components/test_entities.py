"""Follow the main job by what entities show, and steer it by them."""

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
import pytest

from simulators.slskd import SUPPORTED
from simulators.spotify.faults import Fault as SpotifyFault

from .waiting import until
from .world import World, account, playlist_subentry, set_up


async def test_main_job(hass: HomeAssistant, world: World) -> None:
    """Find one track, file it, and say that the other is not to be had."""
    events: list[dict[str, object]] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        """Keep what the event entity announces."""
        if (state := event.data["new_state"]) and state.attributes.get("event_type"):
            events.append(dict(state.attributes))

    async_track_state_change_event(hass, "event.listener_download", note)
    await set_up(hass, account(world, playlist_subentry(world, "morning")))
    await until(hass, lambda: hass.states.is_state("sensor.listener_completed_today", "1"))
    await until(hass, lambda: hass.states.is_state("sensor.listener_not_available", "1"))
    await until(hass, lambda: hass.states.is_state("sensor.morning_progress", "50.0"))
    for key, state in {
        "sensor.morning_tracks": "2",
        "sensor.morning_owned": "1",
        "sensor.morning_missing": "1",
        "sensor.listener_tracks_wanted": "1",
        "sensor.listener_tracks_in_library": "1",
        "sensor.listener_completed_in_all": "1",
        "sensor.listener_failed": "0",
        "sensor.listener_downloading": "0",
        "sensor.listener_spotify_status": "connected",
        "sensor.listener_slskd_status": "connected",
        "switch.listener_pause_downloads": "off",
    }.items():
        assert hass.states.is_state(key, state), (key, hass.states.get(key))
    assert [event["event_type"] for event in events if event["title"] == "Morning Song"] == [
        "started",
        "completed",
    ]
    completed = next(event for event in events if event["event_type"] == "completed")
    assert (world.library / str(completed["path"])).is_file()
    absent = next(event for event in events if event["event_type"] == "not_available")
    assert absent["title"] == "Lost Interlude"
    assert absent["reason"] == (
        "Peers share other tracks of this artist or album, but not this one now"
    )


@pytest.mark.parametrize("world", SUPPORTED[:-1], indirect=True)
async def test_older_versions_of_slskd(hass: HomeAssistant, world: World) -> None:
    """An older slskd too brings the file, is shown with its number, and is left tidy."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    await until(hass, lambda: hass.states.is_state("sensor.evening_progress", "100.0"))
    assert hass.states.is_state("sensor.listener_slskd_status", "connected")
    health = (await entry.runtime_data.pipeline.queue.snapshot()).slskd
    assert health.version == world.slskd.version.number
    assert len(list(world.library.rglob("*.flac"))) == 1
    await until(hass, lambda: not world.slskd.transfers.by_user())
    assert world.slskd.searches.records == {}


async def test_registry_is_stable(hass: HomeAssistant, world: World) -> None:
    """Keep unique ids and what is enabled as people have come to know them."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    playlist = world.playlist_id("evening")
    known = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    shown = {
        item.unique_id.removeprefix(f"{entry.entry_id}_").replace(playlist, "playlist")
        for item in known
        if not item.disabled
    }
    hidden = {item.unique_id.removeprefix(f"{entry.entry_id}_") for item in known if item.disabled}
    assert shown == {
        "download",
        "failed",
        "filed_today",
        "filed_total",
        "filing",
        "needs_attention",
        "not_available",
        "paused",
        "playlist_download_missing",
        "playlist_last_sync",
        "playlist_missing",
        "playlist_owned",
        "playlist_progress",
        "playlist_sync",
        "playlist_tracks",
        "retry_failed",
        "searching",
        "slskd_connection",
        "slskd_status",
        "spotify_status",
        "sync",
        "tracks_in_library",
        "tracks_wanted",
        "transferring",
        "waiting",
    }
    assert hidden == {
        "estimated_end",
        "jobs_failed",
        "jobs_pending",
        "jobs_running",
        "remaining",
        "speed",
    }
    assert {
        item.config_subentry_id is not None for item in known if playlist in item.unique_id
    } == {True}


async def test_slskd_leaves_and_returns(hass: HomeAssistant, world: World) -> None:
    """Show the state of slskd, and keep the counters."""
    entry = await set_up(hass, account(world))
    world.slskd.disconnect_from_soulseek()
    await entry.runtime_data.pipeline.check_slskd()
    await until(
        hass, lambda: hass.states.is_state("binary_sensor.listener_slskd_connection", "off")
    )
    assert hass.states.is_state("sensor.listener_slskd_status", "not_logged_in")
    assert hass.states.is_state("sensor.listener_waiting", "0")
    world.slskd.connect_to_soulseek()
    await entry.runtime_data.pipeline.check_slskd()
    await until(hass, lambda: hass.states.is_state("binary_sensor.listener_slskd_connection", "on"))


async def test_pause(hass: HomeAssistant, world: World) -> None:
    """Hold the work, remember it over a reload, and go on."""
    entry = await set_up(hass, account(world))
    switch = {ATTR_ENTITY_ID: "switch.listener_pause_downloads"}
    await hass.services.async_call("switch", "turn_on", switch, blocking=True)
    await until(hass, lambda: hass.states.is_state(switch[ATTR_ENTITY_ID], "on"))
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert hass.states.is_state(switch[ATTR_ENTITY_ID], "on")
    await hass.services.async_call("switch", "turn_off", switch, blocking=True)
    await until(hass, lambda: hass.states.is_state(switch[ATTR_ENTITY_ID], "off"))


async def press(hass: HomeAssistant, button: str) -> None:
    """Press a button."""
    await hass.services.async_call("button", "press", {ATTR_ENTITY_ID: button}, blocking=True)


async def test_buttons(hass: HomeAssistant, world: World) -> None:
    """Sync, download what is missing, and try again what failed."""
    subentry = playlist_subentry(world, "morning", automatic_download=False)
    await set_up(hass, account(world, subentry))
    await until(hass, lambda: hass.states.is_state("sensor.morning_missing", "2"))
    world.spotify.world.add("morning", "nobody-has")
    await press(hass, "button.morning_sync")
    await until(hass, lambda: hass.states.is_state("sensor.morning_tracks", "3"))
    world.spotify.world.remove("morning", 3)
    await press(hass, "button.listener_sync_playlists")
    await until(hass, lambda: hass.states.is_state("sensor.morning_tracks", "2"))
    await press(hass, "button.morning_download_missing_tracks")
    await until(hass, lambda: hass.states.is_state("sensor.morning_owned", "1"))
    await until(hass, lambda: hass.states.is_state("sensor.listener_not_available", "1"))
    await press(hass, "button.listener_retry_failed_downloads")
    await until(hass, lambda: hass.states.is_state("sensor.listener_not_available", "0"))


async def test_buttons_say_what_is_wrong(hass: HomeAssistant, world: World) -> None:
    """Name the trouble instead of failing silently."""
    await set_up(hass, account(world, playlist_subentry(world, "evening")))
    await until(hass, lambda: hass.states.is_state("sensor.evening_tracks", "1"))
    world.spotify.fail(SpotifyFault.QUOTA, times=None)
    with pytest.raises(HomeAssistantError) as raised:
        await press(hass, "button.evening_sync")
    assert raised.value.translation_key == "quota_exceeded"
    await until(hass, lambda: hass.states.is_state("sensor.listener_spotify_status", "blocked"))
    assert hass.states.is_state("sensor.evening_tracks", "1")
