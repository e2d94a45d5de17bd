"""Walk the chunks of WAVE and AIFF files."""

from dataclasses import dataclass
from typing import BinaryIO, Literal

from .base import Digest, StreamReport, cut_short, damaged, file_size, skip_id3

_UNKNOWN_SIZES = (0, 0xFFFF_FFFF)  # Written by programs that could not go back.


@dataclass(slots=True)
class _Layout:
    """Hold where the sound is, and how many bytes of it are a second."""

    start: int = 0
    announced: int = 0
    available: int = 0
    bytes_per_second: int = 0

    def milliseconds(self, count: int) -> int | None:
        """Return so many bytes as time."""
        return count * 1000 // self.bytes_per_second if self.bytes_per_second else None


def inspect(file: BinaryIO) -> StreamReport:
    """Check that the sound chunk lies inside the file."""
    layout = _read_layout(file)
    if layout.start == 0:
        return StreamReport(audio_bytes=0, duration_ms=None, fault=damaged(0))
    present = layout.milliseconds(layout.available)
    fault = None
    if layout.available < layout.announced:
        fault = cut_short(present, layout.milliseconds(layout.announced))
    return StreamReport(audio_bytes=layout.available, duration_ms=present, fault=fault)


def hash_audio(file: BinaryIO, digest: Digest) -> None:
    """Add the sound chunk to the digest."""
    layout = _read_layout(file)
    digest.add_range(file, layout.start, layout.start + layout.available)


def _read_layout(file: BinaryIO) -> _Layout:
    """Find the sound chunk; of the large variants (RF64) the rest of the file is taken."""
    layout = _Layout()
    size = file_size(file)
    offset = skip_id3(file)
    file.seek(offset)
    order: Literal["big", "little"] = "big" if file.read(4) == b"FORM" else "little"
    offset += 12
    while offset + 8 <= size:
        file.seek(offset)
        header = file.read(8)
        kind, length = header[:4], int.from_bytes(header[4:], order)
        if kind == b"fmt ":
            layout.bytes_per_second = int.from_bytes(file.read(12)[8:12], order)
        if kind in (b"data", b"SSND"):
            layout.start = offset + 8
            rest = size - layout.start
            layout.announced = rest if length in _UNKNOWN_SIZES else length
            layout.available = min(layout.announced, rest)
            break
        offset += 8 + length + (length & 1)
    return layout
