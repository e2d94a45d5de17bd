"""Ask the other sources that are known for a file that a doubtful one is to be replaced by."""

from datetime import datetime
import sqlite3

from ...matching import Candidate
from ...matching.quality import LOSSLESS
from ...model import Download, Quality, Reason
from ...store import candidates, downloads, files, transfers
from ...store.candidates import StoredCandidate
from ..chosen_source import NOT_CHOSEN

_OTHERS_ASKED = 2  # What is fake once is often fake with everybody.


def ask_others(
    connection: sqlite3.Connection, download: Download, doubt: Reason, *, now: datetime
) -> bool:
    """Let a download go on that has filed a lossless file which may have been lossy once.

    At most two others are asked, without a search; False when there are none, or nobody wants the best.
    The file stays until another has proved to be better, and goes to the recycle bin then. Belongs into
    the transaction that stores the file.
    """
    transfer = transfers.get_transfer(connection, download.id)
    if download.is_upgrade or download.quality is not Quality.BEST or transfer is None:
        return False
    pool = candidates.get_candidates(connection, download.id)
    arrived = next((item for item in pool if item.position == transfer.position), None)
    if arrived is None or arrived.is_chosen:
        return False
    fresh = [item for item in pool if item.failure is None and item is not arrived]
    others = _others(arrived, fresh)
    if not others:
        return False
    candidates.fail_candidate(connection, download.id, arrived.position, doubt)
    for item in fresh:
        if item not in others:
            reason = Reason(key=NOT_CHOSEN)
            candidates.fail_candidate(connection, download.id, item.position, reason)
    transfers.end_transfer(connection, download.id)
    downloads.begin_replacing(connection, download.id, doubt, now=now)
    return True


def has_doubtful_file(connection: sqlite3.Connection, download: Download) -> bool:
    """Tell whether a download is to replace a doubtful file: it ends with the sources that are known."""
    present = files.get_files(connection, [download.track_id]).get(download.track_id)
    return download.is_upgrade and present is not None and present.doubt is not None


def _others(arrived: StoredCandidate, fresh: list[StoredCandidate]) -> list[StoredCandidate]:
    """Return the best lossless files of other people that are not copies of the one that arrived."""
    one = Candidate.from_json(arrived.data)
    names, sizes = {one.username}, {one.file.size}
    others: list[StoredCandidate] = []
    for item in fresh:
        other = Candidate.from_json(item.data)
        is_new = other.username not in names and other.file.size not in sizes
        if is_new and other.format in LOSSLESS and len(others) < _OTHERS_ASKED:
            names.add(other.username)
            sizes.add(other.file.size)
            others.append(item)
    return others
