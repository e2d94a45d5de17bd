"""Shape what the engine reports into the JSON of action responses."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ..engine.matching.decision import Candidate
from ..engine.model import Album, Artist, Download, LibraryFile, Reason, Track
from ..engine.store.candidates import StoredCandidate
from ..engine.store.journal import JournalEntry
from ..engine.views import (
    EntryStatus,
    FileVerdict,
    ImportReport,
    PlaylistSnapshot,
    QueueSnapshot,
    RecycleBinSnapshot,
    TrackStatus,
)
from ..texts import Sentences
from .field_values import field_facts
from .story import story

type Json = dict[str, Any]


class Responses:
    """Shape objects, with their reasons told in one language."""

    def __init__(self, sentences: Sentences) -> None:
        """Take the sentences."""
        self._sentences = sentences

    def reason(self, reason: Reason | None) -> Json:
        """Return a reason for people and for automations."""
        return {
            "reason": self._sentences.of(reason),
            "reason_key": reason.key if reason else None,
        }

    def sentences(self, reasons: tuple[Reason, ...]) -> list[str | None]:
        """Return reasons for people."""
        return [self._sentences.of(reason) for reason in reasons]

    def track_status(self, status: TrackStatus) -> Json:
        """Return how far a track is, and why."""
        return {
            **track_facts(status.track),
            "state": status.state.value if status.state else None,
            **self.reason(status.reason),
            "download": download_facts(status.download) if status.download else None,
            "file": _file(status.file) if status.file else None,
            "file_path": status.file_path,
            "ignored": status.is_ignored,
            "ignored_reason": status.ignored_reason,
        }

    def track_details(
        self,
        status: TrackStatus,
        candidates: Iterable[StoredCandidate],
        journal: Iterable[JournalEntry],
    ) -> Json:
        """Return everything that is known of one track."""
        return {
            **self.track_status(status),
            "conflicts": [field_facts(values) for values in status.conflicts],
            "tags": status.tags,
            "candidates": [self.stored_candidate(candidate) for candidate in candidates],
            "verdicts": [self.verdict(verdict) for verdict in status.verdicts],
            "journal": [
                {
                    "at": _moment(entry.at),
                    "event": entry.event,
                    "sentence": self._sentences.of(story(entry, self._sentences)),
                    **plain(entry.data),
                }
                for entry in journal
            ],
        }

    def seen(self, shown: Mapping[str, Any]) -> Json:
        """Return a file that a search has shown, and why it was judged so."""
        reasons: tuple[Reason, ...] = shown["reasons"]
        told = ", ".join(filter(None, (self._sentences.of(reason) for reason in reasons)))
        return {**plain({key: shown[key] for key in shown if key != "reasons"}), "why": told}

    def stored_candidate(self, stored: StoredCandidate) -> Json:
        """Return a file that was found for a track, with its place, by which it can be chosen."""
        return {
            "position": stored.position,
            **self.candidate(stored.data),
            "chosen": stored.is_chosen,
            "failure": self._sentences.of(stored.failure),
        }

    def verdict(self, verdict: FileVerdict) -> Json:
        """Return what the checks found out about a file that a peer sent."""
        return {
            "username": verdict.peer,
            "at": _moment(verdict.at),
            "accepted": verdict.reason is None,
            **self.reason(verdict.reason),
            "content": verdict.content,
            "properties": verdict.properties,
            "checks": [self._check(check) for check in verdict.checks],
        }

    def _check(self, check: Json) -> Json:
        """Return one check: how it went and why, what was measured, and what was allowed."""
        reason = check.get("reason")
        return {
            "name": check["name"],
            "result": check["result"],
            **self.reason(
                Reason(key=reason["key"], placeholders=reason["placeholders"]) if reason else None
            ),
            "measured": check.get("measured"),
            "limit": check.get("limit"),
        }

    def recycle_bin(self, snapshot: RecycleBinSnapshot) -> Json:
        """Return a page of the recycle bin."""
        return {
            "count": snapshot.count,
            "size": snapshot.size,
            "files": [
                {
                    "recycled_id": file.id,
                    "path": file.path,
                    "size": file.size,
                    "format": file.format,
                    "bit_rate": file.bit_rate,
                    **self.reason(file.reason),
                    "recycled_at": _moment(file.recycled_at),
                    "deleted_at": _moment(file.deleted_at),
                    "tracks": [track_facts(track) for track in file.tracks],
                }
                for file in snapshot.files
            ],
        }

    def entry_status(self, entry: EntryStatus) -> Json:
        """Return one position of a playlist."""
        return {
            "position": entry.position,
            "kind": entry.kind.value,
            "name": entry.title,
            "added_at": _moment(entry.added_at),
            "track": self.track_status(entry.status) if entry.status else None,
        }

    def candidate(self, stored: Mapping[str, Any]) -> Json:
        """Return a file that could be downloaded, and what speaks for and against it."""
        candidate = Candidate.from_json(stored)
        return {
            "username": candidate.username,
            "filename": candidate.file.path,
            "size": candidate.file.size,
            "format": candidate.format,
            "bit_rate": candidate.bit_rate,
            "length": candidate.file.length_s,
            "outcome": candidate.outcome.value,
            "why": [self._sentences.of(evidence.reason) for evidence in candidate.evidence],
        }

    def playlist(self, snapshot: PlaylistSnapshot) -> Json:
        """Return a playlist with its figures."""
        playlist = snapshot.playlist
        return {
            "id": playlist.spotify_id,
            "name": playlist.name,
            "owner": playlist.owner_name,
            "synced_at": _moment(playlist.synced_at),
            "entries": snapshot.entries,
            "tracks": snapshot.tracks,
            "owned": snapshot.owned,
            "missing": snapshot.missing,
            "skipped": snapshot.skipped,
            "ignored": snapshot.ignored,
            "progress": snapshot.progress,
            "error": self._sentences.of(playlist.error),
        }

    def imported(self, report: ImportReport) -> Json:
        """Return what an import brought."""
        return {
            "playlist": {
                "id": report.playlist.spotify_id,
                "name": report.playlist.name,
                "owner": report.playlist.owner_name,
            },
            "tracks_imported": report.tracks_imported,
            "tracks_failed": report.tracks_failed,
            "errors": [self._sentences.of(reason) for reason in report.errors],
            "changed": report.changed,
        }

    def queue(self, queue: QueueSnapshot) -> Json:
        """Return the counters of the queue."""
        counters = asdict(queue)
        del counters["slskd"], counters["library"]
        return {
            **counters,
            "estimated_end": _moment(queue.estimated_end),
            "slskd_connected": queue.slskd.is_connected,
            "slskd_reason": self._sentences.of(queue.slskd.reason),
            "library_reason": self._sentences.of(queue.library),
        }


def track_facts(track: Track) -> Json:
    """Return what is known of a track."""
    metadata = track.metadata
    return {
        "track_id": track.id,
        "artist": ", ".join(artist.name for artist in metadata.artists),
        "title": metadata.title,
        "album": metadata.album.name if metadata.album else None,
        "duration_ms": metadata.duration_ms,
        "isrc": metadata.isrc,
        "musicbrainz_recording_id": track.musicbrainz_recording_id,
        "original_date": track.original_date,
        "genres": list(track.genres),
    }


def artist_facts(artist: Artist) -> Json:
    """Return what is known of an artist."""
    return {"name": artist.name, "musicbrainz_id": artist.musicbrainz_id}


def album_facts(album: Album) -> Json:
    """Return what is known of an album."""
    return {
        "name": album.name,
        "release_date": album.release_date,
        "musicbrainz_id": album.musicbrainz_id,
        "musicbrainz_release_group_id": album.musicbrainz_release_group_id,
    }


def download_facts(download: Download) -> Json:
    """Return how far a download is."""
    return {
        "download_id": download.id,
        "status": download.state.value,
        "quality": download.quality.value,
        "username": download.username,
        "filename": download.remote_path,
        "size": download.size,
        "bytes_transferred": download.bytes_transferred,
        "progress": download.progress,
        "speed": download.speed,
        "place_in_queue": download.place_in_queue,
        "created_at": _moment(download.created_at),
        "updated_at": _moment(download.updated_at),
    }


def plain(value: object) -> Any:
    """Return the JSON form of what the engine reports about a candidate."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    return value


def _file(file: LibraryFile) -> Json:
    """Return what lies in the library."""
    return {
        "path": file.path,
        "size": file.size,
        "format": file.format,
        "duration_ms": file.duration_ms,
        "bit_rate": file.bit_rate,
    }


def _moment(moment: datetime | None) -> str | None:
    """Return a point in time as ISO 8601."""
    return moment.isoformat() if moment else None
