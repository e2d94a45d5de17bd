"""Check that everything between a person and a usable slskd has its own name."""

import asyncio
from dataclasses import replace
import socket

from aiohttp import ClientSession, web
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import (
    AuthenticationError,
    InvalidReplyError,
    PermissionDeniedError,
    Service,
    ServiceError,
    UnavailableError,
    UnreachableError,
)
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.slskd.models import StatusWarning, Version
from custom_components.soulspot.engine.slskd.probe import probe
from custom_components.soulspot.engine.slskd.versions import FULL_VERSION
from simulators.slskd import Access, ApiKey, Fault

from ..fakes import ManualClock
from ..serving import HOST, Handler, serving
from .conftest import KEY, MakeWorld

LOCKED = Access(api_keys=(ApiKey(KEY),))


async def problem(http: HttpClient, key: str | None = KEY, **options: bool) -> ServiceError:
    """Return what a probe complains about."""
    with pytest.raises(ServiceError) as caught:
        await probe(http, key, ManualClock(), **options)
    return caught.value


def at(session: ClientSession, url: URL, **settings: object) -> HttpClient:
    """Return a client for an address."""
    return HttpClient(session=session, service=Service.SLSKD, base_url=url, **settings)  # type: ignore[arg-type]


# --- What works ----------------------------------------------------------------------------------


async def test_a_usable_slskd(make_world: MakeWorld, version: str) -> None:
    """All that the config flow wants to know is told."""
    world = await make_world(version=version, access=LOCKED)
    status = await probe(world.http, KEY, world.clock, require_login=True)
    assert str(status.version) == version
    assert status.is_ready
    assert status.is_key_proven
    assert status.url == world.simulator.url
    assert status.downloads_directory == str(world.simulator.storage.downloads)
    assert status.incomplete_directory == str(world.simulator.storage.incomplete)
    assert status.username == "soulspot_listener"
    assert status.shared_files == world.simulator.shares.files
    assert status.retry_attempts == (3 if status.features.automatic_retries else None)
    is_old = status.version is not None and status.version < FULL_VERSION
    assert status.warnings == ((StatusWarning.OLD_VERSION,) if is_old else ())


async def test_a_slskd_below_a_base_path(make_world: MakeWorld, version: str) -> None:
    """With its base path and without."""
    world = await make_world(version=version, url_base="/slskd")
    status = await probe(world.http, None, world.clock)
    assert status.url == world.simulator.url
    origin = replace(world.http, base_url=world.http.base_url.with_path("/"))
    assert (await probe(origin, None, world.clock)).url == str(origin.base_url).rstrip("/")


async def test_a_slskd_that_asks_nobody_for_a_key(make_world: MakeWorld) -> None:
    """No key is fine; a key cannot be proven."""
    world = await make_world()
    without = await probe(world.http, None, world.clock)
    assert (without.is_key_proven, without.warnings) == (None, ())
    unproven = await probe(world.http, "whatever", world.clock)
    assert unproven.is_key_proven is False
    assert unproven.warnings == (StatusWarning.KEY_NOT_PROVEN,)


async def test_sharing_nothing(make_world: MakeWorld) -> None:
    """A warning, because peers ban those who only take."""
    world = await make_world()
    world.simulator.shares.files = 0
    status = await probe(world.http, None, world.clock)
    assert status.warnings == (StatusWarning.NOTHING_SHARED,)


async def test_options_that_are_kept_back(make_world: MakeWorld) -> None:
    """Without them slskd is still usable."""
    world = await make_world()
    world.simulator.inject(Fault("GET", "/options", status=403))
    status = await probe(world.http, None, world.clock)
    assert (status.downloads_directory, status.retry_attempts) == (None, None)


# --- Keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "", "wrong", KEY.upper()])
async def test_a_wrong_key(make_world: MakeWorld, version: str, key: str | None) -> None:
    """No key and an unknown key are the same to slskd."""
    world = await make_world(version=version, access=Access(api_keys=(ApiKey(KEY + "x"),)))
    error = await problem(world.http, key)
    assert (type(error), error.translation_key) == (AuthenticationError, "invalid_auth")
    assert KEY not in str(error)


