"""Describe what the MusicBrainz database holds: artists, recordings, releases, release groups."""

from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

VARIOUS_ARTISTS_ID = "89ad4ac3-39f7-470e-963a-56509c546377"


def mbid(kind: str, key: str) -> str:
    """Return the id of a thing of this kind, the same on every run."""
    return str(uuid5(NAMESPACE_URL, f"https://musicbrainz.invalid/{kind}/{key}"))


@dataclass(frozen=True, slots=True)
class Artist:
    """Hold an artist."""

    mbid: str
    name: str
    sort_name: str
    kind: str | None = "Person"
    disambiguation: str = ""
    aliases: tuple[str, ...] = ()
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """Hold one name of an artist credit, with the text that joins it to the next."""

    artist: Artist
    name: str
    join_phrase: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """Hold a recording; length in milliseconds, None when nobody entered it."""

    mbid: str
    title: str
    credits: tuple[Credit, ...]
    length_ms: int | None
    isrcs: tuple[str, ...] = ()
    disambiguation: str = ""
    first_release_date: str = ""
    is_video: bool = False
    genres: tuple[str, ...] = ()
    is_indexed: bool = True


@dataclass(frozen=True, slots=True)
class Track:
    """Hold a place on a release; its title and length may differ from the recording's."""

    mbid: str
    position: int
    title: str
    length_ms: int | None
    recording: Recording


@dataclass(frozen=True, slots=True)
class ReleaseGroup:
    """Hold what unites the editions of an album."""

    mbid: str
    title: str
    credits: tuple[Credit, ...]
    primary_type: str | None
    secondary_types: tuple[str, ...] = ()
    first_release_date: str = ""
    genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """Hold one edition with one medium; None where nobody entered a value."""

    mbid: str
    title: str
    credits: tuple[Credit, ...]
    group: ReleaseGroup
    tracks: tuple[Track, ...]
    disc_number: int = 1
    status: str | None = "Official"
    date: str | None = None
    country: str | None = "XW"
    barcode: str | None = None
    medium_format: str | None = "Digital Media"
    packaging: str | None = None
    label: str | None = None
    catalog_number: str | None = None
    script: str | None = "Latn"
    language: str | None = "eng"
    disambiguation: str = ""
    has_cover: bool = True


@dataclass(slots=True)
class Database:
    """Hold everything with the indexes the web service needs."""

    artists: dict[str, Artist] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    releases: dict[str, Release] = field(default_factory=dict)
    groups: dict[str, ReleaseGroup] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    artist_genres: dict[str, tuple[str, ...]] = field(default_factory=dict)
    urls: dict[str, list[Artist | Recording | Release]] = field(default_factory=dict)
    _releases_of_recording: dict[str, list[Release]] = field(default_factory=dict)
    _recordings_of_isrc: dict[str, list[Recording]] = field(default_factory=dict)

    def add_recording(self, recording: Recording) -> None:
        """Add a recording and its artists; adding it again changes nothing."""
        if recording.mbid in self.recordings:
            return
        self.recordings[recording.mbid] = recording
        self._add_artists(recording.credits)
        for credit in recording.credits:
            self.artist_genres.setdefault(credit.artist.mbid, recording.genres)
        for isrc in recording.isrcs:
            self._recordings_of_isrc.setdefault(isrc, []).append(recording)

    def add_release(self, release: Release) -> None:
        """Add a release with its group, artists and recordings."""
        self.releases[release.mbid] = release
        self.groups[release.group.mbid] = release.group
        self._add_artists(release.credits)
        for track in release.tracks:
            self.add_recording(track.recording)
            self._releases_of_recording.setdefault(track.recording.mbid, []).append(release)

    def add_url(self, resource: str, target: Artist | Recording | Release) -> None:
        """Relate an address to something."""
        self.urls.setdefault(resource, []).append(target)

    def recordings_of_isrc(self, isrc: str) -> list[Recording]:
        """List the recordings an ISRC was entered for."""
        return self._recordings_of_isrc.get(isrc, [])

    def releases_of_recording(self, identifier: str) -> list[Release]:
        """List the releases a recording stands on."""
        return self._releases_of_recording.get(identifier, [])

    def releases_of_group(self, identifier: str) -> list[Release]:
        """List the editions of a release group."""
        return [release for release in self.releases.values() if release.group.mbid == identifier]

    def current(self, identifier: str) -> str:
        """Return the id that took over from a merged one, or the id itself."""
        return self.merged.get(identifier, identifier)

    def _add_artists(self, credits_: tuple[Credit, ...]) -> None:
        """Add the artists of a credit."""
        for credit in credits_:
            self.artists.setdefault(credit.artist.mbid, credit.artist)


def credited_as(credits_: tuple[Credit, ...]) -> str:
    """Return the whole artist credit as one text."""
    return "".join(credit.name + credit.join_phrase for credit in credits_)
