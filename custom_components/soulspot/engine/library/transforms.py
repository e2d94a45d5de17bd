"""Transform sound into frequencies with the standard library alone.

Lists are worked on as a whole by `map`: that is what makes it fast in Python.
"""

from functools import cache
import math
from operator import add, mul, sub
from typing import NamedTuple


def fourier(values: list[complex]) -> list[complex]:
    """Return the discrete Fourier transform of a power of two values.

    Every stage pairs the first half with the second and interleaves the results (M. Pease, "An adaptation
    of the fast Fourier transform for parallel processing", 1968), so that no stage needs an index.
    """
    plan = _plan(len(values))
    half = len(values) // 2
    current = values.copy()
    for turns in plan.turns:
        first, second = current[:half], current[half:]
        current[0::2] = map(add, first, second, strict=False)
        current[1::2] = map(mul, map(sub, first, second, strict=False), turns, strict=False)
    return [current[place] for place in plan.places]


class _Plan(NamedTuple):
    """Hold what a transform of some size needs."""

    turns: list[list[complex]]  # By stage.
    places: list[int]  # Where each frequency ends up: its bits reversed.


@cache
def _plan(size: int) -> _Plan:
    """Prepare a size."""
    stages = size.bit_length() - 1
    roots = [_turn(-index / size) for index in range(size // 2)]
    turns = [
        [roots[place >> stage << stage] for place in range(size // 2)] for stage in range(stages)
    ]
    places = [int(f"{index:0{stages}b}"[::-1], 2) if stages else 0 for index in range(size)]
    return _Plan(turns, places)


def _turn(share: float) -> complex:
    """Return the number on the unit circle at a share of the whole turn."""
    angle = 2 * math.pi * share
    return complex(math.cos(angle), math.sin(angle))


def lapped_cosine(values: list[float]) -> list[float]:
    """Return the modified discrete cosine transform: of 2n windowed values n coefficients.

    By a Fourier transform of n / 2 complex values (P. Duhamel, Y. Mahieux and J. Petit, 1991). Coefficient k is
    the sum of values[i] * cos(pi / n * (i + 1/2 + n/2) * (k + 1/2)).
    """
    count = len(values) // 2
    quarter = count // 2
    first, second = values[:quarter], values[quarter:count]
    third, fourth = values[count : count + quarter], values[count + quarter :]
    # Folding: the halves of the window overlap those of its neighbours.
    folded = [-a - b for a, b in zip(third[::-1], fourth, strict=True)]
    folded += [a - b for a, b in zip(first, second[::-1], strict=True)]
    turns = _cosine_turns(count)
    pairs = map(complex, folded[0::2], folded[::-2], strict=False)
    numbers = list(
        map(mul, fourier(list(map(mul, pairs, turns, strict=False))), turns, strict=False)
    )
    result = [0.0] * count
    result[0::2] = [number.real for number in numbers]
    result[::-2] = [-number.imag for number in numbers]
    return result


@cache
def _cosine_turns(count: int) -> list[complex]:
    """Return the factors before and after the Fourier transform inside a cosine transform."""
    return [_turn(-(index + 0.125) / (2 * count)) for index in range(count // 2)]
