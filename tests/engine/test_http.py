"""Check what becomes of answers no service should give."""

import asyncio
from datetime import UTC, datetime
import gzip
import json
import zlib

from aiohttp import ClientSession, web
from hypothesis import given, strategies as st
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import (
    AuthenticationError,
    InvalidReplyError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RequestRejectedError,
    Service,
    ServiceError,
    UnavailableError,
)
from custom_components.soulspot.engine.http import (
    MAXIMUM_RETRY_AFTER,
    HttpClient,
    Reply,
    retry_after,
)

from .http_answers import answering, client, failure_of, redirecting
from .serving import serving

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


# --- Bodies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", ["application/json", "application/problem+json"])
async def test_json_is_parsed(session: ClientSession, content_type: str) -> None:
    """A JSON body arrives as data, whichever JSON type it declares."""
    async with serving(answering('{"a": [1, "ü"]}', content_type=content_type)) as url:
        reply = await client(session, url).request("GET", "/x")
    assert (reply.status, reply.data, reply.is_success) == (200, {"a": [1, "ü"]}, True)


async def test_an_empty_body_is_none(session: ClientSession) -> None:
    """An answer without a body is no error."""
    async with serving(answering(status=204)) as url:
        assert (await client(session, url).request("DELETE", "/x")).data is None


async def test_html_with_success_is_an_error(session: ClientSession) -> None:
    """A web page in place of an answer is named."""
    async with serving(answering("<html></html>", content_type="text/html")) as url:
        error = await failure_of(client(session, url))
    assert isinstance(error, InvalidReplyError)
    assert error.translation_key == "reply_not_json"


@pytest.mark.parametrize("status", [404, 500, 502])
async def test_html_with_failure_keeps_the_status(session: ClientSession, status: int) -> None:
    """A proxy's error page does not hide its status."""
    async with serving(answering("<html></html>", status=status, content_type="text/html")) as url:
        reply = await client(session, url).request("GET", "/x")
    assert (reply.status, reply.data) == (status, None)


async def test_broken_json_is_an_error(session: ClientSession) -> None:
    """JSON that ends early is not taken for an answer."""
    async with serving(answering('{"a": 1')) as url:
        error = await failure_of(client(session, url))
    assert (type(error), error.translation_key) == (InvalidReplyError, "invalid_reply")


async def test_deeply_nested_json_is_an_error(session: ClientSession) -> None:
    """A bomb of brackets ends in an error, not in a crash."""
    async with serving(answering("[" * 100_000 + "]" * 100_000)) as url:
        assert isinstance(await failure_of(client(session, url)), InvalidReplyError)


# --- Sizes -----------------------------------------------------------------------------------------


async def test_a_body_of_exactly_the_maximum_is_read(session: ClientSession) -> None:
    """The limit itself is allowed."""
    body = json.dumps("x" * 998)
    async with serving(answering(body)) as url:
        reply = await client(session, url, maximum_bytes=1000).request("GET", "/x")
    assert len(reply.data) == 998


async def test_a_larger_body_is_refused(session: ClientSession) -> None:
    """One byte more is too much."""
    async with serving(answering(json.dumps("x" * 999))) as url:
        error = await failure_of(client(session, url, maximum_bytes=1000))
    assert error.translation_key == "reply_too_large"


