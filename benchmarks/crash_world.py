"""Build a small world to be killed in, and judge afterwards what is left of it."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
import random
import sqlite3
import time
from types import MappingProxyType
from typing import Any, Self

from custom_components.soulspot.engine.slskd.failures import classify
from custom_components.soulspot.engine.slskd.models import TransferState
from custom_components.soulspot.engine.slskd.transfer_parsing import transfer_state
from simulators.audio import AudioLibrary, Damage
from simulators.catalogue import Catalogue
from simulators.catalogue.large import with_large_playlist
from simulators.common.clock import Clock
from simulators.musicbrainz.gate import MusicBrainzSettings
from simulators.musicbrainz.server import MusicBrainzSimulator
from simulators.slskd import (
    Behaviour,
    Fault,
    Outcome,
    Peer,
    Settings,
    SharedFile,
    SharingOptions,
    SlskdSimulator,
    share_catalogue,
)
from simulators.slskd.transfer_model import Transfer
from simulators.spotify import SpotifySimulator

_PEOPLE = 24
_NOBODY_SHARES = 16  # Of so many recordings one.
_TEMPTING = 0.8  # So many albums are offered first by people who disappoint.
_SHORTEST_MS = 20_000
WINDOW_SECONDS = 220.0


_FICKLE = 0.5  # Of so many files the download fails in some way.
_FAILURES = (
    Behaviour(Outcome.REJECT, "File not shared."),
    Behaviour(Outcome.REJECT, "Too many files"),
    Behaviour(Outcome.DENY_LATER, "Too many megabytes", queue_seconds=60.0),
    Behaviour(Outcome.SIZE_CHANGED),
    Behaviour(Outcome.NO_ANSWER),
    Behaviour(Outcome.NO_CONNECTION),
    Behaviour(Outcome.DROP, times=1),
    Behaviour(Outcome.DROP, times=1000),
    Behaviour(Outcome.STALL, times=1000),
    Behaviour(Outcome.REPORT_FAILED, times=1000),
    Behaviour(queue_seconds=120.0),
)


def _spoil(peers: tuple[Peer, ...], seed: int) -> tuple[Peer, ...]:
    """Let the download of some files fail, but leave one copy of everything as it was."""
    source = random.Random(f"fickle {seed}")
    copies: dict[str | None, int] = Counter(
        file.recording_key for peer in peers for file in peer.files if _is_good(peer, file)
    )

    def spoilt(peer: Peer, file: SharedFile) -> SharedFile:
        """Return the file, with a failure if chance has it."""
        if source.random() >= _FICKLE or (_is_good(peer, file) and copies[file.recording_key] < 2):
            return file
        copies[file.recording_key] -= _is_good(peer, file)
        return replace(file, behaviour=source.choice(_FAILURES))

    return tuple(
        replace(peer, files=tuple(spoilt(peer, file) for file in peer.files)) for peer in peers
    )


def _is_good(peer: Peer, file: SharedFile) -> bool:
    """Tell whether a file comes as it should."""
    sound = file.content is not None and file.content.damage is Damage.NONE
    return sound and (file.behaviour or peer.behaviour).outcome is Outcome.DELIVER


def catalogue_of(count: int) -> Catalogue:
    """Return short recordings on two playlists that share a third of them."""
    empty = Catalogue(recordings=MappingProxyType({}), playlists=MappingProxyType({}))
    full = with_large_playlist(empty, count)
    short = {
        key: replace(recording, length_ms=_SHORTEST_MS + recording.length_ms % 20_000)
        for key, recording in full.recordings.items()
    }
    entries = full.playlists["large"].entries
    first = replace(
        full.playlists["large"], key="first", name="First", entries=entries[: count * 2 // 3]
    )
    second = replace(first, key="second", name="Second", entries=entries[count // 3 :])
    return replace(
        full,
        recordings=MappingProxyType(short),
        playlists=MappingProxyType({"first": first, "second": second}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Say what became of one world."""

    wanted: int
    filed: int
    explained: Counter[str]  # By state and reason.
    broken: tuple[str, ...]  # What must never be.
    searches: int
    downloads: int
    ends: Counter[str]  # How slskd's transfers ended, by their failure.


