"""Let few artists be with many people and many with few, as in recorded answers to searches."""

from dataclasses import dataclass
import random
import re

from .population import Person

_ADDITION = re.compile(r"\s+\((?:feat|ft)\.? [^)]*\)|\s+-\s+.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Popularity:
    """Describe how many people have music of an artist, and how much of it.

    The number follows a lognormal law around `median` people, `sigma` wide, and stays below `most` of
    everybody. Each of them has from `least_part` to all of the artist's albums. `other_albums` are
    those nobody asked for, on average, with `other_tracks` files each.
    """

    median: float = 8.0
    sigma: float = 1.3
    most: float = 0.8
    least_part: float = 0.3
    other_albums: float = 2.0
    other_tracks: int = 8

    def fans(self, artist: str, people: list[Person], seed: int) -> list[tuple[Person, float]]:
        """Return who has music of an artist, and which part of it; the same for the same seed."""
        source = random.Random(f"fans {seed} {artist}")
        number = round(source.lognormvariate(0, self.sigma) * self.median)
        number = min(number, round(len(people) * self.most))
        return [
            (person, source.uniform(self.least_part, 1)) for person in source.sample(people, number)
        ]

    def owners(
        self, artist: str, people: list[Person], seed: int, source: random.Random
    ) -> list[Person]:
        """Return who has one of an artist's albums."""
        fans = self.fans(artist, people, seed)
        return [person for person, part in fans if source.random() < part]


def bare_title(title: str) -> str:
    """Return a title as most people's files are named: without guests and the year of a remaster."""
    return _ADDITION.sub("", title) or title
