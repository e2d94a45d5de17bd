"""Judge advertised lengths: how far off they are, and whether they can be true."""

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from ..model import RemoteFile
from .quality import LOSSLESS

# Seconds and shares of the wanted length; masterings, fades and gaps differ by a few seconds.
_AGREES_SECONDS, _AGREES_SHARE = 3.0, 0.012
_NEAR_SECONDS, _NEAR_SHARE = 7.0, 0.035
_DOUBTFUL_SECONDS, _DOUBTFUL_SHARE = 15.0, 0.06
# Of a short track, a few seconds are much.
_SHORT_AGREES, _SHORT_NEAR, _SHORT_DOUBTFUL = 0.05, 0.10, 0.20

_LOWEST_LOSSY, _HIGHEST_LOSSY = 56, 345  # kbit/s, with pictures in the file.
_LOWEST_LOSSLESS, _HIGHEST_LOSSLESS = 200, 1_500  # kbit/s of 16 bit and 44.1 kHz in stereo.
_PICTURE = 2_000_000  # bytes: what a cover inside a file may take.
_ABSURD_BIT_RATE = 32  # kbit/s: no music is shared at less.
_SIZE_TOLERANCE = 0.15
_LEAST_WHOLE = (
    0.6  # Of the size that length and bit rate make; whole files hardly ever miss a tenth.
)

_BOUNDS_CACHE = 64


class LengthLevel(IntEnum):
    """Say what a file's length says, best first."""

    AGREES = 0
    NEAR = 1
    UNKNOWN = 2
    IMPLAUSIBLE = 3  # The advertised length cannot be true, so it says nothing.
    DOUBTFUL = 4
    CONTRADICTS = 5


class LengthMatch(NamedTuple):
    """Hold the verdict and the difference in whole seconds, positive when the file is longer."""

    level: LengthLevel
    seconds: int = 0


UNKNOWN_LENGTH = LengthMatch(LengthLevel.UNKNOWN)


def compare_lengths(wanted: float, actual: float) -> LengthLevel:
    """Return how two lengths in seconds agree."""
    off = abs(actual - wanted)
    agrees, near, doubtful = _bounds(wanted)
    if off <= agrees:
        return LengthLevel.AGREES
    if off <= near:
        return LengthLevel.NEAR
    return LengthLevel.DOUBTFUL if off <= doubtful else LengthLevel.CONTRADICTS


@lru_cache(maxsize=_BOUNDS_CACHE)
def _bounds(wanted: float) -> tuple[float, float, float]:
    """Return how many seconds off a length may be to agree, to be near and to be doubtful."""
    return (
        max(min(_AGREES_SECONDS, _SHORT_AGREES * wanted), _AGREES_SHARE * wanted, 1.0),
        max(min(_NEAR_SECONDS, _SHORT_NEAR * wanted), _NEAR_SHARE * wanted),
        max(min(_DOUBTFUL_SECONDS, _SHORT_DOUBTFUL * wanted), _DOUBTFUL_SHARE * wanted),
    )


def match_length(wanted: float | None, file: RemoteFile, format_name: str) -> LengthMatch:
    """Return what a file's advertised length (s), size (bytes) and bit rate (kbit/s) say together.

    Peers advertise wrong lengths: a byte count, or a guess from the first frame of a file with
    variable bit rate. A length that contradicts counts only if the size can hold it.
    """
    if wanted is None:
        return UNKNOWN_LENGTH
    length = file.length_s
    if not length or length < 0:
        return _judge_by_size(wanted, file, format_name)
    level = compare_lengths(wanted, length)
    off = round(length - wanted)
    if level >= LengthLevel.DOUBTFUL and not is_plausible(length, file, format_name):
        by_size = _judge_by_size(wanted, file, format_name)
        if by_size.level <= LengthLevel.UNKNOWN:
            return LengthMatch(LengthLevel.IMPLAUSIBLE, off)
        return LengthMatch(LengthLevel.DOUBTFUL, off)
    return LengthMatch(level, off)


def is_plausible(length: float, file: RemoteFile, format_name: str) -> bool:
    """Tell whether a length in seconds can be that of a file of this size."""
    if file.size <= 0:
        return True
    implied = file.size * 8 / 1000 / length
    if format_name in LOSSLESS:
        return _LOWEST_LOSSLESS <= implied <= _highest_lossless(file)
    if implied < _ABSURD_BIT_RATE or implied > 2 * _HIGHEST_LOSSY:
        return False
    if format_name == "mp3" and (file.size - _PICTURE) * 8 / 1000 / length > _HIGHEST_LOSSY:
        return False
    bit_rate = _told_bit_rate(file, format_name)
    return not bit_rate or abs(implied / bit_rate - 1) <= _SIZE_TOLERANCE


def _told_bit_rate(file: RemoteFile, format_name: str) -> int:
    """Return the advertised bit rate in kbit/s, 0 when none is told or it cannot be: MP3 ends at 320."""
    bit_rate = file.bit_rate or 0
    is_absurd = bit_rate < _ABSURD_BIT_RATE or (format_name == "mp3" and bit_rate > _HIGHEST_LOSSY)
    return 0 if is_absurd else bit_rate


def is_cut_short(file: RemoteFile, format_name: str) -> bool:
    """Tell whether a file lacks bytes for the length (s) and the bit rate (kbit/s) it advertises."""
    if file.size <= 0 or not file.length_s or file.length_s < 0:
        return False
    implied = file.size * 8 / 1000 / file.length_s
    if format_name in LOSSLESS:
        return implied < _LOWEST_LOSSLESS * 0.75
    bit_rate = _told_bit_rate(file, format_name)
    return implied < (bit_rate * _LEAST_WHOLE if bit_rate else _ABSURD_BIT_RATE)


def _judge_by_size(wanted: float, file: RemoteFile, format_name: str) -> LengthMatch:
    """Return whether a file of this size can have the wanted length in seconds."""
    if file.size <= 0:
        return UNKNOWN_LENGTH
    implied = file.size * 8 / 1000 / wanted
    if format_name in LOSSLESS:
        fits = _LOWEST_LOSSLESS * 0.75 <= implied <= _highest_lossless(file)
    else:
        fits = _LOWEST_LOSSY <= implied <= _HIGHEST_LOSSY
    bit_rate = _told_bit_rate(file, format_name)
    if fits and bit_rate and format_name not in LOSSLESS:
        fits = abs(implied / bit_rate - 1) <= 2 * _SIZE_TOLERANCE or not file.length_s
    return UNKNOWN_LENGTH if fits else LengthMatch(LengthLevel.DOUBTFUL)


def _highest_lossless(file: RemoteFile) -> float:
    """Return the highest bit rate in kbit/s that a lossless file can have."""
    if file.bit_depth and file.sample_rate:
        return file.bit_depth * file.sample_rate * 2 / 1000 * 1.05
    return _HIGHEST_LOSSLESS if file.bit_depth == 16 else 6 * _HIGHEST_LOSSLESS


def estimate_bit_rate(file: RemoteFile, seconds: float | None) -> int | None:
    """Return a file's bit rate in kbit/s: advertised, or from its size and length in seconds, or None."""
    if file.bit_rate and file.bit_rate >= _ABSURD_BIT_RATE:
        return file.bit_rate
    length = file.length_s if file.length_s and file.length_s > 0 else seconds
    if not length or file.size <= 0:
        return None
    estimate = round(file.size * 8 / 1000 / length)
    if estimate < _ABSURD_BIT_RATE and seconds:
        estimate = round(file.size * 8 / 1000 / seconds)
    return estimate
