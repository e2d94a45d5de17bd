"""Add to tracks what MusicBrainz knows: ids, genres, original dates; and tell where it disagrees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
import logging
import sqlite3
from typing import Any

from ...errors import InputError, RateLimitedError, ServiceError, UnavailableError, UnreachableError
from ...model import (
    FieldValues,
    JobKind,
    MetadataField,
    MetadataSource,
    Priority,
    Reason,
    Track,
    TrackId,
)
from ...queue.scheduler import Done, Later, Result
from ...spotify.links import is_spotify_id
from ...store import enrichment, jobs, metadata, playlists, tracks
from ...store.jobs import Job
from ...views import EnrichReport
from ..context import Context
from .describe_albums import DescribeAlbums
from .find_recording import FindRecording, Hints
from .keep_enrichment import KeepEnrichment, changed_fields

_LOGGER = logging.getLogger(__name__)

# Tracks that are looked up together; between two such parts others have their turn.
_PART = 500
_LONGEST_TURN = 60.0  # seconds; what was looked up together is remembered until the next turn


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichMetadataRequest:
    """Ask for one track; `force_refresh` asks again although it was asked before.

    `is_again` looks at the track again too, but lets answers be remembered ones.
    """

    track_id: TrackId
    force_refresh: bool = False
    is_again: bool = False
    enrich_artist: bool = True
    enrich_album: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTrack:
    """Hold a track as the playlist has it, with what is known about its fields."""

    listed: Track
    fields: tuple[FieldValues, ...] = ()

    @property
    def wanted(self) -> Track:
        """Return the track as a person wants it: the playlist's values and what was decided."""
        return metadata.with_fields(self.listed, self.fields, only_chosen=True)

    def chosen(self, field: MetadataField) -> FieldValues | None:
        """Return what a person decided about a field, None when nothing."""
        return next(
            (values for values in self.fields if values.field is field and values.chosen), None
        )


