"""Let slskd and 300 people live in virtual time, and know the truth about every file.

What is assumed of the network stands in docs/how_searches_are_spent.md.
"""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Self

from simulators.audio import AudioLibrary
from simulators.catalogue import Catalogue
from simulators.slskd import (
    Flood,
    Popularity,
    Population,
    Settings,
    SharingOptions,
    SlskdSimulator,
    WriteMode,
    let_people_come_and_go,
    share_catalogue,
)

_PEOPLE = 300
_UNAVAILABLE = 0.15
_SEARCHES_BEFORE_BAN = 34  # In 220 seconds: what careful clients stay below.


class Plenty(StrEnum):
    """Choose how much there is on the network."""

    RECORDED = "recorded"  # As unequal as recorded answers: some music is with half of everybody.
    THIN = "thin"  # Of every album one to four copies, and the best-looking often disappoints.


RIGHT = "right"
OTHER = "another recording"


def sharing(plenty: Plenty, seed: int) -> SharingOptions:
    """Return how the music is spread."""
    if plenty is Plenty.THIN:
        return SharingOptions(
            people=_PEOPLE,
            seed=seed,
            guaranteed=False,
            rips=(1, 4),
            unavailable=_UNAVAILABLE,
        )
    return SharingOptions(
        people=_PEOPLE,
        seed=seed,
        guaranteed=False,
        unavailable=_UNAVAILABLE,
        tempting=0.0,
        popularity=Popularity(),
    )


class Network:
    """Run slskd and the people behind it in virtual time."""

    def __init__(
        self, folder: Path, catalogue: Catalogue, mode: WriteMode, *, plenty: Plenty, seed: int
    ) -> None:
        """Spread the music."""
        self._seed = seed
        self.population: Population = share_catalogue(catalogue, sharing(plenty, seed))
        self.slskd = SlskdSimulator(
            self.population.peers,
            folder / "downloads",
            settings=Settings(clock_speed=1.0, write_mode=mode, flood=Flood(_SEARCHES_BEFORE_BAN)),
            audio=AudioLibrary(),
        )
        self._truth = {
            (copy.username, copy.path): (
                copy.recording_key,
                copy.flaw.value if copy.flaw.spoils_file else RIGHT,
            )
            for copy in self.population.copies
        }

    async def __aenter__(self) -> Self:
        """Start, and let people come and go."""
        await self.slskd.start()
        let_people_come_and_go(self.slskd, self._seed)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.slskd.stop()

    def verdict(self, key: str, username: str, path: str) -> str:
        """Return what a file is for whoever wants this recording: right, spoilt in a way, or another."""
        recording, kind = self._truth.get((username, path), ("", OTHER))
        return kind if recording == key else OTHER

    def verdicts(self, sources: Iterable[tuple[str, str, str]]) -> dict[str, int]:
        """Count what files are, given the recording wanted, the person and the path."""
        return dict(Counter(self.verdict(*source) for source in sources).most_common())
