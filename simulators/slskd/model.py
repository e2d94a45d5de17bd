"""Describe the other people on the network: what they share and how they behave."""

from dataclasses import dataclass
from enum import StrEnum

from simulators.audio import AudioContent


class Dialect(StrEnum):
    """Name the client somebody runs; clients differ in what they tell and how they match."""

    SOULSEEK_QT = "SoulseekQt"
    NICOTINE = "Nicotine+"
    SLSKD = "slskd"
    OLD = "old"

    @property
    def folds_accents(self) -> bool:
        """Tell whether a search for `Gymnopedie` finds `Gymnopédie`."""
        return self is Dialect.SLSKD

    @property
    def knows_wildcards(self) -> bool:
        """Tell whether a search for `*ymnopédie` finds anything."""
        return self in (Dialect.SOULSEEK_QT, Dialect.NICOTINE)


class Presence(StrEnum):
    """Name whether somebody can be reached."""

    ONLINE = "Online"
    AWAY = "Away"
    OFFLINE = "Offline"
    UNREACHABLE = "Unreachable"
    SILENT = "Silent"


class Outcome(StrEnum):
    """Name how the transfer of a file goes."""

    DELIVER = "deliver"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    REJECT = "reject"
    DENY_LATER = "deny later"
    SIZE_CHANGED = "size changed"
    NO_ANSWER = "no answer"
    NO_CONNECTION = "no connection"
    NEVER_START = "never start"
    DROP = "drop"
    STALL = "stall"
    REPORT_FAILED = "report failed"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Describe what happens to a download.

    `reason` is the peer's text for refusals. `queue_seconds` is the wait in the peer's queue. Drops, stalls
    and failures happen at `fraction` of what is left of the file and `times` times before it works; REJECT and the like
    last for ever. Who is GONE or UNREACHABLE answers searches all the same.
    """

    outcome: Outcome = Outcome.DELIVER
    reason: str = "File not shared."
    queue_seconds: float = 0.0
    fraction: float = 0.5
    times: int = 1


@dataclass(frozen=True, slots=True)
class Attributes:
    """Hold what a client tells of a file: kbit/s, seconds, bits, Hz; None is not told."""

    bit_rate: int | None = None
    length: int | None = None
    bit_depth: int | None = None
    sample_rate: int | None = None
    is_variable_bit_rate: bool | None = None


@dataclass(frozen=True, slots=True)
class SharedFile:
    """Describe one shared file: its remote path and what comes when it is downloaded.

    With `content` a real audio file is delivered and its size announced; without, filler of `size` bytes.
    A given `size` wins: audio is padded with zeros or cut to it. `recording_key` says what the sharer
    means it to be, None for anything that is no catalogue recording.
    """

    path: str
    content: AudioContent | None = None
    size: int | None = None
    attributes: Attributes = Attributes()
    extension: str = ""
    is_locked: bool = False
    behaviour: Behaviour | None = None
    recording_key: str | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """Describe one person on the network; speeds in bytes a second, `answers_after` in seconds.

    `speed`, `has_free_slot` and `queue_length` are what the peer says of itself; `real_speed`,
    `upload_slots` and the behaviour are how it is.
    """

    username: str
    files: tuple[SharedFile, ...] = ()
    dialect: Dialect = Dialect.SOULSEEK_QT
    speed: int = 1_000_000
    real_speed: int = 1_000_000
    has_free_slot: bool = True
    queue_length: int = 0
    upload_slots: int = 2
    max_queued_files: int | None = None
    answers_after: float = 1.0
    presence: Presence = Presence.ONLINE
    behaviour: Behaviour = Behaviour()
    description: str = ""
