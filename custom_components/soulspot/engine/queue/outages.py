"""Let jobs wait together for a service that is away: ever longer, and told once."""

from dataclasses import dataclass
import logging
import random

from ..errors import Service, SoulSpotError
from ..ports import Clock
from .retry import pause_while_away

_LOGGER = logging.getLogger(__name__)

_FORGOTTEN_AFTER = 3600.0  # seconds after which trouble is no continuation of the last


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outage:
    """Hold how often a service was asked in vain, and when it is asked again."""

    tries: int
    over_at: float  # By the clock that never jumps.


class Outages:
    """Remember which services are away; `told_here` are those whose absence nobody else logs."""

    def __init__(
        self, clock: Clock, generator: random.Random, told_here: frozenset[Service]
    ) -> None:
        """Begin with everybody there."""
        self._clock = clock
        self._generator = generator
        self._told_here = told_here
        self._away: dict[Service, _Outage] = {}

    def note_away(self, service: Service, error: SoulSpotError) -> float:
        """Return for how many seconds to leave a service alone: longer each time it is asked in vain.

        Jobs that meet the same outage at once wait for the same moment.
        """
        now = self._clock.monotonic()
        known = self._away.get(service)
        if known is not None and now < known.over_at:
            return known.over_at - now
        if known is None and service in self._told_here:
            _LOGGER.warning("%s is not available, its jobs wait: %s", service, error)
        is_same = known is not None and now - known.over_at < _FORGOTTEN_AFTER
        tries = known.tries + 1 if known is not None and is_same else 1
        pause = pause_while_away(tries, self._generator).total_seconds()
        self._away[service] = _Outage(tries=tries, over_at=now + pause)
        return pause

    def note_there(self, service: Service) -> None:
        """Note that a service answers."""
        if self._away.pop(service, None) is not None and service in self._told_here:
            _LOGGER.info("%s is available again", service)

    def remaining(self, service: Service | None) -> float:
        """Return for how many seconds a service is to be left alone, 0.0 when it may be asked."""
        known = self._away.get(service) if service is not None else None
        return max(known.over_at - self._clock.monotonic(), 0.0) if known else 0.0
