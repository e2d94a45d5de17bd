"""Run one pipeline until everything is settled, or until the chosen moment of death.

`python -m benchmarks.crash_child` is what `benchmarks.crash` starts. Each line of its input is the
configuration of a life, which is a process of its own: imports are made once, and every life is a fork.
"""

import asyncio
from collections.abc import Callable, Coroutine
import contextlib
from dataclasses import dataclass
import json
import os
from pathlib import Path
import signal
import sqlite3
import sys
import traceback
from types import SimpleNamespace
from typing import Any, NoReturn
from unittest.mock import patch

import aiohttp
from yarl import URL

from benchmarks.sped_clock import SpedClock
from custom_components.soulspot.engine.errors import SoulSpotError
from custom_components.soulspot.engine.model import DownloadState
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import Endpoints, PipelineSettings, PlaylistOptions
from custom_components.soulspot.engine.store import Database

_LOOK_EVERY = 0.2  # real seconds
_TIDYING = 40.0  # simulated seconds
_LONGEST_TIDYING = 1200.0
_FILE_EVENTS = frozenset({"open", "os.link", "os.remove", "os.rename", "os.mkdir"})
_UNSETTLED = (
    DownloadState.QUEUED,
    DownloadState.SEARCHING,
    DownloadState.CHOSEN,
    DownloadState.TRANSFERRING,
    DownloadState.DOWNLOADED,
)


@dataclass(slots=True)
class Doom:
    """Kill this process when it has come so far; `kind` says what is counted, 0 means never."""

    kind: str
    number: int

    def count(self) -> None:
        """Count one event, and die of the last."""
        self.number -= 1
        if self.number == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Tokens:
    """Hand out the one token that the simulator gave."""

    def __init__(self, token: str) -> None:
        """Keep it."""
        self._token = token

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return it, whatever was asked."""
        return self._token


def _settings(configuration: dict[str, Any]) -> PipelineSettings:
    """Build the pipeline's settings."""
    folder = Path(configuration["folder"])
    return PipelineSettings(
        database=folder / "database" / "soulspot.db",
        slskd_address=URL(configuration["slskd"]),
        slskd_downloads=str(folder / "downloads"),
        local_downloads=folder / "downloads",
        library=folder / "library",
        keep_source=False,
        endpoints=Endpoints(
            spotify_api=URL(configuration["spotify"]),
            musicbrainz=URL(configuration["musicbrainz"]),
            cover_art=URL(configuration["cover_art"]),
        ),
    )


def _watch_files(library: str, doom: Doom) -> None:
    """Count what is done to files of the library, just before it is done."""

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event in _FILE_EVENTS and any(str(item).startswith(library) for item in arguments[:2]):
            doom.count()

    sys.addaudithook(hook)


def _watch_answers(doom: Doom) -> aiohttp.TraceConfig:
    """Count the answers of services before anybody has read them, or only those to what changes something."""
    trace = aiohttp.TraceConfig()

    async def ended(
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        request: aiohttp.TraceRequestEndParams,
    ) -> None:
        if doom.kind == "answers" or request.method == "POST":
            doom.count()

    trace.on_request_end.append(ended)
    return trace


def _counted_run(doom: Doom) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Return a `Database.run` that counts transactions, each after it was stored."""
    run = Database.run

    async def counted(self: Database, *args: Any, **kwargs: Any) -> Any:
        """Run, then count."""
        result = await run(self, *args, **kwargs)
        doom.count()
        return result

    return counted


async def _import(pipeline: Pipeline, clock: SpedClock) -> None:
    """Read the playlists, again until it works."""
    while True:
        try:
            await pipeline.playlists.sync()
        except SoulSpotError:
            await clock.sleep(30)
        else:
            return


async def _until_tidy(database: Path, clock: SpedClock) -> None:
    """Wait for the last playlist file, and for slskd to be rid of what is ours; not for ever."""
    end = clock.monotonic() + _LONGEST_TIDYING
    await clock.sleep(_TIDYING)
    while clock.monotonic() < end and await asyncio.to_thread(_has_rows_left, database):
        await clock.sleep(_TIDYING)


def _has_rows_left(database: Path) -> bool:
    """Tell whether searches or transfers are still to be taken away from slskd."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        row = connection.execute(
            """
            SELECT (SELECT count(*) FROM own_search) + (
                SELECT count(*) FROM transfer JOIN download ON download.id = transfer.download_id
                WHERE download.state NOT IN ('filed', 'ask')
            )
            """
        ).fetchone()
    return bool(row[0])


async def _live(configuration: dict[str, Any]) -> None:
    """Work until nothing is left to be done, then say so."""
    doom = Doom(configuration["doom"], configuration["doom_number"])
    traces = [_watch_answers(doom)] if doom.kind in ("answers", "posts") else []
    if doom.kind == "files":
        _watch_files(str(Path(configuration["folder"]) / "library"), doom)
    clock = SpedClock(configuration["speed"], configuration["epoch"])
    with contextlib.ExitStack() as stack:
        if doom.kind == "transactions":
            stack.enter_context(patch.object(Database, "run", _counted_run(doom)))
        async with aiohttp.ClientSession(trace_configs=traces) as session:
            settings = _settings(configuration)
            pipeline = Pipeline(
                settings,
                session=session,
                tokens=Tokens(configuration["token"]),
                clock=clock,
            )
            await pipeline.open()
            print("ready", flush=True)
            await pipeline.playlists.configure(
                {spotify_id: PlaylistOptions() for spotify_id in configuration["playlists"]}
            )
            running = asyncio.create_task(pipeline.run())
            try:
                await _import(pipeline, clock)
                while await pipeline.queue.entries(states=_UNSETTLED, limit=1):
                    await asyncio.sleep(_LOOK_EVERY)
                await _until_tidy(settings.database, clock)
                print("settled", flush=True)
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
                await pipeline.close()


def _be_born(line: str) -> NoReturn:
    """Live a life in this process and end it."""
    print(f"begun {os.getpid()}", flush=True)
    code = 1
    try:
        asyncio.run(_live(json.loads(line)))
        code = 0
    finally:  # Whatever it was, the process that was forked must not go on.
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(code)


def main() -> None:
    """Let one life follow the other, as the lines of the input say."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _be_born(line)
        _, status = os.waitpid(child, 0)
        print(f"ended {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main()
