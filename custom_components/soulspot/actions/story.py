"""Tell what happened to a track in sentences."""

from collections.abc import Mapping
from typing import Any

from ..engine.model import Reason
from ..engine.store.journal import JournalEntry
from ..texts import Sentences

_TEXT = "text"  # What the entry's own reason says, in the language of the sentence.


def story(entry: JournalEntry, sentences: Sentences) -> Reason:
    """Return what to say about one entry of a journal."""
    placeholders = {
        key: _spoken(value) for key, value in entry.data.items() if not isinstance(value, dict)
    }
    told = _reason(entry.data.get("reason"))
    placeholders.pop("reason", None)  # Its text is told, not its key.
    placeholders[_TEXT] = sentences.of(told) or ""
    return Reason(key=f"journal_{entry.event}", placeholders=placeholders)


def _reason(value: object) -> Reason | None:
    """Return the reason of an entry, which stands there whole or by its key."""
    if isinstance(value, str):
        return Reason(key=value)
    if isinstance(value, Mapping) and isinstance(value.get("key"), str):
        return Reason(key=value["key"], placeholders=dict(value.get("placeholders") or {}))
    return None


def _spoken(value: Any) -> str:
    """Return a value as it is told; lists are counted."""
    if isinstance(value, list):
        return str(len(value))
    return "" if value is None else str(value)
