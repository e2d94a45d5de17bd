"""Read what an audio file says about its sound."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import os
from pathlib import Path
import struct
from typing import Any, BinaryIO

from mutagen import MutagenError
from mutagen.aac import AAC
from mutagen.aiff import AIFF
from mutagen.asf import ASF
from mutagen.dsf import DSF
from mutagen.flac import FLAC
from mutagen.monkeysaudio import MonkeysAudio
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4
from mutagen.musepack import Musepack
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.tak import TAK
from mutagen.trueaudio import TrueAudio
from mutagen.wave import WAVE
from mutagen.wavpack import WavPack

from ..errors import VerificationError
from .formats import FORMATS, sniff_format
from .storage import displayable, storage_errors

_READERS: dict[str, Any] = {
    "aac": AAC,
    "aiff": AIFF,
    "ape": MonkeysAudio,
    "dsf": DSF,
    "flac": FLAC,
    "m4a": MP4,
    "mp3": MP3,
    "mpc": Musepack,
    "oga": OggFLAC,
    "ogg": OggVorbis,
    "opus": OggOpus,
    "tak": TAK,
    "tta": TrueAudio,
    "wav": WAVE,
    "wma": ASF,
    "wv": WavPack,
}
_UNCOMPRESSED_WAVE = (
    1,
    3,
    0xFFFE,
)  # Integers, floats, and "see the extension" of either.

# What mutagen lets through on hostile input besides its own error.
_BROKEN = (
    MutagenError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioProperties:
    """Describe an audio stream; None means that the format does not tell."""

    format: str  # A name in `formats.FORMATS`: "flac", "mp3", "ogg", "opus", "m4a", "wav", ...
    codec: str  # "flac", "mp3", "vorbis", "opus", "aac", "alac", "pcm", ...
    duration_ms: int | None
    bit_rate: int | None  # kbit/s
    sample_rate: int | None  # Hz
    bit_depth: int | None  # bits, lossless formats only
    channels: int | None
    is_lossless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAudio:
    """Hold a parsed file: its properties and mutagen's view of its tags."""

    properties: AudioProperties
    parsed: Any


def read_audio(path: Path) -> AudioProperties:
    """Return the properties by content, whatever the name says.

    Raises VerificationError `not_audio` (no format that we know) or `unreadable` (its headers are
    broken), StorageError `file_vanished` or `file_not_readable`.
    """
    return open_audio(path).properties


def open_audio(path: Path) -> OpenedAudio:
    """Parse headers and tags once, for who needs both; errors as in `read_audio`."""
    with storage_errors(path, reading=True), path.open("rb") as file:
        return parse_audio(path, file)


def parse_audio(path: Path, file: BinaryIO) -> OpenedAudio:
    """Parse an open file; the path is only for error texts."""
    format_name = sniff_format(file)
    if format_name is None:
        raise VerificationError("not_audio", file=displayable(path.name))
    file.seek(0)
    with parsing(path):
        parsed = _READERS[format_name](file)
        size = os.fstat(file.fileno()).st_size
        return OpenedAudio(
            properties=_read_properties(format_name, parsed.info, size), parsed=parsed
        )


@contextmanager
def parsing(path: Path) -> Iterator[None]:
    """Turn what mutagen raises into VerificationError `unreadable`, or the OSError behind it."""
    try:
        yield
    except _BROKEN as error:
        cause = error.args[0] if error.args else None
        if isinstance(cause, OSError) and cause.errno is not None:
            raise cause from error
        raise VerificationError(
            "unreadable", file=displayable(path.name), error=displayable(str(error))
        ) from error


def _read_properties(format_name: str, info: Any, size: int) -> AudioProperties:
    """Translate mutagen's stream information; lengths and bit rates are what the headers say."""
    length = float(getattr(info, "length", 0) or 0)
    bit_rate = int(getattr(info, "bitrate", 0) or 0)
    if not bit_rate and length > 0:
        bit_rate = round(size * 8 / length)
    codec, is_lossless = _read_codec(format_name, info)
    return AudioProperties(
        format=format_name,
        codec=codec,
        duration_ms=round(length * 1000) or None,
        bit_rate=round(bit_rate / 1000) or None,
        sample_rate=_read_sample_rate(format_name, info),
        bit_depth=(int(getattr(info, "bits_per_sample", 0) or 0) or None) if is_lossless else None,
        channels=int(getattr(info, "channels", 0) or 0) or None,
        is_lossless=is_lossless,
    )


def _read_sample_rate(format_name: str, info: Any) -> int | None:
    """Return the rate in Hz; Opus always plays at 48 kHz and does not say so."""
    if format_name == "opus":
        return 48000
    return int(getattr(info, "sample_rate", 0) or 0) or None


def _read_codec(format_name: str, info: Any) -> tuple[str, bool]:
    """Return the codec and whether it keeps everything, also where a format can hold several."""
    known = FORMATS[format_name]
    if format_name == "m4a":
        name = str(info.codec).lower()
        if name.startswith("mp4a"):
            return ("mp3" if name in ("mp4a.6b", "mp4a.69") else "aac"), False
        return name, name in ("alac", "flac")
    if format_name == "wma":
        return known.codec, "lossless" in str(getattr(info, "codec_name", "")).lower()
    if format_name == "wav" and getattr(info, "audio_format", 1) not in _UNCOMPRESSED_WAVE:
        return "compressed", False
    return known.codec, known.is_lossless
