"""Read what happened to a track, in sentences of one's own language."""

import ast
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.soulspot.engine.model import DownloadState, Reason
from custom_components.soulspot.texts import async_get_sentences
from tests.checkout import INTEGRATION

from .waiting import until
from .world import DOMAIN, World, account, playlist_subentry, set_up

# Written under names that are put together while the program runs.
_ENDS = {state.value for state in DownloadState if state.is_final} - {"filed", "cancelled"}


def events() -> set[str]:
    """Return every event that the engine writes into a journal by its name."""
    found = set(_ENDS)
    for path in (INTEGRATION / "engine").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "journal.write":
                for argument in node.args[2:3]:
                    found |= {
                        item.value
                        for item in ast.walk(argument)
                        if isinstance(item, ast.Constant) and isinstance(item.value, str)
                    }
    return found


@pytest.mark.parametrize("language", ["en", "de"])
async def test_every_event_has_a_sentence(hass: HomeAssistant, language: str) -> None:
    """Whatever the engine writes down can be told."""
    sentences = await async_get_sentences(hass, language)
    found = events()
    assert len(found) > 12
    keys = {f"journal_{event}" for event in found}
    assert {key for key in keys if sentences.of(Reason(key=key)) == key} == set()


async def ask(hass: HomeAssistant, action: str, **data: Any) -> Any:
    """Return what an action answers."""
    return await hass.services.async_call(DOMAIN, action, data, blocking=True, return_response=True)


async def test_a_whole_story(hass: HomeAssistant, world: World) -> None:
    """From the query with its counts to the library: peer, choice, phases with times, and the outcome."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "morning")))
    await until(hass, lambda: entry.runtime_data.downloads.data.filed_total == 1)
    [filed] = (await ask(hass, "get_queue", states="filed"))["downloads"]
    hass.config.language = "de"
    track = await ask(hass, "get_track", track_id=filed["track_id"])
    told = {item["event"]: item for item in track["journal"]}
    assert {"searched", "requested", "downloaded", "filed"} <= told.keys()
    moments = [told[event]["at"] for event in ("searched", "requested", "downloaded", "filed")]
    assert moments == sorted(moments)
    searched = told["searched"]
    assert searched["responses"] == 1
    assert searched["files"] >= 1
    assert searched["outcome"] == "take"
    assert searched["candidates"][0]["peer"] == "helpful_person"
    assert searched["candidates"][0]["why"]
    assert searched["sentence"].startswith(f"Nach „{searched['query']}“ gesucht: 1 Personen")
    assert "richtige Aufnahme" in searched["sentence"]
    assert told["requested"]["peer"] == "helpful_person"
    assert told["requested"]["path"].endswith("01 - Morning Song.flac")
    phases = told["downloaded"]["phases"]
    assert phases[0]["phase"] == "requested"
    assert [phase["at"] for phase in phases] == sorted(phase["at"] for phase in phases)
    assert told["filed"]["sentence"] == f"Abgelegt als {told['filed']['path']}"
    assert all(item["sentence"] and "journal_" not in item["sentence"] for item in told.values())
