"""Keep the ranked sources of a download: which are left, which are used up, and what comes next."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import sqlite3
from typing import Any

from ..model import Download, DownloadId, DownloadState, Reason
from ..slskd.failures import failure as failure_of
from ..slskd.models import Again, Failure, FailureKind
from ..store import candidates, downloads, journal, network, transfers
from ..store.candidates import StoredCandidate
from ..store.downloads import SearchProgress

ROUNDS_WITH_BAD_SOURCES = 3
ROUNDS_BETWEEN_SEARCHES = 4  # Asking those that are known already costs the network nothing.
_COOL_DOWN = timedelta(hours=1)
DISK_PAUSE = timedelta(minutes=10)
_USELESS_KEPT = 50
# Why a source failed that may do better later.
PASSING = frozenset(
    failure_of(kind).reason.key for kind in FailureKind if failure_of(kind).again is not Again.NEVER
)


OWN_FOLDER = "soulspot"  # Below slskd's downloads folder.


def destination(download_id: DownloadId, position: int) -> str:
    """Return the folder of a transfer below slskd's downloads folder, one for each attempt."""
    return f"{OWN_FOLDER}/{download_id}-{position}"


def use_up(
    connection: sqlite3.Connection,
    download: Download,
    position: int,
    username: str,
    failure: Failure,
    *,
    row_id: str | None,
    now: datetime,
) -> None:
    """Use a candidate up and remember the peer's part in it; the next one may be asked.

    When slskd's own disk is to blame, no candidate would do better: this one stays.
    """
    if failure.kind is not FailureKind.LOCAL_STORAGE:
        candidates.fail_candidate(connection, download.id, position, failure.reason)
    phases = transfers.get_phases(connection, download.id)
    transfers.end_transfer(connection, download.id)
    if row_id is not None:
        network.add_own_row(connection, username, row_id)
    if not failure.is_ours:
        rest = None if failure.same_source_again else now + _COOL_DOWN
        network.record_failure(
            connection,
            username,
            is_stall=failure.kind
            in (FailureKind.STALLED, FailureKind.SILENT, FailureKind.TOO_SLOW),
            cool_down_until=rest,
            now=now,
        )
    journal.write(
        connection,
        download.track_id,
        "source_failed",
        now=now,
        peer=username,
        reason=failure.reason.key,
        phases=phases,
    )
    downloads.set_state(
        connection, download.id, DownloadState.CHOSEN, now=now, reason=failure.reason
    )


def queue_next(
    connection: sqlite3.Connection, download: Download, reason: Reason, *, now: datetime
) -> None:
    """Let a download job go on with the next candidate."""
    downloads.set_state(connection, download.id, DownloadState.CHOSEN, now=now, reason=reason)
    downloads.queue_step(connection, download.id, now=now)


def has_source(connection: sqlite3.Connection, download: Download) -> bool:
    """Tell whether a source can be asked without searching first."""
    if download.state is DownloadState.CHOSEN:
        return True
    return download.state is DownloadState.NOT_AVAILABLE and bool(
        fresh_sources(connection, download)
    )


def fresh_sources(connection: sqlite3.Connection, download: Download) -> list[StoredCandidate]:
    """Return the candidates that were not used up."""
    pool = candidates.get_candidates(connection, download.id)
    return [candidate for candidate in pool if candidate.failure is None]


def next_source(
    connection: sqlite3.Connection, download: Download, *, now: datetime
) -> StoredCandidate | None:
    """Return the best candidate that was not used up; one whose answer got lost comes first."""
    pool = candidates.get_candidates(connection, download.id)
    intended = transfers.get_transfer(connection, download.id)
    if intended is not None:
        for candidate in pool:
            if candidate.position == intended.position:
                return candidate
    fresh = [candidate for candidate in pool if candidate.failure is None]
    histories = network.get_histories(connection, (item.data["username"] for item in fresh))
    for candidate in fresh:
        history = histories.get(candidate.data["username"])
        rest = history.cooled_down_until if history else None
        if rest is None or rest <= now:
            return candidate
    return fresh[0] if fresh else None


def start_round(
    connection: sqlite3.Connection,
    download: Download,
    progress: SearchProgress,
    reason: Reason,
    *,
    now: datetime,
) -> bool:
    """Let sources that may do better be asked again, without a search, else begin the queries anew.

    Whoever was away is back after a while; but now and then new people are looked for. Returns
    whether there are such sources. Without any the first round of queries goes on where it was.
    """
    rounds = progress.rounds + 1
    may_revive = rounds % ROUNDS_BETWEEN_SEARCHES != 0
    revived = may_revive and candidates.revive_candidates(connection, download.id, PASSING) > 0
    goes_on = not revived and progress.rounds == 0
    downloads.save_progress(
        connection,
        download.id,
        query_position=progress.query_position if goes_on else 0,
        rounds=0 if goes_on else rounds,
        results=0,
    )
    state = DownloadState.CHOSEN if revived else DownloadState.QUEUED
    downloads.set_state(connection, download.id, state, now=now, reason=reason)
    return revived


def replace_pool(
    connection: sqlite3.Connection, download: Download, pool: list[dict[str, Any]]
) -> bool:
    """Store a new pool; files that have proved useless stay used up. False when none is left."""
    useless = {
        _place(candidate.data): candidate
        for candidate in candidates.get_candidates(connection, download.id)
        if candidate.failure is not None and candidate.failure.key not in PASSING
    }
    present = {_place(data) for data in pool}
    kept = [item.data for place, item in useless.items() if place not in present]
    pool = [*pool, *kept[:_USELESS_KEPT]]
    candidates.save_candidates(connection, download.id, pool)
    for position, data in enumerate(pool):
        before = useless.get(_place(data))
        if before is not None and before.failure is not None:
            candidates.fail_candidate(connection, download.id, position, before.failure)
    return bool(present - useless.keys())


def _place(data: Mapping[str, Any]) -> tuple[object, object]:
    """Return whose file it is, and which."""
    file = data.get("file")
    return data.get("username"), file.get("path") if isinstance(file, dict) else None
