"""Check searches from the first request to the last trace, on every version of slskd."""

import asyncio
import uuid

from aiohttp import ClientSession, web
import pytest

from custom_components.soulspot.engine.errors import (
    NotFoundError,
    RateLimitedError,
    RequestRejectedError,
    Service,
    UnavailableError,
    UnreachableError,
)
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.slskd.client import SlskdClient
from custom_components.soulspot.engine.slskd.models import SearchLimits, SearchRecord, SearchState
from custom_components.soulspot.engine.slskd.searching import search
from simulators.slskd import Attributes, Fault, Flood, Peer, SharedFile

from ..fakes import ManualClock
from ..serving import serving
from .conftest import MakeWorld, World

PATH = "@@abcde\\Music\\Some Band\\Songs\\01 - Loud Song.flac"
LOCKED = "Music\\Some Band\\Loud Song (live).mp3"


def peers(count: int = 3, *, answers_after: float = 1.0) -> list[Peer]:
    """Return peers that share the wanted song, one of them a locked file too."""
    return [
        Peer(
            username=f"peer {number}/ü",
            files=(
                SharedFile(PATH, size=1000 + number, attributes=Attributes(length=200)),
                *([SharedFile(LOCKED, size=5, is_locked=True)] if number == 0 else []),
            ),
            speed=number,
            queue_length=number,
            has_free_slot=number == 0,
            answers_after=answers_after * (number + 1),
        )
        for number in range(count)
    ]


def new_id() -> str:
    """Return an id for a search."""
    return str(uuid.uuid4())


async def kept(world: World) -> tuple[SearchRecord, ...]:
    """Return the searches slskd keeps."""
    return await world.client.list_searches()


async def test_a_search_brings_everything_and_leaves_nothing(
    make_world: MakeWorld, version: str
) -> None:
    """All peers' files come, locked ones marked, and slskd keeps no trace."""
    world = await make_world(*peers(), version=version)
    result = await search(world.client, world.clock, new_id(), "some band loud song")
    assert result.record.state is SearchState.TIMED_OUT
    assert result.record.response_count == 3
    found = {response.username: response for response in result.responses}
    assert set(found) == {"peer 0/ü", "peer 1/ü", "peer 2/ü"}
    first = found["peer 0/ü"]
    assert (first.has_free_slot, first.queue_length, first.upload_speed) == (True, 0, 0)
    assert {(file.path, file.size, file.is_locked) for file in first.files} == {
        (PATH, 1000, False),
        (LOCKED, 5, True),
    }
    assert (result.is_conclusive, result.is_throttled, result.is_deleted) == (True, False, True)
    assert await kept(world) == ()


async def test_nothing_found_is_a_conclusive_answer(make_world: MakeWorld, version: str) -> None:
    """A search that was allowed its time and found nothing says so."""
    world = await make_world(*peers(), version=version)
    result = await search(world.client, world.clock, new_id(), "unheard of")
    assert result.responses == ()
    assert (result.is_conclusive, result.is_throttled) == (True, False)


async def test_a_limit_ends_a_search(make_world: MakeWorld) -> None:
    """A reached limit is a good end too."""
    world = await make_world(*peers(5))
    limits = SearchLimits(response_limit=2)
    result = await search(world.client, world.clock, new_id(), "loud song", limits=limits)
    assert result.record.state is SearchState.RESPONSE_LIMIT_REACHED
    assert len(result.responses) == 2
    assert result.is_conclusive


async def test_enough_ends_a_search_early(make_world: MakeWorld, version: str) -> None:
    """Who has enough stops the search and keeps what came."""
    world = await make_world(*peers(8, answers_after=5.0), version=version)
    before = world.clock.monotonic()
    result = await search(
        world.client,
        world.clock,
        new_id(),
        "loud song",
        enough=lambda record: record.response_count >= 2,
    )
    assert result.record.state is SearchState.CANCELLED
    assert 2 <= len(result.responses) < 8
    assert result.is_conclusive
    assert world.clock.monotonic() - before < 20
    assert await kept(world) == ()


async def test_a_deadline_ends_a_search(make_world: MakeWorld) -> None:
    """A stream of answers that never pauses is cut."""
    world = await make_world(*peers(40, answers_after=10.0))
    before = world.clock.monotonic()
    result = await search(
        world.client, world.clock, new_id(), "loud song", limits=SearchLimits(deadline_s=60)
    )
    assert result.record.state is SearchState.CANCELLED
    assert 0 < len(result.responses) < 40
    assert world.clock.monotonic() - before < 80


