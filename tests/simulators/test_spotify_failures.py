"""Check that failures look as recorded, and that limits, edits and time can be steered."""

from aiohttp import ClientConnectionError, ClientPayloadError, ClientTimeout
import pytest

from simulators.spotify import Fault, SpotifySettings

from .spotify_client import SpotifyClient, connected

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def test_bearer_checks() -> None:
    """Missing, foreign, unknown and expired tokens are told apart."""
    async with connected() as client:
        token = client.token
        async with client.session.get(f"{client.simulator.api_url}/me") as response:
            assert response.status == 401
            assert (await response.json())["error"]["message"] == "No token provided"
        basic = await client.send("me", headers={"Authorization": "Basic abc"})
        assert basic.status == 400
        assert b"Only valid bearer authentication supported" in basic.body
        client.token = "unknown"
        assert await client.error("me") == (401, "Invalid access token")
        client.token = token
        client.simulator.clock.advance(3601)
        assert await client.error("me") == (401, "The access token expired")


@pytest.mark.parametrize(
    ("fault", "status", "message"),
    [
        (
            Fault.PREMIUM,
            403,
            "Active premium subscription required for the owner of the app.",
        ),
        (Fault.NOT_REGISTERED, 403, "User not registered in the Developer Dashboard"),
        (Fault.FORBIDDEN, 403, "Forbidden"),
        (Fault.SCOPE, 403, "Insufficient client scope"),
        (Fault.TOKEN_MISSING, 401, "Access token missing"),
        (Fault.NOT_FOUND, 404, "Resource not found"),
        (Fault.SERVER_ERROR, 500, "Server error"),
        (Fault.BAD_GATEWAY, 502, "Bad gateway."),
    ],
)
async def test_one_failure_then_normal(fault: Fault, status: int, message: str) -> None:
    """A fault is used up; its message tells the kinds of 403 apart."""
    async with connected() as client:
        client.simulator.fail(fault, path="/v1/me")
        assert await client.error("me") == (status, message)
        assert (await client.get("me"))["id"] == "listener"


async def test_faults_match_paths_count_and_wait() -> None:
    """A burst begins after a number of good answers and ends after its length."""
    async with connected() as client:
        piano = f"playlists/{client.simulator.playlist_id('late-piano')}"
        client.simulator.fail(Fault.UNAVAILABLE, path="/v1/playlists/*/items", after=1, times=2)
        statuses = [(await client.send(f"{piano}/items")).status for _ in range(5)]
        assert statuses == [200, 503, 503, 200, 200]
        client.simulator.fail(Fault.FORBIDDEN, path="*/items", times=None)
        assert (await client.send(f"{piano}/items")).status == 403
        playlist = await client.get(piano)
        assert playlist["items"]
        client.simulator.clear_faults()
        assert (await client.send(f"{piano}/items")).status == 200


async def test_both_kinds_of_too_many_requests_on_demand() -> None:
    """Seconds for the rate limit, hours and a reason for the quota."""
    async with connected() as client:
        client.simulator.fail(Fault.RATE_LIMIT, retry_after_s=7)
        limited = await client.send("me")
        assert limited.status == 429
        assert limited.headers["Retry-After"] == "7"
        assert limited.json() == {"error": {"status": 429, "message": "API rate limit exceeded"}}
        client.simulator.fail(Fault.QUOTA)
        exceeded = await client.send("me")
        assert int(exceeded.headers["Retry-After"]) > 3600
        assert exceeded.json()["error"] == {
            "status": 429,
            "message": "Too many requests",
            "reason": "QUOTA_EXCEEDED",
        }


async def test_rolling_limits_follow_the_clock() -> None:
    """The window rolls: waiting Retry-After is exactly enough."""
    settings = SpotifySettings(requests_per_30_s=3, requests_per_day=8)
    async with connected(settings=settings) as client:
        for _ in range(3):
            assert (await client.send("me")).status == 200
        limited = await client.send("me")
        assert limited.status == 429
        client.simulator.clock.advance(int(limited.headers["Retry-After"]))
        for _ in range(3):
            assert (await client.send("me")).status == 200
        client.simulator.clock.advance(40)
        assert (await client.send("me")).status == 200
        exceeded = await client.send("me")
        assert exceeded.json()["error"]["reason"] == "QUOTA_EXCEEDED"
        client.simulator.clock.advance(int(exceeded.headers["Retry-After"]) - 60)
        assert (await client.send("me")).status == 429


