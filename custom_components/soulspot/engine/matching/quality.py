"""Say which files are good enough, and which of two is better."""

from dataclasses import dataclass, replace
from enum import StrEnum

from ..model import Quality, Reason

LOSSLESS = frozenset({"flac", "alac", "wav", "aiff", "ape", "wavpack", "tta", "tak", "dsd"})

GOOD_BIT_RATE = 256  # kbit/s
HI_RES_BIT_DEPTH = 24
HI_RES_SAMPLE_RATE = 88_200  # Hz
BIT_RATE_STEP = 16  # kbit/s: smaller differences are noise of variable bit rates.


class SelectionMode(StrEnum):
    """Say what decides between files that are all good enough."""

    BEST = "best"  # Preferred format, then highest bit rate, then the peer.
    FIRST = "first"  # The peer alone: whatever can be had first.


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityProfile:
    """Describe the quality that is wanted; None means no bound.

    Bit rates in kbit/s bind lossy files only, depths in bits bind lossless files only, size in
    bytes binds all. What a peer does not tell stays within every bound.
    """

    name: str
    mode: SelectionMode = SelectionMode.BEST
    formats: tuple[str, ...] | None = None  # In order of preference; others are refused.
    preferred: tuple[str, ...] = ()  # Like `formats`, but refusing nothing.
    minimum_bit_rate: int | None = None
    maximum_bit_rate: int | None = None
    minimum_bit_depth: int | None = None
    maximum_bit_depth: int | None = None
    maximum_size: int | None = None
    lossless_cutoff: bool = True  # Whoever owns a lossless file is not offered a better one.

    @property
    def has_bounds(self) -> bool:
        """Tell whether any file can be refused."""
        return not (
            self.formats is None
            and self.minimum_bit_rate is None
            and self.maximum_bit_rate is None
            and self.minimum_bit_depth is None
            and self.maximum_bit_depth is None
            and self.maximum_size is None
        )

    def refusal(
        self, format: str, bit_rate: int | None, bit_depth: int | None, size: int
    ) -> Reason | None:
        """Return why a file is not good enough, or None when it is."""
        if self.formats is not None and format not in self.formats:
            return Reason(key="format_not_wanted", placeholders={"format": format})
        if self.maximum_size is not None and size > self.maximum_size:
            return Reason(
                key="file_too_large",
                placeholders={"megabytes": str(round(size / 1_000_000))},
            )
        if format in LOSSLESS:
            return self._depth_refusal(bit_depth)
        if bit_rate is None:
            return None
        if self.minimum_bit_rate is not None and bit_rate < self.minimum_bit_rate:
            return Reason(key="bit_rate_too_low", placeholders={"bit_rate": str(bit_rate)})
        if self.maximum_bit_rate is not None and bit_rate > self.maximum_bit_rate:
            return Reason(key="bit_rate_too_high", placeholders={"bit_rate": str(bit_rate)})
        return None

    def _depth_refusal(self, bit_depth: int | None) -> Reason | None:
        """Return why a lossless file's depth is out of bounds, or None."""
        if bit_depth is None:
            return None
        if self.minimum_bit_depth is not None and bit_depth < self.minimum_bit_depth:
            return Reason(key="bit_depth_too_low", placeholders={"bits": str(bit_depth)})
        if self.maximum_bit_depth is not None and bit_depth > self.maximum_bit_depth:
            return Reason(key="bit_depth_too_high", placeholders={"bits": str(bit_depth)})
        return None

    def order(
        self,
        format: str,
        bit_rate: int | None,
        bit_depth: int | None = None,
        sample_rate: int | None = None,
    ) -> tuple[int, int]:
        """Return a sort key, better files first; an unknown bit rate counts as the lowest."""
        if self.mode is SelectionMode.FIRST:
            return (0, 0)
        preference = self.formats or self.preferred
        place = preference.index(format) if format in preference else len(preference)
        if format in LOSSLESS:
            is_hi_res = (bit_depth or 0) >= HI_RES_BIT_DEPTH or (
                sample_rate or 0
            ) >= HI_RES_SAMPLE_RATE
            return (place, -100_000 - is_hi_res)
        return (place, -((bit_rate or 0) // BIT_RATE_STEP))

    def is_upgrade(
        self,
        owned_format: str,
        owned_bit_rate: int | None,
        format: str,
        bit_rate: int | None,
    ) -> bool:
        """Tell whether a file is worth replacing the owned one with; rates in kbit/s, None unknown."""
        if self.lossless_cutoff and owned_format in LOSSLESS:
            return False
        if self.refusal(format, bit_rate, None, 0) is not None:
            return False
        if self.refusal(owned_format, owned_bit_rate, None, 0) is not None:
            return True
        return self.order(format, bit_rate) < self.order(owned_format, owned_bit_rate)


def profile_for(quality: Quality) -> QualityProfile:
    """Return the profile of one of the three names."""
    return _PROFILES[quality]


_PROFILES = {
    # FLAC first, then the highest bit rate.
    Quality.BEST: QualityProfile(name=Quality.BEST.value, preferred=("flac",)),
    # FLAC, or at least 256 kbit/s.
    Quality.GOOD: QualityProfile(
        name=Quality.GOOD.value, preferred=("flac",), minimum_bit_rate=GOOD_BIT_RATE
    ),
    # The first acceptable audio file.
    Quality.ANY: QualityProfile(name=Quality.ANY.value, mode=SelectionMode.FIRST),
}

# Whoever owns as much (kbit/s) is offered nothing better; lossless always is enough.
_CUTOFFS = {Quality.BEST: 500, Quality.GOOD: GOOD_BIT_RATE, Quality.ANY: None}
_WORTHWHILE = (
    1.25  # Between lossy files: less is not worth a download, and codecs differ by as much.
)


def cutoff_bit_rate(quality: Quality) -> int | None:
    """Return from which bit rate (kbit/s) an owned file is good enough for ever; None: always."""
    return _CUTOFFS[quality]


def upgrade_profile(quality: Quality, owned_bit_rate: int | None) -> QualityProfile:
    """Return the profile of what may replace a lossy file of a bit rate (kbit/s; None unknown).

    Lossless files may, and lossy ones of a clearly higher bit rate.
    """
    profile = profile_for(quality)
    worthwhile = round((owned_bit_rate or 0) * _WORTHWHILE)
    minimum = max(profile.minimum_bit_rate or 0, worthwhile)
    return replace(
        profile,
        name=f"{profile.name}_upgrade",
        mode=SelectionMode.BEST,
        preferred=profile.preferred or ("flac",),
        minimum_bit_rate=minimum or None,
    )
