"""Decode files by ffmpeg and name their codecs by ffprobe: stand-ins of the same contract, and the real ones."""

from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from custom_components.soulspot.engine.library.audio import AudioProperties, read_audio
from custom_components.soulspot.engine.library.checks import Check, CheckName, CheckResult
from custom_components.soulspot.engine.library.decode import check_codec, decode
from custom_components.soulspot.engine.library.examine import examine_sound, examine_structure
from custom_components.soulspot.engine.library.verify import Expectation
from custom_components.soulspot.engine.programs import Caller, Programs
from simulators.audio import AudioContent, AudioLibrary, AudioTags, Damage, Profile

from ..programs import FFMPEG, FFPROBE, real, write_program
from .conftest import verify

WHOLE = "printf 'out_time_us=N/A\\nout_time_us=1995000\\nprogress=end\\n'"


def properties(**changes: object) -> AudioProperties:
    """Return what is known of two seconds of MP3."""
    facts: dict[str, object] = {
        "format": "mp3",
        "codec": "mp3",
        "duration_ms": 2000,
        "bit_rate": 128,
        "sample_rate": 44_100,
        "bit_depth": None,
        "channels": 2,
        "is_lossless": False,
    }
    return AudioProperties(**facts | changes)  # type: ignore[arg-type]


ODD, BAD = ("decode", "advisory", "decode_complained"), ("decode", "failed", "decode_failed")


def lost(count: int, line: str) -> str:
    """Return a script that complains so often."""
    return f"for n in $(seq {count}); do echo '{line}' >&2; done"


FLAC = properties(format="flac", codec="flac", bit_depth=16, is_lossless=True)


def outcomes(checks: tuple[Check, ...]) -> list[tuple[str, str, str | None]]:
    """Return names, results and reasons."""
    return [(c.name.value, c.result.value, c.reason.key if c.reason else None) for c in checks]


@pytest.mark.parametrize(
    ("script", "known", "expected"),
    [
        (WHOLE, properties(), ("decode", "passed", None)),
        (WHOLE, FLAC, ("decode", "passed", None)),
        ("exit 1", properties(), ("decode", "failed", "decode_failed")),
        ("echo broken >&2", properties(), ("decode", "failed", "decode_failed")),
        (f"echo odd >&2; {WHOLE}", properties(), ("decode", "advisory", "decode_complained")),
        (
            f"{lost(2, 'Error while decoding stream #0:0: Invalid data')}; {WHOLE}",
            properties(),
            ODD,
        ),
        (
            f"{lost(9, 'Error while decoding stream #0:0: Invalid data')}; {WHOLE}",
            properties(),
            BAD,
        ),
        (f"{lost(9, '[dec:aac @ 0x1] Error submitting packet to decoder: x')}; {WHOLE}", FLAC, BAD),
        (f"{lost(9, '[dec:mp3 @ 0x1] Decoding error: Invalid data')}; {WHOLE}", properties(), BAD),
        (f"{lost(9, '[mjpeg @ 0x1] unable to read the picture')}; {WHOLE}", properties(), ODD),
        ("echo out_time_us=900000", properties(), ("decode", "failed", "decode_too_short")),
        ("echo out_time_us=1300000", properties(), ("decode", "passed", None)),
        ("echo out_time_us=1300000", FLAC, ("decode", "failed", "decode_too_short")),
        ("echo out_time_us=900000", properties(duration_ms=None), ("decode", "passed", None)),
        (None, properties(), ("decode", "skipped", "no_ffmpeg")),
    ],
)
def test_what_ffmpeg_says_is_judged(
    tmp_path: Path,
    script: str | None,
    known: AudioProperties,
    expected: tuple[str, str, str | None],
) -> None:
    """Missing sound fails, oddities that nothing is missing for are told, absence is said."""
    ffmpeg = write_program(tmp_path, FFMPEG, script) if script is not None else None
    checks = decode(tmp_path / "song", known, Programs(ffmpeg=ffmpeg), Caller())
    assert outcomes(checks) == [expected]


def test_what_does_not_run_or_end_is_no_fault_of_the_file(tmp_path: Path) -> None:
    """Skip the check with the reason."""
    broken = tmp_path / "broken"
    broken.write_text("no program")
    broken.chmod(0o755)
    slow = write_program(tmp_path, FFMPEG, "sleep 600")
    path = tmp_path / "song"
    checks = decode(path, FLAC, Programs(ffmpeg=str(broken)), Caller())
    assert outcomes(checks) == [("decode", "skipped", "decoder_failed")]
    checks = decode(path, FLAC, Programs(ffmpeg=slow), Caller(), timeout=0.3)
    assert outcomes(checks) == [("decode", "skipped", "decode_timed_out")]


