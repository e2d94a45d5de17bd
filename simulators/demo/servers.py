"""Start the three simulators beside each other."""

import asyncio
from contextlib import AsyncExitStack
import secrets
from typing import Self

from simulators.audio import AudioLibrary
from simulators.catalogue import Catalogue, demo_catalogue
from simulators.musicbrainz import MusicBrainzSimulator
from simulators.slskd import (
    Access,
    ApiKey,
    Flood,
    Population,
    Settings,
    SharingOptions,
    SlskdSimulator,
    share_catalogue,
)
from simulators.spotify import SpotifySimulator

from .folders import DemoFolders

DEFAULT_SPEED = 20.0
_SEARCHES_BEFORE_BAN = 34  # in 220 simulated seconds


class Servers:
    """Run Spotify, slskd and MusicBrainz on ports of 127.0.0.1 that the system chooses."""

    def __init__(
        self,
        folders: DemoFolders,
        *,
        speed: float = DEFAULT_SPEED,
        catalogue: Catalogue | None = None,
    ) -> None:
        """Take the folders slskd writes to, how much faster than real its network is, and the music."""
        self.catalogue = demo_catalogue() if catalogue is None else catalogue
        self.api_key = secrets.token_hex(16)
        self.spotify = SpotifySimulator(self.catalogue)
        self.musicbrainz = MusicBrainzSimulator(self.catalogue)
        self._folders = folders
        self._speed = speed
        self._stack = AsyncExitStack()
        self._population: Population | None = None
        self._slskd: SlskdSimulator | None = None

    @property
    def population(self) -> Population:
        """Return who shares what, and the truth about it; there once started."""
        if self._population is None:
            raise RuntimeError("the simulators are not started")
        return self._population

    @property
    def slskd(self) -> SlskdSimulator:
        """Return the slskd simulator; there once started."""
        if self._slskd is None:
            raise RuntimeError("the simulators are not started")
        return self._slskd

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that point the integration at the simulators."""
        return {
            "SOULSPOT_SPOTIFY_ACCOUNTS_URL": self.spotify.accounts_url,
            "SOULSPOT_SPOTIFY_API_URL": self.spotify.api_url,
            "SOULSPOT_MUSICBRAINZ_URL": self.musicbrainz.api_url,
            "SOULSPOT_COVER_ART_URL": self.musicbrainz.cover_art_url,
        }

    async def __aenter__(self) -> Self:
        """Make the people and their music, and listen."""
        audio = AudioLibrary()
        self._population = await asyncio.to_thread(
            share_catalogue, self.catalogue, SharingOptions()
        )
        self._slskd = SlskdSimulator(
            self._population.peers,
            self._folders.downloads,
            self._folders.incomplete,
            Settings(
                clock_speed=self._speed,
                # As the real network does: who searches too much gets no answers any more.
                flood=Flood(_SEARCHES_BEFORE_BAN),
                access=Access(api_keys=(ApiKey(self.api_key),)),
            ),
            audio,
        )
        for server in (self.spotify, self.musicbrainz, self._slskd):
            await self._stack.enter_async_context(server)
        return self

    async def __aexit__(self, *_details: object) -> None:
        """Stop them all."""
        await self._stack.aclose()
