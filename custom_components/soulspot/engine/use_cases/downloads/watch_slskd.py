"""Know how slskd is, so that work waits while it is away and nothing fails for it."""

import asyncio
from datetime import datetime, timedelta
from enum import StrEnum
import logging
import random

from ...errors import (
    AuthenticationError,
    PermissionDeniedError,
    RateLimitedError,
    Service,
    ServiceError,
    SoulSpotError,
)
from ...model import Reason
from ...queue.outages import Outages, Rest
from ...slskd.models import ServerStatus
from ...views import ServiceHealth, Trouble
from ..context import Context
from .observed_time import ObservedTime
from .slskd_disk import SlskdDisk

_LOGGER = logging.getLogger(__name__)

_USUAL_PAUSE = 30.0  # seconds between looks at a slskd that is there
_FIRST_PAUSE = 5.0  # after the first look in vain
_LONGEST_PAUSE = 120.0


class Request(StrEnum):
    """Name what slskd may answer badly although it says that it is well: a proxy, a broken page."""

    SEARCH = "search"
    DOWNLOAD = "download"
    PROGRESS = "progress"


class WatchSlskd:
    """Remember slskd's last answer; one log line when it goes, one when it is back."""

    def __init__(self, context: Context) -> None:
        """Start without an opinion: nothing was asked yet."""
        self._context = context
        self.health = ServiceHealth(trouble=Trouble.UNREACHABLE, reason=Reason(key="not_asked_yet"))
        self.status: ServerStatus | None = None
        self.alarm = asyncio.Event()  # Set when somebody's request went wrong: look at once.
        self.is_there = False  # It answers about itself, and is logged in.
        self.disk = SlskdDisk(context.clock, context.announcer.changed)
        self._was_connected: bool | None = None
        self._is_in_doubt = False
        self._troubles = Outages[Request](context.clock, random.Random())
        self._looks_in_vain = 0
        self._observed = ObservedTime()

    @property
    def is_ready(self) -> bool:
        """Tell whether searches and downloads are possible, as far as is known."""
        return self.is_there and not self._is_in_doubt

    @property
    def pause(self) -> float:
        """Return the seconds until the next look: growing while slskd is away, up to two minutes."""
        if not self._looks_in_vain:
            return _USUAL_PAUSE
        return min(_FIRST_PAUSE * 2.0 ** min(self._looks_in_vain - 1, 10), _LONGEST_PAUSE)

    async def check(self) -> ServiceHealth:
        """Ask slskd how it is; trouble is an answer, not an exception."""
        self.alarm.clear()
        try:
            status = await self._context.slskd.status()
        except SoulSpotError as error:
            self._remember(_health_of(error), is_there=False)
        else:
            self.status = status
            trouble = next(self._troubles.lasting(), None) if status.is_ready else None
            self._remember(_health_from(status, trouble), is_there=status.is_ready)
        self._is_in_doubt = False
        return self.health

    def note_error(self, error: ServiceError, request: Request) -> Rest:
        """Have slskd asked at once how it is, and return for how long not to ask for the like again.

        Until the answer no new work is begun. One bad answer among good ones is no absence, but what
        is asked for in vain for long is told as trouble.
        """
        _LOGGER.debug("A request to slskd has failed: %s", error)
        self._is_in_doubt = True
        self.alarm.set()
        return self._troubles.note_away(request, error)

    def note_answer(self, request: Request) -> None:
        """Note that slskd has answered as it should."""
        self._troubles.note_there(request)

    def rest(self, request: Request) -> Rest | None:
        """Return for how long not to ask for something that went wrong a moment ago, None to ask."""
        return self._troubles.rest(request)

    def is_absence(self, error: ServiceError) -> bool:
        """Tell whether an error means that slskd, or the way to it, does not work: never a job's fault."""
        if error.service is not Service.SLSKD or isinstance(error, RateLimitedError):
            return False
        return error.translation_key != "search_rejected"

    def observed(self, since: datetime, now: datetime) -> timedelta:
        """Return for how much of the time since a moment slskd could be watched."""
        return self._observed.between(since, now)

    def _remember(self, health: ServiceHealth, *, is_there: bool) -> None:
        """Keep the answer, and tell of a change."""
        changed = health != self.health
        self.health, self.is_there = health, is_there
        if is_there:
            self._observed.seen(self._context.clock.now())
        else:
            self._observed.lost()
            self._troubles.forget()  # They are explained by this.
        # Who answers is worth asking as often as ever: the login may come at any moment.
        answers = is_there or health.trouble is Trouble.NOT_LOGGED_IN
        self._looks_in_vain = 0 if answers else self._looks_in_vain + 1
        if health.is_connected != self._was_connected:
            if health.is_connected:
                if self._was_connected is not None:
                    _LOGGER.info("slskd is available again")
            else:
                _LOGGER.warning(
                    "slskd is not available: %s",
                    health.reason.key if health.reason else "",
                )
            self._was_connected = health.is_connected
        if changed:
            self._context.announcer.changed()


def _health_from(status: ServerStatus, trouble: Reason | None) -> ServiceHealth:
    """Return the health that a status means; `trouble` is why requests have long gone wrong."""
    version = str(status.version) if status.version else None
    if not status.is_ready:
        return ServiceHealth(
            trouble=Trouble.NOT_LOGGED_IN,
            reason=Reason(key="not_logged_in"),
            version=version,
        )
    if trouble is not None:
        return ServiceHealth(trouble=Trouble.FAILED, reason=trouble, version=version)
    return ServiceHealth(version=version)


def _health_of(error: SoulSpotError) -> ServiceHealth:
    """Return the health that an error means."""
    reason = error.reason
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        return ServiceHealth(trouble=Trouble.INVALID_AUTH, reason=reason)
    return ServiceHealth(trouble=Trouble.UNREACHABLE, reason=reason)
