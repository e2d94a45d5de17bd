"""Read lists in columns, as Exportify, spreadsheets and music services write them."""

from collections.abc import Iterator, Sequence
import csv
from dataclasses import dataclass, field
from itertools import islice
import re

from ..isrc import normalise_isrc
from ..model import TrackMetadata
from .csv_columns import Column, find_columns
from .identifiers import recording_id, spotify_track_uri
from .lengths import read_clock, read_length
from .models import MAXIMUM_LINE_CHARACTERS, ListBuilder, clean, make_track
from .pasted import parse_line, split_featured

_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'"?sep=([,;:|\t])"?\s*', re.IGNORECASE)
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_SPOKEN_DASH = re.compile(r"\s[-–—]\s")
_UNESCAPED_COMMA = re.compile(r"(?<!\\),\s*")
_LINES_OF_A_RECORD = 12  # A quote that is not closed must not swallow the rest of the list.
_LOOKED_AT = 50
_REGULAR_SHARE = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Say how records are written; without a header artist, title and album are taken in this order."""

    delimiter: str
    columns: dict[Column, int] = field(default_factory=dict)
    first_line: int = 0  # Of the records, from 0.


PLAIN_LAYOUT = Layout(delimiter=",")


@dataclass(frozen=True, slots=True)
class _Record:
    """Hold one record and the number of the line it begins on."""

    line: int
    fields: list[str]


def find_layout(lines: Sequence[str]) -> Layout | None:
    """Return how the records are written, None when this is no list in columns."""
    start = next((index for index, line in enumerate(lines) if line.strip()), None)
    if start is None:
        return None
    delimiters: tuple[str, ...] = _DELIMITERS
    declared = _SEPARATOR_LINE.fullmatch(lines[start].strip())
    if declared is not None:
        delimiters, start = (declared[1],), start + 1
    best = PLAIN_LAYOUT
    for delimiter in delimiters:
        record = next(_records(lines, delimiter, start), None)
        columns = find_columns(record.fields) if record is not None else {}
        if record is not None and Column.TITLE in columns and len(columns) > len(best.columns):
            used = _lines_used(lines, start, delimiter)
            best = Layout(delimiter=delimiter, columns=columns, first_line=start + used)
    if len(best.columns) > 1:
        return best
    return _find_plain_layout(lines, delimiters, start)


def read(lines: Sequence[str], layout: Layout, builder: ListBuilder) -> None:
    """Take every record that is not blank."""
    for record in _records(lines, layout.delimiter, layout.first_line):
        if not any(value.strip() for value in record.fields):
            continue
        track = None
        if all(len(value) <= MAXIMUM_LINE_CHARACTERS for value in record.fields):
            track = (
                _track(record.fields, layout.columns, builder)
                if layout.columns
                else _plain_track(record.fields)
            )
        if track is None:
            builder.refuse(record.line, layout.delimiter.join(record.fields))
        else:
            builder.add(track)


# --- Records -----------------------------------------------------------------------------------


def _find_plain_layout(
    lines: Sequence[str], delimiters: Sequence[str], start: int
) -> Layout | None:
    """Recognise columns without header: nearly all records have the same number of fields."""
    for delimiter in delimiters:
        if delimiter == "\t":
            continue  # Lines with tabs are read as pasted ones.
        records = list(islice(_records(lines, delimiter, start), _LOOKED_AT))
        counts = [len(record.fields) for record in records]
        usual = max(set(counts), key=counts.count, default=0)
        spoken = sum(1 for record in records if _SPOKEN_DASH.search(" ".join(record.fields)))
        if usual > 1 and counts.count(usual) >= len(counts) * _REGULAR_SHARE:
            if spoken * 2 < len(counts):
                return Layout(delimiter=delimiter, first_line=start)
    return None


def _records(lines: Sequence[str], delimiter: str, start: int) -> Iterator[_Record]:
    """Yield the records; blank lines are none."""
    while start < len(lines):
        if lines[start].strip():
            fields, used = _record_at(lines, start, delimiter)
            yield _Record(start + 1, fields)
            start += used
        else:
            start += 1


def _record_at(lines: Sequence[str], start: int, delimiter: str) -> tuple[list[str], int]:
    """Return the record that begins on a line, and how many lines it takes."""
    part = [f"{line}\n" for line in lines[start : start + _LINES_OF_A_RECORD]]
    reader = csv.reader(part, delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        return next(reader), reader.line_num
    except csv.Error, StopIteration:
        # Quotes are used in some other way: take the line alone, as it is.
        return lines[start].split(delimiter), 1


def _lines_used(lines: Sequence[str], start: int, delimiter: str) -> int:
    """Return how many lines the header takes."""
    return _record_at(lines, start, delimiter)[1]


# --- Fields ------------------------------------------------------------------------------------


def _track(
    fields: list[str], columns: dict[Column, int], builder: ListBuilder
) -> TrackMetadata | None:
    """Return a record's track, None without a title."""

    def text(column: Column) -> str:
        index = columns.get(column)
        return clean(fields[index]) if index is not None and index < len(fields) else ""

    title = text(Column.TITLE)
    if not title:
        return None
    if text(Column.PLAYLIST) and builder.name is None:
        builder.name = text(Column.PLAYLIST)
    if Column.ARTIST not in columns and not text(Column.ALBUM_ARTIST):
        words = parse_line(title)
        artists = split_featured(words.artist) if words else ()
        title = words.title if words else title
    else:
        artists = _artists(text(Column.ARTIST), text(Column.ARTIST_URI))
    duration_ms = read_length(text(Column.MILLISECONDS), is_milliseconds=True)
    date = _DATE.match(text(Column.RELEASE_DATE))
    album_artists = _artists(text(Column.ALBUM_ARTIST), "")
    return make_track(
        title,
        artists or album_artists,
        album=text(Column.ALBUM),
        album_artists=album_artists,
        release_date=date[0] if date else None,
        duration_ms=duration_ms or read_length(text(Column.LENGTH)),
        isrc=normalise_isrc(text(Column.ISRC)),
        disc_number=_number(text(Column.DISC_NUMBER)),
        track_number=_number(text(Column.TRACK_NUMBER)),
        spotify_uri=spotify_track_uri(text(Column.URI)),
        recording_id=recording_id(text(Column.RECORDING)),
    )


