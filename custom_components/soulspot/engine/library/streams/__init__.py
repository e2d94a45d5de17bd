"""Walk audio files from the first to the last byte: where the sound is, how long, whether it is whole."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..storage import storage_errors
from . import adts, flac, mp3, mp4, ogg, riff, tables
from .base import CHUNK_BYTES, Digest, StreamReport, find_trailing_tags, skip_id3

__all__ = ["CHUNK_BYTES", "StreamReport", "audio_fingerprint", "inspect_stream"]

_INSPECTORS: dict[str, Callable[[BinaryIO], StreamReport]] = {
    "flac": flac.inspect,
    "mp3": mp3.inspect,
    "ogg": ogg.inspect,
    "opus": ogg.inspect,
    "m4a": mp4.inspect,
    "wav": riff.inspect,
    "aiff": riff.inspect,
    "oga": ogg.inspect,
    "aac": adts.inspect,
    "wv": tables.inspect_wavpack,
    "tta": tables.inspect_true_audio,
    "wma": tables.inspect_asf,
}
_HASHERS: dict[str, Callable[[BinaryIO, Digest], None]] = {
    "flac": flac.hash_audio,
    "mp3": mp3.hash_audio,
    "ogg": ogg.hash_audio,
    "opus": ogg.hash_audio,
    "m4a": mp4.hash_audio,
    "wav": riff.hash_audio,
    "aiff": riff.hash_audio,
}


def inspect_stream(path: Path, format_name: str) -> StreamReport | None:
    """Walk the whole file; None for formats that we cannot walk.

    Raises StorageError `file_vanished` or `file_not_readable`.
    """
    inspector = _INSPECTORS.get(format_name)
    if inspector is None:
        return None
    with (
        storage_errors(path, reading=True),
        path.open("rb", buffering=CHUNK_BYTES) as file,
    ):
        return inspector(file)


def audio_fingerprint(path: Path, format_name: str) -> str:
    """Return a hash of the sound alone: what tags and pictures say changes nothing in it.

    For formats that we do not tag it covers everything between the tags at the start and at the end.
    Raises StorageError `file_vanished` or `file_not_readable`.
    """
    digest = Digest()
    with (
        storage_errors(path, reading=True),
        path.open("rb", buffering=CHUNK_BYTES) as file,
    ):
        hasher = _HASHERS.get(format_name)
        if hasher is None:
            digest.add_range(file, skip_id3(file), find_trailing_tags(file))
        else:
            hasher(file, digest)
    return digest.hexadecimal
