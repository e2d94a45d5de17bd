"""Put two accounts with servers of their own into one simulated world."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Self

from yarl import URL

from simulators.slskd import Peer

from .world import World


class Neighbour(World):
    """Hold a second account: its own slskd and folders, the same clock, Spotify and network of people."""

    def __init__(
        self, first: World, folder: Path, peers: Iterable[Peer], **slskd_settings: object
    ) -> None:
        """Share what a household shares; the databases lie in one folder."""
        super().__init__(folder, peers, **slskd_settings)
        self._first = first
        self.spotify, self.musicbrainz = first.spotify, first.musicbrainz
        self.activity, self.turner, self.clock = first.activity, first.turner, first.clock
        self.settings = replace(
            self.settings, database=first.settings.database.with_name("neighbour.db")
        )

    async def __aenter__(self) -> Self:
        """Start the second slskd, and let time pass for it too."""
        self.library.mkdir(parents=True)
        await self._stack.enter_async_context(self.slskd)
        self._session = self._first._session
        self.turner.followers.append(self.slskd.advance)
        firsts = self.turner.next_of_others

        def next_of_both() -> float | None:
            """Return when something happens in one of the servers."""
            both = (firsts(), self.slskd.clock.seconds_to_next)
            return min((seconds for seconds in both if seconds is not None), default=None)

        self.turner.next_of_others = next_of_both
        self.settings = replace(
            self.settings,
            slskd_address=URL(self.slskd.url),
            endpoints=self._first.settings.endpoints,
        )
        return self

    async def kill(self) -> None:
        """End the process of this account: nothing is said good-bye to."""
        await kill(self)


async def kill(world: World) -> None:
    """End a pipeline as a crash does: what runs is dropped, what is not committed is lost."""
    running, pipeline = world._running, world._pipeline
    assert running is not None
    assert pipeline is not None
    world._running = world._pipeline = None
    connection = pipeline._context.database._connection
    assert connection is not None
    # From now on nothing that the dying tasks want to store arrives.
    pipeline._context.database._connection = None
    running.cancel()
    await world.passing(asyncio.gather(running, return_exceptions=True))
    await pipeline._shared.close()
    pipeline._budget.leave()
    await asyncio.to_thread(connection.close)
    await asyncio.to_thread(pipeline._context.database._executor.shutdown)
