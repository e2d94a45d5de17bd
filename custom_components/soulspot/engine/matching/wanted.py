"""Hold what is wanted, as far as matching needs to know it."""

from dataclasses import dataclass
from typing import Self

from ..model import TrackMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRecording:
    """Describe the recording that is looked for; length in milliseconds, None when unknown.

    `album_titles` are the titles of the wanted album's other tracks, empty when unknown.
    """

    title: str
    artists: tuple[str, ...]
    album: str | None = None
    duration_ms: int | None = None
    track_number: int | None = None
    isrc: str | None = None
    album_titles: tuple[str, ...] = ()

    @classmethod
    def from_metadata(cls, metadata: TrackMetadata) -> Self:
        """Take over what a playlist says about a track."""
        return cls(
            title=metadata.title,
            artists=tuple(artist.name for artist in metadata.artists if artist.name),
            album=metadata.album.name if metadata.album and metadata.album.name else None,
            duration_ms=metadata.duration_ms,
            track_number=metadata.track_number,
            isrc=metadata.isrc,
        )
