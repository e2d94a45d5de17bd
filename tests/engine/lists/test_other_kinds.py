"""Read M3U and JSPF, and survive everything else."""

import json

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.lists import ListKind, ParsedList, parse_list
from custom_components.soulspot.engine.lists.models import MAXIMUM_BYTES, MAXIMUM_LINES


def described(parsed: ParsedList) -> list[tuple[str, str, str | None, int | None]]:
    """Return artist, title, album and length of each track."""
    return [
        (
            ", ".join(artist.name for artist in item.track.artists),
            item.track.title,
            item.track.album.name if item.track.album else None,
            item.track.duration_ms,
        )
        for item in parsed.items
        if item.track is not None
    ]


def test_m3u_notes_and_paths() -> None:
    """Take what the notes say, and the paths for what they leave out."""
    parsed = parse_list(
        "#EXTM3U\n#PLAYLIST:Evening\n"
        "#EXTINF:185,Ada Quartet - Morning Song\nAda Quartet/First Light/01 Morning Song.flac\n"
        '#EXTINF:-1 tvg-id="x" group="a,b",Bo – Other\nhttp://radio.example/stream\n'
        "#EXTINF:61,Only Title\n../Music/Cy/Dark/02 - Only Title.mp3\n"
        "#EXTALB:Noted\n#EXTART:Di\n#EXTINF:10,Song\nsong.mp3\n"
        "C:\\Music\\Eve\\Gold\\1-03 Deep_Song.mp3\n"
        "file:///music/Fay/Sea%20Side/04.%20A%20%26%20B.ogg\n"
        "#EXTINF:20,Gil - Without Path\n"
    )
    assert (parsed.kind, parsed.name) == (ListKind.M3U, "Evening")
    assert described(parsed) == [
        ("Ada Quartet", "Morning Song", "First Light", 185_000),
        ("Bo", "Other", None, None),
        ("Cy", "Only Title", "Dark", 61_000),
        ("Di", "Song", "Noted", 10_000),
        ("Eve", "Deep Song", "Gold", None),
        ("Fay", "A & B", "Sea Side", None),
        ("Gil", "Without Path", None, 20_000),
    ]
    assert parsed.problems == ()


def test_paths_alone() -> None:
    """Recognise a list of nothing but files, and report what tells no artist."""
    parsed = parse_list("Ada - Song.mp3\nBo/Album/02 Other.FLAC\n07.mp3\n")
    assert parsed.kind is ListKind.M3U
    assert described(parsed)[:2] == [("Ada", "Song", None, None), ("Bo", "Other", "Album", None)]
    assert [reason.placeholders for reason in parsed.problems] == [{"line": "3", "text": "07.mp3"}]


def test_jspf() -> None:
    """Take title, creator, album, length in milliseconds and identifiers."""
    document = {
        "playlist": {
            "title": "Weekly",
            "track": [
                {
                    "title": "Morning Song",
                    "creator": "Ada feat. Bo",
                    "album": "First Light",
                    "duration": 185000,
                    "trackNum": 3,
                    "identifier": [
                        "https://musicbrainz.org/recording/00000000-0000-4000-8000-000000000001",
                        "urn:isrc:QZTST2600001",
                    ],
                },
                {"creator": "Nobody"},
                {
                    "title": "Other",
                    "identifier": "https://open.spotify.com/track/0000000000000000000001?si=x",
                },
                None,
            ],
        }
    }
    parsed = parse_list(json.dumps(document).encode())
    assert (parsed.kind, parsed.name) == (ListKind.JSPF, "Weekly")
    assert described(parsed) == [
        ("Ada, Bo", "Morning Song", "First Light", 185_000),
        ("", "Other", None, None),
    ]
    first, second = (item.track for item in parsed.items)
    assert first is not None
    assert (first.isrc, first.track_number) == ("QZTST2600001", 3)
    assert second is not None
    assert second.spotify_uri == "spotify:track:0000000000000000000001"
    assert [reason.placeholders["line"] for reason in parsed.problems] == ["2", "4"]


def test_limits() -> None:
    """Cut long lists and say so; refuse large ones."""
    parsed = parse_list("Ada - Song\n" * (MAXIMUM_LINES + 1))
    assert len(parsed.items) == MAXIMUM_LINES
    assert [reason.key for reason in parsed.problems] == ["list_cut"]
    assert parsed.failed == 0
    exactly = parse_list("Ada - Song\n" * MAXIMUM_LINES)
    assert exactly.problems == ()
    with pytest.raises(InputError, match="list_too_large"):
        parse_list(b" " * (MAXIMUM_BYTES + 1))


def test_the_given_name_wins() -> None:
    """Call the list as the user does."""
    assert parse_list("# Theirs\nAda - Song", name="  Mine ").name == "Mine"
    assert parse_list("Ada - Song").name is None


_FRAGMENTS = st.sampled_from(
    [
        b"#EXTM3U\n",
        b"#EXTINF:12,",
        b'"',
        b",",
        b"Title,Artist\n",
        b"\t",
        b" - ",
        b'{"playlist": {"track": [',
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x00",
        b"\r",
        b"sep=;\n",
        b"3:45",
        b" by ",
    ]
)


@settings(max_examples=400)
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.lists(st.one_of(_FRAGMENTS, st.binary(max_size=12)), max_size=30).map(b"".join),
    ),
    kind=st.sampled_from([None, *ListKind]),
)
def test_any_bytes_are_read(content: bytes, kind: ListKind | None) -> None:
    """Return a list for whatever comes, with positions in order and words that can be stored."""
    parsed = parse_list(content, kind=kind)
    assert [item.position for item in parsed.items] == list(range(len(parsed.items)))
    for item in parsed.items:
        assert item.track is not None
        assert item.track.title == item.track.title.strip() != ""
        item.track.title.encode()
        assert item.track.title.isprintable()
    assert parsed.failed >= len([r for r in parsed.problems if r.key != "list_cut"])


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """Take text as well as bytes."""
    parse_list(text)


def test_deep_nesting_is_no_json() -> None:
    """Refuse JSON made to exhaust the stack."""
    assert parse_list('{"playlist":' + "[" * 100_000).kind is not ListKind.JSPF
