"""Test how titles, artists and recordings of metadata services are compared."""

from dataclasses import replace

import pytest

from custom_components.soulspot.engine.matching import (
    Certainty,
    choose_recording,
    is_same_artist,
    is_same_recording,
    is_same_title,
)
from custom_components.soulspot.engine.model import ArtistCredit, Recording, Release

from .building import wanted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mrs. Robinson", "Mrs Robinson"),
        ("Rocket Man - Remastered 2017", "Rocket Man"),
        ("Umbrella", "Umbrella (feat. JAY-Z)"),
        ("Opus", "Opus (Original Mix)"),
        ("Bohemian Rhapsody", "Bohemian Rapsody"),
        ("Smalltown Boy", "Bronski Beat - Smalltown Boy"),
        ("Another Brick in the Wall, Pt. 2", "Another Brick in the Wall (Part II)"),
        ("Звезда по имени Солнце", "Zvezda po imeni Solntse"),
    ],
)
def test_same_titles(one: str, other: str) -> None:
    """Credits, masterings, spelling and script do not make another title."""
    assert is_same_title(one, other)
    assert is_same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Finally (Choo Choo Remix)", "Finally (Mousse Remix)"),
        ("Reckoner (Live in Paris)", "Reckoner (Live in Tokyo)"),
        ("Insomnia", "Insomnia - Radio Edit"),
        ("Angeles", "Angeles (with Strings)"),
        ("Tubular Bells I", "Tubular Bells II"),
        ("Ghosts (Vol. III)", "Ghosts"),
        ("They're Dancing", "They Were Dancing"),
        ("Paranoid", "Paranoid Android"),
        ("夜に駆ける", "夜の踊り子"),
        ("Untitled 07", "Untitled 08"),
    ],
)
def test_different_titles(one: str, other: str) -> None:
    """Versions, parts and other words do."""
    assert not is_same_title(one, other)
    assert not is_same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Tom Petty and the Heartbreakers", "Tom Petty", True),
        ("Paul Simon & Art Garfunkel", "Simon and Garfunkel", True),
        ("A$AP Rocky", "ASAP Rocky", True),
        ("Adele", "AdeleVEVO", True),
        ("Queensrÿche", "Queensryche", True),
        ("Земфира", "Zemfira", True),
        ("The Steve Miller Band", "Steve Miller", True),
        ("Genesis", "The Genesis Tribute", False),
        ("ABBA", "Australian ABBA", False),
        ("Сплин", "Сплиновы", False),
        ("Boston II", "Boston", False),
        ("P!nk", "Pink Floyd", False),
    ],
)
def test_artists(one: str, other: str, same: bool) -> None:
    """Backing bands and channels are the act, those who play its songs are not."""
    assert is_same_artist(one, other) is same
    assert is_same_artist(other, one) is same


def recording(
    recording_id: str,
    title: str = "Thief of Fire",
    seconds: float | None = 275,
    artist: str = "The Pop Group",
    isrcs: tuple[str, ...] = (),
    releases: tuple[Release, ...] = (),
    **more: object,
) -> Recording:
    """Return a MusicBrainz recording."""
    return Recording(
        id=recording_id,
        title=title,
        length_ms=None if seconds is None else round(seconds * 1000),
        artist_credit=(ArtistCredit(name=artist, artist_id=None, artist_name=artist),),
        isrcs=isrcs,
        releases=releases,
        disambiguation=str(more.get("disambiguation", "")),
        is_video=bool(more.get("is_video")),
        first_release_date=str(more["date"]) if "date" in more else None,
    )


ISRC = "GBAAA7900001"


@pytest.mark.parametrize(
    ("found", "certainty"),
    [
        (recording("r", seconds=277, isrcs=(ISRC,)), Certainty.CERTAIN),
        (recording("r", seconds=283, isrcs=(ISRC,)), Certainty.LIKELY),
        (recording("r", seconds=295, isrcs=(ISRC,)), Certainty.CONFLICT),
        (recording("r", "Thief of Fire (live)", isrcs=(ISRC,)), Certainty.CONFLICT),
        (
            recording("r", isrcs=(ISRC,), disambiguation="live, 1979-05-01: Electric Ballroom"),
            Certainty.CONFLICT,
        ),
        (recording("r", "Snowgirl", isrcs=(ISRC,)), Certainty.CONFLICT),
        (recording("r", seconds=None, isrcs=(ISRC,)), Certainty.LIKELY),
        (recording("r", seconds=278), Certainty.LIKELY),
        (recording("r", seconds=282), Certainty.NONE),
        (recording("r", artist="Somebody"), Certainty.NONE),
        (recording("r", "Thief of Fire (remix)"), Certainty.NONE),
    ],
)
def test_certainty_of_a_recording(found: Recording, certainty: Certainty) -> None:
    """An ISRC confirms within bounds; without one title, artist and length must agree."""
    match = choose_recording(wanted(isrc=ISRC), [found])
    assert match.certainty is certainty
    assert (match.recording is None) is (certainty is Certainty.NONE)
    assert bool(match.conflicts) is (certainty is Certainty.CONFLICT)


