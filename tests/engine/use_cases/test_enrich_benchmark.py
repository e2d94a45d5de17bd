"""Run the benchmark of enriching in small, so that its figures stay true."""

import json
from pathlib import Path

import pytest

from benchmarks.enrich import main, measure
from benchmarks.picard_corpus import report_corpus


def test_one_hundred_tracks(socket_enabled: None) -> None:
    """Everything is found with few requests and none refused; nothing is taken for another."""
    plain = measure(100, is_rough=False)
    assert (plain.identified, plain.right, plain.refused) == (100, 100, 0)
    assert (plain.with_release, plain.with_genres) == (100, 100)
    assert plain.requests <= 8
    rough = measure(100, is_rough=True)
    assert rough.identified == rough.right == 97
    assert rough.refused == 0


def test_the_report(
    socket_enabled: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command tells its figures to people and machines; without the corpus it says so."""
    file = tmp_path / "figures.json"
    assert main(["--tracks", "24", "--cases", str(tmp_path), "--json", str(file)]) == 0
    told = capsys.readouterr().out
    assert "24 tracks, 24 identified (100.0%)" in told
    assert "corpus is not there" in told
    assert json.loads(file.read_bytes())["as_listed"]["refused"] == 0


def test_choices_on_picards_corpus(recordings: Path) -> None:
    """All invented scenarios are right, and editions are chosen at least as well as documented."""
    text, figures, is_good = report_corpus(recordings / "musicbrainz" / "picard_eval_corpus")
    assert is_good, text
    assert figures["scenarios"] == {"right": 27, "undecided": 0, "wrong": 0}
