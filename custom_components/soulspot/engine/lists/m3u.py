"""Read M3U and M3U8 playlists: their notes, and what the paths tell."""

from collections.abc import Sequence
from dataclasses import dataclass
import re
from urllib.parse import unquote

from ..model import TrackMetadata
from .identifiers import spotify_link
from .lengths import read_length
from .models import MAXIMUM_LINE_CHARACTERS, ListBuilder, clean, make_track
from .pasted import parse_line, split_featured

_NOTE = re.compile(
    r"#EXTINF:\s*(-?\d+(?:\.\d+)?)?((?:\s+[\w-]+=\"[^\"]*\")*)\s*,?(.*)", re.IGNORECASE
)
_PATH = re.compile(
    r"(?:.*[\\/])?[^\\/]+\.(?:mp3|flac|m4a|ogg|oga|opus|wav|wma|aac|aiff?|ape|wv|alac|mpc)"
)
_EXTENSION = re.compile(r"\.(?:\w{2,4})$")
_TRACK_NUMBER = re.compile(r"\s*(?:\d{1,2}[-.])?\d{1,3}(?:\s*[-._)]\s*|\s+)(?=\S)")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_ARTIST_AND_TITLE = re.compile(r"\s[-–—]\s")
_ROOTS = frozenset({"music", "musik", "musique", "media", "audio", "songs", "downloads", "..", "."})


@dataclass(slots=True)
class _Entry:
    """Collect what the lines before a path say."""

    line: int = 0
    label: str = ""
    artist: str = ""
    album: str = ""
    duration_ms: int | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was said."""
        return self.line == 0


def looks_like(lines: Sequence[str]) -> bool:
    """Tell an M3U by its first line, its notes, or by nothing but paths of audio files."""
    filled = [line.strip() for line in lines if line.strip()]
    if not filled:
        return False
    if filled[0].upper().startswith("#EXTM3U"):
        return True
    if any(line[:8].upper() == "#EXTINF:" for line in filled):
        return True
    plain = [line for line in filled if not line.startswith("#")]
    return bool(plain) and all(_PATH.fullmatch(line.lower()) for line in plain)


def read(lines: Sequence[str], builder: ListBuilder) -> None:
    """Take every path, and every note that no path follows."""
    entry = _Entry()
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        if len(text) > MAXIMUM_LINE_CHARACTERS:
            builder.refuse(number, text)
            entry = _Entry()
        elif text.startswith("#"):
            entry = _read_note(number, text, entry, builder)
        else:
            _close(entry, number, text, builder)
            entry = _Entry()
    if not entry.is_empty:
        _close(entry, entry.line, "", builder)


def _read_note(number: int, text: str, entry: _Entry, builder: ListBuilder) -> _Entry:
    """Read a line that begins with "#"; unknown ones are remarks."""
    note = _NOTE.fullmatch(text)
    if note is not None:
        if not entry.is_empty and entry.label:
            _close(entry, entry.line, "", builder)
            entry = _Entry()
        entry.line, entry.label = number, clean(note[3])
        entry.duration_ms = read_length(note[1] or "")
        return entry
    keyword, _, value = text.partition(":")
    match keyword.upper():
        case "#PLAYLIST":
            builder.name = builder.name or clean(value)
        case "#EXTART":
            entry.artist = clean(value)
        case "#EXTALB":
            entry.album = clean(value)
    return entry


def _close(entry: _Entry, number: int, path: str, builder: ListBuilder) -> None:
    """Add the track of an entry, or refuse its line."""
    track, link = _track(entry, path), spotify_link(path)
    if track is None and link is not None:
        builder.add_link(number, link)
    elif track is None:
        builder.refuse(number, path or entry.label)
    else:
        builder.add(track)


def _track(entry: _Entry, path: str) -> TrackMetadata | None:
    """Return the track by its note, and by its path as far as the note leaves out."""
    artist, album, title = _read_path(path)
    if entry.label:
        words = parse_line(entry.label) if _ARTIST_AND_TITLE.search(entry.label) else None
        if words is not None and not entry.artist:
            artist, title = words.artist, words.title
        elif entry.artist:
            artist, title = entry.artist, entry.label.removeprefix(f"{entry.artist} - ")
        else:
            title = entry.label
    if not title or (not artist and not entry.label):
        return None
    return make_track(
        title,
        split_featured(entry.artist or artist),
        album=entry.album or album,
        duration_ms=entry.duration_ms,
        spotify_uri=spotify_link(path),
    )


def _without_number(name: str) -> str:
    """Return a file's name without the track's number before it."""
    match = _TRACK_NUMBER.match(name)
    return name[match.end() :].strip() if match else name.strip()


def _read_path(path: str) -> tuple[str, str, str]:
    """Return artist, album and title by the usual ways to name files; "" for what is not told."""
    is_address = _ADDRESS.match(path) is not None
    if is_address and not path.lower().startswith("file:"):
        return "", "", ""
    plain = unquote(path[path.index("://") + 3 :]) if is_address else path
    parts = [part.strip() for part in re.split(r"[\\/]", plain) if part.strip()]
    if not parts:
        return "", "", ""
    name = _EXTENSION.sub("", parts[-1]).replace("_", " ")
    if not name.strip(" ."):
        return "", "", ""
    stem = _without_number(name)
    named = _ARTIST_AND_TITLE.split(stem, maxsplit=1)
    folders = [part for part in parts[:-1] if not part.endswith(":")]
    while folders and folders[0].casefold() in _ROOTS:
        folders.pop(0)
    album = folders[-1] if len(folders) > 1 else ""
    if len(named) == 2 and named[0].strip():
        return named[0], album, named[1]
    if not folders:
        return "", "", stem
    return folders[-2] if album else folders[-1], album, stem
