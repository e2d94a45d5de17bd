"""Check how the client speaks, and what it does with answers that a simulator would not give."""

from collections.abc import Callable

from aiohttp import ClientSession, web
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import (
    InvalidReplyError,
    RequestRejectedError,
    Service,
    ServiceError,
)
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.slskd.client import SlskdClient
from custom_components.soulspot.engine.slskd.models import RequestedFile, Version

from ..fakes import ManualClock
from ..serving import Handler, serving
from .conftest import KEY

APPLICATION = {
    "version": {"current": "0.25.1"},
    "server": {"isConnected": True, "isLoggedIn": True},
}


def client(session: ClientSession, url: URL, key: str | None = KEY) -> SlskdClient:
    """Return a client for a test server."""
    http = HttpClient(session=session, service=Service.SLSKD, base_url=url)
    return SlskdClient(http, key, ManualClock())


def answering(answers: Callable[[web.Request], object]) -> Handler:
    """Return a server that answers with JSON, or with a bare status for a number."""

    async def answer(request: web.Request) -> web.Response:
        """Answer."""
        found = answers(request)
        if isinstance(found, int) and not isinstance(found, bool):
            return web.Response(status=found)
        return web.json_response(found)

    return answer


async def test_every_request_declares_json_and_carries_the_key(session: ClientSession) -> None:
    """Slskd answers 415 to anything else, also to requests without a body."""
    seen: list[tuple[str, str, str | None, str | None]] = []

    def note(request: web.Request) -> object:
        """Remember what arrived."""
        headers = request.headers
        path = request.path.removeprefix("/base/api/v0")
        seen.append((request.method, path, headers.get("Content-Type"), headers.get("X-API-Key")))
        return 404 if request.method == "GET" else 204

    async with serving(answering(note)) as url:
        for key in (KEY, None):
            slskd = client(session, url / "base", key)
            await slskd.search_state("1")
            await slskd.stop_search("1")
            await slskd.delete_search("1")
            await slskd.cancel("peer", "1")
    requests = [
        ("GET", "/searches/1"),
        ("PUT", "/searches/1"),
        ("DELETE", "/searches/1"),
        ("DELETE", "/transfers/downloads/peer/1"),
    ]
    assert seen == [
        (method, path, "application/json", key) for key in (KEY, None) for method, path in requests
    ]


def test_nothing_shows_the_key() -> None:
    """Neither the client nor what it is made of."""
    http = HttpClient(session=None, service=Service.SLSKD, base_url=URL("http://h"))  # type: ignore[arg-type]
    slskd = SlskdClient(http, KEY, ManualClock())
    for thing in (slskd, slskd.connection, slskd.connection.http):
        assert KEY not in repr(thing)


async def test_options_are_read_now_and_then(session: ClientSession) -> None:
    """The state is asked often, the configuration every ten minutes, and not for ever when refused."""
    options: list[object] = [
        {"directories": {"downloads": "/a"}},
        {"directories": {"downloads": "/b"}},
        500,
        403,
    ]
    asked: list[str] = []

    def answer(request: web.Request) -> object:
        """Answer from the list."""
        asked.append(request.path)
        return APPLICATION if request.path.endswith("/application") else options.pop(0)

    async with serving(answering(answer)) as url:
        slskd = client(session, url)
        clock = slskd.connection.clock
        assert isinstance(clock, ManualClock)
        found = []
        for _ in range(6):
            found.append((await slskd.status()).downloads_directory)
            clock.advance(350)
        # slskd itself is there when its configuration cannot be had.
        assert found == ["/a", "/a", "/b", "/b", "/b", "/b"]
        assert (await slskd.status()).downloads_directory is None
    assert len([path for path in asked if path.endswith("/options")]) == 4


async def test_an_update_of_slskd_is_noticed(session: ClientSession) -> None:
    """What slskd can do is asked once, and follows the state afterwards."""
    version = "0.25.1"

    def answer(request: web.Request) -> object:
        """Tell the version of the moment."""
        if request.path.endswith("/version"):
            return version
        return {**APPLICATION, "version": {"current": version}}

    async with serving(answering(answer)) as url:
        slskd = client(session, url)
        assert not (await slskd.features()).batches
        version = "0.26.0"
        assert not (await slskd.features()).batches
        assert (await slskd.status()).version == Version(0, 26, 0)
        assert (await slskd.features()).batches


async def test_a_long_list_of_one_peer(session: ClientSession) -> None:
    """Years of history come through whole."""
    rows = [
        {"id": str(number), "filename": f"a\\{number}.mp3", "size": number, "state": "Requested"}
        for number in range(5000)
    ]
    payload = {"username": "peer", "directories": [{"files": rows[:99]}, {"files": rows[99:]}]}
    async with serving(answering(lambda _: payload)) as url:
        found = await client(session, url).downloads_of("peer")
    assert [row.size for row in found] == list(range(5000))


@pytest.mark.parametrize("payload", [None, "text", 5.5, [], {}, [1], {"id": 1}])
async def test_answers_of_the_wrong_kind(session: ClientSession, payload: object) -> None:
    """Whatever comes, it is read or named, and never something else breaks."""
    async with serving(answering(lambda _: payload)) as url:
        slskd = client(session, url)
        for ask in (
            slskd.status,
            slskd.version,
            slskd.options,
            slskd.list_searches,
            slskd.downloads,
            slskd.events,
            slskd.downloads_listing,
            lambda: slskd.search_state("1"),
            lambda: slskd.search_responses("1"),
            lambda: slskd.start_search("1", "text"),
            lambda: slskd.downloads_of("peer"),
            lambda: slskd.download("peer", "1"),
            lambda: slskd.batch("1"),
            lambda: slskd.place_in_queue("peer", "1"),
        ):
            try:
                await ask()
            except InvalidReplyError:
                continue


async def test_a_listing_of_a_folder_with_any_name(session: ClientSession) -> None:
    """The name travels as base64 in one part of the path."""
    paths: list[str] = []

    def answer(request: web.Request) -> object:
        """Remember the path."""
        paths.append(request.raw_path)
        return {"name": "x", "files": [{"name": "a", "length": 1}], "directories": []}

    async with serving(answering(answer)) as url:
        found = await client(session, url).downloads_listing("Müsic/ÿÿÿ>>>???")
    assert found is not None
    assert [file.path for file in found.files] == ["a"]
    assert paths == ["/api/v0/files/downloads/directories/TcO8c2ljL8O%2Fw7%2FDvz4%2BPj8%2FPw%3D%3D"]


@pytest.mark.parametrize(
    ("status", "key"),
    [(401, "invalid_auth"), (403, "permission_denied"), (415, "request_rejected")],
)
async def test_refusals_while_asking_for_files_are_errors(
    session: ClientSession, status: int, key: str
) -> None:
    """They are about us and not about the source."""

    def answer(request: web.Request) -> object:
        """Refuse only what matters."""
        if request.path.endswith("/version"):
            return "0.25.1"
        return status if request.method == "POST" else 404

    async with serving(answering(answer)) as url:
        with pytest.raises(ServiceError) as caught:
            await client(session, url).enqueue("peer", [RequestedFile(filename="a", size=1)])
    assert caught.value.translation_key == key
    assert (type(caught.value) is RequestRejectedError) is (status == 415)
