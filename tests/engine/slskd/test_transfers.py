"""Check when a transfer counts as failed, why, and which row speaks for a file."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.soulspot.engine.slskd.failures import classify
from custom_components.soulspot.engine.slskd.models import (
    FailureKind,
    Features,
    Outcome,
    Transfer,
    TransferState,
    Version,
)
from custom_components.soulspot.engine.slskd.transfers import choose_row, judge
from custom_components.soulspot.engine.slskd.versions import features_of

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
OLD = features_of(Version(0, 23, 2))
MIDDLE = features_of(Version(0, 25, 1))
NEW = features_of(Version(0, 26, 0))

ROW = Transfer(
    id="1",
    username="peer",
    filename="music\\a.flac",
    size=10,
    state=TransferState.ERRORED,
)
ALIVE = [state for state in TransferState if state.is_alive]

# Texts with a name inside, as slskd writes them, and what they mean.
TEXTS = [
    ("User {} appears to be offline", FailureKind.OFFLINE),
    (
        "One or more errors occurred. (User {} appears to be offline)",
        FailureKind.OFFLINE,
    ),
    (
        "Failed to establish a direct or indirect message connection to {} (1.2.3.4:5)",
        FailureKind.PEER_UNREACHABLE,
    ),
    (
        "Failed to connect to user {}: Failed to establish a direct or indirect transfer connection to {} (1.2.3.4:5)",
        FailureKind.PEER_UNREACHABLE,
    ),
    (
        "An active or queued download of music\\a.flac from {} is already in progress",
        FailureKind.DUPLICATE,
    ),
    ("Duplicate download of music\\a.flac from {} aborted", FailureKind.DUPLICATE),
    ("The wait timed out after 15000 milliseconds", FailureKind.SILENT),
    ("Inactivity timeout of 15000 milliseconds was reached", FailureKind.STALLED),
    ("Transfer rejected: File not shared.", FailureKind.FILE_NOT_SHARED),
    (
        "Transfer failed: Read error: Remote connection closed",
        FailureKind.CONNECTION_LOST,
    ),
    ("Application shut down", FailureKind.SLSKD_RESTARTED),
]
DECEIVING_NAMES = [
    "timed out",
    "e",
    "a",
    "to",
    "milliseconds",
    "connection",
    "rejected",
    "Banned",
    "appears to be offline",
    "File not shared.",
    "Transfer rejected: File not shared.",
    ") (Failed to create file x: ",
    ") (No space left on device : 'x'",
    "One or more errors occurred. (Banned)",
    "is already in progress",
    "(1.2.3.4:5)",
    ".*",
    "\\",
    "{}",
]


# --- Why -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DECEIVING_NAMES)
@pytest.mark.parametrize(("text", "kind"), TEXTS)
def test_names_deceive_nobody(text: str, kind: FailureKind, name: str) -> None:
    """A peer may call itself whatever it likes."""
    found = classify(text.replace("{}", name), username=name, filename="music\\a.flac")
    assert found.kind is kind


@given(st.text(min_size=1, max_size=40))
def test_no_name_deceives(name: str) -> None:
    """The same for any name."""
    found = classify(f"User {name} appears to be offline", username=name)
    assert found.kind is FailureKind.OFFLINE


@given(st.text(), st.sampled_from(TransferState), st.text(max_size=5), st.text(max_size=5))
def test_any_text_is_classified(text: str, state: TransferState, peer: str, file: str) -> None:
    """Every text means something, and the reason holds none of it."""
    found = classify(text, state=state, username=peer, filename=file)
    assert found.reason.key == f"transfer_{found.kind.value}"
    assert found.reason.placeholders == {}


@given(st.text())
def test_a_refusal_is_never_our_fault(text: str) -> None:
    """Since refusals have their own state, a peer's words cannot blame our disk or login."""
    assert not classify(text, state=TransferState.REJECTED).is_ours


