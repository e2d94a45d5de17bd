"""Write the tag block that FLAC and Ogg Vorbis share."""

import struct

from .content import AudioTags

_VENDOR = b"simulated peer"


def vorbis_comment(tags: AudioTags | None) -> bytes:
    """Return the block without framing; no tags give a block with no entries."""
    tags = tags or AudioTags()
    named = (
        ("TITLE", tags.title),
        ("ARTIST", tags.artist),
        ("ALBUM", tags.album),
        ("ALBUMARTIST", tags.album_artist),
        ("TRACKNUMBER", str(tags.track_number or "")),
        ("DATE", str(tags.year or "")),
        ("GENRE", tags.genre),
    )
    entries = [f"{name}={value}".encode() for name, value in named if value]
    return b"".join(
        (
            struct.pack("<I", len(_VENDOR)),
            _VENDOR,
            struct.pack("<I", len(entries)),
            *(struct.pack("<I", len(entry)) + entry for entry in entries),
        )
    )
