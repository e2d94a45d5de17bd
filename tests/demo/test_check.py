"""Check a library made by hand, sound at first, then spoilt in one way after the other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, override

from mutagen.flac import FLAC
import pytest

from simulators.audio import AudioContent, AudioLibrary, Profile
from simulators.catalogue import Catalogue, demo_catalogue
from simulators.demo.api import HomeAssistantApi
from simulators.demo.check import check
from simulators.demo.folders import DemoFolders
from simulators.demo.results import CheckResult
from simulators.demo.servers import Servers
from simulators.musicbrainz import mbid
from simulators.slskd import Copy, Flaw

pytestmark = pytest.mark.usefixtures("socket_enabled")

_KEY = "code-monkey"
_FILE = "Jonathan Coulton/Thing a Week Three/03 Code Monkey.flac"
_LISTED = "Playlists/Open road.m3u8"

type Json = dict[str, Any]


def _catalogue() -> Catalogue:
    """Return a playlist of one track to file, one trap, one local file and one episode."""
    whole = demo_catalogue()
    road = whole.playlists["open-road"]
    entries = tuple(road.entries[number] for number in (0, 3, 7, 6))
    recordings = {key: whole.recordings[key] for key in (_KEY, "sick-as-a-dog", "night-owl")}
    return replace(
        whole,
        recordings=MappingProxyType(recordings),
        playlists=MappingProxyType({"open-road": replace(road, entries=entries)}),
        liked=(),
    )


class _Shown(HomeAssistantApi):
    """Answer the integration's actions with fixed replies."""

    def __init__(self, replies: dict[str, Json]) -> None:
        """Take the replies by action."""
        super().__init__("http://127.0.0.1:1")
        self.replies = replies

    @override
    async def action(self, name: str, **data: Any) -> Json:
        """Return the reply."""
        return self.replies[name]


@dataclass(slots=True)
class _Run:
    """Hold a finished run whose parts can be spoilt."""

    api: _Shown
    servers: Servers
    folders: DemoFolders

    @property
    def entries(self) -> list[Json]:
        """Return what the playlist action shows."""
        shown: list[Json] = self.api.replies["get_playlist"]["entries"]
        return shown

    @property
    def file(self) -> Path:
        """Return the filed track."""
        return self.folders.library / _FILE

    async def judge(self) -> CheckResult:
        """Check it."""
        return await check(self.api, self.servers, self.folders, ["open-road"])

    async def complaints(self) -> str:
        """Check it and return all that is complained about."""
        outcome = await self.judge()
        assert not outcome.is_ok
        return "\n".join(
            [*outcome.problems, *(text for result in outcome.results for text in result.problems)]
        )


@pytest.fixture
async def run(tmp_path: Path, socket_enabled: None) -> AsyncIterator[_Run]:
    """Make a run in which everything is right."""
    folders = DemoFolders(tmp_path / "demo")
    folders.prepare(1)
    async with Servers(folders, catalogue=_catalogue()) as servers:
        copy = next(
            copy
            for copy in servers.population.copies
            if copy.recording_key == _KEY and copy.flaw is Flaw.NONE
        )
        replies: dict[str, Json] = {
            "get_playlist": {"entries": _shown_entries(servers, folders.library, copy)},
            "get_recycle_bin": {"files": []},
            "get_queue": {
                "queue": {
                    "filed_total": 1, "tracks_in_library": 1, "searching": 0, "transferring": 0,
                    "failed": 0, "waiting": 0, "slskd_connected": True,
                }
            },
        }  # fmt: skip
        async with _Shown(replies) as api:
            yield _Run(api, servers, folders)


def _shown_entries(servers: Servers, library: Path, copy: Copy) -> list[Json]:
    """File the track, and return what the integration would show of the playlist."""
    recording = servers.catalogue.recordings[_KEY]
    file = library / _FILE
    file.parent.mkdir(parents=True)
    content = AudioContent(_KEY, recording.length_ms, Profile.FLAC_16_44)
    file.write_bytes(AudioLibrary().render(content))
    tags = FLAC(file)
    tags["title"], tags["artist"] = recording.title, ", ".join(recording.artists)
    tags["album"], tags["isrc"] = recording.album, str(recording.isrc)
    tags["musicbrainz_trackid"] = mbid("recording", _KEY)
    tags.save()
    playlist_file = library / _LISTED
    playlist_file.parent.mkdir()
    playlist_file.write_text(f"#EXTM3U\n#EXTINF:192,Code Monkey\n../{_FILE}\n", "utf-8")
    filed = {
        "artist": "Jonathan Coulton",
        "title": "Code Monkey",
        "state": "filed",
        "reason": None,
        "download": {"username": copy.username, "filename": copy.path},
        "file": {
            "path": _FILE,
            "format": "flac",
            "size": file.stat().st_size,
            "duration_ms": recording.length_ms,
        },
        "file_path": str(file),
    }
    return [
        {"kind": "track", "track": filed},
        {"kind": "local", "track": _left("Neighbours' Choir", "Rehearsal in the garden")},
        {"kind": "track", "track": _left("Brad Sucks", "Sick as a Dog")},
        {"kind": "episode", "track": None},
    ]


