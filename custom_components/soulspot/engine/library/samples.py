"""Fetch short pieces of sound from all over a lossless file, in bounded time and memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import sys
from typing import BinaryIO
import wave

from ..programs import Caller
from .decode import input_arguments
from .storage import storage_errors
from .streams.flac_frames import Piece, read_blocks

_BLOCKS = 32
_BLOCK_SAMPLES = 4096
_SECONDS_DECODED = 20
_TIMEOUT = 60.0  # seconds
_LARGEST_OUTPUT = _SECONDS_DECODED * 192_000 * 2  # bytes
_DECODED_FORMATS = frozenset({"aiff", "ape", "m4a", "oga", "tak", "tta", "wav", "wv"})


@dataclass(frozen=True, slots=True)
class Samples:
    """Hold pieces of one channel, with samples between -1 and 1; the rate in Hz."""

    rate: int
    pieces: Sequence[Piece]


def read_samples(
    path: Path,
    format_name: str,
    *,
    duration_ms: int | None = None,
    ffmpeg: str | None = None,
    caller: Caller,
) -> Samples | None:
    """Return up to 32 pieces of a lossless file; None when nothing here can decode it.

    FLAC and WAV of whole numbers are read without help, twenty seconds from the middle of other formats
    by ffmpeg where there is one. Raises StorageError `file_vanished` or `file_not_readable`, and
    ProgramStoppedError.
    """
    with storage_errors(path, reading=True), path.open("rb") as file:
        if format_name == "flac":
            return Samples(*read_blocks(file, path.stat().st_size, _BLOCKS, _BLOCK_SAMPLES))
        samples = _read_wave(file) if format_name == "wav" else None
    if samples is None and ffmpeg is not None and format_name in _DECODED_FORMATS:
        return _decode(path, duration_ms or 0, ffmpeg, caller)
    return samples


def _read_wave(file: BinaryIO) -> Samples | None:
    """Read pieces of a WAV file; None for floats and what is no sound WAV."""
    try:
        with wave.open(file) as reader:
            width, channels = reader.getsampwidth(), reader.getnchannels()
            total = reader.getnframes()
            if width < 2:
                return None
            pieces = []
            count = min(_BLOCKS, total // _BLOCK_SAMPLES)
            for index in range(count):
                start = (total - _BLOCK_SAMPLES) * index // max(count - 1, 1)
                reader.setpos(start)
                data = reader.readframes(_BLOCK_SAMPLES)
                pieces.append(Piece(start, _left_channel(data, width, channels)))
            return Samples(reader.getframerate(), pieces)
    except EOFError, wave.Error:
        return None


def _left_channel(data: bytes, width: int, channels: int) -> list[float]:
    """Return the first channel; the lowest bytes of wide samples are too small to matter."""
    highest = bytearray(len(data) // width * 2)
    highest[0::2], highest[1::2] = data[width - 2 :: width], data[width - 1 :: width]
    if sys.byteorder == "big":
        highest[0::2], highest[1::2] = highest[1::2], highest[0::2]
    return [value / 32768 for value in memoryview(bytes(highest)).cast("h")[::channels]]


def _decode(path: Path, duration_ms: int, ffmpeg: str, caller: Caller) -> Samples | None:
    """Let ffmpeg decode some seconds from the middle into bare samples; None when it fails."""
    start = max(duration_ms / 2000 - _SECONDS_DECODED / 2, 0)
    command = [ffmpeg, "-nostdin", "-hide_banner", "-v", "error", "-threads", "1"]
    command += ["-ss", f"{start:.1f}", "-t", str(_SECONDS_DECODED), *input_arguments(path)]
    command += ["-map", "0:a:0", "-ac", "1", "-ar", "44100", "-f", "s16le", "pipe:1"]
    try:
        finished = caller.run(command, timeout=_TIMEOUT, maximum_output=_LARGEST_OUTPUT)
    except OSError:
        return None
    values = _left_channel(finished.output[: len(finished.output) & ~1], 2, 1)
    count = min(_BLOCKS, len(values) // _BLOCK_SAMPLES)
    step = len(values) // count if count else 0
    parts = (values[step * n : step * n + _BLOCK_SAMPLES] for n in range(count))
    return Samples(44_100, [Piece(None, part) for part in parts])
