"""Make the audio files that the tests of this room work on."""

from collections.abc import Callable
from dataclasses import replace
import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from custom_components.soulspot.engine.library.examine import examine_sound, examine_structure
from custom_components.soulspot.engine.library.formats import extension_of
from custom_components.soulspot.engine.library.verify import Expectation, Verdict, judge
from custom_components.soulspot.engine.programs import Caller, Programs

from .mp4_writer import write_mp4

SECONDS = 2
TAGGED_FORMATS = ("flac", "mp3", "ogg", "opus", "m4a")
FORMATS = (*TAGGED_FORMATS, "wav", "aiff")
_ENCODINGS = {
    "flac": ("FLAC", "PCM_16", 44100),
    "mp3": ("MP3", "MPEG_LAYER_III", 44100),
    "ogg": ("OGG", "VORBIS", 44100),
    "opus": ("OGG", "OPUS", 48000),
    "wav": ("WAV", "PCM_16", 44100),
    "aiff": ("AIFF", "PCM_16", 44100),
}


def encode(
    format_name: str,
    *,
    seconds: float = SECONDS,
    seed: int = 1,
    subtype: str | None = None,
) -> bytes:
    """Return a real file of stereo noise over a tone; equal arguments give equal sound."""
    if format_name == "m4a":
        generator = np.random.default_rng(seed)
        frames = [
            generator.bytes(int(generator.integers(200, 500)))
            for _ in range(round(seconds * 44100 / 1024))
        ]
        return write_mp4(frames)
    container, usual_subtype, sample_rate = _ENCODINGS[format_name]
    count = round(seconds * sample_rate)
    tone = 0.3 * np.sin(np.arange(count) * 440 * 2 * np.pi / sample_rate)
    noise = 0.1 * np.random.default_rng(seed).standard_normal((count, 2))
    buffer = io.BytesIO()
    soundfile.write(
        buffer,
        tone[:, None] + noise,
        sample_rate,
        format=container,
        subtype=subtype or usual_subtype,
    )
    return buffer.getvalue()


def decode(data: bytes) -> np.ndarray:
    """Return the samples of a file, read by libsndfile."""
    samples, _ = soundfile.read(io.BytesIO(data), dtype="int16")
    return np.asarray(samples)


def verify(path: Path, expectation: Expectation, programs: Programs | None = None) -> Verdict:
    """Judge a file by its name and structure, and by its sound when there are programs for it."""
    examination = examine_structure(path)
    if programs is not None:
        examination = examine_sound(path, examination, programs, Caller())
    if expectation.extension is None:
        expectation = replace(expectation, extension=extension_of(path.name))
    return judge(examination, expectation)


@pytest.fixture(scope="session")
def samples() -> dict[str, bytes]:
    """Return one file of each format that can be made here."""
    return {format_name: encode(format_name) for format_name in FORMATS}


@pytest.fixture
def make_file(tmp_path: Path, samples: dict[str, bytes]) -> Callable[..., Path]:
    """Return a function that writes a sample under a name and returns its path."""

    def make(format_name: str, name: str = "", *, data: bytes | None = None) -> Path:
        """Write the sample, or other bytes."""
        path = tmp_path / (name or f"sample.{format_name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(samples[format_name] if data is None else data)
        return path

    return make
