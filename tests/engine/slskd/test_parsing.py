"""Check that no answer of slskd's breaks a parser, and what odd ones mean."""

from datetime import UTC, datetime
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.errors import InvalidReplyError
from custom_components.soulspot.engine.slskd.models import (
    SearchState,
    StatusWarning,
    Support,
    TransferState,
    Version,
)
from custom_components.soulspot.engine.slskd.parsing import (
    parse_directory,
    parse_options,
    parse_responses,
    parse_search,
    parse_searches,
    parse_status,
    parse_version,
)
from custom_components.soulspot.engine.slskd.transfer_parsing import (
    parse_all_transfers,
    parse_batch,
    parse_batch_failures,
    parse_enqueued,
    parse_events,
    parse_transfer,
    parse_user_transfers,
    parse_webhook,
    transfer_state,
)
from custom_components.soulspot.engine.slskd.values import moment
from custom_components.soulspot.engine.slskd.versions import features_of

KEYS = [
    "id", "username", "filename", "size", "state", "directories", "files", "lockedFiles", "queueLength",
    "version", "current", "server", "shares", "transfers", "download", "retry", "maxDelay", "name",
    "length", "fullName", "data", "type", "timestamp", "localFilename", "remoteFilename", "transfer",
    "endedAt", "responseCount", "bytesTransferred", "averageSpeed", "options", "failures", "enqueued",
]  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [
            "Completed, Succeeded",
            "DownloadFileComplete",
            "9999-12-31T23:59:59-14:00",
            "0001-01-01T00:00:00+14:00",
        ]
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)


@given(JSON)
def test_any_json_is_read_or_refused(payload: object) -> None:
    """A parser returns something, or says that this is no answer of slskd's; nothing else."""
    for parse in (
        parse_status,
        parse_options,
        parse_search,
        parse_searches,
        parse_responses,
        parse_directory,
        parse_transfer,
        parse_user_transfers,
        parse_all_transfers,
        parse_batch,
        parse_events,
    ):
        try:
            parse(payload)
        except InvalidReplyError:
            continue
    parse_enqueued(payload, "peer")
    parse_batch_failures(payload)
    parse_webhook(payload)
    parse_version(payload)
    transfer_state(payload)


@given(JSON)
def test_any_event_text_is_read(data: object) -> None:
    """Whatever stands in an event's text, the event itself is kept."""
    for text in (data, json.dumps(data), "{"):
        event = {"id": "1", "type": "DownloadFileComplete", "data": text}
        assert [row.id for row in parse_events([event])] == ["1"]


@given(st.text())
def test_any_time_is_read(text: str) -> None:
    """A time is in UTC, or not told."""
    parsed = moment(text)
    assert parsed is None or parsed.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "2026-08-19T10:59:42.7006033",
            datetime(2026, 8, 19, 10, 59, 42, 700603, tzinfo=UTC),
        ),
        (
            "2026-08-19T10:59:42.7006033Z",
            datetime(2026, 8, 19, 10, 59, 42, 700603, tzinfo=UTC),
        ),
        (
            "2026-08-19T12:59:42.7+02:00",
            datetime(2026, 8, 19, 10, 59, 42, 700000, tzinfo=UTC),
        ),
        ("2026-08-19T10:59:42", datetime(2026, 8, 19, 10, 59, 42, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("yesterday", None),
        (17, None),
        (None, None),
    ],
)
def test_times(text: object, expected: datetime | None) -> None:
    """Times without a zone are UTC, the seventh digit is cut, and the year 1 means never."""
    assert moment(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.25.1.0", Version(0, 25, 1)),
        ("0.24.5", Version(0, 24, 5)),
        ("0.26.0-canary.3", Version(0, 26, 0)),
        ("v1.2", Version(1, 2, 0)),
        ("0.0.0", Version(0, 0, 0)),
        ("newest", None),
        ("", None),
        (26, None),
    ],
)
def test_versions(text: object, expected: Version | None) -> None:
    """Only the leading numbers count."""
    assert parse_version(text) == expected


@pytest.mark.parametrize(
    ("version", "support", "batches", "names_transfers"),
    [
        (Version(0, 21, 4), Support.UNSUPPORTED, False, False),
        (Version(0, 22, 0), Support.TOLERATED, False, False),
        (Version(0, 23, 2), Support.TOLERATED, False, False),
        (Version(0, 24, 0), Support.TOLERATED, False, True),
        (Version(0, 24, 4), Support.FULL, False, True),
        (Version(0, 25, 1), Support.FULL, False, True),
        (Version(0, 26, 0), Support.FULL, True, True),
        (Version(1, 0, 0), Support.FULL, True, True),
        (Version(0, 0, 0), Support.FULL, True, True),
        (None, Support.TOLERATED, False, False),
    ],
)
def test_features_follow_the_version(
    version: Version | None, support: Support, batches: bool, names_transfers: bool
) -> None:
    """Builds from source count as newest, unknown versions get what works everywhere."""
    features = features_of(version)
    assert features.support is support
    assert features.batches is batches
    assert features.asynchronous_enqueue is names_transfers


