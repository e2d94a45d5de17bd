"""Add what stands beside the wanted recordings: twins, samplers, other versions."""

from dataclasses import replace

from simulators.catalogue import Catalogue

from . import imperfections as odd
from .credits import credit
from .entities import (
    VARIOUS_ARTISTS_ID,
    Artist,
    Credit,
    Database,
    Recording,
    Release,
    ReleaseGroup,
    Track,
    mbid,
)

_VARIOUS = Artist(
    VARIOUS_ARTISTS_ID,
    "Various Artists",
    "Various Artists",
    "Other",
    "add compilations to this artist",
)


def add_various_artists(database: Database) -> None:
    """Add the artist that stands for samplers, whether or not there are any."""
    database.artists[_VARIOUS.mbid] = _VARIOUS


def add_twins(database: Database, catalogue: Catalogue, made: dict[str, Recording]) -> None:
    """Add live takes and videos that share the ISRC of a studio recording."""
    for key, longer_by in odd.LIVE_TWINS.items():
        if key not in made:
            continue
        studio = made[key]
        live = replace(
            studio,
            mbid=mbid("recording", f"{key}/live"),
            length_ms=catalogue.recordings[key].length_ms + longer_by,
            disambiguation="live, 2007-02-22: The Great American Music Hall",
            first_release_date="2007-02-22",
        )
        title = "2007-02-22: The Great American Music Hall"
        group = ReleaseGroup(
            mbid("release-group", title),
            title,
            studio.credits,
            "Album",
            ("Live",),
            "2007-02-22",
        )
        track = Track(mbid("track", f"{title}/1"), 1, live.title, live.length_ms, live)
        database.add_release(
            Release(
                mbid("release", title), title, studio.credits, group, (track,),
                status="Bootleg", date="2007-02-22", country="US", has_cover=False,
            )
        )  # fmt: skip
    for key in odd.VIDEO_TWINS & set(made):
        video = replace(
            made[key],
            mbid=mbid("recording", f"{key}/video"),
            is_video=True,
            first_release_date="",
        )
        database.add_recording(video)


def add_samplers(database: Database, made: dict[str, Recording]) -> None:
    """Add compilations by various artists."""
    mixed = [made[key] for key in odd.ON_SAMPLER if key in made]
    if mixed:
        database.add_release(_sampler("Free Music Sampler", "2015-06-01", mixed))
    march = made.get(odd.ON_MANY_SAMPLERS)
    if march is not None:
        for number in range(1, odd.MANY_SAMPLERS + 1):
            title = f"Marches for Every Day, Volume {number}"
            database.add_release(_sampler(title, "2018", [march]))


def _sampler(title: str, date: str, recordings: list[Recording]) -> Release:
    """Return a compilation."""
    credits_ = (Credit(_VARIOUS, "Various Artists"),)
    group = ReleaseGroup(
        mbid("release-group", title), title, credits_, "Album", ("Compilation",), date
    )
    tracks = tuple(
        Track(
            mbid("track", f"{title}/{position}"),
            position,
            item.title,
            item.length_ms,
            item,
        )
        for position, item in enumerate(recordings, start=1)
    )
    return Release(mbid("release", title), title, credits_, group, tracks, date=date, country="DE")


def add_other_versions(database: Database) -> None:
    """Add what a text search finds besides the wanted recordings."""
    macleod, others = credit(["Kevin MacLeod"]), credit(["Eastman Wind Ensemble"])
    for key, title, credits_, length, note in (
        ("weasel-slower", "Scheming Weasel (slower version)", macleod, 132_000, ""),
        ("bell-eastman", "The Liberty Bell", others, 212_000, ""),
        (
            "dog-remix",
            "Sick as a Dog (Basement remix)",
            credit(["Brad Sucks"]),
            251_000,
            "",
        ),
        (
            "weasel-karaoke",
            "Code Monkey",
            credit(["Jonathan Coulton"]),
            192_000,
            "karaoke",
        ),
    ):
        recording = Recording(mbid("recording", key), title, credits_, length, disambiguation=note)
        database.add_recording(recording)
