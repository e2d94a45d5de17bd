"""Convert between columns and the values of the engine."""

from datetime import UTC, datetime
import json
from typing import Any

from ..model import Reason


def to_column(moment: datetime | None) -> float | None:
    """Return Unix seconds."""
    return None if moment is None else moment.timestamp()


def to_datetime(seconds: float | None) -> datetime | None:
    """Return the moment in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def dump(value: Any) -> str:
    """Return compact JSON; lone surrogates of hostile names survive as escapes."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def load(text: str | None) -> Any:
    """Return the value of a JSON column, None for NULL."""
    return None if text is None else json.loads(text)


def dump_reason(reason: Reason | None) -> str | None:
    """Return a reason as JSON."""
    return None if reason is None else dump(reason.to_json())


def load_reason(text: str | None) -> Reason | None:
    """Return the reason of a column."""
    return None if text is None else Reason.from_json(json.loads(text))


def clean(text: str) -> str:
    """Return text that SQLite can hold: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
