"""Split searches and paths into words as the network does."""

from dataclasses import dataclass
from functools import lru_cache
import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=200_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case; everything that is no letter or digit separates."""
    return tuple(_WORD.findall(unicodedata.normalize("NFC", text).casefold()))


@lru_cache(maxsize=200_000)
def without_accents(word: str) -> str:
    """Return the word without marks on its letters."""
    decomposed = unicodedata.normalize("NFKD", word)
    return unicodedata.normalize(
        "NFC", "".join(char for char in decomposed if not unicodedata.combining(char))
    )


@dataclass(frozen=True, slots=True)
class Query:
    """Hold the terms and exclusions of a search as slskd sends them."""

    terms: tuple[str, ...]
    exclusions: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Query:
        """Split at spaces; a dash in front excludes, one-letter words are dropped."""
        parts = text.split()
        return cls(
            tuple(part for part in parts if not part.startswith("-") and len(part) > 1),
            tuple(part[1:] for part in parts if part.startswith("-") and len(part) > 1),
        )

    @property
    def text(self) -> str:
        """Return the search text put together again: terms first, exclusions last."""
        return " ".join((*self.terms, *(f"-{exclusion}" for exclusion in self.exclusions)))
