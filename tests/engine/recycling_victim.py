"""Recycle, replace and restore a file in processes that are killed before each step; the tests run it as a program.

Usage: recycling_victim.py FOLDER WORK, where the work is "recycle", "replace", "succeed" (as replace, with the
same name) or "restore". FOLDER/0, 1, 2, ... get a
library and a database each; the process at work there is killed before its first, second, third, ... file
operation or transaction, until one gets through. Then a process that lives recovers each of them, and what
the database says is written into a file beside it.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
import signal
import sys
from types import ModuleType
from typing import Any, cast

ROOT = Path(__file__).parents[2]
MUSIC = "Artist/Album/01 Song.mp3"
BETTER = "Artist/Album/01 Song.flac"
SUCCESSOR = "Artist/Album/01 Song (2).mp3"
NEW_FILES = {"replace": BETTER, "succeed": SUCCESSOR}
GRACE = timedelta(days=1)


def prepare_import() -> None:
    """Let the engine be imported without Home Assistant around it."""
    sys.path[0] = str(ROOT)  # Beside this file lie packages named like those of Python.
    package = ModuleType("custom_components.soulspot")
    package.__path__ = [str(ROOT / "custom_components" / "soulspot")]
    sys.modules[package.__name__] = package


class Clock:
    """Tell the time of after the grace."""

    def now(self) -> datetime:
        """Return the moment."""
        return datetime(2026, 11, 22, tzinfo=UTC)


class Site:
    """Hold a library, its database, and the bin between them."""

    def __init__(self, folder: Path) -> None:
        """Put together what the work needs, and nothing else."""
        from yarl import URL

        from custom_components.soulspot.engine.settings import PipelineSettings, PlaylistOptions
        from custom_components.soulspot.engine.store import Database
        from custom_components.soulspot.engine.use_cases.context import Announcer, Context
        from custom_components.soulspot.engine.use_cases.library.recycle_bin import RecycleBin
        from custom_components.soulspot.engine.use_cases.library.write_playlist_files import (
            WritePlaylistFiles,
        )

        self.library = folder / "library"
        self.database = Database(folder / "soulspot.db")
        services: dict[str, Any] = dict.fromkeys(Context.__dataclass_fields__)
        context = Context(
            **services
            | {
                "settings": PipelineSettings(
                    database=folder / "soulspot.db",
                    slskd_address=URL("http://127.0.0.1:9"),
                    library=self.library,
                ),
                "database": self.database,
                "clock": cast("Any", Clock()),
                "announcer": Announcer(),
                "playlists": {"p1": PlaylistOptions()},
            }
        )
        self.recycle_bin = RecycleBin(context, WritePlaylistFiles(context))

    async def fill(self) -> None:
        """Store one filed track that was removed from a playlist long ago."""
        await self.database.run(_remove, now=Clock().now() - 2 * GRACE)

    async def do(self, work: str) -> None:
        """Do the work."""
        if work == "recycle":
            await self.recycle_bin.recycle_removed()
            return
        if work in NEW_FILES:
            path = NEW_FILES[work]
            status = (self.library / path).stat()
            begun = await self.database.run(_replace, path, status, now=Clock().now())
            await self.recycle_bin.finish(begun)
            return
        page = await self.recycle_bin.show(limit=1, offset=0)
        for file in page.files:
            await self.recycle_bin.restore(recycled_id=file.id)

    async def report(self, path: Path) -> None:
        """Recover, and write down what the database says."""
        await self.recycle_bin.recover()
        page = await self.recycle_bin.show(limit=10, offset=0)
        owned = await self.database.run(_owned)
        report = {"bin": [file.path for file in page.files], "library": owned}
        await asyncio.to_thread(path.write_text, json.dumps(report))


def _remove(connection: Any, *, now: datetime) -> None:
    """Store a filed track, and its removal from a playlist that recycles."""
    from custom_components.soulspot.engine.model import (
        EntryKind,
        LibraryFile,
        PlaylistItem,
        PlaylistSummary,
        RemovalPolicy,
        TrackMetadata,
    )
    from custom_components.soulspot.engine.store import files, playlists, removals, tracks

    track = TrackMetadata(title="Song", artists=())
    track_id = tracks.save_track(connection, track)
    files.save_file(
        connection,
        LibraryFile(
            track_id=track_id,
            path=MUSIC,
            size=5,
            modified_ns=1,
            format="mp3",
            duration_ms=None,
            bit_rate=None,
            checksum=None,
            is_ours=True,
        ),
        now=now,
    )
    playlist = playlists.save_playlist(connection, PlaylistSummary(spotify_id="p1", name="List"))
    item = PlaylistItem(position=0, kind=EntryKind.TRACK, track=track, title="Song")
    for entries in ([(item, track_id)], []):
        playlists.save_entries(connection, playlist, entries, snapshot_id=None, synced_at=now)
    removals.set_policy(connection, "p1", RemovalPolicy.RECYCLE, GRACE.days, now=now)


def _replace(connection: Any, path: str, status: os.stat_result, *, now: datetime) -> Any:
    """Store that a better file has come, as the filing of an upgrade does."""
    from custom_components.soulspot.engine.model import Quality
    from custom_components.soulspot.engine.store import downloads, files
    from custom_components.soulspot.engine.use_cases.library.replace_file import begin_replacement

    row = connection.execute("SELECT track_id FROM library_file").fetchone()
    download_id = downloads.request_download(
        connection, row["track_id"], quality=Quality.BEST, query=None, now=now, is_upgrade=True
    )
    download = downloads.get_download(connection, download_id)
    assert download is not None
    [present] = files.get_files(connection, [download.track_id]).values()
    name = Path(MUSIC).with_suffix(Path(path).suffix).name
    recycled_id, track_ids = begin_replacement(connection, download, path, name=name, now=now)
    for track_id in track_ids:
        better = replace(
            present,
            track_id=track_id,
            path=path,
            size=status.st_size,
            modified_ns=status.st_mtime_ns,
        )
        files.save_file(connection, better, now=now)
    return recycled_id


def _owned(connection: Any) -> list[str]:
    """Return the paths that tracks have."""
    return [row["path"] for row in connection.execute("SELECT path FROM library_file")]


def kill_at(moment: int) -> None:
    """Die just before the given file operation or transaction, counted from now."""
    from custom_components.soulspot.engine.store.database import Database

    remaining = moment

    def count() -> None:
        """Count one thing that may be the last."""
        nonlocal remaining
        remaining -= 1
        if remaining < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, _: object) -> None:
        """Count what touches files."""
        if event == "open" or (event.startswith("os.") and event != "os.kill"):
            count()

    transact = Database._transact

    def counted(*args: Any) -> Any:
        """Count the moment before a transaction, and the one after it."""
        count()
        result = transact(*args)
        count()
        return result

    Database._transact = counted  # type: ignore[assignment, method-assign]
    sys.addaudithook(hook)


async def live(folder: Path, work: str, moment: int | None) -> None:
    """Prepare a site and work there, or recover and report."""
    site = Site(folder)
    await site.database.open()
    if moment is None:
        await site.report(folder / "report.json")
    else:
        await site.fill()
        if work == "restore":
            await site.do("recycle")
        kill_at(moment)
        await site.do(work)
    os._exit(0)


def in_child(folder: Path, work: str, moment: int | None) -> int:
    """Live in a process of its own, and return how that ended."""
    child = os.fork()
    if child == 0:
        asyncio.run(live(folder, work, moment))
    return os.waitpid(child, 0)[1]


def main() -> None:
    """Kill at every moment, then recover everywhere."""
    prepare_import()
    import custom_components.soulspot.engine.use_cases.library.recycle_bin
    import custom_components.soulspot.engine.use_cases.library.replace_file  # noqa: F401

    base, work = Path(sys.argv[1]), sys.argv[2]
    moment, status = 0, -1
    while status != 0:
        folder = base / str(moment)
        music = folder / "library" / MUSIC
        music.parent.mkdir(parents=True)
        music.write_bytes(b"music")
        if work in NEW_FILES:
            (folder / "library" / NEW_FILES[work]).write_bytes(b"better music")
        status = in_child(folder, work, moment)
        if os.WIFEXITED(status) and status:
            raise SystemExit("the work failed")
        moment += 1
    for folder in base.iterdir():
        if in_child(folder, work, None) != 0:
            raise SystemExit(f"no recovery in {folder}")


if __name__ == "__main__":
    main()
