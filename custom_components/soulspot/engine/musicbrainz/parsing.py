"""Turn MusicBrainz replies, of lookups, browses and searches alike, into the engine's objects."""

from urllib.parse import urlsplit

from ..errors import InvalidReplyError, Service
from ..isrc import fold_isrc
from ..model import Recording, Release
from ..payload import (
    JsonObject,
    integer_or_none,
    json_list,
    json_object,
    json_objects,
    positive_or_none,
    text_or_none,
)
from .credit_parsing import parse_aliases, parse_credit, parse_genres
from .models import MusicBrainzArtist, ReleaseDetails, ReleaseGroup, ReleaseTrack


def parse_recordings_reply(payload: object) -> tuple[Recording, ...]:
    """Return the recordings of an ISRC lookup, a browse or a search, in their order.

    Search hits bring a score that only ranks them among each other, so it is not kept. Raises
    InvalidReplyError when the reply holds no list of recordings.
    """
    data = json_object(payload)
    if not isinstance(data.get("recordings"), list):
        raise _not_expected("recordings")
    recordings = (parse_recording(recording) for recording in json_objects(data["recordings"]))
    return tuple(recording for recording in recordings if recording is not None)


def parse_recording_reply(payload: object) -> Recording:
    """Return the recording of a lookup; a merged one answers with its new id."""
    recording = parse_recording(json_object(payload))
    if recording is None:
        raise _not_expected("recording")
    return recording


def parse_recording(data: JsonObject) -> Recording | None:
    """Return a recording, or None without id; a length of 0 counts as unknown."""
    identifier = text_or_none(data.get("id"))
    if identifier is None:
        return None
    releases = (parse_release(release) for release in json_objects(data.get("releases")))
    return Recording(
        id=identifier,
        title=text_or_none(data.get("title")) or "",
        length_ms=positive_or_none(data.get("length")),
        disambiguation=text_or_none(data.get("disambiguation")) or "",
        is_video=data.get("video") is True,
        artist_credit=parse_credit(data.get("artist-credit")),
        isrcs=parse_isrcs(data),
        first_release_date=text_or_none(data.get("first-release-date")),
        releases=tuple(release for release in releases if release is not None),
        genres=parse_genres(data),
    )


def parse_isrcs(data: JsonObject) -> tuple[str, ...]:
    """Return the recording's codes, each once."""
    codes = (text_or_none(code) for code in json_list(data.get("isrcs")))
    return tuple(dict.fromkeys(fold_isrc(code) for code in codes if code is not None))


def parse_releases_reply(payload: object) -> tuple[Release, ...]:
    """Return the releases of a browse, a search or a release group lookup, in their order."""
    data = json_object(payload)
    if not isinstance(data.get("releases"), list):
        raise _not_expected("releases")
    is_group = "primary-type" in data
    releases = (
        parse_release({**release, "release-group": data} if is_group else release)
        for release in json_objects(data["releases"])
    )
    return tuple(release for release in releases if release is not None)


def parse_release(data: JsonObject) -> Release | None:
    """Return a release, or None without id.

    The track named is the first on its media: the only one when the release hangs on a recording.
    """
    identifier = text_or_none(data.get("id"))
    if identifier is None:
        return None
    group = json_object(data.get("release-group"))
    media = json_objects(data.get("media"))
    medium, track = _linked_track(media)
    return Release(
        id=identifier,
        title=text_or_none(data.get("title")) or "",
        status=text_or_none(data.get("status")),
        date=text_or_none(data.get("date")),
        country=text_or_none(data.get("country")),
        artist_credit=parse_credit(data.get("artist-credit")),
        release_group_id=text_or_none(group.get("id")),
        primary_type=text_or_none(group.get("primary-type")),
        secondary_types=_texts(group.get("secondary-types")),
        first_release_date=text_or_none(group.get("first-release-date")),
        track_count=positive_or_none(data.get("track-count")) or _count_tracks(media),
        disc_number=positive_or_none(medium.get("position")),
        disc_count=positive_or_none(data.get("count")) or len(media) or None,
        track_number=_position(medium, track),
        track_id=text_or_none(track.get("id")),
        track_length_ms=positive_or_none(track.get("length")),
        has_front_cover=_has_front_cover(data),
        barcode=text_or_none(data.get("barcode")),
        catalog_numbers=_texts(
            [info.get("catalog-number") for info in json_objects(data.get("label-info"))]
        ),
    )


def _linked_track(media: list[JsonObject]) -> tuple[JsonObject, JsonObject]:
    """Return the first track and its medium; searches spell the list `track`, lookups `tracks`."""
    for medium in media:
        tracks = json_objects(medium.get("track")) or json_objects(medium.get("tracks"))
        if tracks:
            return medium, tracks[0]
    return {}, {}


def _position(medium: JsonObject, track: JsonObject) -> int | None:
    """Return the track's number on its medium; sides of records number otherwise ("A1")."""
    position = integer_or_none(track.get("position"))
    if position is not None:
        return position
    offset = integer_or_none(medium.get("track-offset")) if track else None
    return None if offset is None else offset + 1


def _count_tracks(media: list[JsonObject]) -> int | None:
    """Return the number of tracks on all media, or None when one does not tell."""
    counts = [positive_or_none(medium.get("track-count")) for medium in media]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def _has_front_cover(data: JsonObject) -> bool | None:
    """Tell whether the Cover Art Archive has a front; None when the reply does not say."""
    archive = json_object(data.get("cover-art-archive"))
    front = archive.get("front")
    if not isinstance(front, bool):
        return None
    return front and archive.get("darkened") is not True


