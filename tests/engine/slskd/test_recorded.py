"""Parse everything a real slskd was recorded to say; the files themselves say what must come out."""

from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.soulspot.engine.slskd.failures import classify
from custom_components.soulspot.engine.slskd.models import (
    Again,
    FailureKind,
    SearchState,
    TransferState,
    Version,
)
from custom_components.soulspot.engine.slskd.parsing import (
    parse_responses,
    parse_search,
    parse_status,
)
from custom_components.soulspot.engine.slskd.transfer_parsing import (
    parse_all_transfers,
    parse_events,
    parse_transfer,
    parse_user_transfers,
    parse_webhook,
    transfer_state,
)
from custom_components.soulspot.engine.slskd.transfers import choose_row, is_duplicate


@pytest.fixture(scope="module")
def folder(recordings: Path) -> Path:
    """Return the folder of slskd's recordings."""
    return recordings / "slskd"


def load(folder: Path, name: str) -> Any:
    """Return a recorded payload."""
    return json.loads((folder / name).read_bytes())


# --- Searches ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "search-responses-pop-group-y.json",
        "search-responses-trimmed-2026.json",
        "search-responses-locked-2026.json",
    ],
)
def test_no_response_and_no_file_is_lost(folder: Path, name: str) -> None:
    """Every peer and every file comes through with all it advertises, locked ones marked."""
    payload = load(folder, name)
    parsed = parse_responses(payload)
    assert len(parsed) == len(payload)
    for response, item in zip(parsed, payload, strict=True):
        assert response.username == item["username"]
        assert response.has_free_slot == item["hasFreeUploadSlot"]
        assert response.queue_length == item["queueLength"]
        assert response.upload_speed == item["uploadSpeed"]
        raw = [(file, False) for file in item["files"]]
        raw += [(file, True) for file in item.get("lockedFiles", [])]
        assert len(response.files) == len(raw)
        for file, (source, locked) in zip(response.files, raw, strict=True):
            assert (file.path, file.size) == (source["filename"], source["size"])
            assert file.is_locked is locked
            assert file.bit_rate == (source.get("bitRate") or None)
            assert file.length_s == (source.get("length") or None)
            assert file.bit_depth == (source.get("bitDepth") or None)
            assert file.sample_rate == (source.get("sampleRate") or None)
            assert file.is_variable_bit_rate is source.get("isVariableBitRate")


def test_a_search_that_has_just_begun(folder: Path) -> None:
    """The answer to a POST is a record without an end."""
    payload = load(folder, "search-create-response.json")
    record = parse_search(payload)
    assert (record.id, record.text) == (payload["id"], payload["searchText"])
    assert record.state is SearchState.IN_PROGRESS
    assert not record.is_finished
    assert record.started_at == datetime(2025, 11, 1, 21, 18, 20, 999970, tzinfo=UTC)


# --- Transfers -------------------------------------------------------------------------------------


def rows_in(users: list[Any]) -> list[Any]:
    """Return the plain rows of a list of downloads."""
    return [
        row for user in users for directory in user["directories"] for row in directory["files"]
    ]


@pytest.mark.parametrize(
    "name",
    [
        "downloads-list-2025-10.json",
        "downloads-list-queued-0.24.5.json",
        "downloads-list-0.26-2026-08.json",
        "downloads-for-user-2025-10.json",
    ],
)
def test_every_row_of_a_list_is_read(folder: Path, name: str) -> None:
    """All versions' rows come through, whatever fields they lack."""
    payload = load(folder, name)
    payload = payload if isinstance(payload, list) else [payload]
    raw = rows_in(payload)
    rows = parse_all_transfers(payload)
    assert [row.id for row in rows] == [item["id"] for item in raw]
    for row, item in zip(rows, raw, strict=True):
        assert (row.username, row.filename, row.size) == (
            item["username"],
            item["filename"],
            item["size"],
        )
        assert row.state is STATES[item["state"]]
        assert row.bytes_transferred == item["bytesTransferred"]
        assert row.average_speed == item.get("averageSpeed", 0)
        assert row.exception == item.get("exception")
        assert row.attempts == item.get("attempts")
        assert row.removed is item.get("removed", False)
        assert row.requested_at == utc(item.get("requestedAt"))
        assert row.enqueued_at == utc(item.get("enqueuedAt"))
        assert row.started_at == utc(item.get("startedAt"))
        assert row.ended_at == utc(item.get("endedAt"))


