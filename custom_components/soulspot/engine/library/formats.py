"""Know the audio formats: their names, their extensions, and how their first bytes look."""

from dataclasses import dataclass
from typing import BinaryIO

from .streams.base import skip_id3
from .streams.mp3 import find_first_frame

SNIFFED_BYTES = 512
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFormat:
    """Describe a format; `codec` is the one it holds unless the file says otherwise."""

    name: str
    extensions: tuple[str, ...]  # The first is the one we give; no dots.
    codec: str
    is_lossless: bool = False
    can_be_tagged: bool = False


FORMATS = {
    audio_format.name: audio_format
    for audio_format in (
        AudioFormat(
            name="flac",
            extensions=("flac",),
            codec="flac",
            is_lossless=True,
            can_be_tagged=True,
        ),
        AudioFormat(name="mp3", extensions=("mp3",), codec="mp3", can_be_tagged=True),
        AudioFormat(name="ogg", extensions=("ogg", "oga"), codec="vorbis", can_be_tagged=True),
        AudioFormat(
            name="opus",
            extensions=("opus", "ogg", "oga"),
            codec="opus",
            can_be_tagged=True,
        ),
        AudioFormat(
            name="m4a",
            extensions=("m4a", "mp4", "m4b", "alac"),
            codec="aac",
            can_be_tagged=True,
        ),
        AudioFormat(name="oga", extensions=("oga", "ogg"), codec="flac", is_lossless=True),
        AudioFormat(name="wav", extensions=("wav", "wave"), codec="pcm", is_lossless=True),
        AudioFormat(
            name="aiff",
            extensions=("aiff", "aif", "aifc"),
            codec="pcm",
            is_lossless=True,
        ),
        AudioFormat(name="aac", extensions=("aac",), codec="aac"),
        AudioFormat(name="wma", extensions=("wma", "asf"), codec="wma"),
        AudioFormat(name="ape", extensions=("ape",), codec="ape", is_lossless=True),
        AudioFormat(name="wv", extensions=("wv",), codec="wavpack", is_lossless=True),
        AudioFormat(name="mpc", extensions=("mpc", "mp+"), codec="musepack"),
        AudioFormat(name="tta", extensions=("tta",), codec="tta", is_lossless=True),
        AudioFormat(name="tak", extensions=("tak",), codec="tak", is_lossless=True),
        AudioFormat(name="dsf", extensions=("dsf",), codec="dsd", is_lossless=True),
    )
}
LOSSLESS_FORMATS = frozenset(entry.name for entry in FORMATS.values() if entry.is_lossless)
AUDIO_EXTENSIONS = frozenset(
    extension for entry in FORMATS.values() for extension in entry.extensions
)

_MAGIC = (
    (b"fLaC", "flac"),
    (_ASF_HEADER, "wma"),
    (b"MAC ", "ape"),
    (b"wvpk", "wv"),
    (b"MPCK", "mpc"),
    (b"MP+", "mpc"),
    (b"TTA1", "tta"),
    (b"tBaK", "tak"),
    (b"DSD ", "dsf"),
)


def extension_of(name: str) -> str:
    """Return a file name's extension in lower case without its dot, "" when it has none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem and "/" not in extension else ""


def supports_tags(format_name: str) -> bool:
    """Tell whether files of this format (a name in `FORMATS`) are tagged or filed as they are."""
    audio_format = FORMATS.get(format_name)
    return audio_format is not None and audio_format.can_be_tagged


def sniff_format(file: BinaryIO) -> str | None:
    """Name the format by the file's content alone; None when it is no audio that we know."""
    start = skip_id3(file)
    file.seek(start)
    head = file.read(SNIFFED_BYTES)
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith(b"OggS"):
        return _sniff_ogg(head)
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] == b"ftyp":
        return "m4a"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac"
    return "mp3" if find_first_frame(file, start) is not None else None


def _sniff_ogg(head: bytes) -> str | None:
    """Name the codec by the first packet of the first page (RFC 3533, section 6)."""
    if len(head) < 28:
        return None
    packet = head[27 + head[26] :]
    if packet.startswith(b"\x01vorbis"):
        return "ogg"
    if packet.startswith(b"OpusHead"):
        return "opus"
    return "oga" if packet.startswith(b"\x7fFLAC") else None
