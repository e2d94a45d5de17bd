"""Kill the process before every step while files go to the recycle bin and come back."""

import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

from .recycling_victim import BETTER, MUSIC

VICTIM = Path(__file__).with_name("recycling_victim.py")


@pytest.mark.parametrize("work", ["recycle", "replace", "restore"])
def test_files_and_rows_agree_after_any_crash(tmp_path: Path, work: str) -> None:
    """Wherever the file is after a recovery, it is whole, it is there once, and the database says so."""
    paths = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    subprocess.run(
        [sys.executable, "-S", str(VICTIM), str(tmp_path), work],
        check=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": paths},
    )
    states = []
    for site in sorted(tmp_path.iterdir(), key=lambda path: int(path.name)):
        found = [
            path.relative_to(site / "library").as_posix()
            for path in (site / "library").rglob("*")
            if path.suffix == ".mp3"
        ]
        assert len(found) == 1, site
        assert (site / "library" / found[0]).read_bytes() == b"music"
        report = json.loads((site / "report.json").read_text())
        is_recycled = found[0].startswith(".soulspot/recycle-bin/")
        assert found[0].endswith(MUSIC)
        successor = [BETTER] if work == "replace" else []
        assert report == {
            "bin": [MUSIC] if is_recycled else [],
            "library": successor if is_recycled else [MUSIC],
        }
        if successor:
            assert (site / "library" / BETTER).read_bytes() == b"better music"
        states.append(is_recycled)
    assert len(states) > 8
    # Before the first transaction nothing was begun; after it a recovery goes on to the end.
    assert states == sorted(states, reverse=work == "restore")
    assert set(states) == {False, True}
