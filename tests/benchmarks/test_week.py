"""Check the figures of a simulated week on a short one, and hold the budget there."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
import sqlite3
import tempfile

import pytest

from benchmarks.crash_world import most_in_window
from benchmarks.queue import compare, live, missed_budget
from benchmarks.queue_week import Setting, Week, live_plainly, live_through
from benchmarks.week_catalogue import PLAYLISTS, wanted_catalogue
from benchmarks.week_journal import read_diary
from benchmarks.week_network import OTHER, RIGHT, Network, Plenty
from custom_components.soulspot.engine.model import Album, Artist, Quality, TrackId, TrackMetadata
from custom_components.soulspot.engine.queue.budget import SEARCHES_PER_WINDOW
from custom_components.soulspot.engine.store import Database, downloads, journal, tracks
from simulators.slskd import WriteMode

pytestmark = pytest.mark.usefixtures("socket_enabled")

_TRACKS = 40
_HOURS = 3.0
_SEED = 20261122
_SHORT = Setting(tracks=_TRACKS, seed=_SEED, hours=_HOURS)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@cache
def ours() -> Week:
    """Live through some hours with the pipeline."""
    return live(live_through, _SHORT)


@cache
def plain() -> Week:
    """Live through the same the plain way."""
    return live(live_plainly, _SHORT)


# --- The short week ------------------------------------------------------------------------------


def test_the_budget_holds_in_every_window_restarts_included() -> None:
    """The restarts come in the middle of the rush, and no window holds more than thirty searches."""
    week = ours()
    assert week.restarts == 3
    assert 0 < week.most_searches_in_window <= SEARCHES_PER_WINDOW
    assert missed_budget(week) == []


def test_nobody_waits_for_a_turn_for_ever() -> None:
    """Every playlist has had an answer for its last track within the hour."""
    week = ours()
    assert set(week.longest_wait_by_playlist) == {name.title() for name in PLAYLISTS}
    assert week.longest_wait_for_a_turn == max(week.longest_wait_by_playlist.values())
    assert 0 < week.longest_wait_for_a_turn < 1
    # The shortest list is served among the first, however long the others are.
    assert week.longest_wait_by_playlist["Tiny"] <= week.longest_wait_by_playlist["Long"]


def test_more_is_found_with_less() -> None:
    """The aims hold in short and small too: half the searches are for thousands of tracks."""
    ratios = compare(ours(), plain())
    assert ratios["filed"] >= 1.2
    assert ratios["right"] >= 1.2
    assert ratios["searches_per_filed"] < 0.8
    assert ratios["searches_per_right"] < 0.8


def test_both_ways_are_judged_by_the_same_truth() -> None:
    """What was filed is counted by what it is."""
    for week in (ours(), plain()):
        assert sum(week.verdicts.values()) == week.filed
        assert week.verdicts[RIGHT] == week.right
        assert all(number <= week.verdicts[kind] for kind, number in week.doubted.items())
        assert week.right <= week.filed <= week.wanted == _TRACKS
    assert plain().searches == _TRACKS
    # What reading a file to its end tells is never filed.
    assert not {"truncated", "renamed", "mislabelled"} & set(ours().verdicts)


def test_the_yields_add_up_to_the_searches_sent() -> None:
    """Every search stands in the journal, but those that a restart broke off."""
    week = ours()
    journalled = sum(counts.get("searches", 0) for counts in week.yields.values())
    assert week.searches - 2 * week.restarts <= journalled <= week.searches


# --- What it is made of --------------------------------------------------------------------------


def test_wishes_repeat_artists_as_recorded_playlists_do() -> None:
    """Sixty-six tracks are by about thirty-eight artists; no seed gives the same."""
    for seed in (1, 2, 3):
        recordings = wanted_catalogue(66, seed).recordings.values()
        assert 34 <= len({one.artists[0] for one in recordings}) <= 42
        assert len({(one.artists[0], one.title) for one in recordings}) == 66
    assert wanted_catalogue(20, 1) == wanted_catalogue(20, 1)
    assert wanted_catalogue(20, 1) != wanted_catalogue(20, 2)


@pytest.mark.parametrize("plenty", Plenty)
def test_a_verdict_is_about_what_was_wanted(plenty: Plenty, tmp_path: Path) -> None:
    """The right copy of another recording is as wrong as a spoilt one of the right one."""
    catalogue = wanted_catalogue(60, 5)
    network = Network(tmp_path, catalogue, WriteMode.NOTHING, plenty=plenty, seed=5)
    copies = network.population.copies
    sound = next(copy for copy in copies if not copy.flaw.spoils_file)
    spoilt = next(copy for copy in copies if copy.flaw.spoils_file)
    assert network.verdict(sound.recording_key, sound.username, sound.path) == RIGHT
    assert network.verdict("week-99999", sound.username, sound.path) == OTHER
    assert network.verdict(sound.recording_key, "nobody", sound.path) == OTHER
    kind = network.verdict(spoilt.recording_key, spoilt.username, spoilt.path)
    assert kind == spoilt.flaw.value


def test_some_artists_are_with_everybody_and_some_with_nobody(tmp_path: Path) -> None:
    """People have music by artist: the usual number is small, the largest many times that."""
    catalogue = wanted_catalogue(200, 7)
    network = Network(tmp_path, catalogue, WriteMode.NOTHING, plenty=Plenty.RECORDED, seed=7)
    owners: dict[str, set[str]] = {one.artists[0]: set() for one in catalogue.recordings.values()}
    for copy in network.population.copies:
        owners[catalogue.recordings[copy.recording_key].artists[0]].add(copy.username)
    numbers = sorted(len(people) for people in owners.values())
    usual = numbers[len(numbers) // 2]
    assert numbers[0] == 0
    assert 3 <= usual <= 15
    assert numbers[-1] > 5 * usual


def test_a_window_counts_what_lies_in_it() -> None:
    """A search exactly a window ago does not count any more."""
    assert most_in_window([], 220) == 0
    assert most_in_window([0, 100, 219.9, 220, 320], 220) == 3
    assert most_in_window([0, 220, 440], 220) == 1


async def test_the_diary_tells_waits_and_yields() -> None:
    """The wait ends with the first answer, or with the knowledge that there is none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "week.db"
        database = Database(path)
        await database.open()
        await database.run(_fill)
        await database.close()
        diary = read_diary(path)
    assert diary.longest_waits == {"One": 50.0, "Two": 300.0}
    assert diary.yields == {
        "artist, round 0": {
            "searches": 1,
            "silent": 0,
            "taken": 1,
            "taken from others' answers": 1,
        },
        "full, round 2": {"searches": 1, "silent": 1, "taken": 0},
    }