class World:
    """Run the three simulators with people who fail in many ways."""

    def __init__(
        self,
        folder: Path,
        *,
        tracks: int,
        speed: float,
        seed: int,
        version: str,
        has_fickle_files: bool = False,
    ) -> None:
        """Choose the music and the people; nothing runs before the world is entered.

        With fickle files reliable people disappoint as well, which takes a while longer.
        """
        self.folder = folder
        self.speed = speed
        self.epoch = time.time()
        self._catalogue = catalogue_of(tracks)
        clock = Clock(speed)
        self._spotify = SpotifySimulator(self._catalogue, clock=clock)
        self._spotify.settings.access_token_lifetime_s = 10.0**9
        self._musicbrainz = MusicBrainzSimulator(
            self._catalogue, settings=MusicBrainzSettings(requests_per_second=1e6), clock=clock
        )
        sharing = SharingOptions(people=_PEOPLE, seed=seed, tempting=_TEMPTING)
        peers = share_catalogue(self._shared(), sharing).peers
        if has_fickle_files:
            peers = _spoil(peers, seed)
        self.slskd = SlskdSimulator(
            peers,
            folder / "downloads",
            settings=Settings(version=version, clock_speed=speed),
            audio=AudioLibrary(),
        )
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start."""
        (self.folder / "library").mkdir(parents=True)
        await self._stack.enter_async_context(self._spotify)
        await self._stack.enter_async_context(self._musicbrainz)
        await self._stack.enter_async_context(self.slskd)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self._stack.aclose()

    def _shared(self) -> Catalogue:
        """Return what somebody shares: all but a few recordings, which must be explained."""
        recordings = {
            key: recording
            for number, (key, recording) in enumerate(self._catalogue.recordings.items(), start=1)
            if number % _NOBODY_SHARES
        }
        return replace(self._catalogue, recordings=MappingProxyType(recordings))

    def stand_in(self, requests: int) -> None:
        """Let somebody else answer the next requests to slskd: a login page."""
        page = "<html>Log in</html>"
        self.slskd.inject(
            Fault("*", "*", status=200, message=page, content_type="text/html", times=requests)
        )

    def configuration(self, doom: str, number: int) -> dict[str, Any]:
        """Return what a child has to know."""
        return {
            "folder": str(self.folder),
            "slskd": self.slskd.url,
            "spotify": self._spotify.api_url,
            "musicbrainz": self._musicbrainz.api_url,
            "cover_art": self._musicbrainz.cover_art_url,
            "token": self._spotify.issue_token(),
            "playlists": [self._spotify.playlist_id(key) for key in ("first", "second")],
            "speed": self.speed,
            "epoch": self.epoch,
            "doom": doom,
            "doom_number": number,
        }

    def _delivered(self) -> list[str]:
        """Return every file that came to its end, as often as it did."""
        return [
            f"{transfer.username}: {transfer.filename}"
            for transfer in self.slskd.transfers.records.values()
            if transfer.state == "Completed, Succeeded"
        ]

    def judge(self) -> Verdict:
        """Compare what is stored, what lies in the folders, and what slskd has seen."""
        try:
            rows, replaced, damage = _read(self.folder / "database" / "soulspot.db")
        except sqlite3.DatabaseError as error:
            rows, replaced, damage = [], [], [f"the database cannot be read: {error}"]
        filed = [row for row in rows if row["state"] == "filed"]
        statistics = self.slskd.statistics
        broken = [
            *damage,
            *_unexplained(rows, len(self._catalogue.recordings)),
            *_library_trouble(self.folder / "library", [*filed, *replaced]),
        ]
        if statistics.enqueued_while_active:
            broken.append(f"enqueued while alive: {statistics.enqueued_while_active}")
        if self.slskd.searches.records:
            broken.append(f"searches left in slskd: {len(self.slskd.searches.records)}")
        left = [row for rows in self.slskd.transfers.by_user().values() for row in rows]
        if left:
            broken.append(f"rows left in slskd: {Counter(row.state for row in left)}")
        delivered = Counter(self._delivered())
        broken += [
            f"delivered {count} times: {name}" for name, count in delivered.items() if count > 1
        ]
        broken += _unlisted(self.folder / "library", filed)
        broken += _left_by_slskd(self.folder)
        most = most_in_window(statistics.searches_sent_at)
        if most > 30:
            broken.append(f"{most} searches within {WINDOW_SECONDS} s")
        return Verdict(
            wanted=len(self._catalogue.recordings),
            filed=len(filed),
            explained=Counter(
                f"{row['state']}: {row['reason']}" for row in rows if row["state"] != "filed"
            ),
            broken=tuple(broken),
            searches=len(statistics.searches_sent_at),
            downloads=statistics.downloads_enqueued,
            ends=Counter(_end_of(one) for one in self.slskd.transfers.records.values()),
        )


def _end_of(transfer: Transfer) -> str:
    """Return how a transfer ended, without any names."""
    state = transfer_state(transfer.state)
    if state is TransferState.SUCCEEDED:
        return state.value
    return classify(
        transfer.exception, state=state, username=transfer.username, filename=transfer.filename
    ).kind.value


def _left_by_slskd(folder: Path) -> list[str]:
    """Return what is wrong with slskd's own folders: neither what was filed nor what was unfit is left there."""
    trouble = [
        f"unfinished: {file.relative_to(folder)}"
        for file in (folder / "incomplete").rglob("*")
        if file.is_file()
    ]
    left = [file for file in (folder / "downloads").rglob("*") if file.is_file()]
    if left:
        trouble.append(f"{len(left)} downloads left")
    trouble += [
        f"beside the database: {file.name}"
        for file in (folder / "database").iterdir()
        if file.name != "soulspot.db"
    ]
    return trouble


