"""Check what becomes of answers no service should give."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
import gzip
import json
import socket
import ssl
import zlib

from aiohttp import ClientSession, web
from hypothesis import given, strategies as st
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import (
    AuthenticationError,
    CertificateError,
    InvalidReplyError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RequestRejectedError,
    Service,
    ServiceError,
    UnavailableError,
    UnreachableError,
)
from custom_components.soulspot.engine.http import (
    MAXIMUM_RETRY_AFTER,
    HttpClient,
    Reply,
    retry_after,
)
from tests.certificates import self_signed_context

from .serving import HOST, Handler, serving, serving_bytes

pytestmark = pytest.mark.usefixtures("socket_enabled")

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Return a session like the one Home Assistant hands out."""
    async with ClientSession() as opened:
        yield opened


def client(session: ClientSession, url: URL, **settings: object) -> HttpClient:
    """Return a client for a test server."""
    return HttpClient(session=session, service=Service.SLSKD, base_url=url, **settings)  # type: ignore[arg-type]


def answering(
    body: bytes | str = b"",
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
) -> Handler:
    """Return a handler with one fixed answer."""
    data = body.encode() if isinstance(body, str) else body

    async def answer(_: web.Request) -> web.Response:
        """Answer."""
        return web.Response(
            body=data,
            status=status,
            headers={"Content-Type": content_type, **(headers or {})},
        )

    return answer


async def failure_of(http: HttpClient, **arguments: object) -> ServiceError:
    """Return the error a GET ends with."""
    with pytest.raises(ServiceError) as caught:
        await http.request("GET", "/x", **arguments)  # type: ignore[arg-type]
    return caught.value


# --- Bodies ------------------------------------------------------------------------------------


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


# --- Sizes -------------------------------------------------------------------------------------


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


# --- Connections -------------------------------------------------------------------------------


async def test_a_cut_off_body_is_an_error(session: ClientSession) -> None:
    """A connection lost in the middle of a body is no shorter answer."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    async with serving_bytes(head + b'{"a": 1}') as url:
        error = await failure_of(client(session, url))
    assert (type(error), error.translation_key) == (InvalidReplyError, "reply_cut_off")


async def test_a_cut_off_chunked_body_is_an_error(session: ClientSession) -> None:
    """The same without a length."""
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    async with serving_bytes(head + b"8\r\n" + b'{"a": 1}\r\n') as url:
        assert (await failure_of(client(session, url))).translation_key == "reply_cut_off"


async def test_a_server_that_hangs_up_is_unreachable(session: ClientSession) -> None:
    """A connection closed without an answer is no answer."""
    async with serving_bytes(b"") as url:
        error = await failure_of(client(session, url))
    assert (type(error), error.translation_key) == (UnreachableError, "cannot_connect")


async def test_a_server_that_speaks_something_else_is_named(
    session: ClientSession,
) -> None:
    """An SSH greeting is not "unreachable"."""
    async with serving_bytes(b"SSH-2.0-OpenSSH_9.2\r\n") as url:
        assert isinstance(await failure_of(client(session, url)), InvalidReplyError)


async def test_a_closed_port_is_unreachable(session: ClientSession) -> None:
    """Nobody listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
        error = await failure_of(client(session, URL(f"http://{HOST}:{port}")))
    assert (type(error), error.translation_key) == (UnreachableError, "cannot_connect")


async def test_a_silent_server_times_out(session: ClientSession) -> None:
    """A server that does not answer is given up after the time-out of the call."""

    async def wait(_: web.Request) -> web.Response:
        """Never answer."""
        await asyncio.Event().wait()
        return web.Response()

    async with serving(wait) as url:
        error = await failure_of(client(session, url), timeout=0.05)
    assert (type(error), error.translation_key) == (UnreachableError, "timed_out")


async def test_a_dripping_server_times_out(session: ClientSession) -> None:
    """The time-out is for the whole answer, not for each byte."""

    async def drip(request: web.Request) -> web.StreamResponse:
        """Send a byte now and then."""
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)

    async with serving(drip) as url:
        error = await failure_of(client(session, url, timeout=0.1))
    assert error.translation_key == "timed_out"


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Return a server's TLS with a certificate nobody vouches for, as slskd makes one."""
    return self_signed_context(tmp_path_factory.mktemp("tls"))


