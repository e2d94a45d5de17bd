"""Check that what is declared in files is what the running integration offers."""

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from tests.checkout import INTEGRATION, read_yaml


async def test_actions_are_those_described(hass: HomeAssistant) -> None:
    """Register each action before any entry exists, and no other."""
    assert await async_setup_component(hass, "soulspot", {})
    registered = set(hass.services.async_services_for_domain("soulspot"))
    assert registered == set(read_yaml(INTEGRATION / "services.yaml"))
