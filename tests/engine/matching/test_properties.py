"""Test what must hold for any names, files and peers."""

import random
import time

from hypothesis import given, settings, strategies as st

from custom_components.soulspot.engine.matching import (
    Candidate,
    Outcome,
    Verdict,
    WantedRecording,
    queries,
)
from custom_components.soulspot.engine.model import PeerHistory, PeerResponse, RemoteFile

from .building import decide, file, peer, wanted

TITLES = [
    "Thief of Fire",
    "Snowgirl",
    "99 Problems",
    "Alive",
    "Live Forever",
    "Группа крови",
    "命の灯火",
    "Part II",
    "$UICIDE",
    "Y",
]
ARTISTS = [
    "The Pop Group",
    "Clean Bandit",
    "AC/DC",
    "Кино",
    "澤野弘之",
    "2 Live Crew",
    "U2",
    "Live",
]
ALBUMS = ["Y", "Live Through This", "Nevermind (Deluxe)", "Этажи", "In Concert", "Remixes"]
NOISE = [
    "",
    " (Live)",
    " (Remix)",
    " [2011 Remaster]",
    " (feat. Somebody)",
    " 2",
    " - Radio Edit",
    " (Something Else)",
]
EXTENSIONS = ["flac", "mp3", "m4a", "ogg", "jpg", "txt"]

SLOW = settings(max_examples=150)
hostile = st.text(alphabet=st.characters(), max_size=300)


@st.composite
def remote_files(draw: st.DrawFn) -> RemoteFile:
    """Draw a file as peers could offer it."""
    folders = draw(
        st.lists(
            st.sampled_from([*ARTISTS, *ALBUMS, "Music", "CD 1", "1979", "@@abcde"]), max_size=4
        )
    )
    name = draw(st.sampled_from(["", "01 - ", "A1. ", "1-02 "])) + draw(
        st.sampled_from([*TITLES, "Other Song"])
    )
    path = "\\".join(
        [*folders, f"{name}{draw(st.sampled_from(NOISE))}.{draw(st.sampled_from(EXTENSIONS))}"]
    )
    return RemoteFile(
        path=path,
        size=draw(st.integers(0, 60_000_000)),
        length_s=draw(st.none() | st.integers(0, 700)),
        bit_rate=draw(st.none() | st.sampled_from([8, 128, 192, 256, 320, 900])),
        bit_depth=draw(st.sampled_from([None, 16, 24])),
        is_locked=draw(st.booleans()),
    )


@st.composite
def answers(draw: st.DrawFn) -> list[PeerResponse]:
    """Draw the answers to a search; every peer answers once."""
    count = draw(st.integers(0, 6))
    return [
        PeerResponse(
            username=f"peer{number}",
            has_free_slot=draw(st.booleans()),
            queue_length=draw(st.integers(0, 3)),
            upload_speed=draw(st.integers(0, 5_000_000)),
            files=tuple(
                draw(st.lists(remote_files(), max_size=6, unique_by=lambda item: item.path))
            ),
        )
        for number in range(count)
    ]


recordings = st.builds(
    wanted,
    title=st.builds(str.__add__, st.sampled_from(TITLES), st.sampled_from(NOISE)),
    artist=st.sampled_from(ARTISTS),
    album=st.none() | st.sampled_from(ALBUMS),
    seconds=st.none() | st.integers(1, 700),
)


