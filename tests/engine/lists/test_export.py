"""Check that lists that are written are read again as the same tracks."""

import json

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.lists import ExportedTrack, ListKind, parse_list, render
from custom_components.soulspot.engine.model import Album, Artist, TrackMetadata

RECORDING = "00000000-0000-4000-8000-000000000001"
SPOTIFY_ID = "6UeSakyzhiEt4NB3UAd6NQ"

# Names as they are: any letters and signs, on one line, without what separates names in these formats.
_WORDS = st.text(
    st.characters(categories=("L", "N", "S", "P"), exclude_characters=';#\\")]'),
    min_size=1,
    max_size=8,
)
NAMES = st.lists(_WORDS, min_size=1, max_size=3).map(" ".join)


@st.composite
def exported(draw: st.DrawFn) -> ExportedTrack:
    """Return a track with more or less known about it."""
    artists = tuple(Artist(name=f"A{draw(NAMES)}") for _ in range(draw(st.integers(1, 3))))
    album = draw(st.none() | NAMES)
    return ExportedTrack(
        metadata=TrackMetadata(
            title=f"T{draw(NAMES)}",
            artists=artists,
            album=Album(name=f"B{album}", artists=artists[:1]) if album else None,
            duration_ms=draw(st.none() | st.integers(1, 1200).map(lambda seconds: seconds * 1000)),
            isrc=draw(st.none() | st.just("QZTST2600001")),
            track_number=draw(st.none() | st.integers(1, 99)),
            spotify_uri=draw(st.none() | st.just(f"spotify:track:{SPOTIFY_ID}")),
        ),
        recording_id=draw(st.none() | st.just(RECORDING)),
        path=draw(st.none() | st.just("../Artist/Album/01 Song.flac")),
    )


def facts(
    metadata: TrackMetadata, kind: ListKind, album_of_path: str | None = None
) -> dict[str, object]:
    """Return of a track what a kind of list can hold; in M3U the path may tell the album."""
    known: dict[str, object] = {
        "title": metadata.title,
        "artists": [artist.name for artist in metadata.artists],
        "duration_ms": metadata.duration_ms,
        "album": metadata.album.name if metadata.album else None,
    }
    if kind is ListKind.M3U:
        known["album"] = known["album"] or album_of_path
    else:
        known |= {
            "isrc": metadata.isrc,
            "track_number": metadata.track_number,
            "uri": metadata.spotify_uri,
        }
    return known


@pytest.mark.parametrize("kind", [ListKind.M3U, ListKind.CSV, ListKind.JSPF])
@settings(max_examples=150)
@given(tracks=st.lists(exported(), min_size=1, max_size=6))
def test_what_is_written_is_read_again(kind: ListKind, tracks: list[ExportedTrack]) -> None:
    """Order, names, lengths and identifiers survive the way out and in, as far as the format has room."""
    parsed = parse_list(
        render(kind, "My list", tracks), name=None if kind is not ListKind.CSV else "x"
    )
    assert parsed.kind is kind
    assert parsed.problems == ()
    if kind is not ListKind.CSV:
        assert parsed.name == "My list"
    read = [item.track for item in parsed.items if item.track is not None]
    assert [facts(track, kind) for track in read] == [
        facts(track.metadata, kind, "Album" if track.path else None) for track in tracks
    ]
    if kind is not ListKind.M3U:
        assert [track.recording_id for track in read] == [track.recording_id for track in tracks]


def test_hostile_names_stay_on_their_lines() -> None:
    """Line ends, tabs and signs of the formats in names make no lines, fields or notes of their own."""
    evil = TrackMetadata(
        title='x\r\n#EXTM3U\n../../etc/passwd\x00 "q", {"a": 1}',
        artists=(Artist(name="a\tb\n-1"),),
        album=Album(name="\u202ealbum\n"),
    )
    tracks = [ExportedTrack(metadata=evil, path="../#1.mp3")]
    text = render(ListKind.M3U, "na\nme", tracks)
    assert [line for line in text.splitlines() if not line.startswith("#")] == ["../#1.mp3"]
    assert len(render(ListKind.CSV, "x", tracks).splitlines()) == 2
    [track] = json.loads(render(ListKind.JSPF, "x", tracks))["playlist"]["track"]
    assert "\n" not in track["title"]


def test_a_path_that_looks_like_a_note_is_marked() -> None:
    """Players take it for a path."""
    track = ExportedTrack(metadata=TrackMetadata(title="T", artists=()), path="#1/song.mp3")
    assert "./#1/song.mp3" in render(ListKind.M3U, "x", [track]).splitlines()


def test_links_alone_are_kept_for_later() -> None:
    """Links and URIs of tracks, also between other lines and in M3U, with their line numbers."""
    parsed = parse_list(
        "# Pasted\n"
        f"https://open.spotify.com/track/{SPOTIFY_ID}?si=x\n"
        "Ada Quartet - Morning Song\n"
        f"spotify:track:{SPOTIFY_ID}\n"
        "https://open.spotify.com/album/6UeSakyzhiEt4NB3UAd6NQ\n"
    )
    assert dict(parsed.links) == {0: 2, 2: 4}
    assert [item.uri for item in parsed.items] == [
        f"spotify:track:{SPOTIFY_ID}",
        None,
        f"spotify:track:{SPOTIFY_ID}",
    ]
    assert [reason.placeholders["line"] for reason in parsed.problems] == ["5"]
    playlist = parse_list(
        f"#EXTM3U\nspotify:track:{SPOTIFY_ID}\n#EXTINF:3,A - B\nspotify:track:{SPOTIFY_ID}\n"
    )
    assert dict(playlist.links) == {0: 2}
    assert playlist.items[1].track is not None
    assert playlist.items[1].track.spotify_uri == f"spotify:track:{SPOTIFY_ID}"
