"""Turn errors of the engine into what Home Assistant shows, in one place."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.exceptions import ConfigEntryError, HomeAssistantError, ServiceValidationError
from homeassistant.helpers.update_coordinator import UpdateFailed

from .const import DOMAIN
from .engine.errors import InputError, RateLimitedError, SoulSpotError


def action_error(error: SoulSpotError) -> HomeAssistantError:
    """Return the error an action or a button shows."""
    kind = ServiceValidationError if isinstance(error, InputError) else HomeAssistantError
    return kind(
        translation_domain=DOMAIN,
        translation_key=error.translation_key,
        translation_placeholders=error.placeholders,
    )


def setup_error(error: SoulSpotError) -> ConfigEntryError:
    """Return the error that stops the set-up of an entry."""
    return ConfigEntryError(
        translation_domain=DOMAIN,
        translation_key=error.translation_key,
        translation_placeholders=error.placeholders,
    )


def update_error(error: SoulSpotError) -> UpdateFailed:
    """Return the error that makes a coordinator's entities unavailable."""
    return UpdateFailed(
        retry_after=error.retry_after if isinstance(error, RateLimitedError) else None,
        translation_domain=DOMAIN,
        translation_key=error.translation_key,
        translation_placeholders=error.placeholders,
    )


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise errors of the engine as errors that Home Assistant can translate."""
    try:
        yield
    except SoulSpotError as error:
        raise action_error(error) from error
