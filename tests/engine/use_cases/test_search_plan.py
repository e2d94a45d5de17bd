"""Check what is searched for next, and what is not asked twice."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.soulspot.engine.errors import InputError
from custom_components.soulspot.engine.matching import Query, QueryKind, WantedRecording
from custom_components.soulspot.engine.model import Album, Artist, PeerResponse, RemoteFile
from custom_components.soulspot.engine.use_cases.searches.search_memory import (
    ANSWERS_FRESH,
    Answers,
    SearchMemory,
    words_of,
)
from custom_components.soulspot.engine.use_cases.searches.search_plan import (
    Others,
    ladder,
    shared_queries,
)
from custom_components.soulspot.engine.use_cases.searches.search_together import (
    Seen,
    is_worth_asking,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
HOUR = timedelta(hours=1)


def wanted(
    title: str = "Gravel and Snow",
    artist: str = "Copper Canyon Quartet",
    album: str = "Harbour Lights",
) -> WantedRecording:
    """Return what somebody wants."""
    return WantedRecording(title=title, artists=(artist,), album=album, duration_ms=200_000)


def answers(
    text: str,
    *,
    at: datetime = NOW,
    files: int = 1,
    responses: int = 1,
    is_whole: bool = True,
    is_conclusive: bool = True,
) -> Answers:
    """Return what a search brought."""
    file = RemoteFile(path="music\\some file.mp3", size=1000)
    found = PeerResponse(
        username="ann", has_free_slot=True, upload_speed=1, queue_length=0, files=(file,) * files
    )
    return Answers(
        text=text,
        kind=QueryKind.FULL,
        words=words_of(text),
        at=at,
        responses=(found,) * responses,
        is_conclusive=is_conclusive,
        is_whole=is_whole,
    )


# --- What serves several tracks ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("artist", "others", "texts"),
    [
        ("Copper Canyon Quartet", Others(), ()),
        (
            "Copper Canyon Quartet",
            Others(of_album=1, of_artist=1),
            ("Copper Canyon Quartet Harbour Lights",),
        ),
        ("Copper Canyon Quartet", Others(of_artist=1), ("Copper Canyon Quartet",)),
        # The album is for when the answer about the artist was cut short.
        (
            "Copper Canyon Quartet",
            Others(of_album=2, of_artist=3),
            ("Copper Canyon Quartet", "Copper Canyon Quartet Harbour Lights"),
        ),
        # A single word would be answered by far too many.
        ("Sisters", Others(of_artist=9), ()),
        ("Sisters", Others(of_album=2, of_artist=9), ("Sisters Harbour Lights",)),
        ("The The", Others(of_artist=9), ()),
    ],
)
def test_one_search_serves_as_many_as_it_can(
    artist: str, others: Others, texts: tuple[str, ...]
) -> None:
    """An album when only its tracks wait, else the artist, and nothing that floods."""
    album = Album(name="Harbour Lights", artists=(Artist(name=artist),))
    found = shared_queries(wanted(artist=artist), album, others)
    assert tuple(query.text for query in found) == texts


# --- The ladder ----------------------------------------------------------------------------------


def test_a_later_round_is_one_query_in_other_words() -> None:
    """Go through all wordings over the rounds, one at a time; wildcards only after silence."""
    answered = [ladder(wanted(), None, rounds=rounds)[0].kind for rounds in range(1, 9)]
    assert QueryKind.WILDCARD not in answered
    steps = [ladder(wanted(), None, rounds=rounds, was_silent=True) for rounds in range(1, 9)]
    assert all(len(one) == 1 for one in steps)
    kinds = [one[0].kind for one in steps]
    assert set(kinds) >= {QueryKind.FULL, QueryKind.TITLE, QueryKind.WILDCARD}
    assert QueryKind.WILDCARD not in kinds[:2]


def test_after_silence_the_artist_is_left_out() -> None:
    """The server may drop the name: other words show it at the next turn."""
    [step] = ladder(wanted(), None, rounds=1, was_silent=True)
    assert (step.kind, step.text) == (QueryKind.TITLE, "Gravel Snow")
    [step] = ladder(wanted(), None, rounds=1)
    assert step.kind is QueryKind.FULL


def test_a_dropped_artist_is_not_searched_for() -> None:
    """Only queries without the whole name are left."""
    steps = ladder(wanted(), None, is_artist_blocked=True)
    assert {step.kind for step in steps} == {QueryKind.TITLE, QueryKind.WILDCARD}


def test_a_persons_words_stand_alone() -> None:
    """They replace every query, in every round; without words there is nothing to ask."""
    for rounds in (0, 1, 4):
        [step] = ladder(wanted(), "some words", rounds=rounds, is_artist_blocked=True)
        assert (step.kind, step.text) == (QueryKind.OWN_WORDS, "some words")
    with pytest.raises(InputError):
        ladder(wanted(title="Y", artist="X", album="Z"), None)


# --- Whether another search is worth it ----------------------------------------------------------

FULL = Query(text="Copper Canyon Quartet Gravel Snow", kind=QueryKind.FULL)
TITLE = Query(text="Gravel Snow", kind=QueryKind.TITLE)
OTHER = Query(text="Other Player Gravel Snow", kind=QueryKind.OTHER_ARTIST)
FOLDED = Query(text="copper canyon quartet gravel snow", kind=QueryKind.FOLDED)
ARTIST = Query(text="Copper Canyon Quartet", kind=QueryKind.ARTIST)
RELEASE = Query(text="Copper Canyon Quartet Harbour Lights", kind=QueryKind.RELEASE)


def worth(
    step: Query,
    query: Query,
    *,
    responses: int = 0,
    is_whole: bool = True,
    is_own: bool = False,
    is_now: bool = True,
    has_title: bool = True,
    is_suspected: bool = False,
    has_spare: bool = True,
) -> bool:
    """Tell whether a step is worth asking after a query."""
    seen = Seen(query=query, responses=responses, is_whole=is_whole, is_own=is_own, is_now=is_now)
    return is_worth_asking(
        step,
        seen,
        names_artist=step.kind is not QueryKind.TITLE,
        has_title=has_title,
        is_suspected=is_suspected,
        has_spare=has_spare,
    )


def test_a_whole_answer_needs_no_other_words() -> None:
    """Whoever has it would have answered."""
    for query in (ARTIST, RELEASE, FULL):
        assert not worth(TITLE, query, responses=3, is_own=query is FULL)
    # What was cut short tells nothing of the rest; fewer words would be cut short even more.
    assert worth(FULL, ARTIST, responses=250, is_whole=False)
    assert worth(TITLE, RELEASE, responses=250, is_whole=False)
    assert not worth(TITLE, FULL, responses=100, is_whole=False, is_own=True)


def test_silence_is_looked_into_once_for_all() -> None:
    """The first of several tracks leaves the artist out at once; the others wait for what it shows."""
    assert worth(TITLE, ARTIST)
    assert not worth(FULL, ARTIST)
    assert not worth(TITLE, ARTIST, is_now=False)
    assert worth(TITLE, ARTIST, is_now=False, is_suspected=True)
    assert not worth(FULL, ARTIST, is_now=False, is_suspected=True)
    # An album may go by another name: without a title that stands alone the track is asked for.
    assert worth(TITLE, RELEASE)
    assert worth(FULL, RELEASE, has_title=False)


def test_a_track_alone_leaves_the_artist_out_when_nobody_answers() -> None:
    """Some name a file by its title and nothing else; other wordings wait for the next turn."""
    assert worth(TITLE, FULL, is_own=True)
    assert not worth(TITLE, FULL, is_own=True, has_spare=False)
    assert worth(FOLDED, FULL, is_own=True)
    assert not worth(OTHER, FULL, is_own=True)
    assert not worth(TITLE, FULL, responses=1, is_own=True)


# --- What is remembered --------------------------------------------------------------------------


def test_answers_are_kept_for_an_hour_and_within_bounds() -> None:
    """The latest come first; too many files push the oldest answers out."""
    memory = SearchMemory()
    memory.add(answers("one thing", at=NOW - ANSWERS_FRESH - timedelta(seconds=1)))
    memory.add(answers("another thing", at=NOW - HOUR / 2))
    memory.add(answers("third thing"))
    assert [one.text for one in memory.fresh(NOW)] == ["third thing", "another thing"]
    for number in range(60):
        memory.add(answers(f"big {number}", files=100, responses=50))
    kept = list(memory.fresh(NOW))
    assert sum(one.files for one in kept) <= 20_000
    assert kept[0].text == "big 59"


def test_nothing_is_asked_twice_within_hours() -> None:
    """More words bring no more; a whole answer counts until people have changed."""
    memory = SearchMemory()
    memory.add(answers("copper canyon"))
    memory.add(answers("cut short", is_whole=False))
    memory.add(answers("shut out", is_whole=False, is_conclusive=False))
    assert memory.knows("Copper Canyon Gravel", NOW, since=LONG_AGO)
    assert not memory.knows("Copper Gravel", NOW, since=LONG_AGO)
    assert not memory.knows("cut short too", NOW, since=LONG_AGO)
    assert not memory.knows("Copper Canyon Gravel", NOW + 6 * HOUR, since=LONG_AGO)
    assert not memory.knows("Copper Canyon Gravel", NOW - 6 * HOUR, since=LONG_AGO)
    # A person has asked to look again since.
    assert not memory.knows("Copper Canyon Gravel", NOW, since=NOW + timedelta(seconds=1))
    asked = memory.asked("Canyon copper", NOW)
    assert asked is not None
    assert asked.responses == 1
    assert memory.asked("shut out", NOW) is None