async def test_a_self_signed_certificate_is_named(
    session: ClientSession, self_signed: ssl.SSLContext
) -> None:
    """A certificate that cannot be verified has its own error."""
    async with serving(answering("true"), tls=self_signed) as url:
        error = await failure_of(client(session, url))
    assert (type(error), error.translation_key) == (
        CertificateError,
        "certificate_failed",
    )


async def test_a_self_signed_certificate_can_be_accepted(
    session: ClientSession, self_signed: ssl.SSLContext
) -> None:
    """Who switches the check off gets an answer."""
    async with serving(answering("true"), tls=self_signed) as url:
        reply = await client(session, url, verify_certificate=False).request("GET", "/x")
    assert reply.data is True


async def test_https_to_a_plain_port_is_named(session: ClientSession) -> None:
    """TLS where none is spoken is not a matter of certificates."""
    async with serving(answering("true")) as url:
        error = await failure_of(client(session, url.with_scheme("https")))
    assert (type(error), error.translation_key) == (CertificateError, "tls_failed")


# --- Requests ------------------------------------------------------------------------------------


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


# --- Redirects -----------------------------------------------------------------------------------


def redirecting(location: str, status: int = 307) -> Handler:
    """Return a handler that sends on from /x, and tells what arrived elsewhere."""

    async def answer(request: web.Request) -> web.Response:
        """Redirect or tell."""
        if request.path == "/x":
            return web.Response(
                status=status,
                body=b"<html>",
                headers={"Location": location, "Content-Type": "text/html"},
            )
        return web.json_response([request.method, request.headers.get("X-API-Key")])

    return answer


@pytest.mark.parametrize("status", [307, 308])
async def test_a_redirect_on_the_host_is_followed(session: ClientSession, status: int) -> None:
    """Method and key go along when the host stays the same."""
    async with serving(redirecting("/y", status)) as url:
        http = client(session, url, stay_on_host=True, headers={"X-API-Key": "secret"})
        reply = await http.request("POST", "/x", json={})
    assert reply.data == ["POST", "secret"]
    assert reply.url.path == "/y"


async def test_a_key_never_follows_to_another_host(session: ClientSession) -> None:
    """The other host is not asked at all."""
    async with (
        serving(answering("true")) as elsewhere,
        serving(redirecting(str(elsewhere.with_host("localhost") / "y"))) as url,
    ):
        error = await failure_of(
            client(session, url, stay_on_host=True, headers={"X-API-Key": "secret"})
        )
    assert (type(error), error.translation_key) == (InvalidReplyError, "redirected")


@pytest.mark.parametrize(
    ("location", "status", "method"),
    [
        ("/x", 307, "GET"),  # In a circle.
        ("/y", 302, "POST"),  # Would lose the method.
        ("", 307, "GET"),
        ("http://[", 307, "GET"),
    ],
)
async def test_useless_redirects_are_named(
    session: ClientSession, location: str, status: int, method: str
) -> None:
    """A redirect that cannot be followed ends the request."""
    async with serving(redirecting(location, status)) as url:
        http = client(session, url, stay_on_host=True)
        with pytest.raises(InvalidReplyError) as caught:
            await http.request(method, "/x")
    assert caught.value.translation_key == "redirected"


async def test_a_redirect_never_loses_tls(
    session: ClientSession, self_signed: ssl.SSLContext
) -> None:
    """What began encrypted does not go on in the clear."""
    async with (
        serving(answering("true")) as plain,
        serving(redirecting(str(plain / "y")), tls=self_signed) as url,
    ):
        http = client(session, url, stay_on_host=True, verify_certificate=False)
        assert (await failure_of(http)).translation_key == "redirected"


async def test_other_clients_follow_everywhere(session: ClientSession) -> None:
    """A service without a key in its headers may send on, as the Cover Art Archive does."""
    async with (
        serving(answering("true")) as elsewhere,
        serving(redirecting(str(elsewhere / "y"))) as url,
    ):
        reply = await client(session, url).request("GET", "/x")
    assert reply.data is True


# --- Statuses ------------------------------------------------------------------------------------


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


# --- Files -------------------------------------------------------------------------------------


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
