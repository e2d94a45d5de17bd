"""Tell lossless files from lossy ones in disguise."""

from collections.abc import Callable
from functools import cache
import io
from pathlib import Path
import subprocess
import wave

from hypothesis import given, settings, strategies as st
import numpy as np
from numpy.typing import NDArray
import pytest
import soundfile

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library.checks import CheckName, CheckResult
from custom_components.soulspot.engine.library.spectrum import check_spectrum
from custom_components.soulspot.engine.library.streams.flac_frames import read_blocks
from custom_components.soulspot.engine.library.transforms import fourier, lapped_cosine
from custom_components.soulspot.engine.library.verify import Expectation
from custom_components.soulspot.engine.programs import Programs

from ..programs import FFMPEG, real
from .conftest import verify

RATE = 44_100
SECONDS = 5


def noise(slope: float, seed: int = 1) -> NDArray[np.int16]:
    """Return stereo noise that falls by so many dB per octave above 40 Hz, dithered to 16 bits."""
    generator = np.random.default_rng(seed)
    sound = generator.standard_normal((RATE * SECONDS, 2))
    spectrum = np.fft.rfft(sound, axis=0)
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE)
    curve = (np.maximum(frequencies, 40) / 40) ** (-slope / 6.02)
    sound = np.fft.irfft(spectrum * curve[:, None], len(sound), axis=0)
    sound *= 0.8 / np.abs(sound).max() * 32_767
    return np.asarray(np.round(sound + generator.uniform(-0.5, 0.5, sound.shape)).astype(np.int16))


def through_mp3(sound: NDArray[np.int16], level: float) -> NDArray[np.int16]:
    """Encode at a constant rate (0 is 320 kbit/s, 1 is 32) and decode."""
    buffer = io.BytesIO()
    soundfile.write(
        buffer, sound, RATE, format="MP3", compression_level=level, bitrate_mode="CONSTANT"
    )
    buffer.seek(0)
    return np.asarray(soundfile.read(buffer, dtype="int16")[0])


@pytest.mark.parametrize("extension", ["flac", "wav"])
@pytest.mark.parametrize(
    ("level", "cutoff"), [(2 / 3, 16_000), (4 / 9, 18_600), (2 / 9, 19_500), (0.0, 20_000)]
)
def test_mp3_in_disguise(tmp_path: Path, level: float, cutoff: int, extension: str) -> None:
    """Suspect MP3 at 128, 192, 256 and 320 kbit/s, and tell where the sound ends."""
    path = tmp_path / f"sound.{extension}"
    soundfile.write(path, through_mp3(noise(3), level), RATE)
    estimate, reason = check_spectrum(path, extension)
    assert estimate is not None
    assert estimate.probability > 0.95
    assert estimate.cutoff is not None
    assert estimate.cutoff == pytest.approx(cutoff, abs=900)
    assert reason is not None
    assert reason.key == "lossy_source"
    assert float(reason.placeholders["kilohertz"]) == pytest.approx(estimate.cutoff / 1000, abs=0.1)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24"])
@pytest.mark.parametrize("slope", [0, 3, 6, 9, 12])
def test_dull_is_not_lossy(tmp_path: Path, slope: float, subtype: str) -> None:
    """Leave sound alone that fades into its own noise, however early."""
    path = tmp_path / "sound.flac"
    soundfile.write(path, noise(slope), RATE, subtype=subtype)
    estimate, reason = check_spectrum(path, "flac")
    assert estimate is not None
    assert estimate.probability < 0.1
    assert estimate.cutoff is None
    assert reason is None


type Window = NDArray[np.float64]

KAISER = np.sqrt(np.cumsum(np.kaiser(1025, 4 * np.pi)) / np.kaiser(1025, 4 * np.pi).sum())[:1024]
SINE = np.sin(np.pi * (np.arange(1024) + 0.5) / 2048)
WINDOWS = {
    "AAC": np.concatenate([KAISER, KAISER[::-1]]),
    "Vorbis": np.sin(np.pi / 2 * np.concatenate([SINE, SINE[::-1]]) ** 2),
}


@cache
def cosines(count: int) -> Window:
    """Return the lapped cosine transform as a table."""
    places, numbers = np.arange(2 * count), np.arange(count)
    angles = np.pi / count * (places + 0.5 + count / 2)[:, None] * (numbers + 0.5)
    return np.asarray(np.cos(angles))


