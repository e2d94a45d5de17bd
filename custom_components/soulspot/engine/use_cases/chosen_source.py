"""Follow what becomes of a file that a person has chosen."""

import sqlite3

from ..model import Download, Reason
from ..store import candidates, transfers

NOT_CHOSEN = "not_chosen"  # Why the other files are not asked for.


def hand_back(connection: sqlite3.Connection, download: Download) -> Reason | None:
    """Let the person choose anew when the chosen file could not be had; returns why it could not.

    None when nobody has chosen, or the file may still be asked for.
    """
    for candidate in candidates.get_candidates(connection, download.id):
        if candidate.is_chosen and candidate.failure is not None:
            candidates.unmark_chosen(connection, download.id)
            candidates.revive_candidates(connection, download.id, [NOT_CHOSEN])
            return candidate.failure
    return None


def is_chosen(connection: sqlite3.Connection, download: Download) -> bool:
    """Tell whether a person has chosen the file that is on its way, or has arrived."""
    transfer = transfers.get_transfer(connection, download.id)
    return transfer is not None and any(
        candidate.is_chosen and candidate.position == transfer.position
        for candidate in candidates.get_candidates(connection, download.id)
    )
