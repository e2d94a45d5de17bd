"""Live through a week with thousands of wanted tracks and people who come and go.

The same network is worked twice: by the pipeline, and the plain way (one search for each track, the
first choice only, never another peer).
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
import random
import sqlite3
import time
from types import MappingProxyType
from typing import Self
import uuid

import aiohttp
from yarl import URL

from benchmarks.crash_world import most_in_window
from benchmarks.virtual_time import LoopClock, VirtualLoop
from custom_components.soulspot.engine.errors import Service, ServiceError
from custom_components.soulspot.engine.http import HttpClient
from custom_components.soulspot.engine.matching import (
    Outcome,
    WantedRecording,
    profile_for,
    queries,
    rank,
)
from custom_components.soulspot.engine.model import Quality
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import Endpoints, PipelineSettings, PlaylistOptions
from custom_components.soulspot.engine.slskd.client import SlskdClient
from custom_components.soulspot.engine.slskd.models import RequestedFile, TransferState
from custom_components.soulspot.engine.slskd.searching import search
from simulators.audio import AudioLibrary
from simulators.catalogue import Catalogue, CataloguePlaylist, Recording
from simulators.catalogue.model import LISTENER, EntryKind, PlaylistEntry
from simulators.musicbrainz.gate import MusicBrainzSettings
from simulators.musicbrainz.server import MusicBrainzSimulator
from simulators.slskd import (
    Flood,
    Population,
    Settings,
    SharingOptions,
    SlskdSimulator,
    WriteMode,
    let_people_come_and_go,
    share_catalogue,
)
from simulators.spotify import SpotifySimulator

_WEEK = 7 * 24 * 3600.0
_PEOPLE = 300
_SEED = 5
# How many tracks of an album somebody has on playlists: mostly one.
_OF_ALBUM = {1: 50, 2: 22, 3: 12, 5: 8, 12: 8}
_PLAYLISTS = {"long": 0.6, "middle": 0.25, "short": 0.12, "tiny": 0.03}
_SHARING = SharingOptions(
    people=_PEOPLE, seed=_SEED, guaranteed=False, rips=(1, 4), unavailable=0.15
)
# The plain way keeps to the same budget: it shall fail by its manners, not by a ban.
_PLAIN_PAUSE = 220 / 30
_PLAIN_PATIENCE = 24 * 3600.0
_PLAIN_LOOK = 30.0
_COLOURS = ("Amber", "Copper", "Crimson", "Golden", "Hollow", "Ivory", "Jade", "Silver", "Velvet")
_THINGS = ("Avenue", "Bridges", "Canyon", "Engines", "Garden", "Harbour", "Lanterns", "Meridian")


def wanted_catalogue(count: int) -> Catalogue:
    """Return short recordings of many albums, few of each, on playlists of very different length."""
    source = random.Random(_SEED)
    recordings: dict[str, Recording] = {}
    album = 0
    while len(recordings) < count:
        album += 1
        chosen = source.choices(list(_OF_ALBUM), weights=list(_OF_ALBUM.values()))[0]
        for track in sorted(source.sample(range(1, 13), chosen)):
            if len(recordings) < count:
                recording = _recording(len(recordings), album, track, source)
                recordings[recording.key] = recording
    keys = list(recordings)
    source.shuffle(keys)
    playlists: dict[str, CataloguePlaylist] = {}
    for name, share in _PLAYLISTS.items():
        number = round(count * share)
        taken, keys = keys[:number], keys[number:]
        entries = tuple(PlaylistEntry(EntryKind.RECORDING, key) for key in taken)
        playlists[name] = CataloguePlaylist(name, name.title(), LISTENER, "", entries)
    return Catalogue(recordings=MappingProxyType(recordings), playlists=MappingProxyType(playlists))


def _recording(number: int, album: int, track: int, source: random.Random) -> Recording:
    """Make one recording."""
    artist = f"The {_THINGS[album % len(_THINGS)]} Society {album // 3 + 1}"
    return Recording(
        key=f"week-{number:05d}",
        artists=(artist,),
        title=f"{source.choice(_COLOURS)} {source.choice(_THINGS)} {number + 1}",
        album=f"{_COLOURS[album % len(_COLOURS)]} Volume {album}",
        album_artist=artist,
        track_number=track,
        disc_number=1,
        total_tracks=12,
        year=1970 + album % 50,
        length_ms=12_000 + number * 7_919 % 8_000,
        isrc=f"ZZWEK{20 + number // 100_000:02d}{number % 100_000:05d}",
        genres=("test",),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Hold what a week brought; times in hours of the week."""

    wanted: int
    obtainable: int  # Of which somebody delivers a sound copy, if he is there at the right time.
    filed: int
    wrong: int  # Filed although it is another recording or a spoilt file.
    searches: int
    searches_per_filed: float
    most_searches_in_window: int
    is_banned: bool
    downloads: int
    states: Mapping[str, int]
    longest_wait_for_a_turn: float | None
    longest_wait_by_playlist: Mapping[str, float]
    hours_until_half_filed: float | None
    real_seconds: float


