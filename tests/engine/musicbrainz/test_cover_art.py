"""Fetch covers from a simulated Cover Art Archive."""

from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from custom_components.soulspot.engine.errors import (
    InputError,
    InvalidReplyError,
    RateLimitedError,
    Service,
    UnavailableError,
)
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.images import image_type
from custom_components.soulspot.engine.musicbrainz.cover_art import MAXIMUM_BYTES, CoverArtClient

from .conftest import MusicBrainz

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
RELEASE = "01234567-89ab-4cde-8f01-23456789abcd"


async def test_front_cover(musicbrainz: MusicBrainz) -> None:
    """The redirects of the archive lead to a picture of the wanted size."""
    release = next(one for one in musicbrainz.simulator.database.releases.values() if one.has_cover)
    data = await musicbrainz.cover_art.front_cover(release.mbid)
    assert data is not None
    assert image_type(data) == "image/jpeg"
    larger = await musicbrainz.cover_art.front_cover(release.mbid, 1000)
    assert larger is not None
    assert len(larger) > len(data)
    group = await musicbrainz.cover_art.release_group_front_cover(release.group.mbid)
    assert group is not None
    agents = {request.user_agent for request in musicbrainz.simulator.log.requests}
    assert agents == {"SoulSpot/0.1.0 ( https://github.com/soulspot-ha/soulspot )"}


async def test_no_cover(musicbrainz: MusicBrainz) -> None:
    """A release without cover has none."""
    release = next(
        one for one in musicbrainz.simulator.database.releases.values() if not one.has_cover
    )
    assert await musicbrainz.cover_art.front_cover(release.mbid) is None
    with pytest.raises(InputError):
        await musicbrainz.cover_art.front_cover("../x")


type Archive = tuple[CoverArtClient, list[web.StreamResponse]]


@pytest.fixture
async def archive(session: aiohttp.ClientSession) -> AsyncIterator[Archive]:
    """Serve what a test puts into a list."""
    answers: list[web.StreamResponse] = []

    async def serve(_: web.Request) -> web.StreamResponse:
        return answers.pop(0)

    application = web.Application()
    application.router.add_get("/{path:.*}", serve)
    server = TestServer(application)
    await server.start_server()
    http = HttpClient(
        session=session, service=Service.COVER_ART_ARCHIVE, base_url=server.make_url("/")
    )
    yield CoverArtClient(http, version="0.1.0"), answers
    await server.close()


async def test_the_tracks_of_an_album_ask_once(archive: Archive) -> None:
    """Pictures and their absence are remembered for a few albums, trouble is not."""
    client, answers = archive
    others = [f"{number:08x}{RELEASE[8:]}" for number in range(20)]
    answers += [web.Response(status=503), web.Response(body=PNG), web.Response(status=404)]
    with pytest.raises(UnavailableError):
        await client.front_cover(RELEASE)
    for _ in range(3):
        assert await client.front_cover(RELEASE) == PNG
    for _ in range(3):
        assert await client.front_cover(others[0]) is None
    for other in others[1:]:
        answers.append(web.Response(body=PNG))
        assert await client.front_cover(other) == PNG
    answers.append(web.Response(body=PNG + b"new"))
    assert await client.front_cover(RELEASE) == PNG + b"new"


def redirect(location: str) -> web.Response:
    """Return a redirect."""
    return web.Response(status=307, headers={"Location": location})


async def test_picture_by_content(archive: Archive) -> None:
    """What a picture is, its bytes say, not its name."""
    client, answers = archive
    answers.append(web.Response(body=PNG, content_type="application/octet-stream"))
    assert await client.front_cover(RELEASE) == PNG


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"GIF89a", b"\xff\xd8", b"\x89PNG", b"RIFF....WEBP"]
)
async def test_what_is_no_picture(archive: Archive, body: bytes) -> None:
    """Anything but JPEG and PNG is refused, whatever it claims to be."""
    client, answers = archive
    answers.append(web.Response(body=body, content_type="image/jpeg"))
    with pytest.raises(InvalidReplyError) as caught:
        await client.front_cover(RELEASE)
    assert caught.value.translation_key == "not_an_image"


async def test_size_limit(archive: Archive) -> None:
    """A picture of just the limit passes, one byte more does not."""
    client, answers = archive
    answers.append(web.Response(body=PNG.ljust(MAXIMUM_BYTES, b"x")))
    assert len(await client.front_cover(RELEASE) or b"") == MAXIMUM_BYTES
    answers.append(web.Response(body=PNG.ljust(MAXIMUM_BYTES + 1, b"x")))
    with pytest.raises(InvalidReplyError) as caught:
        await client.front_cover(RELEASE)
    assert caught.value.translation_key == "reply_too_large"


@pytest.mark.parametrize(
    "location",
    [
        "http://archive.org/download/x.jpg",
        "https://example.com/x.jpg",
        "https://archive.org.example.com/x.jpg",
        "https://notarchive.org/x.jpg",
        "//example.com/x.jpg",
        "http://169.254.169.254/latest",
        "http://localhost/x.jpg",
        "ftp://archive.org/x.jpg",
        "file:///etc/passwd",
        "",
    ],
)
async def test_redirect_elsewhere(archive: Archive, location: str) -> None:
    """Redirects are followed within the archive only."""
    client, answers = archive
    answers.extend(redirect(location) for _ in range(10))
    with pytest.raises(InvalidReplyError) as caught:
        await client.front_cover(RELEASE)
    assert caught.value.translation_key == "redirected"


async def test_endless_redirects(archive: Archive) -> None:
    """A circle ends after a few rounds."""
    client, answers = archive
    answers.extend(redirect("/again") for _ in range(50))
    with pytest.raises(InvalidReplyError):
        await client.front_cover(RELEASE)
    assert len(answers) > 40


async def test_later(archive: Archive) -> None:
    """An archive that is busy is not one without a cover."""
    client, answers = archive
    answers.append(web.Response(status=503))
    with pytest.raises(UnavailableError):
        await client.front_cover(RELEASE)
    answers.append(web.Response(status=429, headers={"Retry-After": "20"}))
    with pytest.raises(RateLimitedError) as caught:
        await client.front_cover(RELEASE)
    assert caught.value.retry_after == 20
    answers.append(web.Response(status=404))
    assert await client.front_cover(RELEASE) is None
