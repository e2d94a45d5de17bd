"""Decode single FLAC frames, for who wants to look at the sound here and there (RFC 9639, section 9).

Bits are read from a text of zeros and ones: searching it for the next one is what makes unary codes fast
in Python.
"""

from itertools import accumulate, pairwise
from operator import mul
from typing import BinaryIO, NamedTuple

from .flac import LONGEST_HEADER, SYNC, StreamInfo, read_coded_number, read_header, read_stream_info

_SEARCHED_BYTES = 1 << 17
_LARGEST_FRAME = 1 << 16  # bytes
_LEFT_SIDE, _SIDE_RIGHT, _MID_SIDE = 8, 9, 10
_DEPTHS = {1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32}
_LARGEST_BLOCK = 1 << 14  # samples; streams that are meant to be played keep below.


class BrokenFrameError(ValueError):
    """Report a frame that cannot be decoded."""


class Piece(NamedTuple):
    """Hold samples of one channel between -1 and 1, and where in the file they begin; None when unknown."""

    start: int | None
    samples: list[float]


def read_blocks(file: BinaryIO, size: int, count: int, length: int) -> tuple[int, list[Piece]]:
    """Return the sample rate in Hz, and up to `count` blocks of one channel from all over the file.

    Samples lie between -1 and 1. Of stereo frames the left channel or the mid one is returned. Blocks have
    `length` samples, or those of one frame when that is more. The file has `size` bytes; at most 128 KiB
    are read for each block. No blocks when it is no sound FLAC.
    """
    info = read_stream_info(file)
    if info is None or size <= info.frames_start:
        return 0, []
    step = (size - info.frames_start) / count
    blocks: list[Piece] = []
    last = -1
    for index in range(count):
        file.seek(info.frames_start + int(step * index))
        block, last = _read_block(file.read(_SEARCHED_BYTES), info, length, last)
        if block is not None and len(block.samples) >= length:
            blocks.append(block)
    return info.sample_rate, blocks


def _read_block(data: bytes, info: StreamInfo, length: int, last: int) -> tuple[Piece | None, int]:
    """Decode frames that follow each other, and return the last one's number too."""
    largest = min(info.largest_frame or _LARGEST_FRAME, _LARGEST_FRAME)
    block: list[float] = []
    begin: int | None = None
    position = 0
    expected: int | None = None
    while len(block) < length:
        found = _find_frame(data, position, expected)
        if found is None or found[1] <= last:
            break
        start, last, step = found
        is_fixed = step == 1
        try:
            samples, used = decode_frame(data[start : start + largest], info.bit_depth)
        except BrokenFrameError:
            break
        if begin is None:
            begin = last * len(samples) if is_fixed else last
        block += samples
        position, expected = start + used, last + step
    return Piece(begin, block) if begin is not None else None, last


def decode_frame(data: bytes, stream_depth: int) -> tuple[list[float], int]:
    """Return one channel of the frame that begins the data, and how many bytes were looked at.

    Samples lie between -1 and 1.

    Raises BrokenFrameError when the data ends too early or says what no frame may say.
    """
    header = read_header(data[:LONGEST_HEADER])
    coded = read_coded_number(data) if header is not None else None
    if header is None or coded is None or header[1] > _LARGEST_BLOCK:
        raise BrokenFrameError
    offset = coded[1] + {6: 1, 7: 2}.get(data[2] >> 4, 0) + 1
    offset += {12: 1, 13: 2, 14: 2}.get(data[2] & 15, 0)
    channels, depth = data[3] >> 4, _DEPTHS.get(data[3] >> 1 & 7, stream_depth)
    body = data[offset:]
    bits = _Bits(f"{int.from_bytes(body):0{len(body) * 8}b}")
    try:
        samples = _read_subframe(bits, header[1], depth + (channels == _SIDE_RIGHT))
        if channels == _SIDE_RIGHT:
            samples = _read_subframe(bits, header[1], depth)
    except (ValueError, IndexError) as error:  # The bits are used up.
        raise BrokenFrameError from error
    scale = 1 / (1 << depth - 1)
    return [sample * scale for sample in samples], offset + bits.position // 8


