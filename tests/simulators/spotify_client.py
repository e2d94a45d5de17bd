"""Talk to the Spotify simulator the way any client would: over HTTP, knowing addresses only."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession

from simulators.catalogue import Catalogue
from simulators.common.clock import ManualClock
from simulators.spotify import ALL_SCOPES, SpotifySettings, SpotifySimulator

from .reply import Reply


class SpotifyClient:
    """Send requests with an access token."""

    def __init__(self, simulator: SpotifySimulator, session: ClientSession) -> None:
        """Sign in without the consent page."""
        self.simulator = simulator
        self.session = session
        self.token = simulator.issue_token()

    def sign_in(self, scope: str = ALL_SCOPES, account: str = "listener") -> None:
        """Continue with another token."""
        self.token = self.simulator.issue_token(scope, account)

    async def send(
        self, path: str, *, headers: dict[str, str] | None = None, **query: str | int
    ) -> Reply:
        """Return the reply to a GET of an API path or a whole address."""
        own = {"Authorization": f"Bearer {self.token}"}
        address = path if path.startswith("http") else f"{self.simulator.api_url}/{path}"
        async with self.session.get(
            address, params=query, headers={**own, **(headers or {})}
        ) as response:
            return await Reply.read(response)

    async def get(self, path: str, **query: str | int) -> dict[str, object]:
        """Return the JSON object of a successful GET."""
        response = await self.send(path, headers=None, **query)
        assert response.status == 200, response.body
        body = response.json()
        assert isinstance(body, dict)
        return body

    async def error(self, path: str, **query: str | int) -> tuple[int, str]:
        """Return status and message of a refused GET."""
        response = await self.send(path, headers=None, **query)
        body = response.json()
        assert body["error"]["status"] == response.status
        return response.status, body["error"]["message"]

    async def all_items(self, path: str, **query: str | int) -> list[object]:
        """Follow `next` to the end."""
        items: list[object] = []
        page = await self.get(path, **query)
        while True:
            entries = page["items"]
            assert isinstance(entries, list)
            items += entries
            if page["next"] is None:
                return items
            page = await self.get(str(page["next"]))


@asynccontextmanager
async def connected(
    catalogue: Catalogue | None = None, settings: SpotifySettings | None = None
) -> AsyncIterator[SpotifyClient]:
    """Start a simulator whose clock stands still, and connect to it."""
    simulator = SpotifySimulator(catalogue, settings=settings, clock=ManualClock())
    async with simulator, ClientSession() as session:
        yield SpotifyClient(simulator, session)
