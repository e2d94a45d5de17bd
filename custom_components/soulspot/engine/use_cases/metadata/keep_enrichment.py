"""Store what MusicBrainz says about a track, and say what that changed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
import sqlite3

from ...matching import RecordingMatch, fold
from ...model import (
    Album,
    Artist,
    ArtistCredit,
    FieldValues,
    MetadataField,
    Reason,
    Recording,
    Release,
    Track,
    TrackId,
)
from ...store import enrichment, journal, metadata, tracks
from ...store.enrichment import Enrichment
from ...views import EnrichReport
from ..context import Context
from ..library.retag_track import queue_retagging
from .compare_metadata import compare, is_named_edition
from .find_recording import is_usable

_GENRES = 5


class KeepEnrichment:
    """Write down what was found, in one transaction per track."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def store(
        self,
        listed: Track,
        match: RecordingMatch,
        *,
        linked: Collection[str],
        with_artist: bool,
        with_album: bool,
        is_release_chosen: bool = False,
    ) -> EnrichReport:
        """Store a match, or only what both sides say when it is too doubtful; `listed` is the playlist's.

        A release that a person chose for this track alone is kept with the choice.
        """
        fields = compare(listed, match)
        recording = match.recording
        if recording is None or not is_usable(match):
            key = "no_recording" if recording is None else "recording_uncertain"
            found = Enrichment(fields=fields)
            errors: tuple[Reason, ...] = (Reason(key=key), *match.conflicts)
            return await self._keep(listed.id, found, "not_enriched", errors)
        release = match.release
        album, number = None, None
        if release is not None and with_album and not is_release_chosen:
            if is_named_edition(listed, release, linked):
                album = _album(listed, release)
                number = None if listed.metadata.album else release.track_number
        has_release = album is not None or (with_album and is_release_chosen)
        found = Enrichment(
            recording_id=recording.id,
            release_track_id=release.track_id if release and has_release else None,
            original_date=_original_date(recording, release),
            genres=recording.genres[:_GENRES],
            track_number=number,
            album=album,
            artists=_artists(listed, recording.artist_credit) if with_artist else (),
            is_new_artist=with_artist and not listed.metadata.artists,
            fields=fields,
        )
        errors = (*match.conflicts, *_length_conflict(fields))
        return await self._keep(listed.id, found, "enriched", errors, match)

    async def detach(self, track_id: TrackId) -> EnrichReport:
        """Take a track's ids away: a person said that none of the recordings is right."""
        return await self._keep(track_id, Enrichment(is_detached=True), "not_enriched", ())

    async def mark(self, track_id: TrackId, reason: Reason) -> None:
        """Remember that MusicBrainz was asked in vain."""
        await self._context.database.run(_mark, track_id, reason, now=self._context.clock.now())

    async def _keep(
        self,
        track_id: TrackId,
        found: Enrichment,
        event: str,
        errors: tuple[Reason, ...],
        match: RecordingMatch | None = None,
    ) -> EnrichReport:
        """Store and report."""
        now = self._context.clock.now()
        report = await self._context.database.run(
            _store, track_id, found, event, errors, match, now=now
        )
        if report.enriched_fields:
            self._context.announcer.changed()
        return report


def _store(
    connection: sqlite3.Connection,
    track_id: TrackId,
    found: Enrichment,
    event: str,
    errors: tuple[Reason, ...],
    match: RecordingMatch | None,
    *,
    now: datetime,
) -> EnrichReport:
    """Store what was found with its journal entry, and let a filed track's tags follow."""
    before = tracks.get_track(connection, track_id)
    enrichment.save_enrichment(connection, track_id, found, now=now)
    after = tracks.get_track(connection, track_id)
    changed = changed_fields(before, after)
    details: dict[str, object] = {
        "fields": list(changed),
        "differs": [values.field.value for values in found.fields if values.is_conflict],
    }
    if match is not None and match.recording is not None:
        details |= {"certainty": match.certainty.value, "recording": match.recording.id}
    elif errors:
        details["reason"] = errors[0].to_json()
    journal.write(connection, track_id, event, now=now, **details)
    if changed:
        queue_retagging(connection, [track_id], now=now)
    known = metadata.get_fields(connection, [track_id]).get(track_id, ())
    return EnrichReport(track=after, enriched_fields=changed, errors=errors, conflicts=known)