class EnrichMetadata:
    """Look tracks up by ISRC first, then by their album's address, by their words else."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._finder = FindRecording(context.musicbrainz)
        self._keeper = KeepEnrichment(context)
        self._describe = DescribeAlbums(context)

    async def execute(self, request: EnrichMetadataRequest) -> EnrichReport:
        """Enrich one track and say which fields changed.

        Raises InputError `unknown_track`, and the errors of MusicBrainzClient when it cannot be
        asked. Doubt is no error: it is reported, with what both sides say, and no ids are stored.
        """
        database = self._context.database
        before = await database.run(tracks.get_track, request.track_id)
        known = await database.run(_known, [request.track_id])
        is_asked_again = request.force_refresh or request.is_again
        if before.enriched_at is not None and not is_asked_again:
            return EnrichReport(track=before, enriched_fields=(), conflicts=known[0].fields)
        hints = await self._look_up(known, refresh=request.force_refresh, is_thorough=True)
        hint = hints[request.track_id]
        if request.enrich_album and not hint.linked and hint.release_id is None:
            hint = replace(hint, linked=await self._linked_by_barcode(known[0], request))
        report = await self._enrich(known[0], hint, request)
        if request.enrich_album and report.track.musicbrainz_recording_id is not None:
            report = await self._described(before, report, refresh=request.force_refresh)
        return report

    async def _linked_by_barcode(
        self, known: KnownTrack, request: EnrichMetadataRequest
    ) -> frozenset[str]:
        """Return the releases with the barcode that Spotify has for an album, when it can be asked.

        Only for single tracks: Spotify tells barcodes one album at a time.
        """
        album, spotify = known.wanted.metadata.album, self._context.spotify
        if spotify is None or album is None or not is_spotify_id(album.spotify_id or ""):
            return frozenset()
        try:
            details = await spotify.album(album.spotify_id or "")
        except ServiceError as error:
            _LOGGER.debug("No barcode for an album: %s", error)
            return frozenset()
        if details.upc is None:
            return frozenset()
        found = await self._context.musicbrainz.releases_by_barcode(
            details.upc, refresh=request.force_refresh
        )
        return frozenset(release.id for release in found)

    async def _described(
        self, before: Track, report: EnrichReport, *, refresh: bool
    ) -> EnrichReport:
        """Ask for genres too; when that fails, what was found stays and the trouble is told."""
        errors = report.errors
        try:
            await self._describe.execute([before.id], refresh=refresh)
        except ServiceError as error:
            errors = (*errors, error.reason)
        after = await self._context.database.run(tracks.get_track, before.id)
        fields = changed_fields(before, after)
        return replace(report, track=after, enriched_fields=fields, errors=errors)

    async def handle(self, job: Job) -> Result:
        """Enrich a track or those of a playlist, the ISRCs in batches; goes on where it was stopped."""
        now = self._context.clock.now()
        if "describe" in job.payload:
            return await self._handle_description(job)
        ids = await self._context.database.run(_tracks_of, job.payload)
        waiting = await self._context.database.run(enrichment.get_unenriched, ids, now=now)
        known = await self._context.database.run(_known, waiting[:_PART])
        hints = await self._look_up(known)
        done = await self._enrich_part(known, hints)
        if len(waiting) > done:
            now = self._context.clock.now()
            return Later(until=now, reason=Reason(key="metadata_continues"))
        await self._context.database.run(_queue_description, job, now=self._context.clock.now())
        self._context.announcer.changed()
        return Done()

    async def _enrich_part(
        self, known: Sequence[KnownTrack], hints: Mapping[TrackId, Hints]
    ) -> int:
        """Enrich tracks until others must have their turn, and return how many were done."""
        clock = self._context.clock
        begun = clock.monotonic()
        chosen: dict[str, str] = {}  # Releases by album, so that its tracks agree about it.
        for number, one in enumerate(known, 1):
            album = one.listed.metadata.album
            key = (album.spotify_id or album.name) if album else ""
            hint = hints[one.listed.id]
            hint = replace(hint, preferred=chosen.get(key, hint.preferred))
            after = await self._enrich_in_turn(one, hint)
            if key and after and after.metadata.album and after.metadata.album.musicbrainz_id:
                chosen[key] = after.metadata.album.musicbrainz_id
            if clock.monotonic() - begun > _LONGEST_TURN:
                return number
        return len(known)

    async def _handle_description(self, job: Job) -> Result:
        """Ask for genres, some albums at a time."""
        ids = await self._context.database.run(_tracks_of, job.payload)
        if await self._describe.execute(ids):
            now = self._context.clock.now()
            return Later(until=now, reason=Reason(key="metadata_continues"))
        return Done()

    async def _enrich_in_turn(self, known: KnownTrack, hints: Hints) -> Track | None:
        """Enrich one of many, None when it cannot be: what is wrong with one does not stop the others."""
        request = EnrichMetadataRequest(track_id=known.listed.id)
        try:
            return (await self._enrich(known, hints, request)).track
        except RateLimitedError, UnavailableError, UnreachableError:
            raise
        except (ServiceError, InputError) as error:
            _LOGGER.warning("MusicBrainz could not help with a track: %s", error)
            await self._keeper.mark(known.listed.id, error.reason)
            return None

    async def _look_up(
        self, known: Sequence[KnownTrack], *, refresh: bool = False, is_thorough: bool = False
    ) -> dict[TrackId, Hints]:
        """Ask about all ISRCs and all albums together; `is_thorough` also asks for each ISRC not found."""
        wanted = {one.listed.id: one.wanted.metadata for one in known if not _is_decided(one)}
        isrcs = [facts.isrc for facts in wanted.values() if facts.isrc]
        by_isrc = await self._context.musicbrainz.recordings_by_isrcs(
            isrcs, confirm_misses=is_thorough, refresh=refresh
        )
        albums = {
            track_id: facts.album.spotify_id
            for track_id, facts in wanted.items()
            if facts.album and facts.album.spotify_id and is_spotify_id(facts.album.spotify_id)
        }
        linked = await self._context.musicbrainz.releases_by_spotify_albums(
            albums.values(), refresh=refresh
        )
        hints = {}
        for one in known:
            facts = wanted.get(one.listed.id)
            releases = linked.get(albums.get(one.listed.id, ""), ())
            album = one.listed.metadata.album
            hints[one.listed.id] = Hints(
                preferred=album.musicbrainz_id if album and not refresh else None,
                by_isrc=by_isrc.get(facts.isrc, ()) if facts and facts.isrc else (),
                linked=frozenset(release.id for release in releases),
                recording_id=_chosen_id(one, MetadataField.RECORDING),
                release_id=_chosen_id(one, MetadataField.RELEASE),
            )
        return hints

    async def _enrich(
        self, known: KnownTrack, hints: Hints, request: EnrichMetadataRequest
    ) -> EnrichReport:
        """Find the recording of one track, and store what that adds."""
        choice = known.chosen(MetadataField.RECORDING)
        if choice is not None and choice.chosen is MetadataSource.PLAYLIST:
            return await self._keeper.detach(known.listed.id)
        match = await self._finder.execute(known.wanted, hints, refresh=request.force_refresh)
        return await self._keeper.store(
            known.listed,
            match,
            linked=hints.linked,
            with_artist=request.enrich_artist,
            with_album=request.enrich_album,
            is_release_chosen=hints.release_id is not None,
        )


def _is_decided(known: KnownTrack) -> bool:
    """Tell whether a person named the recording or release, so that nothing need be looked for."""
    return bool(known.chosen(MetadataField.RECORDING) or _chosen_id(known, MetadataField.RELEASE))


def _chosen_id(known: KnownTrack, field: MetadataField) -> str | None:
    """Return the id a person chose for a field."""
    values = known.chosen(field)
    return values.values[0] if values and values.values and values.values[0] else None


def _known(connection: sqlite3.Connection, track_ids: Sequence[TrackId]) -> tuple[KnownTrack, ...]:
    """Read tracks with what is known about their fields, in this order."""
    listed = tracks.get_listed_tracks(connection, track_ids)
    fields = metadata.get_fields(connection, track_ids)
    return tuple(
        KnownTrack(
            listed=metadata.without_discovered_album(listed[track_id], fields.get(track_id, ())),
            fields=fields.get(track_id, ()),
        )
        for track_id in track_ids
        if track_id in listed
    )


def _tracks_of(connection: sqlite3.Connection, payload: Mapping[str, Any]) -> tuple[TrackId, ...]:
    """Return a job's tracks in order; none when they are gone."""
    if "track" in payload:
        return (TrackId(payload["track"]),)
    try:
        playlist = playlists.get_playlist(connection, payload["playlist"])
    except InputError:
        return ()
    entries = playlists.get_entries(connection, playlist.id)
    return tuple(dict.fromkeys(entry.track_id for entry in entries if entry.track_id is not None))


def _queue_description(connection: sqlite3.Connection, job: Job, *, now: Any) -> None:
    """Ask for genres when nothing more pressing is to be asked."""
    if enrichment.get_undescribed(connection, _tracks_of(connection, job.payload)):
        jobs.add_job(
            connection,
            JobKind.METADATA,
            f"describe:{job.subject}",
            now=now,
            payload={**job.payload, "describe": True},
            priority=Priority.UPGRADE,
        )
