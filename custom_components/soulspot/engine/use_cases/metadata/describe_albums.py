"""Ask for the genres and first dates of albums, one request for each, when there is time."""

from collections.abc import Iterable
from datetime import datetime
import sqlite3

from ...model import TrackId
from ...musicbrainz.models import ReleaseGroup
from ...store import enrichment
from ...store.enrichment import Undescribed
from ..context import Context
from ..library.retag_track import queue_retagging

_ALBUMS_A_TURN = 20
_GENRES = 5


class DescribeAlbums:
    """Fill in what the batches of ISRCs leave out: release groups know their genres, else artists do."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def execute(self, track_ids: Iterable[TrackId], *, refresh: bool = False) -> int:
        """Describe some albums of identified tracks, and return how many are left for later.

        Raises the errors of MusicBrainzClient. `refresh` asks again for what was asked before.
        """
        wanted = await self._context.database.run(
            enrichment.get_undescribed, tuple(track_ids), again=refresh
        )
        for album in wanted[:_ALBUMS_A_TURN]:
            group = await self._group(album, refresh=refresh)
            genres = group.genres if group else ()
            if not genres:
                genres = await self._artist_genres(album, group, refresh=refresh)
            await self._context.database.run(
                _store,
                album,
                genres[:_GENRES],
                group.first_release_date if group else None,
                now=self._context.clock.now(),
            )
        self._context.announcer.changed()
        return max(len(wanted) - _ALBUMS_A_TURN, 0)

    async def _group(self, album: Undescribed, *, refresh: bool) -> ReleaseGroup | None:
        """Return an album's release group."""
        if album.release_group_id is None:
            return None
        return await self._context.musicbrainz.release_group(
            album.release_group_id, refresh=refresh
        )

    async def _artist_genres(
        self, album: Undescribed, group: ReleaseGroup | None, *, refresh: bool
    ) -> tuple[str, ...]:
        """Return the genres of an album's first artist."""
        credited = group.artist_credit[0].artist_id if group and group.artist_credit else None
        artist_id = album.artist_id or credited
        if artist_id is None:
            return ()
        artist = await self._context.musicbrainz.artist(artist_id, refresh=refresh)
        return artist.genres if artist else ()


def _store(
    connection: sqlite3.Connection,
    album: Undescribed,
    genres: tuple[str, ...],
    original_date: str | None,
    *,
    now: datetime,
) -> None:
    """Store a description, and let the tags of filed tracks follow."""
    changed = enrichment.save_description(
        connection, album.track_ids, genres=genres, original_date=original_date, now=now
    )
    queue_retagging(connection, changed, now=now)
