"""Chain the frames of encoded segments to one FLAC stream of any length."""

from collections.abc import Sequence
from dataclasses import dataclass
import hashlib
from itertools import pairwise
import struct

from .content import AudioTags
from .vorbis_comment import vorbis_comment

FRAME_SAMPLES = 4096
_PADDING = 4096


def _crc_table(polynomial: int, width: int) -> tuple[int, ...]:
    """Build the byte table of a most-significant-bit-first checksum."""
    table = []
    top, mask = 1 << (width - 1), (1 << width) - 1
    for value in range(256):
        remainder = value << (width - 8)
        for _ in range(8):
            remainder = (remainder << 1) ^ polynomial if remainder & top else remainder << 1
        table.append(remainder & mask)
    return tuple(table)


_CRC_8 = _crc_table(0x07, 8)
_CRC_16 = _crc_table(0x8005, 16)


def _crc_8(data: bytes) -> int:
    """Return the checksum of a frame header."""
    remainder = 0
    for byte in data:
        remainder = _CRC_8[remainder ^ byte]
    return remainder


def _crc_16(data: bytes, remainder: int = 0) -> int:
    """Return the checksum of a frame."""
    for byte in data:
        remainder = ((remainder << 8) & 0xFF00) ^ _CRC_16[(remainder >> 8) ^ byte]
    return remainder


def _coded_number(number: int) -> bytes:
    """Return a frame number in the format's extension of UTF-8."""
    # Below 0x110000 that is UTF-8 itself; higher numbers would take 50 hours of sound.
    return chr(number).encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class FlacFrame:
    """Hold a frame without its number and checksums, and what is needed to add them quickly."""

    start: bytes
    body: bytes
    body_crc: int
    shift: tuple[int, ...]

    def numbered(self, number: int) -> bytes:
        """Return the complete frame at this place of a stream."""
        header = self.start + _coded_number(number)
        header += bytes((_crc_8(header),))
        crc = self.body_crc
        header_crc = _crc_16(header)
        for bit, effect in enumerate(self.shift):
            if header_crc >> bit & 1:
                crc ^= effect
        return b"".join((header, self.body, crc.to_bytes(2, "big")))


@dataclass(frozen=True, slots=True)
class FlacSegment:
    """Hold the frames of one segment and its samples as bytes."""

    frames: tuple[FlacFrame, ...]
    samples: bytes
    frame_bytes: int


def _shift_effects(length: int) -> tuple[int, ...]:
    """Return what each bit of a checksum becomes after that many zero bytes.

    Checksums are linear: that of header and body together is the header's, moved on by the body's
    length, combined with the body's own.
    """
    # Squaring the one-byte step gives the steps of two, four, eight ... bytes.
    step = [_crc_16(b"\0", 1 << bit) for bit in range(16)]
    result = [1 << bit for bit in range(16)]

    def apply(matrix: Sequence[int], value: int) -> int:
        total = 0
        for bit in range(16):
            if value >> bit & 1:
                total ^= matrix[bit]
        return total

    while length:
        if length & 1:
            result = [apply(step, value) for value in result]
        step = [apply(step, value) for value in step]
        length >>= 1
    return tuple(result)


def _audio_start(encoded: bytes) -> int:
    """Return where the frames begin."""
    position = 4
    while True:
        last, length = (
            encoded[position] & 0x80,
            int.from_bytes(encoded[position + 1 : position + 4]),
        )
        position += 4 + length
        if last:
            return position


def parse_segment(
    encoded: bytes, samples: bytes, frame_count: int, frame_bytes: int
) -> FlacSegment:
    """Cut an encoded segment into frames; `frame_bytes` is the size of one sample of all channels."""
    position = _audio_start(encoded)
    start = encoded[position : position + 3]
    positions = []
    for number in range(frame_count + 1):
        if number == frame_count and encoded.find(start, position) < 0:
            position = len(encoded)
        while position < len(encoded):
            position = encoded.index(start, position)
            end = position + 4 + len(_coded_number(number))
            if _crc_8(encoded[position:end]) == encoded[end] and encoded[
                position + 4 : end
            ] == _coded_number(number):
                break
            position += 1
        positions.append(position)
        position += 1
    frames = []
    for number, (first, following) in enumerate(pairwise(positions)):
        body_start = first + 4 + len(_coded_number(number)) + 1
        body = encoded[body_start : following - 2]
        frames.append(
            FlacFrame(
                encoded[first : first + 4],
                body,
                _crc_16(body),
                _shift_effects(len(body)),
            )
        )
    return FlacSegment(tuple(frames), samples, frame_bytes)


def _metadata_size(tags: AudioTags | None) -> int:
    """Return the bytes before the first frame."""
    return 4 + 4 + 34 + 4 + len(vorbis_comment(tags)) + 4 + _PADDING


def measure(segments: Sequence[FlacSegment], frame_count: int, tags: AudioTags | None) -> int:
    """Return the size in bytes of the file that `assemble` makes."""
    total = _metadata_size(tags)
    number = 0
    for segment in segments:
        for frame in segment.frames[: frame_count - number]:
            total += 4 + len(_coded_number(number)) + 1 + len(frame.body) + 2
            number += 1
    return total


def assemble(
    segments: Sequence[FlacSegment],
    frame_count: int,
    sample_rate: int,
    bit_depth: int,
    tags: AudioTags | None,
) -> bytes:
    """Return a complete FLAC file with a true checksum of its samples."""
    parts: list[bytes] = []
    digest = hashlib.md5(usedforsecurity=False)
    number = 0
    for segment in segments:
        frames = segment.frames[: frame_count - number]
        parts.extend(frame.numbered(number + offset) for offset, frame in enumerate(frames))
        number += len(frames)
        digest.update(segment.samples[: len(frames) * FRAME_SAMPLES * segment.frame_bytes])
    total_samples = number * FRAME_SAMPLES
    packed = sample_rate << 44 | 1 << 41 | (bit_depth - 1) << 36 | total_samples
    stream_info = (
        struct.pack(">HH", FRAME_SAMPLES, FRAME_SAMPLES)
        + bytes(6)
        + packed.to_bytes(8)
        + digest.digest()
    )
    comment = vorbis_comment(tags)
    head = (
        b"fLaC"
        + bytes((0,)) + len(stream_info).to_bytes(3) + stream_info
        + bytes((4,)) + len(comment).to_bytes(3) + comment
        + bytes((0x81,)) + _PADDING.to_bytes(3) + bytes(_PADDING)
    )  # fmt: skip
    return b"".join((head, *parts))
