"""Hold what AcoustID tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedArtist:
    """Name one artist of a recording."""

    name: str
    musicbrainz_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedRecording:
    """Describe a MusicBrainz recording; all but its id may be unknown."""

    musicbrainz_id: str
    title: str | None = None
    artists: tuple[NamedArtist, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """Hold one group of fingerprints that is like the one asked for; `score` is 0 to 1."""

    acoustid: str
    score: float
    recordings: tuple[IdentifiedRecording, ...] = ()
