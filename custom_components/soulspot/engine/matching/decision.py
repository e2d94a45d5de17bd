"""Hold what the matcher says about a file, and about a search as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
import json
from typing import Any

from ..model import Reason, RemoteFile
from .reasons import sentence

POOL_LIMIT = 50
REJECTED_LIMIT = 20


class Outcome(StrEnum):
    """Say what is to be done with a file or a search."""

    TAKE = "take"
    ASK = "ask"
    LEAVE = "leave"

    @property
    def rank(self) -> int:
        """Return the sort key, best first."""
        return _OUTCOMES.index(self)


_OUTCOMES = list(Outcome)


class EvidenceField(StrEnum):
    """Name an independent source of evidence."""

    TITLE = "title"
    ARTIST = "artist"
    VERSION = "version"
    LENGTH = "length"
    ALBUM = "album"
    SIBLINGS = "siblings"
    FILE = "file"  # Format, lock and bounds of the quality profile.


class Verdict(StrEnum):
    """Say how a piece of evidence weighs."""

    AGREES = "agrees"
    SILENT = "silent"  # Nothing known: neither for nor against.
    DOUBTFUL = "doubtful"  # A person should look, unless something independent outweighs it.
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Hold one piece of evidence with its plain reason."""

    field: EvidenceField
    verdict: Verdict
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Hold one peer's file with everything that speaks for and against it.

    The evidence is put into words when it is first looked at.
    `bit_rate` is in kbit/s: advertised, or estimated from size (bytes) and length (s), or None.
    """

    username: str
    file: RemoteFile
    format: str
    bit_rate: int | None
    outcome: Outcome
    evidence: Sequence[Evidence]

    @property
    def sentence(self) -> str:
        """Return the decisive evidence as one English sentence."""
        for verdict in (
            Verdict.CONTRADICTS,
            Verdict.DOUBTFUL,
            Verdict.AGREES,
            Verdict.SILENT,
        ):
            parts = [sentence(item.reason) for item in self.evidence if item.verdict is verdict]
            if parts:
                return ", ".join(dict.fromkeys(parts))
        return ""

    def to_json(self) -> dict[str, object]:
        """Return plain data that `json` can write."""
        return {
            "username": self.username,
            "file": asdict(self.file),
            "format": self.format,
            "bit_rate": self.bit_rate,
            "outcome": self.outcome.value,
            "evidence": [
                {
                    "field": item.field.value,
                    "verdict": item.verdict.value,
                    "key": item.reason.key,
                    "placeholders": item.reason.placeholders,
                }
                for item in self.evidence
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object] | str) -> Candidate:
        """Restore what `to_json` made, also from its text; ValueError when it is something else."""
        try:
            values: dict[str, Any] = json.loads(data) if isinstance(data, str) else dict(data)
            return cls(
                username=values["username"],
                file=RemoteFile(**values["file"]),
                format=values["format"],
                bit_rate=values["bit_rate"],
                outcome=Outcome(values["outcome"]),
                evidence=tuple(
                    Evidence(
                        field=EvidenceField(item["field"]),
                        verdict=Verdict(item["verdict"]),
                        reason=Reason(key=item["key"], placeholders=dict(item["placeholders"])),
                    )
                    for item in values["evidence"]
                ),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("not a stored candidate") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Hold the outcome of one search.

    `pool` is ranked, best first: what may be taken, or for `ask` what is worth showing.
    `rejected` holds the nearest misses, for the journal; they are read when somebody looks.
    """

    outcome: Outcome
    pool: tuple[Candidate, ...]
    reason: Reason
    files_considered: int
    rejected: Sequence[Candidate] = ()

    def look(self) -> None:
        """Put into words now what was put off: whoever reads it later may sit in an event loop."""
        for candidate in (*self.pool, *self.rejected):
            len(candidate.evidence)
