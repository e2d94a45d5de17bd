"""Test how entries of playlists are read."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InvalidReplyError
from custom_components.soulspot.engine.model import Album, Artist, EntryKind
from custom_components.soulspot.engine.spotify.parsing import (
    embedded_page,
    parse_account,
    parse_item,
    parse_items_page,
    parse_playlist,
    parse_playlists_page,
)
from custom_components.soulspot.engine.spotify.track_parsing import (
    parse_album_reply,
    parse_local_uri,
    parse_search_reply,
    parse_track_reply,
)

ID = "0123456789abcdefghijAB"
OTHER_ID = "ABCDEFGHIJ0123456789ab"
TRACK: dict[str, Any] = {
    "type": "track",
    "id": ID,
    "uri": f"spotify:track:{ID}",
    "name": "A song",
    "artists": [{"id": OTHER_ID, "name": "One"}, {"id": None, "name": "Two"}],
    "album": {
        "id": OTHER_ID,
        "name": "An album",
        "album_type": "single",
        "release_date": "2011-09",
        "total_tracks": 3,
        "artists": [{"name": "One"}],
        "images": [
            {"url": "https://i.scdn.co/image/small", "width": 64},
            {"url": "https://i.scdn.co/image/large", "width": 640},
        ],
    },
    "duration_ms": 201_000,
    "explicit": True,
    "disc_number": 1,
    "track_number": 2,
    "external_ids": {"isrc": "gb-abc-45-12345"},
}
LOCAL: dict[str, Any] = {
    "type": "track",
    "name": "Wait, Then Go",
    "uri": "spotify:local:Attic+Band+%28at+Home%29:First+Takes:Wait%2C+Then+Go:187",
    "artists": [{"name": "Attic Band (at Home)", "id": None}],
    "album": {"name": "First Takes", "id": None, "album_type": None},
    "duration_ms": 187_000,
    "disc_number": 0,
    "track_number": 0,
    "external_ids": {},
    "is_local": True,
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=20,
)
names = st.sampled_from(
    sorted(
        {
            *TRACK,
            *TRACK["album"],
            "item",
            "track",
            "added_at",
            "added_by",
            "is_local",
            "items",
        }
    )
)
odd_objects = st.recursive(
    json_values | st.sampled_from([TRACK, LOCAL]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
    max_leaves=20,
)


@pytest.mark.parametrize("spelling", ["item", "track"])
def test_track(spelling: str) -> None:
    """A track is read by both spellings, with everything it says."""
    entry = {
        "added_at": "2026-03-01T10:00:00Z",
        "added_by": {"id": "somebody"},
        "is_local": False,
        spelling: TRACK,
    }
    item = parse_item(entry, 7)
    assert (item.position, item.kind, item.uri, item.added_by) == (
        7,
        EntryKind.TRACK,
        TRACK["uri"],
        "somebody",
    )
    assert item.added_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    track = item.track
    assert track is not None
    assert track.title == "A song"
    assert track.artists == (
        Artist(name="One", spotify_id=OTHER_ID),
        Artist(name="Two"),
    )
    assert track.album == Album(
        name="An album",
        artists=(Artist(name="One"),),
        album_type="single",
        release_date="2011-09",
        total_tracks=3,
        image_url="https://i.scdn.co/image/large",
        spotify_id=OTHER_ID,
    )
    assert (
        track.duration_ms,
        track.isrc,
        track.disc_number,
        track.track_number,
        track.explicit,
    ) == (
        201_000,
        "GBABC4512345",
        1,
        2,
        True,
    )


def test_new_spelling_wins() -> None:
    """When both are there, `item` counts."""
    item = parse_item({"item": TRACK, "track": {**TRACK, "name": "Old"}}, 0)
    assert item.track is not None
    assert item.track.title == "A song"


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"item": None},
        {"track": None},
        {"added_at": "2026-03-01T10:00:00Z"},
        {"item": {}},
        "text",
    ],
)
def test_nothing_left(entry: object) -> None:
    """An entry without content keeps its position."""
    item = parse_item(entry, 3)
    assert (item.position, item.kind, item.track, item.uri) == (
        3,
        EntryKind.MISSING,
        None,
        None,
    )


def test_ghost() -> None:
    """An id without name is kept, but cannot be searched."""
    ghost = {
        **TRACK,
        "name": "",
        "duration_ms": 0,
        "artists": [{"name": ""}],
        "external_ids": {},
    }
    item = parse_item({"item": ghost}, 0)
    assert (item.kind, item.track, item.uri) == (EntryKind.GHOST, None, TRACK["uri"])


@pytest.mark.parametrize(
    "content",
    [
        {
            "type": "episode",
            "id": ID,
            "name": "Episode 1",
            "uri": f"spotify:episode:{ID}",
            "show": {},
        },
        # What clients get that do not ask for episodes: the shape of a track.
        {**TRACK, "name": "Episode 1", "uri": f"spotify:episode:{ID}"},
        {
            **TRACK,
            "name": "Episode 1",
            "uri": f"spotify:episode:{ID}",
            "track": False,
            "episode": True,
        },
        {"type": "chapter", "name": "Episode 1", "uri": f"spotify:episode:{ID}"},
    ],
)
def test_episode(content: dict[str, Any]) -> None:
    """What is spoken is kept with its title and never taken for a track."""
    item = parse_item({"item": content}, 0)
    assert (item.kind, item.track, item.title) == (EntryKind.EPISODE, None, "Episode 1")
    assert item.uri == f"spotify:episode:{ID}"


@pytest.mark.parametrize(
    "content",
    [
        LOCAL,
        {"type": "track", "is_local": True, "uri": LOCAL["uri"]},
        {
            "uri": LOCAL["uri"],
            "name": "",
            "artists": [{"name": ""}],
            "album": {"name": ""},
        },
    ],
)
def test_local_file(content: dict[str, Any]) -> None:
    """A local file is read from its members, or from its URI when those are empty or absent."""
    item = parse_item({"item": content, "is_local": "is_local" in content}, 0)
    assert item.kind is EntryKind.LOCAL
    assert item.track is not None
    assert item.track.title == "Wait, Then Go"
    assert item.track.artists == (Artist(name="Attic Band (at Home)"),)
    assert item.track.album is not None
    assert item.track.album.name == "First Takes"
    assert (item.track.duration_ms, item.track.isrc) == (187_000, None)
    assert (item.track.disc_number, item.track.track_number) == (None, None)
    assert item.uri == LOCAL["uri"]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (
            "spotify:local:::Rain+-+Kitchen+Version:98",
            ((), None, "Rain - Kitchen Version", 98_000),
        ),
        (
            "spotify:local:Attic+Band::Rain:98",
            (("Attic Band",), None, "Rain", 98_000),
        ),
        ("spotify:local:A%3AB:C%2BD:E%20F+G:1", (("A:B",), "C+D", "E F G", 1000)),
        ("spotify:local:a:b:c:", (("a",), "b", "c", None)),
        ("spotify:local:a:b:c:-5", (("a",), "b", "c", None)),
        ("spotify:local:a:b:c:99999999999999999999", (("a",), "b", "c", None)),
        ("spotify:local:a:b::3", None),
        ("spotify:local:a:b:c", None),
        ("spotify:track:a:b:c:3", None),
    ],
)
def test_local_uri(uri: str, expected: tuple[object, ...] | None) -> None:
    """Parts may be empty or escaped; without a title there is nothing to look for."""
    track = parse_local_uri(uri)
    if expected is None:
        assert track is None
        return
    assert track is not None
    album = track.album.name if track.album else None
    assert (
        tuple(artist.name for artist in track.artists),
        album,
        track.title,
        track.duration_ms,
    ) == expected


def test_relinked_track_keeps_the_id_of_the_list() -> None:
    """The id that stands in the list is the one that was relinked."""
    item = parse_item({"track": {**TRACK, "linked_from": {"id": OTHER_ID, "type": "track"}}}, 0)
    assert item.uri == f"spotify:track:{OTHER_ID}"


def test_times_that_say_nothing() -> None:
    """Spotify's own lists show the beginning of 1970 and an empty account."""
    item = parse_item(
        {"item": TRACK, "added_at": "1970-01-01T00:00:00Z", "added_by": {"id": ""}}, 0
    )
    assert (item.added_at, item.added_by) == (None, None)


