"""Check the simulator as a command of its own, with real time running fast."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import re
import sys
from urllib.parse import quote

import aiohttp
import pytest
from yarl import URL

from simulators.slskd import ScenarioStep, Settings, SlskdSimulator, load_scenario, play
from simulators.slskd.json_rules import Body

from .slskd_client import JSON_HEADERS, peer, slskd

pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def command(*arguments: str) -> AsyncIterator[tuple[str, str]]:
    """Run the command and return the address it prints and the control address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "simulators.slskd", "--port", "0", "--control-port", "0"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        address, control = re.findall(r"http://127\.0\.0\.1:\d+(?:/\w+)?", line)
        yield address, control
    finally:
        process.terminate()
        assert await process.wait() == 0


async def test_search_and_download_with_the_command(tmp_path: Path) -> None:
    """The demo's catalogue can be searched and downloaded from the running command."""
    key = "0123456789abcdef"
    arguments = ("--downloads", str(tmp_path / "downloads"), "--api-key", key, "--url-base", "base")
    async with (
        command(*arguments, "--speed", "200", "--version", "0.24.5") as (address, control),
        aiohttp.ClientSession(headers={**JSON_HEADERS, "X-API-Key": key}) as session,
    ):
        assert address.endswith("/base")
        api = f"{address}/api/v0"
        async with session.get(f"{api}/application/version") as response:
            assert await response.json() == "0.24.5"
        async with session.post(f"{api}/searches", json={"searchText": "night owl"}) as response:
            search_id = (await response.json())["id"]
        responses = None
        while not responses:
            async with session.get(f"{api}/searches/{search_id}/responses") as response:
                responses = await response.json()
        assert sum(one["fileCount"] for one in responses) >= 2
        for one in responses:
            wanted = [{"filename": file["filename"], "size": file["size"]} for file in one["files"]]
            name = quote(one["username"], safe="")
            user = URL(f"{api}/transfers/downloads/{name}", encoded=True)
            async with session.post(user, json=wanted) as response:
                await response.read()
        local = None
        while local is None:
            async with session.get(f"{api}/events") as response:
                for event in await response.json():
                    if event["type"] == "DownloadFileComplete":
                        local = json.loads(event["data"])
        path = Path(local["localFilename"])
        assert path.is_relative_to(tmp_path / "downloads")
        assert path.stat().st_size == local["transfer"]["size"]  # noqa: ASYNC240
        url = f"{control}/_simulator/state"
        async with session.get(url) as response:
            state = await response.json()
        assert state["version"] == "0.24.5" and len(state["searchesSentAt"]) == 1


async def test_unknown_version_is_refused() -> None:
    """Only versions whose behaviour is known can be asked for."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulators.slskd", "--version", "0.99.0"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    assert process.returncode == 2
    assert b"invalid choice" in error


async def test_scenario(tmp_path: Path) -> None:
    """Steps of a scenario file happen at their time."""
    path = tmp_path / "scenario.json"
    steps = [
        {"at": 10, "do": "logout"},
        {"at": 20, "do": "login"},
        {"at": 25, "do": "fault", "method": "GET", "path": "/application", "status": 503},
        {"at": 30, "do": "restart"},
    ]
    path.write_text(json.dumps(steps))
    async with slskd(tmp_path, [peer()]) as client:
        play(client.simulator, load_scenario(path))
        states = []
        for _ in range(4):
            states.append((await client.send("GET", "/server")).json()["isLoggedIn"])
            await client.simulator.advance(10)
        # At 30 s the restart comes; the log-in follows seconds later.
        assert states == [True, False, True, False]
        assert (await client.send("GET", "/application")).status == 503
        assert (await client.send("GET", "/server")).json()["isLoggedIn"]


@pytest.mark.parametrize("text", ["{}", '[{"at": 1, "do": "dance"}]', "[7]", "nonsense"])
def test_bad_scenarios_are_refused(tmp_path: Path, text: str) -> None:
    """A scenario that cannot be meant is refused before anything starts."""
    path = tmp_path / "scenario.json"
    path.write_text(text)
    with pytest.raises(ValueError):
        load_scenario(path)


async def test_time_runs_fast_by_itself(tmp_path: Path) -> None:
    """With a speed, simulated time passes without being moved, and steps happen."""
    settings = Settings(clock_speed=1000)
    simulator = SlskdSimulator([peer()], tmp_path / "downloads", settings=settings)
    async with simulator, aiohttp.ClientSession() as session:
        play(simulator, (ScenarioStep(60, "logout", Body({})),))
        is_ready = True
        while is_ready:
            async with session.get(f"{simulator.url}/api/v0/server") as response:
                is_ready = (await response.json())["isLoggedIn"]
        assert simulator.clock.now() >= 60
