"""Kill the process before every step while files go to the recycle bin and come back."""

import json
import os
from pathlib import Path
import subprocess
import sys

import pytest

from .recycling_victim import BETTER, MUSIC, SUCCESSOR

VICTIM = Path(__file__).with_name("recycling_victim.py")


def sites(folder: Path, work: str) -> list[Path]:
    """Return the folders of processes that were killed at every moment of the work, recovered."""
    paths = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    subprocess.run(
        [sys.executable, "-S", str(VICTIM), str(folder), work],
        check=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": paths},
    )
    return sorted(folder.iterdir(), key=lambda path: int(path.name))


@pytest.mark.parametrize("work", ["recycle", "replace", "restore"])
def test_files_and_rows_agree_after_any_crash(tmp_path: Path, work: str) -> None:
    """Wherever the file is after a recovery, it is whole, it is there once, and the database says so."""
    states = []
    for site in sites(tmp_path, work):
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


def test_a_successor_has_the_name_after_any_crash(tmp_path: Path) -> None:
    """A file of the same kind that replaces another one is called as that was, and both are whole."""
    states = []
    for site in sites(tmp_path, "succeed"):
        library = site / "library"
        found = {
            path.relative_to(library).as_posix(): path.read_bytes()
            for path in library.rglob("*.mp3")
        }
        report = json.loads((site / "report.json").read_text())
        is_replaced = bool(report["bin"])
        if is_replaced:
            [place] = [path for path in found if path.startswith(".soulspot/recycle-bin/")]
            assert place.endswith(MUSIC)
            assert found == {place: b"music", MUSIC: b"better music"}, site
        else:  # Killed before anything was begun: the new file is filed again.
            assert found == {MUSIC: b"music", SUCCESSOR: b"better music"}, site
        assert report["library"] == [MUSIC]
        states.append(is_replaced)
    assert len(states) > 12
    assert states == sorted(states)
    assert set(states) == {False, True}
