"""Measure the choice of recordings and releases on the corpus that Picard evaluates itself on.

Thirty-eight releases that are easily taken for each other, and nine files of invented recordings. Every
release is looked for among all of them, by what a playlist says of its album, spoilt in 25 ways.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
import json
from pathlib import Path
from typing import Any

from custom_components.soulspot.engine.matching import (
    RecordingMatch,
    WantedRecording,
    choose_recording,
)
from custom_components.soulspot.engine.matching.releases import WantedRelease, release_order
from custom_components.soulspot.engine.model import Recording, Release
from custom_components.soulspot.engine.musicbrainz.models import ReleaseDetails, ReleaseTrack
from custom_components.soulspot.engine.musicbrainz.parsing import (
    parse_recordings_reply,
    parse_release_reply,
)

# What Picard's own evaluation says of its releases (July 2026), each among one to four others.
DOCUMENTED_RIGHT, DOCUMENTED_OF = 827, 850
# The invented scenarios that Picard's evaluation names as not solved.
DOCUMENTED_GAPS = frozenset({"multi_isrc_partial_overlap", "multi_isrc_all_wrong"})

type Spoil = Callable[[WantedRelease], WantedRelease]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Count the cases that were decided rightly, not at all, and wrongly."""

    right: int
    undecided: int
    wrong: int
    failures: tuple[str, ...] = ()

    @property
    def of(self) -> int:
        """Return the number of cases."""
        return self.right + self.undecided + self.wrong

    @property
    def share(self) -> float:
        """Return the share of right ones."""
        return self.right / self.of if self.of else 0.0


def _misspelled(wanted: WantedRelease) -> WantedRelease:
    """Replace a letter in the middle of the title."""
    title = wanted.title or ""
    middle = len(title) // 2
    return replace(wanted, title=f"{title[:middle]}x{title[middle + 1 :]}" if middle > 1 else title)


def _with_guest(wanted: WantedRelease) -> WantedRelease:
    """Let somebody be named beside the artists."""
    return replace(wanted, artists=tuple(f"{name} feat. Someone" for name in wanted.artists))


def _swapped(wanted: WantedRelease) -> WantedRelease:
    """Take the artist for the album and the other way round."""
    artists = (wanted.title,) if wanted.title else ()
    return replace(wanted, title=", ".join(wanted.artists), artists=artists)


def _one_more(wanted: WantedRelease) -> WantedRelease:
    """Count a track too many."""
    return replace(wanted, track_total=wanted.track_total + 1 if wanted.track_total else None)


def _in_2003(wanted: WantedRelease) -> WantedRelease:
    """Name the year of some reissue."""
    return replace(wanted, date="2003" if wanted.date else None)


def _year_only(wanted: WantedRelease) -> WantedRelease:
    """Leave month and day out."""
    return replace(wanted, date=wanted.date[:4] if wanted.date else None)


def _later(milliseconds: int) -> Spoil:
    """Return a spoiling that makes the track longer."""

    def spoil(wanted: WantedRelease) -> WantedRelease:
        """Make it longer."""
        length = wanted.duration_ms
        return replace(wanted, duration_ms=length + milliseconds if length else None)

    return spoil


def _as_listed(wanted: WantedRelease) -> WantedRelease:
    """Return what a playlist says: it names neither barcode nor catalogue number."""
    return replace(wanted, barcode=None, catalog_number=None)


def _all(*spoils: Spoil) -> Spoil:
    """Return one spoiling after the other."""

    def spoil(wanted: WantedRelease) -> WantedRelease:
        """Spoil several times."""
        for one in spoils:
            wanted = one(wanted)
        return wanted

    return spoil


def _without(**fields: Any) -> Spoil:
    """Return a spoiling that forgets fields."""
    return lambda wanted: replace(wanted, **fields)


