"""Measure what enriching costs MusicBrainz, and how well recordings and releases are chosen.

A playlist of tracks with ISRCs goes through the pipeline against simulators, with the real rate limit on
simulated time; then the same with music as it is entered in reality: codes of other songs, live takes and
videos under the same code, unknown songs. The choices are measured on Picard's evaluation corpus.

Run `python -m benchmarks.enrich [--tracks 1000] [--cases DIR]`; DIR is a folder of recorded replies with
`musicbrainz/picard_eval_corpus` in it, SOULSPOT_RECORDINGS unless given.
"""

import argparse
import asyncio
from collections import Counter
from dataclasses import asdict, dataclass, replace
import json
import math
import os
from pathlib import Path
import sqlite3
import sys
import tempfile
import time
from types import MappingProxyType

import aiohttp
from yarl import URL

from benchmarks.picard_corpus import report_corpus
from benchmarks.virtual_time import LoopClock, VirtualLoop, run_virtually
from custom_components.soulspot.engine.pipeline import Pipeline
from custom_components.soulspot.engine.settings import Endpoints, PipelineSettings, PlaylistOptions
from custom_components.soulspot.engine.views import TrackStatus
from simulators.catalogue import Catalogue, Recording, large_playlist
from simulators.common.clock import Clock
from simulators.musicbrainz import MusicBrainzSimulator, mbid
from simulators.spotify import SpotifySimulator

REQUESTS_PER_THOUSAND = 60
_LIMIT = 6 * 3600.0  # simulated seconds
_STEP = 1.0
_FEWEST = 6  # Requests that even a short playlist may need.
_CORPUS = "musicbrainz/picard_eval_corpus"
# Of so many recordings, which ones are entered otherwise than a playlist has them.
_EVERY = 40
_WITHOUT_CODE, _CODE_OF_ANOTHER, _UNKNOWN = (1, 2), 13, 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Hold what enriching a playlist took; minutes are MusicBrainz's, seconds this machine's."""

    tracks: int
    identified: int
    right: int
    with_release: int
    with_genres: int
    requests: int  # Until every track was looked up.
    requests_for_genres: int  # Afterwards, one for each album.
    minutes: float
    minutes_for_genres: float
    refused: int  # 503 and 429.
    real_seconds: float
    by_kind: dict[str, int]


class _SimulatedTime(Clock):
    """Tell the simulators the loop's time."""

    def __init__(self, clock: LoopClock) -> None:
        """Follow a clock."""
        super().__init__(speed=0.0)
        self._clock = clock

    def now(self) -> float:
        """Return the simulated Unix time."""
        return self._clock.now().timestamp()


class _Tokens:
    """Hand out tokens of the simulator."""

    def __init__(self, simulator: SpotifySimulator) -> None:
        """Log in."""
        self._simulator = simulator

    async def access_token(self, *, refresh: bool = False) -> str:
        """Return a working token."""
        return self._simulator.issue_token()


def music(count: int) -> Catalogue:
    """Return so many recordings on one playlist."""
    recordings, playlist = large_playlist(count)
    return Catalogue(
        recordings=MappingProxyType({item.key: item for item in recordings}),
        playlists=MappingProxyType({playlist.key: playlist}),
    )


def rough_musicbrainz(catalogue: Catalogue, clock: Clock) -> MusicBrainzSimulator:
    """Return a MusicBrainz in which that music is entered as music is entered in reality."""
    entered: dict[str, Recording] = {}
    for number, item in enumerate(catalogue.recordings.values()):
        kind = number % _EVERY
        if kind == _UNKNOWN:
            continue
        is_without_code = kind in (*_WITHOUT_CODE, _CODE_OF_ANOTHER)
        entered[item.key] = replace(item, isrc=None) if is_without_code else item
    musicbrainz = MusicBrainzSimulator(
        Catalogue(recordings=MappingProxyType(entered), playlists=MappingProxyType({})), clock=clock
    )
    database = musicbrainz.database
    for number, item in enumerate(catalogue.recordings.values()):
        known = database.recordings.get(mbid("recording", item.key))
        if known is None:
            continue
        twin = replace(known, mbid=mbid("recording", f"{item.key}/twin"), isrcs=(item.isrc or "",))
        match number % _EVERY:
            case 5:  # A live take under the same code.
                longer = item.length_ms + 30_000
                database.add_recording(replace(twin, disambiguation="live", length_ms=longer))
            case 9:  # A music video.
                database.add_recording(replace(twin, is_video=True))
            case 13:
                database.add_recording(replace(twin, title="Somewhere Else", length_ms=60_000))
    return musicbrainz


