"""Add to tracks what MusicBrainz knows: ids, genres, original dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
import logging
import sqlite3
from typing import Any

from ..errors import InputError, RateLimitedError, ServiceError, UnavailableError, UnreachableError
from ..matching import Certainty, RecordingMatch, WantedRecording, choose_recording, fold
from ..model import Album, Artist, ArtistCredit, Reason, Recording, Release, Track, TrackId
from ..queue.scheduler import Done, Result
from ..store import journal, playlists, tracks
from ..store.jobs import Job
from ..views import EnrichReport
from .context import Context

_LOGGER = logging.getLogger(__name__)

# Below this a different length is how services round, above it the playlist's own figure is kept
# and the difference is told.
_LENGTH_TOLERANCE_MS = 3000
_GENRES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichMetadataRequest:
    """Ask for one track; `force_refresh` asks again although it was asked before."""

    track_id: TrackId
    force_refresh: bool = False
    enrich_artist: bool = True
    enrich_album: bool = True


class EnrichMetadata:
    """Look tracks up by ISRC first, by their words else, and store what is certain enough."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def execute(self, request: EnrichMetadataRequest) -> EnrichReport:
        """Enrich one track and say which fields changed.

        Raises InputError `unknown_track`, and the errors of MusicBrainzClient when it cannot be
        asked. Doubt is no error: it is reported, and nothing is stored.
        """
        track = await self._context.database.run(tracks.get_track, request.track_id)
        if track.enriched_at is not None and not request.force_refresh:
            return EnrichReport(track=track, enriched_fields=())
        found: Sequence[Recording] = ()
        if track.metadata.isrc:
            found = await self._context.musicbrainz.recordings_by_isrc(
                track.metadata.isrc, refresh=request.force_refresh
            )
        return await self._enrich(track, found, request)

    async def handle(self, job: Job) -> Result:
        """Enrich a track or those of a playlist, the ISRCs in batches; goes on where it was stopped."""
        wanted = await self._context.database.run(_unenriched, job.payload)
        isrcs = [track.metadata.isrc for track in wanted if track.metadata.isrc]
        by_isrc = await self._context.musicbrainz.recordings_by_isrcs(isrcs)
        for track in wanted:
            isrc = track.metadata.isrc
            request = EnrichMetadataRequest(track_id=track.id)
            try:
                await self._enrich(track, by_isrc.get(isrc, ()) if isrc else (), request)
            except RateLimitedError, UnavailableError, UnreachableError:
                raise
            except ServiceError as error:
                _LOGGER.warning("MusicBrainz could not help with a track: %s", error)
                await self._mark(track, error.translation_key)
        return Done()

    async def _enrich(
        self, track: Track, found: Sequence[Recording], request: EnrichMetadataRequest
    ) -> EnrichReport:
        """Choose among the recordings found by ISRC, or search for some, and store the choice."""
        wanted = WantedRecording.from_metadata(track.metadata)
        match = choose_recording(wanted, found)
        if not _is_usable(match) and wanted.artists:
            searched = await self._context.musicbrainz.search_recordings(
                wanted.artists[0],
                wanted.title,
                duration_ms=wanted.duration_ms,
                refresh=request.force_refresh,
            )
            second = choose_recording(wanted, (*found, *searched))
            match = second if _is_usable(second) or match.recording is None else match
        if not _is_usable(match):
            key = "no_recording" if match.recording is None else "recording_uncertain"
            await self._mark(track, key)
            errors = (Reason(key=key), *match.conflicts)
            return EnrichReport(track=track, enriched_fields=(), errors=errors)
        match = await self._with_release(track, match)
        return await self._store(track, match, request)

    async def _with_release(self, track: Track, match: RecordingMatch) -> RecordingMatch:
        """Fetch the releases that a lookup by ISRC leaves out."""
        recording = match.recording
        if recording is None or match.release is not None or recording.releases:
            return match
        full = await self._context.musicbrainz.recording(recording.id)
        if full is None:
            return match
        again = choose_recording(WantedRecording.from_metadata(track.metadata), (full,))
        return again if _is_usable(again) else match

    async def _store(
        self, track: Track, match: RecordingMatch, request: EnrichMetadataRequest
    ) -> EnrichReport:
        """Store the choice in one transaction and report what it changed."""
        recording, release = match.recording, match.release
        assert recording is not None
        metadata = track.metadata
        conflicts = list(match.conflicts)
        length = release.track_length_ms if release else None
        length = length or recording.length_ms
        if (
            metadata.duration_ms
            and length
            and abs(metadata.duration_ms - length) > _LENGTH_TOLERANCE_MS
        ):
            conflicts.append(
                Reason(
                    key="length_conflict",
                    placeholders={
                        "wanted": str(round(metadata.duration_ms / 1000)),
                        "found": str(round(length / 1000)),
                    },
                )
            )
        await self._context.database.run(
            tracks.save_enrichment,
            track.id,
            recording_id=recording.id,
            release_track_id=release.track_id if release and request.enrich_album else None,
            original_date=_original_date(recording, release),
            genres=recording.genres[:_GENRES],
            isrc=recording.isrcs[0] if len(recording.isrcs) == 1 else None,
            duration_ms=None if metadata.duration_ms else length,
            album=_album(track, release) if release and request.enrich_album else None,
            artists=_artists(track, recording.artist_credit) if request.enrich_artist else (),
            enriched_at=self._context.clock.now(),
        )
        after = await self._context.database.run(tracks.get_track, track.id)
        fields = _changed(track, after)
        await self._context.database.run(
            journal.write,
            track.id,
            "enriched",
            now=self._context.clock.now(),
            certainty=match.certainty.value,
            recording=recording.id,
            fields=list(fields),
        )
        return EnrichReport(track=after, enriched_fields=fields, errors=tuple(conflicts))

    async def _mark(self, track: Track, key: str) -> None:
        """Remember that MusicBrainz was asked in vain."""
        now = self._context.clock.now()
        await self._context.database.run(tracks.mark_enriched, track.id, now)
        await self._context.database.run(
            journal.write,
            track.id,
            "not_enriched",
            now=now,
            reason={"key": key, "placeholders": {}},
        )