@pytest.mark.parametrize(
    "text",
    [
        "No space left on device : 'x'",
        "Application shut down",
        "The wait timed out after 1 milliseconds",
    ],
)
def test_a_refusal_in_slskds_words_is_a_refusal(text: str) -> None:
    """The words of a refusal are the peer's, whatever they say."""
    for said in (text, f"Transfer rejected: {text}"):
        assert classify(said, state=TransferState.REJECTED).kind is FailureKind.REFUSED
    assert classify(f"Transfer rejected: {text}").kind is FailureKind.REFUSED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Transfer rejected: Too many files", FailureKind.QUEUE_LIMIT),
        ("Too many megabytes.", FailureKind.QUEUE_LIMIT),
        ("Too many files today", FailureKind.QUOTA),
        ("Too many files in this folder, ask me first", FailureKind.REFUSED),
        ("Banned (Share files to get unbanned)", FailureKind.BANNED),
        ("Sorry", FailureKind.REFUSED),
        (None, FailureKind.REFUSED),
    ],
)
def test_only_exact_limits_are_limits(text: str | None, kind: FailureKind) -> None:
    """A text that merely begins like a limit is a refusal in the peer's own words."""
    assert classify(text, state=TransferState.REJECTED).kind is kind


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (TransferState.REJECTED, FailureKind.REFUSED),
        (TransferState.ABORTED, FailureKind.SIZE_MISMATCH),
        (TransferState.TIMED_OUT, FailureKind.SILENT),
        (TransferState.CANCELLED, FailureKind.CANCELLED),
        (TransferState.ERRORED, FailureKind.UNKNOWN),
    ],
)
def test_states_speak_when_texts_do_not(state: TransferState, kind: FailureKind) -> None:
    """An unknown text leaves the meaning of the state."""
    assert classify("Something new", state=state).kind is kind


# --- When ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ALIVE)
@pytest.mark.parametrize("features", [OLD, MIDDLE, NEW])
def test_what_is_not_completed_is_alive(state: TransferState, features: Features) -> None:
    """No phase but "completed" is an end, however long it lasts."""
    verdict = judge(
        replace(ROW, state=state, exception="Application shut down", attempts=9),
        features,
        first_seen_completed_at=NOW - timedelta(days=9),
        now=NOW,
    )
    assert (verdict.outcome, verdict.state) == (Outcome.ALIVE, state)


def test_success_with_an_exception_is_a_problem_of_the_disk() -> None:
    """Slskd says "succeeded" before it moves the file, and keeps that when the move fails."""
    done = replace(ROW, state=TransferState.SUCCEEDED)
    for row, outcome in (
        (done, Outcome.SUCCEEDED),
        (replace(done, exception="Failed to move"), Outcome.FAILED),
    ):
        verdict = judge(row, NEW, first_seen_completed_at=None, now=NOW)
        assert verdict.outcome is outcome
    assert verdict.failure is not None
    assert verdict.failure.kind is FailureKind.LOCAL_STORAGE


@pytest.mark.parametrize(
    "state", [TransferState.REJECTED, TransferState.ABORTED, TransferState.CANCELLED]
)
@pytest.mark.parametrize("features", [OLD, MIDDLE, NEW])
def test_refusals_are_final_at_once(state: TransferState, features: Features) -> None:
    """Slskd never tries these again."""
    verdict = judge(replace(ROW, state=state), features, first_seen_completed_at=None, now=NOW)
    assert verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("attempts", "configured", "maximum_delay", "seconds", "outcome"),
    [
        (1, 3, 60.0, 0, Outcome.UNDECIDED),
        (1, 3, 60.0, 29, Outcome.UNDECIDED),
        (1, 3, 60.0, 31, Outcome.FAILED),
        (2, 3, 60.0, 5, Outcome.UNDECIDED),
        (3, 3, 60.0, 0, Outcome.FAILED),
        (3, None, None, 0, Outcome.FAILED),
        (3, 5, 60.0, 0, Outcome.UNDECIDED),
        (1, 1, 60.0, 0, Outcome.FAILED),
        (None, 3, 60.0, 0, Outcome.UNDECIDED),
        (1, 5, 300.0, 200, Outcome.UNDECIDED),
        (1, 5, 300.0, 300, Outcome.FAILED),
    ],
)
def test_a_flash_of_failure_is_not_final(
    attempts: int | None,
    configured: int | None,
    maximum_delay: float | None,
    seconds: int,
    outcome: Outcome,
) -> None:
    """Since 0.26 a failed row goes back to the queue until its attempts are used up."""
    for state in (TransferState.ERRORED, TransferState.TIMED_OUT):
        verdict = judge(
            replace(ROW, state=state, attempts=attempts),
            NEW,
            first_seen_completed_at=NOW - timedelta(seconds=seconds),
            now=NOW,
            retry_attempts=configured,
            retry_maximum_delay_s=maximum_delay,
        )
        assert verdict.outcome is outcome
        assert verdict.failure is not None