async def enrich(loop: VirtualLoop, folder: Path, count: int, *, is_rough: bool) -> Measurement:
    """Import and enrich a playlist of so many tracks."""
    began = time.perf_counter()
    catalogue, clock = music(count), LoopClock(loop)
    simulated = _SimulatedTime(clock)
    musicbrainz = (
        rough_musicbrainz(catalogue, simulated)
        if is_rough
        else MusicBrainzSimulator(catalogue, clock=simulated)
    )
    spotify = SpotifySimulator(catalogue, clock=simulated)
    async with musicbrainz, spotify, aiohttp.ClientSession() as session:
        settings = PipelineSettings(
            database=folder / f"{'rough' if is_rough else 'plain'}.db",
            slskd_address=URL("http://127.0.0.1:9"),
            endpoints=Endpoints(
                spotify_api=URL(spotify.api_url),
                musicbrainz=URL(musicbrainz.api_url),
                cover_art=URL(musicbrainz.cover_art_url),
            ),
        )
        pipeline = Pipeline(settings, session=session, tokens=_Tokens(spotify), clock=clock)
        await pipeline.open()
        playlist_id = spotify.playlist_id("large")
        await pipeline.playlists.configure({playlist_id: PlaylistOptions()})
        await pipeline.playlists.sync()
        start, working = loop.time(), asyncio.create_task(pipeline.run())
        try:
            await _until(pipeline, _NOT_ASKED)
            looked_up, asked_at = musicbrainz.log.count("/ws/2/*"), loop.time()
            await _until(pipeline, _NOT_DESCRIBED)
            ended = loop.time()
            entries = await pipeline.playlists.entries(playlist_id)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await pipeline.close()
        log = musicbrainz.log
        kinds = Counter(path.split("/")[3] for path in log.by_path.elements() if "/ws/2/" in path)
    ids = {spotify.track_id(key): mbid("recording", key) for key in catalogue.recordings}
    statuses = [entry.status for entry in entries if entry.status is not None]
    identified = [status for status in statuses if status.track.musicbrainz_recording_id]
    return Measurement(
        tracks=len(statuses),
        identified=len(identified),
        right=sum(_is_right(status, ids) for status in identified),
        with_release=sum(_release_of(status) is not None for status in identified),
        with_genres=sum(bool(status.track.genres) for status in identified),
        requests=looked_up,
        requests_for_genres=log.count("/ws/2/*") - looked_up,
        minutes=(asked_at - start) / 60,
        minutes_for_genres=(ended - asked_at) / 60,
        refused=log.by_status[503] + log.by_status[429],
        real_seconds=time.perf_counter() - began,
        by_kind=dict(kinds),
    )


_NOT_ASKED = "SELECT count(*) FROM track WHERE enriched_at IS NULL"
_NOT_DESCRIBED = (
    "SELECT count(*) FROM track WHERE described_at IS NULL AND musicbrainz_recording_id IS NOT NULL"
)


async def _until(pipeline: Pipeline, left: str) -> None:
    """Return when a count in the database has come to zero."""

    def count(connection: sqlite3.Connection) -> int:
        """Count."""
        return int(connection.execute(left).fetchone()[0])

    async with asyncio.timeout(_LIMIT):
        while await pipeline._context.database.run(count):  # noqa: SLF001
            await asyncio.sleep(_STEP)


def _is_right(status: TrackStatus, ids: dict[str, str]) -> bool:
    """Tell whether a track was taken for the recording it is."""
    uri = status.track.metadata.spotify_uri or ""
    return status.track.musicbrainz_recording_id == ids[uri.rpartition(":")[2]]


def _release_of(status: TrackStatus) -> str | None:
    """Return the release of a track's album."""
    album = status.track.metadata.album
    return album.musicbrainz_id if album else None


def report(name: str, found: Measurement) -> str:
    """Return the figures for people."""
    kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(found.by_kind.items()))
    return (
        f"{name}: {found.tracks} tracks, {found.identified} identified "
        f"({found.identified / found.tracks:.1%}), {found.right} of them rightly, "
        f"{found.with_release} with their release, {found.with_genres} with genres\n"
        f"  looked up with {found.requests} requests in {found.minutes:.1f} min, genres with "
        f"{found.requests_for_genres} more in {found.minutes_for_genres:.1f} min; "
        f"{found.refused} refused (503, 429); {kinds}\n"
        f"  {found.real_seconds:.1f} s on this machine"
    )


def measure(count: int, *, is_rough: bool) -> Measurement:
    """Enrich a playlist of so many tracks in simulated time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return run_virtually(lambda loop: enrich(loop, folder, count, is_rough=is_rough))


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; the exit code tells whether the targets were met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--cases", type=Path, default=os.environ.get("SOULSPOT_RECORDINGS"))
    parser.add_argument("--json", type=Path, help="file to write the results to, for machines")
    options = parser.parse_args(arguments)
    plain = measure(options.tracks, is_rough=False)
    rough = measure(options.tracks, is_rough=True)
    sys.stdout.write(report("as listed", plain) + "\n" + report("as entered", rough) + "\n")
    allowed = max(math.ceil(options.tracks * REQUESTS_PER_THOUSAND / 1000), _FEWEST)
    is_met = plain.requests <= allowed and not plain.refused and plain.right == plain.tracks
    sys.stdout.write(f"At most {allowed} requests and none refused: {'yes' if is_met else 'no'}\n")
    results: dict[str, object] = {"as_listed": asdict(plain), "as_entered": asdict(rough)}
    corpus = options.cases and Path(options.cases) / _CORPUS
    if corpus is None or not corpus.is_dir():
        sys.stdout.write("Picard's corpus is not there, so no choices were measured\n")
    else:
        text, scores, is_good = report_corpus(corpus)
        sys.stdout.write(text + "\n")
        results["corpus"], is_met = scores, is_met and is_good
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return 0 if is_met else 1


if __name__ == "__main__":
    raise SystemExit(main())
