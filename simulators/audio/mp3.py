"""Chain the frames of encoded segments to one MP3 file of any length."""

from collections.abc import Sequence
import struct

from .content import AudioTags
from .id3 import id3_tag

FRAME_SAMPLES = 1152
_SAMPLE_RATE = 44_100
_BIT_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_SIDE_INFORMATION = 32
# MPEG-1 layer III without checksum, 128 kbit/s, 44.1 kHz, joint stereo: room for the whole header frame.
_HEADER_FRAME_START = b"\xff\xfb\x90\x44"
_HEADER_FRAME_SIZE = 417


def _frame_size(frame: bytes, position: int) -> int:
    """Return the size of the frame that begins here."""
    bit_rate = _BIT_RATES[frame[position + 2] >> 4]
    padding = frame[position + 2] >> 1 & 1
    return 144_000 * bit_rate // _SAMPLE_RATE + padding


def parse_segment(encoded: bytes, frame_count: int) -> tuple[bytes, ...]:
    """Cut an encoded segment into frames, leaving out the encoder's own header frame and its tail.

    The first frame of an encoding borrows no bits from frames before it, so segments can be chained.
    """
    position = 0
    frames: list[bytes] = []
    while len(frames) < frame_count:
        size = _frame_size(encoded, position)
        frame = encoded[position : position + size]
        if not (position == 0 and (b"Xing" in frame or b"Info" in frame)):
            frames.append(frame)
        position += size
    return tuple(frames)


def measure(segments: Sequence[tuple[bytes, ...]], frame_count: int, tags: AudioTags | None) -> int:
    """Return the size in bytes of the file that `assemble` makes."""
    total = len(id3_tag(tags)) + _HEADER_FRAME_SIZE
    left = frame_count
    for segment in segments:
        total += sum(map(len, segment[:left]))
        left -= min(left, len(segment))
    return total


def _header_frame(frame_count: int, audio_bytes: int, is_variable: bool) -> bytes:
    """Return the silent first frame that tells players the length, with an even seek table."""
    seek_table = bytes(255 * percent // 100 for percent in range(100))
    payload = (b"Xing" if is_variable else b"Info") + struct.pack(
        ">III", 0x0F, frame_count, audio_bytes + _HEADER_FRAME_SIZE
    )
    payload += seek_table + struct.pack(">I", 0 if is_variable else 100)
    payload += b"LAME3.100" + bytes((0x04 if is_variable else 0x01, 200))
    frame = _HEADER_FRAME_START + bytes(_SIDE_INFORMATION) + payload
    return frame.ljust(_HEADER_FRAME_SIZE, b"\0")


def assemble(
    segments: Sequence[tuple[bytes, ...]],
    frame_count: int,
    is_variable: bool,
    tags: AudioTags | None,
) -> bytes:
    """Return a complete MP3 file."""
    frames: list[bytes] = []
    for segment in segments:
        frames.extend(segment[: frame_count - len(frames)])
    audio = b"".join(frames)
    return b"".join((id3_tag(tags), _header_frame(len(frames), len(audio), is_variable), audio))
