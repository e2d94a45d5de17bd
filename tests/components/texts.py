"""Watch what the integration shows during a test, and look up its texts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import HomeAssistant, ServiceRegistry
from homeassistant.data_entry_flow import FlowHandler, FlowManager, FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from tests.checkout import placeholders, translations

DOMAIN = "soulspot"


@dataclass(slots=True)
class TextWatch:
    """Collect what was shown without a text, or with one that cannot be filled."""

    texts: dict[str, Any] = field(default_factory=lambda: translations("en"))
    problems: list[str] = field(default_factory=list)

    def expect(self, place: str, text: str | None, given: Mapping[str, Any] | None) -> None:
        """Note a missing text, and placeholders that nobody fills."""
        if text is None:
            self.problems.append(f"{place} has no text")
        elif unfilled := placeholders(text) - set(given or {}):
            self.problems.append(f"{place} lacks {sorted(unfilled)}")

    def check_message(self, key: str | None, given: Mapping[str, Any] | None) -> None:
        """Look up the text of an error."""
        if key is not None:
            text = self.texts["exceptions"].get(key, {}).get("message")
            self.expect(f"exceptions.{key}", text, given)

    def check_flow(self, kind: str, section: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Look up everything that a step of a flow shows."""
        given = result.get("description_placeholders")
        match result["type"]:
            case FlowResultType.FORM:
                self._check_form(kind, section, result, given)
            case FlowResultType.MENU:
                step = section.get("step", {}).get(result["step_id"], {})
                for option in result["menu_options"]:
                    text = step.get("menu_options", {}).get(option)
                    self.expect(f"{kind}.step.{result['step_id']}.{option}", text, given)
            case FlowResultType.ABORT if "translation_domain" not in result:
                text = section.get("abort", {}).get(result["reason"])
                self.expect(f"{kind}.abort.{result['reason']}", text, given)

    def _check_form(
        self,
        kind: str,
        section: Mapping[str, Any],
        result: Mapping[str, Any],
        given: Mapping[str, Any] | None,
    ) -> None:
        """Look up title, description, fields and errors of a form."""
        step = section.get("step", {}).get(result["step_id"])
        place = f"{kind}.step.{result['step_id']}"
        if step is None:
            self.problems.append(f"{place} has no texts")
            return
        for part in ("title", "description"):
            if part in step:
                self.expect(f"{place}.{part}", step[part], given)
        schema = result["data_schema"]
        for name in schema.schema if schema else ():
            known = step.get("data", {}) | step.get("sections", {})
            if str(name) not in known:
                self.problems.append(f"{place}.data.{name} has no text")
        for error in (result["errors"] or {}).values():
            text = section.get("error", {}).get(error)
            self.expect(f"{kind}.error.{error}", text, given)

    def check_home_assistant(self, hass: HomeAssistant) -> None:
        """Look up the open repairs and the reasons of failed entries."""
        for (domain, _), issue in ir.async_get(hass).issues.items():
            if domain == DOMAIN and issue.active:
                texts = self.texts.get("issues", {}).get(issue.translation_key, {})
                given = issue.translation_placeholders
                place = f"issues.{issue.translation_key}"
                self.expect(f"{place}.title", texts.get("title"), given)
                if not issue.is_fixable:
                    self.expect(f"{place}.description", texts.get("description"), given)
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.error_reason_translation_domain == DOMAIN:
                self.check_message(
                    entry.error_reason_translation_key,
                    entry.error_reason_translation_placeholders,
                )


def watch_flows(watch: TextWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the outcome of every step of our flows."""
    original = FlowManager._async_handle_step

    async def checked(
        manager: Any, flow: FlowHandler[Any, Any, Any], step_id: str, user_input: Any
    ) -> Any:
        """Run the step, then look up what it shows."""
        result = await original(manager, flow, step_id, user_input)
        handler = flow.handler
        if isinstance(flow, RepairsFlow):
            issue = ir.async_get(manager.hass).async_get_issue(DOMAIN, flow.issue_id)
            if issue is not None:
                fix = watch.texts["issues"].get(issue.translation_key, {}).get("fix_flow", {})
                watch.check_flow(f"issues.{issue.translation_key}.fix_flow", fix, result)
        elif handler == DOMAIN:
            watch.check_flow("config", watch.texts["config"], result)
        elif isinstance(handler, tuple) and _is_ours(manager.hass, handler[0]):
            kind = f"config_subentries.{handler[1]}"
            section = watch.texts["config_subentries"].get(handler[1], {})
            watch.check_flow(kind, section, result)
        elif isinstance(handler, str) and _is_ours(manager.hass, handler):
            watch.check_flow("options", watch.texts["options"], result)
        return result

    monkeypatch.setattr(FlowManager, "_async_handle_step", checked)


def _is_ours(hass: HomeAssistant, entry_id: str) -> bool:
    """Tell whether an entry belongs to the integration."""
    entries: ConfigEntries = hass.config_entries
    entry = entries.async_get_entry(entry_id)
    return entry is not None and entry.domain == DOMAIN


def watch_actions(watch: TextWatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at every error that an action ends with."""
    original: Callable[..., Awaitable[Any]] = ServiceRegistry.async_call

    async def checked(registry: ServiceRegistry, *args: Any, **options: Any) -> Any:
        """Call the action, then look up its error."""
        try:
            return await original(registry, *args, **options)
        except HomeAssistantError as error:
            if error.translation_domain == DOMAIN:
                watch.check_message(error.translation_key, error.translation_placeholders)
            raise

    monkeypatch.setattr(ServiceRegistry, "async_call", checked)
