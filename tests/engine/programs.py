"""Write small executable programs that honour the contract of those the engine runs."""

from pathlib import Path
import shutil
import stat

import pytest

FFMPEG, FFPROBE, FPCALC = "ffmpeg", "ffprobe", "fpcalc"


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
