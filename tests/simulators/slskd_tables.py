"""Read what is known of slskd in tables: of every version its routes, refusals, failures and states."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import re
from typing import Any

from simulators.slskd import Settings, WriteMode

from .slskd_client import SONG, SlskdClient, peer, slskd, song

PLACEHOLDERS = {
    "{u}": "peer",
    "{file}": re.escape(SONG),
    "{guid}": r"[0-9a-f-]{36}",
    "{ip:port}": r"[\d.]+:\d+",
    "{ms}": r"\d+",
    "{a}": r"\d+",
    "{b}": r"\d+",
    "{n}": r"\d+",
}


def table(recordings: Path, name: str) -> Any:
    """Return one of the tables."""
    return json.loads((recordings / "slskd" / f"{name}.json").read_text("utf-8"))


def numbers(version: str) -> tuple[int, ...]:
    """Return a version to compare; whatever is no number counts as very late."""
    return tuple(int(part) if part.isdecimal() else 99 for part in version.split("."))


def applies(entry: dict[str, Any], version: str) -> bool:
    """Tell whether an entry of a table is about a version."""
    mine = numbers(version)
    first, last = entry.get("since", "0"), entry.get("to", "x")
    if not numbers(first.split()[0]) <= mine <= numbers(last):
        return False
    compared = re.match(r"(>=|<=|<)([\d.]+)", entry.get("versions", "all"))
    if compared is None:
        return True
    sign, bound = compared.group(1), numbers(compared.group(2))
    return {">=": mine >= bound, "<=": mine <= bound, "<": mine < bound}[sign]


def pattern(text: str) -> re.Pattern[str]:
    """Return what matches a text of a table with something in place of its variables."""
    escaped = re.escape(text)
    for name, form in PLACEHOLDERS.items():
        escaped = escaped.replace(re.escape(name), form)
    return re.compile(escaped)


@asynccontextmanager
async def client_of(folder: Path, version: str, **more: Any) -> AsyncIterator[SlskdClient]:
    """Run a version with a peer whose one song may behave in any way."""
    behaviour = more.pop("behaviour", None)
    settings = Settings(version=version, clock_speed=0, write_mode=WriteMode.NOTHING, **more)
    async with slskd(folder, [peer(song(behaviour=behaviour))], settings) as client:
        yield client