async def test_replies_that_are_not_what_was_promised() -> None:
    """HTML with 200, cut JSON, another shape, endless bodies."""
    async with connected() as client:
        client.simulator.fail(Fault.HTML)
        html = await client.send("me")
        assert html.status == 200
        assert html.headers["Content-Type"].startswith("text/html")
        client.simulator.fail(Fault.TRUNCATED)
        cut = await client.send("me")
        with pytest.raises(ValueError, match="Unterminated"):
            cut.json()
        client.simulator.fail(Fault.WRONG_SHAPE)
        assert isinstance((await client.send("me")).json(), list)
        client.simulator.fail(Fault.GIANT)
        address = f"{client.simulator.api_url}/me"
        async with client.session.get(address) as response:
            assert "Content-Length" not in response.headers
            received = await response.content.readexactly(3_000_000)
        assert received.strip() == b""
        assert (await client.get("me"))["id"] == "listener"


async def test_connection_cut_and_silence() -> None:
    """A closed connection and no answer at all end in the client's own errors."""
    async with connected() as client:
        # The HTTP client itself tries a cut-off GET a second time.
        client.simulator.fail(Fault.DISCONNECT, times=2)
        with pytest.raises((ClientConnectionError, ClientPayloadError)):
            await client.send("me")
        client.simulator.fail(Fault.HANG)
        with pytest.raises(TimeoutError):
            await _impatient(client)


async def _impatient(client: SpotifyClient) -> None:
    """Ask with a very short time limit."""
    address = f"{client.simulator.api_url}/me"
    async with client.session.get(address, timeout=ClientTimeout(total=0.05)):
        pass


async def test_unregistered_account_can_sign_in_but_not_read() -> None:
    """The allow list bites at the API, not at the consent page."""
    settings = SpotifySettings(unregistered_accounts={"listener"})
    async with connected(settings=settings) as client:
        assert await client.error("me") == (
            403,
            "User not registered in the Developer Dashboard",
        )
        client.sign_in(account="somebody.else")
        assert (await client.get("me"))["id"] == "somebody.else"
        lists = await client.get("me/playlists")
        items = lists["items"]
        assert isinstance(items, list)
        assert items[0]["name"] == "Followed list"


async def test_requests_are_counted_without_secrets() -> None:
    """Assertions need counts; a log must never hold a token."""
    async with connected() as client:
        await client.get("me")
        await client.get("me/playlists", limit=2)
        log = client.simulator.log
        assert log.count("/v1/me*") == 2
        assert log.requests[-1].query == {"limit": "2"}
        assert client.token not in repr(list(log.requests))
        log.clear()
        assert log.count() == 0


async def test_control_addresses_change_the_world() -> None:
    """What code can do, a script can do over HTTP."""
    async with connected() as client:
        base = f"{client.simulator.accounts_url}/_simulator"

        async def post(control: str, **body: object) -> int:
            """Send one control request."""
            async with client.session.post(f"{base}/{control}", json=body) as response:
                return response.status

        before = client.simulator.world.snapshot_id("late-piano")
        assert await post("playlists/late-piano/add", recording="swansong") == 200
        assert await post("playlists/late-piano/move", **{"from": 12, "to": 0}) == 200
        assert await post("playlists/late-piano/remove", position=1) == 200
        assert await post("playlists/late-piano/rename", name="Renamed") == 200
        assert await post("playlists/late-piano/add", recording="unknown") == 404
        assert await post("playlists/unknown/remove", position=0) == 404
        assert await post("playlists/late-piano/remove", position="0") == 400
        piano = client.simulator.playlist_id("late-piano")
        playlist = await client.get(f"playlists/{piano}")
        assert playlist["name"] == "Renamed"
        assert playlist["snapshot_id"] != before
        entries = playlist["items"]
        assert isinstance(entries, dict)
        assert entries["items"][0]["item"]["name"] == "Swansong"
        assert entries["total"] == 12
        assert await post("faults", fault="premium", path="/v1/me", times=None) == 200
        assert (await client.send("me")).status == 403
        assert await post("faults", fault="no such fault") == 400
        async with client.session.delete(f"{base}/faults") as response:
            assert response.status == 200
        assert await post("settings", spelling="new", consent="deny") == 200
        assert "tracks" not in await client.get(f"playlists/{piano}")
        assert await post("settings", spelling="newer") == 400
        assert await post("clock/advance", seconds=7200) == 200
        assert (await client.send("me")).status == 401
        async with client.session.get(f"{base}/state") as response:
            state = await response.json()
        assert state["requests"]["by_path"]["/v1/me"] == 2
        assert {item["key"] for item in state["playlists"]} >= {"open-road", "empty"}
        refresh_token = client.simulator.issue_token_reply()["refresh_token"]
        assert await post("tokens/revoke") == 200
        async with client.session.post(
            client.simulator.token_url,
            data={
                "grant_type": "refresh_token",
                "refresh_token": str(refresh_token),
                "client_id": client.simulator.settings.apps[0].client_id,
            },
        ) as response:
            assert (await response.json())["error"] == "invalid_grant"
