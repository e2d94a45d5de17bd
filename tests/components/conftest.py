"""Share fixtures of the tests that run inside Home Assistant."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest

from simulators.slskd import LATEST
from tests.checkout import INTEGRATION

from .texts import TextWatch, watch_actions, watch_flows
from .world import DOMAIN, World, add_credential, small_world


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration of this checkout."""
    # The recorder must exist before anything else touches Home Assistant.
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def _texts_for_all_that_is_shown(
    _custom_integrations: None, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Fail a test in which something was shown that has no text."""
    if not (INTEGRATION / "translations" / "en.json").is_file():
        yield  # tests/test_translations.py fails then
        return
    watch = TextWatch()
    watch_flows(watch, monkeypatch)
    watch_actions(watch, monkeypatch)
    yield
    watch.check_home_assistant(hass)
    assert not watch.problems, "\n".join(sorted(set(watch.problems)))


@pytest.fixture
async def world(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    socket_enabled: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[World]:
    """Run the outside services for one test, with a database folder of its own.

    A parameter is the version of slskd.
    """
    monkeypatch.setattr(hass.config, "config_dir", str(tmp_path / "config"))
    version = getattr(request, "param", LATEST)
    async with small_world(tmp_path, monkeypatch, version) as services:
        yield services
        # The accounts go first: a server that closes while somebody connects upsets the event loop.
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


@pytest.fixture
async def credential(hass: HomeAssistant, world: World) -> None:
    """Have the Spotify app entered already."""
    await add_credential(hass)