_NO_BARCODE = _without(barcode=None)
_NO_DATE = _without(date=None)
SPOILS: dict[str, Spoil] = {
    "untouched": lambda wanted: wanted,
    "no barcode": _NO_BARCODE,
    "no date": _NO_DATE,
    "year only": _year_only,
    "misspelled": _misspelled,
    "small letters": lambda wanted: replace(wanted, title=(wanted.title or "").lower()),
    "no artist": _without(artists=()),
    "with a guest": _with_guest,
    "a track too many": _one_more,
    "another barcode": _without(barcode="9999999999999"),
    "3 s longer": _later(3000),
    "15 s longer": _later(15_000),
    "no position": _without(track_number=None, disc_number=None),
    "year of a reissue": _in_2003,
    "title and artist alone": _all(
        _NO_BARCODE, _NO_DATE, _without(track_number=None, catalog_number=None)
    ),
    "title and artist swapped": _swapped,
    "no total": _without(track_total=None),
    "no length": _without(duration_ms=None),
    "no barcode, year only": _all(_NO_BARCODE, _year_only),
    "no barcode, misspelled": _all(_NO_BARCODE, _misspelled),
    "no barcode, no date": _all(_NO_BARCODE, _NO_DATE),
    "no barcode, reissue": _all(_NO_BARCODE, _in_2003),
    "no barcode, a track too many": _all(_NO_BARCODE, _one_more),
    "no barcode, with a guest": _all(_NO_BARCODE, _with_guest),
    "no barcode, no position": _all(_NO_BARCODE, _without(track_number=None, disc_number=None)),
}


def read_releases(corpus: Path) -> list[ReleaseDetails]:
    """Return the releases of a corpus."""
    paths = sorted(corpus.glob("eval_release_*.json"))
    return [parse_release_reply(json.loads(path.read_bytes())) for path in paths]


def _wanted(details: ReleaseDetails, track: ReleaseTrack) -> WantedRelease:
    """Return what a playlist would say about a track's album."""
    release = details.release
    return WantedRelease(
        title=release.title,
        artists=tuple(part.name for part in release.artist_credit),
        date=release.date,
        track_total=release.track_count,
        barcode=release.barcode,
        catalog_number=next(iter(release.catalog_numbers), None),
        disc_number=track.disc_number,
        track_number=track.position,
        duration_ms=track.length_ms,
    )


def _as_found(details: ReleaseDetails, place: ReleaseTrack) -> Release:
    """Return a release as a search gives it for a track: with the place of the one that stands there."""
    same = [
        track
        for track in details.tracks
        if (track.disc_number, track.position) == (place.disc_number, place.position)
    ]
    recordings = {recording.id: recording for recording in details.recordings}
    track = same[0] if same else details.tracks[0]
    return recordings[track.recording.id].releases[0]


def score_releases(
    releases: Sequence[ReleaseDetails], *, known: Spoil = lambda wanted: wanted
) -> Score:
    """Look for every release among all of them, with what is `known` of it at best."""
    counts: Counter[str] = Counter()
    failures = []
    for details in releases:
        track = details.tracks[0]
        candidates = [_as_found(other, track) for other in releases]
        wanted = known(_wanted(details, track))
        for name, spoil in SPOILS.items():
            result = _choice(candidates, spoil(wanted), details.release.id)
            counts[result] += 1
            if result != "right":
                title = f"{details.release.title} {details.release.id[:8]}"
                failures.append(f"{result}: {title}, {name}")
    return Score(
        right=counts["right"],
        undecided=counts["undecided"],
        wrong=counts["wrong"],
        failures=tuple(dict.fromkeys(failures)),
    )


def _choice(candidates: Iterable[Release], wanted: WantedRelease, right: str) -> str:
    """Return how a release was chosen: undecided when only its id puts it first."""
    first, second = sorted((release_order(release, wanted), release.id) for release in candidates)[
        :2
    ]
    if first[0][:-1] == second[0][:-1]:
        return "undecided" if right in (first[1], second[1]) else "wrong"
    return "right" if first[1] == right else "wrong"


