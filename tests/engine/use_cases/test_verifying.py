"""Check files once for all, remember what was found, and ask AcoustID where it is wanted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
import io
from pathlib import Path

import aiohttp
import numpy as np
import pytest
import soundfile
from yarl import URL

from custom_components.soulspot.engine.composition import build_rooms
from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library.checks import CheckName
from custom_components.soulspot.engine.library.fingerprint import fingerprint
from custom_components.soulspot.engine.library.verify import Expectation, Verdict
from custom_components.soulspot.engine.model import Artist, Track, TrackMetadata
from custom_components.soulspot.engine.musicbrainz.lane import RequestLane
from custom_components.soulspot.engine.programs import Caller, Programs
from custom_components.soulspot.engine.settings import Endpoints, PipelineSettings
from custom_components.soulspot.engine.store import Database, tracks, verdicts
from custom_components.soulspot.engine.use_cases.library.verify_file import VerifyFile
from simulators import acoustid
from simulators.acoustid import AcoustIdSimulator, Match

from ..fakes import ManualClock
from ..programs import FFMPEG, FPCALC, is_running, real, wait_for, write_program

pytestmark = pytest.mark.usefixtures("socket_enabled")

SECONDS = 3
PRINT = "AQAAfingerprint"
RECORDING_ID = "11111111-1111-4111-8111-111111111111"
ARTIST_ID = "22222222-2222-4222-8222-222222222222"
METADATA = TrackMetadata(
    title="Morning Ferry",
    artists=(Artist(name="Copper Canyon Quartet"),),
    duration_ms=SECONDS * 1000,
)
EXPECTATION = Expectation(duration_ms=SECONDS * 1000, extension="flac")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Hold what a file is checked with."""

    verify: VerifyFile
    database: Database
    track: Track
    folder: Path
    calls: Path

    async def check(
        self, path: Path, *, peer: str = "ann", expectation: Expectation = EXPECTATION
    ) -> Verdict:
        """Check a file of a peer."""
        return await self.verify.execute(path, self.track, expectation, username=peer)

    def decoded(self) -> int:
        """Count how often something was decoded."""
        return len(self.calls.read_text().splitlines()) if self.calls.exists() else 0

    def ffmpeg(self, script: str = "echo out_time_us=3000000") -> None:
        """Install an ffmpeg that counts its calls."""
        write_program(self.folder / "programs", FFMPEG, f"echo x >> '{self.calls}'; {script}")

    def fpcalc(
        self, script: str = f'echo \'{{"duration": 3.0, "fingerprint": "{PRINT}"}}\''
    ) -> None:
        """Install an fpcalc."""
        write_program(self.folder / "programs", FPCALC, script)

    def file(self, name: str = "song.flac", *, seconds: float = SECONDS, seed: int = 1) -> Path:
        """Write a file with a sound of its own."""
        rate = 44_100
        sound = 0.1 * np.random.default_rng(seed).standard_normal((round(rate * seconds), 2))
        buffer = io.BytesIO()
        soundfile.write(buffer, sound, rate, format="FLAC")
        path = self.folder / name
        path.write_bytes(buffer.getvalue())
        return path


