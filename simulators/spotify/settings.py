"""List everything about the Spotify simulator that can be set, by code or while it runs."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from simulators.catalogue import LISTENER

DEFAULT_CLIENT_ID = "5p0t1fys1mulat0rcl1ent1d00000000"
MY_HOME_ASSISTANT = "https://my.home-assistant.io/redirect/oauth"
LOCAL_HOME_ASSISTANT = "http://127.0.0.1/auth/external/callback"
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1"})


class Spelling(StrEnum):
    """Name the field names of the replies: before, during and after the change of 2026."""

    OLD = "old"
    TRANSITION = "transition"
    NEW = "new"


class Consent(StrEnum):
    """Name what happens on the authorize page."""

    PAGE = "page"
    APPROVE = "approve"
    DENY = "deny"


class Rotation(StrEnum):
    """Name whether a refresh brings a new refresh token and revokes the old one."""

    NEVER = "never"
    ALWAYS = "always"


def is_allowed_redirect(uri: str) -> bool:
    """Tell whether an address may be registered: https, or http with a loopback address literal."""
    parts = urlsplit(uri)
    if parts.fragment or not parts.hostname:
        return False
    if parts.scheme == "https":
        return parts.hostname != "localhost"
    return parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS


@dataclass(frozen=True, slots=True)
class ClientApp:
    """Hold one app of the developer dashboard; without a secret only PKCE works."""

    client_id: str
    client_secret: str | None
    redirect_uris: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse redirect addresses the dashboard would refuse."""
        for uri in self.redirect_uris:
            if not is_allowed_redirect(uri):
                raise ValueError(f"redirect address not secure: {uri}")

    def accepts_redirect(self, uri: str) -> bool:
        """Compare exactly; only a loopback address registered without a port may vary it."""
        if uri in self.redirect_uris:
            return True
        wanted = urlsplit(uri)
        if wanted.scheme != "http" or wanted.hostname not in LOOPBACK_HOSTS:
            return False
        for registered in map(urlsplit, self.redirect_uris):
            if registered.port is None and registered.hostname == wanted.hostname:
                return registered.path == wanted.path and registered.query == wanted.query
        return False


DEFAULT_APP = ClientApp(
    DEFAULT_CLIENT_ID,
    "simulated-client-secret",
    (MY_HOME_ASSISTANT, LOCAL_HOME_ASSISTANT),
)


@dataclass(slots=True)
class SpotifySettings:
    """Hold the knobs; all may be changed while the simulator runs. Times in seconds."""

    spelling: Spelling = Spelling.TRANSITION
    consent: Consent = Consent.PAGE
    rotation: Rotation = Rotation.NEVER
    signed_in_as: str = LISTENER
    apps: tuple[ClientApp, ...] = (DEFAULT_APP,)
    allow_old_items_path: bool = False
    items_limit_maximum: int = 50
    null_among_playlists: bool = True
    local_keys_absent: bool = False
    item_key_absent: bool = False
    access_token_lifetime_s: float = 3600
    consent_lifetime_s: float = 182 * 86_400
    requests_per_30_s: int | None = None
    requests_per_day: int | None = None
    unregistered_accounts: set[str] = field(default_factory=set)
    relinked_recordings: set[str] = field(default_factory=set)