def _mark(
    connection: sqlite3.Connection, track_id: TrackId, reason: Reason, *, now: datetime
) -> None:
    """Remember that MusicBrainz was asked in vain."""
    enrichment.mark_enriched(connection, track_id, now)
    journal.write(connection, track_id, "not_enriched", now=now, reason=reason.to_json())


def changed_fields(before: Track, after: Track) -> tuple[str, ...]:
    """Name what is different now, in the words of the responses."""
    return tuple(name for name, old in _facts(before).items() if old != _facts(after)[name])


def _facts(track: Track) -> dict[str, object]:
    """Return what enriching can change."""
    facts = track.metadata
    return {
        "musicbrainz_recording_id": track.musicbrainz_recording_id,
        "musicbrainz_release_track_id": track.musicbrainz_release_track_id,
        "title": facts.title,
        "original_date": track.original_date,
        "genres": track.genres,
        "isrc": facts.isrc,
        "duration_ms": facts.duration_ms,
        "track_number": facts.track_number,
        "artist": facts.artists,
        "album": facts.album,
    }


def _length_conflict(fields: Iterable[FieldValues]) -> Iterable[Reason]:
    """Tell of lengths that differ."""
    for values in fields:
        if values.field is MetadataField.LENGTH and values.is_conflict:
            wanted, found = (
                str(round(int(told[0]) / 1000)) for told in (values.playlist, values.musicbrainz)
            )
            yield Reason(key="length_conflict", placeholders={"wanted": wanted, "found": found})


def _original_date(recording: Recording, release: Release | None) -> str | None:
    """Return when the album, or else the recording, first came out."""
    first = release.first_release_date if release else None
    return first or recording.first_release_date


def _album(track: Track, release: Release) -> Album:
    """Return the playlist's album with the ids of its release; its own words stay.

    A track without album gets the release itself.
    """
    album = track.metadata.album
    if album is None or not album.name:
        album = Album(
            name=release.title,
            artists=_credited(release.artist_credit) or track.metadata.artists,
            release_date=release.date,
            total_tracks=release.track_count,
        )
    names = _names(release.artist_credit)
    return replace(
        album,
        musicbrainz_id=release.id,
        musicbrainz_release_group_id=release.release_group_id,
        artists=tuple(_identified(artist, names) for artist in album.artists),
    )


def _artists(track: Track, credit: Sequence[ArtistCredit]) -> tuple[Artist, ...]:
    """Return the track's artists with their ids, matched by any of their names; the credit's else."""
    names = _names(credit)
    artists = tuple(_identified(artist, names) for artist in track.metadata.artists)
    return artists or _credited(credit)


def _credited(credit: Sequence[ArtistCredit]) -> tuple[Artist, ...]:
    """Return the artists of a credit."""
    return tuple(Artist(name=part.name, musicbrainz_id=part.artist_id) for part in credit)


def _names(credit: Sequence[ArtistCredit]) -> dict[str, str | None]:
    """Return the ids of the credited artists by each of their names."""
    names: dict[str, str | None] = {}
    for part in credit:
        for name in (part.artist_name, part.name, *part.aliases):
            names.setdefault(fold(name), part.artist_id)
    return names


def _identified(artist: Artist, names: dict[str, str | None]) -> Artist:
    """Return the artist with its id, when the credit names it."""
    return replace(artist, musicbrainz_id=names.get(fold(artist.name)) or artist.musicbrainz_id)
