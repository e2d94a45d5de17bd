"""Hand Home Assistant's OAuth tokens to the engine."""

from http import HTTPStatus

from homeassistant.const import CONF_ACCESS_TOKEN, CONF_TOKEN
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers.config_entry_oauth2_flow import OAuth2Session

from .engine.errors import (
    AuthenticationError,
    RateLimitedError,
    Service,
    UnavailableError,
    UnreachableError,
)
from .engine.http import retry_after

LOGIN_NEEDED = "spotify_login_needed"
_DEFAULT_PAUSE = 60.0  # seconds


class SessionTokenProvider:
    """Hand out the tokens of a config entry, which Home Assistant keeps fresh."""

    def __init__(self, session: OAuth2Session) -> None:
        """Take the session that owns the tokens."""
        self._session = session

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return a valid token; `refresh` asks for a new one after a refusal.

        Raises AuthenticationError when the user must log in again; UnreachableError, UnavailableError
        or RateLimitedError when the accounts service gives no token now.
        """
        if refresh:
            self._mark_expired()
        try:
            await self._session.async_ensure_token_valid()
        except OAuth2TokenRequestReauthError as error:
            raise AuthenticationError(Service.SPOTIFY, LOGIN_NEEDED) from error
        except OAuth2TokenRequestError as error:
            if error.status == HTTPStatus.TOO_MANY_REQUESTS:
                pause = retry_after(error.headers or {}) or _DEFAULT_PAUSE
                raise RateLimitedError(Service.SPOTIFY, pause) from error
            raise UnavailableError(Service.SPOTIFY, status=str(error.status)) from error
        except OAuth2TokenRequestConnectionError as error:
            raise UnreachableError(Service.SPOTIFY) from error
        except TimeoutError as error:
            raise UnreachableError(Service.SPOTIFY, "timed_out") from error
        return str(self._session.token[CONF_ACCESS_TOKEN])

    def _mark_expired(self) -> None:
        """Let the session see a token that was refused as run out."""
        entry = self._session.config_entry
        token = {**self._session.token, "expires_at": 0}
        self._session.hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_TOKEN: token}
        )


class LoggedOutTokenProvider:
    """Stand in while the application credential of an entry is gone."""

    async def access_token(self, *, refresh: bool = False) -> str:
        """Ask for a new login."""
        raise AuthenticationError(Service.SPOTIFY, LOGIN_NEEDED)


class FreshTokenProvider:
    """Hand out the token of a login that just happened."""

    def __init__(self, token: str) -> None:
        """Take the access token."""
        self._token = token

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return the token; one that is refused at once cannot be helped."""
        if refresh:
            raise AuthenticationError(Service.SPOTIFY, LOGIN_NEEDED)
        return self._token