def _left(artist: str, title: str) -> Json:
    """Return a track that is not available."""
    reason = "No peer offers this track now"
    return {"artist": artist, "title": title, "state": "not_available", "reason": reason}


async def test_everything_right_is_accepted(run: _Run) -> None:
    """Complain about nothing, and read the file itself."""
    outcome = await run.judge()
    assert (outcome.problems, [result.problems for result in outcome.results]) == ([], [[]] * 4)
    filed = outcome.results[0]
    assert (filed.format, filed.file) == ("flac", _FILE)
    assert filed.length_s == pytest.approx(192, abs=0.2)
    assert filed.tags["isrc"] == ["ZZJC10600003"]


async def test_truncated_file_is_caught(run: _Run) -> None:
    """Notice that half the music is missing."""
    data = run.file.read_bytes()
    run.file.write_bytes(data[: len(data) // 2])
    assert "Code Monkey" not in await run.complaints()
    assert "bytes" in await run.complaints()


@pytest.mark.parametrize("tag", ["title", "artist", "album", "isrc", "musicbrainz_trackid"])
async def test_wrong_tag_is_caught(run: _Run, tag: str) -> None:
    """Notice every tag that says something else."""
    tags = FLAC(run.file)
    tags[tag] = "something else"
    tags.save()
    run.entries[0]["track"]["file"]["size"] = run.file.stat().st_size
    assert "something else" in await run.complaints()


async def test_missing_file_is_caught(run: _Run) -> None:
    """Believe no state without its file."""
    run.file.unlink()
    assert "filed without a file" in await run.complaints()


async def test_copy_of_another_recording_is_caught(run: _Run) -> None:
    """Know by the network's truth what was really downloaded."""
    other = next(copy for copy in run.servers.population.copies if copy.recording_key != _KEY)
    run.entries[0]["track"]["download"] = {"username": other.username, "filename": other.path}
    assert "is another recording" in await run.complaints()


async def test_spoilt_copy_is_caught(run: _Run) -> None:
    """Know which copies are damaged although their name is right."""
    spoilt = next(
        copy
        for copy in run.servers.population.copies
        if copy.flaw.spoils_file and copy.flaw is not Flaw.TRANSCODED
    )
    run.entries[0]["track"]["download"] = {"username": spoilt.username, "filename": spoilt.path}
    assert await run.complaints()


@pytest.mark.parametrize("name", ["Other/Song.mp3", ".soulspot/1.flac", "Playlists/Old.m3u8"])
async def test_stray_file_is_caught(run: _Run, name: str) -> None:
    """Accept nothing in the library that nobody asked for, leftovers included."""
    stray = run.folders.library / name
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"")
    assert name in await run.complaints()


async def test_the_recycle_bin_holds_what_is_told(run: _Run) -> None:
    """Accept a replaced file where it was put, and miss it elsewhere."""
    old = {"recycled_id": 1, "path": _FILE, "reason": "A better file has taken its place"}
    run.api.replies["get_recycle_bin"] = {"files": [old]}
    name = f".soulspot/recycle-bin/1/{_FILE}"
    assert f"does not hold {name}" in await run.complaints()
    replaced = run.folders.library / name
    replaced.parent.mkdir(parents=True)
    replaced.write_bytes(b"")
    outcome = await run.judge()
    assert outcome.is_ok
    assert _FILE in "".join(outcome.notes)


async def test_playlist_file_must_list_the_files(run: _Run) -> None:
    """Compare files and order."""
    (run.folders.library / _LISTED).write_text("#EXTM3U\n", "utf-8")
    assert "Open road.m3u8 does not list" in await run.complaints()


async def test_trap_that_was_taken_is_caught(run: _Run) -> None:
    """Expect that a trap is left alone, and that every state has its reason."""
    run.entries[2]["track"] |= {"state": "ask"}
    assert "should be not_available" in await run.complaints()
    run.entries[2]["track"] |= {"state": "not_available", "reason": None}
    assert "neither filed nor explained" in await run.complaints()


async def test_entries_out_of_place_are_caught(run: _Run) -> None:
    """Compare kind, names and number of the entries."""
    run.entries[0], run.entries[2] = run.entries[2], run.entries[0]
    run.entries[3]["kind"] = "track"
    complaints = await run.complaints()
    assert "should be Jonathan Coulton - Code Monkey" in complaints
    assert "taken for track instead of episode" in complaints
    run.entries.pop()
    assert "has 3 entries instead of 4" in await run.complaints()


async def test_figures_must_agree_with_the_tracks(run: _Run) -> None:
    """Compare the queue's counters with what is there."""
    run.api.replies["get_queue"]["queue"] |= {"filed_total": 2, "slskd_connected": False}
    run.api.replies["get_queue"]["queue"]["slskd_reason"] = "Wrong key"
    complaints = await run.complaints()
    assert "filed_total 2 instead of 1" in complaints
    assert "Wrong key" in complaints
