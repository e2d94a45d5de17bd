"""Meet the failures of Spotify's Web API."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.soulspot.engine.errors import (
    AuthenticationError,
    InvalidReplyError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitedError,
    Service,
    ServiceError,
    UnavailableError,
    UnreachableError,
)
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.spotify.client import SpotifyClient
from custom_components.soulspot.engine.spotify.guard import RequestGuard
from simulators.spotify import Fault

from ..fakes import ManualClock
from .conftest import Spotify

PLAYLIST = "0123456789abcdefghijAB"


async def test_expired_token_is_refreshed_once(spotify: Spotify) -> None:
    """An hour later the old token is refused; a new one is asked for and the call goes on."""
    old = spotify.tokens.token
    spotify.simulator.clock.advance(3601)
    assert (await spotify.client.me()).id == "listener"
    assert spotify.tokens.token != old
    assert spotify.simulator.log.by_status == {401: 1, 200: 1}


async def test_passing_refusal(spotify: Spotify) -> None:
    """A sporadic 401 is gone at the second try."""
    spotify.simulator.fail(Fault.TOKEN_MISSING)
    assert (await spotify.client.me()).id == "listener"


async def test_token_that_stays_refused(spotify: Spotify) -> None:
    """After one refresh the user has to log in again."""
    spotify.simulator.fail(Fault.EXPIRED, times=None)
    with pytest.raises(AuthenticationError):
        await spotify.client.me()
    assert spotify.simulator.log.count() == 2


async def test_login_that_is_over(spotify: Spotify) -> None:
    """When no new token is to be had, nothing more is sent."""
    spotify.tokens.is_logged_in = False
    spotify.simulator.fail(Fault.EXPIRED)
    with pytest.raises(AuthenticationError):
        await spotify.client.me()
    assert spotify.simulator.log.count() == 1


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Fault.PREMIUM, "spotify_premium_required"),
        (Fault.NOT_REGISTERED, "spotify_user_not_registered"),
        (Fault.NOT_REGISTERED_CHECK_SETTINGS, "spotify_user_not_registered"),
        (Fault.SCOPE, "spotify_scope_missing"),
        (Fault.FORBIDDEN, "spotify_playlist_forbidden"),
    ],
)
async def test_causes_of_a_refusal(spotify: Spotify, fault: Fault, key: str) -> None:
    """Each 403 is named by its own cause."""
    spotify.simulator.fail(fault)
    with pytest.raises(PermissionDeniedError) as caught:
        await spotify.client.items(spotify.simulator.playlist_id("open-road"))
    assert caught.value.translation_key == key


async def test_scope_of_liked_songs(spotify: Spotify) -> None:
    """A login without the library's scope is told apart."""
    spotify.tokens.token = spotify.simulator.issue_token("playlist-read-private")
    with pytest.raises(PermissionDeniedError) as caught:
        await spotify.client.saved_tracks()
    assert caught.value.translation_key == "spotify_scope_missing"


@pytest.mark.parametrize(
    ("fault", "error", "key"),
    [
        (Fault.SERVER_ERROR, UnavailableError, "service_unavailable"),
        (Fault.BAD_GATEWAY, UnavailableError, "service_unavailable"),
        (Fault.UNAVAILABLE, UnavailableError, "service_unavailable"),
        (Fault.HTML, InvalidReplyError, "reply_not_json"),
        (Fault.WRONG_SHAPE, InvalidReplyError, None),
        (Fault.GIANT, InvalidReplyError, "reply_too_large"),
        (Fault.DISCONNECT, UnreachableError, "cannot_connect"),
    ],
)
async def test_outages(
    spotify: Spotify, fault: Fault, error: type[ServiceError], key: str | None
) -> None:
    """What is no answer is named, and the next call works."""
    spotify.simulator.fail(fault, times=None)
    playlist_id = spotify.simulator.playlist_id("open-road")
    with pytest.raises(error) as caught:
        await spotify.client.items(playlist_id)
    assert key is None or caught.value.translation_key == key
    spotify.simulator.clear_faults()
    assert len((await spotify.client.items(playlist_id)).items) == 19


