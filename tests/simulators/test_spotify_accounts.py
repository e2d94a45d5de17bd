"""Check the sign-in: consent, PKCE, refresh, six months, refusals."""

from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
import re

from aiohttp import ClientResponse, encode_basic_auth
import pytest
from yarl import URL

from simulators.spotify import (
    DEFAULT_CLIENT_ID,
    MY_HOME_ASSISTANT,
    ClientApp,
    Consent,
    Fault,
    Rotation,
    SpotifySettings,
)

from .spotify_client import SpotifyClient, connected

pytestmark = pytest.mark.usefixtures("socket_enabled")

VERIFIER = "a" * 64
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
AUTHORIZE = {
    "client_id": DEFAULT_CLIENT_ID,
    "redirect_uri": MY_HOME_ASSISTANT,
    "response_type": "code",
    "scope": "playlist-read-private,user-library-read",
    "state": "opaque&state",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


async def authorize(client: SpotifyClient, **changes: str | None) -> ClientResponse:
    """Open the consent page without following the way back."""
    query = {name: value for name, value in {**AUTHORIZE, **changes}.items() if value}
    async with client.session.get(
        client.simulator.authorize_url, params=query, allow_redirects=False
    ) as response:
        await response.read()
        return response


async def code_from(client: SpotifyClient, **changes: str | None) -> str:
    """Return the code of an approved consent."""
    response = await authorize(client, **changes)
    assert response.status == 302, await response.text()
    return URL(response.headers["Location"]).query["code"]


async def token(
    client: SpotifyClient, basic: str | None = None, **form: str
) -> tuple[int, dict[str, object]]:
    """Send a token request."""
    headers = {} if basic is None else {"Authorization": basic}
    async with client.session.post(
        client.simulator.token_url, data=form, headers=headers
    ) as response:
        return response.status, await response.json()


def exchange_form(code: str, **changes: str) -> dict[str, str]:
    """Return the form that exchanges a code."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": MY_HOME_ASSISTANT,
        "client_id": DEFAULT_CLIENT_ID,
        "code_verifier": VERIFIER,
        **changes,
    }


@pytest.fixture
def settings() -> SpotifySettings:
    """Approve every consent without a page."""
    return SpotifySettings(consent=Consent.APPROVE)


async def test_approved_consent_returns_code_and_state(
    settings: SpotifySettings,
) -> None:
    """The state must come back byte for byte, and the token must open the API."""
    async with connected(settings=settings) as client:
        response = await authorize(client)
        location = URL(response.headers["Location"])
        assert str(location).startswith(MY_HOME_ASSISTANT + "?")
        assert location.query["state"] == "opaque&state"
        status, reply = await token(client, **exchange_form(location.query["code"]))
        assert status == 200
        assert reply["token_type"] == "Bearer"
        assert reply["expires_in"] == 3600
        assert reply["scope"] == "playlist-read-private user-library-read"
        client.token = str(reply["access_token"])
        assert (await client.get("me"))["id"] == "listener"


async def test_consent_page_can_be_answered_in_a_browser() -> None:
    """The page's form carries everything needed; both buttons work."""
    async with connected() as client:
        response = await authorize(client)
        page = await response.text()
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))
        form = {name: value.replace("&amp;", "&") for name, value in hidden.items()}
        for decision, wanted in (("approve", "code"), ("deny", "error")):
            async with client.session.post(
                response.url.with_query(None),
                data={**form, "decision": decision},
                allow_redirects=False,
            ) as answer:
                query = URL(answer.headers["Location"]).query
                assert wanted in query
                assert query["state"] == "opaque&state"


async def test_denied_consent_says_so() -> None:
    """Home Assistant shows the error the redirect carries."""
    settings = SpotifySettings(consent=Consent.DENY)
    async with connected(settings=settings) as client:
        response = await authorize(client)
        query = URL(response.headers["Location"]).query
        assert query["error"] == "access_denied"
        assert "code" not in query


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_id": "unknown"}, "INVALID_CLIENT: Invalid client"),
        ({"redirect_uri": "https://example.org/x"}, "redirect_uri: Not matching"),
        ({"redirect_uri": MY_HOME_ASSISTANT + "/"}, "redirect_uri: Not matching"),
        ({"redirect_uri": "http://localhost:8123/x"}, "Insecure redirect URI"),
        ({"redirect_uri": "http://homeassistant.local/x"}, "Insecure redirect URI"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"scope": "read-minds"}, "INVALID_SCOPE"),
        ({"code_challenge_method": "plain"}, "must be S256"),
        ({"code_challenge": "short"}, "43 characters"),
    ],
)
async def test_bad_authorize_request_never_redirects(
    settings: SpotifySettings, changes: dict[str, str], message: str
) -> None:
    """The service prints the problem; sending the browser on would hide it."""
    async with connected(settings=settings) as client:
        response = await authorize(client, **changes)
        assert response.status == 400
        assert message in await response.text()


def test_dashboard_refuses_unsafe_redirects() -> None:
    """Only https and loopback literals may be registered."""
    for uri in ("http://localhost:8123/x", "http://10.0.0.2/x", "not an address"):
        with pytest.raises(ValueError, match="not secure"):
            ClientApp("id", None, (uri,))


