"""Check what the service demands of clients: a name, patience; and how it fails."""

import math

from aiohttp import ClientConnectionError
import pytest

from simulators.musicbrainz import Fault, MusicBrainzSettings, mbid

from .musicbrainz_client import AGENT, connected

pytestmark = pytest.mark.usefixtures("socket_enabled")

JSON = [("fmt", "json")]


async def test_a_name_is_needed() -> None:
    """Missing: 403; a library's own name shares a bucket that is always full."""
    async with connected() as client:
        assert (await client.send("isrc/ZZNIN0800014", JSON, agent=None)).status == 403
        generic = await client.send("isrc/ZZNIN0800014", JSON, agent="Python/3.14 aiohttp/3.14")
        assert generic.status == 503
        client.simulator.settings.blocked_agents = ("SimulatorTest/",)
        assert (await client.send("isrc/ZZNIN0800014", JSON)).status == 403


async def test_one_request_a_second() -> None:
    """A second at once is refused, with the words and headers of the service."""
    async with connected() as client:
        first = await client.send("isrc/ZZNIN0800014", JSON)
        assert first.status == 200
        assert int(first.headers["X-RateLimit-Remaining"]) > 0
        second = await client.send("isrc/ZZNIN0800014", JSON)
        assert second.status == 503
        assert "exceeding the allowable rate limit" in second.json()["error"]
        assert second.headers["X-RateLimit-Remaining"] == "0"
        now = client.simulator.clock.now()
        assert int(second.headers["X-RateLimit-Reset"]) >= math.ceil(now)
        client.simulator.clock.advance(int(second.headers["Retry-After"]))
        assert (await client.send("isrc/ZZNIN0800014", JSON)).status == 200


async def test_hammering_keeps_the_door_shut() -> None:
    """Refused requests count: who does not slow down gets nothing at all."""
    async with connected() as client:
        statuses = []
        for _ in range(40):
            statuses.append((await client.send("isrc/ZZNIN0800014", JSON)).status)
            client.simulator.clock.advance(0.3)
        assert statuses.count(200) == 1
        client.simulator.clock.advance(3)
        assert (await client.send("isrc/ZZNIN0800014", JSON)).status == 200


async def test_steady_pace_is_enough_with_a_little_jitter() -> None:
    """A second apart works for ever, also when single requests are a bit early."""
    async with connected() as client:
        for step in range(40):
            client.simulator.clock.advance(0.9 if step % 2 else 1.1)
            assert (await client.send("isrc/ZZNIN0800014", JSON)).status == 200
        statuses = set()
        for _ in range(10):
            client.simulator.clock.advance(0.85)
            statuses.add((await client.send("isrc/ZZNIN0800014", JSON)).status)
        assert 503 in statuses


async def test_own_mirrors_may_be_faster() -> None:
    """The rate is a setting."""
    settings = MusicBrainzSettings(requests_per_second=10)
    async with connected(settings=settings) as client:
        for _ in range(20):
            client.simulator.clock.advance(0.1)
            assert (await client.send("isrc/ZZNIN0800014", JSON)).status == 200


async def test_faults() -> None:
    """Outages with and without Retry-After, replies that are no JSON, cut connections."""
    async with connected() as client:
        client.simulator.fail(Fault.BUSY, path="/ws/2/isrc/*", retry_after_s=9)
        busy = await client.paced("isrc/ZZNIN0800014")
        assert (busy.status, busy.headers["Retry-After"]) == (503, "9")
        assert (await client.paced("isrc/ZZNIN0800014")).status == 200
        for fault, status in (
            (Fault.SERVER_ERROR, 500),
            (Fault.BAD_GATEWAY, 502),
            (Fault.TOO_MANY, 429),
        ):
            client.simulator.fail(fault)
            assert (await client.paced("isrc/ZZNIN0800014")).status == status
        client.simulator.fail(Fault.HTML)
        html = await client.paced("isrc/ZZNIN0800014")
        assert html.headers["Content-Type"].startswith("text/html")
        client.simulator.fail(Fault.DISCONNECT, times=None)
        with pytest.raises(ClientConnectionError):
            await client.paced("isrc/ZZNIN0800014")
        client.simulator.clear_faults()
        assert (await client.paced("isrc/ZZNIN0800014")).status == 200


async def test_requests_are_logged_with_their_agent() -> None:
    """Pace and name can be asserted afterwards."""
    async with connected() as client:
        await client.get("isrc/ZZNIN0800014", inc="isrcs")
        await client.get("isrc/ZZJC10600003")
        first, second = client.simulator.log.requests
        assert second.at - first.at == pytest.approx(1)
        assert first.user_agent == AGENT
        assert first.query["inc"] == "isrcs"


async def test_cover_art_leads_through_redirects() -> None:
    """307, then 302, then a JPEG; no rate limit here."""
    async with connected() as client:
        release = mbid("release", "Nine Inch Nails/Ghosts I-IV")
        base = f"{client.simulator.cover_art_url}/release/{release}"
        sizes = set()
        for name in ("front", "front-250", "front-500", "front-1200"):
            first = await client.send(f"{base}/{name}", redirects=False)
            assert first.status == 307
            onward = await client.send(first.headers["Location"], redirects=False)
            assert onward.status == 302
            picture = await client.send(f"{base}/{name}")
            assert picture.headers["Content-Type"] == "image/jpeg"
            assert picture.body.startswith(b"\xff\xd8")
            sizes.add(len(picture.body))
        assert len(sizes) == 3
        listing = (await client.send(base)).json()
        (image,) = listing["images"]
        assert image["types"] == ["Front"]
        thumbnail = await client.send(image["thumbnails"]["250"])
        assert thumbnail.body.startswith(b"\xff\xd8")
        group = mbid("release-group", "Nine Inch Nails/Ghosts I-IV")
        address = f"{client.simulator.cover_art_url}/release-group/{group}/front-250"
        assert (await client.send(address)).status == 200


async def test_no_cover_art() -> None:
    """404 with a page, as flagged in the release; bad ids and sizes are errors."""
    async with connected() as client:
        release = mbid("release", "Broke For Free/Directionless EP")
        flags = (await client.get(f"release/{release}"))["cover-art-archive"]
        assert flags["front"] is False
        base = f"{client.simulator.cover_art_url}/release"
        for path in ("", "/front", "/front-250"):
            missing = await client.send(f"{base}/{release}{path}")
            assert missing.status == 404
            assert missing.headers["Content-Type"].startswith("text/html")
        assert (await client.send(f"{base}/not-an-id/front")).status == 400
        client.simulator.fail(Fault.BUSY, path="/cover-art-archive/*")
        assert (await client.send(f"{base}/{release}/front")).status == 503
