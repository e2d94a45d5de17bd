"""Hold what only the MusicBrainz room speaks of."""

from dataclasses import dataclass, replace

from ..model import ArtistCredit, Recording, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicBrainzArtist:
    """Describe an artist; `urls` are the addresses that MusicBrainz relates it to."""

    id: str
    name: str
    sort_name: str = ""
    disambiguation: str = ""
    type: str | None = None  # "Person", "Group", ...
    country: str | None = None
    aliases: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseGroup:
    """Describe what unites the editions of an album."""

    id: str
    title: str
    primary_type: str | None = None
    secondary_types: tuple[str, ...] = ()
    first_release_date: str | None = None
    artist_credit: tuple[ArtistCredit, ...] = ()
    genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTrack:
    """Describe one audio track of a release; a hidden track before the first has position 0."""

    id: str | None
    title: str
    disc_number: int
    position: int
    length_ms: int | None  # On this release, which beats the recording's own.
    recording: Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDetails:
    """Describe a release with all its audio tracks."""

    release: Release
    tracks: tuple[ReleaseTrack, ...] = ()
    genres: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """Return the recordings on the release, each with its place there, as the search gives them."""
        return tuple(
            replace(track.recording, releases=(self._release_with(track),)) for track in self.tracks
        )

    def release_of(self, recording_id: str) -> Release | None:
        """Return the release with the position of a recording on it, or None when it is not there."""
        track = next((track for track in self.tracks if track.recording.id == recording_id), None)
        return None if track is None else self._release_with(track)

    def _release_with(self, track: ReleaseTrack) -> Release:
        """Return the release with the position of a track."""
        return replace(
            self.release,
            disc_number=track.disc_number,
            track_number=track.position,
            track_id=track.id,
            track_length_ms=track.length_ms,
        )
