"""Offer everything that is done with single tracks."""

import sqlite3

from ..model import MetadataField, MetadataSource, Quality, Track, TrackId
from ..store import candidates, downloads, journal, tracks
from ..store.candidates import StoredCandidate
from ..store.journal import JournalEntry
from ..use_cases.context import Context
from ..use_cases.downloads.request_download import RequestDownload, track_from_words
from ..use_cases.metadata.choose_metadata import ChooseMetadata, ChooseMetadataRequest
from ..use_cases.metadata.enrich_metadata import EnrichMetadata, EnrichMetadataRequest
from ..use_cases.searches.preview_search import PreviewSearch, PreviewSearchRequest
from ..use_cases.show import Show
from ..views import DownloadReport, EnrichReport, SearchReport, TrackStatus


class Tracks:
    """Search for tracks, download and enrich them, and tell their story."""

    def __init__(
        self,
        context: Context,
        *,
        preview: PreviewSearch,
        requests: RequestDownload,
        enrich: EnrichMetadata,
        show: Show,
    ) -> None:
        """Take the use cases that others need too."""
        self._context = context
        self._requests = requests
        self._enrich = enrich
        self._choose = ChooseMetadata(context, enrich)
        self._show = show
        self._preview = preview

    async def search(
        self,
        *,
        track_id: TrackId | None = None,
        artist: str | None = None,
        title: str | None = None,
        album: str | None = None,
        duration_ms: int | None = None,
        query: str | None = None,
        quality: Quality | None = None,
        maximum_results: int = 10,
    ) -> SearchReport:
        """Search without downloading; raises InputError, and the errors of the slskd room."""
        if track_id is not None:
            track = await self._context.database.run(tracks.get_track, track_id)
            metadata = track.metadata
        else:
            metadata = track_from_words(artist, title, album, duration_ms)
        return await self._preview.execute(
            PreviewSearchRequest(
                metadata=metadata,
                query=query,
                quality=quality or self._context.settings.quality,
                maximum_results=maximum_results,
            )
        )

    async def add(
        self,
        *,
        artist: str,
        title: str,
        album: str | None = None,
        duration_ms: int | None = None,
    ) -> Track:
        """Create a track that no playlist names, or return the one with the same words."""
        metadata = track_from_words(artist, title, album, duration_ms)
        track_id = await self._context.database.run(tracks.save_track, metadata)
        return await self._context.database.run(tracks.get_track, track_id)

    async def download(
        self,
        track_id: TrackId,
        *,
        query: str | None = None,
        quality: Quality | None = None,
        timeout: float = 30.0,
        until_filed: bool = False,
    ) -> DownloadReport:
        """Queue a track before all others and report how far it came within `timeout` seconds.

        It is not waited for longer than its searches take, or `until_filed`, until it has ended. Raises
        InputError `unknown_track`.
        """
        return await self._requests.track(
            track_id, query=query, quality=quality, timeout=timeout, until_filed=until_filed
        )

    async def wait(self, track_id: TrackId, timeout: float) -> TrackStatus:
        """Wait at most `timeout` seconds for the end of a download, and return how far the track is.

        Raises InputError `unknown_track`.
        """
        await self._context.database.run(tracks.get_track, track_id)
        await self._requests.wait(track_id, timeout=timeout)
        return await self.status(track_id)

    async def enrich_metadata(
        self,
        track_id: TrackId,
        *,
        force_refresh: bool = False,
        enrich_artist: bool = True,
        enrich_album: bool = True,
    ) -> EnrichReport:
        """Ask MusicBrainz about one track now; raises InputError and the errors of the room."""
        return await self._enrich.execute(
            EnrichMetadataRequest(
                track_id=track_id,
                force_refresh=force_refresh,
                enrich_artist=enrich_artist,
                enrich_album=enrich_album,
            )
        )

    async def choose_metadata(
        self,
        track_id: TrackId,
        field: MetadataField,
        *,
        source: MetadataSource | None = None,
        value: str | None = None,
    ) -> EnrichReport:
        """Decide a field for good: by a value, by a side, or by neither to leave it to us again.

        Raises the errors of ChooseMetadata.
        """
        return await self._choose.execute(
            ChooseMetadataRequest(track_id=track_id, field=field, source=source, value=value)
        )

    async def status(self, track_id: TrackId) -> TrackStatus:
        """Return one track with its file's tags; raises InputError `unknown_track`."""
        return await self._show.track(track_id)

    async def candidates(self, track_id: TrackId) -> tuple[StoredCandidate, ...]:
        """Return the files found for a track, best first, used-up ones too; raises as `status`."""
        return await self._context.database.run(_candidates, track_id)

    async def journal(self, track_id: TrackId) -> tuple[JournalEntry, ...]:
        """Return what happened to a track, oldest first; raises InputError `unknown_track`."""
        await self._context.database.run(tracks.get_track, track_id)
        return await self._context.database.run(journal.read, track_id)


def _candidates(connection: sqlite3.Connection, track_id: TrackId) -> tuple[StoredCandidate, ...]:
    """Return what was found for a track."""
    tracks.get_track(connection, track_id)
    download = downloads.find_download(connection, track_id)
    return () if download is None else candidates.get_candidates(connection, download.id)
