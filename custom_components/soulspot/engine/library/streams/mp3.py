"""Walk MPEG audio layer III streams frame by frame.

The header is ISO/IEC 11172-3, 2.4.1.3; the "Xing", "Info" and "VBRI" frames are the encoders' custom.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from ...model import Reason
from .base import (
    CHUNK_BYTES,
    Digest,
    StreamReport,
    cut_short,
    damaged,
    extra_data,
    find_trailing_tags,
    skip_id3,
)

_BIT_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BIT_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLE_RATES = {
    3: (44100, 48000, 32000),
    2: (22050, 24000, 16000),
    0: (11025, 12000, 8000),
}
_SEARCHED_BYTES = 256 * 1024
_CHAIN = 3  # So many frames in a row are no accident.
_BEARABLE_GAP = 8 * 1024  # Bytes inside that are no frames; players step over them.


@dataclass(frozen=True, slots=True)
class _Frame:
    """Hold what a frame header says."""

    length: int  # bytes
    samples: int
    sample_rate: int
    kind: int  # Version and sample rate, the same in all frames of a stream.
    side_bytes: int


@lru_cache(maxsize=1024)
def _read_frame(header: bytes) -> _Frame | None:
    """Read the four bytes of a frame header; None when they are none of layer III."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, bit_rate_code, rate_code = (
        header[1] >> 3 & 3,
        header[2] >> 4,
        header[2] >> 2 & 3,
    )
    if version == 1 or bit_rate_code in (0, 15) or rate_code == 3:
        return None
    is_first = version == 3
    sample_rate = _SAMPLE_RATES[version][rate_code]
    bit_rate = (_BIT_RATES_1 if is_first else _BIT_RATES_2)[bit_rate_code] * 1000
    is_mono = header[3] >> 6 == 3
    return _Frame(
        length=(144 if is_first else 72) * bit_rate // sample_rate + (header[2] >> 1 & 1),
        samples=1152 if is_first else 576,
        sample_rate=sample_rate,
        kind=version << 2 | rate_code,
        side_bytes=(17 if is_mono else 32) if is_first else (9 if is_mono else 17),
    )


def find_first_frame(file: BinaryIO, start: int) -> int | None:
    """Return where the first frame after `start` begins; None when none follows within 256 KiB."""
    end = find_trailing_tags(file)
    return _find_chain(file, start, min(end, start + _SEARCHED_BYTES), end)


def _find_chain(file: BinaryIO, start: int, limit: int, end: int) -> int | None:
    """Return the first place between `start` and `limit` from which frames follow each other."""
    while start < limit:
        file.seek(start)
        data = file.read(min(CHUNK_BYTES, limit - start) + 3)
        index = data.find(b"\xff")
        while index != -1 and start + index < limit:
            if _read_frame(data[index : index + 4]) and _is_chain(file, start + index, end):
                return start + index
            index = data.find(b"\xff", index + 1)
        if len(data) <= 3:
            return None
        start += len(data) - 3
    return None


def _is_chain(file: BinaryIO, offset: int, end: int) -> bool:
    """Tell whether frames of one kind follow each other, at least three or up to the end."""
    kind: int | None = None
    for count in range(_CHAIN):
        file.seek(offset)
        frame = _read_frame(file.read(4))
        if frame is None or (kind is not None and frame.kind != kind):
            return False
        kind = frame.kind
        offset += frame.length
        if offset >= end:
            return count > 0 or offset == end
    return True


# --- The walk ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Walk:
    """Collect what the pass over the frames finds."""

    frames: int = 0
    samples: int = 0
    audio_bytes: int = 0
    gap_bytes: int = 0
    largest_gap_at: int = 0  # In samples.
    largest_gap: int = 0
    is_last_cut: bool = False
    rest: int = 0  # Bytes after the last frame.


def inspect(file: BinaryIO) -> StreamReport:
    """Follow the frames to the end and compare their number with the one the encoder noted."""
    first = find_first_frame(file, skip_id3(file))
    if first is None:
        return StreamReport(audio_bytes=0, duration_ms=None, fault=damaged(0))
    file.seek(first)
    frame = _read_frame(file.read(4))
    assert frame is not None  # `find_first_frame` read it.
    declared, is_silent = _read_declared_frames(file, first, frame)
    end = find_trailing_tags(file)
    walk = _Walk()
    _walk_frames(file, first + (frame.length if is_silent else 0), end, frame.kind, walk)
    return StreamReport(
        audio_bytes=walk.audio_bytes,
        duration_ms=walk.samples * 1000 // frame.sample_rate,
        fault=_find_fault(walk, declared, frame),
        notes=(extra_data(walk.gap_bytes + walk.rest),) if walk.gap_bytes + walk.rest else (),
    )


def hash_audio(file: BinaryIO, digest: Digest) -> None:
    """Add everything between the tags to the digest."""
    digest.add_range(file, skip_id3(file), find_trailing_tags(file))


def _walk_frames(file: BinaryIO, offset: int, end: int, kind: int, walk: _Walk) -> None:
    """Step from frame to frame, over gaps too."""
    while offset < end:
        file.seek(offset)
        frame = _read_frame(file.read(4)) if offset + 4 <= end else None
        if frame is not None and frame.kind == kind:
            if offset + frame.length > end:
                walk.is_last_cut = True
                return
            walk.frames += 1
            walk.samples += frame.samples
            walk.audio_bytes += frame.length
            offset += frame.length
            continue
        following = _find_chain(file, offset + 1, end, end)
        if following is None:
            walk.rest = end - offset
            return
        gap = following - offset
        walk.gap_bytes += gap
        if gap > walk.largest_gap:
            walk.largest_gap, walk.largest_gap_at = gap, walk.samples
        offset = following


def _find_fault(walk: _Walk, declared: int | None, frame: _Frame) -> Reason | None:
    """Judge the walk; an encoder may have counted its information frame, so one less is fine."""
    position = walk.largest_gap_at * 1000 // frame.sample_rate
    present = walk.samples * 1000 // frame.sample_rate
    if walk.frames == 0:
        return damaged(0)
    if declared is None:
        if walk.is_last_cut:
            return cut_short(present, None)
    elif walk.frames < declared - (0 if walk.is_last_cut else 1):
        if walk.largest_gap:
            return damaged(position)
        return cut_short(present, declared * frame.samples * 1000 // frame.sample_rate)
    return damaged(position) if walk.largest_gap > _BEARABLE_GAP else None


def _read_declared_frames(file: BinaryIO, offset: int, frame: _Frame) -> tuple[int | None, bool]:
    """Return the noted number of frames, and whether the first frame holds only such notes."""
    file.seek(offset)
    data = file.read(frame.length)
    notes = 4 + frame.side_bytes
    if data[notes : notes + 4] in (b"Xing", b"Info"):
        has_count = len(data) >= notes + 12 and data[notes + 7] & 1
        count = int.from_bytes(data[notes + 8 : notes + 12], "big") if has_count else 0
        return count or None, True
    if data[36:40] == b"VBRI" and len(data) >= 54:
        return int.from_bytes(data[50:54], "big") or None, True
    return None, False
