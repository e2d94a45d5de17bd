"""Measure how well lossless files are told from lossy ones in disguise.

Every sound is drawn from a seed, stored once as it is and once by way of each lossy coder, always as FLAC.
Half of the marks go to the true files and half to the disguised ones; each coder counts the same. Where ffmpeg is
found, its coders take part. The thresholds were set on seeds from 100 to 102: others are new to the judge.
(The highest variable rate of libsndfile's MP3 coder comes out differently from run to run.)

Run `python -m benchmarks.lossless [--seeds 2]`.
"""

import argparse
from collections.abc import Callable, Iterator
import io
from pathlib import Path
import shutil
import subprocess
import tempfile
import time
import tracemalloc

import numpy as np
from numpy.typing import NDArray
import soundfile

from custom_components.soulspot.engine.library.spectrum import (
    SUSPICIOUS,
    SpectrumEstimate,
    check_spectrum,
)

type Sound = NDArray[np.float64]
type Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

RATE = 44_100  # Hz
SECONDS = 10
TARGET = 0.95
_MP3_HIGHEST, _MP3_RANGE = 320, 288  # libsndfile spreads its levels from 320 down to 32 kbit/s.


def mp3_level(bit_rate: int) -> float:
    """Return libsndfile's compression level for a constant bit rate in kbit/s."""
    return (_MP3_HIGHEST - bit_rate) / _MP3_RANGE


CODERS: dict[str, tuple[str, str, float, str | None, int]] = {
    "MP3 128": ("MP3", "MPEG_LAYER_III", mp3_level(128), "CONSTANT", RATE),
    "MP3 192": ("MP3", "MPEG_LAYER_III", mp3_level(192), "CONSTANT", RATE),
    "MP3 256": ("MP3", "MPEG_LAYER_III", mp3_level(256), "CONSTANT", RATE),
    "MP3 320": ("MP3", "MPEG_LAYER_III", mp3_level(320), "CONSTANT", RATE),
    "MP3 V0": ("MP3", "MPEG_LAYER_III", 0.0, "VARIABLE", RATE),
    "Ogg Vorbis q4": ("OGG", "VORBIS", 0.6, None, RATE),
    "Ogg Vorbis q6": ("OGG", "VORBIS", 0.4, None, RATE),
}
FFMPEG_CODERS = {
    "AAC 128": ("m4a", "-c:a", "aac", "-b:a", "128k"),
    "AAC 192": ("m4a", "-c:a", "aac", "-b:a", "192k"),
    "AAC 256": ("m4a", "-c:a", "aac", "-b:a", "256k"),
    "AAC 320": ("m4a", "-c:a", "aac", "-b:a", "320k"),
    "Ogg Vorbis q8": ("ogg", "-c:a", "libvorbis", "-q:a", "8"),
    "Opus 128": ("opus", "-c:a", "libopus", "-b:a", "128k"),
    "Opus 256": ("opus", "-c:a", "libopus", "-b:a", "256k"),
    "LAME V0": ("mp3", "-c:a", "libmp3lame", "-q:a", "0"),
    "WMA 192": ("wma", "-c:a", "wmav2", "-b:a", "192k"),
}
MATERIALS = (
    "bright music",
    "music",
    "dull music",
    "very dull music",
    "music from tape",
    "quiet music",
    "loud music",
    "music behind a converter's filter",
    "pink noise",
    "brown noise",
)


# --- Sounds ------------------------------------------------------------------------------------


def shape(sound: Sound, curve: Curve) -> Sound:
    """Change the spectrum by a curve over Hz."""
    spectrum = np.fft.rfft(sound, axis=0)
    frequencies = np.fft.rfftfreq(len(sound), 1 / RATE)
    return np.asarray(
        np.fft.irfft(spectrum * curve(frequencies.astype(np.float64))[:, None], len(sound), axis=0)
    )


def falling(decibels: float, corner: float) -> Curve:
    """Return a curve that falls by so many dB per octave above a corner in Hz."""
    return lambda f: np.asarray((np.maximum(f, corner) / corner) ** (-decibels / 6.02))


