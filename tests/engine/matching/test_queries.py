"""Test the ladder of search texts."""

from custom_components.soulspot.engine.matching import (
    QueryKind,
    WantedRecording,
    artist_query,
    queries,
    release_query,
)
from custom_components.soulspot.engine.model import Album, Artist, TrackMetadata

from .building import wanted


def texts(recording: WantedRecording) -> dict[QueryKind, str]:
    """Return texts by kind."""
    return {query.kind: query.text for query in queries(recording)}


def test_the_ladder_goes_from_whole_names_to_wildcards() -> None:
    """Each rung drops what may have kept files from being found."""
    ladder = queries(
        wanted("Echo (feat. Éva Under Fire) - Remix", "Linkin Park", "Greetings From Here")
    )
    assert [(query.kind, query.text) for query in ladder] == [
        (QueryKind.FULL, "Linkin Park Echo Remix"),
        (QueryKind.CORE, "Linkin Park Echo"),
        (QueryKind.ALBUM, "Echo Greetings Here"),
        (QueryKind.WILDCARD, "*inkin Park Echo"),
    ]


def test_accents_are_tried_as_written_and_without() -> None:
    """Peers match letters as they are; some folded theirs."""
    found = texts(wanted("Hoppípolla", "Sigur Rós", "Takk..."))
    assert found[QueryKind.FULL] == "Sigur Rós Hoppípolla"
    assert found[QueryKind.FOLDED] == "sigur ros hoppipolla"


def test_nothing_excludes_and_nothing_floods() -> None:
    """A hyphen would exclude; one word alone brings the whole network."""
    assert texts(wanted("-Live-", "-M-", None))[QueryKind.FULL] == "Live"
    assert QueryKind.ALBUM not in texts(wanted("Mezzanine", "Massive Attack", "Mezzanine"))
    assert queries(wanted("Y", "X", None)) == ()


def test_guests_are_not_searched_for() -> None:
    """Few file names carry them."""
    assert texts(wanted("Take Care (feat. Rihanna)", "Drake"))[QueryKind.FULL] == "Drake Take Care"
    assert texts(wanted("Take Care ft. Rihanna", "Drake"))[QueryKind.FULL] == "Drake Take Care"


def test_other_scripts_stay() -> None:
    """The name is searched for as its owners write it."""
    assert texts(wanted("命の灯火", "澤野弘之", None))[QueryKind.FULL] == "澤野弘之 命の灯火"


def test_what_tells_no_version_is_left_out_first() -> None:
    """Few file names say when it was remastered; which take it is stands in most."""
    found = [query.kind for query in queries(wanted("Echo - 2011 Remaster", "Linkin Park"))]
    assert found[:2] == [QueryKind.CORE, QueryKind.FULL]
    found = [query.kind for query in queries(wanted("Echo - Live at Home", "Linkin Park"))]
    assert found[:2] == [QueryKind.FULL, QueryKind.CORE]


def test_names_that_many_share_are_not_asked_for() -> None:
    """An artist alone, or an album of the same name, must say enough."""
    found = artist_query(("Boards of Canada", "Somebody"))
    assert found is not None
    assert (found.text, found.kind) == ("Boards Canada", QueryKind.ARTIST)
    for name in ("Sisters", "The The", "The Who", "Sum 41", "U2", ""):
        assert artist_query((name,)) is None
    assert artist_query(()) is None
    assert artist_query(("Bob Dylan",)) is not None
    release = release_query(("Boards of Canada",), "Geogaddi (Deluxe)")
    assert release is not None
    assert release.text == "Boards Canada Geogaddi"
    assert release_query(("Metallica",), "Metallica") is None


def test_metadata_gives_what_is_wanted() -> None:
    """Everything matching needs is taken over from a playlist's track."""
    metadata = TrackMetadata(
        title="Take Care",
        artists=(Artist(name="Drake"), Artist(name="Rihanna"), Artist(name="")),
        album=Album(name="Take Care"),
        duration_ms=277_000,
        isrc="USCM51100389",
        track_number=4,
    )
    assert WantedRecording.from_metadata(metadata) == WantedRecording(
        title="Take Care",
        artists=("Drake", "Rihanna"),
        album="Take Care",
        duration_ms=277_000,
        isrc="USCM51100389",
        track_number=4,
    )
