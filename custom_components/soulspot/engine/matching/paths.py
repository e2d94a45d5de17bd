"""Take remote paths apart, whatever system they come from."""

import re

# Formats by extension; what is not here is not audio.
AUDIO_FORMATS = {
    "mp3": "mp3", "flac": "flac", "m4a": "aac", "mp4": "aac", "aac": "aac", "alac": "alac",
    "ogg": "ogg", "oga": "ogg", "opus": "opus", "wav": "wav", "wave": "wav", "aif": "aiff",
    "aiff": "aiff", "ape": "ape", "wv": "wavpack", "wma": "wma", "mpc": "musepack", "mp+": "musepack",
    "tta": "tta", "tak": "tak", "dsf": "dsd",
}  # fmt: skip

# Extensions that need no second look; m4a may hold AAC or ALAC.
SURE_FORMATS = {extension: name for extension, name in AUDIO_FORMATS.items() if name != "aac"}

_SEPARATORS = re.compile(r"[\\/]+")
_SHARE_PREFIX = "@@"  # What some clients put before the name of a shared folder.
_DRIVE = ":"
_LOSSLESS_BIT_RATE = 450  # kbit/s: no AAC goes beyond it.


def split_path(path: str) -> tuple[str, str, str]:
    """Return the folders above a file, its name without extension, and the extension.

    A name without a dot counts as the extension: nothing tells that it is audio.
    """
    parent, _, name = path.rpartition("\\")
    if "/" in name:
        parent, name = split_name(path)
    stem, _, extension = name.rpartition(".")
    return parent, stem, extension


def split_name(path: str) -> tuple[str, str]:
    """Return the folders above a file, and its name."""
    parent, _, name = path.rpartition("\\")
    if "/" in name:
        cut = path.rfind("/")
        return path[:cut], path[cut + 1 :]
    return parent, name


def folders_of(parent: str) -> list[str]:
    """Return the folders of a path without its file name; backslashes and slashes both separate."""
    return _SEPARATORS.split(parent) if "/" in parent else parent.split("\\")


def is_named(folder: str) -> bool:
    """Tell whether somebody named a folder; drives and the names of shares are not meant to say anything."""
    return folder[:2] != _SHARE_PREFIX and folder[1:] != _DRIVE and bool(folder.strip())


def named_folders(parent: str) -> list[str]:
    """Return the folders of a path that somebody named, the innermost last."""
    return [folder for folder in folders_of(parent) if is_named(folder)]


def format_of(extension: str, bit_rate: int | None, bit_depth: int | None) -> str | None:
    """Return the audio format an extension promises, None when it is not audio; kbit/s and bits or None."""
    format_name = AUDIO_FORMATS.get(extension) or AUDIO_FORMATS.get(extension.strip().lower())
    if format_name == "aac" and (bit_depth or (bit_rate or 0) > _LOSSLESS_BIT_RATE):
        return "alac"
    return format_name
