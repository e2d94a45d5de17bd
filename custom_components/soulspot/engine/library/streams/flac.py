"""Walk FLAC streams: every frame header in order, and the checksums of all frames in one pass.

The format is RFC 9639: sections 8 (metadata), 9.1 (frame header), 9.3 (frame footer).
"""

from array import array
from dataclasses import dataclass
from functools import cache
import re
import sys
from typing import BinaryIO

from ...model import Reason
from .base import Digest, StreamReport, cut_short, damaged, find_trailing_tags, skip_id3

SYNC = re.compile(rb"\xff[\xf8\xf9]")
LONGEST_HEADER = 16
_PERIOD = 32767
_PIECE_BYTES = 8 * _PERIOD  # Each step on a piece holds up all other threads.
_BLOCK_SIZES = (
    {1: 192} | {n: 576 << n - 2 for n in range(2, 6)} | {n: 256 << n - 8 for n in range(8, 16)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamInfo:
    """Hold what the stream says of itself; zero samples mean unknown."""

    frames_start: int
    sample_rate: int
    bit_depth: int
    largest_frame: int  # bytes, 0 when unknown
    total_samples: int
    checksum: str  # Of all samples, MD5 as hexadecimal digits; empty when the encoder noted none.

    def milliseconds(self, samples: int) -> int:
        """Return a number of samples as time."""
        return samples * 1000 // self.sample_rate


def inspect(file: BinaryIO) -> StreamReport:
    """Count the frames to the end and check their CRC-16 sums."""
    info = read_stream_info(file)
    end = find_trailing_tags(file)
    if info is None:
        return StreamReport(audio_bytes=0, duration_ms=None, fault=damaged(0))
    walk = _Walk()
    file.seek(info.frames_start)
    _walk_frames(file, end, walk)
    notes = () if info.checksum else (Reason(key="no_checksum"),)
    return StreamReport(
        audio_bytes=max(end - info.frames_start, 0),
        duration_ms=info.milliseconds(walk.samples),
        fault=_find_fault(file, end, info, walk),
        notes=notes,
    )


def hash_audio(file: BinaryIO, digest: Digest) -> None:
    """Add all frames to the digest."""
    info = read_stream_info(file)
    if info is not None:
        digest.add_range(file, info.frames_start, find_trailing_tags(file))


def _find_fault(file: BinaryIO, end: int, info: StreamInfo, walk: _Walk) -> Reason | None:
    """Tell a stream that ends early from one that is broken inside."""
    is_short = info.total_samples > 0 and walk.samples < info.total_samples
    if not is_short and walk.checksum == 0 and walk.samples > 0:
        return None
    if walk.has_later_frames or walk.samples == 0:
        return damaged(info.milliseconds(walk.samples))
    if is_short or _checksum_of(file, walk.last_start, end) != 0:
        return cut_short(info.milliseconds(walk.samples), info.milliseconds(info.total_samples))
    return damaged(None)


def read_stream_info(file: BinaryIO) -> StreamInfo | None:
    """Read the metadata blocks; None when they are broken."""
    offset = skip_id3(file)
    file.seek(offset)
    if file.read(4) != b"fLaC":
        return None
    offset += 4
    block: bytes | None = None
    while True:
        file.seek(offset)
        header = file.read(4)
        if len(header) < 4 or header[0] & 0x7F == 0x7F:
            return None
        if header[0] & 0x7F == 0 and block is None:
            block = file.read(34)
        offset += 4 + int.from_bytes(header[1:], "big")
        if header[0] & 0x80:
            break
    if block is None or len(block) < 34:
        return None
    packed = int.from_bytes(block[10:18], "big")  # 20 bits rate, 3 channels, 5 depth, 36 samples
    sample_rate = packed >> 44
    return (
        StreamInfo(
            frames_start=offset,
            sample_rate=sample_rate,
            largest_frame=int.from_bytes(block[7:10], "big"),
            bit_depth=(packed >> 36 & 31) + 1,
            total_samples=packed & (1 << 36) - 1,
            checksum=block[18:34].hex() if any(block[18:34]) else "",
        )
        if sample_rate
        else None
    )


# --- Frames ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Walk:
    """Collect what the pass over the frames finds."""

    samples: int = 0
    expected: int = -1  # The number the next frame must bear; -1 before the first.
    last_start: int = 0
    has_later_frames: bool = False  # Frames follow that do not join on.
    folded: int = 0  # All pieces but the last, laid over each other.
    checksum: int = 0


def _walk_frames(file: BinaryIO, end: int, walk: _Walk) -> None:
    """Read the frames in pieces; each piece begins with the last bytes of the one before."""
    position = file.tell()
    carried = b""
    while position < end and (data := file.read(min(_PIECE_BYTES, end - position))):
        position += len(data)
        if position < end:
            walk.folded ^= int.from_bytes(data)
        else:
            walk.checksum = _checksum(walk.folded.to_bytes(_PIECE_BYTES) + data)
        window = carried + data
        is_last = position >= end
        limit = len(window) if is_last else len(window) - LONGEST_HEADER
        for match in SYNC.finditer(window):
            if match.start() >= limit:
                break
            _take_candidate(window, match.start(), position - len(window), walk)
        carried = window[limit:]


def _take_candidate(window: bytes, start: int, base: int, walk: _Walk) -> None:
    """Count a frame when the header at `start` is sound and is the next one."""
    header = read_header(window[start : start + LONGEST_HEADER])
    if header is None:
        return
    number, block_size, is_variable = header
    if walk.expected in (-1, number):
        walk.expected = number + (block_size if is_variable else 1)
        walk.samples += block_size
        walk.last_start = base + start
        walk.has_later_frames = False
    elif number > walk.expected:
        walk.has_later_frames = True


def read_header(data: bytes) -> tuple[int, int, bool] | None:
    """Return number, samples and whether numbers count samples; None unless the CRC-8 is right."""
    if len(data) < 6 or data[3] & 1:
        return None
    size_code, rate_code = data[2] >> 4, data[2] & 15
    if size_code == 0 or rate_code == 15 or data[3] >> 4 > 10 or data[3] >> 1 & 7 == 3:
        return None
    coded = read_coded_number(data)
    if coded is None:
        return None
    number, offset = coded
    block_size = _BLOCK_SIZES.get(size_code, 0)
    if size_code in (6, 7):
        width = size_code - 5
        block_size = int.from_bytes(data[offset : offset + width], "big") + 1
        offset += width
    offset += {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if offset >= len(data) or _checksum_8(data[:offset]) != data[offset]:
        return None
    return number, block_size, bool(data[1] & 1)


def read_coded_number(data: bytes) -> tuple[int, int] | None:
    """Return the frame or sample number and the offset behind it."""
    first = data[4]
    if first < 0x80:
        return first, 5
    length = 8 - (first ^ 0xFF).bit_length()  # The leading ones tell how many bytes there are.
    if not 2 <= length <= 7 or len(data) < 4 + length:
        return None
    number = first & (1 << 7 - length) - 1
    for byte in data[5 : 4 + length]:
        if byte & 0xC0 != 0x80:
            return None
        number = number << 6 | byte & 0x3F
    return number, 4 + length


# --- Checksums ---------------------------------------------------------------------------------


def _checksum_of(file: BinaryIO, start: int, end: int) -> int:
    """Return the CRC-16 of a part of the file."""
    file.seek(start)
    return _checksum(file.read(end - start))


def _checksum(data: bytes) -> int:
    """Return the frames' CRC-16 (polynomial 0x8005) over some bytes.

    Taken over a frame with its footer it is zero, so over any number of whole frames it is zero too:
    one sum over the stream checks them all. And x^32767 is 1 modulo this polynomial, so pieces of
    32767 bytes may be laid over each other by "exclusive or" first, which costs next to nothing.
    """
    whole = len(data) // _PERIOD * _PERIOD
    folded = 0
    for start in range(0, whole, _PERIOD):
        folded ^= int.from_bytes(data[start : start + _PERIOD])
    return _remainder(folded.to_bytes(_PERIOD) + data[whole:])


def _remainder(data: bytes) -> int:
    """Return the CRC-16 of a few bytes, two at a time."""
    table = _wide_table()
    words = array("H")
    even = len(data) & ~1
    words.frombytes(data[:even])
    if sys.byteorder == "little":
        words.byteswap()
    checksum = 0
    for word in words:
        checksum = table[checksum ^ word]
    if even < len(data):
        checksum = table[(checksum >> 8) ^ data[even]] ^ (checksum & 0xFF) << 8
    return checksum


@cache
def _wide_table() -> array[int]:
    """Return the CRC-16 after two bytes, for each value of the two; built from single bits."""
    table = array("H", [0])
    remainder = 0x8005
    for _ in range(16):
        table.extend([value ^ remainder for value in table])
        remainder = remainder << 1 ^ (0x18005 if remainder & 0x8000 else 0)
    return table


@cache
def _byte_table() -> bytes:
    """Return the CRC-8 (polynomial 0x07) of each byte."""
    table = bytearray([0])
    remainder = 0x07
    for _ in range(8):
        table.extend(bytes(value ^ remainder for value in table))
        remainder = remainder << 1 ^ (0x107 if remainder & 0x80 else 0)
    return bytes(table)


def _checksum_8(data: bytes) -> int:
    """Return the CRC-8 of a frame header."""
    table = _byte_table()
    checksum = 0
    for byte in data:
        checksum = table[checksum ^ byte]
    return checksum
