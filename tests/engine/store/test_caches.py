"""Check what is remembered for a while: replies of services, the journal, peers, searches."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3

import pytest

from custom_components.soulspot.engine.model import Artist, PeerHistory, TrackMetadata
from custom_components.soulspot.engine.ports import CachedPayload
from custom_components.soulspot.engine.store import Database, caches, journal, network, tracks
from custom_components.soulspot.engine.store.caches import CacheSpace, StoredCache

from ..fakes import ManualClock

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = 86_400.0


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that can be turned."""
    return ManualClock()


@pytest.fixture
def cache(database: Database, clock: ManualClock) -> StoredCache:
    """Return the cache of MusicBrainz."""
    return StoredCache(database, CacheSpace.MUSICBRAINZ, clock)


# --- Replies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [{"id": "x", "title": "Ünïcødé"}, [], "", 0, None])
async def test_a_reply_lives_as_long_as_it_was_given(
    cache: StoredCache, clock: ManualClock, payload: object
) -> None:
    """To the last second it is there, also a remembered "not found"; then it is not."""
    await cache.put("isrc:1", payload, DAY)
    clock.advance(DAY - 1)
    assert await cache.get("isrc:1") == CachedPayload(payload=payload)
    clock.advance(1)
    assert await cache.get("isrc:1") is None
    assert (cache.statistics.hits, cache.statistics.misses) == (1, 1)


async def test_a_clock_set_back_makes_replies_old(cache: StoredCache, clock: ManualClock) -> None:
    """A reply from the future would live too long: it counts as too old."""
    await cache.put("isrc:1", 1, DAY)
    clock.advance(-3600)
    assert await cache.get("isrc:1") is None
    assert await cache.cleanup() == 1
    assert await cache.size() == 0


async def test_spaces_and_restarts(
    cache: StoredCache, database: Database, clock: ManualClock, path: Path
) -> None:
    """The same key in another space is another reply, and both survive a restart."""
    other = StoredCache(database, CacheSpace.SPOTIFY, clock)
    await cache.put("1", "musicbrainz", DAY)
    await other.put("1", "spotify", DAY)
    await database.close()
    again = Database(path)
    await again.open()
    for space in (CacheSpace.MUSICBRAINZ, CacheSpace.SPOTIFY):
        assert await StoredCache(again, space, clock).get("1") == CachedPayload(payload=space.value)
    await again.close()


async def test_prefixes_are_taken_literally(cache: StoredCache) -> None:
    """Wildcards of a search text forget nothing else."""
    for key in ("search:100%", "search:100 days", "search_x", "track:1"):
        await cache.put(key, 1, DAY)
    assert await cache.invalidate("search:100%") == 1
    assert await cache.invalidate("search:") == 1
    assert await cache.get("search_x") is not None
    assert await cache.invalidate() == 2


