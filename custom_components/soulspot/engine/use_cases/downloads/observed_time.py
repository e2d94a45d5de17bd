"""Know for how long slskd could be watched, so that time without it is nobody's fault."""

from collections import deque
from datetime import UTC, datetime, timedelta

_EVER = datetime.min.replace(tzinfo=UTC)
_LOOKS_APART = timedelta(seconds=90)  # Longer than between two looks at a slskd that is there.
_GAPS_KEPT = 100


class ObservedTime:
    """Remember the gaps: before the first look, while slskd was away, and while this machine slept."""

    def __init__(self) -> None:
        """Know nothing yet: everything so far is one gap."""
        self._gaps: deque[tuple[datetime, datetime]] = deque(maxlen=_GAPS_KEPT)
        self._seen_at: datetime | None = None
        self._is_lost = False

    def seen(self, now: datetime) -> None:
        """Note that slskd is there and logged in."""
        if self._seen_at is None:
            self._gaps.append((_EVER, now))
        elif (self._is_lost and now > self._seen_at) or now - self._seen_at > _LOOKS_APART:
            self._gaps.append((self._seen_at, now))
        self._seen_at = now
        self._is_lost = False

    def lost(self) -> None:
        """Note that slskd is away, or not logged in; what follows counts from the last time it was there."""
        self._is_lost = True

    def between(self, since: datetime, now: datetime) -> timedelta:
        """Return how much of the time between two moments slskd was there, never less than nothing."""
        seen_at = self._seen_at or since
        if self._seen_at is None or self._is_lost or now - seen_at > _LOOKS_APART:
            now = min(now, seen_at)  # What came since is for the next look to say.
        gaps = (
            min(ended, now) - max(began, since)
            for began, ended in self._gaps
            if ended > since and began < now
        )
        return max(now - since - sum(gaps, timedelta()), timedelta())
