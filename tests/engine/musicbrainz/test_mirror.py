"""Name other servers of MusicBrainz, and keep to the pace of the real one."""

from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, strategies as st
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import (
    InputError,
    InvalidReplyError,
    Service,
    ServiceError,
)
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.musicbrainz.lane import RequestLane
from custom_components.soulspot.engine.musicbrainz.mirror import (
    FASTEST_PACE,
    allowed_pace,
    check_mirror,
    normalise_mirror,
)

from ..fakes import ManualClock
from .conftest import MusicBrainz


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mirror:5000", "http://mirror:5000/ws/2"),
        (" http://mirror:5000/ ", "http://mirror:5000/ws/2"),
        ("https://musicbrainz.org/ws/2/", "https://musicbrainz.org/ws/2"),
        ("https://example.com/music/ws/2?fmt=json#x", "https://example.com/music/ws/2"),
        ("192.168.1.5", "http://192.168.1.5/ws/2"),
        ("http://[fd00::5]:5000", "http://[fd00::5]:5000/ws/2"),
    ],
)
def test_addresses(text: str, address: str) -> None:
    """Whatever form is typed, it is the address of the web service."""
    assert str(normalise_mirror(text)) == address
    assert normalise_mirror(address) == URL(address)


@pytest.mark.parametrize(
    "text",
    ["", " ", "http://", "ftp://mirror", "http://user:secret@mirror", "mirror:99999", "a b", "x\n"],
)
def test_what_is_no_address(text: str) -> None:
    """Everything else is refused."""
    if text == "x\n":
        assert normalise_mirror(text).host == "x"
        return
    with pytest.raises(InputError, match="invalid_url"):
        normalise_mirror(text)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """Nothing that a person can type breaks anything."""
    try:
        url = normalise_mirror(text)
    except InputError:
        return
    assert url.scheme in ("http", "https")
    assert url.path.endswith("/ws/2")
    assert url.user is None


@pytest.mark.parametrize(
    ("host", "pace", "allowed"),
    [
        ("https://musicbrainz.org/ws/2", 0.1, 1.0),
        ("https://beta.musicbrainz.org/ws/2", 0.1, 1.0),
        ("https://MusicBrainz.org/ws/2", 2.0, 2.0),
        ("https://notmusicbrainz.org/ws/2", 0.1, 0.1),
        ("http://mirror/ws/2", 0.0, FASTEST_PACE),
        ("http://mirror/ws/2", 1e9, 60.0),
    ],
)
def test_pace(host: str, pace: float, allowed: float) -> None:
    """A mirror may be asked faster, the real one never."""
    assert allowed_pace(URL(host), pace) == allowed


def test_the_slowest_of_a_lane_counts() -> None:
    """Accounts that share a server share its lane; who leaves slows nobody down."""
    lane = RequestLane(ManualClock())
    assert lane.pace == 1.0
    lane.join("one", 0.2)
    assert lane.pace == 0.2
    lane.join("other", 0.5)
    assert lane.pace == 0.5
    lane.leave("other")
    assert lane.pace == 0.2
    lane.leave("nobody")
    lane.leave("one")
    assert lane.pace == 1.0


async def test_a_musicbrainz_is_recognised(musicbrainz: MusicBrainz) -> None:
    """One request tells."""
    http = musicbrainz.client._service._http
    await check_mirror(http, musicbrainz.lane, version="1")
    assert musicbrainz.lane.requests == 1


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=404),
        web.Response(text="<html>"),
        web.json_response({"id": "x"}),
        web.json_response([1]),
    ],
)
async def test_something_else_is_not(musicbrainz: MusicBrainz, answer: web.Response) -> None:
    """Another server is named as such; one that is not there as not there."""

    async def serve(_: web.Request) -> web.Response:
        return answer

    application = web.Application()
    application.router.add_get("/{path:.*}", serve)
    server = TestServer(application)
    await server.start_server()
    session = musicbrainz.client._service._http.session
    http = HttpClient(
        session=session, service=Service.MUSICBRAINZ, base_url=server.make_url("/ws/2")
    )
    with pytest.raises(InvalidReplyError, match="not_musicbrainz"):
        await check_mirror(http, musicbrainz.lane, version="1")
    await server.close()
    with pytest.raises(ServiceError, match="cannot_connect"):
        await check_mirror(http, musicbrainz.lane, version="1")