class _Bits:
    """Read numbers one after the other."""

    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        """Begin at the first bit."""
        self.text = text
        self.position = 0

    def unsigned(self, width: int) -> int:
        """Return a number of so many bits."""
        end = self.position + width
        if end > len(self.text):
            raise BrokenFrameError
        value = int(self.text[self.position : end], 2) if width else 0
        self.position = end
        return value

    def signed(self, width: int) -> int:
        """Return a number in two's complement."""
        value = self.unsigned(width)
        return value - (1 << width) if width and value >> width - 1 else value

    def unary(self) -> int:
        """Return how many zeros stand before the next one."""
        end = self.text.index("1", self.position)
        count = end - self.position
        self.position = end + 1
        return count


def _find_frame(data: bytes, position: int, expected: int | None) -> tuple[int, int, int] | None:
    """Return where the next sound frame header stands, its number, and how far on the next number is."""
    for match in SYNC.finditer(data, position):
        header = read_header(data[match.start() : match.start() + LONGEST_HEADER])
        if header is None or header[1] == 0:
            continue
        if expected is None or header[0] == expected:
            return match.start(), header[0], header[1] if header[2] else 1
    return None


def _read_subframe(bits: _Bits, size: int, depth: int) -> list[int]:
    """Return the samples of one channel (section 9.2)."""
    if bits.unsigned(1):
        raise BrokenFrameError
    kind = bits.unsigned(6)
    wasted = bits.unary() + 1 if bits.unsigned(1) else 0
    depth -= wasted
    if depth < 1:
        raise BrokenFrameError
    if kind == 0:
        samples = [bits.signed(depth)] * size
    elif kind == 1:
        samples = [bits.signed(depth) for _ in range(size)]
    elif 8 <= kind <= 12:
        samples = _read_fixed(bits, size, depth, kind - 8)
    elif kind >= 32:
        samples = _read_linear(bits, size, depth, kind - 31)
    else:
        raise BrokenFrameError
    return [sample << wasted for sample in samples] if wasted else samples


def _read_fixed(bits: _Bits, size: int, depth: int, order: int) -> list[int]:
    """Undo a fixed predictor: each order is one more running sum (section 9.2.5)."""
    first = [bits.signed(depth) for _ in range(order)]
    differences = _read_residual(bits, size, order)
    # The start of each sum is the difference of that order among the first samples.
    starts: list[int] = []
    row = first
    while row:
        starts.append(row[-1])
        row = [after - before for before, after in pairwise(row)]
    for start in reversed(starts):
        differences = list(accumulate(differences, initial=start))[1:]
    return first + differences


def _read_linear(bits: _Bits, size: int, depth: int, order: int) -> list[int]:
    """Undo a linear predictor (section 9.2.6)."""
    samples = [bits.signed(depth) for _ in range(order)]
    precision = bits.unsigned(4) + 1
    shift = bits.signed(5)
    if precision == 16 or shift < 0:
        raise BrokenFrameError
    coefficients = [bits.signed(precision) for _ in range(order)][::-1]
    for index, residual in enumerate(_read_residual(bits, size, order)):
        predicted = (
            sum(map(mul, coefficients, samples[index : index + order], strict=True)) >> shift
        )
        samples.append(residual + predicted)
    return samples


def _read_residual(bits: _Bits, size: int, order: int) -> list[int]:
    """Return what the predictor missed, in Rice codes (section 9.2.7)."""
    method = bits.unsigned(2)
    if method > 1:
        raise BrokenFrameError
    width = 4 + method
    partitions = 1 << bits.unsigned(4)
    if size % partitions or size // partitions < order:
        raise BrokenFrameError
    values: list[int] = []
    for index in range(partitions):
        count = size // partitions - (order if index == 0 else 0)
        parameter = bits.unsigned(width)
        if parameter == (1 << width) - 1:
            raw = bits.unsigned(5)
            values += [bits.signed(raw) for _ in range(count)]
        else:
            _read_rice(bits, count, parameter, values)
    return values


def _read_rice(bits: _Bits, count: int, parameter: int, values: list[int]) -> None:
    """Append so many Rice codes; written out, as most of the time is spent here."""
    text, position = bits.text, bits.position
    find, append = text.index, values.append
    for _ in range(count):
        end = find("1", position)
        code = end - position
        position = end + 1
        if parameter:
            code = code << parameter | int(text[position : position + parameter], 2)
            position += parameter
        append(code >> 1 ^ -(code & 1))
    if position > len(text):
        raise BrokenFrameError
    bits.position = position
