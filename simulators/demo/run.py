"""Carry one run through: start everything, set it up, watch or check it, and stop it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import time

from .api import HomeAssistantApi
from .check import check, check_log
from .dashboard import create_dashboard, find_entities
from .folders import DemoFolders
from .home_assistant import HomeAssistantProcess, require_free_port
from .progress import is_in_full_swing, is_settled, is_worth_a_picture, wait_for_import, wait_until
from .results import CheckResult
from .screen import DemoError, complain, note, say, styled
from .screenshot import take_screenshot
from .servers import Servers
from .set_up import PLAYLISTS, set_up_house, set_up_integration
from .table import table

_STORED_LATE = ("application_credentials", "lovelace_dashboards")
_STORED_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """Hold what a started demo consists of."""

    folders: DemoFolders
    servers: Servers
    home_assistant: HomeAssistantProcess
    api: HomeAssistantApi
    dashboard: str
    started: float

    @property
    def playlist_ids(self) -> list[str]:
        """Return the Spotify ids of the playlists that were added."""
        return [self.servers.spotify.playlist_id(key) for key in PLAYLISTS]

    @property
    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started


@asynccontextmanager
async def started(
    folders: DemoFolders, port: int, speed: float, python: Path
) -> AsyncIterator[Running]:
    """Start everything and set it up; stop it all at the end."""
    require_free_port(port)
    begun = time.monotonic()
    with folders.reserved():
        folders.prepare(port)
        say("Starting the simulators of Spotify, slskd and MusicBrainz")
        async with Servers(folders, speed=speed) as servers:
            home_assistant = HomeAssistantProcess(folders, port, servers.environment, python)
            async with HomeAssistantApi(home_assistant.url) as api:
                try:
                    dashboard = await _set_up(api, home_assistant, servers, folders)
                    yield Running(folders, servers, home_assistant, api, dashboard, begun)
                finally:
                    await api.disconnect()
                    say("Stopping")
                    await home_assistant.stop()


async def _set_up(
    api: HomeAssistantApi,
    home_assistant: HomeAssistantProcess,
    servers: Servers,
    folders: DemoFolders,
) -> str:
    """Start Home Assistant, do what a person does in it, and return the dashboard's address."""
    say("Starting Home Assistant (about ten seconds)")
    await home_assistant.start()
    await api.onboard()
    await api.log_in()
    say("Setting SoulSpot up through its config flow: Spotify, slskd, folders, playlists")
    await set_up_house(api)
    entry_id = await set_up_integration(api, servers, folders, PLAYLISTS)
    found = await find_entities(api, entry_id)
    address = await create_dashboard(api, found)
    await wait_for_import(api, found)
    return address


async def show(folders: DemoFolders, port: int, speed: float, python: Path) -> None:
    """Run until somebody ends it; a restart asked for on the page is granted."""
    async with started(folders, port, speed, python) as running:
        print()
        say(f"Open {styled(running.dashboard, 1)} (no password needed)")
        note("Two playlists become files there; it takes about a minute.")
        note("Settings > Devices & services > SoulSpot shows the account and the playlists.")
        note("Developer tools > Actions: try soulspot.get_playlist or soulspot.search.")
        note(f"The music arrives in {running.folders.library}")
        note(f"Home Assistant's log is {running.folders.log}")
        say("Ctrl+C ends it")
        while True:
            await running.home_assistant.wait()
            if not running.home_assistant.wants_restart:
                raise DemoError(f"Home Assistant ended by itself. See {running.folders.log}")
            say("Home Assistant restarts")
            await running.home_assistant.start()


async def check_once(
    folders: DemoFolders,
    port: int,
    speed: float,
    python: Path,
    deadline: float,
    *,
    with_kill: bool = False,
    report: Path | None = None,
) -> bool:
    """Run the main job once, print what came out, and tell whether everything is as it should be."""
    async with started(folders, port, speed, python) as running:
        if with_kill:
            await _kill_in_full_swing(running, deadline)
        say("Waiting for the main job")
        is_done = await wait_until(
            running.api, running.playlist_ids, is_settled, deadline - running.seconds
        )
        seconds = running.seconds
        # What the last track still owes: its playlist files.
        await asyncio.sleep(1.0)
        say("Comparing files, tags, playlists and log with what had to come out")
        outcome = await check(running.api, running.servers, running.folders)
        outcome.seconds = seconds
        if not is_done:
            outcome.problems.insert(0, f"the main job was not done after {deadline:.0f} s")
    check_log(folders, outcome)
    _report(outcome, report)
    return outcome.is_ok


async def screenshot(
    folders: DemoFolders, port: int, speed: float, python: Path, deadline: float, target: Path
) -> None:
    """Take a picture of the dashboard when most of the main job is done and some is still under way."""
    async with started(folders, port, speed, python) as running:
        say("Waiting for something to see")
        await wait_until(running.api, running.playlist_ids, is_worth_a_picture, deadline)
        say("Taking the picture")
        await take_screenshot(running.dashboard, target)
        note(str(target))


async def _kill_in_full_swing(running: Running, deadline: float) -> None:
    """Kill Home Assistant in the middle of downloads, and start it again."""
    say("Waiting for downloads under way")
    await _until_stored(running.folders)
    if not await wait_until(running.api, running.playlist_ids, is_in_full_swing, deadline):
        raise DemoError("no download was seen under way")
    say("Killing Home Assistant, and starting it again")
    await running.home_assistant.kill()
    await running.api.disconnect()
    await running.home_assistant.start()
    await running.api.log_in()


async def _until_stored(folders: DemoFolders) -> None:
    """Wait until Home Assistant has written what was set up; it does so ten seconds late."""
    async with asyncio.timeout(_STORED_SECONDS):
        while not all((folders.config / ".storage" / name).exists() for name in _STORED_LATE):
            await asyncio.sleep(0.5)


def _report(outcome: CheckResult, report: Path | None) -> None:
    """Print the outcome, and write it for machines when a file is named."""
    for line in table(outcome.results):
        print(line)
    print()
    for text in outcome.notes:
        note(text)
    for problem in outcome.problems:
        complain(problem)
    for fault in outcome.log_errors:
        complain(f"in the log: {fault}")
    figures = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in outcome.figures.items())
    note(figures)
    if report is not None:
        report.write_text(
            json.dumps(outcome.as_json(), indent=2, ensure_ascii=False) + "\n", "utf-8"
        )
    tracks = sum(result.is_track for result in outcome.results)
    if outcome.is_ok:
        say(styled(f"{tracks} tracks as expected after {outcome.seconds:.0f} s", 32))
    else:
        wrong = sum(bool(result.problems) for result in outcome.results)
        complain(
            f"{wrong} of {tracks} tracks, {len(outcome.problems)} further problems, "
            f"{len(outcome.log_errors)} log records (after {outcome.seconds:.0f} s)"
        )
