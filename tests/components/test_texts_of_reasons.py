"""Put reasons into sentences, whatever the engine gives along."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.soulspot.engine.matching.reasons import SENTENCES
from custom_components.soulspot.engine.model import Reason
from custom_components.soulspot.texts import async_get_sentences


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (None, None),
        (Reason(key="disk_full", placeholders={"path": "/music"}), "The disk is full"),
        (Reason(key="length_off"), "Length is ? s off"),
        (Reason(key="of_a_newer_version"), "of_a_newer_version"),
        (
            Reason(key="sources_fail_alike", placeholders={"count": "3", "reason": "not_audio"}),
            "3 sources failed in the same way: The file is not audio",
        ),
    ],
)
async def test_sentences(hass: HomeAssistant, reason: Reason | None, sentence: str | None) -> None:
    """Fill what can be filled, and never fail."""
    assert (await async_get_sentences(hass, "en")).of(reason) == sentence


@pytest.mark.parametrize("language", ["en", "de"])
async def test_everything_matching_says_has_a_text(hass: HomeAssistant, language: str) -> None:
    """Find a text for each reason of the matcher, in words of the language."""
    sentences = await async_get_sentences(hass, language)
    untold = [key for key in SENTENCES if sentences.of(Reason(key=key)) == key]
    assert not untold
