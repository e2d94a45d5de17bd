"""List in one table how the supported versions of slskd differ."""

from dataclasses import dataclass
from enum import StrEnum

SUPPORTED = ("0.22.5", "0.23.2", "0.24.5", "0.25.1", "0.26.0")
LATEST = SUPPORTED[-1]


class FailedShape(StrEnum):
    """Name what stands for a file that could not be enqueued."""

    NO_BODY = "no body"
    FILENAMES = "filenames"
    EMPTY_OBJECTS = "empty objects"


@dataclass(frozen=True, slots=True)
class SlskdVersion:
    """Hold the behaviour of one version; every field says what the version does."""

    number: str
    current: str
    commit: str
    running_searches: int
    refuses_concurrent_posts: bool
    enqueues_in_background: bool
    failed_shape: FailedShape
    keeps_failure_kinds: bool
    validates_requests: bool
    raises_connection_events: bool
    answers_205_while_reconnecting: bool
    shows_vpn: bool
    shows_health: bool
    tells_what_connecting_does: bool
    writes_nulls_in_webhooks: bool
    writes_nulls_in_events: bool
    numbers_enums_in_events: bool
    names_options_transfers: bool
    shows_attempts: bool
    shows_state_description: bool
    shows_start_offset: bool
    shows_removed: bool
    has_batches: bool
    retries: bool
    strips_share_prefix: bool
    refuses_traversal: bool
    removes_unknown_ids: bool
    decodes_slashes: bool
    has_telemetry: bool

    @property
    def full(self) -> str:
        """Return the version with its build, as the application state shows it."""
        return f"{self.current} ({self.current}+{self.commit})"


def version_named(number: str) -> SlskdVersion:
    """Return the behaviour of a supported version; ValueError for any other."""
    if number not in SUPPORTED:
        raise ValueError(f"{number} is not one of {', '.join(SUPPORTED)}")
    parsed = tuple(map(int, number.split(".")))

    def since(*version: int) -> bool:
        return parsed >= version

    failed = FailedShape.NO_BODY
    if since(0, 24, 0):
        failed = FailedShape.EMPTY_OBJECTS if since(0, 26, 0) else FailedShape.FILENAMES
    return SlskdVersion(
        number=number,
        # One published sample carries a fourth number; the others are not known to.
        current=f"{number}.0" if number == "0.25.1" else number,
        commit={"0.24.5": "9c1c0203", "0.25.1": "7961741f", "0.26.0": "e42a525d"}.get(
            number, "59e1cafa"
        ),
        running_searches=2 if since(0, 24, 0) else 10,
        refuses_concurrent_posts=since(0, 24, 0),
        enqueues_in_background=since(0, 24, 0),
        failed_shape=failed,
        keeps_failure_kinds=since(0, 24, 0),
        validates_requests=since(0, 24, 4),
        raises_connection_events=since(0, 24, 4),
        answers_205_while_reconnecting=since(0, 23, 2),
        shows_vpn=since(0, 24, 0),
        shows_health=since(0, 24, 0),
        tells_what_connecting_does=since(0, 23, 0),
        writes_nulls_in_webhooks=since(0, 23, 0),
        writes_nulls_in_events=since(0, 24, 5),
        numbers_enums_in_events=not since(0, 24, 5),
        names_options_transfers=since(0, 25, 0),
        shows_attempts=since(0, 25, 0),
        shows_state_description=since(0, 23, 0) and not since(0, 26, 0),
        shows_start_offset=not since(0, 26, 0),
        shows_removed=since(0, 26, 0),
        has_batches=since(0, 26, 0),
        retries=since(0, 26, 0),
        strips_share_prefix=since(0, 26, 0),
        refuses_traversal=since(0, 26, 0),
        removes_unknown_ids=since(0, 24, 2),
        decodes_slashes=since(0, 24, 2),
        has_telemetry=since(0, 24, 2),
    )