@SLOW
@given(recordings, answers(), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(
    recording: WantedRecording, responses: list[PeerResponse], shuffler: random.Random
) -> None:
    """Ranking is a total order."""
    shuffled = [
        PeerResponse(
            username=response.username,
            has_free_slot=response.has_free_slot,
            queue_length=response.queue_length,
            upload_speed=response.upload_speed,
            files=tuple(shuffler.sample(response.files, len(response.files))),
        )
        for response in shuffler.sample(responses, len(responses))
    ]
    assert decide(recording, *shuffled) == decide(recording, *responses)


@SLOW
@given(recordings, answers(), st.sampled_from(["slower", "locked", "longer", "other"]))
def test_a_worse_file_never_changes_the_choice(
    recording: WantedRecording, responses: list[PeerResponse], how: str
) -> None:
    """More of what is worse is no reason for another choice."""
    artist = recording.artists[0].replace("/", "_")
    seconds = None if recording.duration_ms is None else recording.duration_ms // 1000
    responses = [
        *responses,
        peer(file(f"{artist}\\{recording.title}.mp3", seconds), username="right"),
    ]
    before = decide(recording, *responses)
    if before.outcome is not Outcome.TAKE:
        return
    choice = before.pool[0]
    length = choice.file.length_s or 200
    worse = {
        "slower": choice.file,
        "locked": file(choice.file.path, choice.file.length_s, is_locked=True),
        "longer": file(choice.file.path, 3 * length + 100),
        "other": file("Nobody\\Nothing\\Else.flac", choice.file.length_s),
    }[how]
    offer = peer(worse, username="worse", has_free_slot=False, queue_length=5_000, upload_speed=1)
    after = decide(recording, *responses, offer)
    if how == "longer" and recording.duration_ms is None:
        return  # Without a wanted length a longer file is no worse.
    assert after.outcome is Outcome.TAKE
    assert after.pool[0] == choice


@given(
    title=st.sampled_from(TITLES),
    artist=st.sampled_from(ARTISTS),
    album=st.sampled_from(["Nevermind", "Этажи", "Some Name"]),
    loss=st.sampled_from(["length", "artist", "album", "folders"]),
    extension=st.sampled_from(["flac", "mp3"]),
)
def test_a_file_never_gains_by_losing_evidence(
    title: str, artist: str, album: str, loss: str, extension: str
) -> None:
    """With less that speaks for it, a file is never ranked before itself."""
    recording = wanted(title, artist, album, 275)
    safe_artist = artist.replace("/", "_")
    whole = file(f"Music\\{safe_artist}\\{album}\\01 {title}.{extension}", 275)
    less = {
        "length": file(whole.path, None),
        "artist": file(f"Music\\Unsorted\\{album}\\01 {title}.{extension}", 275),
        "album": file(f"Music\\{safe_artist}\\01 {title}.{extension}", 275),
        "folders": file(f"01 {title}.{extension}", 275),
    }[loss]
    full, reduced = decide(recording, whole), decide(recording, less)
    assert full.outcome is Outcome.TAKE
    assert reduced.outcome.rank >= full.outcome.rank
    both = decide(recording, peer(less, username="a"), peer(whole, username="b"))
    if loss != "album":
        assert both.pool[0].username == "b"


@settings(max_examples=200)
@given(hostile, hostile, st.sampled_from(["/", "\\", "\\\\", " - "]))
def test_hostile_paths_do_no_harm(folder: str, name: str, separator: str) -> None:
    """Control characters, right-to-left marks and lone surrogates are just letters."""
    path = f"{folder}{separator}Thief of Fire {name}.mp3"
    decision = decide(wanted(), file(path, 275))
    for candidate in (*decision.pool, *decision.rejected):
        assert candidate.sentence.isprintable()
        assert Candidate.from_json(candidate.to_json()) == candidate


def test_very_long_paths_do_not_stall() -> None:
    """Ten kilobytes of anything are read in no time."""
    nasty = [
        "a" * 10_000,
        "(" * 10_000,
        "a.b" * 3_300,
        "- " * 5_000,
        "\\" * 10_000,
        "Thief of Fire " * 700,
        "\u202e" * 10_000,
        "\ud800" * 10_000,
        "ﷺ" * 3_000,
    ]
    started = time.process_time()
    for filler in nasty:
        decide(wanted(), file(f"{filler}\\{filler} Thief of Fire {filler}.mp3", 275))
        decide(
            wanted(title=filler, artist=filler, album=filler), file(f"{filler}\\{filler}.mp3", 275)
        )
    assert time.process_time() - started < 5


@given(recordings)
def test_queries_are_distinct_and_searchable(recording: WantedRecording) -> None:
    """No query excludes by a hyphen, consists of single letters only or comes twice."""
    ladder = queries(recording)
    texts = [query.text.casefold() for query in ladder]
    assert len(set(texts)) == len(texts)
    for query in ladder:
        words = query.text.split()
        assert words
        assert not any(word.startswith("-") for word in words)
        assert any(len(word) > 1 or not word.isascii() for word in words)


@given(answers())
def test_histories_only_order_peers(responses: list[PeerResponse]) -> None:
    """Who delivered before changes the order, never what is right."""
    recording = wanted("Alive", "U2", None, None)
    history = {response.username: PeerHistory(delivered=0, stalled=9) for response in responses}
    plain, informed = (
        decide(recording, *responses),
        decide(recording, *responses, histories=history),
    )
    assert plain.outcome is informed.outcome
    assert {c.file.path for c in plain.pool} == {c.file.path for c in informed.pool}


@SLOW
@given(recordings, answers())
def test_every_outcome_is_explained(
    recording: WantedRecording, responses: list[PeerResponse]
) -> None:
    """What is left has something against it, what is asked about something in doubt, what is taken neither."""
    decision = decide(recording, *responses)
    for candidate in (*decision.pool, *decision.rejected):
        verdicts = {item.verdict for item in candidate.evidence}
        if candidate.outcome is Outcome.LEAVE:
            assert Verdict.CONTRADICTS in verdicts
        elif candidate.outcome is Outcome.ASK:
            assert Verdict.DOUBTFUL in verdicts
            assert Verdict.CONTRADICTS not in verdicts
        else:
            assert not verdicts & {Verdict.CONTRADICTS, Verdict.DOUBTFUL}
        assert candidate.sentence