def _fill(connection: sqlite3.Connection) -> None:
    """Store three wishes on two lists: one searched for, one answered with it, one known to be absent."""
    artists = (Artist(name="Somebody"),)
    ids: list[TrackId] = []
    for number in range(3):
        album = Album(name=f"Album {number}", artists=artists)
        ids.append(
            tracks.save_track(
                connection,
                TrackMetadata(title=f"Song {number}", artists=artists, album=album),
            )
        )
        downloads.request_download(connection, ids[-1], quality=Quality.BEST, query=None, now=NOW)
    for name, members in (("One", ids[:2]), ("Two", ids[1:])):
        connection.execute(
            "INSERT INTO playlist (spotify_id, name) VALUES (?, ?)", (name.lower(), name)
        )
        for position, track_id in enumerate(members):
            connection.execute(
                """
                INSERT INTO playlist_entry (playlist_id, position, kind, track_id, title)
                VALUES ((SELECT id FROM playlist WHERE name = ?), ?, 'track', ?, '')
                """,
                (name, position, track_id),
            )
    for seconds, track_id, kind, rounds, is_new, outcome in (
        (20, ids[0], "artist", 0, True, "take"),
        (50, ids[1], "artist", 0, False, "take"),
        (900, ids[2], "full", 5, True, "leave"),
    ):
        journal.write(
            connection,
            track_id,
            "searched",
            now=NOW + timedelta(seconds=seconds),
            kind=kind,
            round=rounds,
            is_new=is_new,
            outcome=outcome,
            responses=0 if outcome == "leave" else 4,
        )
    journal.write(connection, ids[2], "not_available", now=NOW + timedelta(seconds=300))
