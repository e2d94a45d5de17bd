"""Read what an audio file says about its sound."""

from dataclasses import dataclass
from pathlib import Path


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


def read_audio(path: Path) -> AudioProperties:
    """Return the properties by content, whatever the name says.

    Raises VerificationError `not_audio` (no format that we know) or `unreadable` (its headers are
    broken), StorageError `file_vanished` or `file_not_readable`.
    """
    raise NotImplementedError
