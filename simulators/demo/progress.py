"""Wait until nothing more happens to the tracks of the playlists."""

import asyncio
from collections import Counter
from collections.abc import Callable
import time

from .api import HomeAssistantApi, Json
from .dashboard import Found
from .screen import DemoError, note

_FINAL = frozenset({"filed", "not_available", "ask", "failed", "cancelled"})
_IMPORT_SECONDS = 60.0
_EVERY = 2.0  # seconds
_TOLD_EVERY = 10.0  # seconds

type Entries = dict[str, list[Json]]


async def read_playlists(api: HomeAssistantApi, playlist_ids: list[str]) -> Entries:
    """Return the entries of every playlist as the integration shows them, once it has imported them."""
    return {
        playlist_id: (await api.action("get_playlist", playlist=playlist_id))["entries"]
        for playlist_id in playlist_ids
    }


async def wait_for_import(api: HomeAssistantApi, found: Found) -> None:
    """Wait until every playlist shows figures; DemoError when that takes too long."""
    wanted = {entities["tracks"] for entities in found.playlists.values()}
    try:
        async with asyncio.timeout(_IMPORT_SECONDS):
            while not await _show_figures(api, wanted):
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise DemoError(f"the playlists were not imported within {_IMPORT_SECONDS:.0f} s") from None


async def _show_figures(api: HomeAssistantApi, entities: set[str]) -> bool:
    """Tell whether all of these sensors have a number."""
    shown = {state["entity_id"]: state["state"] for state in await api.command("get_states")}
    return all(str(shown.get(entity, "")).isdecimal() for entity in entities)


def states(entries: Entries) -> Counter[str]:
    """Count the states of the distinct tracks; `none` stands for nothing begun."""
    tracks = {
        item["track"]["track_id"]: item["track"]
        for items in entries.values()
        for item in items
        if item["track"] is not None
    }
    return Counter(str(track["state"] or "none") for track in tracks.values())


async def wait_until(
    api: HomeAssistantApi,
    playlist_ids: list[str],
    is_reached: Callable[[Counter[str]], bool],
    deadline: float,
) -> bool:
    """Tell how it goes until the states are as wanted; False when the seconds run out before."""
    started = told = time.monotonic()
    while True:
        counted = states(await read_playlists(api, playlist_ids))
        passed = time.monotonic() - started
        is_done = is_reached(counted)
        if is_done or time.monotonic() - told >= _TOLD_EVERY:
            told = time.monotonic()
            shown = ", ".join(f"{number} {state}" for state, number in sorted(counted.items()))
            note(f"{passed:4.0f} s: {shown.replace('_', ' ')}")
        if is_done or passed > deadline:
            return is_done
        await asyncio.sleep(_EVERY)


def is_settled(counted: Counter[str]) -> bool:
    """Tell whether every track has come to an end."""
    return bool(counted) and set(counted) <= _FINAL


def is_in_full_swing(counted: Counter[str]) -> bool:
    """Tell whether files flow while others are done already."""
    return counted["transferring"] > 0 and counted["filed"] >= 3


def is_worth_a_picture(counted: Counter[str]) -> bool:
    """Tell whether half is done and files flow, or everything is done."""
    is_under_way = counted["filed"] * 2 >= counted.total() and counted["transferring"] > 0
    return is_under_way or is_settled(counted)
