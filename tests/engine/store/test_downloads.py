"""Check downloads: one per track, afresh after an end, with candidates and one transfer each."""

from datetime import UTC, datetime, timedelta
import sqlite3

import pytest

from custom_components.soulspot.engine.model import (
    Album,
    Artist,
    Download,
    DownloadId,
    DownloadState,
    JobKind,
    Priority,
    Quality,
    Reason,
    TrackId,
    TrackMetadata,
)
from custom_components.soulspot.engine.store import candidates, downloads, jobs, tracks, transfers

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
REASON = Reason(key="no_match", placeholders={"files": "3"})
HOSTILE = "@@x\\Mus\ud800ic\\song.mp3"


def track(connection: sqlite3.Connection, title: str = "Time") -> TrackId:
    """Store a track."""
    wish = TrackMetadata(title=title, artists=(Artist(name="Pink Floyd"),))
    return tracks.save_track(connection, wish)


def request(
    connection: sqlite3.Connection, track_id: TrackId, quality: Quality = Quality.BEST
) -> DownloadId:
    """Ask for a track."""
    return downloads.request_download(
        connection,
        track_id,
        quality=quality,
        query=None,
        now=NOW,
        priority=Priority.USER,
        lane="p1",
    )


def get(connection: sqlite3.Connection, download_id: DownloadId) -> Download:
    """Return a download that is there."""
    found = downloads.get_download(connection, download_id)
    assert found is not None
    return found


def fill(connection: sqlite3.Connection, download_id: DownloadId) -> None:
    """Bring a download half-way."""
    pool = [{"username": "peer", "path": HOSTILE}, {"username": "other"}]
    candidates.save_candidates(connection, download_id, pool)
    downloads.save_progress(connection, download_id, query_position=2, rounds=1, results=7)
    transfers.start_transfer(
        connection,
        download_id,
        position=0,
        username="peer",
        remote_path="@@x\\song.mp3",
        size=5,
        batch_id="b",
        now=NOW,
    )


@pytest.mark.parametrize("state", DownloadState)
def test_asking_again_restarts_only_what_has_ended(
    connection: sqlite3.Connection, state: DownloadState
) -> None:
    """A living download goes on as it is; an ended one begins afresh, without anything of before."""
    download_id = request(connection, track(connection))
    fill(connection, download_id)
    downloads.set_state(connection, download_id, state, now=NOW, reason=REASON)
    assert request(connection, track(connection), Quality.ANY) == download_id
    after = get(connection, download_id)
    progress = downloads.get_progress(connection, download_id)
    if state.is_final:
        assert (after.state, after.reason, after.quality) == (
            DownloadState.QUEUED,
            None,
            Quality.ANY,
        )
        assert candidates.get_candidates(connection, download_id) == ()
        assert transfers.get_transfer(connection, download_id) is None
        assert (progress.query_position, progress.rounds, progress.results) == (0, 0, 0)
    else:
        assert (after.state, after.reason, after.quality) == (state, REASON, Quality.BEST)
        assert after.username == "peer"
        assert progress.query_position == 2


def test_candidates_keep_their_order_and_failures(connection: sqlite3.Connection) -> None:
    """Ranked candidates come back as they were written, hostile names included."""
    download_id = request(connection, track(connection))
    fill(connection, download_id)
    candidates.fail_candidate(connection, download_id, 0, REASON)
    first, second = candidates.get_candidates(connection, download_id)
    assert (first.data["path"], first.failure) == (HOSTILE, REASON)
    assert (second.data, second.failure) == ({"username": "other"}, None)


def test_a_new_attempt_replaces_the_transfer(connection: sqlite3.Connection) -> None:
    """The transfer of the next candidate starts without the ids of the one before."""
    download_id = request(connection, track(connection))
    fill(connection, download_id)
    transfers.acknowledge_transfer(connection, download_id, "t1")
    transfers.set_phase(connection, download_id, "in_progress", now=NOW)
    later = NOW + timedelta(minutes=5)
    transfers.set_phase(connection, download_id, "in_progress", now=later)
    before = transfers.get_transfer(connection, download_id)
    assert before is not None
    assert (before.transfer_id, before.phase_since) == ("t1", NOW)
    transfers.start_transfer(
        connection,
        download_id,
        position=1,
        username="other",
        remote_path="x",
        size=6,
        batch_id=None,
        now=later,
    )
    after = transfers.get_transfer(connection, download_id)
    assert after is not None
    assert (after.position, after.transfer_id, after.phase, after.acknowledged) == (
        1,
        None,
        "requested",
        False,
    )


