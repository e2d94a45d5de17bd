"""Print what became of every position as a table."""

from collections.abc import Iterable, Sequence
import unicodedata

from .results import TrackResult
from .screen import styled

_HEADINGS = ("#", "Artist - title", "State", "Source", "Format", "Length", "kbit/s", "Tags")
_WIDTHS = (3, 44, 13, 16, 6, 6, 6, 28)
_RIGHT = (0, 5, 6)
_FAINT, _RED, _GREEN, _YELLOW = 2, 31, 32, 33
_COLOURS = {"filed": _GREEN, "ask": _YELLOW, "not_available": _YELLOW}
_TAG_LETTERS = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "isrc": "isrc",
    "musicbrainz_recordingid": "mbid",
}


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return the text in exactly that many columns of a terminal, cut in the middle when too long."""
    while _columns(text) > width:
        middle = len(text) // 2
        text = f"{text[: middle - 1]}…{text[middle + 1 :]}"
    blanks = " " * (width - _columns(text))
    return blanks + text if right else text + blanks


def _columns(text: str) -> int:
    """Return how many columns a text takes: wide letters two, combining marks none."""
    return sum(
        0
        if unicodedata.combining(letter)
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )


def length(seconds: float | None) -> str:
    """Return a length as minutes and seconds, empty when unknown."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def table(results: Iterable[TrackResult]) -> list[str]:
    """Return the lines of one table per playlist, with a line below for every reason and problem."""
    lines: list[str] = []
    playlist = None
    for result in results:
        if result.expected.playlist != playlist:
            playlist = result.expected.playlist
            lines += ["", styled(playlist, 1), _line(_HEADINGS), _line(["─" * n for n in _WIDTHS])]
        lines += _rows(result)
    return lines


def _rows(result: TrackResult) -> list[str]:
    """Return the lines of one position."""
    state = result.state or "nothing begun"
    name = f"{result.artist} - {result.title}" if result.artist else result.title
    cells = [
        str(result.expected.position),
        name,
        state if result.is_track else "skipped",
        result.source or "",
        result.format or "",
        length(result.length_s),
        "" if result.bitrate_kbps is None else str(result.bitrate_kbps),
        " ".join(short for tag, short in _TAG_LETTERS.items() if result.tags.get(tag)),
    ]
    rows = [_line(cells, _COLOURS.get(state, 0) if result.is_track else 0)]
    rows += [_below(text, _FAINT) for text in (result.file, result.reason) if text]
    rows += [_below(f"problem: {problem}", _RED) for problem in result.problems]
    return rows


def _below(text: str, style: int) -> str:
    """Return a line that belongs to the row above."""
    return f"{'':{_WIDTHS[0]}}  {styled(text, style)}"


def _line(cells: Sequence[str], colour: int = 0) -> str:
    """Return one line, its state coloured."""
    fitted = [
        fit(cell, width, right=column in _RIGHT)
        for column, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    ]
    if colour:
        fitted[2] = styled(fitted[2], colour)
    return "  ".join(fitted).rstrip()
