"""Walk MP4 files: boxes, and the table that says where each chunk of sound lies (ISO/IEC 14496-12)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

from ...model import Reason
from .base import Digest, StreamReport, cut_short, damaged, extra_data, file_size

_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_MAXIMUM_MOOV_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Box:
    """Hold the place of a box's contents."""

    kind: bytes
    start: int
    end: int


@dataclass(slots=True)
class _Layout:
    """Hold the boxes of the file's outermost level."""

    movie: bytes | None = None
    media: list[tuple[int, int]] = field(default_factory=list)
    is_cut: bool = False
    is_fragmented: bool = False
    rest: int = 0


@dataclass(slots=True)
class _SoundTrack:
    """Hold what the tables of the first sound track say."""

    duration_ms: int | None = None
    sizes: list[int] = field(default_factory=list)  # Of each sample, in bytes.
    chunks: list[int] = field(default_factory=list)  # Where each begins in the file.
    samples_per_chunk: list[tuple[int, int]] = field(default_factory=list)


def inspect(file: BinaryIO) -> StreamReport:
    """Check that every box and every chunk of sound lies inside the file."""
    layout = _read_layout(file)
    if layout.movie is None:
        first = cut_short(None, None) if layout.is_cut else damaged(0)
        return StreamReport(audio_bytes=0, duration_ms=None, fault=first)
    track = _read_sound_track(layout.movie)
    if track is None:
        return StreamReport(audio_bytes=0, duration_ms=None, fault=damaged(0))
    media_bytes = sum(end - start for start, end in layout.media)
    return StreamReport(
        audio_bytes=media_bytes if layout.is_fragmented else sum(track.sizes),
        duration_ms=None if layout.is_fragmented else track.duration_ms,
        fault=_find_fault(layout, track),
        notes=(extra_data(layout.rest),) if layout.rest else (),
    )


def _find_fault(layout: _Layout, track: _SoundTrack) -> Reason | None:
    """Judge what the boxes and tables say against what is there."""
    chunks = list(_chunk_ranges(track))
    media_end = max((end for _, end in layout.media), default=0)
    if layout.is_cut or any(end > media_end for _, end in chunks):
        return cut_short(None, track.duration_ms)
    is_whole = all(
        any(first <= start and end <= last for first, last in layout.media) for start, end in chunks
    )
    has_sound = layout.is_fragmented or any(track.sizes)
    if not (is_whole and has_sound):
        return damaged(None)
    return None


def hash_audio(file: BinaryIO, digest: Digest) -> None:
    """Add all media data and the places of the chunks inside it, wherever the boxes stand."""
    layout = _read_layout(file)
    before = 0
    starts: list[tuple[int, int, int]] = []
    for start, end in layout.media:
        digest.add_range(file, start, end)
        starts.append((start, end, before))
        before += end - start
    track = _read_sound_track(layout.movie) if layout.movie is not None else None
    for offset in track.chunks if track is not None else ():
        place = next(
            (offset - start + base for start, end, base in starts if start <= offset < end),
            -1,
        )
        digest.add(place.to_bytes(8, "big", signed=True))


# --- Boxes -------------------------------------------------------------------------------------


def _read_layout(file: BinaryIO) -> _Layout:
    """Walk the outermost boxes."""
    layout = _Layout()
    size = file_size(file)
    offset = 0
    while offset < size:
        file.seek(offset)
        header = file.read(16)
        length, start = _box_length(header, size - offset)
        if length < start or not header[4:8].strip(b"\0"):
            layout.rest = size - offset
            break
        end = offset + length
        if end > size:
            layout.is_cut = True
            end = size
        kind = header[4:8]
        if kind == b"moov" and length <= _MAXIMUM_MOOV_BYTES and not layout.is_cut:
            file.seek(offset + start)
            layout.movie = file.read(end - offset - start)
        elif kind == b"mdat":
            layout.media.append((offset + start, end))
        elif kind == b"moof":
            layout.is_fragmented = True
        offset = end
    return layout


def _box_length(header: bytes, available: int) -> tuple[int, int]:
    """Return a box's length and that of its header; a length of 0 means broken."""
    if len(header) < 8:
        return 0, 8
    length = int.from_bytes(header[:4], "big")
    if length == 1:
        return int.from_bytes(header[8:16], "big") if len(header) == 16 else 0, 16
    return available if length == 0 else length, 8


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes inside a part of the movie box, containers before what they contain."""
    while start + 8 <= end:
        length, header = _box_length(data[start : start + 16], end - start)
        if length < header or start + length > end:
            return
        box = _Box(data[start + 4 : start + 8], start + header, start + length)
        yield box
        if box.kind in _CONTAINERS:
            yield from _boxes(data, box.start, box.end)
        start += length


# --- The sound track -----------------------------------------------------------------------------


def _read_sound_track(movie: bytes) -> _SoundTrack | None:
    """Read the tables of the first track whose handler says "soun"."""
    for track_box in _boxes(movie, 0, len(movie)):
        if track_box.kind != b"trak":
            continue
        boxes = {
            box.kind: movie[box.start : box.end]
            for box in _boxes(movie, track_box.start, track_box.end)
        }
        if boxes.get(b"hdlr", b"")[8:12] != b"soun":
            continue
        chunks = _numbers(boxes.get(b"stco", b""), 4, 8) or _numbers(boxes.get(b"co64", b""), 8, 8)
        return _SoundTrack(
            duration_ms=_read_duration(boxes.get(b"mdhd", b"")),
            sizes=_read_sample_sizes(boxes.get(b"stsz", b"")),
            chunks=chunks,
            samples_per_chunk=_read_chunk_runs(boxes.get(b"stsc", b"")),
        )
    return None


def _read_duration(box: bytes) -> int | None:
    """Return the length in the media header."""
    if len(box) < 20:
        return None
    is_long = box[0] == 1
    scale = int.from_bytes(box[20:24] if is_long else box[12:16], "big")
    duration = int.from_bytes(box[24:32] if is_long else box[16:20], "big")
    return duration * 1000 // scale if scale else None


def _numbers(box: bytes, width: int, start: int) -> list[int]:
    """Return the numbers of a table whose count stands before it, as many as are there."""
    count = int.from_bytes(box[start - 4 : start], "big")
    end = min(start + count * width, len(box))
    return [int.from_bytes(box[i : i + width], "big") for i in range(start, end - width + 1, width)]


def _read_sample_sizes(box: bytes) -> list[int]:
    """Return the size of each sample."""
    uniform = int.from_bytes(box[4:8], "big")
    if uniform:
        count = int.from_bytes(box[8:12], "big")
        return [uniform] * min(count, 1 << 24)
    return _numbers(box, 4, 12)


def _read_chunk_runs(box: bytes) -> list[tuple[int, int]]:
    """Return from which chunk on (1 is the first) there are how many samples in each."""
    count = int.from_bytes(box[4:8], "big")
    runs: list[tuple[int, int]] = []
    for offset in range(8, min(8 + count * 12, len(box) - 11), 12):
        first = int.from_bytes(box[offset : offset + 4], "big")
        runs.append((first, int.from_bytes(box[offset + 4 : offset + 8], "big")))
    return runs


def _chunk_ranges(track: _SoundTrack) -> Iterator[tuple[int, int]]:
    """Yield where each chunk begins and ends."""
    runs = [*track.samples_per_chunk, (len(track.chunks) + 1, 0)]
    sample = 0
    for (first, samples), (following, _) in pairwise(runs):
        for start in track.chunks[first - 1 : following - 1]:
            yield start, start + sum(track.sizes[sample : sample + samples])
            sample += samples
