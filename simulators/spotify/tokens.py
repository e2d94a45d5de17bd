"""Issue, check, refresh and revoke what a sign-in hands out."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from secrets import compare_digest, token_urlsafe

from simulators.common.clock import Clock

from .settings import ClientApp, Rotation, SpotifySettings

_CODE_LIFETIME_S = 600
_REVOKED = "Refresh token revoked"
_EXPIRED = "Refresh token expired"


class OAuthError(Exception):
    """Refuse a token request with the error names of the OAuth standard."""

    def __init__(self, error: str, description: str) -> None:
        """Take the standard's name and a sentence."""
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(slots=True)
class Grant:
    """Remember one consent; times in Unix seconds."""

    client_id: str
    account: str
    scope: str
    consented_at: float
    refused_because: str | None = None


@dataclass(frozen=True, slots=True)
class _Code:
    """Hold what an authorization code is worth."""

    grant: Grant
    redirect_uri: str
    challenge: str | None
    expires_at: float


@dataclass(slots=True)
class _AccessToken:
    """Hold whom an access token stands for and until when."""

    grant: Grant
    expires_at: float


class TokenStore:
    """Keep codes and tokens in memory."""

    def __init__(self, settings: SpotifySettings, clock: Clock) -> None:
        """Take the knobs and the time."""
        self._settings = settings
        self._clock = clock
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _AccessToken] = {}
        self._refresh: dict[str, Grant] = {}
        self._revoked_refresh: set[str] = set()

    def issue_code(
        self, app: ClientApp, scope: str, redirect_uri: str, challenge: str | None
    ) -> str:
        """Return a one-time code for the signed-in account's consent."""
        now = self._clock.now()
        grant = Grant(app.client_id, self._settings.signed_in_as, scope, now)
        code = token_urlsafe(48)
        self._codes[code] = _Code(grant, redirect_uri, challenge, now + _CODE_LIFETIME_S)
        return code

    def exchange(
        self,
        app: ClientApp,
        code: str,
        redirect_uri: str,
        verifier: str | None,
        *,
        secret_sent: bool,
    ) -> dict[str, object]:
        """Return the token reply for a code; OAuthError when anything does not fit."""
        held = self._codes.pop(code, None)
        if held is None or held.grant.client_id != app.client_id:
            raise OAuthError("invalid_grant", "Invalid authorization code")
        if held.expires_at < self._clock.now():
            raise OAuthError("invalid_grant", "Authorization code expired")
        if held.redirect_uri != redirect_uri:
            raise OAuthError("invalid_grant", "Invalid redirect URI")
        if held.challenge is None:
            if not secret_sent:
                raise OAuthError("invalid_client", "Invalid client secret")
        elif verifier is None or not is_right_verifier(verifier, held.challenge):
            raise OAuthError("invalid_grant", "code_verifier was incorrect")
        return self._reply(held.grant, self._new_refresh_token(held.grant))

    def refresh(self, app: ClientApp, refresh_token: str) -> dict[str, object]:
        """Return the token reply for a refresh token; the six months count from the consent."""
        grant = self._refresh.get(refresh_token)
        if grant is None or grant.client_id != app.client_id:
            raise OAuthError("invalid_grant", "Invalid refresh token")
        if refresh_token in self._revoked_refresh:
            raise OAuthError("invalid_grant", _REVOKED)
        if grant.refused_because is not None:
            raise OAuthError("invalid_grant", grant.refused_because)
        if grant.consented_at + self._settings.consent_lifetime_s <= self._clock.now():
            raise OAuthError("invalid_grant", _EXPIRED)
        if self._settings.rotation is Rotation.NEVER:
            return self._reply(grant, None)
        self._revoked_refresh.add(refresh_token)
        return self._reply(grant, self._new_refresh_token(grant))

    def issue_directly(self, scope: str, account: str, client_id: str) -> dict[str, object]:
        """Return a token reply without any sign-in, for tests of the API alone."""
        grant = Grant(client_id, account, scope, self._clock.now())
        return self._reply(grant, self._new_refresh_token(grant))

    def grant_of(self, access_token: str) -> Grant | None:
        """Return the consent behind an access token; None when it never existed."""
        held = self._access.get(access_token)
        return None if held is None else held.grant

    def is_expired(self, access_token: str) -> bool:
        """Tell whether a known access token has run out."""
        return self._access[access_token].expires_at <= self._clock.now()

    def expire_access_tokens(self) -> None:
        """Let every access token run out now."""
        for held in self._access.values():
            held.expires_at = self._clock.now()

    def refuse_refreshing(self, reason: str = _REVOKED) -> None:
        """Cut off every consent given so far."""
        for grant in self._refresh.values():
            grant.refused_because = reason

    def _new_refresh_token(self, grant: Grant) -> str:
        """Make a refresh token."""
        token = token_urlsafe(96)
        self._refresh[token] = grant
        return token

    def _reply(self, grant: Grant, refresh_token: str | None) -> dict[str, object]:
        """Make an access token and the reply around it."""
        lifetime = self._settings.access_token_lifetime_s
        token = token_urlsafe(96)
        self._access[token] = _AccessToken(grant, self._clock.now() + lifetime)
        reply: dict[str, object] = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(lifetime),
            "scope": grant.scope,
        }
        if refresh_token is not None:
            reply["refresh_token"] = refresh_token
        return reply


def is_right_verifier(verifier: str, challenge: str) -> bool:
    """Check a PKCE verifier of 43 to 128 characters against its S256 challenge."""
    if not 43 <= len(verifier) <= 128 or not verifier.isascii():
        return False
    digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return compare_digest(digest, challenge)
