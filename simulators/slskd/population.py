"""Make people: names, clients, connections and manners, the same for the same seed."""

from dataclasses import dataclass
from enum import StrEnum
import random

from .model import Behaviour, Dialect, Outcome, Peer
from .naming import share_root


class Manner(StrEnum):
    """Name how somebody treats those who download from them."""

    RELIABLE = "reliable"
    SLOW = "slow"
    QUEUED = "queued"
    NEVER_STARTS = "never starts"
    NOT_SHARED = "not shared"
    BANS = "bans"
    TOO_MANY = "too many"
    DROPS_ONCE = "drops once"
    STALLS = "stalls"
    SIZE_CHANGED = "size changed"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    DENIES_LATER = "denies later"
    REPORTS_FAILED = "reports failed"
    LOCKED = "locked"
    NOTHING_RELEVANT = "nothing relevant"


# About half of everybody delivers without further ado, as on the real network.
_WEIGHTS = {
    Manner.RELIABLE: 44,
    Manner.SLOW: 8,
    Manner.QUEUED: 12,
    Manner.NEVER_STARTS: 4,
    Manner.NOT_SHARED: 4,
    Manner.BANS: 3,
    Manner.TOO_MANY: 3,
    Manner.DROPS_ONCE: 4,
    Manner.STALLS: 2,
    Manner.SIZE_CHANGED: 2,
    Manner.GONE: 4,
    Manner.UNREACHABLE: 3,
    Manner.SILENT: 2,
    Manner.DENIES_LATER: 2,
    Manner.REPORTS_FAILED: 2,
    Manner.LOCKED: 3,
    Manner.NOTHING_RELEVANT: 6,
}
# They look better than they are: fast, with a free slot, and nothing comes of it, or not at once.
TEMPTING = frozenset(
    {
        Manner.NOT_SHARED,
        Manner.BANS,
        Manner.TOO_MANY,
        Manner.DROPS_ONCE,
        Manner.STALLS,
        Manner.SIZE_CHANGED,
        Manner.GONE,
        Manner.UNREACHABLE,
        Manner.SILENT,
        Manner.REPORTS_FAILED,
    }
)
_DIALECTS = {Dialect.SOULSEEK_QT: 60, Dialect.NICOTINE: 25, Dialect.SLSKD: 8, Dialect.OLD: 7}
_SYLLABLES = (
    "ba",
    "ko",
    "lu",
    "mi",
    "ren",
    "sa",
    "to",
    "vel",
    "ya",
    "zor",
    "an",
    "dri",
    "fe",
    "gu",
)
_ODD_NAMES = ("vinyl & wax #7", "Åse Bjørn", "50% off/on", "the.archivist+", "ночной слушатель")
_FOR_EVER = 1_000_000

_BEHAVIOURS = {
    Manner.NEVER_STARTS: Behaviour(Outcome.NEVER_START),
    Manner.NOT_SHARED: Behaviour(Outcome.REJECT, "File not shared."),
    Manner.BANS: Behaviour(Outcome.REJECT, "Banned (Share files to get unbanned)"),
    Manner.TOO_MANY: Behaviour(Outcome.REJECT, "Too many files"),
    Manner.DROPS_ONCE: Behaviour(Outcome.DROP, fraction=0.6, times=1),
    Manner.STALLS: Behaviour(Outcome.STALL, fraction=0.3, times=_FOR_EVER),
    Manner.SIZE_CHANGED: Behaviour(Outcome.SIZE_CHANGED),
    Manner.GONE: Behaviour(Outcome.GONE),
    Manner.UNREACHABLE: Behaviour(Outcome.UNREACHABLE),
    Manner.SILENT: Behaviour(Outcome.NO_ANSWER),
    Manner.DENIES_LATER: Behaviour(Outcome.DENY_LATER, "Too many megabytes", queue_seconds=90.0),
    Manner.REPORTS_FAILED: Behaviour(Outcome.REPORT_FAILED, fraction=0.1, times=_FOR_EVER),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Hold somebody without files yet, and where their share begins."""

    peer: Peer
    manner: Manner
    root: str

    @property
    def delivers(self) -> bool:
        """Tell whether a download from them works in the end, on a version that retries or on asking again."""
        return self.manner in (Manner.RELIABLE, Manner.SLOW, Manner.QUEUED, Manner.DROPS_ONCE)


def _username(source: random.Random, number: int) -> str:
    """Make a name; a few have characters that must be encoded in addresses."""
    if number < len(_ODD_NAMES):
        return _ODD_NAMES[number]
    name = "".join(source.choices(_SYLLABLES, k=source.randint(2, 4)))
    if source.random() < 0.3:
        name = name.capitalize()
    separator = source.choice(("", "", "_", "-", " "))
    return f"{name}{separator}{number}"


def make_people(count: int, seed: int) -> tuple[Person, ...]:
    """Return that many people: six reliable ones, then one of every other manner, then as chance has it."""
    source = random.Random(f"people {seed}")
    manners = [Manner.RELIABLE] * 6 + [one for one in Manner if one is not Manner.RELIABLE]
    left = max(count - len(manners), 0)
    manners += source.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()), k=left)
    return tuple(_person(source, number, one) for number, one in enumerate(manners[:count]))


def _person(source: random.Random, number: int, manner: Manner) -> Person:
    """Make one person."""
    dialect = source.choices(list(_DIALECTS), weights=list(_DIALECTS.values()))[0]
    # Median 0.7 MB/s, nine in ten below 1.7 MB/s, as in recorded answers.
    speed = int(source.lognormvariate(13.46, 0.7))
    real_speed = max(int(speed * source.uniform(0.4, 1.1)), 40_000)
    behaviour = _BEHAVIOURS.get(manner, Behaviour())
    has_free_slot, queue_length = source.random() < 0.93, 0
    if manner is Manner.SLOW:
        real_speed = source.randint(40_000, 90_000)
    elif manner is Manner.QUEUED:
        behaviour = Behaviour(queue_seconds=source.uniform(40.0, 600.0))
        has_free_slot, queue_length = source.random() < 0.3, source.randint(5, 60)
    elif manner is Manner.NEVER_STARTS:
        # The flag says free, the queue says otherwise.
        queue_length = source.randint(200, 3000)
    elif manner in TEMPTING:
        has_free_slot, speed = True, speed * 4
    peer = Peer(
        username=_username(source, number),
        dialect=dialect,
        speed=speed,
        real_speed=real_speed,
        has_free_slot=has_free_slot,
        queue_length=queue_length,
        upload_slots=source.randint(1, 3),
        answers_after=min(0.2 + source.expovariate(0.7), 10.0),
        behaviour=behaviour,
        description="I share what I have." if source.random() < 0.5 else "",
    )
    return Person(peer, manner, share_root(source, dialect is Dialect.SOULSEEK_QT))