@asynccontextmanager
async def desk_for(folder: Path, service: AcoustIdSimulator | None = None) -> AsyncIterator[Desk]:
    """Set the desk up, with AcoustID when a service is given."""
    settings = PipelineSettings(
        database=folder / "soulspot.db",
        slskd_address=URL("http://127.0.0.1:9"),
        program_folders=str(folder / "programs"),
    )
    if service is not None:
        endpoints = Endpoints(acoustid=URL(service.api_url))
        settings = replace(settings, acoustid_key=service.key, endpoints=endpoints)
    clock = ManualClock()
    async with aiohttp.ClientSession() as session:
        rooms = build_rooms(
            settings, session=session, tokens=None, clock=clock, lane=RequestLane(clock)
        )
        database = rooms.context.database
        await database.open()
        try:
            track_id = await database.run(tracks.save_track, METADATA)
            yield Desk(
                verify=VerifyFile(rooms.context),
                database=database,
                track=await database.run(tracks.get_track, track_id),
                folder=folder,
                calls=folder / "calls",
            )
        finally:
            await database.close()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Set up a desk without AcoustID."""
    async with desk_for(tmp_path) as desk:
        yield desk


def key_of(verdict: Verdict, name: CheckName) -> tuple[str, str | None]:
    """Return the result of a check, and the key of its reason."""
    check = next(check for check in verdict.checks if check.name is name)
    return check.result.value, check.reason.key if check.reason else None


# --- Once for all ------------------------------------------------------------------------------


async def test_the_same_content_is_decoded_once(desk: Desk) -> None:
    """Recognise it by its bytes, whatever it is called and whoever sends it."""
    desk.ffmpeg()
    path = desk.file()
    first = await desk.check(path)
    again = await desk.check(path)
    other = desk.folder / "other name.flac"
    other.write_bytes(path.read_bytes())
    third = await desk.check(other, peer="bob")
    assert first.ok
    assert first == again == third
    assert desk.decoded() == 1
    await desk.check(desk.file("new.flac", seed=2))
    assert desk.decoded() == 2


async def test_a_refused_content_is_refused_at_once(desk: Desk) -> None:
    """Remember for all peers what is wrong with it."""
    desk.ffmpeg("echo 'invalid data' >&2; exit 1")
    path = desk.file()
    for peer in ("ann", "bob", "ann"):
        verdict = await desk.check(path, peer=peer)
        assert not verdict.ok
        assert verdict.reason is not None
        assert verdict.reason.key == "decode_failed"
    assert desk.decoded() == 1
    stored = await desk.database.run(verdicts.get_verdicts, desk.track.id)
    assert [item.username for item in stored] == ["ann", "bob"]
    count = verdicts.count_failed_contents
    assert await desk.database.run(count, desk.track.id, "decode_failed") == 1


async def test_cheap_checks_go_first(desk: Desk) -> None:
    """Listen to nothing that is refused anyway; and listen later, when somebody else wants it."""
    desk.ffmpeg()
    path = desk.file()
    refused = await desk.check(path, expectation=replace(EXPECTATION, duration_ms=60_000))
    assert refused.reason is not None
    assert refused.reason.key == "length_differs"
    assert desk.decoded() == 0
    assert (await desk.check(path)).ok
    assert desk.decoded() == 1


async def test_what_could_not_be_decoded_is_when_it_can(desk: Desk) -> None:
    """Say that there is no ffmpeg, and make up for it once there is."""
    path = desk.file()
    before = await desk.check(path)
    assert before.ok
    assert key_of(before, CheckName.DECODE) == ("skipped", "no_ffmpeg")
    desk.ffmpeg("exit 1")
    assert not (await desk.check(path)).ok
    assert desk.decoded() == 1


async def test_verdicts_are_readable_with_their_figures(desk: Desk) -> None:
    """Store every check with result, reason, measure and limit."""
    path = desk.file()
    await desk.check(path, expectation=replace(EXPECTATION, size=5, bit_rate=1))
    [stored] = await desk.database.run(verdicts.get_verdicts, desk.track.id)
    checks = {check["name"]: check for check in stored.data["checks"]}
    assert checks["size"]["result"] == "failed"
    assert checks["size"]["measured"] == str(path.stat().st_size)
    assert checks["size"]["limit"] == "5"
    assert checks["size"]["reason"]["key"] == "size_differs"
    assert (checks["length"]["measured"], checks["length"]["limit"]) == ("3.0", "10.0")
    assert checks["bit_rate"]["result"] == "advisory"
    assert stored.reason is not None
    assert stored.reason.key == "size_differs"
    assert stored.data["properties"]["duration_ms"] == 3000


async def test_memory_is_bounded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what came longest ago."""
    monkeypatch.setattr(verdicts, "CONTENTS_KEPT", 3)
    monkeypatch.setattr(verdicts, "VERDICTS_A_TRACK", 2)
    monkeypatch.setattr(verdicts, "VERDICTS_KEPT", 2)
    paths = [desk.file(f"{seed}.flac", seconds=0.2, seed=seed) for seed in range(5)]
    for path in paths:
        await desk.check(path)
    stored = await desk.database.run(verdicts.get_verdicts, desk.track.id)
    assert len({item.content for item in stored}) == 2
    counts = await desk.database.run(verdicts.count_rows)
    assert counts == {"examination": 3, "verdict": 2}


async def test_a_file_that_is_gone_is_no_verdict(desk: Desk) -> None:
    """Leave the peer out of it."""
    with pytest.raises(StorageError, match="file_vanished"):
        await desk.check(desk.folder / "gone.flac")
    assert await desk.database.run(verdicts.get_verdicts, desk.track.id) == ()