async def test_a_flooded_network_is_noticed(make_world: MakeWorld, version: str) -> None:
    """Searches that end at once without a find are a sign, not an answer."""
    world = await make_world(*peers(), version=version, flood=Flood(searches=1))
    results = [
        await search(world.client, world.clock, new_id(), "some band loud song") for _ in range(2)
    ]
    assert [result.is_throttled for result in results] == [False, True]
    assert [result.is_conclusive for result in results] == [True, False]
    assert await kept(world) == ()


async def test_waiting_for_a_lane_does_not_count(make_world: MakeWorld) -> None:
    """Two searches of the user's hold both lanes; ours waits its turn and has its full time."""
    world = await make_world(*peers(9, answers_after=10.0))
    others = [new_id(), new_id()]
    for other in others:
        await world.client.start_search(other, "loud song")
    result = await search(
        world.client, world.clock, new_id(), "some band", limits=SearchLimits(deadline_s=40)
    )
    assert len(result.responses) >= 3
    assert {record.id for record in await kept(world)} == set(others)


async def test_lanes_taken_for_too_long(make_world: MakeWorld) -> None:
    """After a while the caller is told to come back later, and the queued search is withdrawn."""
    world = await make_world(*peers(9, answers_after=10.0))
    others = [new_id(), new_id()]
    for other in others:
        await world.client.start_search(other, "loud song")
    with pytest.raises(RateLimitedError) as caught:
        await search(
            world.client,
            world.clock,
            new_id(),
            "some band",
            limits=SearchLimits(queue_deadline_s=5),
        )
    assert caught.value.translation_key == "searches_busy"
    assert {record.id for record in await kept(world)} == set(others)


async def test_a_user_beginning_a_search_is_waited_for(make_world: MakeWorld) -> None:
    """Slskd lets one search begin at a time and says 429 to the next."""
    world = await make_world(*peers())
    world.simulator.inject(Fault("POST", "/searches", status=429, times=3))
    result = await search(world.client, world.clock, new_id(), "loud song")
    assert len(result.responses) == 3
    world.simulator.inject(Fault("POST", "/searches", status=429, times=100))
    with pytest.raises(RateLimitedError) as caught:
        await search(world.client, world.clock, new_id(), "loud song")
    assert caught.value.translation_key == "slskd_busy"
    assert caught.value.retry_after > 0


async def test_slskd_without_login(make_world: MakeWorld, version: str) -> None:
    """The refusal is named, and the errored record it leaves is deleted."""
    world = await make_world(*peers(), version=version)
    world.simulator.disconnect_from_soulseek()
    with pytest.raises(UnavailableError) as caught:
        await search(world.client, world.clock, new_id(), "loud song")
    assert caught.value.translation_key == "not_logged_in"
    assert await kept(world) == ()


async def test_words_slskd_cannot_search(make_world: MakeWorld, version: str) -> None:
    """Only exclusions are no search."""
    world = await make_world(*peers(), version=version)
    with pytest.raises(RequestRejectedError) as caught:
        await search(world.client, world.clock, new_id(), "-M- -a")
    assert caught.value.translation_key == "search_rejected"
    assert await kept(world) == ()


async def test_a_login_lost_on_the_way(make_world: MakeWorld) -> None:
    """What came before the loss is kept, but an empty answer proves nothing."""
    world = await make_world(*peers(answers_after=5.0))
    world.simulator.clock.call_later(2.5, world.simulator.disconnect_from_soulseek)
    result = await search(world.client, world.clock, new_id(), "loud song")
    assert result.record.state is SearchState.ERRORED
    assert (result.is_conclusive, result.is_throttled) == (False, False)


async def test_an_answer_lost_on_the_way_back(make_world: MakeWorld, version: str) -> None:
    """A search whose start was not answered is taken up, not sent again."""
    world = await make_world(*peers(), version=version)
    world.simulator.inject(Fault("POST", "/searches", loses_answer=True))
    result = await search(world.client, world.clock, new_id(), "loud song")
    assert len(result.responses) == 3
    assert len(world.simulator.statistics.searches_sent_at) == 1
    assert await kept(world) == ()


