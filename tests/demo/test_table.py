"""Print tables of results."""

from hypothesis import given, strategies as st

from simulators.demo.expectations import ExpectedEntry
from simulators.demo.results import CheckResult, TrackResult
from simulators.demo.table import fit, length, table


def _result(position: int, playlist: str = "Open road", **values: str) -> TrackResult:
    """Make a position that should be filed."""
    expected = ExpectedEntry(playlist, position, "track", "Artist", "Title", "filed", "Shared.")
    result = TrackResult(expected, artist="Artist", title="Title", state="filed")
    for name, value in values.items():
        setattr(result, name, value)
    return result


def test_every_playlist_has_its_own_table() -> None:
    """Show reasons, files and problems below their row."""
    asked = _result(1, "Late piano", state="ask", reason="Choose one")
    asked.problems.append("should be filed")
    text = "\n".join(table([_result(1, file="Artist/Title.flac"), asked]))
    assert text.count("Artist - title") == 2
    assert text.index("Open road") < text.index("Artist/Title.flac") < text.index("Late piano")
    assert text.index("Late piano") < text.index("Choose one") < text.index("should be filed")


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cf", "Mn", "Me"])))
def test_cells_keep_their_width(text: str) -> None:
    """Give wide letters two columns and never break the table."""
    wide = sum(1 for letter in fit(text, 9) if ord(letter) > 0x10FF)
    assert 9 - wide <= len(fit(text, 9)) <= 9


def test_wide_letters_take_two_columns() -> None:
    """Count columns, not letters."""
    assert fit("夜曲", 6) == "夜曲  "
    assert fit("7", 3, right=True) == "  7"


def test_length_is_minutes_and_seconds() -> None:
    """Round to seconds, carry into minutes."""
    assert (length(None), length(59.6), length(302.4)) == ("", "1:00", "5:02")


def test_one_problem_anywhere_spoils_the_outcome() -> None:
    """Call a run good only without any problem and log record."""
    assert CheckResult(results=[_result(1)]).is_ok
    spoilt = _result(1)
    spoilt.problems.append("is another recording")
    assert not CheckResult(results=[spoilt]).is_ok
    assert not CheckResult(problems=["the library holds x"]).is_ok
    assert not CheckResult(log_errors=["ERROR"]).is_ok


def test_json_has_the_agreed_keys() -> None:
    """Name everything machines rely on; what is no track stands apart."""
    episode = TrackResult(ExpectedEntry("Open road", 2, "episode", "", "Talk", None, "A podcast"))
    written = CheckResult(results=[_result(1), episode], seconds=12.34).as_json()
    assert {"ok", "seconds", "tracks", "log_errors"} <= written.keys()
    assert (written["ok"], written["seconds"], len(written["skipped"])) == (True, 12.3, 1)
    (track,) = written["tracks"]
    assert track.keys() >= {
        "artist", "title", "playlist", "position", "state", "reason", "file", "format", "length_s",
        "bitrate_kbps", "tags",
    }  # fmt: skip
