"""Know how slskd is, so that work waits while it is away and nothing fails for it."""

import logging

from ..errors import AuthenticationError, PermissionDeniedError, ServiceError, SoulSpotError
from ..model import Reason
from ..slskd.models import ServerStatus
from ..views import ServiceHealth, Trouble
from .context import Context

_LOGGER = logging.getLogger(__name__)


class WatchSlskd:
    """Remember slskd's last answer; one log line when it goes, one when it is back."""

    def __init__(self, context: Context) -> None:
        """Start without an opinion: nothing was asked yet."""
        self._context = context
        self.health = ServiceHealth(trouble=Trouble.UNREACHABLE, reason=Reason(key="not_asked_yet"))
        self.status: ServerStatus | None = None
        self._was_connected: bool | None = None

    @property
    def is_ready(self) -> bool:
        """Tell whether searches and downloads are possible."""
        return self.health.is_connected

    async def check(self) -> ServiceHealth:
        """Ask slskd how it is; trouble is an answer, not an exception."""
        try:
            status = await self._context.slskd.status()
        except SoulSpotError as error:
            self._remember(_health_of(error))
        else:
            self.status = status
            self._remember(_health_from(status))
        return self.health

    def note_error(self, error: ServiceError) -> None:
        """Take over what a failed request of somebody else tells."""
        self._remember(_health_of(error))

    def _remember(self, health: ServiceHealth) -> None:
        """Keep the answer, and tell of a change."""
        changed = health != self.health
        self.health = health
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


def _health_from(status: ServerStatus) -> ServiceHealth:
    """Return the health that a status means."""
    version = str(status.version) if status.version else None
    if not status.is_ready:
        return ServiceHealth(
            trouble=Trouble.NOT_LOGGED_IN,
            reason=Reason(key="not_logged_in"),
            version=version,
        )
    return ServiceHealth(version=version)


def _health_of(error: SoulSpotError) -> ServiceHealth:
    """Return the health that an error means."""
    reason = error.reason
    if isinstance(error, AuthenticationError | PermissionDeniedError):
        return ServiceHealth(trouble=Trouble.INVALID_AUTH, reason=reason)
    return ServiceHealth(trouble=Trouble.UNREACHABLE, reason=reason)
