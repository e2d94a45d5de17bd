"""Put AAC frames of one size into an MP4 file."""

from collections.abc import Sequence
import struct

from .aac import FRAME_SAMPLES, FRAME_SIZE
from .content import AudioTags

_SAMPLE_RATE = 44_100
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
# AAC low complexity, 44.1 kHz, two channels.
_AUDIO_SPECIFIC_CONFIG = b"\x12\x10"
_FRAMES_PER_CHUNK = 32


def _atom(name: bytes, *parts: bytes) -> bytes:
    """Return an atom with its size."""
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def _full_atom(name: bytes, *parts: bytes, flags: int = 0) -> bytes:
    """Return an atom that begins with version 0 and flags."""
    return _atom(name, struct.pack(">I", flags), *parts)


def _descriptor(tag: int, *parts: bytes) -> bytes:
    """Return an MPEG-4 descriptor shorter than 128 bytes."""
    body = b"".join(parts)
    return bytes((tag, len(body))) + body


def _tag_atoms(tags: AudioTags | None) -> bytes:
    """Return the tag list in the place where players look for it."""
    if tags is None:
        return b""

    def text(name: bytes, value: str) -> bytes:
        return (
            _atom(name, _atom(b"data", struct.pack(">II", 1, 0), value.encode())) if value else b""
        )

    number = b""
    if tags.track_number:
        number = _atom(
            b"trkn",
            _atom(b"data", struct.pack(">IIHHHH", 0, 0, 0, tags.track_number, 0, 0)),
        )
    entries = b"".join(
        (
            text(b"\xa9nam", tags.title),
            text(b"\xa9ART", tags.artist),
            text(b"\xa9alb", tags.album),
            text(b"aART", tags.album_artist),
            text(b"\xa9day", str(tags.year or "")),
            text(b"\xa9gen", tags.genre),
            number,
        )
    )
    handler = _full_atom(b"hdlr", struct.pack(">I4s12sx", 0, b"mdir", b"appl"))
    return _atom(b"udta", _full_atom(b"meta", handler, _atom(b"ilst", entries)))


def _sample_table(frame_count: int, audio_start: int) -> bytes:
    """Return where each frame lies and how long it lasts."""
    bit_rate = FRAME_SIZE * 8 * _SAMPLE_RATE // FRAME_SAMPLES
    config = _descriptor(
        4,
        struct.pack(">BBBHII", 0x40, 0x15, 0, 6144, bit_rate, bit_rate),
        _descriptor(5, _AUDIO_SPECIFIC_CONFIG),
    )
    elementary = _full_atom(
        b"esds",
        _descriptor(3, struct.pack(">HB", 1, 0), config, _descriptor(6, b"\x02")),
    )
    entry = _atom(
        b"mp4a",
        struct.pack(">6xH8xHHHHI", 1, 2, 16, 0, 0, _SAMPLE_RATE << 16),
        elementary,
    )
    chunks, rest = divmod(frame_count, _FRAMES_PER_CHUNK)
    chunk_size = _FRAMES_PER_CHUNK * FRAME_SIZE
    runs = [(1, _FRAMES_PER_CHUNK)] if chunks else []
    if rest:
        runs.append((chunks + 1, rest))
        chunks += 1
    offsets = [audio_start + number * chunk_size for number in range(chunks)]
    return _atom(
        b"stbl",
        _full_atom(b"stsd", struct.pack(">I", 1), entry),
        _full_atom(b"stts", struct.pack(">III", 1, frame_count, FRAME_SAMPLES)),
        _full_atom(
            b"stsc",
            struct.pack(">I", len(runs)),
            *(struct.pack(">III", first, frames, 1) for first, frames in runs),
        ),
        _full_atom(b"stsz", struct.pack(">II", FRAME_SIZE, frame_count)),
        _full_atom(b"stco", struct.pack(f">I{chunks}I", chunks, *offsets)),
    )


def _movie(frame_count: int, tags: AudioTags | None, audio_start: int) -> bytes:
    """Return the description of the whole file."""
    duration = frame_count * FRAME_SAMPLES
    header = _full_atom(
        b"mvhd",
        struct.pack(">IIIIIH10x", 0, 0, _SAMPLE_RATE, duration, 0x10000, 0x100),
        _MATRIX,
        bytes(24),
        struct.pack(">I", 2),
    )
    track_header = _full_atom(
        b"tkhd",
        struct.pack(">IIIII8xHHHH", 0, 0, 1, 0, duration, 0, 0, 0x100, 0),
        _MATRIX,
        bytes(8),
        flags=7,
    )
    media_header = _full_atom(
        b"mdhd", struct.pack(">IIIIHH", 0, 0, _SAMPLE_RATE, duration, 0x55C4, 0)
    )
    media = _atom(
        b"mdia",
        media_header,
        _full_atom(b"hdlr", struct.pack(">I4s12x", 0, b"soun"), b"sound\0"),
        _atom(
            b"minf",
            _full_atom(b"smhd", bytes(4)),
            _atom(
                b"dinf",
                _full_atom(b"dref", struct.pack(">I", 1), _full_atom(b"url ", flags=1)),
            ),
            _sample_table(frame_count, audio_start),
        ),
    )
    return _atom(b"moov", header, _atom(b"trak", track_header, media), _tag_atoms(tags))


_FILE_TYPE = _atom(b"ftyp", b"M4A \0\0\x02\0M4A mp42isom")


def measure(frame_count: int, tags: AudioTags | None) -> int:
    """Return the size in bytes of the file that `assemble` makes."""
    return len(_FILE_TYPE) + len(_movie(frame_count, tags, 0)) + 8 + frame_count * FRAME_SIZE


def assemble(
    segments: Sequence[tuple[bytes, ...]], frame_count: int, tags: AudioTags | None
) -> bytes:
    """Return a complete M4A file with the description in front."""
    frames: list[bytes] = []
    for segment in segments:
        frames.extend(segment[: frame_count - len(frames)])
    audio_start = len(_FILE_TYPE) + len(_movie(frame_count, tags, 0)) + 8
    return b"".join((_FILE_TYPE, _movie(frame_count, tags, audio_start), _atom(b"mdat", *frames)))
