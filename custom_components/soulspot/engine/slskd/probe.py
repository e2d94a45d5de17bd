"""Find out whether an address and a key lead to a usable slskd, and say exactly what is wrong."""

from dataclasses import replace

from ..errors import (
    AuthenticationError,
    InvalidReplyError,
    PermissionDeniedError,
    Service,
    ServiceError,
)
from ..http import HttpClient, Reply
from ..ports import Clock
from .client import SlskdClient
from .connection import API_PATH, Connection, not_logged_in
from .models import ServerStatus, Support
from .versions import MINIMUM_VERSION

_LIKELY_BASE = "/slskd"
_LOGIN_POLLS = 5


async def probe(
    http: HttpClient, api_key: str | None, clock: Clock, *, require_login: bool = False
) -> ServerStatus:
    """Return the state of the slskd at the base address of `http`, with `url` and `is_key_proven` set.

    What merely deserves a word is in `warnings`. Raises, by translation key: UnreachableError
    (`cannot_connect`, `timed_out`), CertificateError (`certificate_failed`, `tls_failed`),
    UnavailableError (`service_unavailable`, and `not_logged_in` when login is required),
    InvalidReplyError (`not_slskd`, `wrong_base_path` with `url`, `redirected`), AuthenticationError
    (`invalid_auth`, `proxy_requires_login`), PermissionDeniedError (`permission_denied`,
    `relay_agent`), ServiceError (`too_old` with `version` and `minimum`).
    """
    asks_for_key = await _asks_for_key(http, clock)
    client = SlskdClient(http, api_key, clock)
    reply = await _application(client.connection)
    status = await client.status()
    if status.version is None:
        raise InvalidReplyError(Service.SLSKD, "not_slskd")
    if status.is_relay_agent:
        raise PermissionDeniedError(Service.SLSKD, "relay_agent")
    if status.features.support is Support.UNSUPPORTED:
        raise ServiceError(
            Service.SLSKD,
            "too_old",
            version=str(status.version),
            minimum=str(MINIMUM_VERSION),
        )
    base_path = reply.url.raw_path.partition(f"{API_PATH}/")[0]
    status = replace(
        status,
        url=str(reply.url.with_path(base_path or "/", encoded=True)).rstrip("/"),
        is_key_proven=asks_for_key if api_key else None,
    )
    if require_login and not status.is_ready:
        return await _wait_for_login(client, status, clock)
    return status


async def _asks_for_key(http: HttpClient, clock: Clock) -> bool:
    """Tell whether slskd wants a key: its one question that anybody may ask.

    The key is not sent before the answer has shown that slskd is there.
    """
    try:
        reply = await Connection(http, None, clock).http.request("GET", "/session/enabled")
    except InvalidReplyError as error:
        if error.translation_key == "redirected":
            raise
        raise await _not_here(http, clock) from error
    if reply.status == 401:
        raise AuthenticationError(Service.SLSKD, "proxy_requires_login")
    if reply.status == 403:
        raise _forbidden(reply)
    if reply.status >= 500:
        http.raise_for_status(reply)
    if reply.is_success and isinstance(reply.data, bool):
        return reply.data
    raise await _not_here(http, clock)


async def _not_here(http: HttpClient, clock: Clock) -> InvalidReplyError:
    """Return the error for an address without slskd; say so when it is on another path.

    slskd answers with its web page, and not with 404, below a base path that it does not have.
    """
    elsewhere = "/" if http.base_url.raw_path.rstrip("/") else _LIKELY_BASE
    url = http.base_url.with_path(elsewhere, encoded=True)
    try:
        other = Connection(replace(http, base_url=url), None, clock)
        reply = await other.http.request("GET", "/session/enabled")
    except ServiceError:
        return InvalidReplyError(Service.SLSKD, "not_slskd")
    if reply.is_success and isinstance(reply.data, bool):
        return InvalidReplyError(Service.SLSKD, "wrong_base_path", url=str(url).rstrip("/"))
    return InvalidReplyError(Service.SLSKD, "not_slskd")


async def _application(connection: Connection) -> Reply:
    """Return the answer with slskd's state, once the key is accepted."""
    try:
        reply = await connection.send("GET", "/application", expect=(403, 404))
    except InvalidReplyError as error:
        raise InvalidReplyError(Service.SLSKD, "not_slskd") from error
    if reply.status == 403:
        raise _forbidden(reply)
    if not isinstance(reply.data, dict):
        raise InvalidReplyError(Service.SLSKD, "not_slskd")
    return reply


def _forbidden(reply: Reply) -> PermissionDeniedError:
    """Return the error for a 403: a relay agent says nothing, a proxy in front shows a page."""
    types = (text for name, text in reply.headers.items() if name.lower() == "content-type")
    has_page = any("html" in text.lower() for text in types)
    return PermissionDeniedError(Service.SLSKD, "permission_denied" if has_page else "relay_agent")


async def _wait_for_login(client: SlskdClient, status: ServerStatus, clock: Clock) -> ServerStatus:
    """Return the status once slskd has logged in; raise when it is not about to."""
    for _ in range(_LOGIN_POLLS):
        if not status.is_reconnecting:
            break
        await clock.sleep(1.0)
        fresh = await client.status()
        status = replace(
            status,
            is_connected=fresh.is_connected,
            is_logged_in=fresh.is_logged_in,
            is_reconnecting=fresh.is_reconnecting,
            state=fresh.state,
            username=fresh.username,
        )
        if status.is_ready:
            return status
    raise not_logged_in()
