"""Put a whole pipeline into a small simulated world whose time is turned by the test."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Self

import aiohttp
import pytest
from yarl import URL

from custom_components.soulspot.engine.model import DownloadState, TrackId
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import Endpoints, PipelineSettings, PlaylistOptions
from custom_components.soulspot.engine.store import journal
from custom_components.soulspot.engine.store.journal import JournalEntry
from custom_components.soulspot.engine.views import DownloadEvent, QueueSnapshot, TrackStatus
from simulators.audio import AudioContent, AudioLibrary, AudioTags, Damage, Profile
from simulators.catalogue import (
    LISTENER,
    OTHER_LISTENER,
    Catalogue,
    CataloguePlaylist,
    EntryKind,
    Episode,
    LocalFile,
    PlaylistEntry,
    Recording,
)
from simulators.common.clock import ManualClock as SimulatedClock
from simulators.musicbrainz import MusicBrainzSimulator
from simulators.slskd import Attributes, Behaviour, Peer, Settings, SharedFile, SlskdSimulator
from simulators.spotify import SpotifySimulator

from .turning import Activity, TurnedClock, Turner, WatchedExecutor, watch_threads

MINUTE = 60.0
HOUR = 3600.0
LENGTH_MS = 31_000


def recording(number: int, title: str) -> Recording:
    """Return a short recording; two in a row share an album."""
    album = "Harbour Lights" if number <= 2 else f"Volume {number}"
    return Recording(
        key=f"r{number}",
        artists=("Copper Canyon Quartet",),
        title=title,
        album=album,
        album_artist="Copper Canyon Quartet",
        track_number=number,
        disc_number=1,
        total_tracks=9,
        year=2011,
        length_ms=LENGTH_MS + number * 1000,
        isrc=f"ZZTST11000{number:02d}",
        genres=("test",),
    )


RECORDINGS = {
    item.key: item
    for item in (
        recording(1, "Morning Ferry"),
        recording(2, "Lantern Street"),
        recording(3, "Gravel and Snow"),
        recording(4, "The Long Detour"),
        recording(5, "Paper Compass"),
    )
}


def entries(*keys: str) -> tuple[PlaylistEntry, ...]:
    """Return positions that hold these recordings."""
    return tuple(PlaylistEntry(EntryKind.RECORDING, key) for key in keys)


_LOCAL = PlaylistEntry(EntryKind.LOCAL, local=LocalFile("Neighbours", "", "Garden Rehearsal", 20))
_EPISODE = PlaylistEntry(
    EntryKind.EPISODE, episode=Episode("e1", "The Show", "Episode one", 1_800_000, "2026-02-11")
)
_NULL = PlaylistEntry(EntryKind.NULL, added_at=None, added_by=None)
_GHOST = PlaylistEntry(EntryKind.GHOST, "withdrawn")


def _list(key: str, content: tuple[PlaylistEntry, ...], owner: str = LISTENER) -> CataloguePlaylist:
    """Return a playlist."""
    return CataloguePlaylist(key, f"List {key}", owner, "", content)


def catalogue() -> Catalogue:
    """Return a handful of recordings on lists of every kind."""
    lists = (
        _list("pair", entries("r1", "r2")),
        _list("single", entries("r3")),
        _list("four", entries("r1", "r2", "r3", "r4")),
        _list("mixed", (*entries("r1"), _EPISODE, _NULL, *entries("r2", "r1"), _GHOST)),
        _list("local", (_LOCAL, _LOCAL)),
        _list("empty", ()),
        _list("foreign", entries("r5"), OTHER_LISTENER),
    )
    return Catalogue(
        recordings=MappingProxyType(RECORDINGS),
        playlists=MappingProxyType({item.key: item for item in lists}),
    )


def copy(
    key: str,
    *,
    profile: Profile = Profile.MP3_320,
    behaviour: Behaviour | None = None,
    damage: Damage = Damage.NONE,
    sounds_like: str | None = None,
    length_ms: int | None = None,
) -> SharedFile:
    """Return a shared file that is named as a recording; what it holds may differ."""
    wanted = RECORDINGS[key]
    name = f"{wanted.track_number:02d} - {wanted.title}.{profile.extension}"
    path = f"@@abcde\\Music\\{wanted.album_artist}\\{wanted.album}\\{name}"
    tags = AudioTags(wanted.title, wanted.artists[0], wanted.album)
    content = AudioContent(sounds_like or key, length_ms or wanted.length_ms, profile, tags, damage)
    is_lossless = profile.is_lossless
    return SharedFile(
        path=path,
        content=content,
        attributes=Attributes(
            bit_rate=None if is_lossless else 320,
            length=wanted.length_ms // 1000,
            bit_depth=16 if is_lossless else None,
            sample_rate=44_100 if is_lossless else None,
        ),
        behaviour=behaviour,
        recording_key=key,
    )


def peer(name: str, *files: SharedFile, speed: int = 1_000_000, **details: object) -> Peer:
    """Return somebody who shares these files; the faster ones are asked first."""
    return Peer(username=name, files=files, speed=speed, real_speed=speed, **details)  # type: ignore[arg-type]


class Tokens:
    """Hand out tokens of the simulator."""

    def __init__(self, simulator: SpotifySimulator) -> None:
        """Log in."""
        self._simulator = simulator

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return a working token."""
        return self._simulator.issue_token()


