"""Send requests to the Spotify Web API with token, guard and the meaning of its errors."""

from collections.abc import Mapping
from typing import Any

from yarl import URL

from ..errors import (
    InvalidReplyError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitedError,
    Service,
)
from ..http import HttpClient, Reply, retry_after
from ..payload import json_object, text_or_none
from ..ports import TokenProvider
from .guard import LONGEST_WAIT, RequestGuard

# The limit counts over a rolling 30 seconds.
_DEFAULT_PAUSE = 30.0  # seconds
# The quota's pauses seen were 13 to 15 hours; ask again after one when none is named.
_DEFAULT_QUOTA_PAUSE = 3600.0  # seconds
_MAXIMUM_PAUSES = 2

_FORBIDDEN = (
    ("premium", "spotify_premium_required"),
    ("registered", "spotify_user_not_registered"),
    ("developer.spotify.com/dashboard", "spotify_user_not_registered"),
    ("developer dashboard", "spotify_user_not_registered"),
    ("scope", "spotify_scope_missing"),
)


class SpotifyApi:
    """Fetch JSON below the API's base address."""

    def __init__(self, http: HttpClient, tokens: TokenProvider, guard: RequestGuard) -> None:
        """Take the client whose base address is the API's, as `https://api.spotify.com/v1`."""
        self._http = http
        self._tokens = tokens
        self._guard = guard

    @property
    def service(self) -> Service:
        """Return the service to name in errors."""
        return self._http.service

    def next_offset(self, link: str, present: int) -> int:
        """Return the offset that a page's `next` asks for, above the present one.

        Only the number is used, so that no reply can lead the token elsewhere; raises
        InvalidReplyError when the link leaves the API or does not go forward.
        """
        base = self._http.base_url
        try:
            address = URL(link)
            offset = int(address.query.get("offset", ""))
            is_elsewhere = address.origin() != base.origin()
        except ValueError as error:
            raise InvalidReplyError(self.service, "reply_not_page") from error
        if is_elsewhere or not address.path.startswith(f"{base.path.rstrip('/')}/"):
            raise InvalidReplyError(self.service, "next_page_elsewhere")
        if offset <= present:
            raise InvalidReplyError(self.service, "next_page_not_forward")
        return offset

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Return the parsed reply of an already encoded path.

        A refused token is refreshed once, a short rate pause waited out twice. Raises
        AuthenticationError, PermissionDeniedError by cause, NotFoundError, RateLimitedError or
        QuotaExceededError with the pause, UnavailableError, RequestRejectedError and what
        `HttpClient.request` raises.
        """
        token = await self._tokens.access_token()
        may_refresh = True
        pauses = 0
        while True:
            reply = await self._send(path, params, token)
            if reply.status == 401 and may_refresh:
                may_refresh = False
                token = await self._tokens.access_token(refresh=True)
            elif reply.status == 429:
                await self._pause(reply, may_try_again=pauses < _MAXIMUM_PAUSES)
                pauses += 1
            else:
                self._raise_for_status(reply)
                return reply.data

    async def _send(self, path: str, params: Mapping[str, str] | None, token: str) -> Reply:
        """Send one request when the guard lets it through."""
        await self._guard.admit()
        return await self._http.request(
            "GET",
            path,
            params=params,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        )

    async def _pause(self, reply: Reply, *, may_try_again: bool) -> None:
        """Tell the guard how long to rest; raise unless the rest is short."""
        is_quota = _reason(reply) == "QUOTA_EXCEEDED"
        pause = retry_after(reply.headers)
        if pause is None:
            pause = _DEFAULT_QUOTA_PAUSE if is_quota else _DEFAULT_PAUSE
        await self._guard.block(pause, is_quota=is_quota)
        if is_quota:
            raise QuotaExceededError(self.service, pause)
        if pause > LONGEST_WAIT or not may_try_again:
            raise RateLimitedError(self.service, pause)

    def _raise_for_status(self, reply: Reply) -> None:
        """Raise by status, and a 403 by the cause that its message names."""
        if reply.status == 403:
            message = _message(reply).lower()
            key = next((key for words, key in _FORBIDDEN if words in message), None)
            raise PermissionDeniedError(self.service, key)
        self._http.raise_for_status(reply)
        if not reply.is_success:
            raise InvalidReplyError(self.service, status=str(reply.status))


def _message(reply: Reply) -> str:
    """Return what the API says about an error, or an empty text."""
    return text_or_none(json_object(json_object(reply.data).get("error")).get("message")) or ""


def _reason(reply: Reply) -> str:
    """Return the API's short code for an error, or an empty text."""
    return (
        text_or_none(json_object(json_object(reply.data).get("error")).get("reason")) or ""
    ).upper()
