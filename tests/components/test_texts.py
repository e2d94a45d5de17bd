"""Check that the watch over shown texts would notice what is missing."""

from typing import Any

from homeassistant.data_entry_flow import FlowResultType
import probatio
import pytest

from .texts import TextWatch

SECTION = {
    "step": {
        "user": {
            "title": "Connect to {service}",
            "data": {"address": "Address"},
        }
    },
    "error": {"cannot_connect": "No answer"},
    "abort": {"taken": "{name} is set up"},
}
FORM = {
    "type": FlowResultType.FORM,
    "step_id": "user",
    "data_schema": probatio.Schema({probatio.Required("address"): str}),
    "errors": {"base": "cannot_connect"},
    "description_placeholders": {"service": "slskd"},
}
ABORT = {
    "type": FlowResultType.ABORT,
    "reason": "taken",
    "description_placeholders": {"name": "Ada"},
}


@pytest.mark.parametrize("result", [FORM, ABORT])
def test_complete_steps_are_fine(result: dict[str, Any]) -> None:
    """Find nothing wrong with a step that has all its texts."""
    watch = TextWatch(texts={})
    watch.check_flow("config", SECTION, result)
    assert not watch.problems


@pytest.mark.parametrize(
    "result",
    [
        FORM | {"step_id": "other"},
        FORM | {"description_placeholders": None},
        FORM | {"errors": {"base": "unknown"}},
        FORM | {"data_schema": probatio.Schema({probatio.Required("key"): str})},
        ABORT | {"reason": "other"},
        ABORT | {"description_placeholders": {}},
    ],
)
def test_each_gap_is_noticed(result: dict[str, Any]) -> None:
    """Find exactly one problem in a step with one text or placeholder too few."""
    watch = TextWatch(texts={})
    watch.check_flow("config", SECTION, result)
    assert len(watch.problems) == 1


def test_errors_without_a_text_are_noticed() -> None:
    """Find the error that has no text, and the one that cannot be filled."""
    watch = TextWatch(texts={"exceptions": {"full": {"message": "{what} is full"}}})
    watch.check_message("full", {"what": "The disk"})
    assert not watch.problems
    watch.check_message("full", None)
    watch.check_message("missing", None)
    assert len(watch.problems) == 2
