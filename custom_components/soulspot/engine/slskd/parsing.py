"""Turn slskd's answers about itself, its searches and its files into model objects.

Everything in an answer may be missing, null or of another type: then it counts as not told.
"""

import re

from ..errors import InvalidReplyError, Service
from ..model import PeerResponse, RemoteFile
from .models import (
    ListedDirectory,
    ListedFile,
    SearchRecord,
    SearchState,
    ServerOptions,
    ServerStatus,
    Version,
)
from .values import Json, boolean, integer, mapping, moment, natural, number, objects, text
from .versions import features_of

_VERSION = re.compile(r"\s*v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?", re.ASCII)
_LISTING_DEPTH = 32  # slskd answers one or two levels; more is no listing.

_SEARCH_ENDS = {
    "timedout": SearchState.TIMED_OUT,
    "responselimitreached": SearchState.RESPONSE_LIMIT_REACHED,
    "filelimitreached": SearchState.FILE_LIMIT_REACHED,
    "cancelled": SearchState.CANCELLED,
    "errored": SearchState.ERRORED,
}
_SEARCH_BEGINNINGS = {
    "queued": SearchState.QUEUED,
    "inprogress": SearchState.IN_PROGRESS,
    "requested": SearchState.REQUESTED,
}


def expect_object(payload: object) -> Json:
    """Return the payload when it is a JSON object, else raise InvalidReplyError."""
    if isinstance(payload, dict):
        return payload
    raise InvalidReplyError(Service.SLSKD)


def expect_list(payload: object) -> list[object]:
    """Return the payload when it is a JSON list, else raise InvalidReplyError."""
    if isinstance(payload, list):
        return payload
    raise InvalidReplyError(Service.SLSKD)


def flags(state: object) -> frozenset[str]:
    """Return the flags of a state such as "Completed, TimedOut" in lower case."""
    if not isinstance(state, str):
        return frozenset()
    return frozenset(flag.strip().lower() for flag in state.split(","))


# --- The server ------------------------------------------------------------------------------


def parse_version(value: object) -> Version | None:
    """Return the leading numbers of a version such as "0.25.1.0-canary", or None."""
    match = _VERSION.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    major, minor, patch = match.groups()
    return Version(int(major), int(minor), int(patch or 0))


def parse_options(payload: object) -> ServerOptions:
    """Return what matters of GET /options; raises InvalidReplyError for anything but an object."""
    options = expect_object(payload)
    directories = mapping(options.get("directories"))
    # The section was called "global" before 0.25.0.
    transfers = mapping(options.get("transfers")) or mapping(options.get("global"))
    download = mapping(transfers.get("download"))
    retry = mapping(download.get("retry"))
    maximum_delay = number(retry.get("maxDelay"))
    return ServerOptions(
        downloads_directory=text(directories.get("downloads")),
        incomplete_directory=text(directories.get("incomplete")),
        retry_attempts=natural(retry.get("attempts")),
        retry_maximum_delay_s=None if maximum_delay is None else max(maximum_delay, 0.0) / 1000,
        download_slots=natural(download.get("slots")),
        destination_subdirectory=text(mapping(download.get("destination")).get("subdirectory")),
    )


def parse_status(payload: object, options: ServerOptions | None = None) -> ServerStatus:
    """Return the state of GET /application; raises InvalidReplyError for anything but an object."""
    application = expect_object(payload)
    version = parse_version(mapping(application.get("version")).get("current"))
    server = mapping(application.get("server"))
    state = text(server.get("state")) or ""
    shares = mapping(application.get("shares"))
    watchdog = mapping(application.get("connectionWatchdog"))
    options = options or ServerOptions()
    return ServerStatus(
        version=version,
        features=features_of(version),
        is_connected=_told(server.get("isConnected"), "connected" in flags(state)),
        is_logged_in=_told(server.get("isLoggedIn"), "loggedin" in flags(state)),
        state=state,
        username=text(mapping(application.get("user")).get("username")),
        shared_files=natural(shares.get("files")),
        is_scanning_shares=_told(shares.get("scanning"), default=False)
        or _told(shares.get("scanPending"), default=False),
        is_relay_agent=(text(mapping(application.get("relay")).get("mode")) or "").lower()
        == "agent",
        is_reconnecting=_told(watchdog.get("isAttemptingConnection"), default=False)
        or _told(server.get("isTransitioning"), default=False),
        downloads_directory=options.downloads_directory,
        incomplete_directory=options.incomplete_directory,
        retry_attempts=options.retry_attempts,
        retry_maximum_delay_s=options.retry_maximum_delay_s,
    )


