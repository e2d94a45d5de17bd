"""Measure how often the right recording is chosen, and how often a wrong one is refused.

Run as `python -m benchmarks.matching --cases DIR [--json FILE] [--against NAME]` on a folder of labelled search
results (`*.cases.jsonl`, one object per line with `track`, `candidate` and `label`).
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass
import json
from pathlib import Path
import statistics
import sys
import time

from benchmarks.matching_against import PEERS, searches_of
from benchmarks.matching_cases import RIGHT, Case, read_cases
from benchmarks.matching_pairs import PairScore, score_pairs
from custom_components.soulspot.engine.matching import (
    Decision,
    Outcome,
    QualityProfile,
    profile_for,
    rank,
    sentence,
)
from custom_components.soulspot.engine.model import PeerResponse, Quality

_ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Hold what was decided about one wanted track, with every file and with the right ones removed."""

    case: Case
    decision: Decision
    label: str | None  # Of the first choice; None when nothing was taken.
    why: str | None
    removed: Decision | None  # None when no wrong file is left.
    removed_why: str | None

    def to_json(self) -> dict[str, object]:
        """Return plain data."""
        wanted = self.case.wanted
        return {
            "set": self.case.set_name,
            "artist": ", ".join(wanted.artists),
            "title": wanted.title,
            "album": wanted.album,
            "duration_ms": wanted.duration_ms,
            "with_right": self.case.has_right,
            **_decision_json(self.decision),
            "label": self.label,
            "why": self.why,
            "removed": self.removed and {**_decision_json(self.removed), "why": self.removed_why},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Hold files per second: over the labelled pools, and over whole answers of captured searches."""

    pools: float
    answers: float


type _Work = list[tuple[Case, list[PeerResponse]]]


def _decision_json(decision: Decision) -> dict[str, object]:
    """Return a decision with its first candidate as plain data."""
    first = next(iter(decision.pool or decision.rejected), None)
    return {
        "outcome": decision.outcome.value,
        "reason": sentence(decision.reason),
        "username": first and first.username,
        "path": first and first.file.path,
        "sentence": first and first.sentence,
    }


def decide(case: Case, profile: QualityProfile) -> Result:
    """Return the decisions about one wanted track."""
    decision = rank(case.wanted, case.responses(case.rows), profile)
    label, why = _first_label(case, decision)
    removed = (
        rank(case.wanted, case.responses(case.wrong_rows), profile) if case.wrong_rows else None
    )
    return Result(
        case=case,
        decision=decision,
        label=label,
        why=why,
        removed=removed,
        removed_why=_first_label(case, removed)[1] if removed else None,
    )


def _first_label(case: Case, decision: Decision) -> tuple[str | None, str | None]:
    """Return label and reason of what was taken."""
    if decision.outcome is not Outcome.TAKE:
        return None, None
    first = decision.pool[0]
    return case.label_of(first.username, first.file.path)


def count(results: list[Result]) -> dict[str, object]:
    """Return the counts of a set."""
    with_right = [result for result in results if result.case.has_right]
    removed = [result.removed for result in results if result.removed is not None]
    taken = [result for result in with_right if result.decision.outcome is Outcome.TAKE]
    return {
        "with_right": len(with_right),
        "right_first": sum(result.label == RIGHT for result in taken),
        "wrong_first": sum(result.label == "wrong" for result in taken),
        "uncertain_first": sum(result.label == "uncertain" for result in taken),
        "asked": sum(result.decision.outcome is Outcome.ASK for result in with_right),
        "left": sum(result.decision.outcome is Outcome.LEAVE for result in with_right),
        "removed": {
            "taken": sum(decision.outcome is Outcome.TAKE for decision in removed),
            "asked": sum(decision.outcome is Outcome.ASK for decision in removed),
            "left": sum(decision.outcome is Outcome.LEAVE for decision in removed),
            "of": len(removed),
        },
    }


def measure_speed(cases: list[Case], profile: QualityProfile) -> Speed:
    """Return the files ranked per second of processor time, the median of several rounds."""
    pools: _Work = []
    for case in cases:
        pools += [(case, case.responses(rows)) for rows in (case.rows, case.wrong_rows) if rows]
    return Speed(pools=_rate(pools, profile), answers=_rate(_whole_answers(cases), profile))


def _whole_answers(cases: list[Case]) -> _Work:
    """Return every wanted track of a capture with all files of that capture, as a search brings them."""
    by_set: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.shares_peers:
            by_set[case.set_name].append(case)
    work: _Work = []
    for members in by_set.values():
        rows = {(row.username, row.file.path): row for case in members for row in case.rows}
        responses = members[0].responses(rows.values())
        work += [(case, responses) for case in members]
    return work


def _rate(work: _Work, profile: QualityProfile) -> float:
    """Return the files ranked per second of processor time."""
    rates = []
    for _ in range(_ROUNDS):
        files = 0
        start = time.process_time()
        for case, responses in work:
            files += rank(case.wanted, responses, profile).files_considered
        rates.append(files / max(time.process_time() - start, 1e-9))
    return statistics.median(rates) if work else 0.0


def compare_speed(cases: list[Case], profile: QualityProfile, peer: str) -> str:
    """Return a sentence for each kind of search: both programs, turn by turn on the same files."""
    pools: _Work = []
    for case in cases:
        pools += [(case, case.responses(rows)) for rows in (case.rows, case.wrong_rows) if rows]
    lines = []
    for name, work in (("labelled pools", pools), ("whole answers", _whole_answers(cases))):
        searches = searches_of(peer, work)
        if searches is None:
            return f"{peer} is not installed here, so there is nothing to compare with"
        files = sum(len(response.files) for _, responses in work for response in responses)
        own, other = [], []
        for _ in range(_ROUNDS):
            start = time.process_time()
            for case, responses in work:
                rank(case.wanted, responses, profile)
            middle = time.process_time()
            for search in searches:
                search()
            own.append(middle - start)
            other.append(time.process_time() - middle)
        lines.append(
            f"{name}: {files / min(own):,.0f} files per second, {peer} {files / min(other):,.0f}, "
            f"ratio {min(other) / min(own):.2f}"
            if files
            else f"{name}: none"
        )
    return "\n".join(lines)


def report(results: list[Result], pairs: list[PairScore], speed: Speed) -> str:
    """Return everything as text for people."""
    by_set: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_set[result.case.set_name].append(result)
    header = (
        f"{'set':24}{'with right':>11}{'right':>7}{'wrong':>7}{'unsure':>7}{'asked':>7}{'left':>6}"
    )
    lines = [f"{header}{'  | removed: taken':>18}{'asked':>7}{'left':>6}{'of':>5}"]
    for name, members in [*by_set.items(), ("all", results)]:
        counts = count(members)
        removed = counts["removed"]
        assert isinstance(removed, dict)
        lines.append(
            f"{name:24}{counts['with_right']:>11}{counts['right_first']:>7}{counts['wrong_first']:>7}"
            f"{counts['uncertain_first']:>7}{counts['asked']:>7}{counts['left']:>6}"
            f"{removed['taken']:>18}{removed['asked']:>7}{removed['left']:>6}{removed['of']:>5}"
        )
    lines += ["", *(line for result in results for line in _complaints(result))]
    for score in pairs:
        lines.append(f"{score.name}: {score.right} of {score.of} as labelled")
        lines += [f"  not as labelled: {wrong}" for wrong in score.wrong]
    lines.append(
        f"{speed.pools:,.0f} files ranked per second on one core; "
        f"{speed.answers:,.0f} where a whole answer is ranked for one of its tracks"
    )
    return "\n".join(lines)


def _complaints(result: Result) -> list[str]:
    """Return a line for every decision that was not right."""
    wanted = result.case.wanted
    name = f"{', '.join(wanted.artists)} - {wanted.title}"
    lines = []
    if result.case.has_right and result.label != RIGHT:
        shown = _decision_json(result.decision)
        lines.append(
            f"{result.decision.outcome.value} instead of the right file: {name} <- {shown['path']}: "
            f"{shown['sentence']} [{result.why}]"
        )
    if result.removed is not None and result.removed.outcome is Outcome.TAKE:
        shown = _decision_json(result.removed)
        lines.append(
            f"taken with nothing right there: {name} <- {shown['path']}: {shown['sentence']} [{result.removed_why}]"
        )
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; the exit code says only whether there was anything to measure."""
    parser = argparse.ArgumentParser(description="Measure the matcher on labelled search results.")
    parser.add_argument("--cases", type=Path, required=True, help="folder with *.cases.jsonl files")
    parser.add_argument("--json", type=Path, help="file to write the results to, for machines")
    parser.add_argument(
        "--against", choices=PEERS, help="another program to compare the speed with, if installed"
    )
    options = parser.parse_args(arguments)
    profile = profile_for(Quality.BEST)
    cases = read_cases(options.cases)
    if not cases:
        sys.stderr.write(f"{options.cases} holds no *.cases.jsonl file\n")
        return 1
    results = [decide(case, profile) for case in cases]
    pairs = score_pairs(options.cases)
    speed = measure_speed(cases, profile)
    sys.stdout.write(report(results, pairs, speed) + "\n")
    if options.against:
        sys.stdout.write(compare_speed(cases, profile, options.against) + "\n")
    if options.json:
        by_set: dict[str, list[Result]] = defaultdict(list)
        for result in results:
            by_set[result.case.set_name].append(result)
        data = {
            **count(results),
            "files_per_second": round(speed.pools),
            "files_per_second_whole_answers": round(speed.answers),
            "sets": {name: count(members) for name, members in by_set.items()},
            "pairs": {score.name: score.to_json() for score in pairs},
            "cases": [result.to_json() for result in results],
        }
        options.json.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
