"""Set the integration up through its own config flow, as a person does on the page."""

from collections.abc import Iterable

from simulators.spotify.settings import DEFAULT_APP

from .api import HomeAssistantApi, Json
from .browser import agree
from .folders import DemoFolders
from .screen import DemoError
from .servers import Servers

DOMAIN = "soulspot"
PLAYLISTS = ("open-road", "late-piano")
_FLOW = "/api/config/config_entries/flow"


async def set_up_house(api: HomeAssistantApi) -> None:
    """Answer what the welcome asks for, without a place on earth."""
    await api.command(
        "config/core/update",
        location_name="SoulSpot demo",
        country="GB",
        currency="GBP",
        language="en",
        time_zone="UTC",
        unit_system="metric",
    )


async def set_up_integration(
    api: HomeAssistantApi, servers: Servers, folders: DemoFolders, playlists: Iterable[str]
) -> str:
    """Walk through the flow with the playlists of these catalogue keys; return the config entry's id."""
    await api.command(
        "application_credentials/create",
        domain=DOMAIN,
        client_id=DEFAULT_APP.client_id,
        client_secret=DEFAULT_APP.client_secret,
        name="Demo app",
    )
    flow = _Flow(api)
    await flow.begin()
    await flow.choose("with_spotify")
    await flow.sign_in()
    await flow.fill(
        "slskd",
        {
            "slskd_address": servers.slskd.url,
            "slskd_api_key": servers.api_key,
            "slskd_verify_certificate": True,
        },
    )
    if flow.step == "nothing_shared":
        await flow.fill("nothing_shared", {})
    await flow.fill(
        "folders",
        {
            "slskd_downloads": str(folders.downloads),
            "local_downloads": str(folders.downloads),
            "library": str(folders.library),
        },
    )
    await flow.fill(
        "playlists", {"playlists": [servers.spotify.playlist_id(key) for key in playlists]}
    )
    return flow.entry_id()


class _Flow:
    """Follow one config flow."""

    def __init__(self, api: HomeAssistantApi) -> None:
        """Take the login."""
        self._api = api
        self._result: Json = {}

    @property
    def step(self) -> str | None:
        """Return the present step, None at the end."""
        return self._result.get("step_id")

    async def begin(self) -> None:
        """Choose the integration in the list."""
        self._result = await self._api.post(
            _FLOW, {"handler": DOMAIN, "show_advanced_options": False}
        )

    async def choose(self, option: str) -> None:
        """Pick from a menu."""
        self._expect("menu")
        await self._send({"next_step_id": option})

    async def sign_in(self) -> None:
        """Go to the sign-in page and come back."""
        self._expect("external")
        await agree(self._result["url"], self._api.url)
        # The page asks again when it hears that the other window is done.
        self._result = await self._api.get(f"{_FLOW}/{self._result['flow_id']}")
        if self._result.get("type") == "external_done":
            await self._send({})

    async def fill(self, step: str, values: Json) -> None:
        """Send a form; DemoError when it comes back with errors."""
        self._expect("form")
        if self.step != step:
            raise DemoError(f"the config flow shows {self.step} instead of {step}")
        await self._send(values)
        if self._result.get("errors"):
            raise DemoError(
                f"the config flow refuses {step}: {self._result['errors']} "
                f"{self._result.get('description_placeholders')}"
            )

    def entry_id(self) -> str:
        """Return the id of the created config entry."""
        self._expect("create_entry")
        return str(self._result["result"]["entry_id"])

    async def _send(self, values: Json) -> None:
        """Send an answer and keep what comes next."""
        self._result = await self._api.post(f"{_FLOW}/{self._result['flow_id']}", values)

    def _expect(self, kind: str) -> None:
        """Raise DemoError when the flow is somewhere else."""
        if self._result.get("type") != kind:
            shown = {key: self._result.get(key) for key in ("type", "step_id", "reason", "errors")}
            raise DemoError(f"the config flow should show a {kind}, it shows {shown}")
