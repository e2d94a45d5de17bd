"""Ask a simulated AcoustID, and one that sends nonsense."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from hypothesis import given, strategies as st
import pytest
from yarl import URL

from custom_components.soulspot.engine.acoustid.client import AcoustIdClient, _parse
from custom_components.soulspot.engine.errors import (
    AuthenticationError,
    InvalidReplyError,
    RateLimitedError,
    RequestRejectedError,
    Service,
    ServiceError,
    UnavailableError,
)
from custom_components.soulspot.engine.http import HttpClient
from simulators.acoustid import AcoustIdSimulator, Artist, Match, Recording
from simulators.common.clock import ManualClock as SimulatedClock

from ..fakes import ManualClock, MemoryCache, SharedClock
from ..serving import serving

pytestmark = pytest.mark.usefixtures("socket_enabled")

KEY = "application-key"
SONG = Recording("AB-1", "Harbour", (Artist("a-1", "Copper Canyon Quartet"),), 201.5)
LOST = Recording("cd-2")
KNOWN = {"AQAA": (Match(0.62, (LOST,)), Match(0.97, (SONG, LOST))), "AQBB": ()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Hold a client, the service behind it, and what both share."""

    client: AcoustIdClient
    simulator: AcoustIdSimulator
    clock: ManualClock


@asynccontextmanager
async def connected(key: str = KEY) -> AsyncIterator[Connected]:
    """Connect a client to a simulator."""
    simulated = SimulatedClock()
    clock = SharedClock(simulated)
    async with (
        AcoustIdSimulator(KNOWN, clock=simulated) as simulator,
        aiohttp.ClientSession() as session,
    ):
        http = HttpClient(
            session=session, service=Service.ACOUSTID, base_url=URL(simulator.api_url)
        )
        client = AcoustIdClient(http, key, clock, MemoryCache(clock), version="1.2")
        yield Connected(client=client, simulator=simulator, clock=clock)


async def test_what_is_known_is_told() -> None:
    """Return the likest first, with ids in lower case, and recordings that have only an id."""
    async with connected() as service:
        best, other = await service.client.look_up("AQAA", 200)
        assert (best.score, other.score) == (0.97, 0.62)
        song, lost = best.recordings
        assert (song.musicbrainz_id, song.title) == ("ab-1", "Harbour")
        assert [(a.name, a.musicbrainz_id) for a in song.artists] == [
            ("Copper Canyon Quartet", "a-1")
        ]
        assert (lost.musicbrainz_id, lost.title, lost.artists) == ("cd-2", None, ())
        assert await service.client.look_up("AQBB", 200) == ()


async def test_the_key_is_in_no_address() -> None:
    """Send a form, as long fingerprints need it, and the product's name."""
    async with connected() as service:
        await service.client.look_up("AQAA", 200)
        request = service.simulator.log.requests[0]
        assert (request.method, dict(request.query)) == ("POST", {})
        assert request.user_agent == "SoulSpot/1.2"
        [given] = service.simulator.asked
        assert given["client"] == KEY
        assert (given["duration"], given["meta"]) == ("200", "recordings")


async def test_what_was_answered_is_remembered() -> None:
    """Ask once for the same sound; what nobody knew is asked again after a day."""
    async with connected() as service:
        for _ in range(3):
            await service.client.look_up("AQAA", 200)
            await service.client.look_up("AQBB", 200)
        assert len(service.simulator.asked) == 2
        service.clock.advance(25 * 3600)
        await service.client.look_up("AQAA", 200)
        await service.client.look_up("AQBB", 200)
        assert [given["fingerprint"] for given in service.simulator.asked[2:]] == ["AQBB"]


async def test_three_requests_a_second() -> None:
    """Never come faster than allowed, however many ask at once."""
    async with connected() as service:
        await asyncio.gather(*(service.client.look_up("AQAA", 100 + n) for n in range(30)))
        assert set(service.simulator.log.by_status) == {200}


async def test_too_many_is_waited_for() -> None:
    """Refuse at once while the service wants a pause: the file is more urgent than its proof."""

    async def refuse(_request: web.Request) -> web.Response:
        """Want a pause."""
        return web.json_response({}, status=429, headers={"Retry-After": "90"})

    asked = await failure_of(refuse, times=2)
    assert [type(error) for error in asked] == [RateLimitedError, RateLimitedError]
    assert asked[1].placeholders["pause"] == "2 min"


@pytest.mark.parametrize(
    ("fingerprint", "failure", "error", "key"),
    [
        ("AQAA", "invalid_key", AuthenticationError, "acoustid_key_invalid"),
        ("AQAA", "internal", UnavailableError, "service_unavailable"),
        ("nonsense", None, RequestRejectedError, "request_rejected"),
    ],
)
async def test_refusals_have_a_name(
    fingerprint: str, failure: str | None, error: type[ServiceError], key: str
) -> None:
    """Tell a bad key from trouble at the service and from a bad question; nothing of it is kept."""
    async with connected() as service:
        service.simulator.failure = failure
        with pytest.raises(error) as caught:
            await service.client.look_up(fingerprint, 200)
        assert caught.value.translation_key == key
        assert KEY not in str(caught.value)
        service.simulator.failure = None
        service.clock.advance(1)
        assert len(await service.client.look_up("AQAA", 200)) == 2


async def test_a_wrong_key_is_refused() -> None:
    """Name it."""
    async with connected("another-key") as service:
        with pytest.raises(AuthenticationError, match="acoustid_key_invalid"):
            await service.client.look_up("AQAA", 200)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, "[]", InvalidReplyError),
        (200, "{", InvalidReplyError),
        (200, '{"status": "error"}', InvalidReplyError),
        (200, '{"status": "error", "error": {"code": 5}}', UnavailableError),
        (503, "<html>", UnavailableError),
        (404, "", RequestRejectedError),
    ],
)
async def test_strange_answers(status: int, body: str, error: type[ServiceError]) -> None:
    """Name what comes when the service is not itself."""

    async def answer(_request: web.Request) -> web.Response:
        """Send it."""
        return web.Response(status=status, text=body, content_type="application/json")

    [found] = await failure_of(answer)
    assert type(found) is error


async def failure_of(handler: object, *, times: int = 1) -> list[ServiceError]:
    """Ask a server that fails, and return the errors."""
    errors: list[ServiceError] = []
    async with serving(handler) as address, aiohttp.ClientSession() as session:  # type: ignore[arg-type]
        http = HttpClient(session=session, service=Service.ACOUSTID, base_url=address)
        client = AcoustIdClient(http, KEY, ManualClock(), version="0")
        for _ in range(times):
            with pytest.raises(ServiceError) as caught:
                await client.look_up("AQAA", 200)
            errors.append(caught.value)
    return errors


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["results", "id", "score", "recordings", "title", "artists", "duration", "name"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(_JSON)
def test_any_json_is_read(payload: object) -> None:
    """Take what can be read, in order of likeness, and fail at nothing."""
    found = _parse(payload)
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
    assert all(0 <= item.score <= 1 for item in found)