async def test_loopback_registered_without_port_accepts_any_port() -> None:
    """Only loopback addresses may vary, and only in the port."""
    app = ClientApp("id", None, ("http://127.0.0.1/callback",))
    settings = SpotifySettings(consent=Consent.APPROVE, apps=(app,))
    async with connected(settings=settings) as client:
        uri = "http://127.0.0.1:45123/callback"
        response = await authorize(client, client_id="id", redirect_uri=uri)
        assert response.headers["Location"].startswith(uri)
        other = "http://127.0.0.1:45123/elsewhere"
        assert (await authorize(client, client_id="id", redirect_uri=other)).status == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "b" * 64}, "code_verifier was incorrect"),
        ({"code_verifier": "a" * 42}, "code_verifier was incorrect"),
        ({"redirect_uri": "https://example.org"}, "Invalid redirect URI"),
        ({"code": "unknown"}, "Invalid authorization code"),
    ],
)
async def test_exchange_is_refused(
    settings: SpotifySettings, changes: dict[str, str], error: str
) -> None:
    """A verifier that is not checked would hide a broken PKCE client."""
    async with connected(settings=settings) as client:
        form = {**exchange_form(await code_from(client)), **changes}
        status, reply = await token(client, **form)
        assert status == 400
        assert reply == {"error": "invalid_grant", "error_description": error}


async def test_code_works_once_and_ten_minutes(settings: SpotifySettings) -> None:
    """A second exchange, or a late one, is refused."""
    async with connected(settings=settings) as client:
        form = exchange_form(await code_from(client))
        assert (await token(client, **form))[0] == 200
        assert (await token(client, **form))[1]["error"] == "invalid_grant"
        form = exchange_form(await code_from(client))
        client.simulator.clock.advance(601)
        assert (await token(client, **form))[1]["error"] == "invalid_grant"


async def test_secret_is_checked_wherever_it_is_sent(
    settings: SpotifySettings,
) -> None:
    """Without PKCE the secret is needed; a wrong one never passes."""
    async with connected(settings=settings) as client:
        no_pkce = {"code_challenge": None, "code_challenge_method": None}
        secret = str(settings.apps[0].client_secret)
        form = exchange_form(await code_from(client, **no_pkce))
        assert (await token(client, **form))[1]["error"] == "invalid_client"
        form = exchange_form(await code_from(client, **no_pkce), client_secret=secret)
        assert (await token(client, **form))[0] == 200
        form = exchange_form(await code_from(client, **no_pkce))
        del form["client_id"]
        basic = encode_basic_auth(DEFAULT_CLIENT_ID, secret)
        assert (await token(client, basic, **form))[0] == 200
        form = exchange_form(await code_from(client), client_secret="wrong")
        assert (await token(client, **form))[1] == {
            "error": "invalid_client",
            "error_description": "Invalid client secret",
        }


async def test_refresh_without_rotation_brings_no_refresh_token() -> None:
    """Since June 2026 the old refresh token usually stays in use."""
    async with connected() as client:
        granted = client.simulator.issue_token_reply()
        status, reply = await refresh(client, str(granted["refresh_token"]))
        assert status == 200
        assert "refresh_token" not in reply
        assert reply["access_token"] != granted["access_token"]


async def refresh(client: SpotifyClient, refresh_token: str) -> tuple[int, dict[str, object]]:
    """Send a refresh request as a PKCE client."""
    return await token(
        client,
        grant_type="refresh_token",
        refresh_token=refresh_token,
        client_id=DEFAULT_CLIENT_ID,
    )


async def test_rotation_revokes_the_used_token() -> None:
    """A client that keeps the old token is found out at its next refresh."""
    settings = SpotifySettings(rotation=Rotation.ALWAYS)
    async with connected(settings=settings) as client:
        first = str(client.simulator.issue_token_reply()["refresh_token"])
        _, reply = await refresh(client, first)
        assert reply["refresh_token"] != first
        assert await refresh(client, first) == (
            400,
            {"error": "invalid_grant", "error_description": "Refresh token revoked"},
        )
        assert (await refresh(client, str(reply["refresh_token"])))[0] == 200


async def test_six_months_count_from_consent_whatever_was_refreshed() -> None:
    """Neither refreshing nor rotation extends the grant."""
    settings = SpotifySettings(rotation=Rotation.ALWAYS)
    async with connected(settings=settings) as client:
        held = str(client.simulator.issue_token_reply()["refresh_token"])
        for _ in range(6):
            client.simulator.clock.advance(30 * 86_400)
            status, reply = await refresh(client, held)
            assert status == 200
            held = str(reply["refresh_token"])
        client.simulator.clock.advance(2 * 86_400)
        assert await refresh(client, held) == (
            400,
            {"error": "invalid_grant", "error_description": "Refresh token expired"},
        )


async def test_cut_off_grants_and_accounts_outage() -> None:
    """A cut-off grant is final, an outage of the accounts service is not."""
    async with connected() as client:
        held = str(client.simulator.issue_token_reply()["refresh_token"])
        client.simulator.fail(Fault.UNAVAILABLE, path="/api/token")
        assert (await refresh(client, held))[0] == 503
        assert (await refresh(client, held))[0] == 200
        client.simulator.tokens.refuse_refreshing()
        assert (await refresh(client, held))[1]["error"] == "invalid_grant"


async def test_token_endpoint_refuses_nonsense() -> None:
    """Every refusal has the standard's form."""
    async with connected() as client:
        bad_basic = {"Authorization": "Basic " + b64encode(b"\xff\xff").decode()}
        async with client.session.post(
            client.simulator.token_url, data={}, headers=bad_basic
        ) as response:
            assert (await response.json())["error"] == "invalid_client"
        _, reply = await token(client, grant_type="password", client_id=DEFAULT_CLIENT_ID)
        assert reply["error"] == "unsupported_grant_type"
        _, reply = await refresh(client, "never issued")
        assert reply["error"] == "invalid_grant"
