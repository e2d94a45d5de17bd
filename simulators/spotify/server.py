"""Put the Spotify simulator together and run it."""

from collections.abc import Callable

from aiohttp import web

from simulators.catalogue import LISTENER, Catalogue, demo_catalogue
from simulators.common.clock import Clock
from simulators.common.web_simulator import WebSimulator

from .accounts import AccountsService
from .api import WebApi
from .control import ControlService
from .faults import Fault
from .identity import open_url, playlist_id, spotify_id
from .middleware import Gate, ScheduledAction
from .settings import SpotifySettings
from .tokens import TokenStore
from .world import SpotifyWorld

ALL_SCOPES = "playlist-read-private playlist-read-collaborative user-library-read"


class SpotifySimulator(WebSimulator[Fault]):
    """Serve accounts, Web API and pictures on one port of 127.0.0.1."""

    def __init__(
        self,
        catalogue: Catalogue | None = None,
        *,
        settings: SpotifySettings | None = None,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Take the music (the demo's by default), the knobs, the time and a port (0: any free one)."""
        self.settings = SpotifySettings() if settings is None else settings
        self.clock = Clock() if clock is None else clock
        self.world = SpotifyWorld(demo_catalogue() if catalogue is None else catalogue)
        self.tokens = TokenStore(self.settings, self.clock)
        self._gate = Gate(self.settings, self.tokens, self.clock)
        self._api = WebApi(self.world, self.settings, "")
        application = web.Application(middlewares=[self._gate.middleware()])
        AccountsService(self.settings, self.tokens).add_routes(application)
        self._api.add_routes(application)
        control = ControlService(self.world, self.settings, self._gate, self.tokens, self.clock)
        control.add_routes(application)
        super().__init__(application, port, self._gate.log, self._gate.faults)

    async def start(self) -> None:
        """Listen on 127.0.0.1."""
        await super().start()
        self._api.base_url = self.url

    @property
    def accounts_url(self) -> str:
        """Return what stands for https://accounts.spotify.com."""
        return self.url

    @property
    def authorize_url(self) -> str:
        """Return the address of the consent page."""
        return f"{self.url}/authorize"

    @property
    def token_url(self) -> str:
        """Return the address of the token endpoint."""
        return f"{self.url}/api/token"

    @property
    def api_url(self) -> str:
        """Return what stands for https://api.spotify.com/v1."""
        return f"{self.url}/v1"

    def before_request(self, path: str, action: Callable[[], None], occurrence: int = 1) -> None:
        """Run an action just before the n-th matching request from now on, to change lists in mid-read."""
        self._gate.scheduled.append(ScheduledAction(path, occurrence, action))

    def issue_token(self, scope: str = ALL_SCOPES, account: str = LISTENER) -> str:
        """Return a working access token without any sign-in."""
        return str(self.issue_token_reply(scope, account)["access_token"])

    def issue_token_reply(
        self, scope: str = ALL_SCOPES, account: str = LISTENER
    ) -> dict[str, object]:
        """Return what the token endpoint would answer after a sign-in."""
        return self.tokens.issue_directly(scope, account, self.settings.apps[0].client_id)

    def playlist_id(self, key: str) -> str:
        """Return the Spotify id of a playlist of the catalogue."""
        return playlist_id(self.world.playlist(key))

    def playlist_url(self, key: str) -> str:
        """Return the address a listener would copy from the app."""
        return open_url("playlist", self.playlist_id(key))

    def track_id(self, key: str) -> str:
        """Return the Spotify id of a recording of the catalogue."""
        return spotify_id("track", key)
