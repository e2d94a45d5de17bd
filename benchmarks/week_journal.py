"""Read from a database how a week went."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
import sqlite3

_SOURCES = """
SELECT track.isrc, json_extract(journal.data, '$.peer') AS peer, json_extract(journal.data, '$.path') AS path,
    library_file.doubt IS NOT NULL AS is_doubted
FROM journal JOIN track ON track.id = journal.track_id
JOIN library_file ON library_file.track_id = track.id
WHERE journal.event = 'requested' AND journal.id < (
    SELECT max(filed.id) FROM journal AS filed WHERE filed.track_id = track.id AND filed.event = 'filed'
)
ORDER BY journal.id
"""
# A track has had its turn when an answer was read for it, or was known to hold nothing of it. Whoever
# has had none waits until the end.
_WAITS = """
SELECT playlist.name, max(coalesce(first.at, last.at) - download.created_at) AS wait FROM playlist_entry
JOIN playlist ON playlist.id = playlist_entry.playlist_id
JOIN download ON download.track_id = playlist_entry.track_id
JOIN (SELECT max(at) AS at FROM journal) AS last
LEFT JOIN (
    SELECT track_id, min(at) AS at FROM journal WHERE event IN ('searched', 'not_available', 'ask') GROUP BY track_id
) AS first
    ON first.track_id = playlist_entry.track_id
GROUP BY playlist.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """Hold what the database tells; times in seconds."""

    states: Mapping[str, int]
    sources: Sequence[tuple[str, str, str]]  # Of what was filed: the ISRC, the peer, the path.
    doubted: Sequence[tuple[str, str, str]]  # Those of them that are told to have been lossy once.
    longest_waits: Mapping[str, float]  # By playlist.
    filed_after: Sequence[float]  # Since the first wish, in order.
    yields: Mapping[str, Mapping[str, int]]


def read_diary(database: Path) -> Diary:
    """Read everything; blocks."""
    connection = sqlite3.connect(database)
    try:
        states = connection.execute("SELECT state, count(*) FROM download GROUP BY state")
        # The last one asked before it is the one that was filed; others may be asked for a better one.
        sources = {row[0]: row for row in connection.execute(_SOURCES)}
        waits = connection.execute(_WAITS)
        began = connection.execute("SELECT min(created_at) FROM download").fetchone()[0] or 0.0
        filed = connection.execute("SELECT filed_at FROM library_file ORDER BY filed_at")
        return Diary(
            states=dict(states.fetchall()),
            sources=tuple((isrc, peer, path) for isrc, peer, path, _ in sources.values()),
            doubted=tuple(
                (isrc, peer, path) for isrc, peer, path, told in sources.values() if told
            ),
            longest_waits=dict(waits.fetchall()),
            filed_after=tuple(row[0] - began for row in filed),
            yields=_yields(connection),
        )
    finally:
        connection.close()


def _yields(connection: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """Count by kind of query: searches sent, those nobody answered, and tracks that got a source.

    A track's entry without a search of its own is one that somebody else's answer has served.
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    rows = connection.execute("SELECT data FROM journal WHERE event = 'searched'")
    for (text,) in rows:
        data = json.loads(text)
        counts = found[f"{data.get('kind', 'unknown')}, round {min(data.get('round', 0), 2)}"]
        is_taken = data["outcome"] == "take"
        if data.get("is_new", True):
            counts["searches"] += 1
            counts["silent"] += data["responses"] == 0
            counts["taken"] += is_taken
        else:
            counts["taken from others' answers"] += is_taken
    return {kind: dict(counts) for kind, counts in sorted(found.items())}
