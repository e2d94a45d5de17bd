"""Share recordings whose right answer is to leave them or to ask."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from simulators.catalogue import Catalogue, Expectation, Recording

from .decoys import Decoy

_LONGER_MS = 12_000
# None of their folders names anybody the wanted recording is credited to.
_OTHER_BANDS = (
    ("Eastman Wind Ensemble", "Marches for Twilight", 3_000),
    ("Cleveland Pops Orchestra", "Marches in Hi-Fi", -4_000),
    ("Grenadier Guards Band", "On Parade", 9_000),
)
_VERSIONS = (
    ("{title} (Garage Remix)", 4_000),
    ("{title} (Karaoke Version)", -2_000),
    ("{title} (Live in Boston)", 17_000),
    ("{title} (Instrumental)", 1_000),
)
_STUDIO_TAKES: Mapping[str, tuple[str, int, int]] = MappingProxyType(
    {"skullcrusher-live": ("Smoking Monkey", 2003, 193_000)}
)


def _like(recording: Recording) -> Decoy:
    """Return the recording itself as it would be shared."""
    return Decoy(
        artist=recording.artists[0],
        title=recording.title,
        album=recording.album,
        year=recording.year,
        track=recording.track_number,
        length_ms=recording.length_ms,
        key=recording.key,
    )


def other_performers(recording: Recording) -> tuple[Decoy, ...]:
    """Return the same work by other bands, of nearly the same length."""
    return tuple(
        replace(
            _like(recording),
            artist=band,
            album=album,
            year=1998,
            length_ms=recording.length_ms + difference,
            key=f"{recording.key} by {band}",
        )
        for band, album, difference in _OTHER_BANDS
    )


def wrong_versions(recording: Recording) -> tuple[Decoy, ...]:
    """Return remix, karaoke, live and instrumental, some of nearly the same length."""
    return tuple(
        replace(
            _like(recording),
            title=pattern.format(title=recording.title),
            length_ms=recording.length_ms + difference,
            key=f"{recording.key} {pattern}",
        )
        for pattern, difference in _VERSIONS
    )


def studio_take(recording: Recording) -> tuple[Decoy, ...]:
    """Return the studio take of a recording that is wanted live."""
    album, year, length_ms = _STUDIO_TAKES.get(
        recording.key, ("Studio Album", recording.year, recording.length_ms * 4 // 5)
    )
    take = replace(
        _like(recording),
        title=recording.title.partition(" - ")[0],
        album=album,
        year=year,
        length_ms=length_ms,
        key=f"{recording.key} studio",
    )
    return (take, take)


def too_long(recording: Recording) -> tuple[Decoy, ...]:
    """Return copies that are right but for the length."""
    longer = replace(
        _like(recording), length_ms=recording.length_ms + _LONGER_MS, key=f"{recording.key} long"
    )
    return (longer, longer, longer)


_WAYS = {
    "cathedrale": lambda recording: (),
    "liberty-bell": other_performers,
    "sick-as-a-dog": wrong_versions,
    "skullcrusher-live": studio_take,
    "cylinder-five": too_long,
}
# Shared as loose files whose path names no artist.
NAMELESS = frozenset({"after-youve-gone"})
NAMELESS_PATHS = (
    "Old 78s\\{title}.{extension}",
    "Grandpa\\Old 78s\\{track:02d} {title}.{extension}",
    "Old 78s\\Side B - {title}.{extension}",
)


def trap_decoys(catalogue: Catalogue, recording: Recording) -> tuple[Decoy, ...]:
    """Return all that is shared of a trap that is not nameless."""
    way = _WAYS.get(recording.key)
    if way is not None:
        return way(recording)
    asks = catalogue.expectation(recording.key) is Expectation.ASK
    return too_long(recording) if asks else wrong_versions(recording)
