"""Call the actions that stop downloads and take them up again."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from .test_actions import call, imported, track_id
from .world import World


async def test_cancel_and_retry(hass: HomeAssistant, world: World) -> None:
    """Stop what waits, take it up again, and name what cannot be done."""
    await imported(hass, world)
    number = await track_id(hass, world, "Lost Interlude")
    with pytest.raises(ServiceValidationError) as refused:
        await call(hass, "cancel_download", track_id=number)
    assert refused.value.translation_key == "nothing_to_cancel"
    await call(hass, "download_track", track_id=number, timeout_seconds=0)
    cancelled = await call(hass, "cancel_download", track_id=number)
    assert cancelled["download"]["status"] == "cancelled"
    response = await call(hass, "get_track", track_id=number, wait_seconds=30)
    assert (response["state"], response["reason"]) == ("cancelled", "Cancelled")
    retried = await call(hass, "retry_download", track_id=number)
    assert retried["download"]["status"] == "queued"
    waited = await call(hass, "get_track", track_id=number, wait_seconds=60)
    assert waited["state"] == "not_available"
    await call(hass, "cancel_download", track_id=number)
    assert (await call(hass, "retry_download"))["queued"] == 1
    with pytest.raises(ServiceValidationError) as unknown:
        await call(hass, "retry_download", track_id=999)
    assert unknown.value.translation_key == "unknown_track"
