"""Read lines as people paste them: "Artist - Title" in its many spellings."""

from collections.abc import Sequence
from dataclasses import dataclass
import re

from ..model import TrackMetadata
from .identifiers import spotify_link
from .lengths import read_clock
from .models import MAXIMUM_LINE_CHARACTERS, ListBuilder, clean, make_track

_BLANKS = re.compile(r"[^\S\t]+")
_QUOTES = '"“”„‟«»‹›「」『』＂'
_NAME = re.compile(r"#{1,3}\s+(.+)")
_NUMBERED = re.compile(r"\s*(?:#?(\d{1,5})\s*[.):\]]\s+|#(\d{1,5})\s+|[(\[]#?(\d{1,5})[)\]]\s+)")
_RUNNING = re.compile(r"\s*#?0*(\d{1,5})(?:\s*[.):\]]\s*|\s+[-–—]\s+|\s+)(?=\S)")
_BULLET = re.compile(r"\s*[*•·▪●○‣►▶♪♫+–—-]\s+")
_STARTING_TIME = re.compile(r"\s*[\[(]?(?:\d{1,2}:)?\d{1,3}:\d{2}[\])]?\s*(?:[-–—|]\s+)?(?=\S)")
_BRACKETED_LENGTH = re.compile(r"\s*[\[(]\s*((?:\d{1,2}:)?\d{1,3}:[0-5]\d)\s*[\])]")
_LENGTH_AT_END = re.compile(r"(?:\s+|\s*[-–—|,;]\s*)((?:\d{1,2}:)?\d{1,3}:[0-5]\d)\s*$")
_DASH = re.compile(r"\s+(?:[-‐‑‒–—―−~]|--|\|)\s+")
_TIGHT_DASH = re.compile(r"\s*[–—―]\s*|\s+-(?=\S)|(?<=\S)-\s+|\s*--\s*")
_QUOTED_BY = re.compile(rf"\s*[{_QUOTES}](.+)[{_QUOTES}],?\s+(?:by|von|par|di|de|av|door)\s+(.+)")
_QUOTED_TITLE = re.compile(rf"\s*([^{_QUOTES}]+?)[\s:,]+[{_QUOTES}]([^{_QUOTES}]+)[{_QUOTES}]\s*")
_BY = re.compile(r"(.+)\s+by\s+(.+)", re.IGNORECASE)
_FEATURING = re.compile(r"\s+[(\[]?(?:feat\.?|ft\.?|featuring)\s+", re.IGNORECASE)
# So many lines must bear their own number before bare numbers count as numbering.
_RUNNING_SHARE, _RUNNING_LINES = 0.8, 3


@dataclass(frozen=True, slots=True)
class Words:
    """Hold the parts of a line."""

    artist: str
    title: str
    album: str | None = None
    duration_ms: int | None = None

    def track(self) -> TrackMetadata:
        """Return the track."""
        return make_track(
            self.title, split_featured(self.artist), album=self.album, duration_ms=self.duration_ms
        )


def read(lines: Sequence[str], builder: ListBuilder) -> None:
    """Take every line that is not blank, links too; the first one after "# " is the list's name."""
    is_running = _is_running(lines)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        heading = _NAME.fullmatch(line.strip())
        if heading and not _NUMBERED.match(line):
            builder.name = builder.name or clean(heading[1])
            continue
        link = spotify_link(line) if len(line) <= MAXIMUM_LINE_CHARACTERS else None
        if link is not None:
            builder.add_link(number, link)
            continue
        words = None
        if len(line) <= MAXIMUM_LINE_CHARACTERS:
            words = parse_line(line, has_running_number=is_running)
        if words is None:
            builder.refuse(number, line)
        else:
            builder.add(words.track())


def parse_line(line: str, *, has_running_number: bool = False) -> Words | None:
    """Return the parts of one line, None when artist and title cannot be told apart."""
    text = _BLANKS.sub(" ", line).strip()
    rest = text
    for pattern in (_RUNNING if has_running_number else _NUMBERED, _BULLET, _STARTING_TIME):
        match = pattern.match(rest)
        if match is not None:
            rest = rest[match.end() :]
    return _parse(rest) or (_parse(text) if rest != text else None)