STATES = {
    "Completed, Succeeded": TransferState.SUCCEEDED,
    "Completed, Errored": TransferState.ERRORED,
    "Queued, Remotely": TransferState.QUEUED_REMOTELY,
}


def utc(text: str | None) -> datetime | None:
    """Return a recorded time: the digits up to microseconds, in UTC whether it says so or not."""
    if text is None:
        return None
    return datetime.strptime(text.rstrip("Z")[:26], "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC)


def test_times_without_zone_are_utc(folder: Path) -> None:
    """A row was requested before it started, although only one of the times says UTC."""
    rows = parse_user_transfers(load(folder, "downloads-for-user-2025-10.json"))
    assert len(rows) == 1
    row = rows[0]
    assert row.requested_at == datetime(2025, 10, 24, 16, 3, 44, 792452, tzinfo=UTC)
    assert (
        row.requested_at
        < (row.enqueued_at or row.requested_at)
        < (row.started_at or row.requested_at)
    )


def test_rows_of_a_double_request_do_not_fail_their_file(folder: Path) -> None:
    """Where one row succeeded, the rows beside it that failed as duplicates never speak."""
    rows = parse_all_transfers(load(folder, "downloads-list-2025-10.json"))
    succeeded = {
        (row.username, row.filename) for row in rows if row.state is TransferState.SUCCEEDED
    }
    duplicates = [row for row in rows if row.exception and "already in progress" in row.exception]
    assert duplicates
    assert succeeded
    assert all(is_duplicate(row) for row in duplicates)
    for username, filename in succeeded:
        chosen = choose_row(rows, username, filename)
        assert chosen is not None
        assert chosen.state is TransferState.SUCCEEDED


def test_a_row_of_a_batch(folder: Path) -> None:
    """The batch of a row is kept."""
    payload = load(folder, "transfer-with-batch-0.26.json")
    row = parse_transfer(payload)
    assert (row.batch_id, row.state) == (payload["batchId"], TransferState.SUCCEEDED)


def test_every_state_a_poller_can_see_is_known(folder: Path) -> None:
    """Each observable state is told apart, and rightly alive or completed."""
    observable = load(folder, "enums.json")["transferStates"]["observable"]
    states = [transfer_state(entry["text"]) for entry in observable]
    assert len(set(states)) == len(observable)
    assert TransferState.UNKNOWN not in states
    for state, entry in zip(states, observable, strict=True):
        assert state.is_completed is entry["terminal"]
        assert state.is_alive is not entry["terminal"]
        assert (state is TransferState.SUCCEEDED) is (entry["class"] == "success")


def test_every_search_state_is_known(folder: Path) -> None:
    """Each observable state of a search is told apart."""
    observable = load(folder, "enums.json")["searchStates"]["observable"]
    states = {parse_search({"id": "1", "state": entry["text"]}).state for entry in observable}
    assert len(states) == len(observable)
    assert SearchState.UNKNOWN not in states


# --- Events ----------------------------------------------------------------------------------------


def test_events_tell_the_local_path(folder: Path) -> None:
    """The text inside an event is read, and the other kinds of event are only counted."""
    payload = load(folder, "events-0.24.5.json")
    inside = [
        json.loads(item["data"]) for item in payload if item["type"] == "DownloadFileComplete"
    ]
    rows = parse_events(payload)
    assert [row.id for row in rows] == [item["id"] for item in payload]
    found = [row.download for row in rows if row.download is not None]
    assert [download.local_filename for download in found] == [
        item["localFilename"] for item in inside
    ]
    assert [download.remote_filename for download in found] == [
        item["remoteFilename"] for item in inside
    ]
    assert [download.transfer_id for download in found] == [
        item["transfer"]["id"] for item in inside
    ]
    assert [download.size for download in found] == [item["transfer"]["size"] for item in inside]
    assert [download.username for download in found] == [
        item["transfer"]["username"] for item in inside
    ]
    ends = [item["timestamp"] for item in payload if item["type"] == "DownloadFileComplete"]
    assert [download.at for download in found] == [utc(text) for text in ends]


def test_a_webhook_call_is_read(folder: Path) -> None:
    """Slskd's own sample has its fields on the outside."""
    payload = load(folder, "webhook-downloadfilecomplete-docs.json")
    download = parse_webhook(payload)
    assert download is not None
    assert download.local_filename == payload["localFilename"]
    assert download.remote_filename == payload["remoteFilename"]
    assert download.username is None


# --- The server --------------------------------------------------------------------------------------


def test_the_state_of_a_server(folder: Path) -> None:
    """A logged-in server that shares is ready."""
    payload = load(folder, "application-0.25.1.json")
    status = parse_status(payload)
    assert status.version == Version(0, 25, 1)
    assert status.is_ready
    assert status.shared_files == payload["shares"]["files"]
    assert status.username == payload["user"]["username"]
    assert status.warnings == ()
    assert not status.is_relay_agent


# --- Failures ----------------------------------------------------------------------------------------

KINDS = {
    "peer_refused_file": FailureKind.FILE_NOT_SHARED,
    "peer_banned_us": FailureKind.BANNED,
    "peer_queue_limit": FailureKind.QUEUE_LIMIT,
    "peer_quota": FailureKind.QUOTA,
    "peer_busy": FailureKind.BUSY,
    "peer_leaving": FailureKind.LEAVING,
    "peer_file_broken": FailureKind.FILE_BROKEN,
    "peer_refused": FailureKind.REFUSED,
    "peer_cancelled": FailureKind.CANCELLED_BY_PEER,
    "size_mismatch": FailureKind.SIZE_MISMATCH,
    "peer_offline": FailureKind.OFFLINE,
    "peer_unreachable": FailureKind.PEER_UNREACHABLE,
    "peer_silent": FailureKind.SILENT,
    "stalled": FailureKind.STALLED,
    "connection_lost": FailureKind.CONNECTION_LOST,
    "peer_failed_upload": FailureKind.FAILED_BY_PEER,
    "cancelled_here": FailureKind.CANCELLED,
    "slskd_restarted": FailureKind.SLSKD_RESTARTED,
    "duplicate": FailureKind.DUPLICATE,
    "slskd_not_logged_in": FailureKind.NOT_LOGGED_IN,
    "local_storage": FailureKind.LOCAL_STORAGE,
}
# Cut behind the first colon, these are anybody's words.
BEYOND_RECOGNITION = {
    "Transfer failed: {other}",
    "Failed to create file {path}: {why}",
    "No space left on device : '{path}'",
}
FREE_TEXT = "Verification required"  # Only the state tells that it is a refusal.


def variants(text: str) -> list[str]:
    """Return the texts a pattern of the table stands for."""
    texts = [text]
    for alternatives in ("today|this week", "megabytes|files"):
        first, second = alternatives.split("|")
        texts = [
            version
            for entry in texts
            for version in (
                (
                    entry.replace(alternatives, first),
                    entry.replace(alternatives, second),
                )
                if alternatives in entry
                else (entry,)
            )
        ]
    values = {
        "{u}": "some peer",
        "{file}": "music\\a.flac",
        "{ip:port}": "1.2.3.4:5678",
        "{ms}": "15000",
        "{a}": "12",
        "{b}": "34",
        "{n}": "16384",
        "{path}": "/downloads/a",
        "{state}": "Disconnected",
        "{why}": "Connection reset by peer",
        "{other}": "something new",
    }
    for placeholder, value in values.items():
        texts = [entry.replace(placeholder, value) for entry in texts]
    return texts


@pytest.mark.parametrize("since_024", [False, True])
def test_failure_texts_mean_what_the_table_says(folder: Path, since_024: bool) -> None:
    """Every text is understood: alone up to 0.23, with its state and cut off since; wrapped as well."""
    patterns = load(folder, "transfer-exceptions.json")["patterns"]
    checked = 0
    for pattern in patterns:
        if "wrapper" in pattern["class"] or (not since_024 and pattern["text"] == FREE_TEXT):
            continue
        expected = KINDS[pattern["class"]]
        states = [transfer_state(part) for part in pattern["state"].split("/")]
        state = states[0] if since_024 else TransferState.ERRORED
        for text in variants(pattern["text"]):
            cut = [text.partition(":")[2].strip()] if since_024 and ":" in text else []
            if pattern["text"] in BEYOND_RECOGNITION:
                cut = []
            for said in (text, f"One or more errors occurred. ({text})", *cut):
                found = classify(said, state=state, username="some peer", filename="music\\a.flac")
                assert found.kind is expected, said
            if pattern["sameSourceRetry"] is False:
                assert not found.same_source_again, text
            elif pattern["sameSourceRetry"] is True:
                assert found.again is Again.SOON, text
            checked += 1
    assert checked >= len(patterns) - 2