def _unlisted(library: Path, filed: Sequence[sqlite3.Row]) -> list[str]:
    """Return the filed tracks that no playlist file lists."""
    listed = {
        line.removeprefix("../")
        for file in library.glob("Playlists/*.m3u8")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    return [f"on no playlist: {row['path']}" for row in filed if row["path"] not in listed]


def most_in_window(moments: Sequence[float], window: float = WINDOW_SECONDS) -> int:
    """Return the most moments that any window of so many seconds holds."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - window:
            first += 1
        most = max(most, last - first + 1)
    return most


def _read(database: Path) -> tuple[list[sqlite3.Row], list[sqlite3.Row], list[str]]:
    """Return every wanted track with its end, what better files have replaced, and what SQLite says of the file."""
    connection = sqlite3.connect(database)
    connection.row_factory = sqlite3.Row
    try:
        rows = connection.execute(
            """
            SELECT track.id, download.state, download.reason, library_file.path, library_file.size
            FROM track LEFT JOIN download ON download.track_id = track.id
            LEFT JOIN library_file ON library_file.track_id = track.id
            WHERE track.id IN (SELECT track_id FROM playlist_entry)
            """
        ).fetchall()
        replaced = connection.execute(
            """
            SELECT track_id AS id, '.soulspot/recycle-bin/' || file.id || '/' || path AS path, size
            FROM recycled_file AS file JOIN recycled_track ON recycled_id = file.id
            """
        ).fetchall()
        said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        foreign = connection.execute("PRAGMA foreign_key_check").fetchall()
        searches = connection.execute("SELECT count(*) FROM own_search").fetchone()[0]
        transfers = connection.execute(
            """
            SELECT count(*) FROM transfer JOIN download ON download.id = transfer.download_id
            WHERE download.state NOT IN ('filed', 'ask')
            """
        ).fetchone()[0]
    finally:
        connection.close()
    damage = [] if said == ["ok"] else [f"integrity: {said}"]
    if foreign:
        damage.append(f"foreign keys: {len(foreign)}")
    if searches:
        damage.append(f"own searches still written down: {searches}")
    if transfers:
        damage.append(f"transfers of ended downloads still written down: {transfers}")
    return rows, replaced, damage


def _unexplained(rows: Sequence[sqlite3.Row], wanted: int) -> list[str]:
    """Return what has no end, or an end without a reason."""
    trouble = [] if len(rows) == wanted else [f"{len(rows)} tracks of {wanted} are known"]
    for row in rows:
        if row["state"] == "filed":
            continue
        if row["state"] not in ("ask", "not_available", "failed") or row["reason"] is None:
            trouble.append(f"track {row['id']}: {row['state']}, {row['reason']}")
    return trouble


def _library_trouble(library: Path, filed: Sequence[sqlite3.Row]) -> list[str]:
    """Return files that are missing, doubled, left over, or of another size than stored."""
    trouble = []
    expected = Counter(row["path"] for row in filed)
    trouble += [f"{count} tracks at {path}" for path, count in expected.items() if count > 1]
    for row in filed:
        file = library / (row["path"] or "missing")
        if not file.is_file():
            trouble.append(f"no file for track {row['id']}: {row['path']}")
        elif file.stat().st_size != row["size"]:
            trouble.append(f"other size: {row['path']}")
    for file in sorted(library.rglob("*")):
        relative = str(file.relative_to(library))
        if file.is_file() and relative not in expected and file.parent.name != "Playlists":
            trouble.append(f"nobody's file: {relative}")
    return trouble