async def test_a_key_for_other_addresses(make_world: MakeWorld) -> None:
    """A right key from the wrong network is refused like a wrong one."""
    access = Access(api_keys=(ApiKey(KEY, cidr="10.0.0.0/8"),))
    world = await make_world(access=access)
    assert (await problem(world.http)).translation_key == "invalid_auth"


async def test_the_key_goes_to_slskd_only(session: ClientSession) -> None:
    """A server that does not show that it is slskd never sees the key."""
    seen: list[str] = []

    async def note(request: web.Request) -> web.Response:
        """Remember a key."""
        seen.extend(request.headers.getall("X-API-Key", []))
        return web.json_response({"hello": "world"})

    async with serving(note) as url:
        assert (await problem(at(session, url))).translation_key == "not_slskd"
    assert seen == []


# --- Wrong places --------------------------------------------------------------------------------


async def test_nobody_there(session: ClientSession) -> None:
    """A closed port."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port = taken.getsockname()[1]
    error = await problem(at(session, URL(f"http://{HOST}:{port}")))
    assert (type(error), error.translation_key) == (UnreachableError, "cannot_connect")


async def test_nobody_answers(session: ClientSession) -> None:
    """A port that swallows everything."""

    async def wait(_: web.Request) -> web.Response:
        """Never answer."""
        await asyncio.Event().wait()
        return web.Response()

    async with serving(wait) as url:
        assert (await problem(at(session, url, timeout=0.05))).translation_key == "timed_out"


@pytest.mark.parametrize("path", ["/music", "/slskd/", "/a/b"])
async def test_a_base_path_slskd_does_not_have(
    make_world: MakeWorld, version: str, path: str
) -> None:
    """Slskd answers with its web page there; the right address is told."""
    world = await make_world(version=version, access=LOCKED)
    http = replace(world.http, base_url=URL(f"{world.simulator.url}{path}"))
    error = await problem(http)
    assert (type(error), error.translation_key) == (InvalidReplyError, "wrong_base_path")
    assert error.placeholders["url"] == world.simulator.url


async def test_a_missing_base_path(session: ClientSession) -> None:
    """A proxy shows something else at its root, and slskd below the usual path."""

    async def proxy(request: web.Request) -> web.Response:
        """Forward one path."""
        if request.path == "/slskd/api/v0/session/enabled":
            return web.json_response(data=True)
        return web.Response(text="<html>", content_type="text/html")

    async with serving(proxy) as url:
        error = await problem(at(session, url))
    assert error.translation_key == "wrong_base_path"
    assert error.placeholders["url"] == str(url / "slskd")


def other(
    body: str = "", *, status: int = 200, content_type: str = "text/html", **headers: str
) -> Handler:
    """Return a server that is not slskd."""

    async def answer(_: web.Request) -> web.Response:
        """Answer."""
        return web.Response(
            text=body, status=status, content_type=content_type, headers=headers or None
        )

    return answer


@pytest.mark.parametrize(
    ("handler", "kind", "key"),
    [
        (other("<html>"), InvalidReplyError, "not_slskd"),
        (other("<html>", status=404), InvalidReplyError, "not_slskd"),
        (other("{}", content_type="application/json"), InvalidReplyError, "not_slskd"),
        (other("1", content_type="application/json"), InvalidReplyError, "not_slskd"),
        (other("{", content_type="application/json"), InvalidReplyError, "not_slskd"),
        (other(""), InvalidReplyError, "not_slskd"),
        (other("<html>", status=405), InvalidReplyError, "not_slskd"),
        (other("<html>", status=401), AuthenticationError, "proxy_requires_login"),
        (other("<html>", status=403), PermissionDeniedError, "permission_denied"),
        (other("<html>", status=502), UnavailableError, "service_unavailable"),
        (other(status=302, Location="https://login.example/"), InvalidReplyError, "redirected"),
        (other("true", content_type="application/json"), InvalidReplyError, "not_slskd"),
    ],
)
async def test_something_else_answers(
    session: ClientSession, handler: Handler, kind: type[ServiceError], key: str
) -> None:
    """Whatever stands in slskd's place is told apart."""
    async with serving(handler) as url:
        error = await problem(at(session, url))
    assert (type(error), error.translation_key) == (kind, key)


