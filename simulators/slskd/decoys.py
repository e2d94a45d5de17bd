"""Make what looks like a wanted recording and is another one."""

from dataclasses import dataclass, replace
import random

from simulators.catalogue import Recording

_VERSIONS = (
    ("{title} (Live at the Barn)", 1.12),
    ("{title} (Midnight Remix)", 1.35),
    ("{title} (Karaoke Version)", 1.01),
    ("{title} (Instrumental)", 0.99),
    ("{title} (sped up)", 0.8),
    ("{title} (Demo)", 0.93),
    ("{title} (Acoustic)", 1.05),
    ("{title} (8D Audio)", 1.0),
)
_COVERERS = ("The Copycats", "Lullaby Players", "Tribute All-Stars", "Marimba Quartet of Nowhere")
_SIBLINGS = (
    "Northern Lights",
    "Second Wind",
    "Paper Boats",
    "Interlude",
    "The Long Way Down",
    "Copper Kettle",
    "Half Past Nine",
    "Overture",
    "Small Machines",
    "Last Orders",
)


@dataclass(frozen=True, slots=True)
class Decoy:
    """Hold another recording dressed up as a catalogue recording; length in milliseconds."""

    artist: str
    title: str
    album: str
    year: int
    track: int
    length_ms: int
    key: str


def wrong_version(recording: Recording, source: random.Random) -> Decoy:
    """Return another version by the same artist: live, remixed, sung along to; or the plain studio take."""
    title = recording.title
    if "live" in title.casefold():
        plain = title.partition(" - ")[0]
        length = int(recording.length_ms * source.uniform(0.75, 0.9))
        return _decoy(recording, plain, "Studio Album", length, "studio")
    pattern, factor = source.choice(_VERSIONS)
    length = int(recording.length_ms * factor * source.uniform(0.99, 1.01))
    album = recording.album if source.random() < 0.5 else "B-Sides and Rarities"
    return _decoy(recording, pattern.format(title=title), album, length, pattern)


def _decoy(recording: Recording, title: str, album: str, length_ms: int, kind: str) -> Decoy:
    """Make a decoy by the recording's own artist."""
    return Decoy(
        artist=recording.artists[0],
        title=title,
        album=album,
        year=recording.year,
        track=recording.track_number,
        length_ms=length_ms,
        key=f"{recording.key} {kind}",
    )


def cover(recording: Recording, source: random.Random) -> Decoy:
    """Return the same title by somebody else."""
    artist = source.choice(_COVERERS)
    return Decoy(
        artist=artist,
        title=recording.title,
        album=f"{artist} play {recording.artists[0]}",
        year=2015,
        track=source.randint(1, 12),
        length_ms=int(recording.length_ms * source.uniform(0.9, 1.15)),
        key=f"{recording.key} by {artist}",
    )


def siblings(
    album: tuple[Recording, ...], taken: frozenset[int], source: random.Random
) -> tuple[Decoy, ...]:
    """Return some other songs of an album; `taken` are track numbers that are spoken for."""
    first = album[0]
    free = [number for number in range(1, first.total_tracks + 1) if number not in taken]
    numbers = sorted(source.sample(free, min(len(free), 4)))
    titles = source.sample(_SIBLINGS, len(numbers))
    base = Decoy(first.album_artist, "", first.album, first.year, 0, 0, "")
    return tuple(
        replace(
            base,
            title=title,
            track=number,
            length_ms=source.randint(110_000, 320_000),
            key=f"{first.album} {number}",
        )
        for number, title in zip(numbers, titles, strict=True)
    )
