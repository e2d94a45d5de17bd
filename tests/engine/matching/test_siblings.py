"""Test what the other files of a folder tell about one."""

from custom_components.soulspot.engine.matching import Outcome
from custom_components.soulspot.engine.model import PeerResponse, RemoteFile

from .building import decide, file, peer, wanted

SONGS = {
    "Thief of Fire": 275,
    "Snowgirl": 201,
    "Blood Money": 177,
    "We Are Time": 389,
    "Savage Sea": 182,
}


def album(
    username: str,
    factor: float = 1.0,
    *,
    tells_length: bool = True,
    names: dict[str, str] | None = None,
    rate: int = 192,
) -> PeerResponse:
    """Return a peer's album; `factor` scales its lengths, `names` says under which name a song lies."""
    return peer(
        *(
            RemoteFile(
                path=f"The Pop Group\\Y\\{number:02} - {(names or {}).get(song, song)}.mp3",
                size=seconds * rate * 125,
                length_s=round(seconds * factor) if tells_length else None,
            )
            for number, (song, seconds) in enumerate(SONGS.items(), 1)
        ),
        username=username,
    )


def others(title: str) -> list[PeerResponse]:
    """Return two peers that have everything but a song."""
    answers = [album("one"), album("two")]
    return [
        peer(*(f for f in answer.files if title not in f.path), username=answer.username)
        for answer in answers
    ]


def taken(title: str, *answers: PeerResponse) -> list[RemoteFile]:
    """Return what may be taken for a song."""
    decision = decide(wanted(title, seconds=SONGS[title]), *answers)
    return (
        [candidate.file for candidate in decision.pool] if decision.outcome is Outcome.TAKE else []
    )


def test_a_whole_folder_scaled_by_one_factor_is_believed() -> None:
    """The client computed every length from the wrong bit rate."""
    scaled = album("scaled", 1.33)
    decision = decide(wanted(), scaled, *others("Thief of Fire"))
    assert decision.outcome is Outcome.TAKE
    assert any(item.reason.key == "folder_scaled" for item in decision.pool[0].evidence)


def test_one_wrong_length_among_right_ones_is_not() -> None:
    """Then it is the file that is another."""
    answer = album("odd")
    longer = file(answer.files[0].path, 366, size=answer.files[0].size * 4 // 3)
    odd = peer(longer, *answer.files[1:], username="odd")
    assert not taken("Thief of Fire", odd, *others("Thief of Fire"))


def test_swapped_names_show_in_their_lengths() -> None:
    """Each of the two has the other's length."""
    swapped = album("swapped", names={"We Are Time": "Savage Sea", "Savage Sea": "We Are Time"})
    assert not taken("We Are Time", swapped, *others("We Are Time"))
    assert not taken("Savage Sea", swapped, *others("Savage Sea"))
    assert taken("Snowgirl", swapped)


def test_swapped_names_show_in_their_sizes_when_lengths_are_missing() -> None:
    """At one bit rate a size is a length."""
    swapped = album(
        "swapped",
        tells_length=False,
        names={"We Are Time": "Savage Sea", "Savage Sea": "We Are Time"},
    )
    assert not taken("We Are Time", swapped, *others("We Are Time"))
    assert taken("Snowgirl", swapped, *others("Snowgirl"))
    plain = album("plain", tells_length=False)
    assert taken("We Are Time", plain, *others("We Are Time"))


def test_a_folder_of_shifted_names_is_not_trusted_without_a_length() -> None:
    """Where most names are another song's, the one that tells nothing is no exception."""
    songs = list(SONGS)
    answer = album("shifted", names=dict(zip(songs, [*songs[1:], songs[0]], strict=True)))
    first = file(answer.files[-1].path, None)
    shifted = peer(*answer.files[:-1], first, username="shifted")
    assert not taken("Thief of Fire", shifted, *others("Thief of Fire"))
