"""Hold what was read from a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ..model import Album, Artist, EntryKind, PlaylistItem, Reason, TrackMetadata

MAXIMUM_LINES = 50_000
MAXIMUM_BYTES = 10_000_000
MAXIMUM_LINE_CHARACTERS = 1_000
_MAXIMUM_PROBLEMS = 1_000
_SHOWN_CHARACTERS = 80
_LONGEST_TRACK_MS = 24 * 60 * 60 * 1000


class ListKind(StrEnum):
    """Name a way to write a list of tracks."""

    PASTED = "pasted"
    CSV = "csv"
    M3U = "m3u"
    JSPF = "jspf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedList:
    """Hold a list; `name` is None when it gives none.

    `links` holds the line of each entry, by its position, that is nothing but a Spotify address; such
    entries have no track until somebody has looked it up.
    `problems` has a reason per line that could not be read, with the line's number (from 1; of JSPF
    the track's) as placeholder `line`: `list_line_not_understood` with the line's beginning as `text`,
    `list_line_too_long`. At most 1,000 are kept; `failed` counts all of them. A list cut at
    its limit ends with `list_cut` (`maximum` lines), which is no line.
    """

    kind: ListKind
    name: str | None
    items: tuple[PlaylistItem, ...]
    problems: tuple[Reason, ...] = ()
    failed: int = 0
    links: Mapping[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class ListBuilder:
    """Collect items and problems in the order of the lines."""

    kind: ListKind
    name: str | None = None
    items: list[PlaylistItem] = field(default_factory=list)
    problems: list[Reason] = field(default_factory=list)
    failed: int = 0
    is_cut: bool = False
    links: dict[int, int] = field(default_factory=dict)

    def add_link(self, number: int, uri: str) -> None:
        """Append an entry of which only the Spotify URI is told, by the line with this number."""
        self.links[len(self.items)] = number
        self.items.append(PlaylistItem(position=len(self.items), kind=EntryKind.TRACK, uri=uri))

    def add(self, track: TrackMetadata) -> None:
        """Append a track."""
        self.items.append(
            PlaylistItem(
                position=len(self.items),
                kind=EntryKind.TRACK,
                track=track,
                title=track.title,
                uri=track.spotify_uri,
            )
        )

    def refuse(self, number: int, text: str) -> None:
        """Remember a line that names no track."""
        self.failed += 1
        if len(self.problems) >= _MAXIMUM_PROBLEMS:
            return
        placeholders = {"line": str(number)}
        if len(text) > MAXIMUM_LINE_CHARACTERS:
            self.problems.append(Reason(key="list_line_too_long", placeholders=placeholders))
            return
        placeholders["text"] = _shown(text)
        self.problems.append(Reason(key="list_line_not_understood", placeholders=placeholders))

    def close(self) -> ParsedList:
        """Return what was collected."""
        if self.is_cut:
            placeholders = {"maximum": str(MAXIMUM_LINES)}
            self.problems.append(Reason(key="list_cut", placeholders=placeholders))
        return ParsedList(
            kind=self.kind,
            name=self.name,
            items=tuple(self.items),
            problems=tuple(self.problems),
            failed=self.failed,
            links=self.links,
        )


def make_track(
    title: str,
    artists: tuple[str, ...],
    *,
    album: str | None = None,
    album_artists: tuple[str, ...] = (),
    release_date: str | None = None,
    duration_ms: int | None = None,
    isrc: str | None = None,
    disc_number: int | None = None,
    track_number: int | None = None,
    spotify_uri: str | None = None,
    recording_id: str | None = None,
) -> TrackMetadata:
    """Return a track of cleaned words; a length beyond a day counts as unknown."""
    names = tuple(filter(None, map(clean, artists)))
    credited = tuple(filter(None, map(clean, album_artists))) or names[:1]
    album_name = clean(album or "")
    is_plausible = duration_ms is not None and 0 < duration_ms <= _LONGEST_TRACK_MS
    return TrackMetadata(
        title=clean(title),
        artists=tuple(Artist(name=name) for name in names),
        album=Album(
            name=album_name,
            artists=tuple(Artist(name=name) for name in credited),
            release_date=release_date,
        )
        if album_name
        else None,
        duration_ms=duration_ms if is_plausible else None,
        isrc=isrc,
        disc_number=disc_number,
        track_number=track_number,
        spotify_uri=spotify_uri,
        recording_id=recording_id,
    )


def clean(text: str) -> str:
    """Return the text on one line, without characters nobody can see at its ends."""
    kept = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(kept.split())


def _shown(text: str) -> str:
    """Return the beginning of a line, safe to show."""
    text = clean(text)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
