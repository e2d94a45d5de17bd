"""Ask a simulated peer for files, and follow them to their end."""

from datetime import datetime
import uuid

import pytest

from custom_components.soulspot.engine.slskd.models import (
    EnqueueResult,
    Outcome,
    RequestedFile,
    Transfer,
    Verdict,
)
from custom_components.soulspot.engine.slskd.transfers import choose_row, judge
from simulators.slskd import Behaviour, Peer, SharedFile

from .conftest import World

NAME = "sömebody 100% #1?"

FIRST = "@@abcde\\Music\\Album\\01 - First.flac"

SECOND = "@@abcde\\Music\\Album\\02 - Second.flac"

SIZE = 100_000


def peer(*behaviours: Behaviour, name: str = NAME, **details: object) -> Peer:
    """Return a peer whose files behave so, one after the other."""
    paths = (FIRST, SECOND)
    return Peer(
        username=name,
        files=tuple(
            SharedFile(path, size=SIZE, behaviour=behaviour)
            for path, behaviour in zip(paths, behaviours or (Behaviour(),) * 2, strict=False)
        ),
        **details,  # type: ignore[arg-type]
    )


def wanted(*paths: str) -> list[RequestedFile]:
    """Return what to ask for."""
    return [RequestedFile(filename=path, size=SIZE) for path in paths or (FIRST,)]


async def ask(world: World, *paths: str, name: str = NAME) -> EnqueueResult:
    """Ask for files the way that fits every version."""
    return await world.passing(
        world.client.enqueue(name, wanted(*paths), batch_id=str(uuid.uuid4()))
    )


async def follow(world: World, path: str = FIRST, name: str = NAME) -> tuple[Verdict, Transfer]:
    """Look at a file's row until it is decided, and return the judgement."""
    first_seen: datetime | None = None
    status = await world.client.status()
    for _ in range(2000):
        row = choose_row(await world.client.downloads_of(name), name, path)
        assert row is not None
        verdict = judge(
            row,
            status.features,
            first_seen_completed_at=first_seen,
            now=world.clock.now(),
            retry_attempts=status.retry_attempts,
            retry_maximum_delay_s=status.retry_maximum_delay_s,
        )
        if verdict.outcome in (Outcome.SUCCEEDED, Outcome.FAILED):
            return verdict, row
        first_seen = (first_seen or world.clock.now()) if row.is_completed else None
        await world.clock.sleep(1)
    pytest.fail("still undecided")
