"""Talk HTTP in one place: time-outs, sizes, JSON, Retry-After and errors."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
import math
import ssl
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from .errors import (
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

MAXIMUM_REPLY_BYTES = 16 * 1024 * 1024
MAXIMUM_RETRY_AFTER = 7 * 24 * 3600.0  # seconds
MAXIMUM_REDIRECTS = 5
_CHUNK_BYTES = 64 * 1024
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Hold an answer; `data` is the parsed JSON, or None for an empty body."""

    status: int
    headers: Mapping[str, str]
    data: Any
    url: URL

    @property
    def is_success(self) -> bool:
        """Tell whether the status is 2xx."""
        return _is_success(self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpClient:
    """Send requests to one service over a session that somebody else owns."""

    session: aiohttp.ClientSession
    service: Service
    base_url: URL
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)  # They may hold a key.
    timeout: float = 15.0  # seconds
    verify_certificate: bool = True
    maximum_bytes: int = MAXIMUM_REPLY_BYTES
    stay_on_host: bool = False  # For keys in headers: never carry them to another host.

    def url(self, path: str) -> URL:
        """Append an already encoded path to the base address."""
        return URL(f"{str(self.base_url).rstrip('/')}/{path.lstrip('/')}", encoded=True)

    async def request(
        self,
        method: str,
        url: str | URL,
        *,
        params: Mapping[str, str] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Reply:
        """Return the answer whatever its status.

        `url` is a path below the base address or a whole address; `timeout` is in seconds. The body is
        `json`, or else `form` as a web page would send it. Raises
        UnreachableError, CertificateError, or InvalidReplyError for a body that is too large, cut
        off, or not JSON on success.
        """
        target = url if isinstance(url, URL) else self.url(url)
        if params:
            target = target.update_query(params)
        body = None if json is None else orjson.dumps(json)
        if form is not None:
            body = urlencode(form).encode()
            headers = {**(headers or {}), "Content-Type": "application/x-www-form-urlencoded"}
        for _ in range(MAXIMUM_REDIRECTS):
            reply = await self._send(
                method, target, body, {**self.headers, **(headers or {})}, timeout
            )
            if not self.stay_on_host or reply.status not in _REDIRECTS:
                return reply
            target = self._redirected(method, reply)
        raise InvalidReplyError(self.service, "redirected")

    async def _send(
        self,
        method: str,
        url: URL,
        body: bytes | None,
        headers: Mapping[str, str],
        timeout: float | None,
    ) -> Reply:
        """Send one request and name what went wrong on the way."""
        try:
            async with self.session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=timeout or self.timeout),
                ssl=self.verify_certificate,
                allow_redirects=not self.stay_on_host,
            ) as response:
                return Reply(
                    status=response.status,
                    headers=dict(response.headers),
                    data=self._parse(response, await self._read(response)),
                    url=response.url,
                )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _failure(self.service, error) from error

    async def download(
        self,
        url: str | URL,
        *,
        maximum_bytes: int,
        allowed_hosts: Collection[str] = (),
        timeout: float | None = None,
    ) -> tuple[str, bytes]:
        """Return the media type and the body of a file that is not JSON.

        The address and every redirect must stay on the base address's host or be https on one of
        `allowed_hosts` or below it. Raises as `request` and `raise_for_status` do, and
        InvalidReplyError for other hosts or too many bytes; `timeout` is in seconds per hop.
        """
        target = url if isinstance(url, URL) else self.url(url)
        for _ in range(MAXIMUM_REDIRECTS):
            if not self._may_visit(target, allowed_hosts):
                break
            try:
                async with self.session.get(
                    target,
                    headers=self.headers,
                    timeout=aiohttp.ClientTimeout(total=timeout or self.timeout),
                    ssl=self.verify_certificate,
                    allow_redirects=False,
                ) as response:
                    if response.status not in _REDIRECTS:
                        headers = dict(response.headers)
                        self.raise_for_status(
                            Reply(
                                status=response.status,
                                headers=headers,
                                data=None,
                                url=target,
                            )
                        )
                        return response.content_type, await self._read(response, maximum_bytes)
                    target = target.join(URL(response.headers.get("Location", "")))
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise _failure(self.service, error) from error
        raise InvalidReplyError(self.service, "redirected")

    def _may_visit(self, target: URL, allowed_hosts: Collection[str]) -> bool:
        """Tell whether a download may go to an address."""
        host = target.host or ""
        if host == self.base_url.host:
            return target.scheme in {"https", self.base_url.scheme}
        return target.scheme == "https" and any(
            host == allowed or host.endswith(f".{allowed}") for allowed in allowed_hosts
        )

    def _redirected(self, method: str, reply: Reply) -> URL:
        """Return where a redirect leads when it stays on the host and does not lose TLS."""
        location = next(
            (text for name, text in reply.headers.items() if name.lower() == "location"),
            "",
        )
        try:
            target = reply.url.join(URL(location, encoded=True))
        except ValueError as error:
            raise InvalidReplyError(self.service, "redirected") from error
        keeps_method = reply.status in (307, 308) or method in ("GET", "HEAD")
        keeps_tls = target.scheme in {"https", reply.url.scheme}
        if not location or not keeps_method or not keeps_tls or target.host != reply.url.host:
            raise InvalidReplyError(self.service, "redirected")
        return target

    async def _read(
        self, response: aiohttp.ClientResponse, maximum_bytes: int | None = None
    ) -> bytes:
        """Read the body up to the allowed size, whatever its length header says."""
        maximum_bytes = maximum_bytes or self.maximum_bytes
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            body += chunk
            if len(body) > maximum_bytes:
                if not _is_success(response.status):
                    return b""  # The status says enough.
                raise InvalidReplyError(self.service, "reply_too_large")
        return bytes(body)

    def _parse(self, response: aiohttp.ClientResponse, body: bytes) -> Any:
        """Parse JSON; an unreadable body matters only when the status claims success."""
        if not body.strip():
            return None
        is_json = response.content_type == "application/json" or response.content_type.endswith(
            "+json"
        )
        if not is_json and _is_success(response.status):
            raise InvalidReplyError(self.service, "reply_not_json")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            if _is_success(response.status):
                raise InvalidReplyError(self.service) from error
            return None

    def raise_for_status(self, reply: Reply) -> None:
        """Raise the error that the status means to every service; success returns."""
        status = reply.status
        if status < 400:
            return
        if status == 401:
            raise AuthenticationError(self.service)
        if status == 403:
            raise PermissionDeniedError(self.service)
        if status == 404:
            raise NotFoundError(self.service)
        if status == 429:
            raise RateLimitedError(self.service, retry_after(reply.headers) or 30.0)
        if status >= 500:
            raise UnavailableError(self.service, status=str(status))
        raise RequestRejectedError(self.service, status=str(status))


def _failure(service: Service, error: Exception) -> ServiceError:
    """Name what went wrong on the way to an answer."""
    match error:
        case aiohttp.ClientPayloadError():
            return InvalidReplyError(service, "reply_cut_off")
        case aiohttp.ClientConnectorCertificateError():
            return CertificateError(service)
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return CertificateError(service, "tls_failed")
        case TimeoutError():
            return UnreachableError(service, "timed_out")
        case aiohttp.ClientResponseError():  # Not HTTP at all, or redirects in a circle.
            return InvalidReplyError(service)
    return UnreachableError(service)


def _is_success(status: int) -> bool:
    """Tell whether a status is 2xx."""
    return 200 <= status < 300


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the pause a service asks for in seconds, or None.

    Accepts seconds and HTTP dates (RFC 9110, section 10.2.3); nonsense counts as absent.
    """
    value = next((text for name, text in headers.items() if name.lower() == "retry-after"), None)
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError, OverflowError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), MAXIMUM_RETRY_AFTER)