async def test_short_rate_limit_is_waited_out(spotify: Spotify) -> None:
    """A pause of some seconds is kept, and the call goes on."""
    spotify.simulator.fail(Fault.RATE_LIMIT, retry_after_s=3, times=2)
    assert (await spotify.client.me()).id == "listener"
    assert sum(spotify.clock.slept) == pytest.approx(6)


async def test_rate_limit_that_does_not_end(spotify: Spotify) -> None:
    """After two pauses the caller is told."""
    spotify.simulator.fail(Fault.RATE_LIMIT, retry_after_s=3, times=None)
    with pytest.raises(RateLimitedError):
        await spotify.client.me()
    assert spotify.simulator.log.count() == 3


async def test_long_rate_limit_stops_everybody(spotify: Spotify) -> None:
    """A longer pause fails at once, and no other call is sent before its end."""
    spotify.simulator.fail(Fault.RATE_LIMIT, retry_after_s=25)
    for _ in range(2):
        with pytest.raises(RateLimitedError) as caught:
            await spotify.client.me()
        assert caught.value.retry_after == pytest.approx(25)
    assert spotify.simulator.log.count() == 1
    assert spotify.clock.slept == []
    spotify.clock.advance(25)
    assert (await spotify.client.me()).id == "listener"


async def test_quota(spotify: Spotify) -> None:
    """A used-up quota is told apart and nothing is sent until it is over."""
    spotify.simulator.fail(Fault.QUOTA, retry_after_s=48_925)
    for read in (
        spotify.client.me,
        spotify.client.playlists,
        spotify.client.saved_tracks,
    ):
        with pytest.raises(QuotaExceededError) as caught:
            await read()
        assert caught.value.retry_after == pytest.approx(48_925)
    assert spotify.simulator.log.count() == 1
    assert spotify.guard.is_quota_exceeded
    spotify.clock.advance(48_925)
    assert await spotify.client.playlists()


async def test_requests_are_paced_and_counted(spotify: Spotify) -> None:
    """Pages are a second apart and all count for the day."""
    await spotify.client.playlists()
    await spotify.client.me()
    await spotify.client.snapshot(spotify.simulator.playlist_id("empty"))
    assert spotify.guard.requests_today == 3
    assert spotify.clock.slept == pytest.approx([1.0, 1.0])


async def test_token_is_in_no_error(spotify: Spotify) -> None:
    """No failure carries the token."""
    for fault in Fault:
        if fault is Fault.HANG:
            continue
        spotify.clock.advance(50_000)
        spotify.simulator.clear_faults()
        spotify.simulator.fail(fault, times=None)
        with pytest.raises(ServiceError) as caught:
            await spotify.client.playlists()
        assert spotify.tokens.token not in f"{caught.value!r} {caught.value.placeholders}"


type Connect = Callable[
    [Callable[[web.Request], Awaitable[web.Response]]], Awaitable[SpotifyClient]
]


@pytest.fixture
async def connect(session: aiohttp.ClientSession) -> AsyncIterator[Connect]:
    """Return a way to connect a client to an API of one's own making."""
    servers = []

    class Tokens:
        """Hand out one token."""

        async def access_token(self, *, refresh: bool = False) -> str:
            """Return it."""
            return "a-token"

    async def start(
        handler: Callable[[web.Request], Awaitable[web.Response]],
    ) -> SpotifyClient:
        application = web.Application()
        application.router.add_get("/v1/{path:.*}", handler)
        server = TestServer(application)
        await server.start_server()
        servers.append(server)
        http = HttpClient(session=session, service=Service.SPOTIFY, base_url=server.make_url("/v1"))
        return SpotifyClient(http, Tokens(), RequestGuard(ManualClock()))

    yield start
    for server in servers:
        await server.close()


