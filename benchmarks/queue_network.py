"""Serve thousands of downloads under way from a process of its own, so that only the engine is measured."""

import asyncio
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from simulators.slskd import (
    Behaviour,
    Outcome,
    Peer,
    Settings,
    SharedFile,
    SlskdSimulator,
    WriteMode,
)
from simulators.slskd.transfers import WantedFile

_SIZE = 40_000_000  # bytes
_SPEED = 40_000  # bytes/s: a quarter of an hour for each file
_FLOWING_PEERS = 5  # One in so many sends, the others let us wait.


@dataclass(frozen=True, slots=True)
class Row:
    """Name a download that slskd works on."""

    username: str
    filename: str
    size: int
    id: str


def _peer(number: int, files: int) -> Peer:
    """Make somebody with a full upload queue."""
    behaviour = Behaviour() if number % _FLOWING_PEERS == 0 else Behaviour(Outcome.NEVER_START)
    return Peer(
        username=f"peer {number}",
        files=tuple(
            SharedFile(f"@@music\\Artist {number}\\Album\\{track:03d} Title.flac", size=_SIZE)
            for track in range(files)
        ),
        real_speed=_SPEED,
        behaviour=behaviour,
    )


async def _serve(connection: Connection, folder: Path, peers: int, rows: int) -> None:
    """Enqueue everything, tell about it, and serve until told to stop."""
    people = [_peer(number, rows // peers + 1) for number in range(peers)]
    settings = Settings(clock_speed=1.0, write_mode=WriteMode.NOTHING)
    async with SlskdSimulator(people, folder / "downloads", settings=settings) as simulator:
        wanted = [(peer.username, file) for peer in people for file in peer.files][:rows]
        enqueued: list[Row] = []
        for username, file in wanted:
            accepted, _ = simulator.transfers.enqueue(username, [WantedFile(file.path, _SIZE)])
            enqueued += [Row(username, file.path, _SIZE, item.id) for item in accepted]
        await asyncio.sleep(3)  # Until they have reached their states.
        connection.send((simulator.url, enqueued))
        await asyncio.to_thread(connection.recv)


def serve(connection: Connection, folder: Path, peers: int, rows: int) -> None:
    """Run in a process of its own."""
    asyncio.run(_serve(connection, folder, peers, rows))
