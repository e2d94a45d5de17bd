"""Let requests to MusicBrainz through one after the other, at its pace."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from ..errors import RateLimitedError, Service, UnavailableError
from ..http import Reply, retry_after
from ..ports import Clock

PACE = 1.0  # seconds between starts
MAXIMUM_TRIES = 5
LONGEST_WAIT = 60.0  # seconds that a call waits itself instead of failing
_FIRST_PAUSE = 2.0  # seconds; doubled each time
_LATER = frozenset({429, 500, 502, 503, 504})


class RequestLane:
    """Hold the one lane to MusicBrainz that everything in this process shares.

    MusicBrainz counts by address: above one request a second it refuses all of them until the rate
    has fallen. Mirrors may allow another pace.
    """

    def __init__(self, clock: Clock, *, pace: float = PACE) -> None:
        """Take the seconds between two starts."""
        self._clock = clock
        self._usual_pace = pace
        self._paces: dict[str, float] = {}
        self._lock = asyncio.Lock()
        self._next_start = float("-inf")
        self._requests = 0

    def join(self, name: str, pace: float) -> None:
        """Let somebody use the lane at so many seconds between starts; of several the slowest counts."""
        self._paces[name] = pace

    def leave(self, name: str) -> None:
        """Forget somebody's pace."""
        self._paces.pop(name, None)

    @property
    def pace(self) -> float:
        """Return the seconds between two starts."""
        return max(self._paces.values(), default=self._usual_pace)

    @property
    def requests(self) -> int:
        """Return how many requests were sent so far."""
        return self._requests

    @property
    def remaining_pause(self) -> float:
        """Return the seconds until the next request may start."""
        return max(self._next_start - self._clock.monotonic(), 0.0)

    async def run(self, send: Callable[[], Awaitable[Reply]]) -> Reply:
        """Return the reply of `send` once MusicBrainz gives one that is not "later".

        Waits for its turn, and on "later" as long as the service asks, at least twice as long each
        time. Raises RateLimitedError, with the pause, or UnavailableError after `MAXIMUM_TRIES` tries
        or at once when the pause is longer than `LONGEST_WAIT`; and what `send` raises.
        """
        for attempt in range(MAXIMUM_TRIES):
            async with self._lock:
                await self._wait()
                self._next_start = self._clock.monotonic() + self.pace
                self._requests += 1
                reply = await send()
                pause = self._pause_after(reply, attempt)
                self._next_start = max(self._next_start, self._clock.monotonic() + pause)
            if reply.status not in _LATER:
                return reply
            if pause > LONGEST_WAIT:
                break
        raise _later(reply, self.remaining_pause)

    async def _wait(self) -> None:
        """Return when the next request may start; raise when that is too far off."""
        while (pause := self.remaining_pause) > 0:
            if pause > LONGEST_WAIT:
                raise RateLimitedError(Service.MUSICBRAINZ, pause)
            await self._clock.sleep(pause)

    def _pause_after(self, reply: Reply, attempt: int) -> float:
        """Return the seconds to rest after a reply."""
        pause = self._until_reset(reply.headers)
        if reply.status in _LATER:
            asked = retry_after(reply.headers, self._clock.now()) or 0.0
            pause = max(pause, asked, _FIRST_PAUSE * 2**attempt)
        return pause

    def _until_reset(self, headers: Mapping[str, str]) -> float:
        """Return the seconds until the allowance is renewed when it is used up (`X-RateLimit-*`)."""
        values = {name.lower(): value for name, value in headers.items()}
        try:
            remaining = int(values["x-ratelimit-remaining"])
            reset = float(values["x-ratelimit-reset"])
        except KeyError, ValueError:
            return 0.0
        if remaining > 0:
            return 0.0
        # A clock that is wrong must not stop the lane for long.
        return min(max(reset - self._clock.now().timestamp(), 0.0), LONGEST_WAIT)


def _later(reply: Reply, pause: float) -> RateLimitedError | UnavailableError:
    """Return the error for a service that keeps saying "later"."""
    message = str(reply.data.get("error", "")) if isinstance(reply.data, dict) else ""
    if reply.status == 429 or "rate limit" in message.lower():
        return RateLimitedError(Service.MUSICBRAINZ, pause)
    return UnavailableError(Service.MUSICBRAINZ, status=str(reply.status))
