"""Check whose transfers are looked at, and how soon again."""

from datetime import UTC, datetime, timedelta

from custom_components.soulspot.engine.use_cases.downloads.peer_turns import (
    FLOWING,
    PEERS_AT_ONCE,
    QUEUED,
    PeerTurns,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """Return a moment so many seconds later."""
    return NOW + timedelta(seconds=seconds)


def test_everybody_is_looked_at_although_only_some_fit_in_a_look() -> None:
    """See every peer within half a minute of looks, none twice before all were seen."""
    turns = PeerTurns()
    names = {f"peer {number}" for number in range(PEERS_AT_ONCE * 5)}
    turns.update(dict.fromkeys(names, (1, 0.0)), NOW)
    seen: list[str] = []
    for look in range(5):
        due = turns.due(after(look * FLOWING))
        assert len(due) == PEERS_AT_ONCE
        turns.set(due, QUEUED, after(look * FLOWING))
        seen += due
    assert sorted(seen) == sorted(names)
    assert turns.due(after(5 * FLOWING)) == ()


def test_a_new_transfer_makes_its_peer_due_at_once() -> None:
    """Look at a peer that waits when another file is asked of it, and at nobody else."""
    turns = PeerTurns()
    turns.update({"one": (1, 5.0), "two": (1, 5.0)}, NOW)
    turns.set(turns.due(NOW), QUEUED, NOW)
    assert turns.pause(NOW) == QUEUED
    assert turns.update({"one": (2, 9.0), "two": (1, 5.0)}, after(3)) == frozenset()
    assert turns.due(after(3)) == ("one",)


def test_peers_without_transfers_are_forgotten() -> None:
    """Name who is gone, and never look at them again."""
    turns = PeerTurns()
    turns.update({"one": (1, 5.0), "two": (1, 5.0)}, NOW)
    assert turns.update({"two": (1, 5.0)}, NOW) == frozenset({"one"})
    turns.set(("one",), FLOWING, NOW)
    assert turns.due(after(60)) == ("two",)


def test_a_word_from_slskd_hastens_a_look() -> None:
    """Look at a peer at once, before others that wait, also when it is the only one."""
    turns = PeerTurns()
    turns.update({"one": (1, 5.0), "two": (1, 5.0)}, NOW)
    turns.set(("one",), FLOWING, NOW)
    turns.set(("two",), QUEUED, NOW)
    turns.hasten("two", after(1))
    assert turns.due(after(1)) == ("two",)
    assert set(turns.due(after(FLOWING))) == {"one", "two"}


def test_a_clock_set_back_prolongs_nothing() -> None:
    """Treat a peer as due whose time lies further ahead than any pause."""
    turns = PeerTurns()
    turns.update({"one": (1, 5.0)}, NOW)
    turns.set(("one",), QUEUED, NOW)
    assert turns.due(NOW - timedelta(hours=1)) == ("one",)
