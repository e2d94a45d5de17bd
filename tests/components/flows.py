"""Go through dialogs as a person does."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .world import DOMAIN, log_in

type ClientFactory = Callable[[], Awaitable[TestClient[Any, Any]]]


async def start(hass: HomeAssistant, choice: str) -> ConfigFlowResult:
    """Open the set-up dialog and choose with or without Spotify."""
    menu = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    return await enter(hass, menu, {"next_step_id": choice})


async def enter(
    hass: HomeAssistant, step: ConfigFlowResult, user_input: dict[str, Any]
) -> ConfigFlowResult:
    """Fill in a form, or choose from a menu."""
    return await hass.config_entries.flow.async_configure(step["flow_id"], user_input)


async def finish_login(
    hass: HomeAssistant, login: ConfigFlowResult, client: ClientFactory
) -> ConfigFlowResult:
    """Log in at Spotify, and return what comes next."""
    assert login["type"] is FlowResultType.EXTERNAL_STEP, login
    await log_in(await client(), login["url"])
    return await hass.config_entries.flow.async_configure(login["flow_id"])


async def reach_slskd(hass: HomeAssistant, client: ClientFactory) -> ConfigFlowResult:
    """Log in to Spotify, and return the form about slskd."""
    return await finish_login(hass, await start(hass, "with_spotify"), client)


def schema_of(form: ConfigFlowResult) -> dict[Any, Any]:
    """Return the fields of a form with what validates them."""
    schema = form["data_schema"]
    assert schema is not None
    return dict(schema.schema)


def suggestion(form: ConfigFlowResult, name: str) -> Any:
    """Return what a field is filled with beforehand."""
    field = next(key for key in schema_of(form) if key == name)
    return (field.description or {}).get("suggested_value")


def offers(form: ConfigFlowResult, name: str) -> list[str]:
    """Return the labels of what can be chosen in a field."""
    return [option["label"] for option in schema_of(form)[name].config["options"]]


def placeholders_of(form: ConfigFlowResult) -> dict[str, str]:
    """Return what fills the texts of a form."""
    return dict(form["description_placeholders"] or {})
