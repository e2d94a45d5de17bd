"""Talk to the slskd simulator over HTTP, on a clock that moves only when told."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from simulators.audio import AudioContent, Profile
from simulators.slskd import Attributes, Behaviour, Peer, Settings, SharedFile, SlskdSimulator
from tests.engine.turning import Activity, watch_threads

from .reply import Reply

JSON_HEADERS = {"Content-Type": "application/json"}
SONG = "@@abcde\\Music\\Brad Sucks\\Out of It (2008)\\05 - Certain Death.mp3"
FOLDER = "@@abcde\\Music\\Brad Sucks\\Out of It (2008)"


class SlskdClient:
    """Send requests as the official page does, with a JSON content type on every one."""

    def __init__(
        self, simulator: SlskdSimulator, session: aiohttp.ClientSession, activity: Activity
    ) -> None:
        """Take a running simulator, and what knows when it is at rest."""
        self.simulator = simulator
        self.session = session
        self._activity = activity

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        root: str = "/api/v0",
    ) -> Reply:
        """Send one request; a path has its usernames encoded already."""
        data = None if body is None else json.dumps(body)
        async with self.session.request(
            method,
            URL(f"{self.simulator.url}{root}{path}", encoded=True),
            data=data,
            headers=JSON_HEADERS if headers is None else headers,
        ) as response:
            return await Reply.read(response)

    async def moving(self, *requests: Any, seconds: float = 0.1) -> list[Reply]:
        """Await what ends only as simulated time passes, and let no more of it pass than that takes."""
        tasks = [asyncio.ensure_future(request) for request in requests]
        await self._activity.rest()
        while not all(task.done() for task in tasks):
            await self.simulator.advance(seconds)
            await self._activity.rest()
        return [task.result() for task in tasks]

    async def enqueue(self, username: str, *files: dict[str, object]) -> Reply:
        """Ask a user for files, moving time for the versions that wait for the user."""
        path = f"/transfers/downloads/{quote(username, safe='')}"
        return (await self.moving(self.send("POST", path, list(files))))[0]

    async def rows(self, username: str | None = None) -> list[dict[str, Any]]:
        """Return the rows of all downloads, or of one user's."""
        if username is None:
            users = (await self.send("GET", "/transfers/downloads")).json()
        else:
            reply = await self.send("GET", f"/transfers/downloads/{quote(username, safe='')}")
            users = [] if reply.status == 404 else [reply.json()]
        return [
            row for user in users for directory in user["directories"] for row in directory["files"]
        ]

    async def row(self, username: str = "peer") -> dict[str, Any]:
        """Return the newest row of one user's downloads."""
        return (await self.rows(username))[-1]

    async def search(self, text: str, **options: object) -> dict[str, Any]:
        """Begin a search and return its record."""
        reply = await self.send("POST", "/searches", {"searchText": text, **options})
        assert reply.status == 200, reply.text
        record: dict[str, Any] = reply.json()
        return record

    async def get_search(self, search_id: str, *, responses: bool = False) -> dict[str, Any]:
        """Return a search."""
        flag = "true" if responses else "false"
        reply = await self.send("GET", f"/searches/{search_id}?includeResponses={flag}")
        record: dict[str, Any] = reply.json()
        return record


@asynccontextmanager
async def slskd(
    folder: Path, peers: Iterable[Peer], settings: Settings | None = None
) -> AsyncIterator[SlskdClient]:
    """Run a simulator on a manual clock; its folders lie in the given one."""
    simulator = SlskdSimulator(
        peers,
        folder / "downloads",
        folder / "incomplete",
        settings or Settings(clock_speed=0),
    )
    assert simulator.clock.is_manual
    activity = Activity()
    await watch_threads(activity)
    async with simulator, aiohttp.ClientSession() as session:
        yield SlskdClient(simulator, session, activity)


def song(
    path: str = SONG,
    *,
    size: int | None = 2_000_000,
    behaviour: Behaviour | None = None,
    is_locked: bool = False,
) -> SharedFile:
    """Share a song of filler bytes."""
    return SharedFile(
        path,
        size=size,
        attributes=Attributes(bit_rate=320, length=187),
        behaviour=behaviour,
        is_locked=is_locked,
    )


def real_song(path: str = SONG, *, seconds: float = 7.5) -> SharedFile:
    """Share a short song that can be listened to."""
    content = AudioContent("certain-death", int(seconds * 1000), Profile.MP3_320)
    return SharedFile(path, content=content, attributes=Attributes(bit_rate=320, length=7))


def peer(
    *files: SharedFile,
    username: str = "peer",
    behaviour: Behaviour | None = None,
    upload_slots: int = 2,
    max_queued_files: int | None = None,
) -> Peer:
    """Make somebody who sends a megabyte a second."""
    return Peer(
        username,
        files or (song(),),
        behaviour=behaviour or Behaviour(),
        upload_slots=upload_slots,
        max_queued_files=max_queued_files,
    )


def wanted(path: str = SONG, size: int = 2_000_000) -> dict[str, object]:
    """Return what a client sends to ask for a file."""
    return {"filename": path, "size": size}
