"""Set up accounts as a person does, with everything that can go wrong on the way."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.soulspot.config_flow import SoulSpotFlowHandler
from simulators.spotify.faults import Fault as SpotifyFault
from simulators.spotify.settings import Consent

from .flows import (
    ClientFactory,
    enter,
    finish_login,
    offers,
    placeholders_of,
    reach_slskd,
    schema_of,
    start,
    suggestion,
)
from .world import API_KEY, CREDENTIAL, DOMAIN, World

pytestmark = pytest.mark.usefixtures("current_request_with_host", "credential")


# --- The whole way ---------------------------------------------------------------------------------


async def test_with_spotify(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory
) -> None:
    """Log in, connect slskd, prove the folders, and choose playlists."""
    form = await reach_slskd(hass, hass_client_no_auth)
    assert form["step_id"] == "slskd"
    form = await enter(hass, form, world.slskd_input(slskd_address=f"{world.slskd.url}/searches"))
    assert form["step_id"] == "folders"
    assert suggestion(form, "slskd_downloads") == str(world.downloads)
    form = await enter(hass, form, world.folders_input())
    assert form["step_id"] == "playlists"
    assert offers(form, "playlists") == ["Liked Songs", "Morning", "Evening", "Empty"]
    chosen = ["collection", world.playlist_id("morning")]
    result = await enter(hass, form, {"playlists": chosen})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.title == "Listener"
    assert entry.data["auth_implementation"] == CREDENTIAL
    assert entry.data["slskd_address"] == world.slskd.url
    assert entry.data["slskd_api_key"] == API_KEY
    assert entry.data["library"] == str(world.library)
    assert entry.data["consented_at"] > 0
    assert entry.options["quality"] == "best"
    assert {item.title: item.unique_id for item in entry.subentries.values()} == {
        "Liked Songs": "collection",
        "Morning": world.playlist_id("morning"),
    }


async def test_without_spotify(hass: HomeAssistant, world: World) -> None:
    """Set up slskd alone, without filing."""
    form = await start(hass, "without_spotify")
    form = await enter(hass, form, world.slskd_input())
    result = await enter(hass, form, {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "soulspot_listener"
    assert result["result"].unique_id == "soulseek:soulspot_listener"
    assert result["result"].data["library"] is None
    assert result["result"].supported_subentry_types == {}


async def test_one_slskd_account_is_set_up_once(hass: HomeAssistant, world: World) -> None:
    """Refuse the second account without Spotify at the same Soulseek login."""
    for expected in (FlowResultType.FORM, FlowResultType.ABORT):
        result = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
        assert result["type"] is expected
        if expected is FlowResultType.FORM:
            await enter(hass, result, {})
    assert result["reason"] == "already_configured"


async def test_one_spotify_account_is_set_up_once(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory
) -> None:
    """Refuse the second login of the same person."""
    form = await reach_slskd(hass, hass_client_no_auth)
    form = await enter(hass, form, world.slskd_input())
    form = await enter(hass, form, {})
    await enter(hass, form, {"playlists": []})
    result = await reach_slskd(hass, hass_client_no_auth)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "already_configured"


# --- Spotify ---------------------------------------------------------------------------------------


async def test_credentials_come_first(hass: HomeAssistant) -> None:
    """Send the user to the credentials dialog, which asks for the right redirect address."""
    await hass.data["application_credentials"].async_delete_item(f"{DOMAIN}_client_of_the_tests")
    result = await start(hass, "with_spotify")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_credentials"


async def test_the_user_may_refuse(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory
) -> None:
    """End the dialog when the user does not agree at Spotify."""
    world.spotify.settings.consent = Consent.DENY
    result = await reach_slskd(hass, hass_client_no_auth)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "user_rejected_authorize"


async def test_every_scope_is_needed(
    hass: HomeAssistant,
    world: World,
    hass_client_no_auth: ClientFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Refuse a login that may not read everything."""
    monkeypatch.setattr(
        SoulSpotFlowHandler, "extra_authorize_data", {"scope": "playlist-read-private"}
    )
    result = await reach_slskd(hass, hass_client_no_auth)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "missing_scopes"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (SpotifyFault.PREMIUM, "spotify_premium_required"),
        (SpotifyFault.NOT_REGISTERED, "spotify_user_not_registered"),
        (SpotifyFault.SCOPE, "spotify_scope_missing"),
        (SpotifyFault.EXPIRED, "spotify_login_needed"),
        (SpotifyFault.UNAVAILABLE, "service_unavailable"),
        (SpotifyFault.DISCONNECT, "cannot_connect"),
        (SpotifyFault.QUOTA, "quota_exceeded"),
        (SpotifyFault.HTML, "other_failure"),
    ],
)
async def test_spotify_refuses_the_account(
    hass: HomeAssistant,
    world: World,
    hass_client_no_auth: ClientFactory,
    fault: SpotifyFault,
    reason: str,
) -> None:
    """Say why a login cannot be used, and take it when the cause is gone."""
    world.spotify.fail(fault, path="/v1/me", times=None)
    result = await reach_slskd(hass, hass_client_no_auth)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == reason
    if reason == "other_failure":
        told = result["description_placeholders"]
        assert told == {"error": "Spotify sent a web page instead of data"}
    world.spotify.clear_faults()
    result = await reach_slskd(hass, hass_client_no_auth)
    assert result["step_id"] == "slskd"


async def test_playlists_may_come_later(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory
) -> None:
    """Go on when Spotify gives no list, with what is always there."""
    form = await reach_slskd(hass, hass_client_no_auth)
    form = await enter(hass, form, world.slskd_input())
    world.spotify.fail(SpotifyFault.UNAVAILABLE, path="/v1/me/playlists", times=None)
    form = await enter(hass, form, {})
    assert form["errors"] == {"base": "other_failure"}
    assert placeholders_of(form)["error"].startswith("Spotify has a problem of its own")
    result = await enter(hass, form, {"playlists": ["collection"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert len(result["result"].subentries) == 1


# --- Folders ---------------------------------------------------------------------------------------


async def test_the_redirect_address_is_named(hass: HomeAssistant, hass_ws_client: Any) -> None:
    """Tell the user in the credentials dialog what to register at Spotify."""
    client = await hass_ws_client(hass)
    addresses = []
    for _ in range(2):
        await client.send_json_auto_id({"type": "application_credentials/config"})
        reply = await client.receive_json()
        named = reply["result"]["integrations"][DOMAIN]["description_placeholders"]
        addresses.append(named["redirect_uri"])
        hass.config.components.add("my")
    assert addresses[0].endswith("/auth/external/callback")
    assert addresses[1] == "https://my.home-assistant.io/redirect/oauth"


async def test_one_of_several_apps_is_chosen(
    hass: HomeAssistant, world: World, hass_client_no_auth: ClientFactory
) -> None:
    """Offer the credentials by the names that the user gave them."""
    await hass.data["application_credentials"].async_create_item(
        {"domain": DOMAIN, "client_id": "another", "client_secret": "secret"}
    )
    form = await start(hass, "with_spotify")
    assert form["step_id"] == "pick_implementation"
    names = schema_of(form)["implementation"].container
    assert set(names.values()) == {"My app", "another"}
    login = await enter(hass, form, {"implementation": CREDENTIAL})
    form = await finish_login(hass, login, hass_client_no_auth)
    assert form["step_id"] == "slskd"


async def test_the_dialog_begins_with_a_choice(hass: HomeAssistant) -> None:
    """Offer both ways."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["menu_options"] == ["with_spotify", "without_spotify"]
