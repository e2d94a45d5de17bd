"""Tell lossless files made from lossy ones by what coders leave in the spectrum.

They leave out what lies above some frequency, in each short piece of sound anew: music, however dull, fades into
its own noise and has no such edge. And those that cut nothing off leave the zeros of their frames, see `grid`.
What remains undetected is what was coded at the highest rates by a coder whose frames are not looked for. What
is wrongly suspected is sound that was limited by other means, such as old digital broadcasts. So the result is
a probability and never a ground for refusal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
import math
from pathlib import Path
from statistics import median

from ..model import Reason
from ..programs import Caller
from .grid import find_grid, grid_probability
from .samples import Samples, read_samples
from .transforms import fourier

_BINS_A_BAND = 4  # Of 43 Hz.
_WINDOW = 1024  # samples at 44.1 and 48 kHz
_LOWEST_EDGE, _HIGHEST_EDGE = 10_000, 20_300  # Hz; converters have their own edge above 20.5 kHz.
_LOWEST_RATE = 32_000  # Hz
_FLOOR = 1e-14  # Rounding to 16 bits leaves more.
_SILENCE = 1e-7  # Power of a window; more than one bit's noise.
_FEWEST_WINDOWS = 12
# Of the edges in a file's windows, the one that a quarter exceeds; measured by benchmarks/lossless.py.
_SHARE = 0.75
_EVEN_ODDS, _STEEPNESS = 12.5, 1.6  # dB, and per dB
SUSPICIOUS = 0.5
_SURE = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectrumEstimate:
    """Hold how likely a file was lossy once (0 to 1), and where its sound ends in Hz.

    `edge` is the height of the edges in dB, `grid` by how many standard deviations a coder's frames stand
    out, None when they were not looked for. `cutoff` is None when there is no edge to speak of.
    """

    probability: float
    edge: float
    cutoff: int | None
    grid: float | None = None


def check_spectrum(
    path: Path,
    format_name: str,
    *,
    duration_ms: int | None = None,
    ffmpeg: str | None = None,
    caller: Caller | None = None,
) -> tuple[SpectrumEstimate | None, Reason | None]:
    """Return the estimate, and a reason when it is suspicious or could not be made.

    Reasons: `lossy_source` with `percent` and `kilohertz` of the edge; `lossy_frames` with `percent` when only
    frames were found; `no_decoder` for formats that nothing here decodes; `too_little_sound` for silence, short files and low sample rates. Takes about a
    second of computing. Raises StorageError `file_vanished` or `file_not_readable`, and
    ProgramStoppedError.
    """
    samples = read_samples(
        path, format_name, duration_ms=duration_ms, ffmpeg=ffmpeg, caller=caller or Caller()
    )
    if samples is None:
        return None, Reason(key="no_decoder", placeholders={"format": format_name})
    estimate = estimate_spectrum(samples)
    if estimate is None:
        return None, Reason(key="too_little_sound")
    if estimate.probability < SUSPICIOUS:
        return estimate, None
    percent = {"percent": str(round(estimate.probability * 100))}
    if estimate.cutoff is None:
        return estimate, Reason(key="lossy_frames", placeholders=percent)
    placeholders = {**percent, "kilohertz": f"{estimate.cutoff / 1000:.1f}"}
    return estimate, Reason(key="lossy_source", placeholders=placeholders)


def estimate_spectrum(samples: Samples) -> SpectrumEstimate | None:
    """Judge pieces of sound; None when there is too little of it."""
    if samples.rate < _LOWEST_RATE:
        return None
    size = _WINDOW << max(round(math.log2(samples.rate / 46_000)), 0)
    width = _BINS_A_BAND * samples.rate / size  # Hz
    first = round(_LOWEST_EDGE / width)
    last = min(round(_HIGHEST_EDGE / width), size // 2 // _BINS_A_BAND - 5)
    edges = sorted(_edge(bands, first, last) for bands in _windows(samples, size))
    if len(edges) < _FEWEST_WINDOWS or first >= last:
        return None
    height = edges[int(len(edges) * _SHARE)][0]
    by_edge = 1 / (1 + math.exp(-_STEEPNESS * (height - _EVEN_ODDS)))
    steep = [place for value, place in edges if value >= _EVEN_ODDS]
    has_edge = by_edge >= SUSPICIOUS
    grid = None if by_edge >= _SURE else find_grid(samples)
    by_grid = grid_probability(grid) if grid is not None else 0.0
    return SpectrumEstimate(
        probability=round(max(by_edge, by_grid), 3),
        edge=round(height, 1),
        cutoff=round(median(steep) * width) if has_edge and steep else None,
        grid=round(grid, 1) if grid is not None else None,
    )


def _edge(bands: Sequence[float], first: int, last: int) -> tuple[float, int]:
    """Return the greatest fall from four bands to the four above the next, in dB, and its place."""
    sums = [0.0]
    for level in bands:
        sums.append(sums[-1] + level)
    falls = (
        (sums[band] - sums[band - 4] - sums[band + 5] + sums[band + 1], band)
        for band in range(first, last)
    )
    fall, band = max(falls)
    return fall / 4, band


def _windows(samples: Samples, size: int) -> Iterator[list[float]]:
    """Yield the levels of bands, in dB, of every window that is not silent; two at a time."""
    shape = _shape(size)
    pieces = (
        piece.samples[start : start + size]
        for piece in samples.pieces
        for start in range(0, len(piece.samples) - size + 1, size)
    )
    heard = [piece for piece in pieces if math.sumprod(piece, piece) > _SILENCE * size]
    if len(heard) % 2:
        heard.pop()
    for left, right in list(pairwise(heard))[::2]:
        both = [complex(a * s, b * s) for a, b, s in zip(left, right, shape, strict=True)]
        yield from _levels(fourier(both))


def _levels(spectrum: Sequence[complex]) -> Iterator[list[float]]:
    """Take the spectra of two real signals apart that were transformed as one complex signal."""
    size = len(spectrum)
    scale = 1 / (size / 2) ** 2  # The window's own sum is half its length.
    mirrored = [spectrum[-index].conjugate() for index in range(size // 2)]
    for sign in (1, -1):
        powers = [
            abs(value + sign * other) ** 2 * 0.25 * scale + _FLOOR
            for value, other in zip(spectrum, mirrored, strict=False)
        ]
        logarithms = list(map(math.log10, powers))
        yield [
            sum(logarithms[start : start + _BINS_A_BAND]) * 10 / _BINS_A_BAND
            for start in range(0, len(logarithms), _BINS_A_BAND)
        ]


@cache
def _shape(size: int) -> list[float]:
    """Return Hann's window."""
    return [0.5 - 0.5 * math.cos(2 * math.pi * index / size) for index in range(size)]
