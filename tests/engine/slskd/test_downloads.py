"""Check asking for files, following, removing and finding them, on every version of slskd."""

import uuid

import pytest

from custom_components.soulspot.engine.errors import RateLimitedError, ServiceError
from custom_components.soulspot.engine.slskd.models import Outcome, TransferState
from custom_components.soulspot.engine.slskd.parsing import parse_version
from custom_components.soulspot.engine.slskd.paths import FolderMapping, find_download
from custom_components.soulspot.engine.slskd.transfers import choose_row
from custom_components.soulspot.engine.slskd.versions import features_of
from simulators.slskd import Behaviour, Fault

from .asking import FIRST, NAME, SECOND, SIZE, ask, follow, peer, wanted
from .conftest import MakeWorld

# --- From asking to having -------------------------------------------------------------------------


async def test_files_come(make_world: MakeWorld, version: str) -> None:
    """Asked for, they are accepted, delivered, told of by an event, and found on the disk."""
    world = await make_world(peer(), version=version)
    answer = await ask(world, FIRST, SECOND)
    assert [row.filename for row in answer.accepted] == [FIRST, SECOND]
    assert answer.refused == ()
    mapping = FolderMapping(
        slskd_downloads=str(world.simulator.storage.downloads), local_downloads=world.downloads
    )
    for row in answer.accepted:
        verdict, latest = await follow(world, row.filename)
        assert verdict.outcome is Outcome.SUCCEEDED
        assert (latest.id, latest.bytes_transferred) == (row.id, SIZE)
        await world.clock.sleep(2)
        page = await world.client.events()
        told = {event.transfer_id: event.local_filename for event in page.downloads}
        found = find_download(mapping, row.filename, SIZE, told_path=told[row.id])
        assert found is not None
        assert found == find_download(mapping, row.filename, SIZE)


async def test_every_phase_is_alive(make_world: MakeWorld, version: str) -> None:
    """Between asking and having only living states are seen."""
    world = await make_world(peer(Behaviour(queue_seconds=60)), version=version)
    await ask(world)
    states = set()
    for _ in range(3000):
        row = choose_row(await world.client.downloads_of(NAME), NAME, FIRST)
        assert row is not None
        states.add(row.state)
        if row.is_completed:
            break
        assert row.is_alive
        await world.clock.sleep(0.05)
    assert states >= {TransferState.QUEUED_REMOTELY, TransferState.SUCCEEDED}
    assert TransferState.UNKNOWN not in states


async def test_asking_again_doubles_nothing(make_world: MakeWorld, version: str) -> None:
    """A file in progress is adopted, whoever asked for it first."""
    world = await make_world(peer(Behaviour(queue_seconds=600)), version=version)
    first = await ask(world)
    again = await ask(world)
    assert [row.id for row in again.accepted] == [row.id for row in first.accepted]
    assert again.refused == ()
    assert len(await world.client.downloads_of(NAME)) == 1
    assert world.simulator.statistics.enqueued_while_active == []


async def test_a_second_file_of_a_peer(make_world: MakeWorld, version: str) -> None:
    """What is in progress is adopted beside what is new, in the order of the request."""
    slow = Behaviour(queue_seconds=600)
    world = await make_world(peer(slow, slow), version=version)
    first = await ask(world, SECOND)
    both = await ask(world, FIRST, SECOND)
    assert [row.filename for row in both.accepted] == [FIRST, SECOND]
    assert both.accepted[1].id == first.accepted[0].id
    assert world.simulator.statistics.enqueued_while_active == []


async def test_the_same_file_twice_in_one_request(make_world: MakeWorld, version: str) -> None:
    """Slskd would refuse the whole request."""
    world = await make_world(peer(), version=version)
    answer = await world.passing(world.client.enqueue(NAME, wanted(FIRST, FIRST)))
    assert len(answer.accepted) == 1
    assert (await world.client.enqueue(NAME, [])).accepted == ()


