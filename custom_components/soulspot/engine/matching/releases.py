"""Choose the release that a track of a playlist comes from."""

from collections.abc import Sequence
from datetime import date

from ..model import Release
from .folding import fold
from .target import album_core

VARIOUS_ARTISTS_ID = "89ad4ac3-39f7-470e-963a-56509c546377"

_STATUSES = (
    "Official",
    None,
    "Promotion",
    "Withdrawn",
    "Cancelled",
    "Expunged",
    "Bootleg",
    "Pseudo-Release",
)
_PRIMARY_TYPES = ("Album", "EP", "Single", None, "Other", "Broadcast")
_COUNTRIES = ("XW", "XE", "US", "GB")  # The widest editions first.
_FAR = 100_000  # days


def album_agreement(wanted: str | None, title: str) -> int:
    """Return 0 when two album names are the same edition, 1 the same album, 2 neither."""
    if not wanted:
        return 2
    if fold(wanted) == fold(title):
        return 0
    core = "".join(album_core(wanted))
    return 1 if core and core == "".join(album_core(title)) else 2


def choose_release(
    releases: Sequence[Release],
    album: str | None,
    *,
    track_number: int | None = None,
    release_date: str | None = None,
    track_total: int | None = None,
) -> Release | None:
    """Return the edition the playlist names, else what the policy ranks first; None without releases.

    The policy (MusicBrainz practice): official before promotional before bootleg, the artist's own
    before samplers, plain albums before compilations and live albums, albums before singles, the
    date nearest to the playlist's, else the earliest.
    """
    return min(
        releases,
        key=lambda release: _release_order(release, album, track_number, release_date, track_total),
        default=None,
    )


def _release_order(
    release: Release,
    album: str | None,
    track_number: int | None,
    release_date: str | None,
    track_total: int | None,
) -> tuple[object, ...]:
    """Return a release's sort key, best first."""
    return (
        album_agreement(album, release.title),
        _differs(track_total, release.track_count),
        _differs(track_number, release.track_number),
        _place(_STATUSES, release.status),
        any(credit.artist_id == VARIOUS_ARTISTS_ID for credit in release.artist_credit),
        len(release.secondary_types) > 0,
        _place(_PRIMARY_TYPES, release.primary_type),
        _days_between(release_date, release.date) if release_date else 0,
        release.date or "9999",
        country_place(release),
        -sum(
            value is not None
            for value in (release.barcode, release.track_length_ms, release.has_front_cover)
        ),
        release.id,
    )


def country_place(release: Release | None) -> int:
    """Return a sort key of a release's country, the widest editions first."""
    return _place(_COUNTRIES, release.country if release else None)


def _differs(wanted: int | None, actual: int | None) -> bool:
    """Tell whether two known numbers differ."""
    return wanted is not None and actual is not None and wanted != actual


def _place(order: Sequence[str | None], value: str | None) -> int:
    """Return a value's place in an order, behind its end when it is not there."""
    return order.index(value) if value in order else len(order)


def _days_between(one: str, other: str | None) -> int:
    """Return the days between two dates, as far as they are told."""
    first, second = _as_date(one), _as_date(other or "")
    if first is None or second is None:
        return _FAR
    return abs((first - second).days)


def _as_date(text: str) -> date | None:
    """Return "2011", "2011-09" or "2011-09-30" as a date, None when it is none."""
    parts = [*text.split("-"), "01", "01"][:3]
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None
