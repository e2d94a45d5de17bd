"""Write AAC-LC frames by hand: bands of noise, which need no spectral code books.

No encoder for AAC comes with the libraries in use, so the sound is a tune of noise bands
(ISO/IEC 14496-3, perceptual noise substitution), filled up to the wanted constant bit rate.
"""

import random

from .sound import SEGMENT_SAMPLES

FRAME_SAMPLES = 1024
_BIT_RATE = 256_000
_SAMPLE_RATE = 44_100
FRAME_SIZE = _BIT_RATE * FRAME_SAMPLES // _SAMPLE_RATE // 8
_FRAMES_PER_NOTE = 12
# In steps of a quarter of a doubling, above a hundredth of full scale.
_LOUDEST = 52
_BANDS = 44
_NOISE_BOOK, _ZERO_BOOK = 13, 0
_CHANNEL_PAIR, _FILL, _END = 1, 6, 7


class _Bits:
    """Collect values of any width."""

    def __init__(self) -> None:
        """Start empty."""
        self._value = 0
        self.length = 0

    def add(self, value: int, width: int) -> None:
        """Append a value, most significant bit first."""
        self._value = self._value << width | value
        self.length += width

    def to_bytes(self, size: int) -> bytes:
        """Return the bits, padded with zeros to that many bytes."""
        return (self._value << (size * 8 - self.length)).to_bytes(size)


def _add_sections(bits: _Bits, sections: list[tuple[int, int]]) -> None:
    """Append code book and length in bands of each section."""
    for book, length in sections:
        bits.add(book, 4)
        while length >= 31:
            bits.add(31, 5)
            length -= 31
        bits.add(length, 5)


def _add_channel(bits: _Bits, first_band: int, band_count: int, energy: int) -> None:
    """Append one channel: silence but for a run of noise bands, all of one energy."""
    bits.add(100, 8)
    sections = [
        (_ZERO_BOOK, first_band),
        (_NOISE_BOOK, band_count),
        (_ZERO_BOOK, _BANDS - first_band - band_count),
    ]
    _add_sections(bits, [section for section in sections if section[1]])
    bits.add(256 + energy, 9)
    # Each further band keeps the energy: the code for "no difference" is a single 0.
    bits.add(0, band_count - 1)
    bits.add(0, 3)


def _frame(first_band: int, band_count: int, energy: int) -> bytes:
    """Return one frame of the constant size."""
    bits = _Bits()
    bits.add(_CHANNEL_PAIR, 3)
    bits.add(0, 4)
    bits.add(1, 1)
    bits.add(0, 4)
    bits.add(_BANDS, 6)
    bits.add(0, 1)
    bits.add(0, 2)
    for _ in range(2):
        _add_channel(bits, first_band, band_count, energy)
    # Three bits end the frame; what is left over before is filled.
    while (room := (FRAME_SIZE * 8 - 3 - bits.length - 7) // 8) > 0:
        count = min(room if room < 15 else max(room - 1, 15), 269)
        bits.add(_FILL, 3)
        if count < 15:
            bits.add(count, 4)
        else:
            bits.add(15, 4)
            bits.add(count - 14, 8)
        bits.add(0, count * 8)
    bits.add(_END, 3)
    return bits.to_bytes(FRAME_SIZE)


def compose_frames(number: int) -> tuple[bytes, ...]:
    """Return the frames of one segment."""
    source = random.Random(f"aac segment {number}")
    frames: list[bytes] = []
    while len(frames) < SEGMENT_SAMPLES // FRAME_SAMPLES:
        first_band, band_count = source.randrange(4, 24), source.randrange(3, 20)
        frames.extend(
            _frame(first_band, band_count, energy)
            for energy in range(_LOUDEST, _LOUDEST - _FRAMES_PER_NOTE, -1)
        )
    return tuple(frames[: SEGMENT_SAMPLES // FRAME_SAMPLES])