def split_featured(artist: str) -> tuple[str, ...]:
    """Return the main artist and who is featured; other joined names stay as they are credited."""
    return tuple(part.strip(" )]") for part in _FEATURING.split(artist))


def unquote(text: str) -> str:
    """Return the text without quotes around all of it."""
    text = text.strip()
    if len(text) > 2 and text[0] in _QUOTES and text[-1] in _QUOTES:
        inner = text[1:-1]
        if not any(character in _QUOTES for character in inner):
            return inner.strip()
    return text


def _is_running(lines: Sequence[str]) -> bool:
    """Tell whether nearly every line begins with its own number."""
    count = matching = 0
    for line in lines:
        if line.strip() and not _NAME.fullmatch(line.strip()):
            count += 1
            match = _RUNNING.match(line)
            matching += match is not None and int(match[1]) == count
    return count >= _RUNNING_LINES and matching >= count * _RUNNING_SHARE


def _parse(text: str) -> Words | None:
    """Try with the length taken off the end, then as it is: "4:44" may be a title."""
    if "\t" in text:
        fields = [field.strip() for field in text.split("\t") if field.strip()]
        if len(fields) > 1:
            return _from_fields(fields)
    text = unquote(text)
    bracketed = _BRACKETED_LENGTH.search(text)
    if bracketed is not None:
        rest = text[: bracketed.start()] + text[bracketed.end() :]
        words = _split(rest, read_clock(bracketed[1]))
        if words is not None:
            return words
    ending = _LENGTH_AT_END.search(text)
    if ending is not None:
        words = _split(text[: ending.start()], read_clock(ending[1]))
        if words is not None:
            return words
    return _split(text, None)


def _from_fields(fields: list[str]) -> Words | None:
    """Read what stood between tabs: a number may come first, a length anywhere behind."""
    if len(fields) > 2 and fields[0].rstrip(".)").isdecimal():
        fields = fields[1:]
    lengths = [length for field in fields[1:] if (length := read_clock(field)) is not None]
    duration_ms = lengths[0] if lengths else None
    names = [fields[0], *(field for field in fields[1:] if read_clock(field) is None)]
    if len(names) < 2:
        return _split(names[0], duration_ms) or _words(fields[0], fields[1], None)
    artist, title = unquote(names[0]), unquote(names[1])
    album = unquote(names[2]) if len(names) > 2 else None
    return _words(artist, title, duration_ms, album)


def _split(text: str, duration_ms: int | None) -> Words | None:
    """Tell artist and title apart."""
    text = unquote(text)
    quoted = _QUOTED_BY.fullmatch(text)
    if quoted is not None:
        return _words(quoted[2], quoted[1], duration_ms)
    for separator in (_DASH, _TIGHT_DASH):
        parts = separator.split(text, maxsplit=1)
        if len(parts) == 2:
            words = _words(unquote(parts[0]), unquote(parts[1]), duration_ms)
            if words is not None:
                return words
    quoted = _QUOTED_TITLE.fullmatch(text)
    if quoted is not None:
        return _words(quoted[1], quoted[2], duration_ms)
    by = _BY.fullmatch(text)
    if by is not None:
        return _words(unquote(by[2]), unquote(by[1]), duration_ms)
    return None


def _words(
    artist: str, title: str, duration_ms: int | None, album: str | None = None
) -> Words | None:
    """Return the parts when both say something."""
    artist, title = clean(artist), clean(title)
    if not _says_something(artist) or not _says_something(title):
        return None
    return Words(artist, title, album, duration_ms)


def _says_something(text: str) -> bool:
    """Tell whether there is any letter, digit or sign that can be a name ("!!!", "÷")."""
    return any(not character.isspace() and character not in "-–—|" for character in text)
