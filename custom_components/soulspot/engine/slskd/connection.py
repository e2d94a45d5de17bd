"""Send requests to slskd the way it wants them and name what it refuses."""

from collections.abc import Mapping
from dataclasses import replace
import random
from urllib.parse import quote

from ..errors import InputError, InvalidReplyError, RateLimitedError, Service, UnavailableError
from ..http import HttpClient, Reply
from ..ports import Clock

API_PATH = "/api/v0"
_MAXIMUM_BYTES = 32 * 1024 * 1024  # The whole list of downloads has 0.7 kB per row and no pages.
_BUSY_ATTEMPTS = 12
_BUSY_PAUSE_S = (
    0.3,
    1.0,
)  # slskd lets one search begin at a time; beginning takes moments.
_BUSY_LATER_S = 5.0

# Routes of slskd's own stand where these names would.
_UNADDRESSABLE = frozenset({"", ".", "..", "batches"})


class Connection:
    """Hold the address, the key and the manners of one slskd."""

    def __init__(self, http: HttpClient, api_key: str | None, clock: Clock) -> None:
        """Point a client at the API below the address of `http`.

        slskd answers 415 to anything not declared as JSON, also without a body.
        """
        headers = {
            **http.headers,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        if api_key:
            headers["X-API-Key"] = api_key
        self.http = replace(
            http,
            base_url=http.url(API_PATH),
            headers=headers,
            maximum_bytes=_MAXIMUM_BYTES,
            stay_on_host=True,
        )
        self.clock = clock

    async def send(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        params: Mapping[str, str] | None = None,
        timeout: float | None = None,
        expect: tuple[int, ...] = (),
    ) -> Reply:
        """Return the answer when it is a success or its status is expected; `timeout` in seconds.

        Raises what HttpClient raises, for the transport and for every other status, and
        InvalidReplyError for a refusal that is not in slskd's words: a proxy's page says nothing about
        what was asked.
        """
        reply = await self.http.request(method, path, json=json, params=params, timeout=timeout)
        if reply.status not in expect:
            self.http.raise_for_status(reply)
        elif not reply.is_success and _is_of_others(reply):
            raise InvalidReplyError(Service.SLSKD, "reply_not_json")
        return reply

    async def send_when_free(
        self,
        path: str,
        *,
        json: object,
        timeout: float | None = None,
        expect: tuple[int, ...] = (),
    ) -> Reply:
        """POST, waiting while slskd says that it does one thing at a time (429 since 0.24.0).

        Raises RateLimitedError with the key `slskd_busy` when it stays so for ten seconds.
        """
        for _ in range(_BUSY_ATTEMPTS):
            reply = await self.send("POST", path, json=json, timeout=timeout, expect=(*expect, 429))
            if reply.status != 429:
                return reply
            await self.clock.sleep(random.uniform(*_BUSY_PAUSE_S))
        raise RateLimitedError(Service.SLSKD, _BUSY_LATER_S, "slskd_busy")


def _is_of_others(reply: Reply) -> bool:
    """Tell whether a refusal was written by somebody else: slskd sends JSON, or nothing."""
    headers = {name.lower(): text.lower() for name, text in reply.headers.items()}
    kind = headers.get("content-type")
    return kind is not None and "json" not in kind and headers.get("content-length") != "0"


def message_of(reply: Reply) -> str:
    """Return slskd's own words about a refusal; they may hold names: classify, never show."""
    return reply.data if isinstance(reply.data, str) else ""


def not_logged_in() -> UnavailableError:
    """Return the error for a slskd that is not logged in to Soulseek."""
    return UnavailableError(Service.SLSKD, "not_logged_in")


def is_addressable(username: str) -> bool:
    """Tell whether slskd's routes can name this user."""
    return username not in _UNADDRESSABLE


def user_path(username: str, *parts: str) -> str:
    """Return the encoded path of a user's downloads; raises InputError for an impossible name."""
    if not is_addressable(username):
        raise InputError("invalid_username")
    return "/".join(["/transfers/downloads", encoded(username), *(encoded(part) for part in parts)])


def encoded(part: str) -> str:
    """Percent-encode a part of a path, slashes included."""
    return quote(part, safe="", errors="replace")
