"""Check what becomes of connections that break, of certificates, and of redirects."""

import asyncio
import socket
import ssl

from aiohttp import ClientSession, web
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import (
    CertificateError,
    InvalidReplyError,
    UnreachableError,
)
from tests.certificates import self_signed_context

from .http_answers import answering, client, failure_of, redirecting
from .serving import HOST, serving, serving_bytes

pytestmark = pytest.mark.usefixtures("socket_enabled")


# --- Connections -----------------------------------------------------------------------------------


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


# --- TLS -------------------------------------------------------------------------------------------


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


# --- Redirects -------------------------------------------------------------------------------------


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