def parse_release_reply(payload: object) -> ReleaseDetails:
    """Return the release of a lookup with its audio tracks; a merged one answers with its new id."""
    data = json_object(payload)
    release = parse_release({**data, "media": _without_tracks(data)})
    if release is None:
        raise _not_expected("release")
    labels = (
        text_or_none(json_object(info.get("label")).get("name"))
        for info in json_objects(data.get("label-info"))
    )
    return ReleaseDetails(
        release=release,
        tracks=_parse_tracks(json_objects(data.get("media"))),
        genres=parse_genres(data) or parse_genres(json_object(data.get("release-group"))),
        labels=tuple(dict.fromkeys(label for label in labels if label is not None)),
    )


def _without_tracks(data: JsonObject) -> list[JsonObject]:
    """Return the media of a release that hangs on no recording, so that no track stands for it."""
    return [
        {
            name: value
            for name, value in medium.items()
            if name not in ("track", "tracks", "position")
        }
        for medium in json_objects(data.get("media"))
    ]


def _parse_tracks(media: list[JsonObject]) -> tuple[ReleaseTrack, ...]:
    """Return the audio tracks of all media; data tracks stand in a list of their own and are left out."""
    tracks: list[ReleaseTrack] = []
    for number, medium in enumerate(media, 1):
        disc_number = positive_or_none(medium.get("position")) or number
        entries = json_objects(medium.get("tracks")) or json_objects(medium.get("track"))
        pregap = medium.get("pregap")
        if isinstance(pregap, dict):
            entries = [pregap, *entries]
        tracks.extend(
            track
            for index, entry in enumerate(entries, 1)
            if (track := _parse_track(entry, disc_number, index)) is not None
        )
    return tuple(tracks)


def _parse_track(data: JsonObject, disc_number: int, index: int) -> ReleaseTrack | None:
    """Return one track of a release, or None when it has no recording."""
    recording = parse_recording(json_object(data.get("recording")))
    if recording is None:
        return None
    position = integer_or_none(data.get("position"))
    return ReleaseTrack(
        id=text_or_none(data.get("id")),
        title=text_or_none(data.get("title")) or recording.title,
        disc_number=disc_number,
        position=index if position is None else position,
        length_ms=positive_or_none(data.get("length")),
        recording=recording,
    )


def parse_release_group_reply(payload: object) -> ReleaseGroup:
    """Return the release group of a lookup; a merged one answers with its new id."""
    data = json_object(payload)
    identifier = text_or_none(data.get("id"))
    if identifier is None:
        raise _not_expected("release group")
    return ReleaseGroup(
        id=identifier,
        title=text_or_none(data.get("title")) or "",
        primary_type=text_or_none(data.get("primary-type")),
        secondary_types=_texts(data.get("secondary-types")),
        first_release_date=text_or_none(data.get("first-release-date")),
        artist_credit=parse_credit(data.get("artist-credit")),
        genres=parse_genres(data),
    )


def _texts(value: object) -> tuple[str, ...]:
    """Return the texts in a list."""
    return tuple(text for text in map(text_or_none, json_list(value)) if text is not None)


def parse_artist_reply(payload: object) -> MusicBrainzArtist:
    """Return the artist of a lookup; a merged one answers with its new id."""
    artist = parse_artist(json_object(payload))
    if artist is None:
        raise _not_expected("artist")
    return artist


def parse_artist(data: JsonObject) -> MusicBrainzArtist | None:
    """Return an artist, or None without id."""
    identifier = text_or_none(data.get("id"))
    if identifier is None:
        return None
    urls = (
        text_or_none(json_object(relation.get("url")).get("resource"))
        for relation in json_objects(data.get("relations"))
    )
    return MusicBrainzArtist(
        id=identifier,
        name=text_or_none(data.get("name")) or "",
        sort_name=text_or_none(data.get("sort-name")) or "",
        disambiguation=text_or_none(data.get("disambiguation")) or "",
        type=text_or_none(data.get("type")),
        country=text_or_none(data.get("country")),
        aliases=parse_aliases(data),
        genres=parse_genres(data),
        urls=tuple(dict.fromkeys(url for url in urls if url is not None)),
    )


def parse_url_reply(payload: object) -> dict[str, tuple[Release, ...]]:
    """Return the releases that each address is related to, by the last part of the address's path.

    Reads the reply for one address and that for many; addresses that MusicBrainz does not know are
    left out of the latter.
    """
    data = json_object(payload)
    if "urls" not in data and "resource" not in data:
        raise _not_expected("urls")
    found: dict[str, tuple[Release, ...]] = {}
    for url in json_objects(data["urls"]) if "urls" in data else [data]:
        releases = (
            parse_release(json_object(relation.get("release")))
            for relation in json_objects(url.get("relations"))
        )
        key = _last_segment(text_or_none(url.get("resource")) or "")
        if key:
            found[key] = tuple(
                {release.id: release for release in releases if release is not None}.values()
            )
    return found


def _last_segment(resource: str) -> str:
    """Return what stands behind the last slash of an address."""
    try:
        return urlsplit(resource).path.rstrip("/").rpartition("/")[2]
    except ValueError:
        return ""


def _not_expected(kind: str) -> InvalidReplyError:
    """Return the error for a reply of another kind."""
    return InvalidReplyError(Service.MUSICBRAINZ, "reply_not_expected", kind=kind)
