"""Let ffmpeg decode a whole file, where there is one."""

from pathlib import Path
import shutil
import subprocess

from ..model import Reason
from .storage import displayable

_SECONDS_A_DECODE = 300.0
_SHOWN_CHARACTERS = 200


def find_decoder() -> str | None:
    """Return the path of ffmpeg, None when the machine has none."""
    return shutil.which("ffmpeg")


def decode(path: Path, decoder: str, *, timeout: float = _SECONDS_A_DECODE) -> Reason | None:
    """Decode to nowhere; None when that went without a complaint.

    Reasons: `decode_failed` with ffmpeg's first line as `error`, `decode_timed_out` after `timeout`
    seconds, `decoder_failed` when it could not be run.
    """
    command = [
        decoder,
        "-nostdin",
        "-v",
        "error",
        "-i",
        f"file:{path.absolute()}",
        "-map",
        "0:a:0",
        "-f",
        "null",
        "-",
    ]
    try:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Reason(key="decode_timed_out", placeholders={"seconds": str(round(timeout))})
    except OSError as error:
        return Reason(key="decoder_failed", placeholders={"error": str(error.strerror)})
    complaint = result.stderr.decode(errors="replace").strip()
    if result.returncode == 0 and not complaint:
        return None
    first = displayable(complaint.partition("\n")[0])[:_SHOWN_CHARACTERS]
    return Reason(
        key="decode_failed",
        placeholders={"error": first or f"exit code {result.returncode}"},
    )