def score_tracks(releases: Sequence[ReleaseDetails], *, with_isrc: bool) -> Score:
    """Look for the middle track of each release among the recordings of all."""
    found: dict[str, Recording] = {}
    for details in releases:
        for recording in details.recordings:
            known = found.get(recording.id)
            both = (*known.releases, *recording.releases) if known else recording.releases
            found[recording.id] = replace(recording, releases=both)
    counts: Counter[str] = Counter()
    failures = []
    for details in releases:
        track = details.tracks[len(details.tracks) // 2]
        codes = track.recording.isrcs
        if with_isrc and not codes:
            continue
        wanted = WantedRecording(
            title=track.title,
            artists=tuple(part.name for part in track.recording.artist_credit),
            album=details.release.title,
            duration_ms=track.length_ms,
            track_number=track.position,
            isrc=codes[0] if with_isrc else None,
        )
        match = choose_recording(wanted, list(found.values()), release=_wanted(details, track))
        result = _judged(match, track.recording.id)
        counts[result] += 1
        if result != "right":
            failures.append(f"{result}: {track.title} on {details.release.title}")
    return Score(
        right=counts["right"],
        undecided=counts["undecided"],
        wrong=counts["wrong"],
        failures=tuple(failures),
    )


def _judged(match: RecordingMatch, right: str) -> str:
    """Return how a recording was chosen."""
    if match.recording is None or (match.recording.id != right and right in match.alternatives):
        return "undecided"
    return "right" if match.recording.id == right else "wrong"


def score_scenarios(corpus: Path) -> Score:
    """Choose among the invented recordings."""
    right, failures = 0, []
    for path in sorted(corpus.glob("eval_recording_*.json")):
        data = json.loads(path.read_bytes())
        for scenario in data["scenarios"]:
            chosen = _scenario_choice(data, scenario["file"])
            if chosen == scenario["correct_id"]:
                right += 1
            else:
                failures.append(f"{scenario['name']}: {chosen}")
    return Score(right=right, undecided=0, wrong=len(failures), failures=tuple(failures))


def _scenario_choice(data: dict[str, Any], file: dict[str, Any]) -> str | None:
    """Return the recording chosen for a file's tags."""
    merged: dict[str, dict[str, Any]] = {}
    for recording in data["recordings"]:
        known = merged.setdefault(recording["id"], {**recording, "releases": []})
        known["releases"].append(data["releases"][recording["release"]])
    found = parse_recordings_reply({"recordings": list(merged.values())})
    codes = file.get("isrcs") or [None]
    wanted = WantedRecording(
        title=file["title"],
        artists=(file["artist"],),
        album=file.get("album"),
        duration_ms=file["length"] or None,
        isrc=codes[0],
    )
    match = choose_recording(wanted, found, release_date=file.get("date"))
    return match.recording.id if match.recording else None


def report_corpus(corpus: Path) -> tuple[str, dict[str, object], bool]:
    """Return the figures for people, for machines, and whether they are as good as the documented ones."""
    releases = read_releases(corpus)
    scores = {
        "scenarios": score_scenarios(corpus),
        "releases": score_releases(releases),
        "releases_as_listed": score_releases(releases, known=_as_listed),
        "tracks_by_isrc": score_tracks(releases, with_isrc=True),
        "tracks_by_words": score_tracks(releases, with_isrc=False),
    }
    documented = DOCUMENTED_RIGHT / DOCUMENTED_OF
    invented = scores["scenarios"]
    told = {name: _told(score) for name, score in scores.items()}
    own_gaps = f"its README names {len(DOCUMENTED_GAPS)} of them as gaps of its own"
    own_record = f"{DOCUMENTED_RIGHT} of {DOCUMENTED_OF} ({documented:.1%})"
    ways = f"each among all of them, spoilt in {len(SPOILS)} ways"
    lines = [
        f"Picard's invented scenarios: {told['scenarios']}; {own_gaps}",
        f"{len(releases)} releases, {ways}: {told['releases']}",
        f"  documented for Picard, each among one to four: {own_record}",
        f"the same as a playlist names them, without barcode: {told['releases_as_listed']}",
        f"their tracks among all their recordings, by ISRC: {told['tracks_by_isrc']}",
        f"and by words and length: {told['tracks_by_words']}",
    ]
    for name, score in scores.items():
        if name != "releases_as_listed":
            lines += [f"  {failure}" for failure in score.failures]
    figures: dict[str, object] = {
        name: {"right": score.right, "undecided": score.undecided, "wrong": score.wrong}
        for name, score in scores.items()
    }
    is_good = invented.right == invented.of and scores["releases"].share >= documented
    return "\n".join(lines), figures, is_good


def _told(score: Score) -> str:
    """Return a score in words."""
    return (
        f"{score.right} of {score.of} right ({score.share:.1%}), {score.undecided} undecided, "
        f"{score.wrong} wrong"
    )
