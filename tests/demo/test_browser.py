"""Sign in as a browser does."""

from aiohttp import web
import pytest
from yarl import URL

from simulators.common.serving import LocalServer
from simulators.demo.browser import agree, way_back
from simulators.demo.screen import DemoError
from simulators.spotify import SpotifySimulator
from simulators.spotify.settings import DEFAULT_CLIENT_ID, MY_HOME_ASSISTANT

pytestmark = pytest.mark.usefixtures("socket_enabled")

_CHALLENGE = "x" * 43


def _authorize(simulator: SpotifySimulator, client_id: str = DEFAULT_CLIENT_ID) -> str:
    """Return the address of the consent page as Home Assistant makes it."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": MY_HOME_ASSISTANT,
        "state": "a&b=c",
        "code_challenge": _CHALLENGE,
        "code_challenge_method": "S256",
        "scope": "playlist-read-private",
    }
    return str(URL(simulator.authorize_url).with_query(query))


async def test_agreeing_brings_a_code_and_the_state_back() -> None:
    """Go through the page to the callback of this Home Assistant."""
    received: list[dict[str, str]] = []

    async def callback(request: web.Request) -> web.Response:
        received.append(dict(request.query))
        return web.Response(text="<script>window.close()</script>")

    application = web.Application()
    application.router.add_get("/auth/external/callback", callback)
    home_assistant = LocalServer(application, 0)
    await home_assistant.start()
    try:
        async with SpotifySimulator() as simulator:
            await agree(_authorize(simulator), home_assistant.url)
    finally:
        await home_assistant.stop()
    (query,) = received
    assert query["state"] == "a&b=c"
    assert query["code"]


async def test_refused_sign_in_says_why() -> None:
    """Tell what the page said when there is no form to agree to."""
    async with SpotifySimulator() as simulator:
        with pytest.raises(DemoError, match="INVALID_CLIENT"):
            await agree(_authorize(simulator, "somebody-else"), "http://127.0.0.1:1")


def test_only_my_home_assistant_is_translated() -> None:
    """Follow every other address as it is."""
    other = URL("http://127.0.0.1:9/auth/external/callback?code=1")
    assert way_back(other, "http://127.0.0.1:8123") == other