async def test_stopping_ends_the_decoder(desk: Desk) -> None:
    """Leave no process behind when the work is cancelled."""
    note = desk.folder / "process"
    desk.ffmpeg(f"echo $$ > '{note}.new'; mv '{note}.new' '{note}'; sleep 600")
    task = asyncio.create_task(desk.check(desk.file()))
    await asyncio.to_thread(wait_for, note.exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    process = int(note.read_text())
    await asyncio.to_thread(wait_for, lambda: not is_running(process))
    assert await desk.database.run(verdicts.get_verdicts, desk.track.id) == ()


# --- AcoustID ----------------------------------------------------------------------------------


def recording(
    title: str | None = "Morning Ferry",
    artist: str = "Copper Canyon Quartet",
    *,
    key: str = RECORDING_ID,
    artist_id: str = ARTIST_ID,
) -> acoustid.Recording:
    """Return a recording as AcoustID names it."""
    if title is None:
        return acoustid.Recording(key)
    return acoustid.Recording(key, title, (acoustid.Artist(artist_id, artist),), 3.0)


async def ask(
    tmp_path: Path,
    matches: tuple[Match, ...],
    *,
    known_artist: str | None = None,
    is_chosen: bool = False,
    **ids: str,
) -> Verdict:
    """Check a file whose fingerprint AcoustID knows so."""
    async with AcoustIdSimulator({PRINT: matches}) as service, desk_for(tmp_path, service) as desk:
        desk.fpcalc()
        track = replace(desk.track, **ids)  # type: ignore[arg-type]
        if known_artist is not None:
            artist = replace(track.metadata.artists[0], musicbrainz_id=known_artist)
            track = replace(track, metadata=replace(track.metadata, artists=(artist,)))
        verdict = await desk.verify.execute(
            desk.file(), track, EXPECTATION, username="ann", is_chosen=is_chosen
        )
        assert len(service.asked) == 1
        return verdict


OTHER = recording("Volcano Season", "Somebody Else", key="other", artist_id="their-id")


@pytest.mark.parametrize(
    ("matches", "result", "reason"),
    [
        ((Match(0.97, (recording(),)),), "passed", None),
        ((Match(0.6, (recording(),)),), "passed", None),
        ((Match(0.97, (OTHER,)), Match(0.6, (recording(),))), "passed", None),
        ((Match(0.97, (OTHER, recording("Morning Ferry (Remastered 2011)"))),), "passed", None),
        ((Match(0.3, (recording(),)),), "skipped", "acoustid_unknown"),
        ((), "skipped", "acoustid_unknown"),
        ((Match(0.99, ()),), "skipped", "acoustid_unknown"),
        ((Match(0.99, (recording(None, key="lost"),)),), "skipped", "acoustid_unclear"),
        ((Match(0.97, (OTHER,)),), "failed", "acoustid_other_recording"),
        ((Match(0.8, (OTHER,)),), "skipped", "acoustid_unclear"),
        ((Match(0.97, (OTHER, recording(None, key="lost"))),), "skipped", "acoustid_unclear"),
        ((Match(0.97, (recording("Gravel Road"),)),), "failed", "acoustid_other_recording"),
        ((Match(0.97, (recording("Утренний паром"),)),), "skipped", "acoustid_unclear"),
        ((Match(0.97, (recording("Morning Ferry (Live)"),)),), "skipped", "acoustid_unclear"),
        ((Match(0.97, (recording(artist="Renamed"),)),), "skipped", "acoustid_unclear"),
    ],
)
async def test_the_sound_is_recognised(
    tmp_path: Path, matches: tuple[Match, ...], result: str, reason: str | None
) -> None:
    """Prove by title and artist, refuse plain contradiction only, and leave the rest alone."""
    verdict = await ask(tmp_path, matches)
    assert key_of(verdict, CheckName.ACOUSTID) == (result, reason)
    assert verdict.ok is (result != "failed")


async def test_a_complaint_beside_a_fingerprint_does_not_matter(tmp_path: Path) -> None:
    """Take what fpcalc prints, whatever it thinks of the end of the file."""
    script = f'echo \'{{"duration": 3.0, "fingerprint": "{PRINT}"}}\'; echo ERROR >&2; exit 3'
    matches = {PRINT: (Match(0.97, (recording(),)),)}
    async with AcoustIdSimulator(matches) as service, desk_for(tmp_path, service) as desk:
        desk.fpcalc(script)
        verdict = await desk.check(desk.file())
        assert key_of(verdict, CheckName.ACOUSTID) == ("passed", None)


@pytest.mark.parametrize("name", ["song.flac", "-json.flac", "concat:a|b.flac", "a\nb.flac"])
async def test_the_real_fpcalc(tmp_path: Path, name: str) -> None:
    """Take a fingerprint with the real program, whatever the file is called."""
    programs = Programs(fpcalc=real(FPCALC))
    async with desk_for(tmp_path) as desk:
        path = desk.file(name, seconds=12)
    taken = fingerprint(path, "flac", programs, Caller())
    assert taken is not None
    assert taken.text.startswith("AQ")
    assert taken.duration_s == pytest.approx(12, abs=0.1)


async def test_ids_prove_and_disprove(tmp_path: Path) -> None:
    """Trust MusicBrainz's ids more than words."""
    other_words = (Match(0.97, (recording("Something", key=RECORDING_ID.upper()),)),)
    verdict = await ask(tmp_path, other_words, musicbrainz_recording_id=RECORDING_ID)
    assert key_of(verdict, CheckName.ACOUSTID) == ("passed", None)


async def test_a_person_knows_better_than_acoustid(tmp_path: Path) -> None:
    """Tell what the sound seems to be, but take the file that somebody has chosen."""
    verdict = await ask(tmp_path, (Match(0.97, (OTHER,)),), is_chosen=True)
    assert key_of(verdict, CheckName.ACOUSTID) == ("advisory", "acoustid_other_recording")
    assert verdict.ok


async def test_covers_are_told_by_the_artist_s_id(tmp_path: Path) -> None:
    """Refuse the same song by others once ids prove that they are others, not when names changed."""
    cover = (Match(0.97, (recording(artist="Renamed", artist_id="their-id"),)),)
    verdict = await ask(tmp_path, cover, known_artist=ARTIST_ID)
    assert key_of(verdict, CheckName.ACOUSTID) == ("failed", "acoustid_other_recording")


async def test_a_new_name_of_the_artist_is_no_cover(tmp_path: Path) -> None:
    """Know the artist by the id."""
    renamed = (Match(0.97, (recording(artist="Renamed"),)),)
    verdict = await ask(tmp_path, renamed, known_artist=ARTIST_ID)
    assert key_of(verdict, CheckName.ACOUSTID) == ("passed", None)


async def test_without_a_key_nothing_is_asked_or_said(desk: Desk) -> None:
    """Leave the check out, though fpcalc is there."""
    desk.fpcalc(f"echo x >> '{desk.calls}'")
    verdict = await desk.check(desk.file())
    assert CheckName.ACOUSTID not in {check.name for check in verdict.checks}
    assert desk.decoded() == 0


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (None, "no_fpcalc"),
        ("exit 2", "no_fingerprint"),
        ("echo nonsense", "no_fingerprint"),
        ("echo '[]'", "no_fingerprint"),
        ('echo \'{"duration": 0, "fingerprint": "AQAA"}\'', "no_fingerprint"),
        ('echo \'{"duration": 30, "fingerprint": 7}\'', "no_fingerprint"),
    ],
)
async def test_without_a_fingerprint_it_is_said(
    tmp_path: Path, script: str | None, reason: str
) -> None:
    """Skip the check with its reason, and send nothing."""
    async with AcoustIdSimulator({}) as service, desk_for(tmp_path, service) as desk:
        if script is not None:
            desk.fpcalc(script)
        verdict = await desk.check(desk.file())
        assert key_of(verdict, CheckName.ACOUSTID) == ("skipped", reason)
        assert verdict.ok
        assert service.asked == []


async def test_trouble_at_acoustid_holds_nothing_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """File without the proof, and tell of a bad key once."""
    async with AcoustIdSimulator({}) as service, desk_for(tmp_path, service) as desk:
        desk.fpcalc()
        service.key = "another"
        for seed in range(3):
            verdict = await desk.check(desk.file(seed=seed))
            assert key_of(verdict, CheckName.ACOUSTID) == ("skipped", "acoustid_key_invalid")
            assert verdict.ok
    assert caplog.text.count("AcoustID refuses the key") == 1
    assert "application-key" not in caplog.text
