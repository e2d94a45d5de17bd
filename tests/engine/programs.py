"""Write small executable programs like those the engine runs, and watch processes."""

from collections.abc import Callable
from pathlib import Path
import shutil
import stat
import threading
import time

import pytest

FFMPEG, FFPROBE, FPCALC = "ffmpeg", "ffprobe", "fpcalc"
TIMEOUT = 20.0  # seconds


def write_program(folder: Path, name: str, script: str) -> str:
    """Write a shell script, and return its path; it finds the usual programs by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def real(name: str) -> str:
    """Return the path of a program, or skip the test where it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def wait_for(condition: Callable[[], bool]) -> None:
    """Return when something has happened in another process."""
    end = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.005)


def is_running(process_id: int) -> bool:
    """Tell whether a process is there and not merely waiting to be forgotten."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError, ProcessLookupError:
        return False
    return state != "Z"
