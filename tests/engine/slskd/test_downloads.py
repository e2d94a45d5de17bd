"""Check asking for files, following, removing and finding them, on every version of slskd."""

from datetime import datetime
import uuid

import pytest

from custom_components.soulspot.engine.errors import (
    InputError,
    RateLimitedError,
    ServiceError,
    UnavailableError,
    UnreachableError,
)
from custom_components.soulspot.engine.slskd.models import (
    EnqueueResult,
    FailureKind,
    Outcome,
    RequestedFile,
    Transfer,
    TransferState,
    Verdict,
    Version,
)
from custom_components.soulspot.engine.slskd.parsing import parse_version
from custom_components.soulspot.engine.slskd.paths import FolderMapping, find_download
from custom_components.soulspot.engine.slskd.transfers import choose_row, judge
from custom_components.soulspot.engine.slskd.versions import features_of
from simulators.slskd import (
    Behaviour,
    Fault,
    Outcome as PeerOutcome,
    Peer,
    Presence,
    RetryPolicy,
    SharedFile,
)

from .conftest import MakeWorld, World

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


# --- From asking to having ---------------------------------------------------------------------


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


# --- Answers that get lost -----------------------------------------------------------------------


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


# --- Peers that do not deliver -------------------------------------------------------------------


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


# --- Rows ------------------------------------------------------------------------------------------


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


# --- Events ------------------------------------------------------------------------------------------


async def test_events_since_the_last_look(make_world: MakeWorld, version: str) -> None:
    """Each download is told once, however much chat stands in between."""
    world = await make_world(peer(), version=version)
    nothing = await world.client.events()
    assert (nothing.downloads, nothing.is_complete) == ((), True)
    await ask(world)
    await follow(world)
    await world.clock.sleep(2)
    first = await world.client.events(nothing.newest_id)
    assert [event.remote_filename for event in first.downloads] == [FIRST]
    await ask(world, SECOND)
    await follow(world, SECOND)
    await world.clock.sleep(2)
    for number in range(250):
        world.simulator.events.add("PrivateMessageReceived", {"version": 0, "number": number})
    second = await world.client.events(first.newest_id)
    assert [event.remote_filename for event in second.downloads] == [SECOND]
    assert second.is_complete
    third = await world.client.events(second.newest_id)
    assert (third.downloads, third.newest_id) == ((), second.newest_id)


async def test_a_bounded_look_says_so(make_world: MakeWorld) -> None:
    """When the last seen event is too far down, something may be missing."""
    world = await make_world()
    world.simulator.events.add("Noop", {"version": 0})
    seen = (await world.client.events()).newest_id
    for number in range(150):
        world.simulator.events.add("Noop", {"version": 0, "number": number})
    assert not (await world.client.events(seen, limit=150)).is_complete
    assert (await world.client.events(seen, limit=151)).is_complete
    forgotten = await world.client.events("forgotten", limit=1000)
    assert forgotten.is_complete