def _plain_track(fields: list[str]) -> TrackMetadata | None:
    """Return the track of a record without header: what is told by its form, then artist, title, album."""
    isrc = duration_ms = None
    names: list[str] = []
    for index, value in enumerate(map(clean, fields)):
        code, length = normalise_isrc(value), read_clock(value)
        if code is not None and isrc is None and index > 0:
            isrc = code
        elif length is not None and duration_ms is None and index > 1:
            duration_ms = length
        elif value and not (index == 0 and len(fields) > 2 and value.rstrip(".").isdecimal()):
            names.append(value)
    if len(names) < 2:
        words = parse_line(names[0]) if names else None
        return words.track() if words else None
    return make_track(
        names[1],
        split_featured(names[0]),
        album=names[2] if len(names) > 2 else None,
        duration_ms=duration_ms,
        isrc=isrc,
    )


def _artists(names: str, uris: str) -> tuple[str, ...]:
    """Split names at semicolons; at commas only when there are as many addresses of artists."""
    if ";" in names:
        return tuple(part.strip() for part in names.split(";"))
    parts = tuple(part.replace("\\,", ",") for part in _UNESCAPED_COMMA.split(names))
    count = len([uri for uri in re.split(r"[,;]\s*", uris) if uri.strip()])
    if len(parts) > 1 and len(parts) == count:
        return parts
    return split_featured(names.replace("\\,", ",")) if names else ()


def _number(text: str) -> int | None:
    """Return a number above zero; "3/12" is the third."""
    match = re.match(r"\d{1,4}", text, re.ASCII)
    return (int(match[0]) or None) if match else None
