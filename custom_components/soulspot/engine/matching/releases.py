"""Choose the release that a track of a playlist comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import Levenshtein

from ..model import Release
from .artists import VARIOUS
from .folding import compact, fold
from .songs import share_artist
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
_SLIP = 0.1  # Share of letters that a title may differ by and still be the same one, misspelled.
_SAME_LENGTH = 3_000  # ms


def album_agreement(wanted: str | None, title: str) -> int:
    """Return 0 when two album names are the same edition, 1 the same album, 2 neither."""
    if not wanted:
        return 2
    if fold(wanted) == fold(title):
        return 0
    core = "".join(album_core(wanted))
    return 1 if core and core == "".join(album_core(title)) else 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRelease:
    """Describe the edition a playlist names; None and empty mean not told.

    `linked` are the ids of the releases that MusicBrainz itself links to the playlist's album,
    `preferred` is what was chosen for another track of it.
    """

    title: str | None = None
    artists: tuple[str, ...] = ()
    date: str | None = None  # "2011", "2011-09" or "2011-09-30"
    track_total: int | None = None
    barcode: str | None = None
    catalog_number: str | None = None
    disc_number: int | None = None
    track_number: int | None = None
    duration_ms: int | None = None  # Of the track, not of the album.
    linked: frozenset[str] = frozenset()
    preferred: str | None = None


def choose_release(releases: Sequence[Release], wanted: WantedRelease) -> Release | None:
    """Return the edition the playlist names, else what the policy ranks first; None without releases.

    The order is MusicBrainz practice: the release linked to the album or with its barcode or number; no
    transliterated track list; artist, title, number of tracks, position and year as the playlist has
    them; official before promotional before bootleg, the artist's own before samplers, plain albums
    before compilations and live albums, albums before singles, the date nearest to the playlist's,
    else the earliest.
    """
    return min(releases, key=lambda release: release_order(release, wanted), default=None)


def release_order(release: Release, wanted: WantedRelease) -> tuple[object, ...]:
    """Return a release's sort key, best first; all but the last member, its id, tell editions apart."""
    return (
        release.id not in wanted.linked,
        not _is_same_barcode(wanted.barcode, release.barcode),
        not _is_same_number(wanted.catalog_number, release.catalog_numbers),
        release.status == _STATUSES[-1],
        _is_by_others(wanted.artists, release),
        *edition_order(release, wanted),
        release.id != wanted.preferred,
        _place(_STATUSES, release.status),
        is_by_various(release),
        len(release.secondary_types) > 0,
        _place(_PRIMARY_TYPES, release.primary_type),
        _days_between(wanted.date, release.date) if wanted.date else 0,
        release.date or "9999",
        country_place(release),
        -sum(
            value is not None
            for value in (release.barcode, release.track_length_ms, release.has_front_cover)
        ),
        release.id,
    )


def edition_order(release: Release, wanted: WantedRelease) -> tuple[object, ...]:
    """Return how far a release is from being the edition that the playlist names."""
    distance = _title_distance(wanted.title, release.title)
    title = min(album_agreement(wanted.title, release.title), 1 if distance <= _SLIP else 2)
    is_elsewhere = _differs(wanted.disc_number, release.disc_number) or _differs(
        wanted.track_number, release.track_number
    )
    total = _apart(wanted.track_total, release.track_count)
    years = _apart(_year(wanted.date), _year(release.date))
    if title == 2:
        # Titles in other scripts look unlike each other; a number that agrees by chance proves nothing.
        return title, bool(wanted.title) and (is_elsewhere or bool(total) or bool(years))
    is_other_length = _is_other_length(wanted.duration_ms, release.track_length_ms)
    return title, total, is_elsewhere, is_other_length, distance, years


def is_by_various(release: Release) -> bool:
    """Tell whether a release is a sampler by various artists."""
    return any(credit.artist_id == VARIOUS_ARTISTS_ID for credit in release.artist_credit)


def _is_same_barcode(wanted: str | None, actual: str | None) -> bool:
    """Tell whether two barcodes agree; services disagree about zeros in front. Others prove nothing."""
    return bool(wanted) and bool(actual) and _digits(wanted) == _digits(actual) != ""


def _is_same_number(wanted: str | None, actual: Sequence[str]) -> bool:
    """Tell whether a catalogue number agrees, however it is spaced; others prove nothing."""
    number = compact(wanted or "")
    return bool(number) and any(number == compact(other) for other in actual)


def _digits(barcode: str | None) -> str:
    """Return a barcode without zeros in front."""
    return (barcode or "").strip().lstrip("0")


def _is_by_others(wanted: Sequence[str], release: Release) -> bool:
    """Tell whether a release is known to be by other artists than the album that is wanted."""
    names = [name for artist in wanted if (name := artist.strip())]
    credit = release.artist_credit
    if not names or not credit:
        return False
    if is_by_various(release) or any(fold(name).strip() in VARIOUS for name in names):
        return is_by_various(release) != any(fold(name).strip() in VARIOUS for name in names)
    credited = ["".join(part.name + part.join_phrase for part in credit)]
    for part in credit:
        credited += [part.name, part.artist_name, *part.aliases]
    return not share_artist(names, credited)


def _title_distance(wanted: str | None, actual: str) -> float:
    """Return by which share of their letters two titles differ, 0 when there is none to compare."""
    return 0.0 if not wanted else Levenshtein.normalized_distance(fold(wanted), fold(actual))


def _is_other_length(wanted: int | None, actual: int | None) -> bool:
    """Tell whether two known lengths in ms are apart."""
    return wanted is not None and actual is not None and abs(wanted - actual) > _SAME_LENGTH


def _apart(wanted: int | None, actual: int | None) -> int:
    """Return how far two numbers are apart, less than any difference when one is not known."""
    if wanted is None or actual is None:
        return 1
    return 2 * abs(wanted - actual)


def _year(text: str | None) -> int | None:
    """Return the year of a date."""
    year = (text or "")[:4]
    return int(year) if len(year) == 4 and year.isdecimal() else None


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
