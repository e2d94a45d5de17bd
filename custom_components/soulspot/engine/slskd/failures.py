"""Tell from slskd's and the peers' words why a file did not come.

The words hold names that peers choose, so they are compared as a whole, first with the names taken
out, and are never shown.
"""

import re

from .models import Again, Failure, FailureKind, TransferState

_AGAIN = {
    FailureKind.FILE_NOT_SHARED: Again.NEVER,
    FailureKind.BANNED: Again.NEVER,
    FailureKind.QUEUE_LIMIT: Again.SOON,
    FailureKind.QUOTA: Again.LATER,
    FailureKind.BUSY: Again.SOON,
    FailureKind.LEAVING: Again.LATER,
    FailureKind.FILE_BROKEN: Again.NEVER,
    FailureKind.REFUSED: Again.NEVER,
    FailureKind.CANCELLED_BY_PEER: Again.SOON,
    FailureKind.SIZE_MISMATCH: Again.NEVER,
    FailureKind.OFFLINE: Again.LATER,
    FailureKind.PEER_UNREACHABLE: Again.LATER,
    FailureKind.SILENT: Again.LATER,
    FailureKind.STALLED: Again.SOON,
    FailureKind.TOO_SLOW: Again.LATER,
    FailureKind.CONNECTION_LOST: Again.SOON,
    FailureKind.FAILED_BY_PEER: Again.SOON,
    FailureKind.CANCELLED: Again.SOON,
    FailureKind.SLSKD_RESTARTED: Again.LATER,  # slskd asks again by itself, under a new id.
    FailureKind.DUPLICATE: Again.LATER,  # There is another row to follow.
    FailureKind.NOT_LOGGED_IN: Again.SOON,
    FailureKind.LOCAL_STORAGE: Again.NEVER,
    FailureKind.REQUEST_REJECTED: Again.NEVER,
    FailureKind.UNKNOWN: Again.LATER,
}


def _patterns(
    *rules: tuple[str, FailureKind],
) -> tuple[tuple[re.Pattern[str], FailureKind], ...]:
    """Compile rules that are compared with the whole text."""
    return tuple((re.compile(text, re.IGNORECASE | re.DOTALL), kind) for text, kind in rules)


# What the peer's client says; the order matters.
_REFUSALS = _patterns(
    (r"file not shared\.?", FailureKind.FILE_NOT_SHARED),
    (r"disallowed extension\.?", FailureKind.FILE_NOT_SHARED),
    (r"banned\b.*", FailureKind.BANNED),
    (
        r"too many (files|megabytes|failed transfers) (today|this week)\.?",
        FailureKind.QUOTA,
    ),
    (r"too many (files|megabytes)\.?", FailureKind.QUEUE_LIMIT),
    (r"user limit of \S+ (megabytes|files) exceeded\.?", FailureKind.QUEUE_LIMIT),
    (r"overwhelmed with requests\b.*", FailureKind.BUSY),
    (r"pending shutdown\.?", FailureKind.LEAVING),
    (r"file read error\.?|remote file error\.?", FailureKind.FILE_BROKEN),
    (r"cancelled\.?|canceled\.?", FailureKind.CANCELLED_BY_PEER),
)

# What slskd and its library say; names and numbers stand where anything may.
_TROUBLES = _patterns(
    (
        r"(transfer aborted: )?the remote size of .* does not match expected size .*",
        FailureKind.SIZE_MISMATCH,
    ),
    (r"user .* appears to be offline\.?", FailureKind.OFFLINE),
    (r"failed to connect to user .*", FailureKind.PEER_UNREACHABLE),
    (
        r"failed to establish a direct or indirect (message|transfer) connection to .*",
        FailureKind.PEER_UNREACHABLE,
    ),
    (r"the wait timed out after \S+ milliseconds\.?", FailureKind.SILENT),
    (
        r"download failed to enqueue remotely after hard time limit of .*",
        FailureKind.SILENT,
    ),
    (r"inactivity timeout of \S+ milliseconds was reached\.?", FailureKind.STALLED),
    (r"download reported as failed by remote client\.?", FailureKind.FAILED_BY_PEER),
    (r"failed to (read|write) \S+ bytes (from|to) .*", FailureKind.CONNECTION_LOST),
    (
        r"(read|write) error: .*|remote connection closed\.?",
        FailureKind.CONNECTION_LOST,
    ),
    (
        r"(an|the) (operation|task) was cancell?ed\.?|(operation|task was) cancell?ed\.?",
        FailureKind.CANCELLED,
    ),
    (r"application shut down\.?", FailureKind.SLSKD_RESTARTED),
    (
        r"an active or queued download of .* is already in progress\.?",
        FailureKind.DUPLICATE,
    ),
    (r"duplicate download of .* aborted\.?", FailureKind.DUPLICATE),
    (
        r"a duplicate download of the same file .*|skipped: already in progress",
        FailureKind.DUPLICATE,
    ),
    (
        r"the server connection must be connected and logged in .*",
        FailureKind.NOT_LOGGED_IN,
    ),
    (
        r"failed to create file .*|could not find a part of the path .*",
        FailureKind.LOCAL_STORAGE,
    ),
    (
        r"no space left on device\b.*|access to the path .* is denied\.?",
        FailureKind.LOCAL_STORAGE,
    ),
    (r"there is not enough space on the disk\b.*", FailureKind.LOCAL_STORAGE),
    (r"transfer failed: .*", FailureKind.CONNECTION_LOST),
    # What is left when slskd closes a record itself, and cuts its words behind the first colon.
    (r"\d{1,5}\)", FailureKind.PEER_UNREACHABLE),
    (r"\d{1,5}: .*", FailureKind.CONNECTION_LOST),
    (r"(connected, loggingin|connecting|disconnecting|disconnected)\)", FailureKind.NOT_LOGGED_IN),
)

