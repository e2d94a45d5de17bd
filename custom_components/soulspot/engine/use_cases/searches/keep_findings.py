"""Store what a search brought: the decision, its candidates, and what it means for other tracks."""

from datetime import datetime
import random
import sqlite3
from typing import Any

from ...matching import Decision, Outcome, Query, WantedRecording
from ...model import Download, DownloadState, JobKind, JobState, Reason
from ...queue.retry import pause_when_absent
from ...store import downloads, jobs, journal, network
from ...store.downloads import SearchProgress
from ..sources import fresh_sources, has_source, replace_pool
from .find_sources import Findings
from .search_plan import artist_words

NOBODY_ANSWERED = "no_results"
_PER_SENTENCE = 5  # Candidates named in a journal entry.


def store_findings(
    connection: sqlite3.Connection,
    download: Download,
    findings: Findings,
    progress: SearchProgress,
    *,
    now: datetime,
) -> Outcome:
    """Store a query's yield and what was decided, with the candidates, in one transaction."""
    decision = findings.decision
    downloads.save_progress(
        connection,
        download.id,
        query_position=progress.query_position,
        rounds=progress.rounds,
        results=progress.results,
    )
    journal.write(
        connection,
        download.track_id,
        "searched",
        now=now,
        query=findings.query,
        kind=findings.kind.value,
        round=progress.rounds,
        is_new=findings.is_new,
        responses=findings.responses,
        files=findings.files,
        outcome=decision.outcome.value,
        reason={
            "key": decision.reason.key,
            "placeholders": decision.reason.placeholders,
        },
        candidates=_named(decision),
    )
    if decision.outcome is Outcome.TAKE:
        if not replace_pool(connection, download, _pool(decision)):
            return Outcome.LEAVE  # Each of them was tried, and is not what its name says.
        downloads.set_state(connection, download.id, DownloadState.CHOSEN, now=now)
    elif decision.outcome is Outcome.ASK and not fresh_sources(connection, download):
        replace_pool(connection, download, _pool(decision))
    return decision.outcome


def give_findings(
    connection: sqlite3.Connection, download: Download, findings: Findings, *, now: datetime
) -> None:
    """Store what somebody else's search has found, unless the download is under way by now."""
    present = downloads.get_download(connection, download.id)
    alive = jobs.find_alive(connection, JobKind.DOWNLOAD, f"track:{download.track_id}")
    if present is None or present.state is not download.state:
        return
    if alive is not None and alive.state is JobState.RUNNING:
        return
    progress = downloads.get_progress(connection, download.id)
    if store_findings(connection, present, findings, progress, now=now) is not Outcome.TAKE:
        return
    if alive is None:
        downloads.queue_step(connection, download.id, now=now)
    else:
        jobs.wake(connection, alive.id, now=now)
        # Its source is known: asking takes a moment, and by the hour fewer are still there.
        jobs.put_first(connection, alive.id)


def look_later(
    connection: sqlite3.Connection, download: Download, generator: random.Random, *, now: datetime
) -> None:
    """Count a search for several tracks as one for this track too, and wait as after it."""
    alive = jobs.find_alive(connection, JobKind.DOWNLOAD, f"track:{download.track_id}")
    if alive is None or alive.state is not JobState.WAITING or has_source(connection, download):
        return
    rounds = downloads.get_progress(connection, download.id).rounds + 1
    downloads.save_progress(connection, download.id, query_position=0, rounds=rounds, results=0)
    until = max(alive.run_at, now + pause_when_absent(rounds, generator))
    jobs.postpone(connection, alive.id, now=now, until=until, reason=alive.reason)


def note_blocked(
    connection: sqlite3.Connection,
    download: Download,
    wanted: WantedRecording,
    silent: Query,
    *,
    now: datetime,
) -> None:
    """Remember a sign that the server drops the artist's name, and write it into the journal."""
    network.note_blocked(connection, " ".join(sorted(artist_words(wanted))), now=now)
    journal.write(connection, download.track_id, "seems_blocked", now=now, query=silent.text)


def not_found(results: int, *, is_kin_offered: bool = False) -> Reason:
    """Return why nothing was taken; `is_kin_offered` tells that others of its artist or album are shared."""
    if results:
        return Reason(key="no_match", placeholders={"files": str(results)})
    return Reason(key="only_kin_offered" if is_kin_offered else NOBODY_ANSWERED)


def _pool(decision: Decision) -> list[dict[str, Any]]:
    """Return the ranked pool as it is stored."""
    return [dict(candidate.to_json()) for candidate in decision.pool]


def _named(decision: Decision) -> list[dict[str, Any]]:
    """Return the best and the nearest missed candidates with their sentences."""
    shown = (*decision.pool[:_PER_SENTENCE], *decision.rejected[:_PER_SENTENCE])
    return [
        {
            "peer": item.username,
            "path": item.file.path,
            "outcome": item.outcome.value,
            "why": item.sentence,
        }
        for item in shown
    ]