class Network:
    """Run slskd and the people behind it in virtual time."""

    def __init__(self, folder: Path, catalogue: Catalogue, mode: WriteMode) -> None:
        """Take the music."""
        self.population: Population = share_catalogue(catalogue, _SHARING)
        self.slskd = SlskdSimulator(
            self.population.peers,
            folder / "downloads",
            settings=Settings(clock_speed=1.0, write_mode=mode, flood=Flood(34)),
            audio=AudioLibrary(),
        )

    async def __aenter__(self) -> Self:
        """Start, and let people come and go."""
        await self.slskd.start()
        let_people_come_and_go(self.slskd, _SEED)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.slskd.stop()

    def truth(self) -> dict[tuple[str, str], tuple[str, bool]]:
        """Return by peer and path which recording a file is, and whether it is sound."""
        return {
            (copy.username, copy.path): (
                copy.recording_key,
                not copy.flaw.spoils_file,
            )
            for copy in self.population.copies
        }


class _Tokens:
    """Hand out the simulator's tokens."""

    def __init__(self, spotify: SpotifySimulator) -> None:
        """Take the simulator."""
        self._spotify = spotify

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return a token that works."""
        return self._spotify.issue_token()


# --- The pipeline --------------------------------------------------------------------------------


async def live_through(loop: VirtualLoop, folder: Path, count: int) -> Week:
    """Let the pipeline work for a week."""
    began = time.monotonic()
    catalogue = wanted_catalogue(count)
    clock = LoopClock(loop)
    database = folder / "soulspot.db"
    (folder / "library").mkdir()
    async with AsyncExitStack() as stack:
        spotify = await stack.enter_async_context(SpotifySimulator(catalogue))
        musicbrainz = await stack.enter_async_context(
            MusicBrainzSimulator(catalogue, settings=MusicBrainzSettings(requests_per_second=1e6))
        )
        network = await stack.enter_async_context(Network(folder, catalogue, WriteMode.REAL))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        pipeline = Pipeline(
            PipelineSettings(
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
            ),
            session=session,
            tokens=_Tokens(spotify),
            clock=clock,
        )
        await pipeline.open()
        await pipeline.playlists.configure(
            {spotify.playlist_id(key): PlaylistOptions() for key in _PLAYLISTS}
        )
        start = clock.now().timestamp()
        running = asyncio.create_task(pipeline.run())
        await pipeline.playlists.sync()
        await clock.sleep(_WEEK)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await pipeline.close()
        by_title = {recording.title: key for key, recording in catalogue.recordings.items()}
        states, sources, turns, filed_at = await asyncio.to_thread(_read, database)
        truth = network.truth()
        wrong = sum(
            truth.get(source, ("", False)) != (by_title[title], True)
            for title, source in sources.items()
        )
        return _week(
            network,
            wanted=count,
            filed=states["filed"],
            wrong=wrong,
            states=states,
            turns={name: (at - start) / 3600 for name, at in turns.items()},
            half=_half(filed_at, start, count),
            began=began,
        )


def _half(filed_at: Sequence[float], start: float, count: int) -> float | None:
    """Return after how many hours half of what was wanted was filed."""
    return round((filed_at[count // 2] - start) / 3600, 1) if len(filed_at) > count // 2 else None


def _read(
    database: Path,
) -> tuple[Counter[str], dict[str, tuple[str, str]], dict[str, float], list[float]]:
    """Return the states, where each filed track came from, the last first turn of each playlist, the filings."""
    connection = sqlite3.connect(database)
    try:
        states = Counter(
            dict(
                connection.execute("SELECT state, count(*) FROM download GROUP BY state").fetchall()
            )
        )
        sources = {
            title: (peer, path)
            for title, peer, path in connection.execute(
                """
                SELECT track.title, json_extract(journal.data, '$.peer'), json_extract(journal.data, '$.path')
                FROM journal JOIN track ON track.id = journal.track_id
                JOIN library_file ON library_file.track_id = track.id
                WHERE journal.event = 'requested' ORDER BY journal.id
                """
            )
        }
        turns = dict(
            connection.execute(
                """
                SELECT playlist.name, max(first.at) FROM playlist_entry
                JOIN playlist ON playlist.id = playlist_entry.playlist_id
                JOIN (SELECT track_id, min(at) AS at FROM journal WHERE event = 'searched' GROUP BY track_id) AS first
                    ON first.track_id = playlist_entry.track_id GROUP BY playlist.id
                """
            ).fetchall()
        )
        filed_at = [
            row[0]
            for row in connection.execute("SELECT filed_at FROM library_file ORDER BY filed_at")
        ]
    finally:
        connection.close()
    return states, sources, turns, filed_at


# --- The plain way -------------------------------------------------------------------------------


async def live_plainly(loop: VirtualLoop, folder: Path, count: int) -> Week:
    """Search once for each track, ask once, and take what comes."""
    began = time.monotonic()
    catalogue = wanted_catalogue(count)
    clock = LoopClock(loop)
    async with (
        Network(folder, catalogue, WriteMode.NOTHING) as network,
        aiohttp.ClientSession() as session,
    ):
        http = HttpClient(session=session, service=Service.SLSKD, base_url=URL(network.slskd.url))
        plain = _PlainWay(SlskdClient(http, None, clock), clock, network)
        async with asyncio.TaskGroup() as group:
            for playlist in catalogue.playlists.values():
                for key in playlist.recording_keys:
                    await plain.look_for(catalogue.recordings[key], group)
        return _week(
            network,
            wanted=count,
            filed=plain.ends["filed"],
            wrong=0,
            states=plain.ends,
            turns={},
            half=None,
            began=began,
        )


class _PlainWay:
    """Do what simple scripts do."""

    def __init__(self, client: SlskdClient, clock: LoopClock, network: Network) -> None:
        """Take the client; whether a file is any good is told by the network's own truth."""
        self._client = client
        self._clock = clock
        self._truth = network.truth()
        self.ends: Counter[str] = Counter()

    async def look_for(self, recording: Recording, group: asyncio.TaskGroup) -> None:
        """Search once, and follow the best answer in a task of its own."""
        wanted = WantedRecording(
            title=recording.title,
            artists=recording.artists,
            album=recording.album,
            duration_ms=recording.length_ms,
        )
        started = self._clock.monotonic()
        found = await search(self._client, self._clock, str(uuid.uuid4()), queries(wanted)[0].text)
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
                is_sound = self._truth.get((username, path)) == (key, True)
                is_here = present.state is TransferState.SUCCEEDED
                self.ends[
                    "filed" if is_here and is_sound else "spoilt" if is_here else "failed"
                ] += 1
                return
        self.ends["never came"] += 1


def _week(
    network: Network,
    *,
    wanted: int,
    filed: int,
    wrong: int,
    states: Mapping[str, int],
    turns: Mapping[str, float],
    half: float | None,
    began: float,
) -> Week:
    """Put the figures together."""
    statistics = network.slskd.statistics
    searches = len(statistics.searches_sent_at)
    return Week(
        wanted=wanted,
        obtainable=len(network.population.obtainable()),
        filed=filed,
        wrong=wrong,
        searches=searches,
        searches_per_filed=round(searches / max(filed, 1), 3),
        most_searches_in_window=most_in_window(statistics.searches_sent_at),
        is_banned=network.slskd.searches.is_banned,
        downloads=statistics.downloads_enqueued,
        states=dict(states),
        longest_wait_for_a_turn=round(max(turns.values()), 2) if turns else None,
        longest_wait_by_playlist={name: round(hours, 2) for name, hours in turns.items()},
        hours_until_half_filed=half,
        real_seconds=round(time.monotonic() - began, 1),
    )