# --- Transfers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Queued, Remotely", TransferState.QUEUED_REMOTELY),
        ("Queued, Locally", TransferState.QUEUED_LOCALLY),
        ("Queued", TransferState.QUEUED_LOCALLY),
        ("queued,remotely", TransferState.QUEUED_REMOTELY),
        ("Completed, Skipped", TransferState.ERRORED),
        ("Completed", TransferState.ERRORED),
        ("None", TransferState.UNKNOWN),
        ("", TransferState.UNKNOWN),
        (48, TransferState.UNKNOWN),
        (None, TransferState.UNKNOWN),
    ],
)
def test_odd_transfer_states(text: object, expected: TransferState) -> None:
    """Whatever is completed without a known good end has failed; the rest is not judged."""
    assert transfer_state(text) is expected


def test_odd_rows() -> None:
    """A row needs an id and a file; its peer may be told by the list around it."""
    row = {
        "id": "1",
        "filename": "a\\b.mp3",
        "bytesRemaining": -5,
        "averageSpeed": -1,
        "size": "big",
    }
    user = {
        "username": "peer",
        "directories": [
            {"files": [row, {"id": "2"}, {"filename": "x"}, None, "y"]},
            {"files": {"id": "3"}},
            7,
            {"files": [{**row, "id": "4", "direction": "Upload"}]},
        ],
    }
    rows = parse_all_transfers([user, None, {"directories": [{"files": [row]}]}])
    assert [(found.id, found.username) for found in rows] == [("1", "peer")]
    assert (rows[0].average_speed, rows[0].size, rows[0].removed) == (0.0, 0, False)


def test_a_batch_answer() -> None:
    """Failures are told by file; what is not told is left out."""
    payload = {
        "failures": [
            {"filename": "a", "message": "Error: x"},
            {"filename": "b"},
            {"message": "lost"},
            None,
        ]
    }
    assert parse_batch_failures(payload) == {"a": "Error: x", "b": ""}


# --- Searches --------------------------------------------------------------------------------------


def test_locked_and_useless_files() -> None:
    """A file without name or size cannot be asked for; zero means that the peer did not know."""
    payload = [
        {
            "username": "peer",
            "files": [
                {
                    "filename": "a",
                    "size": 1,
                    "bitRate": 0,
                    "length": -1,
                    "isVariableBitRate": "yes",
                },
                {"filename": "b", "size": 1, "isLocked": True},
                {"filename": "c"},
                {"filename": "d", "size": -1},
                {"size": 1},
            ],
            "lockedFiles": [{"filename": "e", "size": 2, "isLocked": False}],
        },
        {"files": [{"filename": "f", "size": 1}]},
    ]
    (response,) = parse_responses(payload)
    assert [(file.path, file.is_locked) for file in response.files] == [
        ("a", False),
        ("b", True),
        ("e", True),
    ]
    first = response.files[0]
    assert (first.bit_rate, first.length_s, first.is_variable_bit_rate) == (
        None,
        None,
        None,
    )
    assert (response.has_free_slot, response.queue_length, response.upload_speed) == (
        False,
        0,
        0,
    )


def test_a_completed_search_is_not_finished_without_an_end() -> None:
    """The state runs ahead of the responses; only the end says that they are written."""
    payload = {
        "id": "1",
        "state": "Completed, TimedOut",
        "isComplete": True,
        "responseCount": 3,
    }
    record = parse_search(payload)
    assert (record.state, record.is_complete, record.is_finished) == (
        SearchState.TIMED_OUT,
        True,
        False,
    )
    ended = parse_search(
        {
            **payload,
            "startedAt": "2026-01-01T00:00:00Z",
            "endedAt": "2026-01-01T00:00:16.5Z",
        }
    )
    assert (ended.is_finished, ended.duration_s) == (True, 16.5)


# --- The server --------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ["transfers", "global"])
def test_options_of_old_and_new_versions(section: str) -> None:
    """The section was renamed in 0.25.0."""
    options = parse_options(
        {
            "directories": {"downloads": "/downloads", "incomplete": "/incomplete"},
            section: {
                "download": {
                    "slots": 4,
                    "retry": {"attempts": 5, "delay": 1000, "maxDelay": 90_000},
                }
            },
        }
    )
    assert (options.downloads_directory, options.incomplete_directory) == (
        "/downloads",
        "/incomplete",
    )
    assert (options.retry_attempts, options.retry_maximum_delay_s) == (5, 90.0)
    assert options.download_slots == 4


@pytest.mark.parametrize(
    ("state", "connected", "logged_in"),
    [
        ("Connected, LoggedIn", True, True),
        ("Connected, LoggingIn", True, False),
        ("Disconnected", False, False),
        ("Connecting", False, False),
    ],
)
def test_the_login_is_read_from_the_state_when_flags_are_missing(
    state: str, connected: bool, logged_in: bool
) -> None:
    """The state's words are enough."""
    status = parse_status({"server": {"state": state}})
    assert (status.is_connected, status.is_logged_in) == (connected, logged_in)


@pytest.mark.parametrize(
    ("shares", "warned"),
    [
        ({"files": 0}, True),
        ({"files": 0, "scanning": True}, False),
        ({"files": 1}, False),
        ({}, False),
    ],
)
def test_sharing_nothing_is_warned_about(shares: dict[str, object], warned: bool) -> None:
    """But not while slskd still counts."""
    status = parse_status(
        {
            "version": {"current": "0.26.0"},
            "server": {"isConnected": True, "isLoggedIn": True},
            "shares": shares,
        }
    )
    assert status.warnings == ((StatusWarning.NOTHING_SHARED,) if warned else ())
