"""Compare what Home Assistant and the disk show with what had to come out."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from simulators.slskd import Copy, Flaw

from .api import HomeAssistantApi, Json
from .audio_file import read_audio_file
from .expectations import FILED, ExpectedEntry, expected_entries
from .folders import DemoFolders
from .log_judge import faults
from .progress import read_playlists
from .results import CheckResult, TrackResult
from .servers import Servers
from .set_up import PLAYLISTS

_SAME_LENGTH_S = 3.0
_ANNOUNCED_LENGTH_S = 0.5
_PLAYLIST_FOLDER = "Playlists"
_RECYCLE_BIN = ".soulspot/recycle-bin"


async def check(
    api: HomeAssistantApi,
    servers: Servers,
    folders: DemoFolders,
    playlists: Iterable[str] = PLAYLISTS,
) -> CheckResult:
    """Return every position of the playlists with its problems, and the problems of the whole."""
    outcome = CheckResult()
    ids = {key: servers.spotify.playlist_id(key) for key in playlists}
    shown = await read_playlists(api, list(ids.values()))
    copies = {(copy.username, copy.path): copy for copy in servers.population.copies}
    for key, playlist_id in ids.items():
        expected = expected_entries(servers.catalogue, key)
        entries = shown[playlist_id]
        if len(entries) != len(expected):
            outcome.problems.append(f"{key} has {len(entries)} entries instead of {len(expected)}")
        for wanted, entry in zip(expected, entries, strict=False):
            outcome.results.append(_judge(wanted, entry, folders.library, copies, outcome))
    _check_library(folders.library, await _recycled(api, outcome), outcome)
    _check_playlist_files(folders.library, outcome)
    _check_network(servers, outcome)
    await _check_figures(api, outcome)
    return outcome


def check_log(folders: DemoFolders, outcome: CheckResult) -> None:
    """Add what the log blames the integration for."""
    with folders.log.open(encoding="utf-8", errors="replace") as lines:
        outcome.log_errors = faults(lines)


# --- One position ----------------------------------------------------------------------------


def _judge(
    wanted: ExpectedEntry,
    entry: Json,
    library: Path,
    copies: dict[tuple[str, str], Copy],
    outcome: CheckResult,
) -> TrackResult:
    """Return one position with all that is wrong with it."""
    result = TrackResult(wanted, artist=wanted.artist, title=wanted.title)
    if entry["kind"] != wanted.kind:
        result.problems.append(f"is taken for {entry['kind']} instead of {wanted.kind}")
    track: Json | None = entry["track"]
    if wanted.state is None:
        result.reason = wanted.why
        if track is not None:
            result.problems.append("is treated as a track")
        return result
    if track is None:
        result.problems.append("is not treated as a track")
        return result
    result.artist, result.title = track["artist"], track["title"]
    result.state, result.reason = track["state"], track["reason"]
    if (result.artist, result.title) != (wanted.artist, wanted.title):
        result.problems.append(f"should be {wanted.artist} - {wanted.title}")
    if result.state != wanted.state:
        result.problems.append(f"should be {wanted.state}: {wanted.why}")
    if result.state == FILED:
        _judge_file(result, track, library)
        _judge_source(result, track, copies, outcome)
    elif not result.reason:
        result.problems.append("is neither filed nor explained")
    return result


def _judge_file(result: TrackResult, track: Json, library: Path) -> None:
    """Read the file that was filed, and compare it with what was wanted and what was announced."""
    file: Json = track["file"] or {}
    result.file = file.get("path")
    if result.file is None or not (library / result.file).is_file():
        result.problems.append("is filed without a file")
        return
    if track["file_path"] != str(library / result.file):
        result.problems.append(f"is shown at {track['file_path']}")
    found = read_audio_file(library / result.file)
    result.format, result.length_s = found.format, found.length_s
    result.bitrate_kbps, result.tags = found.bitrate_kbps, found.tags or {}
    if found.problem is not None:
        result.problems.append(found.problem)
    if file.get("format") != found.format:
        result.problems.append(f"is announced as {file.get('format')}")
    if file.get("size") != (library / result.file).stat().st_size:
        result.problems.append(f"is announced with {file.get('size')} bytes")
    announced = (file.get("duration_ms") or 0) / 1000
    if found.length_s is not None and abs(found.length_s - announced) > _ANNOUNCED_LENGTH_S:
        result.problems.append(f"lasts {found.length_s} s, announced are {announced} s")
    _judge_tags(result)


def _judge_tags(result: TrackResult) -> None:
    """Compare length and tags with the catalogue and with MusicBrainz."""
    recording = result.expected.recording
    if recording is None:
        return
    wanted_s = recording.length_ms / 1000
    if result.length_s is None or abs(result.length_s - wanted_s) > _SAME_LENGTH_S:
        result.problems.append(f"lasts {result.length_s} s instead of {wanted_s} s")
    isrc = (recording.isrc or "").replace("-", "").upper()
    wanted = {
        "title": recording.title,
        "artist": ", ".join(recording.artists),
        "album": recording.album,
        "isrc": isrc,
    }
    for name, value in wanted.items():
        found = "; ".join(result.tags.get(name, []))
        if found != value:
            result.problems.append(f"tag {name} is “{found}” instead of “{value}”")
    found = "; ".join(result.tags.get("musicbrainz_recordingid", []))
    if found not in result.expected.musicbrainz_ids:
        result.problems.append(f"names “{found}” as its recording at MusicBrainz")


def _judge_source(
    result: TrackResult,
    track: Json,
    copies: dict[tuple[str, str], Copy],
    outcome: CheckResult,
) -> None:
    """Compare the chosen source with the truth that only the simulated network knows."""
    download: Json = track["download"] or {}
    result.source, result.remote_path = download.get("username"), download.get("filename")
    if result.source is None or result.remote_path is None:
        result.problems.append("is filed without a source")
        return
    copy = copies.get((result.source, result.remote_path))
    recording = result.expected.recording
    if copy is None or recording is None or copy.recording_key != recording.key:
        result.problems.append(f"is another recording: {result.remote_path}")
    elif copy.flaw is Flaw.TRANSCODED:
        outcome.notes.append(f"{result.title}: lossless only in name, made from an MP3")
    elif copy.flaw.spoils_file:
        result.problems.append(f"is a spoilt copy ({copy.flaw})")


# --- The whole -------------------------------------------------------------------------------


async def _recycled(api: HomeAssistantApi, outcome: CheckResult) -> set[str]:
    """Return where the files of the recycle bin must lie, and tell of them."""
    paths = set()
    for file in (await api.action("get_recycle_bin"))["files"]:
        paths.add(f"{_RECYCLE_BIN}/{file['recycled_id']}/{file['path']}")
        outcome.notes.append(f"in the recycle bin: {file['path']}. {file['reason']}")
    return paths


def _check_library(library: Path, recycled: set[str], outcome: CheckResult) -> None:
    """Look for files that nobody asked for, that are missing in the recycle bin, and for doubles."""
    wanted = {result.file for result in outcome.results if result.file is not None} | recycled
    for missing in sorted(name for name in recycled if not (library / name).is_file()):
        outcome.problems.append(f"the library does not hold {missing}")
    for path in sorted(library.rglob("*")):
        relative = path.relative_to(library)
        if path.is_dir() or relative.parts[0] == _PLAYLIST_FOLDER:
            continue
        if relative.as_posix() not in wanted:
            outcome.problems.append(
                f"the library holds {relative.as_posix()}, which nobody asked for"
            )
    of_recording = {
        result.expected.recording.key: result.file
        for result in outcome.results
        if result.file is not None and result.expected.recording is not None
    }
    for file, times in Counter(of_recording.values()).items():
        if times > 1:
            outcome.problems.append(f"{file} stands for {times} recordings")
    for result in outcome.results:
        recording = result.expected.recording
        if recording is not None and result.file != of_recording.get(recording.key):
            result.problems.append("is filed twice")


def _check_playlist_files(library: Path, outcome: CheckResult) -> None:
    """Compare the M3U8 files with the playlists: same files, same order."""
    names = list(dict.fromkeys(result.expected.playlist for result in outcome.results))
    for name in names:
        path = library / _PLAYLIST_FOLDER / f"{name}.m3u8"
        if not path.is_file():
            outcome.problems.append(f"there is no playlist file {path.name}")
            continue
        listed = [
            (path.parent / line).resolve()
            for line in path.read_text("utf-8").splitlines()
            if line and not line.startswith("#")
        ]
        wanted = [
            (library / result.file).resolve()
            for result in outcome.results
            if result.expected.playlist == name and result.file is not None
        ]
        if listed != wanted:
            outcome.problems.append(f"{path.name} does not list the files of the playlist in order")
    folder = library / _PLAYLIST_FOLDER
    for path in sorted(folder.rglob("*")):
        if path.name not in {f"{name}.m3u8" for name in names}:
            outcome.problems.append(f"the library holds {path.relative_to(library).as_posix()}")


def _check_network(servers: Servers, outcome: CheckResult) -> None:
    """Look for downloads that ran twice beside each other, and for requests that were refused."""
    statistics = servers.slskd.statistics
    for username, filename in statistics.enqueued_while_active:
        outcome.problems.append(f"asked {username} again for {filename} that was under way")
    refused = servers.musicbrainz.log.by_status[503]
    if refused:
        outcome.problems.append(f"MusicBrainz refused {refused} requests as too many")
    outcome.figures |= {
        "searches": len(statistics.searches_sent_at),
        "downloads_enqueued": statistics.downloads_enqueued,
        "requests_spotify": servers.spotify.log.count(),
        "requests_slskd": servers.slskd.requests.count(),
        "requests_musicbrainz": servers.musicbrainz.log.count(),
    }


async def _check_figures(api: HomeAssistantApi, outcome: CheckResult) -> None:
    """Compare the counters of the queue with the tracks."""
    queue = (await api.action("get_queue"))["queue"]
    files = {result.file for result in outcome.results if result.file is not None}
    figures = {
        "filed_total": len(files),
        "tracks_in_library": len(files),
        "searching": 0,
        "transferring": 0,
        "failed": 0,
        "waiting": 0,
    }
    for name, number in figures.items():
        if queue[name] != number:
            outcome.problems.append(f"the queue shows {name} {queue[name]} instead of {number}")
    if not queue["slskd_connected"]:
        outcome.problems.append(f"slskd is shown as not connected: {queue['slskd_reason']}")