def filtered(corner: float, width: float) -> Curve:
    """Return the curve of a converter's filter."""
    return lambda f: np.asarray(np.clip((corner + width - f) / width, 0, 1) ** 2)


def draw_music(generator: np.random.Generator, brightness: float) -> Sound:
    """Draw plucked notes, drums and a room."""
    count = RATE * SECONDS
    sound = np.zeros((count, 2))
    beat = generator.uniform(0.3, 0.6)
    for _ in range(int(SECONDS / beat) * 3):
        start = int(generator.uniform(0, SECONDS - 1.5) * RATE)
        time_s = np.arange(int(RATE * generator.uniform(0.3, 1.4))) / RATE
        base = 55 * 2 ** (generator.integers(0, 48) / 12)
        tilt = generator.uniform(0.9, 1.8) / brightness
        note = np.zeros(len(time_s))
        for number in range(1, min(60, int(RATE * 0.49 / base))):
            phase = 2 * np.pi * base * number * (1 + 1e-5 * number**2) * time_s
            decay = np.exp(-time_s * (2 + number * 0.25 / brightness))
            note += number**-tilt * np.sin(phase + generator.uniform(0, 6.28)) * decay
        side = generator.uniform(0.2, 0.8)
        sound[start : start + len(note)] += 0.1 * note[:, None] * np.array([side, 1 - side])
    for number in range(int(SECONDS / beat) - 1):
        start, length = int(number * beat * RATE), RATE // 4
        decay = np.exp(-np.arange(length) / RATE * generator.uniform(12, 60))
        hit = generator.standard_normal((length, 2)) * decay[:, None]
        hit *= generator.uniform(0.05, 0.25) * brightness
        curve = falling(generator.uniform(0, 9), generator.uniform(3000, 9000))
        sound[start : start + length] += shape(hit, curve)
    room = generator.standard_normal((count, 2)) * 10 ** (-generator.uniform(60, 75) / 20)
    return sound + shape(room, falling(3, 500))


def draw(material: str, seed: int) -> NDArray[np.int16]:
    """Draw a sound of a kind, dithered to 16 bits."""
    generator = np.random.default_rng([seed, MATERIALS.index(material)])
    level = generator.uniform(0.5, 0.95)
    match material:
        case "pink noise":
            sound = shape(generator.standard_normal((RATE * SECONDS, 2)), falling(3, 40))
        case "brown noise":
            sound = shape(generator.standard_normal((RATE * SECONDS, 2)), falling(6, 60))
        case "bright music":
            sound = draw_music(generator, 1.4)
        case "dull music":
            sound = shape(draw_music(generator, 0.7), falling(6, generator.uniform(4000, 8000)))
        case "very dull music":
            sound = shape(draw_music(generator, 0.6), falling(12, generator.uniform(3000, 8000)))
        case "music from tape":
            hiss = shape(generator.standard_normal((RATE * SECONDS, 2)), falling(4, 8000))
            corner = generator.uniform(9000, 14_000)
            sound = shape(draw_music(generator, 1.0), falling(24, corner))
            sound += hiss * 10 ** (-generator.uniform(58, 70) / 20)
        case "loud music":
            sound = np.tanh(draw_music(generator, 1.2) * 4)
        case "music behind a converter's filter":
            curve = filtered(generator.uniform(20_000, 20_800), generator.uniform(900, 1600))
            sound = shape(draw_music(generator, 1.3), curve)
        case _:
            sound = draw_music(generator, 1.0)
    if material == "quiet music":
        level = 0.05
    sound = sound / np.abs(sound).max() * level * 32_767
    dither = generator.uniform(-0.5, 0.5, sound.shape) + generator.uniform(-0.5, 0.5, sound.shape)
    return np.asarray(np.clip(np.round(sound + dither), -32_768, 32_767).astype(np.int16))


# --- Coders ------------------------------------------------------------------------------------


