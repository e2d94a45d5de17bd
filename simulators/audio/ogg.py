"""Chain the packets of encoded segments to one Ogg Vorbis stream of any length."""

from collections.abc import Sequence
from dataclasses import dataclass
import struct
import zlib

from .content import AudioTags
from .vorbis_comment import vorbis_comment

_SERIAL = 0x50475353
_PAGE_BODY_GOAL = 4096
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


@dataclass(frozen=True, slots=True)
class OggPagePlan:
    """Hold whole packets that go on one page; block sizes in samples."""

    lacing: bytes
    body: bytes
    block_sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OggSegment:
    """Hold the stream headers (the same in every segment) and the pages of one segment."""

    identification: bytes
    setup: bytes
    pages: tuple[OggPagePlan, ...]


def _packets(encoded: bytes) -> list[bytes]:
    """Take the packets out of the pages of a stream."""
    packets: list[bytes] = []
    unfinished = b""
    position = 0
    while position < len(encoded):
        count = encoded[position + 26]
        lacing = encoded[position + 27 : position + 27 + count]
        position += 27 + count
        for size in lacing:
            unfinished += encoded[position : position + size]
            position += size
            if size < 255:
                packets.append(unfinished)
                unfinished = b""
    return packets


def _lacing(packet: bytes) -> bytes:
    """Return the page's size entries for a packet."""
    return b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,))


def parse_segment(encoded: bytes) -> OggSegment:
    """Cut an encoded segment into pages that end with whole packets."""
    identification, _, setup, *audio = _packets(encoded)
    short, long = 1 << (identification[28] & 0x0F), 1 << (identification[28] >> 4)
    pages: list[OggPagePlan] = []
    lacing, body, blocks = b"", b"", []
    for packet in audio:
        lacing += _lacing(packet)
        body += packet
        # libvorbis writes two modes, so the bit after the packet type tells short from long.
        blocks.append(long if packet[0] & 2 else short)
        if len(body) >= _PAGE_BODY_GOAL:
            pages.append(OggPagePlan(lacing, body, tuple(blocks)))
            lacing, body, blocks = b"", b"", []
    if blocks:
        pages.append(OggPagePlan(lacing, body, tuple(blocks)))
    return OggSegment(identification, setup, tuple(pages))


def _page(kind: int, granule: int, number: int, lacing: bytes, body: bytes) -> bytes:
    """Return a page with its checksum."""
    header = struct.pack("<4sBBqIII", b"OggS", 0, kind, granule, _SERIAL, number, 0)
    page = header + bytes((len(lacing),)) + lacing + body
    # Ogg's checksum is zlib's with bits mirrored and no inversion at either end.
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return page[:22] + mirrored.to_bytes(4).translate(_MIRRORED) + page[26:]


def _head(segment: OggSegment, tags: AudioTags | None) -> tuple[bytes, int]:
    """Return the header pages and how many there are."""
    comment = b"\x03vorbis" + vorbis_comment(tags) + b"\x01"
    pages = [_page(2, 0, 0, _lacing(segment.identification), segment.identification)]
    lacing, body = _lacing(comment) + _lacing(segment.setup), comment + segment.setup
    continued = False
    while lacing:
        part, lacing = lacing[:255], lacing[255:]
        size = sum(part)
        granule = 0 if min(part) < 255 else -1
        pages.append(_page(1 if continued else 0, granule, len(pages), part, body[:size]))
        body, continued = body[size:], part[-1] == 255
    return b"".join(pages), len(pages)


def _plan(segments: Sequence[OggSegment], samples: int) -> list[tuple[int, OggPagePlan]]:
    """Return the audio pages with their end positions in samples, cut at the wanted length."""
    planned: list[tuple[int, OggPagePlan]] = []
    position = previous = 0
    for segment in segments:
        for page in segment.pages:
            for block in page.block_sizes:
                position += (previous + block) // 4 if previous else 0
                previous = block
            planned.append((min(position, samples), page))
            if position >= samples:
                return planned
    return planned


def measure(segments: Sequence[OggSegment], samples: int, tags: AudioTags | None) -> int:
    """Return the size in bytes of the file that `assemble` makes."""
    head, _ = _head(segments[0], tags)
    pages = _plan(segments, samples)
    return len(head) + sum(27 + len(page.lacing) + len(page.body) for _, page in pages)


def assemble(segments: Sequence[OggSegment], samples: int, tags: AudioTags | None) -> bytes:
    """Return a complete Ogg Vorbis file of exactly that many samples."""
    head, number = _head(segments[0], tags)
    parts = [head]
    pages = _plan(segments, samples)
    for offset, (granule, page) in enumerate(pages):
        kind = 4 if offset == len(pages) - 1 else 0
        parts.append(_page(kind, granule, number + offset, page.lacing, page.body))
    return b"".join(parts)