_REJECTED = re.compile(r"(?:transfer rejected|enqueue failed): *(.*)", re.IGNORECASE | re.DOTALL)
_WRAPPER = re.compile(r"one or more errors occurred\. *\((.*)\)", re.IGNORECASE | re.DOTALL)
_PREFIXES = re.compile(r"(?:error|transfer failed): *(.+)", re.IGNORECASE | re.DOTALL)

_BY_STATE = {
    TransferState.REJECTED: FailureKind.REFUSED,
    TransferState.ABORTED: FailureKind.SIZE_MISMATCH,
    TransferState.TIMED_OUT: FailureKind.SILENT,
    TransferState.CANCELLED: FailureKind.CANCELLED,
}


def failure(kind: FailureKind) -> Failure:
    """Return a failure with what its kind means for the source."""
    return Failure(kind=kind, again=_AGAIN[kind])


def classify(
    text: str | None,
    *,
    state: TransferState = TransferState.ERRORED,
    username: str = "",
    filename: str = "",
) -> Failure:
    """Return why a transfer in this state failed with this text (None when slskd gave none).

    Up to 0.23 every failure has the state Errored, so that only the text tells; later the state
    decides where the text is free: nothing a peer says as a refusal can pass for another failure.
    """
    words = (text or "").strip()
    if state in (TransferState.ABORTED, TransferState.CANCELLED):
        return failure(_BY_STATE[state])
    plain = words
    for name in (filename, username):
        if name:
            plain = plain.replace(name, "")
    recognise = _refusal if state is TransferState.REJECTED else _recognised
    found = [kind for said in (plain, words) if (kind := recognise(said)) is not None]
    # A refusal in words nobody knows is the weakest finding: a name may have been part of the words.
    precise = next((kind for kind in found if kind is not FailureKind.REFUSED), None)
    return failure(precise or next(iter(found), _BY_STATE.get(state, FailureKind.UNKNOWN)))


def _recognised(text: str) -> FailureKind | None:
    """Return what a text of any origin means, or None."""
    wrapped = _WRAPPER.fullmatch(text)
    if wrapped is not None:
        return _recognised(wrapped.group(1).rsplit(") (", 1)[-1].strip())
    rejected = _REJECTED.fullmatch(text)
    if rejected is not None:
        return _refusal(rejected.group(1)) or FailureKind.REFUSED
    inner = _PREFIXES.fullmatch(text)
    if inner is not None and (kind := _recognised(inner.group(1).strip())) is not None:
        return kind
    return _first(_TROUBLES, text) or _first(_REFUSALS, text)


def _refusal(text: str) -> FailureKind | None:
    """Return what a peer's refusal means, with or without slskd's words before it, or None."""
    wrapped = _WRAPPER.fullmatch(text)
    if wrapped is not None:
        return _refusal(wrapped.group(1).rsplit(") (", 1)[-1].strip())
    rejected = _REJECTED.fullmatch(text)
    return _first(_REFUSALS, (rejected.group(1) if rejected else text).strip())


def _first(
    patterns: tuple[tuple[re.Pattern[str], FailureKind], ...], text: str
) -> FailureKind | None:
    """Return the kind of the first pattern that matches the whole text, or None."""
    return next((kind for pattern, kind in patterns if pattern.fullmatch(text)), None)
