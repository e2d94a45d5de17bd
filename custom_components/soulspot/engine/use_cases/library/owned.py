"""Recognise wanted tracks among the files that the library has already."""

from collections.abc import Sequence
from datetime import datetime
import sqlite3

from ...library.formats import LOSSLESS_FORMATS
from ...matching import WantedRecording, fold, is_same_recording
from ...matching.songs import bare_title
from ...model import LibraryFile, Track, TrackId
from ...store import downloads, files, library_index, tracks
from ...store.library_index import IndexedFile

# An ISRC confirms; but labels have given one to takes of quite different lengths.
_ISRC_TOLERANCE = 10_000  # ms


def title_key(title: str) -> str:
    """Return what titles of the same song have in common: the folded words before any addition."""
    return fold(bare_title(title)).strip() or fold(title).strip()


def link_owned(
    connection: sqlite3.Connection, track_ids: Sequence[TrackId], *, now: datetime
) -> frozenset[TrackId]:
    """Store which of these tracks a file of the library is, and return those that have one now.

    Evidence: the ISRC unless lengths contradict, the MusicBrainz recording id, or title, artist, version
    and length as the matcher judges them. Of several files the best one is taken.
    """
    linked = set(files.get_files(connection, track_ids))
    if not library_index.count_files(connection):
        return frozenset(linked)
    for track in tracks.get_tracks(connection, set(track_ids) - linked).values():
        found = library_index.find_candidates(
            connection,
            isrc=track.metadata.isrc,
            recording_id=track.musicbrainz_recording_id,
            title_key=title_key(track.metadata.title),
        )
        fitting = [file for file in found if is_owned_as(track, file)]
        if fitting:
            best = min(fitting, key=_order)
            files.save_file(connection, library_file(track.id, best), now=now)
            downloads.end_stranded(connection, track.id, now=now)
            linked.add(track.id)
    return frozenset(linked)


def is_owned_as(track: Track, file: IndexedFile) -> bool:
    """Tell whether a file is the wanted recording."""
    metadata = track.metadata
    recording_id = track.musicbrainz_recording_id
    if recording_id is not None and recording_id == file.recording_id:
        return True
    if metadata.isrc is not None and metadata.isrc in file.isrcs:
        if not metadata.duration_ms or not file.duration_ms:
            return True
        if abs(metadata.duration_ms - file.duration_ms) <= _ISRC_TOLERANCE:
            return True
    if not file.title or not file.artists:
        return False
    wanted = WantedRecording.from_metadata(metadata)
    return is_same_recording(wanted, file.title, file.artists, file.album, file.duration_ms)


def _order(file: IndexedFile) -> tuple[bool, int, str]:
    """Put lossless files first, then high bit rates."""
    return file.format not in LOSSLESS_FORMATS, -(file.bit_rate or 0), file.path


def library_file(track_id: TrackId, file: IndexedFile) -> LibraryFile:
    """Let a file stand for a track; its checksum is not known."""
    return LibraryFile(
        track_id=track_id,
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        format=file.format,
        duration_ms=file.duration_ms,
        bit_rate=file.bit_rate,
        checksum=None,
    )
