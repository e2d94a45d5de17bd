"""Read lines as people paste them."""

import pytest

from custom_components.soulspot.engine.lists import ListKind, parse_list
from custom_components.soulspot.engine.model import EntryKind, TrackMetadata


def only(text: str) -> TrackMetadata:
    """Return the one track of a pasted line."""
    parsed = parse_list(text)
    assert parsed.kind is ListKind.PASTED
    assert parsed.problems == ()
    (item,) = parsed.items
    assert item.kind is EntryKind.TRACK
    assert item.track is not None
    return item.track


def words(track: TrackMetadata) -> tuple[str, str]:
    """Return artists and title."""
    return ", ".join(artist.name for artist in track.artists), track.title


@pytest.mark.parametrize(
    ("line", "artist", "title"),
    [
        ("Ada Quartet - Morning Song", "Ada Quartet", "Morning Song"),
        ("Ada Quartet – Morning Song", "Ada Quartet", "Morning Song"),
        ("Ada Quartet—Morning Song", "Ada Quartet", "Morning Song"),
        ("Ada Quartet -- Morning Song", "Ada Quartet", "Morning Song"),
        ("Ada Quartet\tMorning Song", "Ada Quartet", "Morning Song"),
        ("1. Ada Quartet - Morning Song", "Ada Quartet", "Morning Song"),
        ("#12) Ada Quartet - Morning Song", "Ada Quartet", "Morning Song"),
        ("• Ada Quartet - Morning Song", "Ada Quartet", "Morning Song"),
        ("- Ada Quartet - Morning Song", "Ada Quartet", "Morning Song"),
        ('"Ada Quartet - Morning Song"', "Ada Quartet", "Morning Song"),
        ('Ada Quartet - "Morning Song"', "Ada Quartet", "Morning Song"),
        ("Ada Quartet: „Morning Song“", "Ada Quartet", "Morning Song"),
        ("Morning Song by Ada Quartet", "Ada Quartet", "Morning Song"),
        ("“Morning Song” by Ada Quartet", "Ada Quartet", "Morning Song"),
        ("„Morning Song“ von Ada Quartet", "Ada Quartet", "Morning Song"),
        ("  Ada   Quartet  -  Morning\u00a0Song ", "Ada Quartet", "Morning Song"),
        # Names that look like something else.
        ("99 Luftballons by Nena", "Nena", "99 Luftballons"),
        ("50 Cent - In da Club", "50 Cent", "In da Club"),
        ("Stand by Me - Ben E. King", "Stand by Me", "Ben E. King"),
        ("Jay-Z - 4:44", "Jay-Z", "4:44"),
        ("Blink-182 - All the Small Things", "Blink-182", "All the Small Things"),
        ("Earth, Wind & Fire - September", "Earth, Wind & Fire", "September"),
        ("Ada - Song - Remastered 2011", "Ada", "Song - Remastered 2011"),
        ("!!! - ÷", "!!!", "÷"),
        ("宇多田ヒカル - 桜流し", "宇多田ヒカル", "桜流し"),
        ("Ada feat. Bo - Song", "Ada, Bo", "Song"),
    ],
)
def test_spellings(line: str, artist: str, title: str) -> None:
    """Tell artist and title apart."""
    assert words(only(line)) == (artist, title)


@pytest.mark.parametrize(
    "line",
    [
        "Ada Quartet - Morning Song (3:05)",
        "Ada Quartet - Morning Song [03:05]",
        "Ada Quartet - Morning Song 3:05",
        "Ada Quartet - Morning Song - 3:05",
        "1. Ada Quartet – Morning Song\t3:05",
        "Ada Quartet\tMorning Song\t3:05",
        "7\tAda Quartet\tMorning Song\tFirst Light\t3:05",
    ],
)
def test_lengths(line: str) -> None:
    """Take the length off, in milliseconds."""
    track = only(line)
    assert words(track) == ("Ada Quartet", "Morning Song")
    assert track.duration_ms == 185_000


def test_places_in_a_recording_are_no_lengths() -> None:
    """Drop the time at which a track starts."""
    track = only("1:02:30 Ada Quartet - Morning Song")
    assert words(track) == ("Ada Quartet", "Morning Song")
    assert track.duration_ms is None


def test_album_between_tabs() -> None:
    """Take the third column for the album."""
    album = only("Ada Quartet\tMorning Song\tFirst Light").album
    assert album is not None
    assert (album.name, album.artists[0].name) == ("First Light", "Ada Quartet")


def test_bare_numbers_count_only_in_order() -> None:
    """Drop running numbers, and keep those that belong to names."""
    running = parse_list("1 Ada - One\n2 50 Cent - Two\n3 Bo - Three\n04 Cy - Four")
    assert [words(item.track) for item in running.items if item.track] == [
        ("Ada", "One"),
        ("50 Cent", "Two"),
        ("Bo", "Three"),
        ("Cy", "Four"),
    ]
    named = parse_list("10 Years - Wasteland\n50 Cent - Candy Shop\n3 Doors Down - Kryptonite")
    assert [item.track.artists[0].name for item in named.items if item.track] == [
        "10 Years",
        "50 Cent",
        "3 Doors Down",
    ]


def test_lines_are_numbered_as_the_user_sees_them() -> None:
    """Report every bad line by its number, and take the others."""
    parsed = parse_list(
        "# Summer\r\n\r\nAda - One\r\nno separator\r\n   \r\nBo - Two\r\n - \r\n" + "x" * 5000
    )
    assert parsed.name == "Summer"
    assert [item.title for item in parsed.items] == ["One", "Two"]
    assert [item.position for item in parsed.items] == [0, 1]
    assert [(reason.key, reason.placeholders) for reason in parsed.problems] == [
        ("list_line_not_understood", {"line": "4", "text": "no separator"}),
        ("list_line_not_understood", {"line": "7", "text": "-"}),
        ("list_line_too_long", {"line": "8"}),
    ]
    assert parsed.failed == 3


def test_blanks_without_end_take_no_time() -> None:
    """Read lines of nothing but blanks and dashes in linear time."""
    parsed = parse_list(("a" + " " * 990 + "\n") * 5000)
    assert parsed.failed == 5000
    assert len(parsed.problems) == 1000
