"""Live through a week with thousands of wanted tracks and people who come and go.

The same network is worked twice: by the pipeline, and the plain way (one search for each track, the
first choice only, never another peer). Both are judged by the network's own truth about every file.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
import time
from typing import Any
import uuid

import aiohttp
from yarl import URL

from benchmarks.crash_world import most_in_window
from benchmarks.virtual_time import LoopClock, VirtualLoop
from benchmarks.week_catalogue import PLAYLISTS, wanted_catalogue
from benchmarks.week_journal import Diary, read_diary
from benchmarks.week_network import RIGHT, Network, Plenty
from custom_components.soulspot.engine.errors import Service, ServiceError
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.matching import Outcome, WantedRecording, profile_for, rank
from custom_components.soulspot.engine.model import Quality
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import Endpoints, PipelineSettings, PlaylistOptions
from custom_components.soulspot.engine.slskd.client import SlskdClient
from custom_components.soulspot.engine.slskd.models import (
    RequestedFile,
    SearchLimits,
    TransferState,
)
from custom_components.soulspot.engine.slskd.searching import search
from simulators.catalogue import Catalogue, Recording
from simulators.musicbrainz.gate import MusicBrainzSettings
from simulators.musicbrainz.server import MusicBrainzSimulator
from simulators.slskd import WriteMode
from simulators.spotify import SpotifySimulator

_HOUR = 3600.0
# When Home Assistant is restarted: in the middle of the rush, and later.
_RESTARTS = tuple(hours * _HOUR for hours in (0.05, 0.25, 1.0, 20.0, 90.0))
_STANDSTILL = 30.0  # seconds
# The plain way keeps to the same budget: it shall fail by its manners, not by a ban.
_PLAIN_PAUSE = 220 / 30
_PLAIN_PATIENCE = 24 * _HOUR
_PLAIN_LOOK = 30.0
_PLAIN_LIMITS = SearchLimits(response_limit=250, file_limit=25_000)  # As slskd's own page has it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Choose a week, or a shorter time."""

    tracks: int
    seed: int
    plenty: Plenty = Plenty.RECORDED
    hours: float = 7 * 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Hold what a week brought; times in hours of the week."""

    wanted: int
    artists: int
    albums: int
    obtainable: int  # Of which somebody delivers a sound copy, if he is there at the right time.
    filed: int  # Whatever it is.
    right: int  # Of those, by the network's truth: the wanted recording, sound.
    verdicts: Mapping[str, int]  # What the filed files are.
    doubted: Mapping[str, int]  # What those are that the library tells to have been lossy once.
    searches: int
    searches_per_filed: float
    searches_per_right: float
    most_searches_in_window: int
    is_banned: bool
    restarts: int
    downloads: int
    states: Mapping[str, int]
    longest_wait_for_a_turn: float | None  # From the wish to the first answer that was read for it.
    longest_wait_by_playlist: Mapping[str, float]
    yields: Mapping[str, Mapping[str, int]]  # By kind of query: what it cost and brought.
    hours_until_half_filed: float | None
    real_seconds: float


class _Tokens:
    """Hand out the simulator's tokens."""

    def __init__(self, spotify: SpotifySimulator) -> None:
        """Take the simulator."""
        self._spotify = spotify

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return a token that works."""
        return self._spotify.issue_token()


# --- The pipeline --------------------------------------------------------------------------------


async def live_through(loop: VirtualLoop, folder: Path, setting: Setting) -> Week:
    """Let the pipeline work for a week, restarts included."""
    began = time.monotonic()
    catalogue = wanted_catalogue(setting.tracks, setting.seed)
    clock = LoopClock(loop)
    database = folder / "soulspot.db"
    (folder / "library").mkdir()
    async with AsyncExitStack() as stack:
        spotify = await stack.enter_async_context(SpotifySimulator(catalogue))
        musicbrainz = await stack.enter_async_context(
            MusicBrainzSimulator(catalogue, settings=MusicBrainzSettings(requests_per_second=1e6))
        )
        network = await stack.enter_async_context(
            Network(folder, catalogue, WriteMode.REAL, plenty=setting.plenty, seed=setting.seed)
        )
        session = await stack.enter_async_context(aiohttp.ClientSession())
        settings = PipelineSettings(
            database=database,
            slskd_address=URL(network.slskd.url),
            slskd_downloads=str(folder / "downloads"),
            local_downloads=folder / "downloads",
            library=folder / "library",
            keep_source=False,
            endpoints=Endpoints(
                spotify_api=URL(spotify.api_url),
                musicbrainz=URL(musicbrainz.api_url),
                cover_art=URL(musicbrainz.cover_art_url),
            ),
        )
        options = {spotify.playlist_id(key): PlaylistOptions() for key in PLAYLISTS}
        start = clock.monotonic()
        length = setting.hours * _HOUR
        restarts = [at for at in _RESTARTS if at < length]
        for end in (*restarts, length):
            pipeline = Pipeline(settings, session=session, tokens=_Tokens(spotify), clock=clock)
            await pipeline.open()
            await pipeline.playlists.configure(options)
            running = asyncio.create_task(pipeline.run())
            await pipeline.playlists.sync()
            await clock.sleep(start + end - clock.monotonic())
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await pipeline.close()
            await clock.sleep(_STANDSTILL)
        by_isrc = {recording.isrc: key for key, recording in catalogue.recordings.items()}
        diary = await asyncio.to_thread(read_diary, database)

        def judged(sources: Iterable[tuple[str, str, str]]) -> dict[str, int]:
            """Count what files are, named by the ISRC that was wanted."""
            return network.verdicts((by_isrc[isrc], peer, path) for isrc, peer, path in sources)

        return _week(
            catalogue,
            network,
            verdicts=judged(diary.sources),
            doubted=judged(diary.doubted),
            states=diary.states,
            restarts=len(restarts),
            diary=diary,
            began=began,
        )


# --- The plain way -------------------------------------------------------------------------------


async def live_plainly(loop: VirtualLoop, folder: Path, setting: Setting) -> Week:
    """Search once for each track, ask once, and take what comes."""
    began = time.monotonic()
    catalogue = wanted_catalogue(setting.tracks, setting.seed)
    clock = LoopClock(loop)
    network = Network(
        folder, catalogue, WriteMode.NOTHING, plenty=setting.plenty, seed=setting.seed
    )
    async with network, aiohttp.ClientSession() as session:
        http = HttpClient(session=session, service=Service.SLSKD, base_url=URL(network.slskd.url))
        plain = _PlainWay(SlskdClient(http, None, clock), clock)
        async with asyncio.TaskGroup() as group:
            for playlist in catalogue.playlists.values():
                for key in playlist.recording_keys:
                    await plain.look_for(catalogue.recordings[key], group)
        return _week(
            catalogue,
            network,
            verdicts=network.verdicts(plain.arrived),
            doubted={},
            states=plain.ends,
            restarts=0,
            diary=None,
            began=began,
        )


class _PlainWay:
    """Do what simple scripts do."""

    def __init__(self, client: SlskdClient, clock: LoopClock) -> None:
        """Take the client."""
        self._client = client
        self._clock = clock
        self.ends: Counter[str] = Counter()
        self.arrived: list[tuple[str, str, str]] = []

    async def look_for(self, recording: Recording, group: asyncio.TaskGroup) -> None:
        """Search once, and follow the best answer in a task of its own."""
        wanted = WantedRecording(
            title=recording.title,
            artists=recording.artists,
            album=recording.album,
            duration_ms=recording.length_ms,
        )
        started = self._clock.monotonic()
        text = f"{recording.artists[0]} {_plain_title(recording.title)}"
        found = await search(
            self._client, self._clock, str(uuid.uuid4()), text, limits=_PLAIN_LIMITS
        )
        decision = await asyncio.to_thread(rank, wanted, found.responses, profile_for(Quality.BEST))
        if decision.outcome is Outcome.TAKE:
            best = decision.pool[0]
            group.create_task(
                self._fetch(recording.key, best.username, best.file.path, best.file.size)
            )
        else:
            self.ends["not found"] += 1
        rest = _PLAIN_PAUSE - (self._clock.monotonic() - started)
        await self._clock.sleep(max(rest, 0.0))

    async def _fetch(self, key: str, username: str, path: str, size: int) -> None:
        """Ask, and wait for the end."""
        try:
            answer = await self._client.enqueue(username, [RequestedFile(filename=path, size=size)])
        except ServiceError:
            self.ends["refused"] += 1
            return
        if not answer.accepted:
            self.ends["refused"] += 1
            return
        row = answer.accepted[0]
        until = self._clock.monotonic() + _PLAIN_PATIENCE
        while self._clock.monotonic() < until:
            await self._clock.sleep(_PLAIN_LOOK)
            present = await self._client.download(username, row.id)
            if present is not None and present.is_completed:
                is_here = present.state is TransferState.SUCCEEDED
                self.ends["filed" if is_here else "failed"] += 1
                if is_here:
                    self.arrived.append((key, username, path))
                return
        self.ends["never came"] += 1


def _plain_title(title: str) -> str:
    """Return a title as simple scripts search for it: without brackets and what follows a dash."""
    return title.partition(" (")[0].partition(" - ")[0]


def _week(
    catalogue: Catalogue,
    network: Network,
    *,
    verdicts: Mapping[str, int],
    doubted: Mapping[str, int],
    states: Mapping[str, int],
    restarts: int,
    diary: Diary | None,
    began: float,
) -> Week:
    """Put the figures together."""
    statistics = network.slskd.statistics
    searches = len(statistics.searches_sent_at)
    recordings: Sequence[Recording] = tuple(catalogue.recordings.values())
    filed, right = sum(verdicts.values()), verdicts.get(RIGHT, 0)
    details: dict[str, Any] = {
        "longest_wait_for_a_turn": None,
        "longest_wait_by_playlist": {},
        "yields": {},
        "hours_until_half_filed": None,
    }
    if diary is not None:
        waits = diary.longest_waits
        details = {
            "longest_wait_for_a_turn": _hours(max(waits.values(), default=0.0)),
            "longest_wait_by_playlist": {name: _hours(wait) for name, wait in waits.items()},
            "yields": diary.yields,
            "hours_until_half_filed": (
                _hours(diary.filed_after[len(recordings) // 2])
                if len(diary.filed_after) > len(recordings) // 2
                else None
            ),
        }
    return Week(
        wanted=len(recordings),
        artists=len({one.artists[0] for one in recordings}),
        albums=len({(one.album_artist, one.album) for one in recordings}),
        obtainable=len(network.population.obtainable()),
        filed=filed,
        right=right,
        verdicts=dict(verdicts),
        doubted=dict(doubted),
        searches=searches,
        searches_per_filed=round(searches / max(filed, 1), 3),
        searches_per_right=round(searches / max(right, 1), 3),
        most_searches_in_window=most_in_window(statistics.searches_sent_at),
        is_banned=network.slskd.searches.is_banned,
        restarts=restarts,
        downloads=statistics.downloads_enqueued,
        states=dict(states),
        real_seconds=round(time.monotonic() - began, 1),
        **details,
    )


def _hours(seconds: float) -> float:
    """Return hours with two decimals."""
    return round(seconds / _HOUR, 2)
