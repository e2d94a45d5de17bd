"""Change accounts that exist: new logins, new addresses, options."""

from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.soulspot.diagnostics import async_get_config_entry_diagnostics
from simulators.catalogue import OTHER_LISTENER
from simulators.slskd import SlskdSimulator
from simulators.spotify.faults import Fault as SpotifyFault

from .flows import ClientFactory, enter, finish_login, offers
from .waiting import until
from .world import API_KEY, DOMAIN, World, account, playlist_subentry, set_up

pytestmark = pytest.mark.usefixtures("current_request_with_host")


async def reauthentication(hass: HomeAssistant) -> ConfigFlowResult:
    """Return the reauthentication that Home Assistant started by itself."""
    await until(hass, lambda: bool(hass.config_entries.flow.async_progress_by_handler(DOMAIN)))
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    return flow


async def reconfigure(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    """Open the reconfiguration dialog."""
    result: ConfigFlowResult = await entry.start_reconfigure_flow(hass)
    return result


# --- Reauthentication -------------------------------------------------------------------


async def test_spotify_login_ends(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory
) -> None:
    """Ask for a new login when Spotify refuses to refresh, take only the same person's, and go on."""
    world.spotify.tokens.refuse_refreshing()
    entry = account(world, playlist_subentry(world, "evening"))
    entry_token = entry.data["token"] | {"expires_at": 0}
    entry = account(world, playlist_subentry(world, "evening"), token=entry_token)
    world.spotify.tokens.refuse_refreshing()
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    flow = await reauthentication(hass)
    assert flow["step_id"] == "reauth_confirm"

    world.spotify.settings.signed_in_as = OTHER_LISTENER
    login = await enter(hass, flow, {})
    result = await finish_login(hass, login, hass_client_no_auth)
    assert result["reason"] == "wrong_account"

    world.spotify.settings.signed_in_as = "listener"
    entry.async_start_reauth(hass)
    login = await enter(hass, await reauthentication(hass), {})
    result = await finish_login(hass, login, hass_client_no_auth)
    assert result["reason"] == "reauth_successful"
    assert entry.data["token"]["refresh_token"] != entry_token["refresh_token"]
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1
    await until(hass, lambda: hass.states.is_state("sensor.listener_spotify_status", "connected"))
    await until(hass, lambda: hass.states.is_state("sensor.evening_tracks", "1"))


async def test_slskd_key_ends(hass: HomeAssistant, world: World) -> None:
    """Ask for a new key when slskd refuses the stored one; Spotify goes on meanwhile."""
    entry = account(world, playlist_subentry(world, "evening"), slskd_api_key="old-key-0123456789")
    await set_up(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    flow = await reauthentication(hass)
    assert flow["step_id"] == "slskd_key"
    await until(hass, lambda: hass.states.is_state("sensor.evening_tracks", "1"))

    form = await enter(hass, flow, {"slskd_api_key": "wrong-key-0123456789"})
    assert form["errors"] == {"slskd_api_key": "invalid_auth"}
    result = await enter(hass, form, {"slskd_api_key": API_KEY})
    assert result["reason"] == "reauth_successful"
    assert entry.data["slskd_api_key"] == API_KEY
    await until(hass, lambda: hass.states.is_state("binary_sensor.listener_slskd_connection", "on"))


async def test_other_trouble_of_the_new_key(hass: HomeAssistant, world: World) -> None:
    """Show above the form what has nothing to do with the key."""
    entry = account(world, slskd_api_key="old-key-0123456789")
    await set_up(hass, entry)
    flow = await reauthentication(hass)
    world.slskd.disconnect_from_soulseek()
    form = await enter(hass, flow, {"slskd_api_key": API_KEY})
    assert form["errors"] == {"base": "not_logged_in"}


async def test_accounts_without_spotify_are_asked_for_the_key(
    hass: HomeAssistant, world: World
) -> None:
    """Never ask for a Spotify login that there is not."""
    entry = await set_up(hass, account(world, with_spotify=False))
    entry.async_start_reauth(hass)
    flow = await reauthentication(hass)
    assert flow["step_id"] == "slskd_key"


async def test_an_entry_that_did_not_load_is_loaded_after_a_new_key(
    hass: HomeAssistant, world: World
) -> None:
    """Reload an entry that has nobody listening for changes."""
    entry = await set_up(hass, account(world, with_spotify=False))
    assert await hass.config_entries.async_unload(entry.entry_id)
    entry.async_start_reauth(hass)
    result = await enter(hass, await reauthentication(hass), {"slskd_api_key": API_KEY})
    assert result["reason"] == "reauth_successful"
    await until(hass, lambda: entry.state is ConfigEntryState.LOADED)


# --- Reconfiguration --------------------------------------------------------------------


async def test_slskd_moves(hass: HomeAssistant, world: World, tmp_path: Path) -> None:
    """Change address and folders; the token stays what it is by then."""
    entry = await set_up(hass, account(world))
    menu = await reconfigure(hass, entry)
    assert menu["menu_options"] == ["slskd", "with_spotify"]
    form = await enter(hass, menu, {"next_step_id": "slskd"})
    async with SlskdSimulator((), tmp_path / "new" / "downloads") as new:
        form = await enter(hass, form, world.slskd_input(slskd_address=new.url))
    assert form["step_id"] == "folders"
    token = {**entry.data["token"], "access_token": "refreshed meanwhile"}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})
    result = await enter(hass, form, {})
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["slskd_address"] == new.url
    assert entry.data["library"] is None
    assert entry.data["token"] == token
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_new_consent_at_spotify(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory
) -> None:
    """Log in again before the six months end."""
    entry = await set_up(hass, account(world, consented_at=1))
    login = await enter(hass, await reconfigure(hass, entry), {"next_step_id": "with_spotify"})
    result = await finish_login(hass, login, hass_client_no_auth)
    assert result["reason"] == "reconfigure_successful"
    assert entry.data["consented_at"] > 1
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED


async def test_slskd_moves_to_another_soulseek_account(hass: HomeAssistant, world: World) -> None:
    """Keep an account without Spotify with its Soulseek login."""
    entry = await set_up(hass, account(world, with_spotify=False))
    form = await reconfigure(hass, entry)
    assert form["step_id"] == "slskd"
    world.slskd.server.username = "somebody_else"
    world.slskd.connect_to_soulseek()
    result = await enter(hass, form, world.slskd_input())
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "wrong_soulseek_account"


# --- Options ----------------------------------------------------------------------------


async def test_options(hass: HomeAssistant, world: World) -> None:
    """Refuse a pattern that cannot be used, store what can."""
    entry = await set_up(hass, account(world))
    form = await hass.config_entries.options.async_init(entry.entry_id)
    chosen: dict[str, Any] = {
        "quality": "good",
        "path_template": "",
        "keep_source": False,
        "recycle_bin_days": 90,
        "upgrades": "filed",
    }
    for template, problem in (
        (" ", "template_empty"),
        ("{title", "template_syntax"),
        ("{name}", "template_field"),
        ("{artist}", "template_no_title"),
        ("../{title}", "template_folders"),
    ):
        chosen["path_template"] = template
        form = await hass.config_entries.options.async_configure(form["flow_id"], chosen)
        assert form["errors"] == {"path_template": problem}
    chosen |= {"path_template": "{artist}/{title}", "advanced": {"acoustid_key": "app-key"}}
    result = await hass.config_entries.options.async_configure(form["flow_id"], chosen)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == chosen
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    dump = await async_get_config_entry_diagnostics(hass, entry)
    assert "app-key" not in str(dump)
    form = await hass.config_entries.options.async_init(entry.entry_id)
    result = await hass.config_entries.options.async_configure(
        form["flow_id"], {**chosen, "advanced": {}}
    )
    assert entry.options["advanced"] == {}  # An emptied field takes the key away.


# --- Playlists --------------------------------------------------------------------------


async def add_playlist(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Open the dialog that adds a playlist."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, "playlist"), context={"source": "user"}
    )


