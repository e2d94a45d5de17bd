"""Check formats that say in advance how much follows: WavPack, True Audio, Windows Media."""

from typing import BinaryIO

from .base import StreamReport, cut_short, damaged, file_size, find_trailing_tags, skip_id3

_WAVPACK_RATES = (
    6000,
    8000,
    9600,
    11025,
    12000,
    16000,
    22050,
    24000,
    32000,
    44100,
    48000,
    64000,
    88200,
    96000,
    192000,
)
_UNKNOWN = 0xFFFF_FFFF


def inspect_wavpack(file: BinaryIO) -> StreamReport:
    """Walk the blocks (WavPack 5 file format, "block header") up to the announced last sample."""
    offset, end = 0, find_trailing_tags(file)
    total, reached, rate = _UNKNOWN, 0, 0
    while offset < end:
        file.seek(offset)
        header = file.read(32)
        if header[:4] != b"wvpk"[: len(header)]:
            return StreamReport(
                audio_bytes=offset, duration_ms=None, fault=damaged(_time(reached, rate))
            )
        length = int.from_bytes(header[4:8], "little") + 8
        if len(header) < 32 or offset + length > end:
            fault = cut_short(_time(reached, rate), _time(total, rate))
            return StreamReport(audio_bytes=offset, duration_ms=_time(reached, rate), fault=fault)
        if offset == 0:
            total = int.from_bytes(header[12:16], "little")
            rate_code = int.from_bytes(header[24:28], "little") >> 23 & 15
            rate = _WAVPACK_RATES[rate_code] if rate_code < len(_WAVPACK_RATES) else 0
        reached = int.from_bytes(header[16:20], "little") + int.from_bytes(header[20:24], "little")
        offset += length
    is_short = total != _UNKNOWN and reached < total
    return StreamReport(
        audio_bytes=offset,
        duration_ms=_time(reached, rate),
        fault=cut_short(_time(reached, rate), _time(total, rate)) if is_short else None,
    )


def _time(samples: int, rate: int) -> int | None:
    """Return samples in milliseconds, None when something is unknown."""
    return samples * 1000 // rate if rate and samples != _UNKNOWN else None


def inspect_true_audio(file: BinaryIO) -> StreamReport:
    """Add up the table of frame sizes (TTA1 format description)."""
    start = skip_id3(file)
    file.seek(start)
    header = file.read(22)
    rate = int.from_bytes(header[10:14], "little")
    samples = int.from_bytes(header[14:18], "little")
    frame_samples = rate * 256 // 245
    if len(header) < 22 or not frame_samples:
        return StreamReport(audio_bytes=0, duration_ms=None, fault=damaged(0))
    frames = -(-samples // frame_samples)
    table = file.read(frames * 4)
    sizes = sum(int.from_bytes(table[i : i + 4], "little") for i in range(0, len(table) - 3, 4))
    available = find_trailing_tags(file) - start - 22 - frames * 4 - 4
    is_short = len(table) < frames * 4 or available < sizes
    duration = _time(samples, rate)
    return StreamReport(
        audio_bytes=min(sizes, max(available, 0)),
        duration_ms=None if is_short else duration,
        fault=cut_short(None, duration) if is_short else None,
    )


def inspect_asf(file: BinaryIO) -> StreamReport:
    """Check that the outermost objects lie inside the file (Advanced Systems Format, 2.1)."""
    offset, size, largest = 0, file_size(file), 0
    while offset < size:
        file.seek(offset)
        length = int.from_bytes(file.read(24)[16:24], "little")
        if offset + max(length, 24) > size:
            return StreamReport(audio_bytes=largest, duration_ms=None, fault=cut_short(None, None))
        if length < 24:
            return StreamReport(audio_bytes=largest, duration_ms=None, fault=damaged(None))
        largest = max(largest, length)
        offset += length
    return StreamReport(audio_bytes=largest, duration_ms=None)
