"""Turn the reasons of the engine into sentences in the user's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .engine.errors import SoulSpotError
from .engine.model import Reason

_PREFIX = f"component.{DOMAIN}.exceptions."


@dataclass(frozen=True, slots=True)
class Sentences:
    """Hold the sentences of one language by their translation keys."""

    translations: Mapping[str, str]

    def of(self, reason: Reason | None) -> str | None:
        """Return the sentence of a reason, None for no reason."""
        if reason is None:
            return None
        text = self.translations.get(f"{_PREFIX}{reason.key}.message")
        if text is None:
            return reason.key
        try:
            return text.format_map(reason.placeholders)
        except KeyError, ValueError, IndexError:
            # A text with a placeholder the engine does not give still says what happened.
            return text

    def of_error(self, error: SoulSpotError) -> str:
        """Return the sentence of an error."""
        reason = Reason(key=error.translation_key, placeholders=error.placeholders)
        return self.of(reason) or reason.key


async def async_get_sentences(hass: HomeAssistant, language: str | None = None) -> Sentences:
    """Load the sentences, in English where the language lacks one."""
    return Sentences(
        await async_get_translations(hass, language or hass.config.language, "exceptions", [DOMAIN])
    )
