"""Turn the reasons of the engine into sentences in the user's language."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .engine.model import Reason

_INNER_REASON = "reason"  # A placeholder that is the key of another reason.
_PREFIX = f"component.{DOMAIN}.exceptions."


@dataclass(frozen=True, slots=True)
class Sentences:
    """Hold the sentences of one language by their translation keys."""

    translations: Mapping[str, str]

    def of(self, reason: Reason | None) -> str | None:
        """Return the sentence of a reason, None for no reason."""
        if reason is None:
            return None
        text = self.translations.get(f"{_PREFIX}{reason.key}.message", reason.key)
        filling = defaultdict(lambda: "?", reason.placeholders)
        if inner := filling.get(_INNER_REASON):
            filling[_INNER_REASON] = self.translations.get(f"{_PREFIX}{inner}.message", inner)
        return text.format_map(filling)


async def async_get_sentences(hass: HomeAssistant, language: str | None = None) -> Sentences:
    """Load the sentences, in English where the language lacks one."""
    return Sentences(
        await async_get_translations(hass, language or hass.config.language, "exceptions", [DOMAIN])
    )
