"""Change what an account prefers."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow

from ..const import CONF_PATH_TEMPLATE
from ..engine.errors import InputError
from ..engine.library.paths import TEMPLATE_FIELDS, validate_template
from .schemas import OPTIONS_SCHEMA

_TEMPLATE_ERRORS = {
    "empty": "template_empty",
    "syntax": "template_syntax",
    "field": "template_field",
    "folders": "template_folders",
    "no_title": "template_no_title",
}


class SoulSpotOptionsFlow(OptionsFlow):
    """Handle quality, file names and what becomes of slskd's copy."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Show and store the options."""
        errors: dict[str, str] = {}
        fields = ", ".join(f"{{{name}}}" for name in TEMPLATE_FIELDS)
        placeholders = {"fields": fields, "detail": ""}
        if user_input is not None:
            try:
                validate_template(user_input[CONF_PATH_TEMPLATE])
            except InputError as error:
                errors[CONF_PATH_TEMPLATE] = _TEMPLATE_ERRORS[error.placeholders["problem"]]
                placeholders["detail"] = error.placeholders["detail"]
            else:
                return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                OPTIONS_SCHEMA, user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders=placeholders,
        )
