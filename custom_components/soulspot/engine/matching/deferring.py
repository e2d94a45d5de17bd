"""Put off what only a reader needs: most searches are decided without anybody reading why."""

from collections.abc import Callable, Sequence
from typing import overload


class Later[T](Sequence[T]):
    """Hold a sequence that is made at the first look; equal to a tuple of the same things."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Sequence[T]]) -> None:
        """Remember how to make it; `make` gives the same whenever it is called."""
        self._make: Callable[[], Sequence[T]] | None = make
        self._made: tuple[T, ...] = ()

    def _look(self) -> tuple[T, ...]:
        """Return what is held."""
        make = self._make
        if make is not None:
            self._made = tuple(make())
            self._make = None  # After the result: another thread may be looking too.
        return self._made

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        """Return one thing or a range of them."""
        return self._look()[place]

    def look(self) -> None:
        """Make it now, where there is time: making much is nothing for an event loop."""
        self._look()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._look())

    def __eq__(self, other: object) -> bool:
        """Compare what is held."""
        if isinstance(other, Later):
            return self._look() == other._look()
        return self._look() == other

    def __hash__(self) -> int:
        """Return the hash of the tuple it is equal to."""
        return hash(self._look())

    def __repr__(self) -> str:
        """Show what is held."""
        return repr(self._look())
