"""Walk Ogg files page by page (RFC 3533), with Vorbis, Opus (RFC 7845) or FLAC inside."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
import zlib

from ...model import Reason
from .base import Digest, StreamReport, cut_short, damaged, find_trailing_tags, skip_id3

_VORBIS = b"\x01vorbis"
_OPUS = b"OpusHead"
_FLAC = b"\x7fFLAC"
_HEADER_PACKETS = {_VORBIS: 3, _OPUS: 2, _FLAC: 0}  # We do not tag FLAC in Ogg.
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_NO_GRANULE = 0xFFFF_FFFF_FFFF_FFFF  # No packet ends on the page.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """Hold one page whose bytes are all there."""

    flags: int  # 1 continued, 2 first, 4 last
    granule: int
    serial: int
    sequence: int
    lacing: bytes
    body: bytes
    is_sound: bool  # Its checksum is right.

    @property
    def is_first(self) -> bool:
        """Tell whether a stream begins here."""
        return bool(self.flags & 2)

    @property
    def is_last(self) -> bool:
        """Tell whether a stream ends here."""
        return bool(self.flags & 4)


@dataclass(slots=True)
class _Stream:
    """Follow one logical stream; `kind` is a key of `_HEADER_PACKETS`, or empty for what is no music."""

    kind: bytes
    sample_rate: int
    pre_skip: int
    next_sequence: int
    granule: int = 0
    is_ended: bool = False

    @property
    def duration_ms(self) -> int:
        """Return the time up to the last granule seen."""
        return max(self.granule - self.pre_skip, 0) * 1000 // self.sample_rate


@dataclass(slots=True)
class _Walk:
    """Collect what the pass over the pages finds; chained streams play one after the other."""

    current: dict[int, _Stream] = field(default_factory=dict)
    streams: list[_Stream] = field(default_factory=list)
    audio_bytes: int = 0

    @property
    def duration_ms(self) -> int:
        """Return the time of all music streams together."""
        return sum(stream.duration_ms for stream in self.streams)


def inspect(file: BinaryIO) -> StreamReport:
    """Check the checksum and the number of every page, and that each stream was closed."""
    walk = _Walk()
    end = find_trailing_tags(file)
    position = skip_id3(file)
    fault = None
    while position < end:
        page = _read_page(file, position)
        if page is None:
            fault = _judge_rest(file, position, walk)
            break
        if not page.is_sound or not _follow(page, walk):
            fault = damaged(walk.duration_ms)
            break
        position += 27 + len(page.lacing) + len(page.body)
    if fault is None and not walk.streams:
        fault = damaged(0)
    if fault is None and not all(stream.is_ended for stream in walk.streams):
        fault = cut_short(walk.duration_ms, None)
    return StreamReport(audio_bytes=walk.audio_bytes, duration_ms=walk.duration_ms, fault=fault)


def hash_audio(file: BinaryIO, digest: Digest) -> None:
    """Add the packets that make the sound: all but the comments, whatever pages they stand on."""
    headers: dict[int, _Headers] = {}
    position = skip_id3(file)
    while (page := _read_page(file, position)) is not None:
        position += 27 + len(page.lacing) + len(page.body)
        if page.is_first:
            headers[page.serial] = _Headers(_HEADER_PACKETS.get(_kind_of(page.body), 0))
        pending = headers.get(page.serial)
        if pending is None or pending.missing <= 0:
            digest.add(bytes([page.flags]) + page.granule.to_bytes(8, "big"))
            digest.add(page.lacing)
            digest.add(page.body)
            continue
        for packet in pending.take(page):
            digest.add(packet)


@dataclass(slots=True)
class _Headers:
    """Put the header packets of a stream together; the second holds the comments."""

    missing: int
    _index: int = 0
    _partial: bytearray = field(default_factory=bytearray)

    def take(self, page: _Page) -> Iterator[bytes]:
        """Yield the packets that end on the page, the comments left out."""
        offset = 0
        for size in page.lacing:
            self._partial += page.body[offset : offset + size]
            offset += size
            if size == 255:
                continue
            if self._index != 1:
                yield bytes(self._partial)
            self._index += 1
            self.missing -= 1
            self._partial.clear()


def _read_page(file: BinaryIO, position: int) -> _Page | None:
    """Read the page at a position; None when there is none or a part of it is missing."""
    file.seek(position)
    header = file.read(27)
    if len(header) < 27 or header[:5] != b"OggS\0":
        return None
    lacing = file.read(header[26])
    length = sum(lacing)
    body = file.read(length)
    if len(lacing) < header[26] or len(body) < length:
        return None
    checksum = int.from_bytes(header[22:26], "little")
    return _Page(
        flags=header[5],
        granule=int.from_bytes(header[6:14], "little"),
        serial=int.from_bytes(header[14:18], "little"),
        sequence=int.from_bytes(header[18:22], "little"),
        lacing=lacing,
        body=body,
        is_sound=checksum == page_checksum(header[:22] + bytes(4) + header[26:] + lacing + body),
    )


def page_checksum(page: bytes) -> int:
    """Return the CRC-32 of a page whose checksum field is zero.

    Ogg's sum has the polynomial of zlib's, but runs from the other end of each byte, from zero and
    without a final inversion; turning the bits round lets zlib do the work.
    """
    turned = zlib.crc32(page.translate(_REVERSED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(turned.to_bytes(4, "little").translate(_REVERSED), "big")


def _kind_of(packet: bytes) -> bytes:
    """Return the key of the codec that a first packet announces, b"" for others."""
    return next((kind for kind in _HEADER_PACKETS if packet.startswith(kind)), b"")


def _follow(page: _Page, walk: _Walk) -> bool:
    """Take a page in; False when it is not the next one of its stream."""
    if page.is_first:
        kind = _kind_of(page.body)
        stream = _Stream(kind, *_read_clock(kind, page.body), next_sequence=page.sequence)
        walk.current[page.serial] = stream
        if kind:
            walk.streams.append(stream)
    found = walk.current.get(page.serial)
    if found is None or found.is_ended or page.sequence != found.next_sequence:
        return False
    found.next_sequence = page.sequence + 1 & 0xFFFF_FFFF
    found.is_ended = page.is_last
    if found.kind:
        if page.granule != _NO_GRANULE:
            found.granule = page.granule
        if found.granule:  # Header pages stand at zero.
            walk.audio_bytes += len(page.body)
    return True


def _read_clock(kind: bytes, packet: bytes) -> tuple[int, int]:
    """Return the granules a second and how many at the start are not played."""
    if kind == _OPUS:
        return 48000, int.from_bytes(packet[10:12], "little")
    if kind == _VORBIS:
        return int.from_bytes(packet[12:16], "little") or 1, 0
    if kind == _FLAC:
        return int.from_bytes(packet[27:30]) >> 4 or 1, 0
    return 1, 0


def _judge_rest(file: BinaryIO, position: int, walk: _Walk) -> Reason:
    """Tell a last page that is cut off from bytes that are no page."""
    file.seek(position)
    head = file.read(27)
    if head[:4] == b"OggS"[: len(head)]:
        return cut_short(walk.duration_ms, None)
    return damaged(walk.duration_ms)
