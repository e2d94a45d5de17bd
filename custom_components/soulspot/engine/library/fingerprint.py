"""Let fpcalc take the fingerprint of a file's sound, where it is installed."""

from dataclasses import dataclass
import json
from pathlib import Path

from ..programs import Caller, Programs

_TIMEOUT = 120.0  # seconds; only the first two minutes of sound are read
_LARGEST_OUTPUT = 64 * 1024  # bytes
# Named for fpcalc, so that a file's content cannot pass itself off as a playlist of other files.
_DEMUXERS = {
    "aac": "aac",
    "aiff": "aiff",
    "ape": "ape",
    "dsf": "dsf",
    "flac": "flac",
    "m4a": "mov",
    "mp3": "mp3",
    "oga": "ogg",
    "ogg": "ogg",
    "opus": "ogg",
    "tak": "tak",
    "tta": "tta",
    "wav": "wav",
    "wma": "asf",
    "wv": "wv",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Hold a compressed Chromaprint fingerprint, and the whole length that fpcalc saw in seconds."""

    text: str
    duration_s: float


def fingerprint(
    path: Path, format_name: str, programs: Programs, caller: Caller
) -> Fingerprint | None:
    """Return the fingerprint, None when fpcalc is missing or cannot take it; blocks for seconds.

    Raises ProgramStoppedError.
    """
    demuxer = _DEMUXERS.get(format_name)
    if programs.fpcalc is None or demuxer is None:
        return None
    # An absolute path begins with a slash: it is no option and names no protocol.
    command = [programs.fpcalc, "-json", "-format", demuxer, str(path.absolute())]
    try:
        finished = caller.run(command, timeout=_TIMEOUT, maximum_output=_LARGEST_OUTPUT)
    except OSError:
        return None
    # Some builds complain about the end of every file and exit with 3, beside a good fingerprint.
    return _parse(finished.output) if finished.exit_code is not None else None


def _parse(output: bytes) -> Fingerprint | None:
    """Read what fpcalc printed."""
    try:
        said = json.loads(output)
    except ValueError:
        return None
    if not isinstance(said, dict):
        return None
    text, duration = said.get("fingerprint"), said.get("duration")
    if not isinstance(text, str) or not text or not text.isascii():
        return None
    if isinstance(duration, bool) or not isinstance(duration, int | float) or duration < 1:
        return None
    return Fingerprint(text=text, duration_s=float(duration))
