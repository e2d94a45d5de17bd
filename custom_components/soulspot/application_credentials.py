"""Let Home Assistant log in to Spotify with the user's own app and PKCE."""

from http import HTTPStatus
import os
from typing import Any, override

from homeassistant.components.application_credentials import ClientCredential
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import OAuth2TokenRequestReauthError, OAuth2TokenRequestTransientError
from homeassistant.helpers.config_entry_oauth2_flow import (
    AUTH_CALLBACK_PATH,
    MY_AUTH_CALLBACK_PATH,
    AbstractOAuth2Implementation,
    LocalOAuth2ImplementationWithPkce,
)
from homeassistant.helpers.network import NoURLAvailableError, get_url

from .engine.settings import Endpoints

DASHBOARD_URL = "https://developer.spotify.com/dashboard"

# Other client errors come from proxies and outages; they pass, a refused grant does not.
_DEFINITE_REFUSALS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED)


class SpotifyImplementation(LocalOAuth2ImplementationWithPkce):
    """Log in to Spotify with PKCE under the name the user gave the credential."""

    def __init__(self, hass: HomeAssistant, auth_domain: str, credential: ClientCredential) -> None:
        """Take the addresses of the accounts service and the user's app."""
        accounts = Endpoints.from_environment(os.environ).spotify_accounts
        super().__init__(
            hass,
            auth_domain,
            credential.client_id,
            authorize_url=str(accounts / "authorize"),
            token_url=str(accounts / "api" / "token"),
            client_secret=credential.client_secret,
        )
        self._name = credential.name

    @property
    @override
    def name(self) -> str:
        """Return what to show where several credentials can be chosen from."""
        return self._name or self.client_id

    @override
    async def async_refresh_token(self, token: dict[str, Any]) -> dict[str, Any]:
        """Refresh the token; only a definite refusal sends the user to the login page."""
        try:
            return await super().async_refresh_token(token)
        except OAuth2TokenRequestReauthError as error:
            if error.status in _DEFINITE_REFUSALS:
                raise
            raise OAuth2TokenRequestTransientError(
                domain=error.domain,
                request_info=error.request_info,
                history=error.history,
                status=error.status,
                message=error.message,
                headers=error.headers,
            ) from error


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> AbstractOAuth2Implementation:
    """Return the implementation for one credential."""
    return SpotifyImplementation(hass, auth_domain, credential)


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return what the credentials dialog tells the user to enter at Spotify."""
    return {"dashboard_url": DASHBOARD_URL, "redirect_uri": _redirect_uri(hass)}


def _redirect_uri(hass: HomeAssistant) -> str:
    """Return the one address to register at Spotify."""
    if "my" not in hass.config.components:
        try:
            return f"{get_url(hass, prefer_external=True)}{AUTH_CALLBACK_PATH}"
        except NoURLAvailableError:
            pass
    return MY_AUTH_CALLBACK_PATH
