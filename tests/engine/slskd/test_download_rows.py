"""Check how rows of downloads are found, removed and asked about, whatever their peer is called."""

import uuid

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.slskd.models import (
    FailureKind,
    Outcome,
    TransferState,
    Version,
)
from simulators.slskd import Behaviour

from .asking import FIRST, NAME, SECOND, ask, follow, peer, wanted
from .conftest import MakeWorld


async def test_a_peer_without_rows(make_world: MakeWorld, version: str) -> None:
    """404 means that there are none."""
    world = await make_world(version=version)
    assert await world.client.downloads_of("nobody") == ()
    assert await world.client.downloads() == ()
    assert await world.client.download("nobody", str(uuid.uuid4())) is None


async def test_a_finished_row_is_removed(make_world: MakeWorld, version: str) -> None:
    """Only ours; the file stays, and the row can still be asked for."""
    world = await make_world(peer(), version=version)
    answer = await ask(world, FIRST, SECOND)
    for path in (FIRST, SECOND):
        await follow(world, path)
    ours, other = answer.accepted
    await world.clock.sleep(2)
    assert await world.client.remove(NAME, ours.id)
    assert [row.id for row in await world.client.downloads()] == [other.id]
    assert (await world.client.download(NAME, ours.id)) is not None
    assert (world.downloads / "Album" / "01 - First.flac").is_file()
    assert await world.client.remove(NAME, ours.id)


async def test_a_running_transfer_is_removed(make_world: MakeWorld, version: str) -> None:
    """It is stopped first, because slskd removes only what is completed."""
    world = await make_world(peer(Behaviour(queue_seconds=600)), version=version)
    answer = await ask(world)
    assert await world.client.remove(NAME, answer.accepted[0].id)
    assert await world.client.downloads_of(NAME) == ()
    row = await world.client.download(NAME, answer.accepted[0].id)
    assert row is not None
    assert row.state is TransferState.CANCELLED


async def test_unknown_rows_are_no_error(make_world: MakeWorld, version: str) -> None:
    """Somebody may have tidied up before."""
    world = await make_world(peer(), version=version)
    for identifier in (str(uuid.uuid4()), "no-guid"):
        await world.client.cancel(NAME, identifier)
        assert await world.client.remove(NAME, identifier)


async def test_a_cancelled_transfer_has_failed(make_world: MakeWorld, version: str) -> None:
    """Cancelled in slskd's page, it is final and may be asked for again."""
    world = await make_world(peer(Behaviour(queue_seconds=600)), version=version)
    answer = await ask(world)
    await world.client.cancel(NAME, answer.accepted[0].id)
    verdict, _ = await follow(world)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.failure is not None
    assert verdict.failure.kind is FailureKind.CANCELLED


async def test_the_place_in_a_queue(make_world: MakeWorld, version: str) -> None:
    """The peer tells it while the file waits there, and nobody otherwise."""
    world = await make_world(peer(Behaviour(queue_seconds=60)), version=version)
    answer = await ask(world)
    await world.clock.sleep(5)
    place = await world.client.place_in_queue(NAME, answer.accepted[0].id)
    assert place is not None
    assert place >= 0
    await follow(world)
    assert await world.client.place_in_queue(NAME, answer.accepted[0].id) is None
    assert await world.client.place_in_queue(NAME, str(uuid.uuid4())) is None


@pytest.mark.parametrize("name", ["", ".", "..", "batches"])
async def test_names_that_slskds_routes_cannot_hold(make_world: MakeWorld, name: str) -> None:
    """Such a peer is refused without a request: the address would mean something else."""
    world = await make_world()
    before = world.simulator.requests.count("*downloads*")
    answer = await world.client.enqueue(name, wanted())
    assert [item.failure.kind for item in answer.refused] == [FailureKind.REQUEST_REJECTED]
    with pytest.raises(InputError):
        await world.client.downloads_of(name)
    assert world.simulator.requests.count("*downloads*") == before


@pytest.mark.parametrize("name", ["a/b", "a%2Fb", "a#b?c=d", "ä ö", "all", "a+b", "a\\b", " x "])
async def test_any_other_name_works(make_world: MakeWorld, version: str, name: str) -> None:
    """Names arrive as they are."""
    world = await make_world(peer(name=name), version=version)
    answer = await ask(world, name=name)
    if "/" in name and Version(0, 24, 2) > Version(*map(int, version.split("."))):
        # These versions look for somebody else: one more source that is not there.
        [refusal] = answer.refused
        assert refusal.failure.kind is FailureKind.OFFLINE
        assert await world.client.downloads_of(name) == ()
        return
    assert [row.username for row in answer.accepted] == [name]
    assert (await follow(world, name=name))[0].outcome is Outcome.SUCCEEDED
