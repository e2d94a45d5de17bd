"""Test which edition of an album is taken."""

from dataclasses import replace

import pytest

from custom_components.soulspot.engine.matching.releases import (
    VARIOUS_ARTISTS_ID,
    WantedRelease,
    choose_release,
)
from custom_components.soulspot.engine.model import ArtistCredit, Release

GROUP = (ArtistCredit(name="The Pop Group", artist_id="pg", artist_name="The Pop Group"),)
VARIOUS = (
    ArtistCredit(
        name="Various Artists", artist_id=VARIOUS_ARTISTS_ID, artist_name="Various Artists"
    ),
)
PLAIN = Release(
    id="m",
    title="Y",
    status="Official",
    date="1979-04-20",
    primary_type="Album",
    artist_credit=GROUP,
    track_count=10,
    track_number=3,
    track_length_ms=200_000,
)
WANTED = WantedRelease(
    title="Y",
    artists=("The Pop Group",),
    date="1979",
    track_total=10,
    track_number=3,
    duration_ms=200_000,
)


def other(**facts: object) -> Release:
    """Return another edition, which its id alone would put first."""
    return replace(PLAIN, id="a", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "facts",
    [
        {"status": "Pseudo-Release"},
        {"artist_credit": VARIOUS},
        {"title": "Y (Definitive Edition)"},
        {"title": "For How Much Longer"},
        {"track_count": 11},
        {"track_number": 4},
        {"track_length_ms": 210_000},
        {"date": "2019"},
        {"status": "Bootleg"},
        {"secondary_types": ("Compilation",)},
        {"primary_type": "Single"},
        {"date": "1979-12"},
    ],
)
def test_each_difference_counts(facts: dict[str, object]) -> None:
    """Whatever an edition has otherwise than the playlist, or the policy likes less, puts it behind."""
    assert choose_release([other(**facts), PLAIN], WANTED) == PLAIN


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [
        ({"linked": frozenset({"a"})}, {"title": "Other", "artist_credit": VARIOUS}),
        ({"barcode": "0042"}, {"title": "Other", "barcode": "42"}),
        ({"catalog_number": "R 5"}, {"track_count": 99, "catalog_numbers": ("x", "r5")}),
    ],
)
def test_identity_outweighs_everything(
    stronger: dict[str, object], weaker: dict[str, object]
) -> None:
    """A link, a barcode and a catalogue number name an edition."""
    found = other(**weaker)
    assert choose_release([PLAIN, found], WANTED) == PLAIN
    assert choose_release([PLAIN, found], replace(WANTED, **stronger)) == found  # type: ignore[arg-type]


def test_a_barcode_that_differs_proves_nothing() -> None:
    """Reissues get new ones, and an edition without one is not better for it."""
    wanted = replace(WANTED, barcode="4711")
    right = replace(PLAIN, barcode="4712")
    assert choose_release([other(track_count=11), right], wanted) == right


def test_samplers_are_found_for_samplers() -> None:
    """When the playlist names various artists, so must the release."""
    sampler = other(artist_credit=VARIOUS, title="Now 1979")
    wanted = replace(WANTED, title="Now 1979", artists=("Various Artists",))
    assert choose_release([PLAIN, sampler], wanted) == sampler
    own = replace(PLAIN, title="Now 1979")
    assert choose_release([own, sampler], wanted) == sampler


def test_a_misspelled_album_is_still_found() -> None:
    """A letter does not make it another album."""
    right = replace(PLAIN, title="For How Much Longer Do We Tolerate Mass Murder?")
    wanted = replace(WANTED, title="For How Much Longer Do We Tolarate Mass Murder")
    assert choose_release([other(title="We Are Time"), right], wanted) == right


def test_without_a_named_edition_chance_proves_nothing() -> None:
    """That a compilation has as many tracks as the wanted single is no sign."""
    single = WantedRelease(title="She Is Beyond Good and Evil", track_total=2, date="1979")
    chance = other(title="Hits", track_count=2, date="1999", secondary_types=("Compilation",))
    assert choose_release([chance, PLAIN], single) == PLAIN


def test_tracks_of_an_album_agree() -> None:
    """Of equal editions the one that another track was found on is taken."""
    twin = other()
    assert choose_release([twin, PLAIN], WANTED) == twin
    assert choose_release([twin, PLAIN], replace(WANTED, preferred="m")) == PLAIN
    assert choose_release([], WANTED) is None
