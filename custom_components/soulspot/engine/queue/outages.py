"""Let jobs wait together for what does not answer as it should: ever longer, and told once."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
import logging
import random

from ..errors import SoulSpotError
from ..model import Reason
from ..ports import Clock
from .retry import pause_while_away

_LOGGER = logging.getLogger(__name__)

_FORGOTTEN_AFTER = 3600.0  # seconds after which trouble is no continuation of the last
_TRIES_OF_LASTING_TROUBLE = 6  # With their pauses a quarter of an hour.


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Say for how many seconds something is not to be asked for, and why."""

    seconds: float
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outage:
    """Hold how often something was asked for in vain, and when it is asked for again."""

    tries: int
    over_at: float  # By the clock that never jumps.
    reason: Reason


class Outages[Key: StrEnum]:
    """Remember what is away; `told_here` are the services whose absence nobody else logs."""

    def __init__(
        self, clock: Clock, generator: random.Random, told_here: frozenset[Key] = frozenset()
    ) -> None:
        """Begin with everybody there."""
        self._clock = clock
        self._generator = generator
        self._told_here = told_here
        self._away: dict[Key, _Outage] = {}

    def note_away(self, key: Key, error: SoulSpotError) -> Rest:
        """Return for how long to leave something alone: longer each time it is asked for in vain.

        Jobs that meet the same outage at once wait for the same moment.
        """
        now = self._clock.monotonic()
        known = self._away.get(key)
        if known is not None and now < known.over_at:
            return Rest(seconds=known.over_at - now, reason=known.reason)
        if known is None and key in self._told_here:
            _LOGGER.warning("%s is not available, its jobs wait: %s", key, error)
        tries = known.tries + 1 if known is not None and self._is_recent(known) else 1
        pause = pause_while_away(tries, self._generator).total_seconds()
        self._away[key] = _Outage(tries=tries, over_at=now + pause, reason=error.reason)
        return Rest(seconds=pause, reason=error.reason)

    def note_there(self, key: Key) -> None:
        """Note that something answers."""
        if self._away.pop(key, None) is not None and key in self._told_here:
            _LOGGER.info("%s is available again", key)

    def forget(self) -> None:
        """Begin anew."""
        self._away.clear()

    def rest(self, key: Key) -> Rest | None:
        """Return how long something is still to be left alone, None when it may be asked for."""
        known = self._away.get(key)
        if known is None or (seconds := known.over_at - self._clock.monotonic()) <= 0:
            return None
        return Rest(seconds=seconds, reason=known.reason)

    def lasting(self) -> Iterator[Reason]:
        """Yield why things do not answer that were asked for in vain for a quarter of an hour or more."""
        for known in self._away.values():
            if known.tries >= _TRIES_OF_LASTING_TROUBLE and self._is_recent(known):
                yield known.reason

    def _is_recent(self, outage: _Outage) -> bool:
        """Tell whether trouble now would be the same as then."""
        return self._clock.monotonic() - outage.over_at < _FORGOTTEN_AFTER