def test_playlist_in_both_spellings() -> None:
    """The count is read by either name, and the first page comes along."""
    for name in ("items", "tracks"):
        payload = {
            "id": ID,
            "name": "Mine",
            name: {"total": 1, "items": [{"item": TRACK}], "offset": 0},
        }
        page = embedded_page(payload)
        assert page is not None
        assert (parse_playlist(payload).total, page.total, len(page.items)) == (1, 1, 1)
    assert embedded_page({"id": ID, "items": {"total": 1, "href": "https://example.com"}}) is None


def test_description_without_markup() -> None:
    """Links and entities in descriptions become plain text."""
    description = "<a href=spotify:playlist:0123456789abcdefghijAB>Attic Band</a> &amp; more &lt;3"
    assert (
        parse_playlist({"id": ID, "name": "x", "description": description}).description
        == "Attic Band & more <3"
    )


def test_nulls_among_playlists() -> None:
    """They are skipped."""
    summaries, next_link = parse_playlists_page(
        {"items": [None, {"id": ID, "name": "A"}, {}], "next": None}
    )
    assert ([summary.name for summary in summaries], next_link) == (["A"], None)


@pytest.mark.parametrize(
    "parse",
    [
        parse_account,
        parse_playlist,
        parse_playlists_page,
        parse_items_page,
        parse_track_reply,
        parse_album_reply,
        parse_search_reply,
    ],
)
@pytest.mark.parametrize("payload", [None, [], "text", {}, {"error": {"status": 404}}])
def test_other_replies(parse: Any, payload: object) -> None:
    """A reply of another kind is refused."""
    with pytest.raises(InvalidReplyError):
        parse(payload)


@given(odd_objects)
def test_any_entry(entry: object) -> None:
    """Every entry gives an item of one kind, and a track exactly where it can be searched."""
    item = parse_item(entry, 5)
    assert item.position == 5
    assert (item.track is not None) == (
        item.kind is EntryKind.TRACK
    ) or item.kind is EntryKind.LOCAL
    if item.track is not None:
        assert item.track.title
        assert all(artist.name for artist in item.track.artists)


@given(st.lists(odd_objects, max_size=5), st.integers(min_value=0, max_value=10_000))
def test_any_page(entries: list[object], offset: int) -> None:
    """No entry is lost, and positions count on from the offset."""
    page = parse_items_page({"items": entries, "offset": offset})
    assert [item.position for item in page.items] == list(range(offset, offset + len(entries)))
