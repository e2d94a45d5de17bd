"""Test what is only a hint: short names, near lengths, missing bytes, strange folders."""

import pytest

from custom_components.soulspot.engine.matching import Outcome
from custom_components.soulspot.engine.model import PeerResponse

from .building import decide, file, peer, wanted

SCAR_TISSUE = wanted("Scar Tissue", "Red Hot Chili Peppers", "Californication", 217)


@pytest.mark.parametrize(
    ("path", "length", "outcome"),
    [
        (r"RHCP - Scar Tissue.mp3", 217, Outcome.TAKE),
        (r"RHCP - Scar Tissue.mp3", None, Outcome.ASK),
        (r"rhcp\Californication\03 Scar Tissue.mp3", None, Outcome.TAKE),
        (r"Red Hot Chilli Peppers - Scar Tissue.mp3", 217, Outcome.TAKE),
        (r"Red Hot Chilli Peppers - Scar Tissue.mp3", None, Outcome.ASK),
        (r"RHCB - Scar Tissue.mp3", 217, Outcome.LEAVE),
        (r"Green Hot Chili Peppers - Scar Tissue.mp3", 217, Outcome.LEAVE),
    ],
)
def test_a_short_or_misspelled_artist_needs_length_or_album(
    path: str, length: int | None, outcome: Outcome
) -> None:
    """Initials and slips of the pen are too little by themselves."""
    assert decide(SCAR_TISSUE, file(path, length)).outcome is outcome


@pytest.mark.parametrize(
    ("artist", "path", "outcome"),
    [
        ("Bruce Springsteen", r"Springsteen - Song.mp3", Outcome.TAKE),
        ("Orchestral Manoeuvres in the Dark", r"OMD - Song.mp3", Outcome.TAKE),
        ("Guns N' Roses", r"GNR - Song.mp3", Outcome.TAKE),
        ("The Rolling Stones", r"Stones - Song.mp3", Outcome.LEAVE),
        ("Ennio Morricone", r"Yo-Yo Ma plays Ennio Morricone - Song.mp3", Outcome.LEAVE),
        ("The xx", r"Mixtapes\Vol 20\01 - Song.mp3", Outcome.ASK),
        ("The xx", r"xx\Volume XX\01 - Song.mp3", Outcome.TAKE),
        ("Ms. Lauryn Hill", r"Lauryn Hill - Song.mp3", Outcome.TAKE),
        ("Fela Kuti", r"Fela Anikulapo Kuti - Song.mp3", Outcome.TAKE),
        ("Fela Kuti", r"Fela and Kuti - Song.mp3", Outcome.LEAVE),
        ("P!nk", r"P_nk - Song.mp3", Outcome.TAKE),
        ("周杰倫", r"周杰伦 - Song.mp3", Outcome.TAKE),
        ("久石譲", r"久石讓 - Song.mp3", Outcome.TAKE),
        ("Beyoncé", r"BeyoncÃ© - Song.mp3", Outcome.TAKE),
        ("Einstürzende Neubauten", r"Einstuerzende Neubauten - Song.mp3", Outcome.TAKE),
        ("Johnny Cash", r"Johnny Cash - Song (Nine Inch Nails Cover).mp3", Outcome.TAKE),
        ("Nine Inch Nails", r"Johnny Cash - Song (Nine Inch Nails Cover).mp3", Outcome.LEAVE),
    ],
)
def test_what_an_act_is_called(artist: str, path: str, outcome: Outcome) -> None:
    """Names for short count, players of somebody's songs do not."""
    song = wanted("Song", artist, None, 217)
    assert decide(song, file(path, 217)).outcome is outcome


@pytest.mark.parametrize(
    ("title", "path", "outcome"),
    [
        ("Intro", r"01 - Intro.mp3", Outcome.ASK),
        ("Intro", r"The Pop Group - Intro.mp3", Outcome.TAKE),
        ("Snowgirl", r"03 - Snowgirl.mp3", Outcome.TAKE),
        ("Snowgirl", r"The Pop Group - Savage Sea (Snowgirl Edit).mp3", Outcome.LEAVE),
        ("Snowgirl", r"The Pop Group - Snowgirl - 06 - Savage Sea.mp3", Outcome.LEAVE),
        ("Snowgirl", r"The Pop Group - Snowgirl - 06 Savage Sea.mp3", Outcome.LEAVE),
        ("Snowgirl", r"The Pop Group - Snowgirl - 1979 - Y.mp3", Outcome.TAKE),
        ("Snowgirl", r"The Pop Group - Snowgirl (New Version).mp3", Outcome.LEAVE),
        ("Snowgirl", r"The Pop Group - Snowgirl (Spotify Singles).mp3", Outcome.LEAVE),
        ("Snowgirl - Mono", r"The Pop Group - Snowgirl.mp3", Outcome.TAKE),
        (
            "Snowgirl - Take 2 / Live at the Hall",
            r"Pop Group\Y\Snowgirl (Take 2).mp3",
            Outcome.TAKE,
        ),
        (
            "Snowgirl - Take 2 / Live at the Hall",
            r"Pop Group\Y\Snowgirl (Take 1).mp3",
            Outcome.LEAVE,
        ),
        ("Y: I. Snowgirl / II. Savage Sea", r"The Pop Group - Y.mp3", Outcome.TAKE),
        (
            "Snowgirl - Live in Rome - May 1979",
            r"The Pop Group - Snowgirl (Live).mp3",
            Outcome.TAKE,
        ),
        ("Snowgirl - Acoustic; Live", r"The Pop Group - Snowgirl (Unplugged).mp3", Outcome.TAKE),
        ("Snowgirl - Acoustic", r"The Pop Group - Snowgirl (Live).mp3", Outcome.LEAVE),
        ('Snowgirl - 7" Mix', r"The Pop Group - Snowgirl.mp3", Outcome.TAKE),
        ("Snowgirl", r"The Pop Group - Snowgirl (www.somewhere.net).mp3", Outcome.TAKE),
        ("Snowgirl (In Winter)", r"Punk\The Pop Group - Snowgirl.mp3", Outcome.ASK),
        ("봄날", r"The Pop Group - 봄날 (Spring Day).mp3", Outcome.TAKE),
        ("봄날", r"The Pop Group - 봄날 (Acoustic).mp3", Outcome.LEAVE),
        ("Судно (Борис Рыжий)", r"The Pop Group - Судно (Boris Ryzhy).mp3", Outcome.TAKE),
    ],
)
def test_what_stands_around_the_title(title: str, path: str, outcome: Outcome) -> None:
    """The length agrees in all of these; the name decides."""
    song = wanted(title, "The Pop Group", "Y", 201)
    assert decide(song, file(path, 201)).outcome is outcome


