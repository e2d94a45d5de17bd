"""Hold what all stream walkers share: their report, and the tags that stand around the sound."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import BinaryIO

from ...model import Reason

CHUNK_BYTES = 1 << 20


class Digest:
    """Collect the bytes of the sound."""

    def __init__(self) -> None:
        """Start empty."""
        self._hash = blake2b(digest_size=20)

    def add(self, data: bytes) -> None:
        """Take more bytes in."""
        self._hash.update(data)

    def add_range(self, file: BinaryIO, start: int, end: int) -> None:
        """Take a part of the file in; it may end earlier."""
        file.seek(start)
        while start < end and (data := file.read(min(CHUNK_BYTES, end - start))):
            self._hash.update(data)
            start += len(data)

    @property
    def hexadecimal(self) -> str:
        """Return the sum of all."""
        return self._hash.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamReport:
    """Say what a walk from the first to the last byte found."""

    audio_bytes: int  # Of the sound alone, without tags and pictures.
    duration_ms: int | None  # Counted, not claimed.
    fault: Reason | None = None  # `truncated` or `damaged`.
    notes: tuple[Reason, ...] = ()  # Worth telling: `no_checksum`, `extra_data`.


def file_size(file: BinaryIO) -> int:
    """Return the length of an open file in bytes."""
    return file.seek(0, 2)


def skip_id3(file: BinaryIO) -> int:
    """Return the offset behind all ID3v2 tags at the start (ID3v2.4 structure, 3.1 and 3.4)."""
    offset = 0
    while True:
        file.seek(offset)
        header = file.read(10)
        if len(header) < 10 or header[:3] != b"ID3" or max(header[6:10]) > 0x7F:
            return offset
        size = header[6] << 21 | header[7] << 14 | header[8] << 7 | header[9]
        offset += 10 + size + (10 if header[5] & 0x10 else 0)


def find_trailing_tags(file: BinaryIO) -> int:
    """Return where ID3v1, APEv2 and Lyrics3 tags at the end begin; the file's size without them."""
    end = file_size(file)
    while True:
        start = _trailing_tag_start(file, end)
        if start is None:
            return end
        end = start


def _trailing_tag_start(file: BinaryIO, end: int) -> int | None:
    """Return where the tag that ends at `end` begins, None when there is none."""
    start: int | None = None
    file.seek(max(end - 128, 0))
    tail = file.read(min(128, end))
    if len(tail) == 128 and tail.startswith(b"TAG"):
        start = end - 128
    elif tail[-32:].startswith(b"APETAGEX"):
        # APEv2: the size counts items and footer; bit 31 of the flags tells of a header before.
        size = int.from_bytes(tail[-20:-16], "little")
        has_header = tail[-9] & 0x80
        start = end - size - (32 if has_header else 0)
    elif tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        start = end - int(tail[-15:-9]) - 15
    return start if start is not None and start >= 0 else None


def damaged(position_ms: int | None) -> Reason:
    """Return the reason for a file that is broken inside; the place is where the fault was noticed."""
    return Reason(key="damaged", placeholders={"seconds": _seconds(position_ms)})


def cut_short(present_ms: int | None, announced_ms: int | None) -> Reason:
    """Return the reason for a stream that has less than its own header says."""
    placeholders = {
        "seconds": _seconds(present_ms),
        "announced": _seconds(announced_ms),
    }
    return Reason(key="truncated", placeholders=placeholders)


def _seconds(milliseconds: int | None) -> str:
    """Return whole seconds as text, "?" when unknown."""
    return "?" if milliseconds is None else str(round(milliseconds / 1000))


def extra_data(count: int) -> Reason:
    """Return the note about bytes that belong to nothing."""
    return Reason(key="extra_data", placeholders={"bytes": str(count)})
