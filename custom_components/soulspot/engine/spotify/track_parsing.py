"""Turn Spotify's tracks, albums and local files into the engine's objects."""

from urllib.parse import unquote_plus

from ..errors import InvalidReplyError, Service
from ..isrc import normalise_isrc
from ..model import Album, Artist, TrackMetadata
from ..payload import (
    JsonObject,
    boolean_or_none,
    json_object,
    json_objects,
    positive_or_none,
    text_or_none,
)
from .links import is_spotify_id
from .models import AlbumDetails

LOCAL_PREFIX = "spotify:local:"


def parse_track_reply(payload: object) -> TrackMetadata:
    """Return the track of a `/tracks/{id}` reply, or raise InvalidReplyError."""
    track = parse_track(json_object(payload))
    if track is None:
        raise InvalidReplyError(Service.SPOTIFY, "reply_not_track")
    return track


def parse_album_reply(payload: object) -> AlbumDetails:
    """Return the album of an `/albums/{id}` reply, or raise InvalidReplyError."""
    data = json_object(payload)
    album = parse_album(data)
    if album is None:
        raise InvalidReplyError(Service.SPOTIFY, "reply_not_album")
    return AlbumDetails(
        album=album, upc=text_or_none(json_object(data.get("external_ids")).get("upc"))
    )


def parse_search_reply(payload: object) -> tuple[TrackMetadata, ...]:
    """Return the tracks of a `/search` reply in its order."""
    hits = json_object(json_object(payload).get("tracks"))
    if "items" not in hits:
        raise InvalidReplyError(Service.SPOTIFY, "reply_not_search")
    tracks = (parse_track(hit) for hit in json_objects(hits["items"]))
    return tuple(track for track in tracks if track is not None)


def parse_track(data: JsonObject) -> TrackMetadata | None:
    """Return a track, or None when it has no name; zeros count as unknown.

    A relinked track keeps the id that really stands in the list (`linked_from`).
    """
    title = text_or_none(data.get("name"))
    if title is None:
        return None
    return TrackMetadata(
        title=title,
        artists=parse_artists(data.get("artists")),
        album=parse_album(json_object(data.get("album"))),
        duration_ms=positive_or_none(data.get("duration_ms")),
        isrc=normalise_isrc(json_object(data.get("external_ids")).get("isrc")),
        disc_number=positive_or_none(data.get("disc_number")),
        track_number=positive_or_none(data.get("track_number")),
        explicit=boolean_or_none(data.get("explicit")),
        spotify_uri=track_uri(json_object(data.get("linked_from"))) or track_uri(data),
    )


def parse_album(data: JsonObject) -> Album | None:
    """Return an album, or None when it has no name (taken down, local file)."""
    name = text_or_none(data.get("name"))
    if name is None:
        return None
    release_date = text_or_none(data.get("release_date"))
    return Album(
        name=name,
        artists=parse_artists(data.get("artists")),
        album_type=text_or_none(data.get("album_type")),
        release_date=None
        if release_date is None or release_date.startswith("0000")
        else release_date,
        total_tracks=positive_or_none(data.get("total_tracks")),
        image_url=largest_image(data.get("images")),
        spotify_id=text_or_none(data.get("id")),
    )


def parse_artists(value: object) -> tuple[Artist, ...]:
    """Return the artists that have a name, in their order."""
    artists = []
    for data in json_objects(value):
        name = text_or_none(data.get("name"))
        if name is not None:
            artists.append(Artist(name=name, spotify_id=text_or_none(data.get("id"))))
    return tuple(artists)


def largest_image(value: object) -> str | None:
    """Return the https address of the widest image; the first one when widths are missing."""
    best: str | None = None
    best_width = -1
    for data in json_objects(value):
        address = text_or_none(data.get("url"))
        width = positive_or_none(data.get("width")) or 0
        if (
            address is not None
            and address.startswith(("https://", "http://"))
            and width > best_width
        ):
            best, best_width = address, width
    return best


def track_uri(data: JsonObject) -> str | None:
    """Return the URI of a track or an episode, built from its id when only that is there."""
    uri = text_or_none(data.get("uri"))
    if uri is not None and uri.startswith("spotify:"):
        return uri
    identifier = text_or_none(data.get("id"))
    if identifier is None or not is_spotify_id(identifier):
        return None
    kind = "episode" if data.get("type") == "episode" else "track"
    return f"spotify:{kind}:{identifier}"


def parse_local_file(data: JsonObject) -> TrackMetadata | None:
    """Return what is known of a local file; its URI fills in what the members leave out."""
    uri = text_or_none(data.get("uri"))
    named = parse_local_uri(uri) if uri is not None else None
    stated = parse_track(data)
    if stated is None or named is None:
        return stated or named
    return TrackMetadata(
        title=stated.title,
        artists=stated.artists or named.artists,
        album=stated.album or named.album,
        duration_ms=stated.duration_ms or named.duration_ms,
        isrc=stated.isrc,
        disc_number=stated.disc_number,
        track_number=stated.track_number,
        explicit=stated.explicit,
        spotify_uri=uri,
    )


def parse_local_uri(uri: str) -> TrackMetadata | None:
    """Return the file that `spotify:local:artist:album:title:seconds` names, or None without title."""
    if not uri.startswith(LOCAL_PREFIX):
        return None
    parts = uri.removeprefix(LOCAL_PREFIX).split(":")
    if len(parts) != 4:
        return None
    artist, album, title = (unquote_plus(part).strip() for part in parts[:3])
    if not title:
        return None
    seconds = (
        int(parts[3]) if parts[3].isascii() and parts[3].isdigit() and len(parts[3]) < 10 else 0
    )
    return TrackMetadata(
        title=title,
        artists=(Artist(name=artist),) if artist else (),
        album=Album(name=album) if album else None,
        duration_ms=seconds * 1000 or None,
        spotify_uri=uri,
    )