async def test_a_search_of_an_earlier_life_is_taken_up(make_world: MakeWorld) -> None:
    """After a crash the same id leads to the search that is still there."""
    world = await make_world(*peers())
    search_id = new_id()
    await world.client.start_search(search_id, "loud song")
    await world.simulator.advance(30)
    result = await search(world.client, world.clock, search_id, "loud song")
    assert len(result.responses) == 3
    assert len(world.simulator.statistics.searches_sent_at) == 1
    assert await kept(world) == ()


async def test_slskd_away_for_a_moment(make_world: MakeWorld) -> None:
    """A few missed looks are forgiven; but what a restart forgot is not called absent."""
    world = await make_world(*peers())
    world.simulator.inject(Fault("GET", "/searches/*", status=503, times=3))
    result = await search(world.client, world.clock, new_id(), "loud song")
    assert len(result.responses) == 3

    async def restart() -> None:
        """Restart slskd without a pause."""
        await world.simulator.restart()

    world.simulator.inject(Fault("GET", "/searches/*", status=503, times=2))
    world.simulator.clock.call_later(1.5, restart)
    result = await search(world.client, world.clock, new_id(), "loud song")
    assert result.responses == ()
    assert not result.is_conclusive


async def test_slskd_away_for_long(make_world: MakeWorld) -> None:
    """Then the search ends with the error of the connection, and is cleaned up afterwards."""
    world = await make_world(*peers())
    world.simulator.inject(Fault("GET", "/searches/*", status=503, times=6))
    with pytest.raises(UnavailableError):
        await search(world.client, world.clock, new_id(), "loud song")
    assert await kept(world) == ()


async def test_a_search_somebody_deletes(make_world: MakeWorld) -> None:
    """The user may tidy up in slskd's own page."""
    world = await make_world(*peers())
    search_id = new_id()

    def delete() -> None:
        """Forget the search."""
        world.simulator.searches.records.pop(search_id)

    world.simulator.clock.call_later(3, delete)
    with pytest.raises(NotFoundError) as caught:
        await search(world.client, world.clock, search_id, "loud song")
    assert caught.value.translation_key == "search_lost"


async def test_a_cancelled_search_is_stopped_and_deleted(
    make_world: MakeWorld, version: str
) -> None:
    """Whoever stops waiting leaves nothing running behind, even when cancelled twice."""
    world = await make_world(*peers(9, answers_after=10.0), version=version)
    started = asyncio.Event()

    def cancel_soon(_: SearchRecord) -> bool:
        """Tell that the search runs."""
        started.set()
        return False

    task = asyncio.create_task(
        search(world.client, world.clock, new_id(), "loud song", enough=cancel_soon)
    )
    await started.wait()
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    for _ in range(200):
        if not await kept(world):
            break
    methods = [request.method for request in world.simulator.requests.requests]
    assert methods.index("PUT") < methods.index("DELETE")  # Deleting alone stops nothing.
    assert await kept(world) == ()


async def test_responses_that_are_written_late(session: ClientSession) -> None:
    """Counted but not there yet, they are asked for again."""
    empty_answers = 2

    async def answer(request: web.Request) -> web.Response:
        """Be a search that has ended, with its responses a moment later."""
        nonlocal empty_answers
        if request.path.endswith("/responses"):
            empty_answers -= 1
            found = [] if empty_answers >= 0 else [{"username": "peer", "files": []}]
            return web.json_response(found)
        return web.json_response(
            {
                "id": "1",
                "state": "Completed, TimedOut",
                "startedAt": "2026-01-01T00:00:00Z",
                "endedAt": "2026-01-01T00:00:20Z",
                "responseCount": 1,
            }
        )

    async with serving(answer) as url:
        http = HttpClient(session=session, service=Service.SLSKD, base_url=url)
        clock = ManualClock()
        result = await search(SlskdClient(http, None, clock), clock, "1", "text")
    assert [response.username for response in result.responses] == ["peer"]


async def test_slskd_that_is_not_there(make_world: MakeWorld) -> None:
    """A search of a slskd that is away is an error of the connection."""
    world = await make_world()
    await world.simulator.stop()
    with pytest.raises(UnreachableError):
        await search(world.client, world.clock, new_id(), "loud song")