async def test_an_endless_body_is_refused(session: ClientSession) -> None:
    """A body without a length is cut at the limit, and the connection is given up."""
    given_up = asyncio.Event()

    async def pour(request: web.Request) -> web.StreamResponse:
        """Send until nobody listens."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        try:
            while True:
                await response.write(b"[" * 10_000)
        except ConnectionError, asyncio.CancelledError:
            given_up.set()
            raise

    async with serving(pour) as url:
        error = await failure_of(client(session, url, maximum_bytes=100_000))
        assert error.translation_key == "reply_too_large"
        await asyncio.wait_for(given_up.wait(), 5)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_compressed_bomb_is_refused(session: ClientSession, encoding: str) -> None:
    """What counts is the size after unpacking."""
    bomb = b"[" + b" " * 50_000_000 + b"]"
    packed = gzip.compress(bomb, 1) if encoding == "gzip" else zlib.compress(bomb, 1)
    async with serving(answering(packed, headers={"Content-Encoding": encoding})) as url:
        error = await failure_of(client(session, url, maximum_bytes=1_000_000))
    assert error.translation_key == "reply_too_large"


async def test_compressed_json_is_parsed(session: ClientSession) -> None:
    """An honest compressed answer is unpacked."""
    packed = gzip.compress(b'{"a": 1}')
    async with serving(answering(packed, headers={"Content-Encoding": "gzip"})) as url:
        assert (await client(session, url).request("GET", "/x")).data == {"a": 1}


async def test_wrongly_compressed_body_is_an_error(session: ClientSession) -> None:
    """A body that is not what its encoding says is no answer."""
    async with serving(answering(b'{"a": 1}', headers={"Content-Encoding": "gzip"})) as url:
        assert isinstance(await failure_of(client(session, url)), InvalidReplyError)


async def test_a_giant_error_page_keeps_its_status(session: ClientSession) -> None:
    """The status is worth more than the page."""
    async with serving(answering(json.dumps("x" * 5000), status=500)) as url:
        reply = await client(session, url, maximum_bytes=1000).request("GET", "/x")
    assert (reply.status, reply.data) == (500, None)


# --- Requests --------------------------------------------------------------------------------------


async def test_paths_bodies_and_headers_arrive_unchanged(
    session: ClientSession,
) -> None:
    """An encoded path stays as it is, parameters are added, headers of the call win."""

    async def echo(request: web.Request) -> web.Response:
        """Tell what arrived."""
        headers = [request.headers[name] for name in ("X-One", "X-Two")]
        return web.json_response([request.raw_path, await request.text(), *headers])

    async with serving(echo) as url:
        http = client(session, url / "base", headers={"X-One": "1", "X-Two": "2"})
        reply = await http.request(
            "POST",
            "/user/a%2Fb%25%23%3F%20%C3%BC",
            params={"remove": "true"},
            json=[{"filename": "a\\b"}],
            headers={"X-Two": "3"},
        )
    path = "/base/user/a%2Fb%25%23%3F%20%C3%BC?remove=true"
    assert reply.data == [path, '[{"filename":"a\\\\b"}]', "1", "3"]


# --- Statuses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RequestRejectedError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (409, RequestRejectedError),
        (415, RequestRejectedError),
        (429, RateLimitedError),
        (500, UnavailableError),
        (503, UnavailableError),
    ],
)
async def test_statuses_have_their_errors(
    session: ClientSession, status: int, kind: type[ServiceError]
) -> None:
    """Every kind of refusal has its own error, and none names more than the status."""
    async with serving(answering('"secret words"', status=status)) as url:
        http = client(session, url)
        reply = await http.request("GET", "/x")
        with pytest.raises(kind) as caught:
            http.raise_for_status(reply)
    assert type(caught.value) is kind
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 201, 204, 207])
def test_success_raises_nothing(status: int) -> None:
    """Success returns."""
    http = HttpClient(session=None, service=Service.SPOTIFY, base_url=URL("http://h"))  # type: ignore[arg-type]
    http.raise_for_status(Reply(status=status, headers={}, data=None, url=URL("http://h")))


async def test_a_rate_limit_keeps_the_pause(session: ClientSession) -> None:
    """The pause of a 429 is what the service said."""
    async with serving(answering(status=429, headers={"retry-after": "86400"})) as url:
        http = client(session, url)
        with pytest.raises(RateLimitedError) as caught:
            http.raise_for_status(await http.request("GET", "/x"))
    assert caught.value.retry_after == 86400
    assert caught.value.placeholders["pause"] == "24 h"


# --- Retry-After -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("Thu, 01 Oct 2026 12:01:30 GMT", 90.0),
        ("Thu, 01 Oct 2026 14:01:30 +0200", 90.0),
        ("Thu, 01 Oct 2026 12:01:30", 90.0),
        ("Thursday, 01-Oct-26 12:01:30 GMT", 90.0),
        ("Thu, 01 Oct 2026 11:00:00 GMT", 0.0),
        ("99999999999", MAXIMUM_RETRY_AFTER),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAXIMUM_RETRY_AFTER),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("Thu, 99 Oct 2026 12:00:00 GMT", None),
        ("Thu, 01 Oct 99999999999999999999 12:00:00 GMT", None),
    ],
)
def test_retry_after_forms(value: str, seconds: float | None) -> None:
    """Seconds and dates count, nonsense does not, and nothing is endless."""
    assert retry_after({"RETRY-after": value}, NOW) == seconds


def test_retry_after_may_be_absent() -> None:
    """Without the header there is no pause."""
    assert retry_after({}, NOW) is None


@given(st.text())
def test_retry_after_never_breaks(value: str) -> None:
    """Whatever a header holds, the pause is absent or bounded."""
    seconds = retry_after({"Retry-After": value}, NOW)
    assert seconds is None or 0 <= seconds <= MAXIMUM_RETRY_AFTER


# --- Files -----------------------------------------------------------------------------------------


async def test_a_file_is_downloaded(session: ClientSession) -> None:
    """Media type and bytes, whatever the type says."""
    async with serving(answering(b"\xff\xd8picture", content_type="image/jpeg")) as url:
        kind, body = await client(session, url).download("/x", maximum_bytes=100)
    assert (kind, body) == ("image/jpeg", b"\xff\xd8picture")


async def test_a_file_on_the_way_round_is_downloaded(session: ClientSession) -> None:
    """Redirects on the host are followed."""
    async with serving(redirecting("/y")) as url:
        _, body = await client(session, url).download("/x", maximum_bytes=100)
    assert json.loads(body) == ["GET", None]


@pytest.mark.parametrize("location", ["http://localhost/y", "//localhost/y", "file:///etc/passwd"])
async def test_a_file_elsewhere_is_not_downloaded(session: ClientSession, location: str) -> None:
    """Other hosts have to be allowed, and even then only encrypted."""
    async with serving(redirecting(location)) as url:
        with pytest.raises(InvalidReplyError) as caught:
            await client(session, url).download(
                "/x", maximum_bytes=100, allowed_hosts=["localhost"]
            )
    assert caught.value.translation_key == "redirected"


async def test_a_file_that_is_too_large_is_not_downloaded(session: ClientSession) -> None:
    """The limit is the caller's."""
    async with serving(answering(b"x" * 101, content_type="image/png")) as url:
        with pytest.raises(InvalidReplyError) as caught:
            await client(session, url).download("/x", maximum_bytes=100)
    assert caught.value.translation_key == "reply_too_large"


async def test_a_file_that_is_missing_is_an_error(session: ClientSession) -> None:
    """A page in its place is no file."""
    async with serving(answering(b"<html>", status=404, content_type="text/html")) as url:
        with pytest.raises(NotFoundError):
            await client(session, url).download("/x", maximum_bytes=100)
