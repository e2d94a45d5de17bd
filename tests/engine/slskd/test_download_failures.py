"""Check what is made of peers that do not deliver, and of a slskd that cannot."""

import uuid

import pytest

from custom_components.soulspot.engine.errors import UnavailableError, UnreachableError
from custom_components.soulspot.engine.slskd.models import FailureKind, Outcome
from custom_components.soulspot.engine.slskd.transfers import choose_row
from custom_components.soulspot.engine.slskd.versions import features_of
from simulators.slskd import Behaviour, Outcome as PeerOutcome, Presence, RetryPolicy

from .asking import FIRST, NAME, SECOND, ask, follow, peer, wanted
from .conftest import MakeWorld


@pytest.mark.parametrize(
    ("presence", "kind"),
    [
        (Presence.OFFLINE, FailureKind.OFFLINE),
        (Presence.UNREACHABLE, FailureKind.PEER_UNREACHABLE),
        (Presence.SILENT, FailureKind.SILENT),
    ],
)
async def test_a_peer_that_is_not_there(
    make_world: MakeWorld, version: str, presence: Presence, kind: FailureKind
) -> None:
    """500 and 404 are the source's fault, not slskd's."""
    world = await make_world(peer(presence=presence), version=version)
    answer = await ask(world)
    if answer.accepted:
        pytest.fail("nobody could have accepted it")
    assert [refusal.failure.kind for refusal in answer.refused] == [kind]


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (Behaviour(PeerOutcome.REJECT), FailureKind.FILE_NOT_SHARED),
        (Behaviour(PeerOutcome.REJECT, reason="Banned"), FailureKind.BANNED),
        (Behaviour(PeerOutcome.REJECT, reason="Too many files"), FailureKind.QUEUE_LIMIT),
        (
            Behaviour(PeerOutcome.DENY_LATER, reason="Too many megabytes", queue_seconds=30),
            FailureKind.QUEUE_LIMIT,
        ),
        (Behaviour(PeerOutcome.SIZE_CHANGED), FailureKind.SIZE_MISMATCH),
        (Behaviour(PeerOutcome.NO_CONNECTION), FailureKind.PEER_UNREACHABLE),
        (Behaviour(PeerOutcome.DROP, times=99), FailureKind.CONNECTION_LOST),
        (Behaviour(PeerOutcome.STALL, times=99), FailureKind.STALLED),
        (Behaviour(PeerOutcome.REPORT_FAILED, times=99), FailureKind.FAILED_BY_PEER),
        (Behaviour(PeerOutcome.NO_ANSWER, times=99), FailureKind.SILENT),
    ],
)
async def test_a_peer_that_does_not_deliver(
    make_world: MakeWorld, version: str, behaviour: Behaviour, kind: FailureKind
) -> None:
    """Every way to fail is named, whether the answer or the row tells it."""
    world = await make_world(peer(behaviour), version=version)
    answer = await ask(world)
    if answer.refused:
        assert not features_of((await world.client.status()).version).asynchronous_enqueue
        found = answer.refused[0].failure
    else:
        verdict, _ = await follow(world)
        assert verdict.outcome is Outcome.FAILED
        assert verdict.failure is not None
        found = verdict.failure
    assert found.kind is kind


async def test_a_retry_of_slskds_own_is_waited_for(make_world: MakeWorld) -> None:
    """A transfer that fails twice and then works has never failed for us."""
    world = await make_world(peer(Behaviour(PeerOutcome.DROP, times=2)))
    await ask(world)
    verdict, row = await follow(world)
    assert verdict.outcome is Outcome.SUCCEEDED
    assert row.attempts == 3


async def test_fewer_retries_are_respected(make_world: MakeWorld) -> None:
    """The configured number of attempts makes a failure final."""
    world = await make_world(
        peer(Behaviour(PeerOutcome.DROP, times=2)), retry=RetryPolicy(attempts=2)
    )
    await ask(world)
    verdict, row = await follow(world)
    assert verdict.outcome is Outcome.FAILED
    assert row.attempts == 2


async def test_one_bad_file_of_two(make_world: MakeWorld, version: str) -> None:
    """The good one comes."""
    world = await make_world(
        peer(Behaviour(PeerOutcome.REJECT), Behaviour(queue_seconds=5)), version=version
    )
    answer = await ask(world, FIRST, SECOND)
    told = [row.filename for row in answer.accepted] + [item.filename for item in answer.refused]
    assert sorted(told) == [FIRST, SECOND]
    assert SECOND in [row.filename for row in answer.accepted]
    assert (await follow(world, SECOND))[0].outcome is Outcome.SUCCEEDED


async def test_a_full_disk(make_world: MakeWorld, version: str) -> None:
    """Slskd says "succeeded" although it could not move the file; that is nobody's fault but ours."""
    world = await make_world(peer(), version=version)
    world.simulator.storage.move_error = "No space left on device"
    await ask(world)
    for _ in range(100):
        row = choose_row(await world.client.downloads_of(NAME), NAME, FIRST)
        assert row is not None
        if row.exception is not None:
            break
        await world.clock.sleep(1)
    verdict, _ = await follow(world)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.failure is not None
    assert verdict.failure.kind is FailureKind.LOCAL_STORAGE
    assert verdict.failure.is_ours


async def test_slskd_without_login(make_world: MakeWorld, version: str) -> None:
    """Then no source is to blame, and the caller waits."""
    world = await make_world(peer(), version=version)
    world.simulator.disconnect_from_soulseek()
    with pytest.raises(UnavailableError) as caught:
        await ask(world)
    assert caught.value.translation_key == "not_logged_in"


async def test_slskd_that_is_not_there(make_world: MakeWorld, version: str) -> None:
    """Then it is an error of the connection."""
    world = await make_world(peer(), version=version)
    await world.client.features()
    await world.simulator.stop()
    with pytest.raises(UnreachableError):
        await world.client.enqueue(NAME, wanted(), batch_id=str(uuid.uuid4()))


async def test_a_restart_on_the_way(make_world: MakeWorld, version: str) -> None:
    """Slskd forgets the id and goes on under a new one; the file is followed, not lost."""
    world = await make_world(peer(Behaviour(queue_seconds=20)), version=version)
    first = await ask(world)
    await world.simulator.restart()
    verdict, row = await follow(world)
    assert verdict.outcome is Outcome.SUCCEEDED
    assert row.id != first.accepted[0].id