def test_recordings_that_share_an_isrc_are_told_apart() -> None:
    """Studio and live recordings do share one; so do videos."""
    live = recording("live", "Thief of Fire (live)", 281, isrcs=(ISRC,))
    video = recording("video", isrcs=(ISRC,), is_video=True)
    studio = recording("studio", isrcs=(ISRC,))
    match = choose_recording(wanted(isrc=ISRC), [live, video, studio])
    assert match.recording == studio
    assert match.certainty is Certainty.CERTAIN


def test_of_equal_recordings_the_oldest_is_taken() -> None:
    """Age decides between equals and names the others; equals of one age are nobody's to guess."""
    match = choose_recording(wanted(), [recording("b", date="2007"), recording("a", date="1979")])
    assert match.recording is not None
    assert match.recording.id == "a"
    assert match.certainty is Certainty.LIKELY
    assert match.alternatives == ("b",)
    tied = choose_recording(wanted(), [recording("b", date="1979"), recording("a", date="1979")])
    assert tied.certainty is Certainty.AMBIGUOUS
    assert tied.alternatives == ("b",)


def test_a_wrong_isrc_does_not_hide_the_right_recording() -> None:
    """A code that belongs to another song is told, and the recording that fits is taken."""
    match = choose_recording(
        wanted(isrc=ISRC), [recording("other", "Snowgirl", isrcs=(ISRC,)), recording("right")]
    )
    assert match.recording is not None
    assert match.recording.id == "right"
    assert match.certainty is Certainty.LIKELY
    assert [reason.key for reason in match.conflicts] == ["title_differs"]


def test_a_video_is_taken_only_when_nothing_else_is_there() -> None:
    """Music videos share codes with recordings, but are not what a file holds."""
    video = recording("video", isrcs=(ISRC,), is_video=True)
    alone = choose_recording(wanted(isrc=ISRC), [video])
    assert alone.recording == video
    assert alone.certainty is Certainty.LIKELY
    sound = recording("sound")
    assert choose_recording(wanted(isrc=ISRC), [video, sound]).recording == sound


def test_a_live_album_need_not_say_live_twice() -> None:
    """On the album the playlist names, the length tells that it is the same take."""
    album = Release(id="y", title="Y Live", status="Official", secondary_types=("Live",))
    live = recording("live", disambiguation="live, 1979: Paris", isrcs=(ISRC,), releases=(album,))
    match = choose_recording(wanted(album="Y Live", isrc=ISRC), [live])
    assert (match.recording, match.certainty) == (live, Certainty.LIKELY)
    assert choose_recording(wanted(album="Y Live"), [live]).recording == live
    studio = choose_recording(wanted(album="Y", isrc=ISRC), [live])
    assert studio.certainty is Certainty.CONFLICT


def test_tenths_of_seconds_do_not_outweigh_the_album() -> None:
    """Lengths are rounded everywhere; the album says more than a fraction of a second."""
    album = Release(id="y", title="Y", status="Official", primary_type="Album")
    other = Release(id="o", title="Other", status="Official", primary_type="Album")
    near = replace(recording("near", date="1979"), length_ms=275_000, releases=(other,))
    right = replace(recording("right", date="1979"), length_ms=275_400, releases=(album,))
    match = choose_recording(wanted(album="Y"), [near, right])
    assert match.recording == right
    assert match.certainty is Certainty.LIKELY


def test_the_edition_the_playlist_names_wins() -> None:
    """Only without a named edition the policy ranks."""
    sampler = Release(
        id="s",
        title="Now 1979",
        status="Official",
        primary_type="Album",
        secondary_types=("Compilation",),
    )
    bootleg = Release(id="b", title="Y", status="Bootleg", primary_type="Album", date="1978")
    album = Release(id="y", title="Y", status="Official", primary_type="Album", date="1979-04-20")
    deluxe = Release(
        id="d", title="Y (Definitive Edition)", status="Official", primary_type="Album", date="2019"
    )
    found = recording("r", releases=(sampler, bootleg, deluxe, album))
    named = choose_recording(wanted(album="Y (Definitive Edition)"), [found])
    assert named.release == deluxe
    assert choose_recording(wanted(album="Y"), [found]).release == album
    assert choose_recording(wanted(album=None), [found]).release == album
    assert choose_recording(wanted(album="Now 1979"), [found]).release == sampler


def test_owned_files_are_recognised() -> None:
    """Tags are compared like everything else."""
    recording_wanted = wanted("Bailando - Remix", "Enrique Iglesias", "Bailando", 238)
    assert is_same_recording(
        recording_wanted, "Bailando (Remix)", ["Enrique Iglesias"], None, 238_000
    )
    assert is_same_recording(
        recording_wanted, "Bailando", ["Enrique  Iglesias"], "Bailando", 238_000
    )
    assert not is_same_recording(
        recording_wanted, "Bailando", ["Enrique Iglesias"], "Bailando", 191_000
    )
    assert not is_same_recording(
        recording_wanted, "Bailando (Remix)", ["Nobody"], "Bailando", 238_000
    )
    assert not is_same_recording(wanted(), "Thief of Fire", ["The Pop Group"], "Y", 290_000)
    assert is_same_recording(wanted(), "Thief of Fire", ["The Pop Group"], "Y", None)
    assert is_same_recording(
        wanted("Call Me (feat. B)", ["A", "B"]), "Call Me", ["A feat. B"], None, None
    )
