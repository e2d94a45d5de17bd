"""Replace the file of an owned track by one that has proved to be better, never by another."""

from datetime import datetime
from pathlib import PurePosixPath
import sqlite3

from ...library.audio import AudioProperties
from ...library.formats import LOSSLESS_FORMATS
from ...matching import QualityProfile
from ...matching.quality import upgrade_profile
from ...model import Download, LibraryFile, Quality, Reason, RecycledId, TrackId
from ...store import files, recycle_bin, renamings
from .recycle_bin import REPLACED

_ANY_LOSSLESS = "flac"  # The name under which quality is compared, whatever the format is called.


def wanted_quality(connection: sqlite3.Connection, download: Download) -> Quality | QualityProfile:
    """Return what a download accepts: for an upgrade only what is better than the owned file."""
    present = files.get_files(connection, [download.track_id]).get(download.track_id)
    if not download.is_upgrade or present is None:
        return download.quality
    return upgrade_profile(download.quality, present.bit_rate)


def objection(
    connection: sqlite3.Connection,
    download: Download,
    properties: AudioProperties | None,
    doubt: Reason | None,
) -> Reason | None:
    """Return why an arrived file may not replace the owned one, by what was measured of it.

    None when it may, and for what is no upgrade. A lossless file that sounds like a lossy one may not; one
    that does not may replace one that does.
    """
    present = files.get_files(connection, [download.track_id]).get(download.track_id)
    if not download.is_upgrade or present is None:
        return None
    if properties is None or doubt is not None:
        return Reason(key="not_better_than_owned")
    if present.format in LOSSLESS_FORMATS:
        is_better = present.doubt is not None and properties.is_lossless
        return None if is_better else Reason(key="not_better_than_owned")
    name = _ANY_LOSSLESS if properties.is_lossless else properties.format
    if not _is_better(download.quality, present, name, properties.bit_rate):
        return Reason(key="not_better_than_owned")
    return None


def looks_better(quality: Quality, owned: LibraryFile, file: LibraryFile) -> bool:
    """Tell whether a file is worth trying in place of the owned one, by what is known of both."""
    name = _ANY_LOSSLESS if file.format in LOSSLESS_FORMATS else file.format
    is_lossy = owned.format not in LOSSLESS_FORMATS
    return is_lossy and _is_better(quality, owned, name, file.bit_rate)


def _is_better(quality: Quality, owned: LibraryFile, name: str, bit_rate: int | None) -> bool:
    """Tell whether a format and a bit rate in kbit/s are better than an owned lossy file."""
    profile = upgrade_profile(quality, owned.bit_rate)
    return bit_rate is not None and profile.refusal(name, bit_rate, None, 0) is None


def begin_replacement(
    connection: sqlite3.Connection,
    download: Download,
    path: str,
    *,
    name: str | None = None,
    now: datetime,
) -> tuple[RecycledId | None, tuple[TrackId, ...]]:
    """Send the owned file on its way to the recycle bin, in the transaction that stores the new one.

    `name` is what the new file at `path` was to be called: it gets the name when the owned one has it. Returns
    the number of the owned one, and the tracks that the new file is for; just the one track when it is no
    upgrade.
    """
    present = files.get_files(connection, [download.track_id]).get(download.track_id)
    if not download.is_upgrade or present is None or present.path == path:
        return None, (download.track_id,)
    reason = Reason(key=REPLACED)
    recycled_id = recycle_bin.begin(connection, download.track_id, reason, now=now)
    file = recycle_bin.get_file(connection, recycled_id) if recycled_id else None
    if name is not None and str(PurePosixPath(path).with_name(name)) == present.path:
        renamings.note(connection, path, present.path)
    return recycled_id, file.track_ids if file else (download.track_id,)
