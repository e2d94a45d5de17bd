"""Enter folders in the dialog, and have them proven."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from simulators.slskd.faults import Fault as SlskdFault

from .flows import enter, start
from .world import World

pytestmark = pytest.mark.usefixtures("current_request_with_host", "credential")


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"slskd_downloads": None}, {"slskd_downloads": "slskd_folder_missing"}),
        ({"local_downloads": None}, {"local_downloads": "local_folder_missing"}),
        (
            {"local_downloads": "/nowhere/at/all"},
            {"local_downloads": "downloads_folder_not_visible"},
        ),
        ({"local_downloads": "downloads"}, {"local_downloads": "downloads_folder_not_visible"}),
        ({"library": "/nowhere/at/all"}, {"library": "folder_missing"}),
        ({"library": "music"}, {"library": "folder_not_absolute"}),
        ({"library": __file__}, {"library": "not_a_folder"}),
        ({"library": "/sys"}, {"library": "folder_not_writable"}),
    ],
)
async def test_folders_are_proven(
    hass: HomeAssistant, world: World, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    """Name the folder that cannot be worked with, and take the right ones."""
    form = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
    form = await enter(hass, form, world.folders_input(**changes))
    assert form["errors"] == errors
    result = await enter(hass, form, world.folders_input())
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("inner", [".", "music"])
async def test_library_and_downloads_lie_apart(
    hass: HomeAssistant, world: World, inner: str
) -> None:
    """Refuse a library in which slskd's files would count as filed."""
    library = world.downloads / inner
    library.mkdir(parents=True, exist_ok=True)
    form = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
    form = await enter(hass, form, world.folders_input(library=str(library)))
    assert form["errors"] == {"library": "folders_overlap"}


async def test_another_folder_is_noticed(hass: HomeAssistant, world: World, tmp_path: Path) -> None:
    """Compare the folder here with what slskd lists."""
    (world.downloads / "track.flac").write_bytes(b"music")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    form = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
    form = await enter(hass, form, world.folders_input(local_downloads=str(elsewhere)))
    assert form["errors"] == {"local_downloads": "downloads_folder_mismatch"}


async def test_slskd_goes_away_during_the_folder_test(hass: HomeAssistant, world: World) -> None:
    """Say so above the form, which has no field for it."""
    form = await enter(hass, await start(hass, "without_spotify"), world.slskd_input())
    world.slskd.inject(SlskdFault("GET", "*", HTTPStatus.BAD_GATEWAY, times=9))
    form = await enter(hass, form, world.folders_input())
    assert form["errors"] == {"base": "service_unavailable"}