def _is_usable(match: RecordingMatch) -> bool:
    """Tell whether a choice may be stored without a person's word."""
    return match.certainty in (Certainty.CERTAIN, Certainty.LIKELY)


def _unenriched(connection: sqlite3.Connection, payload: Mapping[str, Any]) -> tuple[Track, ...]:
    """Return a job's tracks that MusicBrainz was not asked about, in order; none when they are gone."""
    if "track" in payload:
        ids = [TrackId(payload["track"])]
    else:
        try:
            playlist = playlists.get_playlist(connection, payload["playlist"])
        except InputError:
            return ()
        entries = playlists.get_entries(connection, playlist.id)
        ids = [entry.track_id for entry in entries if entry.track_id is not None]
    known = tracks.get_tracks(connection, ids)
    wanted = (known[track_id] for track_id in dict.fromkeys(ids) if track_id in known)
    return tuple(track for track in wanted if track.enriched_at is None)


def _original_date(recording: Recording, release: Release | None) -> str | None:
    """Return when the album, or else the recording, first came out."""
    first = release.first_release_date if release else None
    return first or recording.first_release_date


def _album(track: Track, release: Release) -> Album | None:
    """Return the playlist's album with the ids of its release; its own words stay."""
    album = track.metadata.album
    if album is None:
        return None
    credit = {fold(part.artist_name): part.artist_id for part in release.artist_credit}
    return replace(
        album,
        musicbrainz_id=release.id,
        musicbrainz_release_group_id=release.release_group_id,
        artists=tuple(_identified(artist, credit) for artist in album.artists),
    )


def _artists(track: Track, artist_credit: Sequence[ArtistCredit]) -> tuple[Artist, ...]:
    """Return the track's artists with their ids, matched by any of their names."""
    credit: dict[str, str | None] = {}
    for part in artist_credit:
        for name in (part.artist_name, part.name, *part.aliases):
            credit.setdefault(fold(name), part.artist_id)
    return tuple(_identified(artist, credit) for artist in track.metadata.artists)


def _identified(artist: Artist, credit: dict[str, str | None]) -> Artist:
    """Return the artist with its id, when the credit names it."""
    return replace(artist, musicbrainz_id=credit.get(fold(artist.name)) or artist.musicbrainz_id)


def _changed(before: Track, after: Track) -> tuple[str, ...]:
    """Name what is different now, in the words of the original's responses."""
    albums = before.metadata.album, after.metadata.album
    pairs = {
        "musicbrainz_recording_id": (
            before.musicbrainz_recording_id,
            after.musicbrainz_recording_id,
        ),
        "musicbrainz_release_track_id": (
            before.musicbrainz_release_track_id,
            after.musicbrainz_release_track_id,
        ),
        "original_date": (before.original_date, after.original_date),
        "genres": (before.genres, after.genres),
        "isrc": (before.metadata.isrc, after.metadata.isrc),
        "duration_ms": (before.metadata.duration_ms, after.metadata.duration_ms),
        "artist": (before.metadata.artists, after.metadata.artists),
        "album": albums,
    }
    return tuple(name for name, (old, new) in pairs.items() if old != new)