@pytest.mark.parametrize(
    ("next_link", "key"),
    [
        ("https://example.com/v1/me/playlists?offset=50", "next_page_elsewhere"),
        ("{origin}/elsewhere?offset=50", "next_page_elsewhere"),
        ("//example.com/v1/me/playlists?offset=50", "reply_not_page"),
        ("{origin}/v1/me/playlists?offset=0", "next_page_not_forward"),
        ("{origin}/v1/me/playlists?offset=-50", "next_page_not_forward"),
        ("{origin}/v1/me/playlists", "reply_not_page"),
        ("me/playlists?offset=50", "reply_not_page"),
        ("https://[bad", "reply_not_page"),
    ],
)
async def test_next_page_that_leads_away(connect: Connect, next_link: str, key: str) -> None:
    """No link carries the token to another place or round in circles."""
    requests = []

    async def handler(request: web.Request) -> web.Response:
        requests.append(request.path_qs)
        link = next_link.format(origin=request.url.origin())
        return web.json_response({"items": [], "next": link})

    client = await connect(handler)
    with pytest.raises(InvalidReplyError) as caught:
        await client.playlists()
    assert caught.value.translation_key == key
    assert len(requests) == 1


async def test_endless_pages(connect: Connect) -> None:
    """A service that never stops is left after a bounded number of pages."""

    async def handler(request: web.Request) -> web.Response:
        offset = int(request.query["offset"])
        item = {"track": {"name": f"Track {offset}"}}
        return web.json_response(
            {
                "items": [item],
                "total": 10**9,
                "next": str(request.url.with_query(offset=offset + 1)),
            }
        )

    client = await connect(handler)
    contents = await client.saved_tracks()
    assert not contents.is_complete
    assert len(contents.items) == 1001


async def test_list_shorter_than_its_count(connect: Connect) -> None:
    """When items stay away although the count says more, the list is marked as not all."""
    requests = []

    async def handler(request: web.Request) -> web.Response:
        requests.append(request.path_qs)
        page = {
            "items": [{"item": {"name": "A"}}],
            "total": 3,
            "offset": 0,
            "next": None,
        }
        if request.path.endswith("/items"):
            return web.json_response({**page, "items": [], "offset": 1})
        return web.json_response({"id": PLAYLIST, "name": "P", "snapshot_id": "s", "items": page})

    client = await connect(handler)
    contents = await client.items(PLAYLIST)
    assert (len(contents.items), contents.is_complete, contents.summary.total) == (
        1,
        False,
        3,
    )
    assert len(requests) == 4


async def test_page_inside_a_playlist_without_link(connect: Connect) -> None:
    """The count alone is enough to go on after the embedded page."""

    async def handler(request: web.Request) -> web.Response:
        entries: list[Any] = [{"item": {"name": str(number)}} for number in range(130)]
        if request.path.endswith("/items"):
            start, limit = int(request.query["offset"]), int(request.query["limit"])
            rest = (
                None if start + limit >= 130 else str(request.url.with_query(offset=start + limit))
            )
            return web.json_response(
                {"items": entries[start : start + limit], "total": 130, "next": rest}
            )
        return web.json_response(
            {
                "id": PLAYLIST,
                "name": "P",
                "snapshot_id": "s",
                "items": {"items": entries[:48], "total": 130},
            }
        )

    client = await connect(handler)
    contents = await client.items(PLAYLIST)
    assert contents.is_complete
    assert [item.track.title for item in contents.items if item.track] == [
        str(number) for number in range(130)
    ]


async def test_rate_limit_without_pause(connect: Connect) -> None:
    """Without Retry-After the whole window of the limit is waited for."""

    async def handler(_: web.Request) -> web.Response:
        return web.json_response(
            {"error": {"status": 429, "message": "API rate limit exceeded"}}, status=429
        )

    client = await connect(handler)
    with pytest.raises(RateLimitedError) as caught:
        await client.me()
    assert caught.value.retry_after == 30


async def test_error_without_body(connect: Connect) -> None:
    """Status codes speak for themselves."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=403)

    client = await connect(handler)
    with pytest.raises(PermissionDeniedError) as caught:
        await client.me()
    assert caught.value.translation_key == "permission_denied"
