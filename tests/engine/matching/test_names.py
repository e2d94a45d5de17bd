"""Test that the quick way of taking names apart finds what the thorough way finds."""

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.matching.names import parse_name

_WORDS = (
    "01",
    "Thief",
    "of",
    "no",
    "Pt.",
    "II",
    "R.E.M.",
    "Ke$ha",
    "P!nk",
    "AC/DC",
    "don't",
    "x",
    "V.",
)
_MARKS = (" ", " - ", "-", "_", "(", ")", "[", "]", "~", " & ", "+", ", ", ". ", ".", " | ", "'")
_NAMES = st.lists(st.sampled_from((*_WORDS, *_MARKS, " ", " ")), max_size=14).map("".join)


@given(_NAMES)
def test_a_foreign_letter_beside_a_name_changes_none_of_its_words(name: str) -> None:
    """Plain letters are read by a table, others by patterns: both must find the same words."""
    words = parse_name(f"{name} x").words
    assert parse_name(f"{name} x, é").words == (*words, "e")


@given(st.one_of(_NAMES, st.text(max_size=60)))
def test_parts_hold_every_word_once(name: str) -> None:
    """No word is lost between parts or counted in two, however the brackets stand."""
    parsed = parse_name(name)
    places = [place for part in parsed.parts for place in range(part.start, part.stop)]
    assert places == list(range(len(parsed.words)))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Thief of Fire", ["thief of fire"]),
        ("01 - Thief of Fire (Live)", ["01", "thief of fire", "(live)"]),
        ("Post-Punk", ["post punk"]),
        ("The_Pop_Group-Y-1979", ["the pop group", "y", "1979"]),
        ("The Pop Group - Post-Punk-Years", ["the pop group", "post punk years"]),
        ("Y [2007 - Remaster]", ["y", "(2007 remaster)"]),
        ("Fire – Live", ["fire", "live"]),
        ("Fire ~ Live", ["fire", "live"]),
        ("-- Fire --", ["fire"]),
    ],
)
def test_parts_stand_between_separators_and_in_brackets(name: str, parts: list[str]) -> None:
    """A hyphen inside a word separates only where names are written without blanks."""
    parsed = parse_name(name)
    found = [
        (" ".join(parsed.words[part.start : part.stop]), part.bracketed) for part in parsed.parts
    ]
    assert [f"({text})" if bracketed else text for text, bracketed in found] == parts