async def fill(hass: HomeAssistant, form: Any, **user_input: Any) -> Any:
    """Fill in the dialog that adds a playlist."""
    defaults = {"quality": "account", "automatic_download": True}
    return await hass.config_entries.subentries.async_configure(
        form["flow_id"], defaults | user_input
    )


async def test_add_from_the_list(hass: HomeAssistant, world: World) -> None:
    """Offer what is readable and not there yet, and store the choice."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    form = await add_playlist(hass, entry)
    assert offers(form, "playlist") == ["Liked Songs", "Morning", "Empty"]
    result = await fill(
        hass, form, playlist=world.playlist_id("morning"), quality="any", automatic_download=False
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    subentry = next(item for item in entry.subentries.values() if item.title == "Morning")
    assert dict(subentry.data) == {
        "playlist_id": world.playlist_id("morning"),
        "automatic_download": False,
        "quality": "any",
    }
    await until(hass, lambda: hass.states.is_state("sensor.morning_tracks", "2"))


async def test_add_by_link(hass: HomeAssistant, world: World) -> None:
    """Take the link, also of a list that was not offered, with the account's quality."""
    entry = await set_up(hass, account(world))
    form = await add_playlist(hass, entry)
    link = world.spotify.playlist_url("morning")
    result = await fill(hass, form, link=f"{link}?si=0123456789abcdef")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = entry.subentries.values()
    assert "quality" not in subentry.data
    assert subentry.unique_id == world.playlist_id("morning")


async def test_the_same_playlist_twice(hass: HomeAssistant, world: World) -> None:
    """Refuse a playlist that is there."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    form = await add_playlist(hass, entry)
    result = await fill(hass, form, link=world.playlist_id("evening"))
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


@pytest.mark.parametrize(
    ("user_input", "errors"),
    [
        ({}, {"base": "nothing_chosen"}),
        ({"link": "my favourite songs"}, {"link": "invalid_link"}),
        ({"link": "https://spotify.link/abc"}, {"link": "short_link"}),
        (
            {"link": "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy"},
            {"link": "not_a_playlist"},
        ),
        ({"link": "0000000000000000000000"}, {"base": "spotify_playlist_not_found"}),
        ({"link": "37i9dQZF1DXcBWIGoYBM5M"}, {"base": "spotify_owned_playlist"}),
        ({"link": "followed"}, {"base": "spotify_playlist_forbidden"}),
    ],
)
async def test_playlists_that_cannot_be_added(
    hass: HomeAssistant, world: World, user_input: dict[str, Any], errors: dict[str, str]
) -> None:
    """Say what is wrong, and take a right one after that."""
    entry = await set_up(hass, account(world))
    if user_input.get("link") == "followed":
        user_input = {"link": world.spotify.playlist_url("followed")}
    form = await fill(hass, await add_playlist(hass, entry), **user_input)
    assert form["errors"] == errors
    result = await fill(hass, form, link=world.playlist_id("morning"))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_spotify_is_away(hass: HomeAssistant, world: World) -> None:
    """Say so; without an account that runs there is nothing to add to."""
    entry = await set_up(hass, account(world))
    world.spotify.fail(SpotifyFault.UNAVAILABLE, times=None)
    form = await add_playlist(hass, entry)
    assert form["errors"] == {"base": "other_failure"}
    assert await hass.config_entries.async_unload(entry.entry_id)
    result = await add_playlist(hass, entry)
    assert result["reason"] == "entry_not_loaded"


async def test_change_a_playlist(hass: HomeAssistant, world: World) -> None:
    """Change quality and automatic download, and go back to the account's quality."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    (subentry,) = entry.subentries.values()
    for quality in ("good", "account"):
        form = await entry.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
        result = await fill(hass, form, quality=quality, automatic_download=False)
        assert result["reason"] == "reconfigure_successful"
        (changed,) = entry.subentries.values()
        assert changed.data.get("quality") == (None if quality == "account" else quality)
        assert changed.data["automatic_download"] is False
        assert changed.data["playlist_id"] == world.playlist_id("evening")