@pytest.mark.parametrize(
    ("path", "length", "outcome"),
    [
        (r"The Pop Group\Y\02 Thief of Fire.mp3", 281, Outcome.TAKE),
        (r"The Pop Group\World on Fire\02 Thief of Fire.mp3", 281, Outcome.ASK),
        (r"The Pop Group\World on Fire\02 Thief of Fire.mp3", 276, Outcome.TAKE),
        (r"VA - Punk\02 The Pop Group - Thief of Fire.mp3", 281, Outcome.TAKE),
        (r"The Pop Group\The Confessions Tour\02 Thief of Fire.mp3", 276, Outcome.TAKE),
    ],
)
def test_a_near_length_counts_less_on_another_record(
    path: str, length: int, outcome: Outcome
) -> None:
    """Six seconds may be another mastering, or another evening."""
    decision = decide(wanted(), file(path, length))
    assert decision.outcome is outcome
    if outcome is Outcome.ASK:
        assert "length 6 s off, and from another record" in decision.pool[0].sentence


@pytest.mark.parametrize(
    ("extension", "bit_rate", "size", "outcome"),
    [
        ("mp3", 320, 11_000_000, Outcome.TAKE),
        ("mp3", 320, 2_000_000, Outcome.ASK),
        ("mp3", None, 6_600_000, Outcome.TAKE),
        ("mp3", 640, 11_000_000, Outcome.TAKE),  # There is no such MP3: the bit rate says nothing.
        ("mp3", None, 500_000, Outcome.ASK),
        ("flac", None, 30_000_000, Outcome.TAKE),
        ("flac", None, 3_000_000, Outcome.ASK),
        ("flac", None, 0, Outcome.TAKE),
    ],
)
def test_a_file_with_too_few_bytes_is_not_taken(
    extension: str, bit_rate: int | None, size: int, outcome: Outcome
) -> None:
    """The advertised length agrees, but the bytes for it are not there."""
    path = f"The Pop Group\\Y\\02 Thief of Fire.{extension}"
    assert decide(wanted(), file(path, 275, bit_rate, size)).outcome is outcome


def test_a_length_that_would_need_an_impossible_bit_rate_says_nothing() -> None:
    """MP3 ends at 320 kbit/s, so half the wanted length at twice that is a wrong length."""
    path = "The Pop Group\\Y\\02 Thief of Fire.mp3"
    halved = decide(wanted(), file(path, 137, 640, 11_000_000))
    assert halved.outcome is Outcome.TAKE
    assert decide(wanted(), file(path, 137, 320, 5_500_000)).outcome is Outcome.LEAVE


def test_where_artist_and_album_share_a_name_one_mention_is_the_artists() -> None:
    """The artist stays known although the album is called the same."""
    intro = wanted("Intro", "The xx", "xx", 127)
    assert decide(intro, file("The XX - Intro.mp3", 128)).outcome is Outcome.TAKE


def test_a_tour_may_be_a_concert() -> None:
    """Without a length nothing speaks against what the folder's name hints at."""
    decision = decide(wanted(), file(r"The Pop Group\Confessions Tour\02 Thief of Fire.mp3"))
    assert decision.outcome is Outcome.ASK
    mystery = wanted("Song", "The Pop Group", "Mystery Tour", 200)
    assert decide(mystery, file(r"The Pop Group\Mystery Tour\Song.mp3")).outcome is Outcome.TAKE


def test_songs_of_strange_lengths_make_another_record_doubtful() -> None:
    """A concert whose name does not tell it is exposed by the songs beside the wanted one."""
    studio = {"Snowgirl": 201, "Blood Money": 177, "Savage Sea": 182, "We Are Time": 389}
    concert = {"Snowgirl": 240, "Blood Money": 201, "Savage Sea": 182, "We Are Time": 470}
    others = [_folder(f"peer{number}", "Y", studio) for number in range(2)]
    strange = _folder("strange", "Minimum", {**concert, "Thief of Fire": 276})
    decision = decide(wanted(), *others, strange)
    assert decision.outcome is Outcome.ASK
    assert "other songs in the folder have other lengths" in decision.pool[0].sentence
    plain = _folder("plain", "Best Of", {**studio, "Thief of Fire": 276})
    assert decide(wanted(), *others, strange, plain).pool[0].username == "plain"


def _folder(username: str, album: str, songs: dict[str, int]) -> PeerResponse:
    """Return a peer who offers a record."""
    files = [
        file(f"The Pop Group\\{album}\\{title}.flac", length) for title, length in songs.items()
    ]
    return peer(*files, username=username)
