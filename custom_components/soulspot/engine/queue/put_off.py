"""Leave alone for a while what could not be done, so that it holds up nothing else."""

from collections.abc import Hashable

from ..ports import Clock


class PutOff[Key: Hashable]:
    """Remember what was put off, each thing for the same time."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Begin with nothing; the clock that never jumps counts the seconds."""
        self._clock = clock
        self._seconds = seconds
        self._until: dict[Key, float] = {}

    def add(self, key: Key) -> None:
        """Put something off."""
        self._until[key] = self._clock.monotonic() + self._seconds

    def current(self) -> frozenset[Key]:
        """Return what is put off now."""
        now = self._clock.monotonic()
        self._until = {key: until for key, until in self._until.items() if until > now}
        return frozenset(self._until)
