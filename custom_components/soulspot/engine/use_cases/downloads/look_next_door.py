"""Find out whether another account has a recording, or is bringing it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
import sqlite3

from ...model import Download, DownloadState, LibraryFile, Track, TrackId
from ...store import claims, downloads, files, library_index, transfers
from ...store.library_index import IndexedFile
from ...store.migrations import is_current
from ...store.neighbours import LIBRARY_KEY, reading
from ...store.settings import get_setting
from ..library.owned import is_owned_as, library_file, title_key

type Suits = Callable[[Path, LibraryFile | None], bool]

_EARLY = (DownloadState.SEARCHING, DownloadState.CHOSEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Hold a complete file of a neighbour's; `file` is None for one that is not in a library yet."""

    path: Path
    library: Path | None
    file: LibraryFile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDoor:
    """Say what a neighbour has of a recording: a file, or work on its track, or both None."""

    database: Path
    source: Source | None = None
    busy_with: TrackId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Say which of a neighbour's work is to be reckoned with."""

    searches_count: bool  # Also what it is about to ask for.
    transfers_count: bool
    filings_count: bool


def look(
    databases: tuple[Path, ...],
    track: Track,
    *,
    standing: Callable[[Path], Standing],
    suits: Suits,
) -> NextDoor | None:
    """Return the first neighbour that has the recording, else one that brings it, else None.

    `suits` tells of a file whether it is wanted. Reads files: not for the event loop.
    """
    busy: NextDoor | None = None
    for database in databases:
        try:
            with reading(database) as connection:
                if not is_current(connection):
                    continue  # An account that is switched off, and was before the last update.
                found = _look(connection, database, track, standing(database), suits)
        except sqlite3.Error:
            continue  # Damaged, or gone: nothing can be had from it.
        if found is not None and found.source is not None:
            return found
        busy = busy or found
    return busy


def _look(
    connection: sqlite3.Connection,
    database: Path,
    track: Track,
    standing: Standing,
    suits: Suits,
) -> NextDoor | None:
    """Look at one neighbour; what it will not file by itself soon is taken from where it lies."""
    library = get_setting(connection, LIBRARY_KEY)
    root = Path(library) if library else None
    alike = claims.find_alike(connection, track, title_key(track.metadata.title))
    same = [key for key, other in alike.items() if is_same_track(track, other)]
    if root is not None:
        for file in _files(connection, track, same):
            if (source := _source(root / file.path, root, file, suits)) is not None:
                return NextDoor(database=database, source=source)
    busy: NextDoor | None = None
    for track_id, download in downloads.find_downloads(connection, same).items():
        is_left_lying = root is None or not standing.filings_count
        if is_left_lying and (source := _unfiled(download, suits)) is not None:
            return NextDoor(database=database, source=source)
        if busy is None and _is_busy(connection, download, standing):
            busy = NextDoor(database=database, busy_with=track_id)
    return busy


def _files(connection: sqlite3.Connection, track: Track, same: list[TrackId]) -> list[LibraryFile]:
    """Return the files of a neighbour's library that are the recording."""
    found = list(files.get_files(connection, same).values())
    indexed = library_index.find_candidates(
        connection,
        isrc=track.metadata.isrc,
        recording_id=track.musicbrainz_recording_id,
        title_key=title_key(track.metadata.title),
    )
    return [*found, *(library_file(track.id, item) for item in indexed if is_owned_as(track, item))]


def _source(
    path: Path, library: Path | None, file: LibraryFile | None, suits: Suits
) -> Source | None:
    """Return a file that is wanted and is there as it is known, None for any other."""
    if not suits(path, file):
        return None
    try:
        size = path.stat().st_size
    except OSError:
        return None
    return Source(path=path, library=library, file=file) if _fits(file, size) else None


def _fits(file: LibraryFile | None, size: int) -> bool:
    """Tell whether a file is as long as it is known to be."""
    return size > 0 if file is None else file.size == size


def _unfiled(download: Download, suits: Suits) -> Source | None:
    """Return a downloaded file that a neighbour has not brought into a library."""
    if download.state is not DownloadState.DOWNLOADED or download.local_path is None:
        return None
    return _source(Path(download.local_path), None, None, suits)


def _is_busy(connection: sqlite3.Connection, download: Download, standing: Standing) -> bool:
    """Tell whether a neighbour is bringing a file."""
    if download.state is DownloadState.DOWNLOADED:
        return standing.filings_count and download.local_path is not None
    if download.state not in (DownloadState.TRANSFERRING, *_EARLY):
        return False
    if transfers.get_transfer(connection, download.id) is not None:
        return standing.transfers_count
    return standing.searches_count


def is_same_track(track: Track, other: Track) -> bool:
    """Tell whether two tracks are one recording: by an id, else as the matcher judges their words."""
    one, two = track.metadata, other.metadata
    if one.spotify_uri is not None and one.spotify_uri == two.spotify_uri:
        return True
    described = IndexedFile(
        path="",
        size=0,
        modified_ns=0,
        format="",
        duration_ms=two.duration_ms,
        bit_rate=None,
        title=two.title,
        artists=tuple(artist.name for artist in two.artists),
        album=two.album.name if two.album else None,
        title_key="",
        isrcs=(two.isrc,) if two.isrc else (),
        recording_id=other.musicbrainz_recording_id,
    )
    return is_owned_as(track, described)
