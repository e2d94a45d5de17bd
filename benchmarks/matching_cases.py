"""Read labelled search results: one wanted track, one remote file and a verdict per row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Any

from custom_components.soulspot.engine.matching import WantedRecording
from custom_components.soulspot.engine.model import PeerResponse, RemoteFile

SUFFIX = ".cases.jsonl"
SHARED_PEERS = "real_"  # Sets of this name stand on captures, where a peer offers many files.
SWAPPED = "mislabelled_file_swapped"
RIGHT, UNCERTAIN = "right", "uncertain"

NEUTRAL_SPEED = 1_000_000  # bytes/s
UNKNOWN_SIZE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Hold one labelled file."""

    id: str
    username: str
    file: RemoteFile
    has_free_slot: bool
    queue_length: int
    upload_speed: int
    label: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Hold one wanted track with every labelled file of its set."""

    set_name: str
    wanted: WantedRecording
    rows: tuple[Row, ...]

    def responses(self, rows: Iterable[Row]) -> list[PeerResponse]:
        """Return rows as the answers of their peers."""
        by_peer: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_peer[row.username].append(row)
        return [
            PeerResponse(
                username=username,
                has_free_slot=files[0].has_free_slot,
                queue_length=files[0].queue_length,
                upload_speed=files[0].upload_speed,
                files=tuple(row.file for row in files),
            )
            for username, files in by_peer.items()
        ]

    def label_of(self, username: str, path: str) -> tuple[str, str]:
        """Return label and reason of a file."""
        for row in self.rows:
            if (row.username, row.file.path) == (username, path):
                return row.label, row.why
        raise LookupError(f"{username} offers no such file")

    @property
    def shares_peers(self) -> bool:
        """Tell whether the set stands on a capture, where a peer offers many files."""
        return self.set_name.startswith(SHARED_PEERS)

    @property
    def has_right(self) -> bool:
        """Tell whether the wanted recording is among the files."""
        return any(row.label == RIGHT for row in self.rows)

    @property
    def wrong_rows(self) -> tuple[Row, ...]:
        """Return what is left when nothing that could be right remains."""
        return tuple(
            row
            for row in self.rows
            if row.label not in (RIGHT, UNCERTAIN) and not row.why.startswith(SWAPPED)
        )


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file with one JSON object per line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def read_cases(folder: Path) -> list[Case]:
    """Return every wanted track of every set in a folder, in the order of the files."""
    cases: list[Case] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        set_name = path.name.removesuffix(SUFFIX)
        groups: dict[tuple[object, ...], list[dict[str, Any]]] = defaultdict(list)
        for line in read_lines(path):
            if "track" in line and "path" in line.get("candidate", {}):
                track = line["track"]
                groups[
                    track["artist"], track["title"], track.get("album"), track.get("duration_s")
                ].append(line)
        cases.extend(_case(set_name, lines) for lines in groups.values())
    return cases


def _case(set_name: str, lines: list[dict[str, Any]]) -> Case:
    """Return the rows of one wanted track."""
    track = lines[0]["track"]
    seconds = track.get("duration_s")
    return Case(
        set_name=set_name,
        wanted=WantedRecording(
            title=track["title"],
            artists=(track["artist"],) if track["artist"] else (),
            album=track.get("album"),
            duration_ms=None if seconds is None else round(seconds * 1000),
        ),
        rows=tuple(
            _row(line, shares_peers=set_name.startswith(SHARED_PEERS))
            for line in lines
            if not line["candidate"].get("isLocked")
        ),
    )


def _row(line: dict[str, Any], *, shares_peers: bool) -> Row:
    """Return one row, what its origin did not tell filled with neutral values."""
    candidate = line["candidate"]
    has_free_slot = candidate.get("hasFreeUploadSlot")
    return Row(
        id=line["id"],
        username=candidate["username"] if shares_peers else line["id"],
        file=RemoteFile(
            path=candidate["path"],
            size=candidate.get("size") or UNKNOWN_SIZE,
            bit_rate=candidate.get("bitRate"),
            bit_depth=candidate.get("bitDepth"),
            sample_rate=candidate.get("sampleRate"),
            is_variable_bit_rate=candidate.get("isVariableBitRate"),
            length_s=candidate.get("length"),
        ),
        has_free_slot=True if has_free_slot is None else has_free_slot,
        queue_length=candidate.get("queueLength") or 0,
        upload_speed=NEUTRAL_SPEED
        if candidate.get("uploadSpeed") is None
        else candidate["uploadSpeed"],
        label=line["label"],
        why=line.get("why") or "",
    )