def through_frames(
    sound: NDArray[np.int16], window: Window, *, shift: int = 0, coarseness: float = 0.7
) -> NDArray[np.int16]:
    """Round the coefficients of frames that begin at `shift`, and cut nothing off: a coder at a high rate."""
    count = 1024
    bases = cosines(count)
    result = sound.astype(np.float64)
    for channel in result.T:
        source, target = channel.copy(), np.zeros_like(channel)
        for start in range(shift, len(source) - 2 * count, count):
            part = slice(start, start + 2 * count)
            coefficients = (source[part] * window) @ bases
            bands = np.repeat(np.sqrt((coefficients.reshape(-1, 16) ** 2).mean(1)), 16)
            steps = coarseness * bands + 1e-9
            rounded = np.round(coefficients / steps) * steps
            target[part] += bases @ rounded * window * (1 / count)
        inside = slice(shift + count, len(source) - 3 * count)
        channel[inside] = target[inside]
    return np.asarray(np.clip(np.round(result), -32_768, 32_767).astype(np.int16))


@pytest.mark.parametrize(
    ("coder", "shift", "extension"),
    [("AAC", 0, "flac"), ("AAC", 960, "wav"), ("Vorbis", 64, "flac")],
)
def test_frames_without_an_edge(tmp_path: Path, coder: str, shift: int, extension: str) -> None:
    """Suspect what was rounded in frames though nothing was cut off, and say that."""
    path = tmp_path / f"sound.{extension}"
    soundfile.write(path, through_frames(noise(3), WINDOWS[coder], shift=shift), RATE)
    estimate, reason = check_spectrum(path, extension)
    assert estimate is not None
    assert estimate.probability > 0.95
    assert estimate.cutoff is None
    assert estimate.grid is not None
    assert reason is not None
    assert reason.key == "lossy_frames"


