"""Set up accounts as a person does, with everything that can go wrong on the way."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from yarl import URL

from custom_components.soulspot.config_flow import SoulSpotFlowHandler
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.flow import validation
from simulators.slskd.faults import Fault as SlskdFault
from simulators.spotify.faults import Fault as SpotifyFault
from simulators.spotify.settings import Consent
from tests.certificates import self_signed_context
from tests.engine.serving import serving

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
from .world import API_KEY, CREDENTIAL, DOMAIN, World, add_credential

pytestmark = pytest.mark.usefixtures("current_request_with_host")


@pytest.fixture(autouse=True)
async def _credential(hass: HomeAssistant, world: World) -> None:
    """Have the Spotify app entered already."""
    await add_credential(hass)


# --- The whole way ----------------------------------------------------------------------


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


# --- Spotify ----------------------------------------------------------------------------


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


# --- slskd ------------------------------------------------------------------------------

type Arrange = Callable[[World, pytest.MonkeyPatch], dict[str, Any]]


def _nonsense(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Enter what is no address."""
    return world.slskd_input(slskd_address="ftp://192.168.1.5")


def _closed_port(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Enter an address where nobody listens."""
    return world.slskd_input(slskd_address="127.0.0.1:9")


def _slow(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let slskd answer later than the user is made to wait."""
    monkeypatch.setattr(validation, "HttpClient", partial(HttpClient, timeout=0.1))
    world.slskd.inject(SlskdFault("GET", "*", delay=0.5, times=9))
    return world.slskd_input()


def _something_else(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Enter the address of another server."""
    return world.slskd_input(slskd_address=world.musicbrainz.url)


def _wrong_path(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Enter a base path that slskd does not have."""
    return world.slskd_input(slskd_address=f"{world.slskd.url}/music")


def _wrong_key(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Enter a key that slskd does not know."""
    return world.slskd_input(slskd_api_key="wrong-key-0123456789")


def _no_key(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Enter no key."""
    user_input = world.slskd_input()
    del user_input["slskd_api_key"]
    return user_input


def _forbidden(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let a proxy forbid the request."""
    fault = SlskdFault("GET", "*", HTTPStatus.FORBIDDEN, "No.", "text/html", times=9)
    world.slskd.inject(fault)
    return world.slskd_input()


def _broken(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let slskd stumble."""
    world.slskd.inject(SlskdFault("GET", "*", HTTPStatus.INTERNAL_SERVER_ERROR, times=9))
    return world.slskd_input()


def _logged_out(world: World, _: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let slskd lose Soulseek."""
    world.slskd.disconnect_from_soulseek()
    return world.slskd_input()


@pytest.mark.parametrize(
    ("arrange", "errors"),
    [
        (_nonsense, {"slskd_address": "invalid_url"}),
        (_closed_port, {"slskd_address": "cannot_connect"}),
        (_slow, {"slskd_address": "timed_out"}),
        (_something_else, {"slskd_address": "not_slskd"}),
        (_wrong_path, {"slskd_address": "wrong_base_path"}),
        (_wrong_key, {"slskd_api_key": "invalid_auth"}),
        (_no_key, {"slskd_api_key": "invalid_auth"}),
        (_forbidden, {"slskd_api_key": "permission_denied"}),
        (_broken, {"slskd_address": "service_unavailable"}),
        (_logged_out, {"base": "not_logged_in"}),
    ],
)
async def test_slskd_problems_have_a_name_and_a_field(
    hass: HomeAssistant,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    arrange: Arrange,
    errors: dict[str, str],
) -> None:
    """Name what is wrong beside its field, keep the input, and go on when it is solved."""
    form = await start(hass, "without_spotify")
    with monkeypatch.context() as arranged:
        user_input = arrange(world, arranged)
        form = await enter(hass, form, user_input)
    assert form["errors"] == errors
    assert suggestion(form, "slskd_address") == user_input["slskd_address"]
    world.slskd.faults.clear()
    world.slskd.connect_to_soulseek()
    form = await enter(hass, form, world.slskd_input())
    assert form["step_id"] == "folders"


@asynccontextmanager
async def _terse_slskd(version: str) -> AsyncIterator[URL]:
    """Serve just enough of a slskd to tell its version."""

    async def answer(request: web.Request) -> web.Response:
        """Answer the questions of the connection test."""
        if request.path.endswith("/session/enabled"):
            return web.json_response(True)
        if request.path.endswith("/application"):
            state = {"version": {"current": version}, "server": {"state": "Connected, LoggedIn"}}
            return web.json_response(state)
        return web.json_response({})

    async with serving(answer) as url:
        yield url


async def test_the_soulseek_login_must_be_told(hass: HomeAssistant, world: World) -> None:
    """Refuse a slskd whose account cannot be told from others."""
    form = await start(hass, "without_spotify")
    async with _terse_slskd("0.26.0") as url:
        form = await enter(hass, form, world.slskd_input(slskd_address=str(url)))
    assert form["errors"] == {"base": "not_logged_in"}


async def test_old_versions_are_refused(hass: HomeAssistant, world: World) -> None:
    """Name the version that is needed."""
    form = await start(hass, "without_spotify")
    async with _terse_slskd("0.19.4") as url:
        form = await enter(hass, form, world.slskd_input(slskd_address=str(url)))
    assert form["errors"] == {"base": "too_old"}
    assert placeholders_of(form)["version"] == "0.19.4"


async def test_certificates_are_checked_unless_switched_off(
    hass: HomeAssistant, world: World, tmp_path: Path
) -> None:
    """Point to the switch when nobody vouches for the certificate."""

    async def answer(_request: web.Request) -> web.Response:
        """Answer as something that is not slskd."""
        return web.Response(status=HTTPStatus.NOT_FOUND)

    # The harness fails a test whose loop sees an exception; the server here sees the refusal as one.
    hass.loop.set_exception_handler(lambda *_: None)
    form = await start(hass, "without_spotify")
    async with serving(answer, tls=self_signed_context(tmp_path)) as url:
        user_input = world.slskd_input(slskd_address=str(url))
        form = await enter(hass, form, user_input)
        assert form["errors"] == {"slskd_verify_certificate": "certificate_failed"}
        form = await enter(hass, form, user_input | {"slskd_verify_certificate": False})
        assert form["errors"] == {"slskd_address": "not_slskd"}


async def test_blanks_of_pasted_text_do_no_harm(hass: HomeAssistant, world: World) -> None:
    """Take a key and folders with the blanks and line ends that were copied with them."""
    form = await start(hass, "without_spotify")
    form = await enter(hass, form, world.slskd_input(slskd_api_key=f" {API_KEY}\n"))
    assert form["step_id"] == "folders"
    folders = {name: f"{value} " for name, value in world.folders_input().items()}
    result = await enter(hass, form, folders)
    assert result["result"].data["slskd_api_key"] == API_KEY
    assert result["result"].data["library"] == str(world.library)


async def test_unforeseen_answers_are_shown(hass: HomeAssistant, world: World) -> None:
    """Show an error that belongs to no field."""
    form = await start(hass, "without_spotify")
    world.slskd.inject(SlskdFault("GET", "*application", HTTPStatus.TOO_MANY_REQUESTS))
    form = await enter(hass, form, world.slskd_input())
    assert form["errors"] == {"base": "other_failure"}
    assert placeholders_of(form)["error"].startswith("slskd asks for a pause of")


async def test_sharing_nothing_is_a_warning(hass: HomeAssistant, world: World) -> None:
    """Warn those who share nothing, and let them go on."""
    world.slskd.shares.files = 0
    form = await start(hass, "without_spotify")
    form = await enter(hass, form, world.slskd_input())
    assert form["step_id"] == "nothing_shared"
    form = await enter(hass, form, {})
    assert form["step_id"] == "folders"


# --- Folders ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"slskd_downloads": None}, {"slskd_downloads": "slskd_folder_missing"}),
        ({"local_downloads": None}, {"local_downloads": "local_folder_missing"}),
        (
            {"local_downloads": "/nowhere/at/all"},
            {"local_downloads": "downloads_folder_not_visible"},
        ),
        ({"local_downloads": "downloads"}, {"local_downloads": "downloads_folder_not_visible"}),
        ({"library": "/nowhere/at/all"}, {"library": "folder_missing"}),
        ({"library": "music"}, {"library": "folder_not_absolute"}),
        ({"library": __file__}, {"library": "not_a_folder"}),
        ({"library": "/sys"}, {"library": "folder_not_writable"}),
    ],
)
async def test_folders_are_proven(
    hass: HomeAssistant, world: World, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    """Name the folder that cannot be worked with, and take the right ones."""
    form = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
    form = await enter(hass, form, world.folders_input(**changes))
    assert form["errors"] == errors
    result = await enter(hass, form, world.folders_input())
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("inner", [".", "music"])
async def test_library_and_downloads_lie_apart(
    hass: HomeAssistant, world: World, inner: str
) -> None:
    """Refuse a library in which slskd's files would count as filed."""
    library = world.downloads / inner
    library.mkdir(parents=True, exist_ok=True)
    form = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
    form = await enter(hass, form, world.folders_input(library=str(library)))
    assert form["errors"] == {"library": "folders_overlap"}


async def test_another_folder_is_noticed(hass: HomeAssistant, world: World, tmp_path: Path) -> None:
    """Compare the folder here with what slskd lists."""
    (world.downloads / "track.flac").write_bytes(b"music")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    form = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
    form = await enter(hass, form, world.folders_input(local_downloads=str(elsewhere)))
    assert form["errors"] == {"local_downloads": "downloads_folder_mismatch"}


async def test_slskd_goes_away_during_the_folder_test(hass: HomeAssistant, world: World) -> None:
    """Say so above the form, which has no field for it."""
    form = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
    world.slskd.inject(SlskdFault("GET", "*", HTTPStatus.BAD_GATEWAY, times=9))
    form = await enter(hass, form, world.folders_input())
    assert form["errors"] == {"base": "service_unavailable"}


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