@pytest.mark.parametrize(
    ("decoded", "expected"),
    [("00FF", ("checksum", "passed", None)), ("1234", ("checksum", "failed", "checksum_differs"))],
)
def test_the_sum_of_the_samples_is_compared(
    tmp_path: Path, decoded: str, expected: tuple[str, str, str | None]
) -> None:
    """Ask for the MD5 of samples as wide as they are stored, and compare it."""
    note = tmp_path / "arguments"
    script = f'echo "$@" > {note}; {WHOLE}; echo MD5={decoded}'
    programs = Programs(ffmpeg=write_program(tmp_path, FFMPEG, script))
    checks = decode(tmp_path / "s", FLAC, programs, Caller(), stream_checksum="00ff")
    assert outcomes(checks) == [("decode", "passed", None), expected]
    assert "-c:a pcm_s16le -f md5 pipe:1" in note.read_text()


@pytest.mark.parametrize("name", ["-i", "concat:a|b.flac", "a\nb.flac", "http:x", "%d.flac", "|ls"])
def test_hostile_names_stay_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Hand the whole path over as one file of this machine, whatever it is called."""
    note = tmp_path / "arguments"
    script = f'for argument in "$@"; do printf "%s\\0" "$argument"; done > {note}'
    programs = Programs(
        ffmpeg=write_program(tmp_path, FFMPEG, script),
        ffprobe=write_program(tmp_path, FFPROBE, script),
    )
    monkeypatch.chdir(tmp_path)
    for work in (decode, check_codec):
        work(Path(name), FLAC, programs, Caller())
        arguments = note.read_text().split("\0")
        assert arguments.count(f"file:{tmp_path}/{name}") == 1
        assert arguments[arguments.index("-i") + 1] == f"file:{tmp_path}/{name}"
        assert arguments[arguments.index("-protocol_whitelist") + 1] == "file"


@pytest.mark.parametrize(
    ("known", "found", "expected"),
    [
        (FLAC, "flac", [("codec", "passed", None)]),
        (FLAC, "mp3", [("codec", "failed", "codec_differs")]),
        (properties(codec="pcm"), "pcm_s16be", [("codec", "passed", None)]),
        (properties(codec="ec-3"), "eac3", []),  # Of names that we do not know nothing is said.
        (FLAC, "", []),
        (FLAC, "two\nlines", []),
    ],
)
def test_the_codec_is_named_by_ffprobe(
    tmp_path: Path, known: AudioProperties, found: str, expected: list[tuple[str, str, str | None]]
) -> None:
    """Refuse what is something else inside."""
    programs = Programs(ffprobe=write_program(tmp_path, FFPROBE, f"printf '{found}'"))
    assert outcomes(check_codec(tmp_path / "song", known, programs, Caller())) == expected
    assert check_codec(tmp_path / "song", known, Programs(), Caller()) == ()


def test_what_its_structure_refuses_is_not_listened_to(
    tmp_path: Path, make_file: Callable[..., Path], samples: dict[str, bytes]
) -> None:
    """Tell that listening is of no use, and when it has become possible."""
    ffmpeg = Programs(ffmpeg=write_program(tmp_path, FFMPEG, WHOLE))
    cut = examine_structure(make_file("flac", data=samples["flac"][:-3000]))
    assert not cut.needs_sound(ffmpeg)
    path = make_file("flac")
    whole = examine_structure(path)
    assert whole.needs_sound(Programs())
    heard = examine_sound(path, whole, Programs(), Caller())
    assert not heard.needs_sound(Programs())
    assert heard.needs_sound(ffmpeg)
    assert not examine_sound(path, heard, ffmpeg, Caller()).needs_sound(ffmpeg)


# --- With the real programs --------------------------------------------------------------------


@pytest.fixture(name="programs")
def _programs() -> Programs:
    """Return the real ones."""
    return Programs(ffmpeg=real(FFMPEG), ffprobe=real(FFPROBE))


@pytest.mark.parametrize("format_name", ["flac", "mp3", "ogg", "opus", "wav", "aiff"])
def test_real_files_decode(
    make_file: Callable[..., Path], programs: Programs, format_name: str
) -> None:
    """Whole files pass, with their length counted in samples and their codec named."""
    verdict = verify(make_file(format_name), Expectation(duration_ms=2000), programs)
    assert verdict.ok, verdict
    checks = {check.name: check for check in verdict.checks}
    assert checks[CheckName.DECODE].result is CheckResult.PASSED
    assert checks[CheckName.CODEC].result is CheckResult.PASSED
    assert float(checks[CheckName.DECODE].measured or 0) == pytest.approx(2.0, abs=0.1)
    if format_name == "flac":
        assert checks[CheckName.CHECKSUM].result is CheckResult.PASSED


@pytest.mark.parametrize("profile", [Profile.M4A_256, Profile.MP3_320])
def test_real_sound_with_holes(tmp_path: Path, programs: Programs, profile: Profile) -> None:
    """Formats without checksums are refused when pieces inside cannot be decoded, though none is missing."""
    tags = AudioTags("Title", "Artist", "Album")
    content = AudioContent("key", 20_000, profile, tags, Damage.CORRUPT)
    path = tmp_path / f"song.{profile.extension}"
    path.write_bytes(AudioLibrary().render(content))
    checks = decode(path, read_audio(path), programs, Caller())
    assert outcomes(checks) == [BAD]


def test_real_flac_with_another_sum(
    make_file: Callable[..., Path], samples: dict[str, bytes], programs: Programs
) -> None:
    """Refuse sound that is not what the encoder saw, though every frame is sound."""
    data = bytearray(samples["flac"])
    data[26] ^= 1  # In the stream's MD5.
    verdict = verify(make_file("flac", data=bytes(data)), Expectation(), programs)
    assert verdict.reason is not None
    assert verdict.reason.key == "checksum_differs"


@pytest.mark.parametrize(
    ("codec", "arguments", "extension"),
    [
        ("wavpack", ("-c:a", "wavpack"), "wv"),
        ("tta", ("-c:a", "tta"), "tta"),
        ("wma", ("-c:a", "wmav2"), "wma"),
        ("alac", ("-c:a", "alac"), "m4a"),
        ("aac", ("-c:a", "aac"), "m4a"),
    ],
)
def test_real_files_of_other_formats(
    tmp_path: Path,
    make_file: Callable[..., Path],
    programs: Programs,
    codec: str,
    arguments: tuple[str, ...],
    extension: str,
) -> None:
    """Formats whose structure we hardly know are decoded to the end; what is cut is refused."""
    path = tmp_path / f"song.{extension}"
    command = [str(programs.ffmpeg), "-v", "error", "-i", str(make_file("wav"))]
    made = Caller().run([*command, *arguments, str(path)], timeout=60)
    assert made.exit_code == 0, made.complaint
    verdict = verify(path, Expectation(duration_ms=2000), programs)
    assert verdict.ok, verdict
    assert read_audio(path).codec == codec
    cut = tmp_path / f"cut.{extension}"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert not verify(cut, Expectation(), programs).ok


def test_playlists_in_disguise_open_nothing(
    tmp_path: Path, make_file: Callable[..., Path], programs: Programs
) -> None:
    """A list of other files is no audio for ffmpeg, whatever its name: nothing of them is read."""
    victim = make_file("wav", "victim.wav")
    lists = {
        "list.mp3": f"ffconcat version 1.0\nfile '{victim}'\n",
        "m3u8.mp3": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{victim}\n#EXT-X-ENDLIST\n",
    }
    for name, text in lists.items():
        path = tmp_path / name
        path.write_text(text)
        checks = decode(path, properties(), programs, Caller())
        assert outcomes(checks) == [("decode", "failed", "decode_failed")]
        assert check_codec(path, properties(), programs, Caller()) == ()


def test_real_names(
    tmp_path: Path,
    make_file: Callable[..., Path],
    programs: Programs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Decode files with names that are traps."""
    source = make_file("wav")
    monkeypatch.chdir(tmp_path)
    for name in ("-i", "concat:a|b.wav", "a\nb.wav", "http:x.wav", "%03d.wav", "pipe:0"):
        Path(name).write_bytes(source.read_bytes())
        checks = decode(Path(name), read_audio(Path(name)), programs, Caller())
        assert outcomes(checks) == [("decode", "passed", None)], name


def test_soundfile_agrees(make_file: Callable[..., Path], programs: Programs) -> None:
    """24 bits are compared as 24 bits."""
    path = make_file("flac")
    sound, rate = soundfile.read(path)
    soundfile.write(path, sound, rate, subtype="PCM_24")
    verdict = verify(path, Expectation(), programs)
    checks = {check.name: check.result for check in verdict.checks}
    assert checks[CheckName.CHECKSUM] is CheckResult.PASSED