@pytest.mark.parametrize(
    ("features", "seconds", "outcome"),
    [
        (OLD, 0, Outcome.FAILED),
        (MIDDLE, 5, Outcome.UNDECIDED),
        (MIDDLE, 16, Outcome.FAILED),
    ],
)
def test_older_versions_revive_little_or_nothing(
    features: Features, seconds: int, outcome: Outcome
) -> None:
    """From 0.24 an enqueue task that ended badly may leave a mark that goes away."""
    first = NOW - timedelta(seconds=seconds)
    verdict = judge(ROW, features, first_seen_completed_at=first, now=NOW)
    assert verdict.outcome is outcome


@pytest.mark.parametrize("features", [OLD, MIDDLE, NEW])
def test_a_restart_is_waited_out(features: Features) -> None:
    """After a restart slskd asks again by itself, under a new id."""
    row = replace(ROW, exception="Application shut down", attempts=3)
    for seconds, outcome in ((60, Outcome.UNDECIDED), (301, Outcome.FAILED)):
        first = NOW - timedelta(seconds=seconds)
        verdict = judge(row, features, first_seen_completed_at=first, now=NOW)
        assert verdict.outcome is outcome


def test_an_unknown_state_is_not_judged() -> None:
    """A state of some future version neither fails nor succeeds."""
    row = replace(ROW, state=TransferState.UNKNOWN)
    long_ago = NOW - timedelta(days=1)
    assert judge(row, NEW, first_seen_completed_at=long_ago, now=NOW).outcome is Outcome.UNDECIDED


# --- Which row ---------------------------------------------------------------------------------------


def test_the_living_row_speaks_then_the_newest() -> None:
    """After a restart there is an old row and a new one with another id."""
    dead = replace(ROW, id="old", requested_at=NOW, exception="Application shut down", removed=True)
    alive = replace(ROW, id="new", requested_at=NOW, state=TransferState.QUEUED_LOCALLY)
    earlier = replace(ROW, id="earlier", requested_at=NOW - timedelta(hours=1))
    undated = replace(ROW, id="undated")
    other_file = replace(alive, id="file", filename="other")
    other_peer = replace(alive, id="peer", username="other")
    rows = [earlier, dead, undated, other_file, other_peer]
    chosen = choose_row(rows, ROW.username, ROW.filename)
    assert chosen is dead
    assert choose_row([*rows, alive], ROW.username, ROW.filename) is alive
    assert choose_row([undated], ROW.username, ROW.filename) is undated
    assert choose_row([other_file, other_peer], ROW.username, ROW.filename) is None


def test_a_duplicate_never_speaks() -> None:
    """Asking twice left failed rows beside the real one up to 0.23, and newer than it."""
    text = (
        f"An active or queued download of {ROW.filename} from {ROW.username} is already in progress"
    )
    real = replace(ROW, id="real", state=TransferState.SUCCEEDED, requested_at=NOW)
    duplicate = replace(ROW, id="2", exception=text, requested_at=NOW + timedelta(seconds=1))
    assert choose_row([duplicate, real], ROW.username, ROW.filename) is real
    assert choose_row([duplicate], ROW.username, ROW.filename) is None
