"""Write the ID3v2.3 tag in front of an MP3 file."""

from .content import AudioTags

_PADDING = 1024


def _frame(name: bytes, text: str) -> bytes:
    """Return one text frame."""
    payload = b"\x01" + text.encode("utf-16")
    return name + len(payload).to_bytes(4) + b"\0\0" + payload


def id3_tag(tags: AudioTags | None) -> bytes:
    """Return the tag, or nothing when there are no tags at all."""
    if tags is None:
        return b""
    named = (
        (b"TIT2", tags.title),
        (b"TPE1", tags.artist),
        (b"TALB", tags.album),
        (b"TPE2", tags.album_artist),
        (b"TRCK", str(tags.track_number or "")),
        (b"TYER", str(tags.year or "")),
        (b"TCON", tags.genre),
    )
    body = b"".join(_frame(name, text) for name, text in named if text) + bytes(_PADDING)
    size = len(body)
    # Seven bits a byte, so that no player mistakes the size for a frame.
    packed = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + packed + body
