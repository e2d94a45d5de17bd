"""Let a person decide what is true about a track; the decision outlives every sync and look-up."""

from dataclasses import dataclass
from datetime import datetime
import sqlite3

from ...errors import InputError, ServiceError
from ...model import FieldValues, MetadataField, MetadataSource, Reason, Track, TrackId
from ...store import journal, metadata, tracks
from ...views import EnrichReport
from ..context import Context
from ..library.retag_track import queue_retagging
from .enrich_metadata import EnrichMetadata, EnrichMetadataRequest
from .keep_enrichment import changed_fields
from .metadata_values import read_values

_IDS = frozenset({MetadataField.RECORDING, MetadataField.RELEASE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseMetadataRequest:
    """Decide one field: a value of one's own, one side's value, or neither to leave it to us again."""

    track_id: TrackId
    field: MetadataField
    source: MetadataSource | None = None
    value: str | None = None


class ChooseMetadata:
    """Store decisions, and let everything that follows from them follow."""

    def __init__(self, context: Context, enrich: EnrichMetadata) -> None:
        """Take the rooms to work with, and who asks MusicBrainz."""
        self._context = context
        self._enrich = enrich

    async def execute(self, request: ChooseMetadataRequest) -> EnrichReport:
        """Store the decision, and look the track up by it when that can bring more.

        Raises InputError: `unknown_track`, those of `read_values`, `unknown_musicbrainz_id`,
        `nothing_to_choose` when MusicBrainz has said nothing about the field; and the errors of
        MusicBrainzClient when a recording or release cannot be looked up.
        """
        database = self._context.database
        before = await database.run(tracks.get_track, request.track_id)
        values = await self._values(request)
        await database.run(_store, request, values, now=self._context.clock.now())
        lookup: EnrichReport | None = None
        errors: tuple[Reason, ...] = ()
        if request.field in _IDS or before.musicbrainz_recording_id is None:
            try:
                lookup = await self._enrich.execute(
                    EnrichMetadataRequest(track_id=request.track_id, is_again=True)
                )
            except ServiceError as error:
                errors = (error.reason,)
        await database.run(_follow_with_tags, before, now=self._context.clock.now())
        self._context.announcer.changed()
        after, fields = await database.run(_read, request.track_id)
        return EnrichReport(
            track=after,
            enriched_fields=changed_fields(before, after),
            errors=lookup.errors if lookup else errors,
            conflicts=fields,
        )

    async def _values(self, request: ChooseMetadataRequest) -> tuple[str, ...]:
        """Return the values to store, looked up where they are ids."""
        if request.value is not None:
            values = read_values(request.field, request.value)
            return await self._checked(request.field, values)
        if request.source is not MetadataSource.MUSICBRAINZ:
            return ()
        known = await self._context.database.run(_find_field, request.track_id, request.field)
        if known is None or not known.musicbrainz:
            raise InputError("nothing_to_choose", field=request.field.value)
        if request.field in _IDS:
            return await self._checked(request.field, known.musicbrainz[:1])
        return known.musicbrainz

    async def _checked(self, field: MetadataField, values: tuple[str, ...]) -> tuple[str, ...]:
        """Return ids as they are now, merged ones followed; raise when there is no such thing."""
        musicbrainz = self._context.musicbrainz
        if field is MetadataField.RECORDING:
            recording = await musicbrainz.recording(values[0])
            if recording is None:
                raise InputError("unknown_musicbrainz_id", id=values[0])
            return (recording.id,)
        if field is MetadataField.RELEASE:
            details = await musicbrainz.release(values[0])
            if details is None:
                raise InputError("unknown_musicbrainz_id", id=values[0])
            release = details.release
            return (release.id, release.release_group_id or "", release.title)
        return values


def _find_field(
    connection: sqlite3.Connection, track_id: TrackId, field: MetadataField
) -> FieldValues | None:
    """Return what is known about a field."""
    known = metadata.get_fields(connection, [track_id]).get(track_id, ())
    return next((values for values in known if values.field is field), None)


def _store(
    connection: sqlite3.Connection,
    request: ChooseMetadataRequest,
    values: tuple[str, ...],
    *,
    now: datetime,
) -> None:
    """Store a decision with its journal entry."""
    source = MetadataSource.MANUAL if request.value is not None else request.source
    if source is None:
        metadata.forget_choice(connection, request.track_id, request.field)
    else:
        metadata.choose(connection, request.track_id, request.field, source, values, now=now)
    journal.write(
        connection,
        request.track_id,
        "metadata_chosen",
        now=now,
        field=request.field.value,
        source=source.value if source else None,
        values=list(values),
    )


def _follow_with_tags(connection: sqlite3.Connection, before: Track, *, now: datetime) -> None:
    """Let the tags of a filed track follow when it is not what it was."""
    if changed_fields(before, tracks.get_track(connection, before.id)):
        queue_retagging(connection, [before.id], now=now)


def _read(
    connection: sqlite3.Connection, track_id: TrackId
) -> tuple[Track, tuple[FieldValues, ...]]:
    """Read a track with what is known about its fields."""
    track = tracks.get_track(connection, track_id)
    return track, metadata.get_fields(connection, [track_id]).get(track_id, ())
