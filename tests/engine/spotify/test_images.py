"""Fetch pictures from a simulated Spotify."""

from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import InvalidReplyError, Service, UnavailableError
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.images import image_type
from custom_components.soulspot.engine.spotify.images import MAXIMUM_BYTES, fetch_image
from simulators.spotify import Fault

from .conftest import Spotify

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)


async def test_cover_of_a_track(spotify: Spotify) -> None:
    """The address in a reply leads to a real picture."""
    track = await spotify.client.track(spotify.simulator.track_id("night-owl"))
    assert track.album is not None
    assert track.album.image_url is not None
    data = await fetch_image(spotify.http, track.album.image_url)
    assert data is not None
    assert image_type(data) in ("image/jpeg", "image/png")


async def test_outage(spotify: Spotify) -> None:
    """A picture that cannot be had now is an error, not "none"."""
    spotify.simulator.fail(Fault.UNAVAILABLE)
    with pytest.raises(UnavailableError):
        await fetch_image(spotify.http, f"{spotify.simulator.accounts_url}/image/x")


@pytest.fixture
async def server(session: aiohttp.ClientSession) -> AsyncIterator[TestServer]:
    """Serve pictures of all kinds."""

    async def serve(request: web.Request) -> web.Response:
        match request.match_info["name"]:
            case "good":
                return web.Response(body=JPEG, content_type="text/plain")
            case "huge":
                return web.Response(body=JPEG + bytes(MAXIMUM_BYTES), content_type="image/jpeg")
            case "page":
                return web.Response(text="<html>", content_type="image/jpeg")
            case "moved":
                raise web.HTTPTemporaryRedirect("/good")
            case "away":
                raise web.HTTPTemporaryRedirect("http://169.254.169.254/latest")
            case "round":
                raise web.HTTPTemporaryRedirect("/round")
        raise web.HTTPNotFound

    application = web.Application()
    application.router.add_get("/{name}", serve)
    server = TestServer(application)
    await server.start_server()
    yield server
    await server.close()


async def test_pictures(session: aiohttp.ClientSession, server: TestServer) -> None:
    """Only real pictures of bearable size from allowed places come through."""
    http = HttpClient(session=session, service=Service.SPOTIFY, base_url=server.make_url("/v1"))
    assert await fetch_image(http, str(server.make_url("/good"))) == JPEG
    assert await fetch_image(http, str(server.make_url("/moved"))) == JPEG
    assert await fetch_image(http, str(server.make_url("/gone"))) is None
    refused = {
        "huge": "reply_too_large",
        "page": "not_an_image",
        "away": "redirected",
        "round": "redirected",
    }
    for name, key in refused.items():
        with pytest.raises(InvalidReplyError) as caught:
            await fetch_image(http, str(server.make_url(f"/{name}")))
        assert caught.value.translation_key == key


@pytest.mark.parametrize(
    "address",
    [
        "http://i.scdn.co/image/x",
        "https://example.com/image/x",
        "https://scdn.co.example.com/x",
        "https://notscdn.co/x",
        "file:///etc/passwd",
        "/image/x",
        "",
    ],
)
async def test_addresses_elsewhere(session: aiohttp.ClientSession, address: str) -> None:
    """Nothing is fetched from places that are not Spotify's."""
    http = HttpClient(
        session=session,
        service=Service.SPOTIFY,
        base_url=URL("https://api.spotify.com/v1"),
    )
    with pytest.raises(InvalidReplyError):
        await fetch_image(http, address)
