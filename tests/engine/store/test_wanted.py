"""Check that wanted is what playlists hold, minus the library, minus what is ignored."""

import sqlite3

from hypothesis import given, settings, strategies as st

from custom_components.soulspot.engine.model import TrackId
from custom_components.soulspot.engine.store import library_index, playlists, tracks, wanted

from .conftest import memory_database
from .test_playlists import NOW, own, save


def ids(connection: sqlite3.Connection) -> dict[str, TrackId]:
    """Return the stored tracks by their letters."""
    rows = connection.execute("SELECT id, title FROM track")
    return {row["title"]: TrackId(row["id"]) for row in rows}


@settings(max_examples=80)
@given(
    st.text(alphabet="abcd.", max_size=10),
    st.sets(st.sampled_from("abcd")),
    st.sets(st.sampled_from("abcd")),
)
def test_wanted_is_playlist_minus_library_minus_ignored(
    letters: str, owned: set[str], ignored: set[str]
) -> None:
    """Counts and queues agree with the plain subtraction, whatever is owned, ignored or both."""
    connection = memory_database()
    save(connection, letters)
    known = ids(connection)
    for letter in owned & known.keys():
        own(connection, letter)
    for letter in ignored & known.keys():
        wanted.ignore(connection, known[letter], "enough of it", now=NOW)
    left = [letter for letter in letters if letter not in owned | ignored | {"."}]
    missing = wanted.get_missing_tracks(connection, "p1")
    assert missing == tuple(known[letter] for letter in dict.fromkeys(left))
    assert wanted.count_wanted(connection, ["p1"]) == len(missing)
    assert wanted.count_wanted(connection, ["p2"]) == 0
    for count in playlists.get_counts(connection).values():
        assert count.missing == len(left)
        assert count.tracks - count.owned - count.missing == len(
            [letter for letter in letters if letter in ignored - owned]
        )
    connection.close()


def test_an_ignored_track_keeps_its_reason_until_it_is_wanted_again(
    connection: sqlite3.Connection,
) -> None:
    """The reason can be corrected, and undoing twice tells that there was nothing to undo."""
    save(connection, "ab")
    track_id = ids(connection)["a"]
    wanted.ignore(connection, track_id, None, now=NOW)
    wanted.ignore(connection, track_id, "a live one \ud800", now=NOW)
    [ignored] = wanted.find_ignored(connection, ids(connection).values()).values()
    assert (ignored.track_id, ignored.reason) == (track_id, "a live one ?")
    assert ignored.ignored_at == NOW
    assert wanted.want_again(connection, track_id)
    assert not wanted.want_again(connection, track_id)
    assert len(wanted.get_missing_tracks(connection, "p1")) == 2


def test_every_change_of_what_is_wanted_can_be_noticed(connection: sqlite3.Connection) -> None:
    """Whoever keeps a count learns of each change, cascades included, and of nothing else."""
    seen = [wanted.get_change(connection)]

    def is_noticed() -> bool:
        """Tell whether the number is a new one."""
        seen.append(wanted.get_change(connection))
        return seen[-1] not in seen[:-1]

    save(connection, "ab")
    assert is_noticed()
    save(connection, "ab", "s2")
    assert not is_noticed()
    own(connection, "a")
    assert is_noticed()
    wanted.ignore(connection, ids(connection)["b"], None, now=NOW)
    assert is_noticed()
    wanted.want_again(connection, ids(connection)["b"])
    assert is_noticed()
    library_index.delete_files(connection, ["a.mp3"])
    assert is_noticed()
    playlists.delete_playlist(connection, "p1")
    assert is_noticed()
    assert tracks.count_owned(connection) == 0
