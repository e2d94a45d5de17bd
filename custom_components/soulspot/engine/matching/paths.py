"""Take remote paths apart, whatever system they come from."""

import re

# Formats by extension; what is not here is not audio.
AUDIO_FORMATS = {
    "mp3": "mp3", "flac": "flac", "m4a": "aac", "mp4": "aac", "aac": "aac", "alac": "alac",
    "ogg": "ogg", "oga": "ogg", "opus": "opus", "wav": "wav", "wave": "wav", "aif": "aiff",
    "aiff": "aiff", "ape": "ape", "wv": "wavpack", "wma": "wma", "mpc": "musepack", "mp+": "musepack",
    "tta": "tta", "tak": "tak", "dsf": "dsd", "dff": "dsd", "mp2": "mp2",
}  # fmt: skip

_SEPARATORS = re.compile(r"[\\/]+")
_LOSSLESS_BIT_RATE = 450  # kbit/s: no AAC goes beyond it.


def split_path(path: str) -> tuple[list[str], str]:
    """Return folders and file name; backslashes and slashes both separate."""
    parts = [part for part in _SEPARATORS.split(path) if part.strip()]
    if not parts:
        return [], path
    if parts[0].startswith("@@") and len(parts) > 1:
        del parts[0]
    return parts[:-1], parts[-1]


def format_of(name: str, bit_rate: int | None, bit_depth: int | None) -> str | None:
    """Return the audio format a file name promises, None when it is not audio; kbit/s and bits or None."""
    _, dot, extension = name.rpartition(".")
    format_name = AUDIO_FORMATS.get(extension.strip().lower()) if dot else None
    if format_name == "aac" and (bit_depth or (bit_rate or 0) > _LOSSLESS_BIT_RATE):
        return "alac"
    return format_name
