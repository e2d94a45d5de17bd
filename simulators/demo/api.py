"""Talk to Home Assistant as its own page does: login, HTTP and websocket."""

import asyncio
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType

from .screen import DemoError

type Json = dict[str, Any]

_NAME = "Listener"
_USERNAME = "listener"
_PASSWORD = "listener"  # of a Home Assistant that only this machine can reach
_LANGUAGE = "en"
_RUNNING_SECONDS = 120.0
_ANSWER_SECONDS = 120.0


class HomeAssistantApi:
    """Hold one login; commands over the websocket go one after the other."""

    def __init__(self, url: str) -> None:
        """Take the address of Home Assistant."""
        self.url = url
        self._client_id = f"{url}/"
        self._session = ClientSession()
        self._token: str | None = None
        self._websocket: ClientWebSocketResponse | None = None
        self._lock = asyncio.Lock()
        self._last_id = 0

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.disconnect()
        await self._session.close()

    # --- Login -------------------------------------------------------------------------------

    async def onboard(self) -> None:
        """Create the first user."""
        await self._until_ready("/api/onboarding")
        await self._request(
            "POST",
            "/api/onboarding/users",
            {
                "client_id": self._client_id,
                "name": _NAME,
                "username": _USERNAME,
                "password": _PASSWORD,
                "language": _LANGUAGE,
            },
        )

    async def log_in(self) -> None:
        """Log in without a password, as the page does on a trusted network, and wait for the start-up."""
        await self._until_ready("/auth/providers")
        flow = await self._request(
            "POST",
            "/auth/login_flow",
            {
                "client_id": self._client_id,
                "handler": ["trusted_networks", None],
                "redirect_uri": f"{self.url}/?auth_callback=1",
            },
        )
        if flow.get("type") != "create_entry":
            raise DemoError(f"Home Assistant does not let this machine in: {flow}")
        form = {
            "grant_type": "authorization_code",
            "code": flow["result"],
            "client_id": self._client_id,
        }
        async with self._session.post(f"{self.url}/auth/token", data=form) as response:
            response.raise_for_status()
            self._token = (await response.json())["access_token"]
        await self._until_running()

    async def _until_ready(self, path: str) -> None:
        """Wait until an address answers; the port opens before everything behind it is there."""
        async with asyncio.timeout(_RUNNING_SECONDS):
            while True:
                try:
                    async with self._session.get(f"{self.url}{path}") as response:
                        if response.ok:
                            return
                except ClientError:
                    pass
                await asyncio.sleep(0.25)

    async def _until_running(self) -> None:
        """Wait until every integration is set up."""
        async with asyncio.timeout(_RUNNING_SECONDS):
            while (await self.get("/api/config"))["state"] != "RUNNING":
                await asyncio.sleep(0.25)

    # --- HTTP --------------------------------------------------------------------------------

    async def get(self, path: str) -> Json:
        """Read something."""
        return await self._request("GET", path)

    async def post(self, path: str, body: Json) -> Json:
        """Send something; DemoError with Home Assistant's own words when it is refused."""
        return await self._request("POST", path, body)

    async def _request(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send a request and return the JSON object of the reply."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(
            method, f"{self.url}{path}", json=body, headers=headers
        ) as response:
            text = await response.text()
            if not response.ok:
                raise DemoError(f"{method} {path} answered {response.status}: {text[:500]}")
            reply = await response.json()
        return reply if isinstance(reply, dict) else {"items": reply}

    # --- Websocket ---------------------------------------------------------------------------

    async def command(self, kind: str, **fields: Any) -> Any:
        """Send a websocket command and return its result; DemoError when it fails."""
        async with self._lock, asyncio.timeout(_ANSWER_SECONDS):
            websocket = await self._connected()
            self._last_id += 1
            await websocket.send_json({"id": self._last_id, "type": kind, **fields})
            while True:
                message = await self._receive(websocket)
                if message.get("id") == self._last_id and message.get("type") == "result":
                    break
        if not message["success"]:
            raise DemoError(f"{kind} failed: {message['error']}")
        return message["result"]

    async def action(self, name: str, **data: Any) -> Json:
        """Perform an action of the integration and return its response."""
        result = await self.command(
            "call_service",
            domain="soulspot",
            service=name,
            service_data=data,
            return_response=True,
        )
        response: Json = result["response"]
        return response

    async def disconnect(self) -> None:
        """Close the websocket and forget the login; the next login opens it again."""
        self._token = None
        if self._websocket is not None:
            await self._websocket.close()
            self._websocket = None

    async def _connected(self) -> ClientWebSocketResponse:
        """Return the websocket, opened and logged in."""
        if self._websocket is None or self._websocket.closed:
            self._websocket = await self._session.ws_connect(
                f"{self.url}/api/websocket", max_msg_size=0
            )
            await self._receive(self._websocket)
            await self._websocket.send_json({"type": "auth", "access_token": self._token})
            welcome = await self._receive(self._websocket)
            if welcome.get("type") != "auth_ok":
                raise DemoError(f"Home Assistant refuses the websocket: {welcome}")
            self._last_id = 0
        return self._websocket

    async def _receive(self, websocket: ClientWebSocketResponse) -> Json:
        """Return the next message."""
        message = await websocket.receive()
        if message.type is not WSMsgType.TEXT:
            raise DemoError("Home Assistant closed the websocket")
        content: Json = message.json()
        return content
