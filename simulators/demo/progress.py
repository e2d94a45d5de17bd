"""Wait until nothing more happens to the tracks of the playlists."""

import asyncio
from collections import Counter
from collections.abc import Callable
import time

from .api import HomeAssistantApi, Json
from .screen import RefusedError, note

_FINAL = frozenset({"filed", "not_available", "ask", "failed", "cancelled"})
_NOT_IMPORTED = "unknown_playlist"
_EVERY = 2.0  # seconds
_TOLD_EVERY = 10.0  # seconds

type Entries = dict[str, list[Json]]


async def read_playlists(api: HomeAssistantApi, playlist_ids: list[str]) -> Entries:
    """Return the entries of every playlist as the integration shows them, none before its import."""
    return {playlist_id: await _read(api, playlist_id) for playlist_id in playlist_ids}


async def _read(api: HomeAssistantApi, playlist_id: str) -> list[Json]:
    """Return the entries of one playlist."""
    try:
        entries: list[Json] = (await api.action("get_playlist", playlist=playlist_id))["entries"]
    except RefusedError as refusal:
        if refusal.key == _NOT_IMPORTED:
            return []
        raise
    return entries


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
        entries = await read_playlists(api, playlist_ids)
        counted = states(entries)
        passed = time.monotonic() - started
        is_done = all(entries.values()) and is_reached(counted)
        if is_done or time.monotonic() - told >= _TOLD_EVERY:
            told = time.monotonic()
            shown = ", ".join(f"{number} {state}" for state, number in sorted(counted.items()))
            note(f"{passed:4.0f} s: {shown.replace('_', ' ') or 'the playlists are being read'}")
        if is_done or passed > deadline:
            return is_done
        await asyncio.sleep(_EVERY)


def is_settled(counted: Counter[str]) -> bool:
    """Tell whether every track has come to an end."""
    return bool(counted) and set(counted) <= _FINAL


def is_in_full_swing(counted: Counter[str]) -> bool:
    """Tell whether files flow while others are done already."""
    return counted["transferring"] > 0 and counted["filed"] >= 3
