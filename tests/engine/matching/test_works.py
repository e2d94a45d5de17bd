"""Test that works of classical music are known by what everybody writes."""

import pytest

from custom_components.soulspot.engine.matching import Outcome
from custom_components.soulspot.engine.matching.songs import is_same_title

from .building import decide, file, wanted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            "Sonata No. 14 in C-sharp minor, Op. 27 No. 2: I. Adagio",
            "Sonata No. 14: I. Adagio",
            True,
        ),
        ("Requiem in D minor, K. 626: I. Introitus", "Requiem K. 626 - Introitus", True),
        ("Prelude in C major, BWV 846", "Prelude, BWV 846", True),
        ("Prelude in C major, BWV 846", "Prelude, BWV 847", False),
        ("Sonata No. 14: I. Adagio, Op. 27", "Sonata No. 14: II. Adagio, Op. 27", False),
        ("Sonata No. 14 in C-sharp minor", "Sonata No. 15 in C-sharp minor", False),
        ("Etude in E major, Op. 10 No. 3", "Etude, Op. 10 No. 4", False),
        ("In a Minor Key", "In a Key", False),
    ],
)
def test_key_catalogue_and_movement_are_compared_only_where_both_tell(
    one: str, other: str, *, same: bool
) -> None:
    """Compare titles of which one says less."""
    assert is_same_title(one, other) is same
    assert is_same_title(other, one) is same


@pytest.mark.parametrize(
    ("path", "length", "outcome"),
    [
        (r"Emil Gilels\Beethoven Sonatas\01 - Sonata No. 14 - I. Adagio.flac", 361, Outcome.TAKE),
        (r"Emil Gilels\Beethoven Sonatas\02 - Sonata No. 14 - II. Adagio.flac", 361, Outcome.LEAVE),
        (r"Emil Gilels\Beethoven Sonatas\01 - Sonata No. 14 - I. Adagio.flac", None, Outcome.ASK),
        (r"Emil Gilels\Beethoven Sonatas\04 - Sonata No. 15 - I. Adagio.flac", 361, Outcome.LEAVE),
    ],
)
def test_a_work_named_less_fully_needs_artist_and_length(
    path: str, length: int | None, outcome: Outcome
) -> None:
    """Rank one file of a sonata whose key and opus the peer left out."""
    title = "Sonata No. 14 in C-sharp minor, Op. 27 No. 2: I. Adagio"
    sonata = wanted(title, "Emil Gilels", "Beethoven: Sonatas", 361)
    assert decide(sonata, file(path, length)).outcome is outcome


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        (r"John Coltrane\A Love Supreme\01 - Part 1 - Acknowledgement.flac", Outcome.TAKE),
        (r"John Coltrane\A Love Supreme\01 Acknowledgement.flac", Outcome.TAKE),
        (r"John Coltrane\Somewhere Else\01 Acknowledgement.flac", Outcome.ASK),
        (r"John Coltrane\A Love Supreme\02 - Part 2 - Resolution.flac", Outcome.LEAVE),
    ],
)
def test_a_part_may_leave_the_name_of_the_whole_to_the_album(path: str, outcome: Outcome) -> None:
    """Rank one part of a suite whose name only the folder tells."""
    title = "A Love Supreme, Pt. I – Acknowledgement"
    part = wanted(title, "John Coltrane", "A Love Supreme", 462)
    assert decide(part, file(path, 462)).outcome is outcome
