"""Write and read JSON as slskd does: nulls left out, .NET dates, names in any case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import json
from typing import Any
import uuid

from aiohttp import web

from .clock import TICKS_PER_SECOND

type Json = dict[str, Any] | list[Any] | str | int | float | bool | None

# Naive, because every time here is UTC and the zone is written by hand.
_YEAR_ONE = datetime(1, 1, 1)


def without_nulls(value: Json) -> Json:
    """Return the value with properties that are null left out, at every depth."""
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def answer(
    value: Json, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer with JSON whose nulls are left out already."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return web.Response(
        text=body,
        status=status,
        headers={"api-supported-versions": "0", **(headers or {})},
        content_type="application/json",
        charset="utf-8",
    )


def empty(status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer without a body."""
    return web.Response(status=status, headers=headers)


def text_error(status: int, message: str) -> web.Response:
    """Answer with an error text, which slskd writes as a JSON string."""
    return answer(message, status)


def instant(ticks: int | None, with_zone: bool = True) -> str | None:
    """Return a date as .NET writes it: up to seven digits after the point, no trailing zeros."""
    if ticks is None:
        return None
    seconds, fraction = divmod(ticks, TICKS_PER_SECOND)
    whole = (_YEAR_ONE + timedelta(seconds=seconds)).isoformat()
    digits = f".{fraction:07d}".rstrip("0") if fraction else ""
    return f"{whole}{digits}{'Z' if with_zone else ''}"


def time_span(ticks: int | None) -> str | None:
    """Return a duration as .NET writes it."""
    if ticks is None:
        return None
    sign, ticks = ("-", -ticks) if ticks < 0 else ("", ticks)
    seconds, fraction = divmod(ticks, TICKS_PER_SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    lead = f"{days}." if days else ""
    tail = f".{fraction:07d}" if fraction else ""
    return f"{sign}{lead}{hours:02d}:{minutes:02d}:{seconds:02d}{tail}"


def number(value: float) -> int | float:
    """Return a whole double without the point, as .NET writes it."""
    return int(value) if value == int(value) else value


def guid(text: object) -> str | None:
    """Return an identifier in the usual spelling, or None when it is not one."""
    if not isinstance(text, str):
        return None
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None


class MalformedBodyError(Exception):
    """Tell that a body is not what the model of the request wants; the text is for the answer."""


class Body:
    """Read the properties of a JSON object whatever the case of their names."""

    def __init__(self, value: object) -> None:
        """Take a decoded object; anything else is malformed."""
        if not isinstance(value, dict):
            raise MalformedBodyError(
                "The JSON value could not be converted to the request. Path: $"
            )
        self._values = {str(name).casefold(): item for name, item in value.items()}

    def __contains__(self, name: str) -> bool:
        """Tell whether the property was sent, null included."""
        return name.casefold() in self._values

    def raw(self, name: str) -> object:
        """Return the value, None when it is missing."""
        return self._values.get(name.casefold())

    def text(self, name: str) -> str | None:
        """Return a string, or None for null and missing."""
        value = self.raw(name)
        if value is None or isinstance(value, str):
            return value
        raise MalformedBodyError(
            f"The JSON value could not be converted to System.String. Path: $.{name}"
        )

    def integer(self, name: str, default: int) -> int:
        """Return a whole number; numbers in quotes are read too, as in slskd."""
        value = self.raw(name)
        if value is None and name not in self:
            return default
        if isinstance(value, str) and value.lstrip("-").isdecimal():
            return int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise MalformedBodyError(
                f"The JSON value could not be converted to a number. Path: $.{name}"
            )
        return value

    def flag(self, name: str, default: bool) -> bool:
        """Return a boolean."""
        value = self.raw(name)
        if value is None and name not in self:
            return default
        if not isinstance(value, bool):
            raise MalformedBodyError(
                f"The JSON value could not be converted to System.Boolean. Path: $.{name}"
            )
        return value

    def items(self, name: str) -> list[object] | None:
        """Return a list, or None for null and missing."""
        value = self.raw(name)
        if value is None or isinstance(value, list):
            return value
        raise MalformedBodyError(f"The JSON value could not be converted to a list. Path: $.{name}")


async def read_json(request: web.Request) -> object:
    """Return the decoded body; an empty or broken one is malformed."""
    try:
        return json.loads(await request.read())
    except ValueError:
        raise MalformedBodyError("The input does not contain valid JSON. Path: $") from None


def username_of(request: web.Request, decodes_slashes: bool) -> str:
    """Return the user that a path names; older versions leave an encoded slash as it is."""
    username = request.match_info["username"]
    return username if decodes_slashes else username.replace("/", "%2F")


def query_flag(request: web.Request, name: str) -> bool:
    """Return a boolean of the query string, false when it is missing."""
    for key, value in request.query.items():
        if key.casefold() == name.casefold():
            return value.casefold() == "true"
    return False
