"""Test the pace and the pauses; time is turned by hand."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import (
    RateLimitedError,
    Service as Name,
    ServiceError,
    UnavailableError,
)
from custom_components.soulspot.engine.http import Reply
from custom_components.soulspot.engine.musicbrainz.lane import MAXIMUM_TRIES, RequestLane

from ..fakes import ManualClock

RATE_EXCEEDED = {"error": "Your requests are exceeding the allowable rate limit."}


def reply(status: int = 200, headers: dict[str, str] | None = None, data: Any = None) -> Reply:
    """Return a reply."""
    return Reply(status=status, headers=headers or {}, data=data, url=URL("https://example.com"))


class Service:
    """Answer with given replies, the last one for ever, and note when it was asked."""

    def __init__(self, clock: ManualClock, *replies: Reply, duration: float = 0.0) -> None:
        """Take the replies and the seconds that each takes."""
        self._clock = clock
        self._replies = list(replies)
        self._duration = duration
        self.starts: list[float] = []

    async def __call__(self) -> Reply:
        """Answer."""
        self.starts.append(self._clock.monotonic())
        await asyncio.sleep(0)
        self._clock.advance(self._duration)
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    @property
    def gaps(self) -> list[float]:
        """Return the seconds between starts."""
        return [later - earlier for earlier, later in pairwise(self.starts)]


@pytest.mark.parametrize("pace", [1.0, 0.1])
async def test_pace(pace: float) -> None:
    """Requests start one pace apart however many are wanted at once."""
    clock = ManualClock()
    lane = RequestLane(clock, pace=pace)
    service = Service(clock, reply())
    await asyncio.gather(*(lane.run(service) for _ in range(5)))
    assert service.gaps == pytest.approx([pace] * 4)
    assert lane.requests == 5


async def test_slow_replies_are_not_waited_for_twice() -> None:
    """The pace counts from start to start, and there is never more than one request under way."""
    clock = ManualClock()
    lane = RequestLane(clock)
    service = Service(clock, reply(), duration=0.4)
    await asyncio.gather(*(lane.run(service) for _ in range(3)))
    assert service.gaps == pytest.approx([1.0, 1.0])
    slow = Service(clock, reply(), duration=3.0)
    await asyncio.gather(*(lane.run(slow) for _ in range(3)))
    assert slow.gaps == pytest.approx([3.0, 3.0])


async def test_growing_pauses() -> None:
    """Without a named pause each is twice as long as the one before, a bounded number of times."""
    clock = ManualClock()
    lane = RequestLane(clock)
    service = Service(clock, reply(503))
    with pytest.raises(UnavailableError):
        await lane.run(service)
    assert len(service.starts) == MAXIMUM_TRIES
    assert service.gaps == pytest.approx([2.0, 4.0, 8.0, 16.0])


@pytest.mark.parametrize(
    ("status", "data", "error"),
    [
        (503, RATE_EXCEEDED, RateLimitedError),
        (429, None, RateLimitedError),
        (503, None, UnavailableError),
        (502, {"error": "Bad gateway"}, UnavailableError),
        (500, [1], UnavailableError),
    ],
)
async def test_what_is_told_in_the_end(status: int, data: Any, error: type[ServiceError]) -> None:
    """A limit and an outage are told apart."""
    clock = ManualClock()
    lane = RequestLane(clock)
    with pytest.raises(error):
        await lane.run(Service(clock, reply(status, data=data)))


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "7"},
        {"retry-after": "Sun, 22 Nov 2026 12:00:07 GMT"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{reset}"},
    ],
)
async def test_named_pause(headers: dict[str, str]) -> None:
    """A pause that the service names is kept to the second, by everybody in the lane."""
    clock = ManualClock()
    lane = RequestLane(clock)
    reset = str(clock.now().timestamp() + 7)
    headers = {name: value.format(reset=reset) for name, value in headers.items()}
    service = Service(clock, reply(503, headers), reply())
    replies = await asyncio.gather(lane.run(service), lane.run(service))
    assert [one.status for one in replies] == [200, 200]
    assert service.gaps == pytest.approx([7.0, 1.0])


async def test_used_up_allowance_of_a_good_reply() -> None:
    """When nothing remains, the next request waits for the renewal."""
    clock = ManualClock()
    lane = RequestLane(clock)
    reset = str(clock.now().timestamp() + 9)
    used_up = reply(200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    service = Service(clock, used_up, reply())
    await lane.run(service)
    await lane.run(service)
    assert service.gaps == pytest.approx([9.0])


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "soon"},
        {"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "99999999999"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "5"},
        {"Retry-After": "soon"},
    ],
)
async def test_headers_that_say_nothing(headers: dict[str, str]) -> None:
    """They change nothing."""
    clock = ManualClock()
    lane = RequestLane(clock)
    service = Service(clock, reply(200, headers))
    await lane.run(service)
    await lane.run(service)
    assert service.gaps == pytest.approx([1.0])


async def test_long_pause_stops_the_lane() -> None:
    """A pause of minutes fails at once, for all, until it is over."""
    clock = ManualClock()
    lane = RequestLane(clock)
    service = Service(clock, reply(429, {"Retry-After": "600"}), reply())
    for _ in range(2):
        with pytest.raises(RateLimitedError) as caught:
            await lane.run(service)
        assert caught.value.retry_after == pytest.approx(600)
    assert len(service.starts) == 1
    clock.advance(600)
    assert (await lane.run(service)).status == 200


async def test_failed_request_leaves_the_lane_open() -> None:
    """An exception of one request neither blocks nor speeds up the next."""
    clock = ManualClock()
    lane = RequestLane(clock)

    async def fail() -> Reply:
        raise UnavailableError(Name.MUSICBRAINZ)

    with pytest.raises(UnavailableError):
        await lane.run(fail)
    service = Service(clock, reply())
    await lane.run(service)
    assert clock.slept == pytest.approx([1.0])


async def test_cancelled_wait_leaves_the_lane_open() -> None:
    """Who gives up waiting makes room for the next."""
    clock = ManualClock()
    lane = RequestLane(clock)
    never = asyncio.Event()

    async def hang() -> Reply:
        await never.wait()
        return reply()

    first = asyncio.create_task(lane.run(hang))
    second = asyncio.create_task(lane.run(hang))
    await asyncio.sleep(0)
    second.cancel()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert (await lane.run(Service(clock, reply()))).status == 200
