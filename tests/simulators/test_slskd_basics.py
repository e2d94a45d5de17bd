"""Check what is the same for every request: addresses, keys, content types, JSON."""

from pathlib import Path

from aiohttp import ClientError
import pytest

from simulators.slskd import SUPPORTED, Access, ApiKey, Fault, Settings, Webhook

from .slskd_client import JSON_HEADERS, peer, slskd

pytestmark = pytest.mark.usefixtures("socket_enabled")

KEY = "0123456789abcdef"
KEYED = Access(api_keys=(ApiKey(KEY),))


async def test_page_instead_of_json_for_a_wrong_base(tmp_path: Path) -> None:
    """A path outside the API is the web page with status 200, an unknown API path an empty 404."""
    async with slskd(tmp_path, [peer()]) as client:
        page = await client.send("GET", "/slskd/api/v0/application", root="")
        assert page.status == 200
        assert page.headers["Content-Type"].startswith("text/html")
        assert (await client.send("GET", "/static/missing.js", root="")).status == 404
        unknown = await client.send("GET", "/nothing")
        assert (unknown.status, unknown.text) == (404, "")
        assert (await client.send("PUT", "/searches")).status == 405
        assert (await client.send("GET", "/health", root="")).status == 200


async def test_url_base_is_stripped_and_not_needed(tmp_path: Path) -> None:
    """With a base set, addresses work with it and without it."""
    settings = Settings(clock_speed=0, url_base="/slskd")
    async with slskd(tmp_path, [peer()], settings) as client:
        assert client.simulator.url.endswith("/slskd")
        assert (await client.send("GET", "/application/version")).json() == "0.26.0"
        bare = client.simulator.url.removesuffix("/slskd")
        async with client.session.get(f"{bare}/api/v0/session/enabled") as response:
            assert await response.json() is False


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("PUT", "/shares", {"Content-Type": "application/octet-stream"}, 415),
        ("PUT", "/server", {"Content-Type": "text/plain"}, 415),
        ("PUT", "/shares", {}, 200),
        ("PUT", "/shares", {"Content-Type": "application/json; charset=utf-8"}, 200),
        ("DELETE", "/server", {}, 415),
        ("GET", "/application", {"Content-Type": "text/plain"}, 415),
    ],
)
async def test_content_type_trap(
    tmp_path: Path, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """Any declared type but JSON is refused, also without a body; body actions need one."""
    # aiohttp adds a type of its own to body-less requests unless told not to.
    async with (
        slskd(tmp_path, [peer()]) as client,
        client.session.request(
            method,
            f"{client.simulator.url}/api/v0{path}",
            headers=headers,
            skip_auto_headers=["Content-Type"],
        ) as response,
    ):
        assert response.status == status


async def test_body_less_put_as_aiohttp_sends_it_is_refused(tmp_path: Path) -> None:
    """The type aiohttp adds on its own runs into the trap."""
    async with slskd(tmp_path, [peer()]) as client:
        url = f"{client.simulator.url}/api/v0/shares"
        async with client.session.put(url) as response:
            assert response.status == 415


async def test_keys(tmp_path: Path) -> None:
    """No key, a wrong key and a key from elsewhere all give an empty 401."""
    elsewhere = Access(api_keys=(ApiKey(KEY, cidr="10.0.0.0/8"),))
    for access, headers in (
        (KEYED, {}),
        (KEYED, {"X-API-Key": "wrong key of fair length"}),
        (KEYED, {"Authorization": f"Bearer {KEY}"}),
        (elsewhere, {"X-API-Key": KEY}),
    ):
        settings = Settings(clock_speed=0, access=access)
        async with slskd(tmp_path, [peer()], settings) as client:
            reply = await client.send("GET", "/application", headers=headers)
            assert (reply.status, reply.text) == (401, "")
            assert reply.headers["WWW-Authenticate"] == "Bearer"
            assert (await client.send("GET", "/session/enabled", headers={})).json() is True
    async with slskd(tmp_path, [peer()], Settings(clock_speed=0, access=KEYED)) as client:
        reply = await client.send("GET", "/application", headers={"X-API-Key": KEY})
        assert reply.status == 200
        wrong_type = {"X-API-Key": "wrong", "Content-Type": "text/plain"}
        assert (await client.send("PUT", "/shares", headers=wrong_type)).status == 415


async def test_token_dies_with_a_restart(tmp_path: Path) -> None:
    """Logging in gives a token that works until slskd restarts."""
    async with slskd(tmp_path, [peer()], Settings(clock_speed=0, access=KEYED)) as client:
        wrong = {"username": "slskd", "password": "guess"}
        assert (await client.send("POST", "/session", wrong)).status == 401
        assert (await client.send("POST", "/session", {"username": ""})).status == 400
        right = {"USERNAME": "slskd", "Password": "slskd"}
        reply = (await client.send("POST", "/session", right)).json()
        assert reply["tokenType"] == "Bearer"
        assert reply["expires"] - reply["issued"] == 7 * 24 * 3600
        headers = {**JSON_HEADERS, "Authorization": f"Bearer {reply['token']}"}
        assert (await client.send("GET", "/session", headers=headers)).status == 200
        await client.simulator.restart()
        assert (await client.send("GET", "/session", headers=headers)).status == 401


@pytest.mark.parametrize("version", SUPPORTED)
async def test_versions_tell_themselves(tmp_path: Path, version: str) -> None:
    """The version, the state and the option names are those of the version."""
    settings = Settings(version=version, clock_speed=0)
    async with slskd(tmp_path, [peer()], settings) as client:
        current = (await client.send("GET", "/application/version")).json()
        assert current.startswith(version)
        state = (await client.send("GET", "/application")).json()
        assert state["server"]["isLoggedIn"]
        assert ("connectionWatchdog" in state) == (version >= "0.23.2")
        options = (await client.send("GET", "/options")).json()
        assert ("transfers" in options) == (version >= "0.25.0")
        assert ("global" in options) == (version < "0.25.0")
        assert options["directories"]["downloads"] == str(tmp_path / "downloads")
        assert options["soulseek"]["password"] == "*****"
        section = options["transfers" if version >= "0.25.0" else "global"]
        assert ("retry" in section["download"]) == (version >= "0.26.0")


@pytest.mark.parametrize("version", SUPPORTED)
async def test_server_connection(tmp_path: Path, version: str) -> None:
    """A kick is final, the watchdog comes back, a refused log-in stays out."""
    settings = Settings(version=version, clock_speed=0)
    async with slskd(tmp_path, [peer()], settings) as client:
        simulator = client.simulator
        simulator.disconnect_from_soulseek()
        await simulator.advance(600)
        lost = (await client.send("GET", "/server")).json()
        known = {"isConnected", "isLoggedIn", "isTransitioning"}
        if version >= "0.23":
            known |= {"isConnecting", "isLoggingIn"}
        assert lost == {"state": "Disconnected", **dict.fromkeys(known, False)}
        assert (await client.send("PUT", "/server")).status == 200
        assert (await client.send("GET", "/server")).json()["state"] == "Connecting"
        await simulator.advance(1)
        state = (await client.send("GET", "/server")).json()["state"]
        assert state == "Connected, LoggingIn"
        await simulator.advance(2)
        ready = (await client.send("GET", "/server")).json()
        assert ready["isLoggedIn"] and ready["isConnected"]
        simulator.disconnect_from_soulseek(reconnects=True)
        watchdog = (await client.send("GET", "/application")).json().get("connectionWatchdog", {})
        assert ("nextAttemptAt" in watchdog) == (version >= "0.23.2")
        again = await client.send("PUT", "/server")
        assert again.status == (205 if version >= "0.23.2" else 200)
        await simulator.advance(30)
        assert (await client.send("GET", "/server")).json()["isLoggedIn"]
        assert (await client.send("DELETE", "/server", "bye")).status == 204
        simulator.server.refuses_login = True
        await client.send("PUT", "/server")
        await simulator.advance(30)
        assert (await client.send("GET", "/server")).json()["state"] == "Disconnected"
        events = (await client.send("GET", "/events")).json()
        kinds = {event["type"] for event in events}
        assert ("SoulseekClientDisconnected" in kinds) == (version >= "0.24.4")


async def test_shares(tmp_path: Path) -> None:
    """Shared folders are told, a second scan is refused, a stop needs a scan."""
    async with slskd(tmp_path, [peer()]) as client:
        assert (await client.send("GET", "/shares")).json()["local"][0]["files"] == 5399
        assert (await client.send("DELETE", "/shares")).status == 404
        client.simulator.shares.scanning = True
        assert (await client.send("PUT", "/shares")).status == 409
        assert (await client.send("DELETE", "/shares")).status == 204
        client.simulator.shares.files = 0
        state = (await client.send("GET", "/application")).json()
        assert state["shares"]["files"] == 0


async def test_chosen_requests_go_wrong(tmp_path: Path) -> None:
    """An injected fault hits as often as planned, and a lost answer happens after the act."""
    async with slskd(tmp_path, [peer()]) as client:
        simulator = client.simulator
        simulator.inject(Fault("GET", "/application", status=502, message="bad", times=2))
        statuses = [(await client.send("GET", "/application")).status for _ in range(3)]
        assert statuses == [502, 502, 200]
        simulator.inject(Fault("POST", "/searches", loses_answer=True))
        with pytest.raises(ClientError):
            await client.send("POST", "/searches", {"searchText": "certain death"})
        assert len((await client.send("GET", "/searches")).json()) == 1


async def test_control_port(tmp_path: Path) -> None:
    """A port of its own steers the simulator; the API's port knows nothing of it."""
    settings = Settings(clock_speed=0, control_port=0)
    async with slskd(tmp_path, [peer()], settings) as client:
        control = client.simulator.control_url
        async with client.session.post(f"{control}/_simulator/logout") as response:
            assert response.status == 204
        assert not (await client.send("GET", "/server")).json()["isLoggedIn"]
        presence = {"username": "peer", "presence": "Offline"}
        url = f"{control}/_simulator/presence"
        async with client.session.post(url, json=presence) as response:
            assert response.status == 204
        async with client.session.post(url, json={"presence": "Asleep"}) as response:
            assert response.status == 400
        status = await client.send("GET", "/users/peer/status")
        assert status.json()["presence"] == "Offline"
        async with client.session.get(f"{control}/_simulator/state") as response:
            assert (await response.json())["server"] == "Disconnected"
        outside = await client.send("GET", "/_simulator/state", root="")
        assert outside.headers["Content-Type"].startswith("text/html")


async def test_sample_events_and_webhook(tmp_path: Path) -> None:
    """Events come newest first with their total, their data as text, and reach a webhook with nulls."""
    async with (
        slskd(tmp_path / "receiver", [peer()]) as receiver,
        slskd(
            tmp_path,
            [peer()],
            Settings(
                clock_speed=0,
                webhooks=(Webhook(f"{receiver.simulator.url}/api/v0/events/Noop", ("Any",)),),
            ),
        ) as client,
    ):
        assert (await client.send("POST", "/events/noop", "first")).status == 201
        assert (await client.send("POST", "/events/downloadfilecomplete", "x")).status == 201
        assert (await client.send("POST", "/events/party", "x")).status == 400
        reply = await client.send("GET", "/events?limit=1")
        # The log-in at the start is an event as well.
        assert reply.headers["X-Total-Count"] == "3"
        [event] = reply.json()
        assert event["type"] == "DownloadFileComplete"
        assert '"exception":null' in event["data"]
        second = (await client.send("GET", "/events?offset=1&limit=1")).json()
        assert second[0]["type"] == "Noop"
        assert (await client.send("GET", "/events?limit=0")).status == 400
        assert (await client.send("GET", "/events?offset=-1")).status == 400
        await client.simulator.events.deliver()
        received = (await receiver.send("GET", "/events")).json()
        assert sum("DownloadFileComplete" in one["data"] for one in received) == 1
        assert any("'exception': None" in one["data"] for one in received)
