"""Measure the comparison of titles, artists and recordings as metadata services write them."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.matching_cases import RIGHT, UNCERTAIN, read_lines
from custom_components.soulspot.engine.matching import (
    WantedRecording,
    choose_recording,
    is_same_artist,
    is_same_recording,
    is_same_title,
)
from custom_components.soulspot.engine.model import ArtistCredit, Recording, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScore:
    """Hold how many pairs were judged as their label says."""

    name: str
    right: int
    of: int
    wrong: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Return plain data."""
        return {"right": self.right, "of": self.of, "wrong": list(self.wrong)}


def score_pairs(folder: Path) -> list[PairScore]:
    """Return the scores of every pair file that a folder has."""
    readers: list[tuple[str, str, Callable[[Path], Iterable[tuple[str, bool]]]]] = [
        ("titles", "title_pairs.jsonl", _titles),
        ("artists", "artist_pairs.jsonl", _artists),
        ("recordings", "recording_pairs.jsonl", _recordings),
        ("picard", "picard_recording.cases.jsonl", _picard),
    ]
    scores = []
    for name, file_name, judge in readers:
        path = folder / file_name
        if path.is_file():
            results = list(judge(path))
            scores.append(
                PairScore(
                    name=name,
                    right=sum(is_right for _, is_right in results),
                    of=len(results),
                    wrong=tuple(label for label, is_right in results if not is_right),
                )
            )
    return scores


def _titles(path: Path) -> Iterable[tuple[str, bool]]:
    """Yield each pair of titles, and whether it was judged rightly."""
    for row in read_lines(path):
        label = f"{row['id']}: {row['a']} / {row['b']} (same: {row['same']}, {row['why']})"
        yield label, is_same_title(row["a"], row["b"]) is row["same"]


def _artists(path: Path) -> Iterable[tuple[str, bool]]:
    """Yield each pair of artists, and whether it was judged rightly."""
    for row in read_lines(path):
        label = f"{row['id']}: {row['a']} / {row['b']} (same: {row['same']}, {row['why']})"
        yield label, is_same_artist(row["a"], row["b"]) is row["same"]


def _recordings(path: Path) -> Iterable[tuple[str, bool]]:
    """Yield each pair of recordings, and whether it was judged rightly; uncertain ones are left out."""
    for row in read_lines(path):
        if row["label"] == UNCERTAIN:
            continue
        track, other = row["track"], row["candidate"]
        wanted = WantedRecording(
            title=track["title"],
            artists=(track["artist"],),
            duration_ms=_milliseconds(track["duration_s"]),
        )
        same = is_same_recording(
            wanted, other["title"], [other["artist"]], None, _milliseconds(other["duration_s"])
        )
        label = f"{row['id']}: {track['title']} / {other['artist']} - {other['title']} ({row['label']}, {row['why']})"
        yield label, same is (row["label"] == RIGHT)


def _milliseconds(seconds: float | None) -> int | None:
    """Return seconds as milliseconds."""
    return None if seconds is None else round(seconds * 1000)


def _picard(path: Path) -> Iterable[tuple[str, bool]]:
    """Yield each of Picard's scenarios, and whether the right recording was chosen."""
    scenarios: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_lines(path):
        scenarios[row["scenario"]].append(row)
    for name, rows in scenarios.items():
        tags = rows[0]["file_tags"]
        right = {row["candidate"]["recording_id"] for row in rows if row["label"] == RIGHT}
        isrcs: list[str] = tags.get("isrcs") or []
        wanted = WantedRecording(
            title=tags["title"],
            artists=(tags["artist"],),
            album=tags.get("album"),
            duration_ms=tags.get("length") or None,
            isrc=isrcs[0] if isrcs else None,
        )
        match = choose_recording(wanted, _merged(rows), release_date=tags.get("date"))
        chosen = match.recording.id if match.recording else None
        yield f"{name}: {chosen} ({match.certainty})", chosen in right


def _merged(rows: list[dict[str, Any]]) -> list[Recording]:
    """Return candidates as recordings, those of one id with all their releases."""
    releases: dict[str, list[Release]] = defaultdict(list)
    for number, row in enumerate(rows):
        candidate = row["candidate"]
        releases[candidate["recording_id"]].append(
            Release(
                id=f"release-{number}",
                title=candidate["release"],
                status="Official",
                date=candidate["date"],
                country=candidate["country"],
            )
        )
    first = {row["candidate"]["recording_id"]: row["candidate"] for row in reversed(rows)}
    return [
        Recording(
            id=recording_id,
            title=candidate["title"],
            length_ms=candidate["length_ms"] or None,
            artist_credit=(
                ArtistCredit(
                    name=candidate["artist"], artist_id=None, artist_name=candidate["artist"]
                ),
            ),
            isrcs=tuple(candidate["isrcs"]),
            releases=tuple(releases[recording_id]),
        )
        for recording_id, candidate in first.items()
    ]
