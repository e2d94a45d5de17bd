"""Test how replies are read that no service should send."""

from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InvalidReplyError
from custom_components.soulspot.engine.musicbrainz.parsing import (
    parse_artist,
    parse_artist_reply,
    parse_recording,
    parse_recording_reply,
    parse_recordings_reply,
    parse_release,
    parse_release_reply,
    parse_releases_reply,
    parse_url_reply,
)

MEMBERS = [
    "id", "title", "name", "length", "video", "isrcs", "artist-credit", "artist", "joinphrase", "aliases",
    "releases", "release-group", "media", "track", "tracks", "track-offset", "position", "recording",
    "relations", "release", "genres", "count", "cover-art-archive", "front", "secondary-types", "label-info",
]  # fmt: skip
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
odd_values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=8)
    ),
    max_leaves=30,
)
odd_objects = st.dictionaries(st.sampled_from(MEMBERS), odd_values, max_size=12)


@pytest.mark.parametrize(
    "parse",
    [
        parse_recordings_reply,
        parse_recording_reply,
        parse_releases_reply,
        parse_release_reply,
        parse_artist_reply,
        parse_url_reply,
    ],
)
@pytest.mark.parametrize("payload", [None, [], "text", {}, {"error": "Not Found"}, {"id": None}])
def test_other_replies(parse: Any, payload: object) -> None:
    """A reply of another kind is refused."""
    with pytest.raises(InvalidReplyError):
        parse(payload)


@given(odd_objects)
def test_any_object(data: dict[str, Any]) -> None:
    """Whatever members hold, what comes out has an id, or nothing does."""
    for parsed in (parse_recording(data), parse_release(data), parse_artist(data)):
        assert parsed is None or parsed.id.strip()
    if parse_release(data) is not None:
        details = parse_release_reply(data)
        assert all(track.recording.id for track in details.tracks)
    parse_url_reply({"urls": [data], "resource": data})


def test_artist_credit_as_printed() -> None:
    """Names and join phrases put together give the credit, blanks included."""
    recording = parse_recording(
        {
            "id": "1",
            "artist-credit": [
                {
                    "name": "Ella",
                    "joinphrase": " feat. ",
                    "artist": {"id": "a", "name": "Ella Fitzgerald"},
                },
                {
                    "artist": {
                        "id": "b",
                        "name": "Louis Armstrong",
                        "aliases": [{"name": "Satchmo"}],
                    }
                },
            ],
        }
    )
    assert recording is not None
    credit = recording.artist_credit
    assert "".join(part.name + part.join_phrase for part in credit) == "Ella feat. Louis Armstrong"
    assert [part.artist_name for part in credit] == ["Ella Fitzgerald", "Louis Armstrong"]
    assert credit[1].aliases == ("Satchmo",)


def test_position_on_vinyl() -> None:
    """Sides number otherwise; the place on the medium counts."""
    release = parse_release(
        {
            "id": "1",
            "media": [{"position": 1, "track-offset": 4, "track": [{"id": "t", "number": "B1"}]}],
        }
    )
    assert release is not None
    assert (release.track_number, release.disc_number, release.track_id) == (5, 1, "t")


def test_darkened_cover_is_none() -> None:
    """A cover that was taken down is not there to be fetched."""
    for darkened, expected in ((False, True), (True, False)):
        release = parse_release(
            {"id": "1", "cover-art-archive": {"front": True, "darkened": darkened}}
        )
        assert release is not None
        assert release.has_front_cover is expected
    release = parse_release({"id": "1"})
    assert release is not None
    assert release.has_front_cover is None


def test_genres_by_votes() -> None:
    """The most voted genre leads, and those voted down are left out."""
    recording = parse_recording(
        {
            "id": "1",
            "genres": [
                {"name": "jazz", "count": 1},
                {"name": "swing", "count": 4},
                {"name": "x", "count": 0},
            ],
        }
    )
    assert recording is not None
    assert recording.genres == ("swing", "jazz")
