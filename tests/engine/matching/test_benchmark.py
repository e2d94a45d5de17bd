"""Test the benchmark on a made-up folder, and the matcher on the recorded searches."""

import json
from pathlib import Path

import pytest

from benchmarks.matching import main


def row(number: int, title: str, path: str, label: str, **more: object) -> str:
    """Return one labelled row."""
    return json.dumps(
        {
            "id": f"x-{number}",
            "track": {"artist": "The Artist", "title": title, "album": None, "duration_s": 200},
            "candidate": {"username": "peer", "path": path, "size": None, "length": 200, **more},
            "label": label,
            "why": str(more.get("why", "")),
        }
    )


def run(folder: Path, target: Path) -> dict[str, object]:
    """Run the benchmark and return what it wrote."""
    assert main(["--cases", str(folder), "--json", str(target)]) == 0
    result: dict[str, object] = json.loads(target.read_text(encoding="utf-8"))
    return result


def test_counts_of_a_small_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Right, wrong, locked and swapped rows are counted as the documentation says."""
    lines = [
        row(1, "Song", "The Artist\\Song.mp3", "right"),
        row(2, "Song", "The Artist\\Song (Live).mp3", "wrong"),
        row(3, "Other", "The Artist\\Other (Remix).mp3", "wrong"),
        row(
            4,
            "Third",
            "The Artist\\Third.mp3",
            "wrong",
            why="mislabelled_file_swapped with another",
        ),
        row(5, "Fourth", "The Artist\\Fourth.mp3", "wrong"),
        row(6, "Fifth", "The Artist\\Fifth.mp3", "right", isLocked=True),
    ]
    (tmp_path / "made_up.cases.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = run(tmp_path, tmp_path / "out.json")
    assert {
        key: result[key] for key in ("with_right", "right_first", "wrong_first", "asked", "left")
    } == {
        "with_right": 1,
        "right_first": 1,
        "wrong_first": 0,
        "asked": 0,
        "left": 0,
    }
    assert result["removed"] == {"taken": 1, "asked": 0, "left": 2, "of": 3}
    assert isinstance(result["files_per_second"], int)
    assert isinstance(result["cases"], list)
    assert len(result["cases"]) == 5
    assert "taken with nothing right there: The Artist - Fourth" in capsys.readouterr().out


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    """Nothing measured is not a success."""
    assert main(["--cases", str(tmp_path)]) == 1


def test_recorded_searches(recordings: Path, tmp_path: Path) -> None:
    """The right file comes first in at least 107 of 109, and hardly anything wrong is ever taken."""
    result = run(recordings / "matching", tmp_path / "out.json")
    assert result["with_right"] == 109
    assert isinstance(result["right_first"], int)
    assert result["right_first"] >= 107
    assert isinstance(result["wrong_first"], int)
    assert result["wrong_first"] <= 1
    removed = result["removed"]
    assert isinstance(removed, dict)
    assert removed["of"] - removed["taken"] >= 94