def _told(value: object, default: bool) -> bool:
    """Return a JSON boolean, or the default when it was not told."""
    known = boolean(value)
    return default if known is None else known


# --- Searches --------------------------------------------------------------------------------


def parse_search(payload: object) -> SearchRecord:
    """Return the record of a search; raises InvalidReplyError when there is no id."""
    search = expect_object(payload)
    identifier = text(search.get("id"))
    if identifier is None:
        raise InvalidReplyError(Service.SLSKD)
    state = flags(search.get("state"))
    return SearchRecord(
        id=identifier,
        text=text(search.get("searchText")) or "",
        state=_search_state(state),
        is_complete=_told(search.get("isComplete"), "completed" in state),
        started_at=moment(search.get("startedAt")),
        ended_at=moment(search.get("endedAt")),
        response_count=natural(search.get("responseCount")) or 0,
        file_count=natural(search.get("fileCount")) or 0,
        locked_file_count=natural(search.get("lockedFileCount")) or 0,
    )


def parse_searches(payload: object) -> tuple[SearchRecord, ...]:
    """Return the records of GET /searches, leaving out what has no id."""
    return tuple(
        parse_search(search) for search in objects(expect_list(payload)) if text(search.get("id"))
    )


def _search_state(state: frozenset[str]) -> SearchState:
    """Return where a search is by its flags."""
    known = _SEARCH_ENDS if "completed" in state else _SEARCH_BEGINNINGS
    return next(
        (meaning for flag, meaning in known.items() if flag in state),
        SearchState.UNKNOWN,
    )


def parse_responses(payload: object) -> tuple[PeerResponse, ...]:
    """Return what the peers answered; raises InvalidReplyError for anything but a list.

    A file is locked by standing in `lockedFiles`, whatever its own flag says.
    """
    return tuple(
        response
        for item in objects(expect_list(payload))
        if (response := _response(item)) is not None
    )


def _response(item: Json) -> PeerResponse | None:
    """Return one peer's answer, or None when it does not say who answered."""
    username = text(item.get("username"))
    if username is None:
        return None
    return PeerResponse(
        username=username,
        has_free_slot=_told(item.get("hasFreeUploadSlot"), default=False),
        queue_length=natural(item.get("queueLength")) or 0,
        upload_speed=natural(item.get("uploadSpeed")) or 0,
        files=(
            *_remote_files(item.get("files"), locked=False),
            *_remote_files(item.get("lockedFiles"), locked=True),
        ),
    )


def _remote_files(value: object, *, locked: bool) -> tuple[RemoteFile, ...]:
    """Return the files that have the two things needed to ask for them: a name and a size."""
    files = []
    for item in objects(value):
        path, size = text(item.get("filename")), natural(item.get("size"))
        if path is None or size is None:
            continue
        files.append(
            RemoteFile(
                path=path,
                size=size,
                bit_rate=_positive(item.get("bitRate")),
                bit_depth=_positive(item.get("bitDepth")),
                sample_rate=_positive(item.get("sampleRate")),
                is_variable_bit_rate=boolean(item.get("isVariableBitRate")),
                length_s=_positive(item.get("length")),
                is_locked=locked or item.get("isLocked") is True,
            )
        )
    return tuple(files)


def _positive(value: object) -> int | None:
    """Return a JSON number above zero, or None: zero means that the peer did not know."""
    whole = integer(value)
    return whole if whole is not None and whole > 0 else None


# --- Files on slskd's disk ---------------------------------------------------------------------


def parse_directory(payload: object) -> ListedDirectory:
    """Return a directory listing; raises InvalidReplyError for anything but an object."""
    return _directory(expect_object(payload), _LISTING_DEPTH)


def _directory(item: Json, depth: int) -> ListedDirectory:
    """Return a directory and what is in it, down to a depth."""
    name = text(item.get("name")) or ""
    inner = objects(item.get("directories")) if depth else ()
    return ListedDirectory(
        name=name,
        path=text(item.get("fullName")) or "",
        files=tuple(
            ListedFile(
                name=file_name,
                path=text(file.get("fullName")) or file_name,
                size=size,
                modified_at=moment(file.get("modifiedAt")),
            )
            for file in objects(item.get("files"))
            if (file_name := text(file.get("name")))
            and (size := natural(file.get("length"))) is not None
        ),
        directories=tuple(_directory(directory, depth - 1) for directory in inner),
        modified_at=moment(item.get("modifiedAt")),
    )