async def test_a_space_is_bounded(
    cache: StoredCache, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the bound the replies that end first go; other spaces are not touched."""
    monkeypatch.setattr(caches, "ENTRIES_PER_SPACE", 3)
    other = StoredCache(database, CacheSpace.SPOTIFY, clock)
    await other.put("1", 1, 60)
    for number in range(6):
        await cache.put(str(number), number, DAY + number)
    await cache.put("old", 1, 10)
    clock.advance(20)
    assert await cache.cleanup() == 4
    kept = [number for number in range(6) if await cache.get(str(number)) is not None]
    assert kept == [3, 4, 5]
    assert await other.size() == 1


# --- Journal -----------------------------------------------------------------------------------


async def test_a_space_is_bounded_in_bytes(
    cache: StoredCache, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few giant replies do not fill the disk: what expires first goes."""
    monkeypatch.setattr(caches, "BYTES_PER_SPACE", 5_000)
    for number in range(10):
        await cache.put(f"search:{number}", "x" * 998, DAY + number)
    assert await cache.bytes_used() == 10_000
    assert await cache.cleanup() == 5
    assert await cache.bytes_used() == 5_000
    assert await cache.get("search:4") is None
    assert await cache.get("search:5") is not None


async def test_a_space_is_tidied_while_it_is_written(
    cache: StoredCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bounds hold without a restart."""
    monkeypatch.setattr(caches, "ENTRIES_PER_SPACE", 5)
    monkeypatch.setattr(caches, "_WRITES_BETWEEN_CLEANUPS", 10)
    for number in range(40):
        await cache.put(f"isrc:{number}", None, DAY + number)
    assert await cache.size() == 5


def test_the_journal_of_a_track_is_bounded(connection: sqlite3.Connection) -> None:
    """The latest entries stay, in order; other tracks keep theirs; a forgotten track takes its own."""
    first, second = (
        tracks.save_track(connection, TrackMetadata(title=title, artists=(Artist(name="A"),)))
        for title in ("One", "Two")
    )
    journal.write(connection, second, "searched", now=NOW, query="two \ud800")
    for number in range(journal.ENTRIES_PER_TRACK + 20):
        moment = NOW + timedelta(seconds=number)
        journal.write(connection, first, "searched", now=moment, number=number)
    entries = journal.read(connection, first)
    numbers = [entry.data["number"] for entry in entries]
    assert numbers == list(range(20, journal.ENTRIES_PER_TRACK + 20))
    assert entries[0].at == NOW + timedelta(seconds=20)
    assert [entry.data for entry in journal.read(connection, second)] == [{"query": "two \ud800"}]
    connection.execute("DELETE FROM track WHERE id = ?", (first,))
    assert journal.read(connection, first) == ()


# --- Peers -------------------------------------------------------------------------------------


def test_peers_are_remembered(connection: sqlite3.Connection) -> None:
    """Deliveries, refusals, stalls and speed add up; a delivery ends a cool-down."""
    rest = NOW + timedelta(hours=1)
    network.record_delivery(connection, "ann", speed=1000.0, now=NOW)
    network.record_delivery(connection, "ann", speed=2000.0, now=NOW)
    network.record_delivery(connection, "ann", speed=None, now=NOW)
    for is_stall in (True, False, False):
        network.record_failure(connection, "bob", is_stall=is_stall, cool_down_until=rest, now=NOW)
    network.record_failure(connection, "bob", is_stall=False, cool_down_until=None, now=NOW)
    assert network.get_histories(connection, ["ann", "bob", "nobody"]) == {
        "ann": PeerHistory(delivered=3, measured_speed=1250.0),
        "bob": PeerHistory(refused=3, stalled=1, cooled_down_until=rest),
    }
    network.record_delivery(connection, "bob", speed=None, now=NOW)
    assert network.get_histories(connection, ["bob"])["bob"].cooled_down_until is None


def test_the_peers_seen_last_are_kept(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of peers does not grow for ever."""
    monkeypatch.setattr(network, "PEERS_KEPT", 3)
    names = [str(number) for number in range(6)]
    for number, name in enumerate(names):
        moment = NOW + timedelta(minutes=number)
        network.record_delivery(connection, name, speed=None, now=moment)
    network.record_delivery(connection, "0", speed=None, now=NOW + timedelta(hours=1))
    network.prune_peers(connection)
    assert set(network.get_histories(connection, names)) == {"0", "4", "5"}


# --- Searches ----------------------------------------------------------------------------------


def test_searches_are_written_down_until_slskd_forgot_them(connection: sqlite3.Connection) -> None:
    """Own searches stay for the clean-up after a crash; the times of old ones go."""
    for number in range(3):
        moment = NOW + timedelta(minutes=number)
        network.record_search(
            connection, f"id{number}", now=moment, forget_before=moment - timedelta(seconds=90)
        )
    assert network.own_searches(connection, 9) == ("id0", "id1", "id2")
    assert network.searches_since(connection, NOW - timedelta(days=1)) == (
        NOW + timedelta(minutes=1),
        NOW + timedelta(minutes=2),
    )
    network.forget_search(connection, "id1")
    assert network.own_searches(connection, 9) == ("id0", "id2")
