"""Test which remote files are taken for the wanted recording, and which are not."""

import pytest

from custom_components.soulspot.engine.matching import Outcome

from .building import decide, file, wanted
from .identities import IDENTITIES, Files


@pytest.mark.parametrize("case", IDENTITIES, ids=lambda case: f"{case.artists[0]} - {case.title}")
def test_every_file_of_the_recording_is_taken(case: Files) -> None:
    """Each file alone is enough."""
    recording = wanted(case.title, case.artists, case.album, case.seconds)
    refused = {
        path: (
            decision.outcome.value,
            [candidate.sentence for candidate in (*decision.pool, *decision.rejected)],
        )
        for path, length in case.taken
        if (decision := decide(recording, file(path, length))).outcome is not Outcome.TAKE
    }
    assert not refused


@pytest.mark.parametrize("case", IDENTITIES, ids=lambda case: f"{case.artists[0]} - {case.title}")
def test_nothing_is_taken_when_only_others_are_there(case: Files) -> None:
    """All the wrong files together still give nothing to take."""
    recording = wanted(case.title, case.artists, case.album, case.seconds)
    decision = decide(recording, *(file(path, length) for path, length in case.not_taken))
    assert decision.outcome is not Outcome.TAKE, decision.pool[0].file.path


@pytest.mark.parametrize("case", IDENTITIES, ids=lambda case: f"{case.artists[0]} - {case.title}")
def test_the_right_file_comes_first_among_all(case: Files) -> None:
    """No wrong file gets into the pool."""
    recording = wanted(case.title, case.artists, case.album, case.seconds)
    if not case.taken:
        return
    decision = decide(
        recording, *(file(path, length) for path, length in (*case.not_taken, *case.taken))
    )
    right = {path for path, _ in case.taken}
    assert {candidate.file.path for candidate in decision.pool} <= right


@pytest.mark.parametrize(
    ("path", "length", "sentence"),
    [
        ("The Pop Group\\Y\\02 - Thief of Fire.flac", 286, "length 11 s off"),
        ("The Pop Group\\Live in Bristol\\Thief of Fire.flac", None, "live album"),
        ("Music\\Mixed\\Thief of Fire.flac", None, "artist not in path"),
        ("The Pop Group\\Y\\02 - Thief of Fire (Remix).flac", 275, "remix"),
        (
            "The Pop Group - Thief of Fire (Bass Addict).flac",
            269,
            "“bass addict” behind the title is not known",
        ),
        ("Somebody - Thief of Fire.flac", 275, "another artist is named: “somebody”"),
        ("The Pop Group\\Y\\Thief of Fires of Hell.flac", 275, "title not in the file name"),
    ],
)
def test_reasons_are_plain_sentences(path: str, length: int | None, sentence: str) -> None:
    """Whoever reads the decision learns what spoke against the file."""
    decision = decide(wanted(), file(path, length))
    assert decision.outcome is not Outcome.TAKE
    sentences = [candidate.sentence for candidate in (*decision.pool, *decision.rejected)]
    assert sentences == [sentence]


def test_an_implausible_length_does_not_convict() -> None:
    """A byte count sent as a length says nothing; the size decides."""
    absurd = file("The Pop Group\\Y\\02 - Thief of Fire.mp3", 6_621, bit_rate=8, size=6_621_643)
    assert decide(wanted(), absurd).outcome is Outcome.TAKE
    too_small = file("The Pop Group\\Y\\02 - Thief of Fire.mp3", 900, bit_rate=8, size=900_000)
    assert decide(wanted(), too_small).outcome is not Outcome.TAKE


def test_a_scaled_length_does_not_convict_when_the_bit_rate_shows_it() -> None:
    """The client guessed a length three times too long from the first frame."""
    scaled = file("The Pop Group\\Y\\02 - Thief of Fire.mp3", 917, bit_rate=320, size=11_000_000)
    assert decide(wanted(), scaled).outcome is Outcome.TAKE


def test_a_live_track_is_not_found_on_the_studio_album() -> None:
    """A version that is wanted must be there."""
    recording = wanted(
        "Thief of Fire (Live Electric Ballroom 1979)", album="We Are Time", seconds=236
    )
    assert (
        decide(recording, file("The Pop Group\\Y\\Thief of Fire.flac", 275)).outcome
        is Outcome.LEAVE
    )
    assert decide(recording, file("The Pop Group\\Y\\Thief of Fire.flac")).outcome is Outcome.LEAVE
    other_concert = file("The Pop Group\\Thief of Fire (Live at Sheffield).flac", 236)
    assert decide(recording, other_concert).outcome is Outcome.LEAVE
    right = file(
        "The Pop Group\\We Are Time\\02 Thief of Fire [Live at the Electric Ballroom].flac", 236
    )
    assert decide(recording, right).outcome is Outcome.TAKE
