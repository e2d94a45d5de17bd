"""Enter slskd in the dialog, with everything that can be wrong with it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web
from homeassistant.core import HomeAssistant
import pytest
from yarl import URL

from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.flow import validation
from simulators.slskd.faults import Fault as SlskdFault
from tests.certificates import self_signed_context
from tests.engine.serving import serving

from .flows import enter, placeholders_of, start, suggestion
from .world import API_KEY, World

pytestmark = pytest.mark.usefixtures("current_request_with_host", "credential")


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