@pytest.mark.parametrize("seed", range(2))
def test_chance_makes_no_frames(tmp_path: Path, seed: int) -> None:
    """Leave noise alone, and what was rounded in no frames at all."""
    path = tmp_path / "sound.flac"
    soundfile.write(path, noise(3, seed) // 64 * 64, RATE)
    estimate, reason = check_spectrum(path, "flac")
    assert estimate is not None
    assert (estimate.probability < 0.1, reason) == (True, None)
    assert estimate.grid is not None
    assert estimate.grid < 6.5


@pytest.mark.parametrize("bit_rate", ["256k", "320k"])
def test_real_aac_in_disguise(tmp_path: Path, bit_rate: str) -> None:
    """Suspect what ffmpeg has made of AAC, with and without its delay."""
    ffmpeg = real(FFMPEG)
    source, coded, path = (tmp_path / name for name in ("a.wav", "b.m4a", "c.flac"))
    soundfile.write(source, noise(3), RATE)
    for arguments in (
        ["-i", source, "-c:a", "aac", "-b:a", bit_rate, coded],
        ["-i", coded, "-c:a", "flac", "-sample_fmt", "s16", path],
    ):
        subprocess.run([ffmpeg, "-v", "error", *map(str, arguments)], check=True)
    estimate, _ = check_spectrum(path, "flac")
    assert estimate is not None
    assert estimate.probability > 0.95


@settings(max_examples=20)
@given(st.lists(st.floats(-1, 1), min_size=256, max_size=256))
def test_transforms_are_those_of_the_books(values: list[float]) -> None:
    """Agree with numpy, and with the sum that defines the lapped cosine transform."""
    spectrum = fourier([complex(a, b) for a, b in zip(values[::2], values[1::2], strict=True)])
    assert np.allclose(spectrum, np.fft.fft(np.array(values).view(np.complex128)))
    places, numbers = np.arange(256), np.arange(128)
    table = np.cos(np.pi / 128 * (places + 0.5 + 64) * (numbers[:, None] + 0.5))
    assert np.allclose(lapped_cosine(values), table @ np.array(values))


def test_what_cannot_be_judged(tmp_path: Path) -> None:
    """Say so for silence, for moments, for low rates, and where nothing decodes a format."""
    keys = {}
    for name, sound, rate in (
        ("silence", np.zeros((RATE * 5, 2), np.int16), RATE),
        ("moment", noise(3)[:2000], RATE),
        ("low", noise(3), 22_050),
    ):
        path = tmp_path / f"{name}.flac"
        soundfile.write(path, sound, rate)
        estimate, reason = check_spectrum(path, "flac")
        assert estimate is None
        assert reason is not None
        keys[name] = reason.key
    assert set(keys.values()) == {"too_little_sound"}
    path = tmp_path / "sound.aiff"
    soundfile.write(path, noise(3), RATE)
    estimate, reason = check_spectrum(path, "aiff")
    assert reason is not None
    assert (estimate, reason.key) == (None, "no_decoder")
    with pytest.raises(StorageError, match="file_vanished"):
        check_spectrum(tmp_path / "gone.flac", "flac")


def test_other_formats_go_through_ffmpeg(tmp_path: Path) -> None:
    """Judge what ffmpeg hands out."""
    samples = tmp_path / "samples"
    samples.write_bytes(through_mp3(noise(3), 2 / 3)[:, 0].tobytes())
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\nexec /bin/cat '{samples}'\n")
    program.chmod(0o755)
    path = tmp_path / "sound.aiff"
    soundfile.write(path, noise(3), RATE)
    estimate, _ = check_spectrum(path, "aiff", duration_ms=5000, ffmpeg=str(program))
    assert estimate is not None
    assert estimate.probability > 0.95


def test_verify_tells_and_does_not_refuse(tmp_path: Path, make_file: Callable[..., Path]) -> None:
    """Make it advice with its figure, and only for lossless files."""
    path = tmp_path / "sound.flac"
    soundfile.write(path, through_mp3(noise(3), 2 / 3), RATE)
    verdict = verify(path, Expectation(), Programs())
    check = next(check for check in verdict.checks if check.name is CheckName.SPECTRUM)
    assert (verdict.ok, check.result) == (True, CheckResult.ADVISORY)
    assert check.measured is not None
    assert int(check.measured) > 95
    assert check.limit == "50"
    lossy = verify(make_file("mp3"), Expectation(), Programs())
    assert CheckName.SPECTRUM not in {check.name for check in lossy.checks}


@pytest.mark.parametrize("subtype", ["PCM_S8", "PCM_16", "PCM_24"])
@pytest.mark.parametrize("kind", ["noise", "brown", "silence", "mono", "nearly mono", "constant"])
def test_frames_are_decoded_exactly(subtype: str, kind: str) -> None:
    """Return the left channel or the mid one, to the bit, from every kind of subframe."""
    white, brown = noise(0), noise(6)
    sound = {
        "noise": white,
        "brown": brown,
        "silence": np.zeros_like(white),
        "mono": brown[:, :1],
        "nearly mono": np.column_stack([brown[:, 0], brown[:, 0] // 2 * 2]),
        "constant": np.full_like(white, 1000),
    }[kind]
    buffer = io.BytesIO()
    soundfile.write(buffer, sound, RATE, format="FLAC", subtype=subtype)
    size = len(buffer.getvalue())
    rate, blocks = read_blocks(buffer, size, 10, 4096)
    buffer.seek(0)
    scale = {"PCM_S8": 7, "PCM_16": 15, "PCM_24": 23}[subtype]
    stored = np.round(soundfile.read(buffer, always_2d=True)[0] * 2**scale).astype(np.int64)
    channels = [stored[:, 0], stored[:, -1], (stored[:, 0] + stored[:, -1]) >> 1]
    assert rate == RATE
    assert len(blocks) == 10
    for start, block in blocks:
        assert start is not None
        found = np.round(np.array(block) * 2**scale).astype(np.int64)
        places = [channel[start : start + len(found)] for channel in channels]
        assert any(np.array_equal(found, place) for place in places)


@settings(max_examples=150)
@given(data=st.data())
def test_broken_streams_do_no_harm(data: st.DataObject) -> None:
    """Decode what is left of a damaged file, or nothing."""
    buffer = io.BytesIO()
    soundfile.write(buffer, noise(3)[: RATE // 2], RATE, format="FLAC")
    damaged = bytearray(buffer.getvalue())
    for _ in range(data.draw(st.integers(1, 40))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = damaged[: data.draw(st.integers(0, len(damaged)))]
    read_blocks(io.BytesIO(bytes(cut)), len(cut), 5, 4096)


def test_odd_wave_files(tmp_path: Path) -> None:
    """Read 24 bits, and say so when a WAV holds something else."""
    path = tmp_path / "deep.wav"
    soundfile.write(path, through_mp3(noise(3), 2 / 3), RATE, subtype="PCM_24")
    estimate, _ = check_spectrum(path, "wav")
    assert estimate is not None
    assert estimate.probability > 0.95
    with wave.open(str(tmp_path / "small.wav"), "wb") as writer:
        writer.setparams((1, 1, RATE, 0, "NONE", ""))
        writer.writeframes(bytes(1000))
    estimate, reason = check_spectrum(tmp_path / "small.wav", "wav")
    assert estimate is None
    assert reason is not None
