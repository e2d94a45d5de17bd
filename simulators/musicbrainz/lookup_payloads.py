"""Render entities as lookups and browses show them: everything asked for, null where unknown."""

from .entities import Artist, Credit, Database, Recording, Release, ReleaseGroup, Track, mbid
from .parts import Json, alias, cover_flags, events, label_info, relation, type_id, types

LARGEST_LINKED = 25


class LookupRenderer:
    """Render entities with what one request's `inc` asks for."""

    def __init__(
        self,
        database: Database,
        includes: frozenset[str],
        *,
        statuses: frozenset[str] = frozenset(),
        kinds: frozenset[str] = frozenset(),
    ) -> None:
        """Take the database, the includes, and lower-case filters for linked releases."""
        self._database = database
        self._includes = includes
        self._statuses = statuses
        self._kinds = kinds

    def artist(self, artist: Artist, *, top: bool = False) -> Json:
        """Render an artist; aliases and genres when asked for."""
        rendered: Json = {
            "id": artist.mbid,
            "name": artist.name,
            "sort-name": artist.sort_name,
            "disambiguation": artist.disambiguation,
            "type": artist.kind,
            "type-id": type_id(artist.kind),
            "country": artist.country,
        }
        if top:
            rendered |= {
                "area": None,
                "begin-area": None,
                "end-area": None,
                "gender": None,
                "gender-id": None,
                "ipis": [],
                "isnis": [],
                "life-span": {"begin": None, "end": None, "ended": False},
            }
        if "aliases" in self._includes:
            rendered["aliases"] = [alias(name) for name in artist.aliases]
        self._add_genres(rendered, self._database.artist_genres.get(artist.mbid, ()))
        if top and "url-rels" in self._includes:
            rendered["relations"] = self._streaming_addresses(artist)
        return rendered

    def credits(self, credits_: tuple[Credit, ...]) -> list[Json]:
        """Render an artist credit."""
        return [
            {
                "name": item.name,
                "joinphrase": item.join_phrase,
                "artist": self.artist(item.artist),
            }
            for item in credits_
        ]

    def recording(self, recording: Recording, *, top: bool = False, releases: bool = True) -> Json:
        """Render a recording; `top` adds what only the looked-up one shows."""
        rendered: Json = {
            "id": recording.mbid,
            "title": recording.title,
            "length": recording.length_ms,
            "disambiguation": recording.disambiguation,
            "video": recording.is_video,
        }
        if recording.first_release_date:
            rendered["first-release-date"] = recording.first_release_date
        if self._wants("artist-credits") or (top and self._wants("artists")):
            rendered["artist-credit"] = self.credits(recording.credits)
        if "isrcs" in self._includes:
            rendered["isrcs"] = list(recording.isrcs)
        if top:
            self._add_genres(rendered, recording.genres)
        if top and releases and "releases" in self._includes:
            linked = self._filtered(self._database.releases_of_recording(recording.mbid))
            rendered["releases"] = [
                self.release(release, only=recording) for release in linked[:LARGEST_LINKED]
            ]
        if top and "url-rels" in self._includes:
            rendered["relations"] = self._streaming_addresses(recording)
        return rendered

    def release(
        self, release: Release, *, top: bool = False, only: Recording | None = None
    ) -> Json:
        """Render a release; `only` limits its medium to the tracks of one recording."""
        rendered: Json = {
            "id": release.mbid,
            "title": release.title,
            "status": release.status,
            "status-id": type_id(release.status),
            "quality": "normal",
            "packaging": release.packaging,
            "packaging-id": type_id(release.packaging),
            "text-representation": {
                "language": release.language,
                "script": release.script,
            },
            "disambiguation": release.disambiguation,
            "barcode": release.barcode,
        }
        if release.date is not None:
            rendered |= {
                "date": release.date,
                "country": release.country,
                "release-events": events(release),
            }
        if top or "artist-credits" in self._includes:
            if self._wants("artist-credits") or self._wants("artists"):
                rendered["artist-credit"] = self.credits(release.credits)
        if "release-groups" in self._includes:
            rendered["release-group"] = self.group(release.group)
        if "labels" in self._includes:
            rendered["label-info"] = label_info(release)
        if self._includes & {"media", "recordings", "discids"}:
            rendered["media"] = [self._medium(release, only)]
        if top:
            rendered |= {"asin": None, "cover-art-archive": cover_flags(release)}
            self._add_genres(rendered, ())
            if "url-rels" in self._includes:
                rendered["relations"] = self._streaming_addresses(release)
        return rendered

    def group(self, group: ReleaseGroup, *, top: bool = False) -> Json:
        """Render a release group."""
        rendered: Json = {
            "id": group.mbid,
            "title": group.title,
            "disambiguation": "",
            "primary-type": group.primary_type,
            "primary-type-id": type_id(group.primary_type),
            "secondary-types": list(group.secondary_types),
            "secondary-type-ids": [type_id(kind) for kind in group.secondary_types],
            "first-release-date": group.first_release_date,
        }
        if self._wants("artist-credits"):
            rendered["artist-credit"] = self.credits(group.credits)
        self._add_genres(rendered, group.genres)
        if top and "releases" in self._includes:
            linked = self._filtered(self._database.releases_of_group(group.mbid))
            rendered["releases"] = [self.release(release) for release in linked[:LARGEST_LINKED]]
        return rendered

    def _medium(self, release: Release, only: Recording | None) -> Json:
        """Render the medium with all tracks, those of one recording, or none."""
        tracks = release.tracks
        if only is not None:
            tracks = tuple(track for track in tracks if track.recording.mbid == only.mbid)
        rendered: Json = {
            "position": release.disc_number,
            "title": "",
            "format": release.medium_format,
            "format-id": type_id(release.medium_format),
            "track-count": len(release.tracks),
        }
        if only is not None or "recordings" in self._includes:
            rendered["track-offset"] = tracks[0].position - 1 if tracks else 0
            rendered["tracks"] = [self._track(track, only is None) for track in tracks]
        return rendered

    def _track(self, track: Track, with_recording: bool) -> Json:
        """Render a track."""
        rendered: Json = {
            "id": track.mbid,
            "position": track.position,
            "number": str(track.position),
            "title": track.title,
            "length": track.length_ms,
        }
        if self._wants("artist-credits"):
            rendered["artist-credit"] = self.credits(track.recording.credits)
        if with_recording:
            rendered["recording"] = self.recording(track.recording)
        return rendered

    def _filtered(self, releases: list[Release]) -> list[Release]:
        """Apply the status and type filters."""
        return [
            release
            for release in releases
            if (not self._statuses or (release.status or "").lower() in self._statuses)
            and (not self._kinds or types(release.group) & self._kinds)
        ]

    def _streaming_addresses(self, target: Artist | Recording | Release) -> list[Json]:
        """List the addresses related to something."""
        return [
            {
                **relation("forward"),
                "target-type": "url",
                "url": {"id": mbid("url", address), "resource": address},
            }
            for address, targets in self._database.urls.items()
            if any(item.mbid == target.mbid for item in targets)
        ]

    def related(self, target: Artist | Recording | Release) -> Json:
        """Render the relation from an address to something."""
        rendered = relation("backward")
        match target:
            case Artist():
                return {
                    **rendered,
                    "target-type": "artist",
                    "artist": self.artist(target),
                }
            case Recording():
                return {
                    **rendered,
                    "target-type": "recording",
                    "recording": self.recording(target),
                }
            case Release():
                return {
                    **rendered,
                    "target-type": "release",
                    "release": self.release(target),
                }

    def _add_genres(self, rendered: Json, genres: tuple[str, ...]) -> None:
        """Add genres when asked for, the most voted first."""
        if "genres" in self._includes:
            rendered["genres"] = [
                {
                    "id": mbid("genre", name),
                    "name": name,
                    "count": len(genres) - index,
                    "disambiguation": "",
                }
                for index, name in enumerate(genres)
            ]

    def _wants(self, include: str) -> bool:
        """Tell whether something was asked for."""
        return include in self._includes
