"""Build small MP4 files by hand: real boxes and tables around bytes that stand for AAC frames."""

from collections.abc import Sequence
import struct

SAMPLES_A_FRAME = 1024


def box(kind: bytes, *contents: bytes) -> bytes:
    """Return a box around its contents."""
    body = b"".join(contents)
    return struct.pack(">I", len(body) + 8) + kind + body


def full_box(kind: bytes, *contents: bytes) -> bytes:
    """Return a box with version and flags zero."""
    return box(kind, bytes(4), *contents)


def write_mp4(
    frames: Sequence[bytes],
    *,
    sample_rate: int = 44100,
    movie_first: bool = True,
    frames_a_chunk: int = 4,
) -> bytes:
    """Return a file with one sound track made of the frames."""
    head = box(b"ftyp", b"M4A \0\0\2\0M4A mp42isom")
    media = box(b"mdat", *frames)

    def movie(media_start: int) -> bytes:
        """Return the movie box for media data at this place."""
        return _movie(frames, sample_rate, media_start + 8, frames_a_chunk)

    if not movie_first:
        return head + media + movie(len(head))
    return head + movie(len(head) + len(movie(0))) + media


def _movie(frames: Sequence[bytes], sample_rate: int, start: int, frames_a_chunk: int) -> bytes:
    """Return the movie box."""
    duration = len(frames) * SAMPLES_A_FRAME
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    header = struct.pack(">4I2H2I", 0, 0, sample_rate, duration, 1, 0, 0, 0)
    return box(
        b"moov",
        full_box(
            b"mvhd",
            header[:-12],
            struct.pack(">IH10x", 0x10000, 0x100),
            matrix,
            bytes(24),
            struct.pack(">I", 2),
        ),
        box(
            b"trak",
            full_box(
                b"tkhd",
                struct.pack(">5I", 0, 0, 1, 0, duration),
                bytes(16),
                matrix,
                bytes(8),
            ),
            box(
                b"mdia",
                full_box(
                    b"mdhd",
                    struct.pack(">4IHH", 0, 0, sample_rate, duration, 0x55C4, 0),
                ),
                full_box(b"hdlr", bytes(4), b"soun", bytes(12), b"sound\0"),
                box(
                    b"minf",
                    full_box(b"smhd", bytes(4)),
                    box(
                        b"dinf",
                        full_box(b"dref", struct.pack(">I", 1), box(b"url ", b"\0\0\0\1")),
                    ),
                    _sample_table(frames, sample_rate, start, frames_a_chunk),
                ),
            ),
        ),
    )


def _sample_table(
    frames: Sequence[bytes], sample_rate: int, start: int, frames_a_chunk: int
) -> bytes:
    """Return the tables that say what each frame is and where it lies."""
    starts: list[int] = []
    position = start
    for index, frame in enumerate(frames):
        if index % frames_a_chunk == 0:
            starts.append(position)
        position += len(frame)
    whole, rest = divmod(len(frames), frames_a_chunk)
    runs = [(1, frames_a_chunk)] if whole else []
    if rest:
        runs.append((whole + 1, rest))
    sizes = [len(frame) for frame in frames]
    return box(
        b"stbl",
        full_box(b"stsd", struct.pack(">I", 1), _sample_entry(sample_rate)),
        full_box(b"stts", struct.pack(">3I", 1, len(frames), SAMPLES_A_FRAME)),
        full_box(
            b"stsc",
            struct.pack(">I", len(runs)),
            *(struct.pack(">3I", *run, 1) for run in runs),
        ),
        full_box(b"stsz", struct.pack(f">2I{len(sizes)}I", 0, len(sizes), *sizes)),
        full_box(b"stco", struct.pack(f">I{len(starts)}I", len(starts), *starts)),
    )


def _sample_entry(sample_rate: int) -> bytes:
    """Return the description of stereo AAC-LC."""
    rate_code = {48000: 3, 44100: 4}[sample_rate]
    specific = struct.pack(">H", 2 << 11 | rate_code << 7 | 2 << 3)
    decoder = b"\x04" + bytes([13 + 2 + len(specific)]) + b"\x40\x15" + bytes(11) + b"\x05"
    decoder += bytes([len(specific)]) + specific
    descriptor = b"\x03" + bytes([3 + len(decoder) + 3]) + b"\0\0\0" + decoder + b"\x06\x01\x02"
    entry = bytes(6) + struct.pack(">H8x2H4xI", 1, 2, 16, sample_rate << 16)
    return box(b"mp4a", entry, full_box(b"esds", descriptor))
