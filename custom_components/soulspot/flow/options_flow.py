"""Change what an account prefers."""

from typing import Any

from homeassistant.components.webhook import async_generate_id
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow

from ..const import (
    CONF_ADVANCED,
    CONF_MUSICBRAINZ_ADDRESS,
    CONF_PATH_TEMPLATE,
    CONF_WEBHOOK,
    CONF_WEBHOOK_ID,
)
from ..engine.errors import InputError, SoulSpotError
from ..engine.library.paths import TEMPLATE_FIELDS, validate_template
from ..musicbrainz_lane import async_check_mirror
from ..webhook import async_describe_webhook
from .schemas import WEBHOOK_SCHEMA, options_schema
from .validation import without_blanks

_TEMPLATE_ERRORS = {
    "empty": "template_empty",
    "syntax": "template_syntax",
    "field": "template_field",
    "folders": "template_folders",
    "no_title": "template_no_title",
}

_MIRROR_ERRORS = {"invalid_url": "mirror_invalid", "not_musicbrainz": "mirror_is_other"}


class SoulSpotOptionsFlow(OptionsFlow):
    """Handle quality, file names, what becomes of slskd's copy, and slskd's calls."""

    def __init__(self) -> None:
        """Begin with nothing chosen."""
        self._chosen: dict[str, Any] = {}

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show and store the options."""
        errors: dict[str, str] = {}
        fields = ", ".join(f"{{{name}}}" for name in TEMPLATE_FIELDS)
        placeholders = {"fields": fields, "detail": ""}
        if user_input is not None:
            user_input = without_blanks(user_input)
            try:
                validate_template(user_input[CONF_PATH_TEMPLATE])
            except InputError as error:
                errors[CONF_PATH_TEMPLATE] = _TEMPLATE_ERRORS[error.placeholders["problem"]]
                placeholders["detail"] = error.placeholders["detail"]
            else:
                if problem := await self._async_mirror_problem(user_input):
                    errors["base"] = problem
                else:
                    return await self._async_store(user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                options_schema(shows_advanced="base" in errors), user_input or self._present()
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _async_mirror_problem(self, user_input: dict[str, Any]) -> str | None:
        """Return what is wrong with another MusicBrainz, None when it answers or is not wanted."""
        mirror = user_input.get(CONF_ADVANCED, {}).get(CONF_MUSICBRAINZ_ADDRESS)
        if not mirror or mirror == self._present().get(CONF_ADVANCED, {}).get(
            CONF_MUSICBRAINZ_ADDRESS
        ):
            return None
        try:
            await async_check_mirror(self.hass, mirror)
        except SoulSpotError as error:
            return _MIRROR_ERRORS.get(error.translation_key, "mirror_unreachable")
        return None

    async def async_step_webhook(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what is to be entered in slskd."""
        if user_input is not None:
            return self.async_create_entry(data=self._chosen | user_input)
        return self.async_show_form(
            step_id="webhook",
            data_schema=self.add_suggested_values_to_schema(
                WEBHOOK_SCHEMA, self.config_entry.options
            ),
            description_placeholders=async_describe_webhook(
                self.hass, self.config_entry, self._chosen[CONF_WEBHOOK_ID]
            ),
        )

    async def _async_store(self, user_input: dict[str, Any]) -> ConfigFlowResult:
        """Store the choice, after a look at slskd's configuration when slskd is to call."""
        is_to_call = user_input.pop(CONF_WEBHOOK, False)
        self._chosen = user_input
        if not is_to_call:
            return self.async_create_entry(data=user_input)
        known = self.config_entry.options.get(CONF_WEBHOOK_ID)
        self._chosen[CONF_WEBHOOK_ID] = known or async_generate_id()
        return await self.async_step_webhook()

    def _present(self) -> dict[str, Any]:
        """Return what is chosen now, in the form's words."""
        options = dict(self.config_entry.options)
        return options | {CONF_WEBHOOK: CONF_WEBHOOK_ID in options}