async def test_https_where_http_is_spoken(make_world: MakeWorld) -> None:
    """A wrong scheme is named."""
    world = await make_world()
    http = replace(world.http, base_url=world.http.base_url.with_scheme("https"))
    assert (await problem(http)).translation_key == "tls_failed"


# --- A slskd that cannot help ------------------------------------------------------------------------


async def test_a_relay_agent(session: ClientSession) -> None:
    """It refuses everything, without a word."""

    async def refuse(_: web.Request) -> web.Response:
        """Refuse."""
        return web.Response(status=403)

    async with serving(refuse) as url:
        error = await problem(at(session, url))
    assert (type(error), error.translation_key) == (PermissionDeniedError, "relay_agent")


def application(**parts: object) -> Handler:
    """Return a slskd with this state."""
    state = {
        "version": {"current": "0.26.0"},
        "server": {"isConnected": True, "isLoggedIn": True},
        **parts,
    }

    async def answer(request: web.Request) -> web.Response:
        """Answer what a probe asks."""
        if request.path.endswith("/session/enabled"):
            return web.json_response(data=True)
        if request.path.endswith("/application"):
            return web.json_response(state)
        return web.json_response({})

    return answer


async def test_a_relay_agent_that_says_so(session: ClientSession) -> None:
    """An agent's own word is enough."""
    async with serving(application(relay={"mode": "Agent"})) as url:
        assert (await problem(at(session, url))).translation_key == "relay_agent"


async def test_a_version_without_events(session: ClientSession) -> None:
    """Too old to be of use, with both versions named."""
    async with serving(application(version={"current": "0.21.4"})) as url:
        error = await problem(at(session, url))
    assert error.translation_key == "too_old"
    assert error.placeholders["version"] == "0.21.4"
    assert error.placeholders["minimum"] == "0.22.0"


async def test_a_build_from_source(session: ClientSession) -> None:
    """It says 0.0.0 and counts as newest."""
    async with serving(application(version={"current": "0.0.0"})) as url:
        status = await probe(at(session, url), None, ManualClock())
    assert status.version == Version(0, 0, 0)
    assert status.features.batches


async def test_a_forced_https_redirect_is_followed(session: ClientSession) -> None:
    """Slskd may send on to another port of its own host; the new address is told."""
    async with serving(application()) as target:

        async def send_on(request: web.Request) -> web.Response:
            """Redirect to the same path elsewhere on the host."""
            raise web.HTTPTemporaryRedirect(location=str(target.with_path(request.path)))

        async with serving(send_on) as url:
            status = await probe(at(session, url), KEY, ManualClock())
    assert status.url == str(target).rstrip("/")


async def test_a_slskd_without_login(make_world: MakeWorld, version: str) -> None:
    """A warning later on, an error in the config flow."""
    world = await make_world(version=version)
    world.simulator.disconnect_from_soulseek()
    status = await probe(world.http, None, world.clock)
    assert StatusWarning.NOT_LOGGED_IN in status.warnings
    error = await problem(world.http, None, require_login=True)
    assert (type(error), error.translation_key) == (UnavailableError, "not_logged_in")


async def test_a_slskd_that_is_just_logging_in(make_world: MakeWorld) -> None:
    """A login under way is waited for."""
    world = await make_world(starts_logged_in=False)
    world.simulator.server.connect()
    status = await probe(world.http, None, world.clock, require_login=True)
    assert status.is_ready