def through_coder(sound: NDArray[np.int16], coder: str) -> NDArray[np.int16]:
    """Encode and decode by libsndfile."""
    container, subtype, level, mode, rate = CODERS[coder]
    buffer = io.BytesIO()
    soundfile.write(
        buffer,
        sound,
        rate,
        format=container,
        subtype=subtype,
        compression_level=level,
        bitrate_mode=mode,
    )
    buffer.seek(0)
    return np.asarray(soundfile.read(buffer, dtype="int16")[0])


def through_ffmpeg(
    sound: NDArray[np.int16], coder: str, ffmpeg: str, folder: Path
) -> NDArray[np.int16]:
    """Encode and decode by one of ffmpeg's coders, at the rate of the sound."""
    extension, *coding = FFMPEG_CODERS[coder]
    source, coded, target = folder / "in.wav", folder / f"coded.{extension}", folder / "out.wav"
    soundfile.write(source, sound, RATE)
    quiet = [ffmpeg, "-nostdin", "-y", "-v", "error", "-i"]
    subprocess.run([*quiet, str(source), *coding, str(coded)], check=True)
    decoding = ["-ar", str(RATE), "-c:a", "pcm_s16le"]
    subprocess.run([*quiet, str(coded), *decoding, str(target)], check=True)
    return np.asarray(soundfile.read(target, dtype="int16")[0])


def disguised(
    sound: NDArray[np.int16], ffmpeg: str | None, folder: Path
) -> Iterator[tuple[str, NDArray[np.int16]]]:
    """Yield what each coder leaves of a sound."""
    for coder in CODERS:
        yield coder, through_coder(sound, coder)
    if ffmpeg is not None:
        for coder in FFMPEG_CODERS:
            yield coder, through_ffmpeg(sound, coder, ffmpeg, folder)


# --- Judging -----------------------------------------------------------------------------------


class Score:
    """Count right answers by group."""

    def __init__(self) -> None:
        """Start empty."""
        self.right: dict[str, list[bool]] = {}
        self.seconds: list[float] = []

    def judge(self, group: str, material: str, sound: NDArray[np.int16], path: Path) -> None:
        """Store a sound as FLAC, and judge it."""
        soundfile.write(path, sound, RATE, format="FLAC", subtype="PCM_16")
        begun = time.perf_counter()
        estimate, _ = check_spectrum(path, "flac")
        self.seconds.append(time.perf_counter() - begun)
        is_right = _is_suspicious(estimate) is (group != "lossless")
        self.right.setdefault(group, []).append(is_right)
        if not is_right and estimate is not None:
            print(f"  wrong: {group}, {material}: edge {estimate.edge} dB, grid {estimate.grid}")

    def share(self, group: str) -> float:
        """Return the share of right answers."""
        return sum(self.right[group]) / len(self.right[group])


def _is_suspicious(estimate: SpectrumEstimate | None) -> bool:
    """Tell which side of the threshold a file is on."""
    return estimate is not None and estimate.probability >= SUSPICIOUS


def measure_memory(path: Path) -> int:
    """Return the peak of memory in bytes while one file is judged."""
    tracemalloc.start()
    check_spectrum(path, "flac")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def main() -> None:
    """Print the share of right answers by coder, and whether the target is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="sounds of each kind")
    parser.add_argument("--first", type=int, default=0, help="where to begin with the seeds")
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    ffmpeg = shutil.which("ffmpeg")
    score = Score()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "sound.flac"
        for material in MATERIALS:
            for seed in seeds:
                sound = draw(material, seed)
                score.judge("lossless", material, sound, path)
                for coder, coded in disguised(sound, ffmpeg, folder):
                    score.judge(coder, material, coded, path)
        memory = measure_memory(path)
    groups = [group for group in score.right if group != "lossless"]
    found = float(np.mean([score.share(group) for group in groups]))
    for group in score.right:
        print(f"{group:<16} {score.share(group):6.1%} of {len(score.right[group])} right")
    if ffmpeg is None:
        print("Other coders are left out: there is no ffmpeg")
    total = (score.share("lossless") + found) / 2
    print(f"Together {total:.1%} right; the target is {TARGET:.0%}")
    print(f"{np.median(score.seconds):.2f} s a file (median), {memory / 1e6:.1f} MB at most")


if __name__ == "__main__":
    main()