def test_only_running_transfers_are_watched(connection: sqlite3.Connection) -> None:
    """A transfer whose request may have got lost, or whose file arrived, is not for the watcher."""
    download_id = request(connection, track(connection))
    fill(connection, download_id)
    watched = []
    for state in DownloadState:
        downloads.set_state(connection, download_id, state, now=NOW)
        watched += [state for _ in transfers.list_transfers(connection)]
    assert watched == [DownloadState.TRANSFERRING]


def test_every_step_keeps_priority_and_lane(connection: sqlite3.Connection) -> None:
    """The second source of what a person asked for is not put behind a thousand playlist tracks."""
    download_id = request(connection, track(connection))
    downloads.queue_step(connection, download_id, now=NOW)
    ordinary = track(connection, "Money")
    jobs.add_job(connection, JobKind.DOWNLOAD, f"track:{ordinary}", now=NOW)
    first = jobs.claim_next(connection, JobKind.DOWNLOAD, now=NOW)
    assert first is not None
    assert first.payload == {"download": download_id}


def test_counts_and_pages(connection: sqlite3.Connection) -> None:
    """States are counted, pages come latest first, and filed tracks are counted from a moment on."""
    ids = [request(connection, track(connection, str(number))) for number in range(5)]
    for number, download_id in enumerate(ids):
        moment = NOW + timedelta(minutes=number)
        state = DownloadState.FILED if number < 3 else DownloadState.ASK
        downloads.set_state(connection, download_id, state, now=moment)
    assert downloads.count_states(connection) == {DownloadState.FILED: 3, DownloadState.ASK: 2}
    assert downloads.count_filed_since(connection, NOW + timedelta(minutes=1)) == 2
    page = downloads.list_downloads(connection, [DownloadState.FILED], 2, 0)
    assert [download.id for download in page] == [ids[2], ids[1]]
    rest = downloads.list_downloads(connection, None, 10, 4)
    assert [download.id for download in rest] == [ids[0]]


# --- Others who wait -----------------------------------------------------------------------------


def wish(connection: sqlite3.Connection, title: str, artist: str, album: str) -> TrackId:
    """Store a track of an album and ask for it."""
    artists = (Artist(name=artist),)
    metadata = TrackMetadata(title=title, artists=artists, album=Album(name=album, artists=artists))
    track_id = tracks.save_track(connection, metadata)
    request(connection, track_id)
    return track_id


def test_others_are_of_the_album_or_by_the_artist(connection: sqlite3.Connection) -> None:
    """Those that wait for a search count, not those under way, ended or searched for in own words."""
    one = wish(connection, "One", "Pink Floyd", "Animals")
    two = wish(connection, "Two", "Pink Floyd", "Animals")
    three = wish(connection, "Three", "Pink Floyd", "Meddle")
    wish(connection, "Four", "Somebody Else", "Meddle")
    assert downloads.count_others(connection, one) == (1, 2)
    assert [item.track_id for item in downloads.waiting_others(connection, one)] == [two, three]
    for state in DownloadState:
        download = downloads.find_download(connection, two)
        assert download is not None
        downloads.set_state(connection, download.id, state, now=NOW)
        waits = state in (DownloadState.QUEUED, DownloadState.NOT_AVAILABLE)
        assert (
            two in {item.track_id for item in downloads.waiting_others(connection, one)}
        ) is waits
        counts = waits or state is DownloadState.SEARCHING
        assert downloads.count_others(connection, one) == ((1, 2) if counts else (0, 1))


def test_others_are_found_without_looking_at_everything(connection: sqlite3.Connection) -> None:
    """Thousands may wait: who is by the same artist stands in an index."""
    one = wish(connection, "One", "Pink Floyd", "Animals")
    statements: list[str] = []
    connection.set_trace_callback(statements.append)
    downloads.count_others(connection, one)
    downloads.waiting_others(connection, one)
    connection.set_trace_callback(None)
    assert len(statements) == 2
    for statement in statements:
        for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}"):
            detail = str(step["detail"])
            assert not detail.startswith("SCAN") or detail in ("SCAN other", "SCAN own"), detail
