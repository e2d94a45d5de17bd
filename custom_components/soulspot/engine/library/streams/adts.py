"""Walk raw AAC streams in ADTS frames (ISO/IEC 13818-7, 6.2)."""

from typing import BinaryIO

from .base import StreamReport, cut_short, damaged, find_trailing_tags, skip_id3

_SAMPLE_RATES = (
    96000,
    88200,
    64000,
    48000,
    44100,
    32000,
    24000,
    22050,
    16000,
    12000,
    11025,
    8000,
    7350,
)
_SAMPLES_A_BLOCK = 1024


def inspect(file: BinaryIO) -> StreamReport:
    """Step from frame to frame to the end."""
    offset, end = skip_id3(file), find_trailing_tags(file)
    start, milliseconds = offset, 0.0
    fault = None
    while offset < end:
        file.seek(offset)
        header = file.read(7)
        length = _frame_length(header)
        if length is None:
            fault = damaged(round(milliseconds))
            break
        if offset + max(length, 7) > end:
            fault = cut_short(round(milliseconds), None)
            break
        rate_code = header[2] >> 2 & 15
        blocks = (header[6] & 3) + 1
        milliseconds += blocks * _SAMPLES_A_BLOCK * 1000 / _SAMPLE_RATES[rate_code]
        offset += length
    return StreamReport(audio_bytes=offset - start, duration_ms=round(milliseconds), fault=fault)


def _frame_length(header: bytes) -> int | None:
    """Return the length of the frame; of one whose header is cut off a length too great; None for no frame."""
    if header[:1] != b"\xff" or (header[1:2] and header[1] & 0xF6 != 0xF0):
        return None
    if len(header) < 7:
        return 8192
    if header[2] >> 2 & 15 >= len(_SAMPLE_RATES):
        return None
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length >= 7 else None
