"""Put together what is written into a track's file: the playlist's words, ids, and a cover."""

from collections.abc import Awaitable
import logging

from ...errors import ServiceError
from ...library.tag_set import Cover, TagSet
from ...model import Track
from ..context import Context

_LOGGER = logging.getLogger(__name__)

_COVER_SIZE = 500  # pixels


async def tags_for(context: Context, track: Track) -> TagSet:
    """Return the tags of a track with its cover; a cover that cannot be had is no failure."""
    return tag_set(track, await _cover(context, track))


def tag_set(track: Track, cover: Cover | None) -> TagSet:
    """Return the tags of a track: the playlist's words, MusicBrainz's ids."""
    metadata, album = track.metadata, track.metadata.album
    artists = tuple(artist.name for artist in metadata.artists if artist.name)
    album_artists = tuple(artist.name for artist in album.artists) if album else ()
    ids = tuple(artist.musicbrainz_id for artist in metadata.artists if artist.musicbrainz_id)
    album_ids = (
        tuple(artist.musicbrainz_id for artist in album.artists if artist.musicbrainz_id)
        if album
        else ()
    )
    return TagSet(
        title=metadata.title,
        artist=", ".join(artists) or None,
        artists=artists,
        album=album.name if album and album.name else None,
        albumartist=", ".join(album_artists or artists[:1]) or None,
        tracknumber=metadata.track_number,
        totaltracks=album.total_tracks if album else None,
        discnumber=metadata.disc_number,
        date=album.release_date if album else None,
        originaldate=track.original_date,
        genre=track.genres,
        isrc=(metadata.isrc,) if metadata.isrc else (),
        musicbrainz_recordingid=track.musicbrainz_recording_id,
        musicbrainz_trackid=track.musicbrainz_release_track_id,
        musicbrainz_albumid=album.musicbrainz_id if album else None,
        musicbrainz_releasegroupid=album.musicbrainz_release_group_id if album else None,
        musicbrainz_artistid=ids if len(ids) == len(artists) else (),
        musicbrainz_albumartistid=album_ids if len(album_ids) == len(album_artists) else (),
        cover=cover,
    )


async def _cover(context: Context, track: Track) -> Cover | None:
    """Return the front cover: the release's, as Spotify shows it, or of another edition; none is no failure."""
    album, archive = track.metadata.album, context.cover_art
    if album is None:
        return None
    cover = None
    if album.musicbrainz_id:
        cover = await _fetched(archive.front_cover(album.musicbrainz_id, size=_COVER_SIZE))
    if cover is None and album.image_url:
        cover = await _fetched(context.fetch_image(album.image_url))
    group_id = album.musicbrainz_release_group_id
    if cover is None and group_id:
        cover = await _fetched(archive.release_group_front_cover(group_id, size=_COVER_SIZE))
    return cover


async def _fetched(image: Awaitable[bytes | None]) -> Cover | None:
    """Return an image as a cover, None when it cannot be had now."""
    try:
        data = await image
    except ServiceError as error:
        _LOGGER.debug("No cover for an album: %s", error)
        return None
    return None if data is None else Cover.from_bytes(data)