async def test_a_file_that_came_before_can_come_again(make_world: MakeWorld, version: str) -> None:
    """A finished row of the past is not taken for the new download."""
    world = await make_world(peer(), version=version)
    first = await ask(world)
    await follow(world)
    second = await ask(world)
    assert second.accepted
    assert second.accepted[0].id != first.accepted[0].id
    assert (await follow(world))[1].id == second.accepted[0].id


# --- Answers that get lost -------------------------------------------------------------------------


async def test_a_lost_answer_is_recovered(make_world: MakeWorld, version: str) -> None:
    """What slskd did without being able to say so is found out."""
    world = await make_world(peer(Behaviour(queue_seconds=600)), version=version)
    await world.client.features()
    world.simulator.inject(Fault("POST", "/transfers/downloads/*", loses_answer=True))
    answer = await ask(world)
    assert len(answer.accepted) == 1
    assert answer.accepted[0].is_alive
    assert world.simulator.statistics.downloads_enqueued == 1


async def test_a_lost_request_is_an_error(make_world: MakeWorld, version: str) -> None:
    """When slskd never heard of it, the caller learns that and may ask again."""
    world = await make_world(peer(), version=version)
    await world.client.features()
    batch_id = str(uuid.uuid4())
    faults = {
        "service_unavailable": Fault("POST", "/transfers/*", status=502),
        "reply_not_json": Fault(
            "POST", "/transfers/*", status=200, message="<html>", content_type="text/html"
        ),
    }
    if features_of(parse_version(version)).asynchronous_enqueue:
        faults["invalid_reply"] = Fault("POST", "/transfers/*", status=201, message="done")
    for key, fault in faults.items():
        world.simulator.inject(fault)
        with pytest.raises(ServiceError) as caught:
            await world.passing(world.client.enqueue(NAME, wanted(), batch_id=batch_id))
        assert caught.value.translation_key == key
    answer = await world.passing(world.client.enqueue(NAME, wanted(), batch_id=batch_id))
    assert len(answer.accepted) == 1


async def test_a_batch_is_asked_for_once(make_world: MakeWorld) -> None:
    """The same batch id leads to the same downloads."""
    world = await make_world(peer(Behaviour(queue_seconds=20)))
    batch_id = str(uuid.uuid4())
    answers = []
    for seconds in (0, 5, 60):  # Just asked for, under way, and long done.
        await world.clock.sleep(seconds)
        answers.append(
            await world.client.enqueue(NAME, wanted(), batch_id=batch_id, destination="soulspot/1")
        )
    assert len({answer.accepted[0].id for answer in answers}) == 1
    assert answers[-1].accepted[0].state is TransferState.SUCCEEDED
    batch = await world.client.batch(batch_id)
    assert batch is not None
    assert batch.destination == "soulspot/1"
    assert [row.id for row in batch.transfers] == [answers[0].accepted[0].id]
    assert await world.client.batch(str(uuid.uuid4())) is None


async def test_a_batch_has_its_own_folder(make_world: MakeWorld) -> None:
    """The file is found in the folder that was asked for."""
    world = await make_world(peer())
    await world.passing(
        world.client.enqueue(NAME, wanted(), batch_id=str(uuid.uuid4()), destination="soulspot/7-0")
    )
    await follow(world)
    await world.clock.sleep(2)
    mapping = FolderMapping(slskd_downloads="/elsewhere", local_downloads=world.downloads)
    found = find_download(mapping, FIRST, SIZE, destination="soulspot/7-0")
    assert found == world.downloads / "soulspot" / "7-0" / "01 - First.flac"


async def test_slskd_that_is_busy(make_world: MakeWorld) -> None:
    """429 is waited out, and after a while handed on."""
    world = await make_world(peer())
    await world.client.features()
    busy = Fault("POST", "/transfers/downloads/*", status=429, times=3)
    world.simulator.inject(busy)
    assert (await ask(world)).accepted
    busy.times = 1000
    with pytest.raises(RateLimitedError) as caught:
        await ask(world, SECOND)
    assert caught.value.translation_key == "slskd_busy"
