"""Measure the queue: with thousands of transfers at once, and over a week of people who come and go.

`python -m benchmarks.queue [--only scale|week] [--tracks N] [--json FILE]`; returns 1 when a target is
missed. A week of 2,000 tracks takes some minutes, and some gigabytes of temporary space.
"""

import argparse
from collections.abc import Callable, Coroutine
from dataclasses import asdict
import json
from pathlib import Path
import sys
import tempfile
from typing import Any

from benchmarks.queue_scale import Scale, measure_scale
from benchmarks.queue_week import Week, live_plainly, live_through
from benchmarks.virtual_time import VirtualLoop, run_virtually

_TICK_MS = 5.0
_POLL_MS = 50.0  # of CPU
_RECOVERY_MS = 2000.0
_SEARCHES_IN_WINDOW = 30
_SEARCHES_RATIO = 0.5  # of what the plain way needs for a filed track
_FILED_RATIO = 1.2  # times what the plain way files

type Life = Callable[[VirtualLoop, Path, int], Coroutine[Any, Any, Week]]


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


def _missed_week(ours: Week, plain: Week) -> list[str]:
    """Return the targets missed in the week."""
    missed = []
    if ours.most_searches_in_window > _SEARCHES_IN_WINDOW:
        missed.append(f"budget: {ours.most_searches_in_window} searches in a window")
    if ours.searches_per_filed > plain.searches_per_filed * _SEARCHES_RATIO:
        missed.append(
            f"searches per filed track: {ours.searches_per_filed}, "
            f"more than half of {plain.searches_per_filed}"
        )
    if ours.filed < plain.filed * _FILED_RATIO:
        missed.append(f"filed: {ours.filed}, the plain way {plain.filed}")
    return missed


def _live(life: Life, tracks: int, space: Path | None) -> Week:
    """Live through a week in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="soulspot-week-", dir=space) as folder:
        return run_virtually(lambda loop: life(loop, Path(folder), tracks))


def main() -> int:
    """Measure, print, and compare with the targets."""
    parser = argparse.ArgumentParser("benchmarks.queue", description=__doc__)
    parser.add_argument("--only", choices=("scale", "week"))
    parser.add_argument("--tracks", type=int, default=2000, help="wanted in the week")
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
        plain = _live(live_plainly, arguments.tracks, arguments.space)
        ours = _live(live_through, arguments.tracks, arguments.space)
        figures |= {"plain": asdict(plain), "week": asdict(ours)}
        missed += _missed_week(ours, plain)
    figures["missed"] = missed
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
