"""Fetch short pieces of sound from all over a lossless file, in bounded time and memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
import subprocess
import sys
from typing import BinaryIO
import wave

from .decode import find_decoder
from .storage import storage_errors
from .streams.flac_frames import read_blocks

_BLOCKS = 48
_BLOCK_SAMPLES = 4096
_SECONDS_DECODED = 20
_TIMEOUT = 60.0  # seconds
_LARGEST_OUTPUT = _SECONDS_DECODED * 192_000 * 2  # bytes
_DECODED_FORMATS = frozenset({"aiff", "ape", "m4a", "oga", "tak", "tta", "wav", "wv"})


@dataclass(frozen=True, slots=True)
class Samples:
    """Hold pieces of one channel, with samples between -1 and 1; the rate in Hz."""

    rate: int
    blocks: Sequence[Sequence[float]]


def read_samples(path: Path, format_name: str, *, duration_ms: int | None = None) -> Samples | None:
    """Return up to 48 pieces of a lossless file; None when nothing here can decode it.

    FLAC and WAV of whole numbers are read without help, twenty seconds from the middle of other formats
    by ffmpeg where there is one. Raises StorageError `file_vanished` or `file_not_readable`.
    """
    with storage_errors(path, reading=True), path.open("rb") as file:
        if format_name == "flac":
            return Samples(*read_blocks(file, path.stat().st_size, _BLOCKS, _BLOCK_SAMPLES))
        samples = _read_wave(file) if format_name == "wav" else None
    if samples is None and format_name in _DECODED_FORMATS:
        return _decode(path, duration_ms or 0)
    return samples


def _read_wave(file: BinaryIO) -> Samples | None:
    """Read pieces of a WAV file; None for floats and what is no sound WAV."""
    try:
        with wave.open(file) as reader:
            width, channels = reader.getsampwidth(), reader.getnchannels()
            total = reader.getnframes()
            if width < 2:
                return None
            blocks = []
            count = min(_BLOCKS, total // _BLOCK_SAMPLES)
            for index in range(count):
                reader.setpos((total - _BLOCK_SAMPLES) * index // max(count - 1, 1))
                data = reader.readframes(_BLOCK_SAMPLES)
                blocks.append(_left_channel(data, width, channels))
            return Samples(reader.getframerate(), blocks)
    except EOFError, wave.Error:
        return None


def _left_channel(data: bytes, width: int, channels: int) -> list[float]:
    """Return the first channel; the lowest bytes of wide samples are too small to matter."""
    highest = bytearray(len(data) // width * 2)
    highest[0::2], highest[1::2] = data[width - 2 :: width], data[width - 1 :: width]
    if sys.byteorder == "big":
        highest[0::2], highest[1::2] = highest[1::2], highest[0::2]
    return [value / 32768 for value in memoryview(bytes(highest)).cast("h")[::channels]]


def _decode(path: Path, duration_ms: int) -> Samples | None:
    """Let ffmpeg decode some seconds from the middle into a WAV stream."""
    decoder = find_decoder()
    if decoder is None:
        return None
    start = max(duration_ms / 2000 - _SECONDS_DECODED / 2, 0)
    command = [
        decoder,
        "-nostdin",
        "-v",
        "error",
        "-ss",
        f"{start:.1f}",
        "-t",
        str(_SECONDS_DECODED),
    ]
    command += ["-i", f"file:{path.absolute()}", "-map", "0:a:0", "-ac", "1", "-ar", "44100"]
    command += ["-f", "s16le", "-fs", str(_LARGEST_OUTPUT), "-"]
    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIMEOUT,
            check=False,
        )
    except OSError, subprocess.TimeoutExpired:
        return None
    values = _left_channel(result.stdout[: len(result.stdout) & ~1], 2, 1)
    count = min(_BLOCKS, len(values) // _BLOCK_SAMPLES)
    step = len(values) // count if count else 0
    return Samples(44_100, [values[step * n : step * n + _BLOCK_SAMPLES] for n in range(count)])
