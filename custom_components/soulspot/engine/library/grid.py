"""Find the frames of a coder in sound that was decoded.

AAC and Vorbis cut sound into frames of 2048 samples that overlap by half, transform each, and round what
they find: many coefficients of the higher bands become zero. Who transforms the decoded sound with frames
at the very same places finds these zeros again, at all other places nothing special. Sound that was never
coded has no such places. The frames begin at multiples of 64 samples, unless somebody has cut the file elsewhere:
encoders begin 0, 1024, 2112 or 2624 samples early, and Vorbis changes between frames by multiples of 64.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, count
import math
from operator import lt, mul, sub
from statistics import fmean, pvariance
from typing import NamedTuple

from .samples import Samples
from .transforms import lapped_cosine

_COUNT = 1024  # Coefficients a frame.
_STEP = 32  # samples; every second place is none where a frame begins, to compare with.
_LOWEST, _HIGHEST = 4_000, 15_500  # Hz: below little is zero, above a cut-off leaves nothing.
# Of the pieces, by brightness: the brightest are hits, coded with more bits and in shorter frames.
_RANKS = (0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85)
_FEWEST_SAMPLES = 3 * _COUNT + 2 * _STEP
_RATES = (44_100, 48_000)  # Hz
# What rounding to 16 bits leaves in a coefficient: nothing below can be told from it.
_ROUNDING = math.sqrt(_COUNT / 12) / 32_768
_HEARD = 8 * _ROUNDING
_NEAR_ZERO = 0.06  # Of a coefficient's usual size.
_FEWEST_COEFFICIENTS = 40
# Standard deviations, and per such: measured by benchmarks/lossless.py. Chance stays below 6.5, coders begin at 9.
_EVEN_ODDS, _STEEPNESS = 8.0, 2.0
_ENOUGH = 12.0


def find_grid(samples: Samples) -> float | None:
    """Return by how many standard deviations zeros pile up where frames may begin; None when unknown.

    Looks at pieces of middling brightness. Takes a third of a second of computing.
    """
    if samples.rate not in _RATES:
        return None
    pieces = [piece for piece in samples.pieces if len(piece.samples) >= _FEWEST_SAMPLES]
    known = [(piece.start, piece.samples) for piece in pieces if piece.start is not None]
    known.sort(key=lambda piece: -_brightness(piece[1]))
    chosen = (
        [known[place] for place in sorted({int(len(known) * rank) for rank in _RANKS})]
        if known
        else []
    )
    first, last = (round(edge * 2 * _COUNT / samples.rate) for edge in (_LOWEST, _HIGHEST))
    highest: float | None = None
    for shape in (_kaiser_bessel(), _vorbis()):
        heaps: list[_Heap] = []
        for start, block in chosen:
            heap = _pile_up(block, -start % (2 * _STEP), shape, first, last)
            if heap is None:
                continue
            heaps.append(heap)
            highest = max(_height([heap]), _height(heaps), highest or 0.0)
            if highest >= _ENOUGH:
                return highest
    return highest


def grid_probability(height: float) -> float:
    """Return how likely a grid of this height is no chance."""
    return 1 / (1 + math.exp(-_STEEPNESS * (height - _EVEN_ODDS)))


class _Heap(NamedTuple):
    """Hold how many zeros there are at each possible place, and how many there are elsewhere."""

    counts: list[int]
    usual: float
    variance: float


def _height(heaps: Sequence[_Heap]) -> float:
    """Return the greatest excess at one place in some pieces.

    AAC keeps its places from the first frame to the last, so that pieces add up; Vorbis does not.
    """
    usual = sum(heap.usual for heap in heaps)
    deviation = math.sqrt(sum(heap.variance for heap in heaps))
    totals = map(sum, zip(*(heap.counts for heap in heaps), strict=True))
    return (max(totals) - usual) / deviation


def _brightness(block: Sequence[float]) -> float:
    """Return the power of the higher bands: of the differences of differences."""
    slopes = list(map(sub, block[1:], block[:-1], strict=True))
    bends = list(map(sub, slopes[1:], slopes[:-1], strict=True))
    return math.sumprod(bends, bends)


def _pile_up(
    block: list[float], begin: int, shape: list[float], first: int, last: int
) -> _Heap | None:
    """Count zeros at the possible places from `begin` on, and half-way between; None when all is too quiet."""
    rows = [
        lapped_cosine(list(map(mul, block[place : place + 2 * _COUNT], shape, strict=False)))[
            first:last
        ]
        for place in range(begin, begin + _COUNT, _STEP)
    ]
    limits = [_limit(column) for column in zip(*rows, strict=True)]
    heard = sum(map(bool, limits))
    if heard < _FEWEST_COEFFICIENTS:
        return None
    counts = [sum(map(lt, map(abs, row), limits, strict=False)) for row in rows]
    others = counts[1::2]
    usual = fmean(others)
    chance = usual * (1 - usual / heard)
    return _Heap(counts[0::2], usual, max(pvariance(others, usual), chance, 1.0))


def _limit(column: Sequence[float]) -> float:
    """Return below what a coefficient counts as zero; 0 when it is never loud enough to tell."""
    size = math.sqrt(math.sumprod(column, column) / len(column))
    return max(_NEAR_ZERO * size, 1.5 * _ROUNDING) if size > _HEARD else 0.0


@cache
def _vorbis() -> list[float]:
    """Return Vorbis's window (Vorbis I specification, 4.3.1)."""
    return [
        math.sin(math.pi / 2 * math.sin(math.pi * (index + 0.5) / (2 * _COUNT)) ** 2)
        for index in range(2 * _COUNT)
    ]


@cache
def _kaiser_bessel() -> list[float]:
    """Return AAC's Kaiser-Bessel derived window with alpha 4 (ISO/IEC 14496-3, 4.6.11.3)."""
    kernel = [
        _bessel(4 * math.pi * math.sqrt(1 - (2 * index / _COUNT - 1) ** 2))
        for index in range(_COUNT + 1)
    ]
    total = sum(kernel)
    rising = [math.sqrt(part / total) for part in accumulate(kernel[:_COUNT])]
    return rising + rising[::-1]


def _bessel(value: float) -> float:
    """Return the modified Bessel function of order zero, by its series."""
    term = result = 1.0
    for index in count(1):
        term *= (value / 2 / index) ** 2
        result += term
        if term < result * 1e-12:
            break
    return result