class World:
    """Hold the simulators, the folders, the clock, and the pipeline in their middle."""

    def __init__(self, folder: Path, peers: Iterable[Peer], **slskd_settings: object) -> None:
        """Choose the people; nothing runs before the world is entered."""
        self.downloads = folder / "downloads"
        self.library = folder / "library"
        self.programs = folder / "programs"  # Empty: what this machine has must not matter.
        self._stack = AsyncExitStack()
        self.activity = Activity()
        self.turner = Turner(TurnedClock(), self.activity)
        self.clock = self.turner.clock
        # All clocks tell the same time; what the calendar says today must not matter.
        begin = self.clock.now()
        self._simulated = SimulatedClock(begin.timestamp())
        self.spotify = SpotifySimulator(catalogue(), clock=self._simulated)
        self.musicbrainz = MusicBrainzSimulator(catalogue(), clock=self._simulated)
        self.slskd = SlskdSimulator(
            tuple(peers),
            self.downloads,
            settings=Settings(clock_speed=0.0, started_at=begin, **slskd_settings),  # type: ignore[arg-type]
            audio=AudioLibrary(),
        )
        self.settings = PipelineSettings(
            database=folder / "database" / "soulspot.db",
            slskd_address=URL("http://127.0.0.1:9"),
            slskd_downloads=str(self.downloads),
            local_downloads=self.downloads,
            library=self.library,
            program_folders=str(self.programs),
        )
        self.events: list[DownloadEvent] = []
        self.playlists: dict[str, PlaylistOptions] = {}
        self._is_changed = True
        self._pipeline: Pipeline | None = None
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start the simulators."""
        asyncio.get_running_loop().set_debug(False)  # Its tracebacks take most of the time.
        await watch_threads(self.activity)
        self.library.mkdir()
        for simulator in (self.spotify, self.musicbrainz, self.slskd):
            await self._stack.enter_async_context(simulator)
        self._session = await self._stack.enter_async_context(aiohttp.ClientSession())
        self.turner.next_of_others = lambda: self.slskd.clock.seconds_to_next
        self.turner.followers = [self.slskd.advance, self._simulated.advance]
        self.settings = replace(
            self.settings,
            slskd_address=URL(self.slskd.url),
            endpoints=Endpoints(
                spotify_api=URL(self.spotify.api_url),
                musicbrainz=URL(self.musicbrainz.api_url),
                cover_art=URL(self.musicbrainz.cover_art_url),
            ),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self.stop()
        await self._stack.aclose()

    # --- The pipeline ------------------------------------------------------------------------

    @property
    def pipeline(self) -> Pipeline:
        """Return the running pipeline."""
        assert self._pipeline is not None
        return self._pipeline

    async def start(self, *keys: str, **changes: object) -> Pipeline:
        """Start a pipeline with these playlists configured, or those of before."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        for key in keys:
            self.playlists[self.spotify.playlist_id(key)] = PlaylistOptions()
        pipeline = Pipeline(
            self.settings, session=self._session, tokens=Tokens(self.spotify), clock=self.clock
        )
        pipeline._context.database._executor = WatchedExecutor(self.activity, 1)
        await pipeline.open()
        connection = pipeline._context.database._connection
        assert connection is not None
        connection.execute("PRAGMA synchronous = OFF")  # No power is cut here.
        await pipeline.playlists.configure(self.playlists)
        pipeline.subscribe(self._hear)
        self._pipeline = pipeline
        self._running = asyncio.create_task(pipeline.run())
        await self.activity.rest()
        return pipeline

    async def stop(self) -> None:
        """Stop the pipeline as Home Assistant does."""
        if self._running is None or self._pipeline is None:
            return
        running, pipeline = self._running, self._pipeline
        self._running = self._pipeline = None
        running.cancel()
        [end] = await self.passing(asyncio.gather(running, return_exceptions=True))
        await pipeline.close()
        if not isinstance(end, asyncio.CancelledError):
            pytest.fail(f"the pipeline has ended by itself: {end!r}")

    async def restart(self, *keys: str, **changes: object) -> Pipeline:
        """Stop and start, with more playlists and other settings if wanted."""
        await self.stop()
        return await self.start(*keys, **changes)

    def _hear(self, event: DownloadEvent | None) -> None:
        """Remember events, and that something is new."""
        self._is_changed = True
        if event is not None:
            self.events.append(event)

    # --- Time --------------------------------------------------------------------------------

    async def passing[T](self, work: Awaitable[T]) -> T:
        """Let time pass while something is waited for."""
        return await self.turner.passing(work)

    async def pass_time(self, seconds: float) -> None:
        """Let so many seconds pass."""
        await self.turner.pass_time(seconds)

    async def sync(self, *, force: bool = False) -> None:
        """Sync all configured playlists."""
        await self.passing(self.pipeline.playlists.sync(force=force))

    async def until(
        self, *states: DownloadState | None, seconds: float = HOUR, key: str = "r3"
    ) -> TrackStatus:
        """Let time pass until a recording is in one of the states."""
        found: list[TrackStatus] = []

        async def is_there() -> bool:
            found[:] = [await self.status(key)]
            return found[0].state in states

        await self._until(is_there, seconds)
        return found[0]

    async def _until(self, is_reached: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Let time pass until something is reached, and look only when there is news."""

        async def is_new_and_reached() -> bool:
            is_changed, self._is_changed = self._is_changed, False
            return is_changed and await is_reached()

        self._is_changed = True
        await self.turner.until(is_new_and_reached, seconds)

    async def leap(self, seconds: float) -> None:
        """Set the clock ahead, as after a suspend, and let everybody notice."""
        self.clock.jump(seconds)
        await self.pass_time(MINUTE + 1)

    async def until_settled(self, seconds: float = 6 * HOUR) -> dict[str, TrackStatus]:
        """Let time pass until no download moves any more, and return all by recording."""

        async def is_settled() -> bool:
            queue: QueueSnapshot = await self.pipeline.queue.snapshot()
            return queue.waiting + queue.searching + queue.transferring + queue.filing == 0

        await self._until(is_settled, seconds)
        await self.pass_time(MINUTE)
        return await self.statuses()

    # --- What can be seen --------------------------------------------------------------------

    async def statuses(self) -> dict[str, TrackStatus]:
        """Return the tracks of the configured playlists by recording."""
        keys = {self.spotify.track_id(key): key for key in RECORDINGS}
        found: dict[str, TrackStatus] = {}
        for spotify_id in self.playlists:
            for entry in await self.pipeline.playlists.entries(spotify_id):
                if entry.status is not None:
                    uri = entry.status.track.metadata.spotify_uri or ""
                    found[keys.get(uri.rpartition(":")[2], uri)] = entry.status
        return found

    async def status(self, key: str) -> TrackStatus:
        """Return how far a recording is."""
        return (await self.statuses())[key]

    async def journal(self, key: str) -> tuple[JournalEntry, ...]:
        """Return what happened to a recording."""
        track_id: TrackId = (await self.status(key)).track.id
        return await self.pipeline._context.database.run(journal.read, track_id)

    async def peers_asked(self, key: str) -> list[str]:
        """Return whom slskd was asked for a recording, in order."""
        return [
            entry.data["peer"] for entry in await self.journal(key) if entry.event == "requested"
        ]

    def files(self) -> list[str]:
        """Return every file in the library, temporary ones included."""
        return sorted(
            str(path.relative_to(self.library))
            for path in self.library.rglob("*")
            if path.is_file()
        )
