"""Measure the queue: with thousands of transfers at once, and over a week of people who come and go.

`python -m benchmarks.queue [--only scale|week] [--tracks N] [--weeks N | --seed S ...]
[--network recorded|thin] [--space FOLDER] [--json FILE]`; returns 1 when a target is missed. Without
seeds each week has a fresh one, which is printed. The scale takes about two minutes, a week of 2,000
tracks about 20, most of it for reading the audio that was found; 300 MB of space are enough.
"""

import argparse
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict
import json
import os
from pathlib import Path
import random
import statistics
import sys
import tempfile
from typing import Any

from benchmarks.queue_scale import Scale, measure_scale
from benchmarks.queue_week import Setting, Week, live_plainly, live_through
from benchmarks.virtual_time import VirtualLoop, run_virtually
from benchmarks.week_network import Plenty

_TICK_MS = 5.0
_POLL_MS = 50.0  # of CPU
_RECOVERY_MS = 2000.0
_SEARCHES_IN_WINDOW = 30
_SEARCHES_RATIO = 0.5  # of what the plain way needs for a filed track
_FILED_RATIO = 1.2  # times what the plain way files

type Life = Callable[[VirtualLoop, Path, Setting], Coroutine[Any, Any, Week]]


def _missed_scale(scale: Scale) -> list[str]:
    """Return the targets missed at scale."""
    limits = {
        "tick": (scale.tick.cpu_mean, _TICK_MS),
        "poll": (scale.poll.cpu_mean, _POLL_MS),
        "recovery": (scale.recovery, _RECOVERY_MS),
    }
    return [
        f"{name}: {value} ms, not below {limit} ms"
        for name, (value, limit) in limits.items()
        if value >= limit
    ]


def compare(ours: Week, plain: Week) -> dict[str, float]:
    """Return the pipeline's figures as parts of the plain way's; right ones by the network's truth."""
    return {
        "searches_per_filed": round(ours.searches_per_filed / plain.searches_per_filed, 3),
        "searches_per_right": round(ours.searches_per_right / plain.searches_per_right, 3),
        "filed": round(ours.filed / max(plain.filed, 1), 3),
        "right": round(ours.right / max(plain.right, 1), 3),
    }


def missed_budget(week: Week) -> list[str]:
    """Return whether the budget was exceeded."""
    most = week.most_searches_in_window
    missed = [f"budget: {most} searches in a window"] if most > _SEARCHES_IN_WINDOW else []
    return [*missed, "banned"] if week.is_banned else missed


def _missed_mean(mean: dict[str, float]) -> list[str]:
    """Return the targets missed by the mean of the weeks."""
    searches = ("searches_per_filed", "searches_per_right")
    missed = [name for name in searches if mean[name] > _SEARCHES_RATIO]
    missed += [name for name in ("filed", "right") if mean[name] < _FILED_RATIO]
    return [f"{name}: {mean[name]} of the plain way's" for name in missed]


def live(life: Life, setting: Setting, space: Path | None = None) -> Week:
    """Live through a week in a folder of its own.

    No other programs are found there: what is filed depends on no machine, and each file takes a tenth of
    a second instead of a half.
    """
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = ""
    try:
        with tempfile.TemporaryDirectory(prefix="soulspot-week-", dir=space) as folder:
            return run_virtually(lambda loop: life(loop, Path(folder), setting))
    finally:
        os.environ["PATH"] = path


def _live_weeks(
    seeds: Sequence[int], tracks: int, plenty: Plenty, space: Path | None
) -> tuple[dict[str, object], list[str]]:
    """Live through weeks of the same size, and return their figures and the targets missed."""
    weeks: list[dict[str, object]] = []
    ratios: list[dict[str, float]] = []
    missed: list[str] = []
    for seed in seeds:
        setting = Setting(tracks=tracks, seed=seed, plenty=plenty)
        plain = live(live_plainly, setting, space)
        ours = live(live_through, setting, space)
        ratios.append(compare(ours, plain))
        missed += missed_budget(ours)
        figures = {"ours": asdict(ours), "plain": asdict(plain)}
        weeks.append({"seed": seed, "ratios": ratios[-1], **figures})
        print(f"seed {seed}: {ratios[-1]}", file=sys.stderr, flush=True)
    mean = {name: round(statistics.fmean(one[name] for one in ratios), 3) for name in ratios[0]}
    return {"weeks": weeks, "mean": mean}, missed + _missed_mean(mean)


def main() -> int:
    """Measure, print, and compare with the targets."""
    parser = argparse.ArgumentParser("benchmarks.queue", description=__doc__)
    parser.add_argument("--only", choices=("scale", "week"))
    parser.add_argument("--tracks", type=int, default=2000, help="wanted in the week")
    parser.add_argument("--weeks", type=int, default=1, help="how many, with fresh seeds")
    parser.add_argument("--seed", type=int, nargs="+", help="live through these weeks instead")
    parser.add_argument("--network", type=Plenty, choices=list(Plenty), default=Plenty.RECORDED)
    parser.add_argument("--space", type=Path, help="folder for the week's files, quick to write")
    parser.add_argument("--json", type=Path, help="write the figures here")
    arguments = parser.parse_args()
    figures: dict[str, object] = {}
    missed: list[str] = []
    if arguments.only != "week":
        with tempfile.TemporaryDirectory(prefix="soulspot-queue-") as folder:
            scale = measure_scale(Path(folder))
        figures["scale"] = asdict(scale)
        missed += _missed_scale(scale)
    if arguments.only != "scale":
        fresh = random.SystemRandom()
        seeds = arguments.seed or [fresh.randrange(1, 10**6) for _ in range(arguments.weeks)]
        found, missed_by_weeks = _live_weeks(
            seeds, arguments.tracks, arguments.network, arguments.space
        )
        figures |= found
        missed += missed_by_weeks
    figures["missed"] = missed
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
