"""Compose the few seconds of sound that every recording is put together from."""

import random

import numpy as np
import numpy.typing as npt

SEGMENTS = 6
# A multiple of every codec's frame (FLAC 4096, MP3 1152, AAC 1024), so that segments can be chained.
SEGMENT_SAMPLES = 3 * 36_864
_NOTES_PER_SEGMENT = 8
_SCALE = (0, 3, 5, 7, 10, 12, 15)
_NOISE_LEVEL = 0.03

type Samples = npt.NDArray[np.float64]


def compose_segment(number: int, sample_rate: int) -> Samples:
    """Return stereo samples (both channels alike) of one segment: a tune over broadband noise.

    The noise reaches up to half the sample rate, so a lossy encoder's low-pass can be seen.
    """
    generator = np.random.default_rng(number + 1)
    time = np.arange(SEGMENT_SAMPLES) / sample_rate
    mono = generator.normal(0.0, _NOISE_LEVEL, SEGMENT_SAMPLES)
    note_samples = SEGMENT_SAMPLES // _NOTES_PER_SEGMENT
    root = 110.0 * 2 ** (number * 5 % 12 / 12)
    for position in range(_NOTES_PER_SEGMENT):
        step = _SCALE[int(generator.integers(len(_SCALE)))]
        start = position * note_samples
        here = time[:note_samples]
        envelope = np.exp(-5.0 * here)
        for overtone, strength in ((1, 0.12), (2, 0.06), (3, 0.04), (5, 0.02)):
            pitch = root * 2 ** (step / 12) * overtone
            mono[start : start + note_samples] += (
                strength * envelope * np.sin(2 * np.pi * pitch * here)
            )
        mono[start : start + note_samples] += (
            0.05 * np.exp(-60.0 * here) * generator.normal(0.0, 1.0, note_samples)
        )
    return np.repeat(np.clip(mono, -0.9, 0.9)[:, np.newaxis], 2, axis=1)


def segment_order(key: str, count: int) -> list[int]:
    """Return which segments follow each other in the recording with this key."""
    source = random.Random(f"song {key}")
    return [source.randrange(SEGMENTS) for _ in range(count)]
