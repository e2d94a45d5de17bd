"""Describe entities to the search and render its hits, which differ from lookups in many places."""

from .entities import Artist, Credit, Database, Recording, Release, ReleaseGroup, Track, mbid
from .matching import Document, quantized
from .parts import Json, type_id


class SearchRenderer:
    """Render hits: fields are left out when unknown, instead of being null."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    def describe_recording(self, recording: Recording) -> Document:
        """Return the search fields of a recording."""
        releases = self._database.releases_of_recording(recording.mbid)
        length = recording.length_ms
        tracks = [
            track
            for release in releases
            for track in release.tracks
            if track.recording.mbid == recording.mbid
        ]
        return {
            "recording": (recording.title, *(track.title for track in tracks)),
            "recordingaccent": (recording.title,),
            "comment": (recording.disambiguation,),
            "rid": (recording.mbid,),
            "isrc": recording.isrcs,
            "dur": () if length is None else (str(length),),
            "qdur": () if length is None else (quantized(length),),
            "video": (str(recording.is_video).lower(),),
            "firstreleasedate": (recording.first_release_date,),
            "release": tuple(release.title for release in releases),
            "reid": tuple(release.mbid for release in releases),
            "rgid": tuple(release.group.mbid for release in releases),
            "date": tuple(release.date or "" for release in releases),
            "country": tuple(release.country or "" for release in releases),
            "status": tuple(release.status or "" for release in releases),
            "primarytype": tuple(release.group.primary_type or "" for release in releases),
            "secondarytype": tuple(
                kind for release in releases for kind in release.group.secondary_types
            ),
            "tid": tuple(track.mbid for track in tracks),
            "tnum": tuple(str(track.position) for track in tracks),
            "number": tuple(str(track.position) for track in tracks),
            "tracksrelease": tuple(str(len(release.tracks)) for release in releases),
            "tracks": tuple(str(len(release.tracks)) for release in releases),
            "tag": recording.genres,
            **_describe_credits(recording.credits),
        }

    def describe_release(self, release: Release) -> Document:
        """Return the search fields of a release."""
        return {
            "release": (release.title,),
            "releaseaccent": (release.title,),
            "reid": (release.mbid,),
            "rgid": (release.group.mbid,),
            "barcode": () if release.barcode is None else (release.barcode,),
            "date": (release.date or "",),
            "country": (release.country or "",),
            "status": (release.status or "",),
            "primarytype": (release.group.primary_type or "",),
            "secondarytype": release.group.secondary_types,
            "tracks": (str(len(release.tracks)),),
            "label": (release.label or "",),
            "script": (release.script or "",),
            "lang": (release.language or "",),
            "format": (release.medium_format or "",),
            "comment": (release.disambiguation,),
            **_describe_credits(release.credits),
        }

    def describe_artist(self, artist: Artist) -> Document:
        """Return the search fields of an artist."""
        return {
            "artist": (artist.name, artist.sort_name),
            "sortname": (artist.sort_name,),
            "alias": artist.aliases,
            "arid": (artist.mbid,),
            "type": (artist.kind or "",),
        }

    def recording(self, score: int, recording: Recording) -> Json:
        """Render a hit; `video` is null or true here, never false."""
        hit: Json = {
            "id": recording.mbid,
            "score": score,
            "title": recording.title,
            "video": True if recording.is_video else None,
            "artist-credit": _credits(recording.credits, with_aliases=True),
        }
        if recording.length_ms is not None:
            hit["length"] = recording.length_ms
        if recording.disambiguation:
            hit["disambiguation"] = recording.disambiguation
        if recording.first_release_date:
            hit["first-release-date"] = recording.first_release_date
        releases = self._database.releases_of_recording(recording.mbid)
        if releases:
            hit["releases"] = [self._release_of(recording, release) for release in releases]
        if recording.isrcs:
            hit["isrcs"] = list(recording.isrcs)
        return hit

    def release(self, score: int, release: Release) -> Json:
        """Render a hit of a release search."""
        hit = {"score": score, **_release_basics(release)}
        hit["artist-credit"] = _credits(release.credits)
        hit["text-representation"] = _present(language=release.language, script=release.script)
        if release.barcode is not None:
            hit["barcode"] = release.barcode
        if release.packaging is not None:
            hit |= {
                "packaging": release.packaging,
                "packaging-id": type_id(release.packaging),
            }
        if release.label is not None:
            label = {"id": mbid("label", release.label), "name": release.label}
            hit["label-info"] = [{"label": label}]
        hit["media"] = [
            _present(format=release.medium_format)
            | {"disc-count": 0, "track-count": len(release.tracks)}
        ]
        return hit

    def artist(self, score: int, artist: Artist) -> Json:
        """Render a hit of an artist search."""
        hit: Json = {
            "id": artist.mbid,
            "score": score,
            "name": artist.name,
            "sort-name": artist.sort_name,
        }
        if artist.kind is not None:
            hit |= {"type": artist.kind, "type-id": type_id(artist.kind)}
        if artist.aliases:
            hit["aliases"] = [_alias(name) for name in artist.aliases]
        if artist.disambiguation:
            hit["disambiguation"] = artist.disambiguation
        return hit

    def _release_of(self, recording: Recording, release: Release) -> Json:
        """Render a release inside a recording hit: its medium holds the matching track only."""
        rendered = _release_basics(release)
        if release.credits != recording.credits:
            rendered["artist-credit"] = _credits(release.credits)
        places = [item for item in release.tracks if item.recording.mbid == recording.mbid]
        rendered["media"] = [
            {
                "position": release.disc_number,
                **_present(format=release.medium_format),
                "track": [_track(place) for place in places],
                "track-count": len(release.tracks),
                "track-offset": places[0].position - 1,
            }
        ]
        return rendered


def _release_basics(release: Release) -> Json:
    """Render what every release in a search has."""
    rendered: Json = {
        "id": release.mbid,
        "count": 1,
        "title": release.title,
        "release-group": _group(release.group),
        "track-count": len(release.tracks),
    }
    if release.status is not None:
        rendered |= {"status": release.status, "status-id": type_id(release.status)}
    if release.disambiguation:
        rendered["disambiguation"] = release.disambiguation
    if release.date is not None:
        event: Json = {"date": release.date}
        if release.country is not None:
            rendered["country"] = release.country
            event["area"] = {
                "id": mbid("area", release.country),
                "name": release.country,
                "sort-name": release.country,
                "iso-3166-1-codes": [release.country],
            }
        rendered |= {"date": release.date, "release-events": [event]}
    return rendered


def _track(track: Track) -> Json:
    """Render the place of a recording on a release."""
    shown: Json = {
        "id": track.mbid,
        "number": str(track.position),
        "title": track.title,
    }
    if track.length_ms is not None:
        shown["length"] = track.length_ms
    return shown


def _group(group: ReleaseGroup) -> Json:
    """Render a release group; secondary types only when there are any."""
    rendered: Json = {"id": group.mbid, "title": group.title}
    if group.primary_type is not None:
        main = group.secondary_types[0] if group.secondary_types else group.primary_type
        rendered |= {
            "type-id": type_id(main),
            "primary-type-id": type_id(group.primary_type),
            "primary-type": group.primary_type,
        }
    if group.secondary_types:
        rendered |= {
            "secondary-types": list(group.secondary_types),
            "secondary-type-ids": [type_id(kind) for kind in group.secondary_types],
        }
    return rendered


def _credits(credits_: tuple[Credit, ...], *, with_aliases: bool = False) -> list[Json]:
    """Render an artist credit; the last name has no joining phrase."""
    rendered = []
    for item in credits_:
        artist: Json = {
            "id": item.artist.mbid,
            "name": item.artist.name,
            "sort-name": item.artist.sort_name,
        }
        if item.artist.disambiguation:
            artist["disambiguation"] = item.artist.disambiguation
        if with_aliases and item.artist.aliases:
            artist["aliases"] = [_alias(name) for name in item.artist.aliases]
        shown: Json = {"name": item.name, "artist": artist}
        if item.join_phrase:
            shown["joinphrase"] = item.join_phrase
        rendered.append(shown)
    return rendered


def _describe_credits(credits_: tuple[Credit, ...]) -> dict[str, tuple[str, ...]]:
    """Return the search fields of an artist credit."""
    whole = "".join(item.name + item.join_phrase for item in credits_)
    names = tuple(item.artist.name for item in credits_)
    return {
        "artist": (
            whole,
            *names,
            *(alias for item in credits_ for alias in item.artist.aliases),
        ),
        "artistname": names,
        "creditname": tuple(item.name for item in credits_),
        "arid": tuple(item.artist.mbid for item in credits_),
    }


def _alias(name: str) -> Json:
    """Render an alias as the search does."""
    return {
        "name": name,
        "sort-name": name,
        "locale": None,
        "type": None,
        "primary": None,
        "begin-date": None,
        "end-date": None,
    }


def _present(**values: object) -> Json:
    """Return the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}
