"""Derive the database from the catalogue, imperfections included."""

from dataclasses import replace
import re

from simulators.catalogue import Catalogue, Recording as CatalogueRecording
from simulators.spotify.identity import open_url, spotify_id
from simulators.spotify.search import upc
from simulators.spotify.world import album_id

from . import imperfections as odd
from .credits import credit
from .entities import Database, Recording, Release, ReleaseGroup, Track, mbid
from .variants import add_other_versions, add_samplers, add_twins, add_various_artists

_FEATURING = re.compile(r"\s*[(\[]feat\. [^)\]]*[)\]]")
_LIVE = re.compile(r"\s+- Live$")


def build_database(catalogue: Catalogue) -> Database:
    """Return what MusicBrainz knows of the catalogue's music."""
    database = Database()
    add_various_artists(database)
    known = [item for item in catalogue.recordings.values() if item.key not in odd.UNKNOWN]
    made = {item.key: _recording(item) for item in known}
    for recording in made.values():
        database.add_recording(recording)
    albums: dict[tuple[str, str], list[CatalogueRecording]] = {}
    for item in known:
        if item.key not in odd.WITHOUT_RELEASE:
            albums.setdefault((item.album_artist, item.album), []).append(item)
    for items in albums.values():
        _add_album(database, items, made)
    add_twins(database, catalogue, made)
    add_samplers(database, made)
    add_other_versions(database)
    for key in odd.MERGED & set(made):
        database.merged[mbid("recording", f"{key}/before merge")] = made[key].mbid
    return database


def canonical_isrc(isrc: str | None) -> tuple[str, ...]:
    """Return the plain form of an ISRC, if there is one."""
    return () if isrc is None else (isrc.replace("-", "").upper(),)


def _recording(item: CatalogueRecording) -> Recording:
    """Make the recording of a catalogue entry, in the title style of MusicBrainz."""
    is_live = _LIVE.search(item.title) is not None
    length: int | None = item.length_ms + odd.LENGTH_OFF_BY_MS.get(item.key, 0)
    return Recording(
        mbid=mbid("recording", item.key),
        title=_LIVE.sub("", _FEATURING.sub("", item.title)),
        credits=credit(item.artists, featuring="feat." in item.title),
        length_ms=None if item.key in odd.WITHOUT_LENGTH else length,
        isrcs=() if item.key in odd.WITHOUT_ISRC else canonical_isrc(item.isrc),
        disambiguation="live" if is_live else "",
        first_release_date=odd.FIRST_RELEASED.get(item.key, _date(item)),
        genres=item.genres,
    )


def _date(item: CatalogueRecording) -> str:
    """Return a release date; some are known to the day, some only as a year."""
    return str(item.year) if item.year % 2 else f"{item.year}-03-02"


def _add_album(
    database: Database, items: list[CatalogueRecording], made: dict[str, Recording]
) -> None:
    """Add the release of an album, its other editions and its streaming address."""
    first = items[0]
    kind = "Single" if first.total_tracks < 4 else "EP" if first.total_tracks < 7 else "Album"
    is_live = any(made[item.key].disambiguation == "live" for item in items)
    key = f"{first.album_artist}/{first.album}"
    album_credit = credit([first.album_artist])
    group = ReleaseGroup(
        mbid("release-group", key),
        first.album,
        album_credit,
        kind,
        ("Live",) if is_live else (),
        _date(first),
        first.genres,
    )
    lacks_status = first.album in odd.WITHOUT_STATUS
    release = Release(
        mbid=mbid("release", key),
        title=first.album,
        credits=album_credit,
        group=group,
        tracks=_tracks(key, items, made),
        status=None if lacks_status else "Official",
        date="" if lacks_status else _date(first),
        country=None if lacks_status else "XW",
        barcode=None if lacks_status else upc(first).lstrip("0"),
        label=None if lacks_status else f"{first.album_artist} Recordings",
        script="Latn" if first.album.isascii() else None,
        has_cover=first.album not in odd.WITHOUT_COVER,
    )
    database.add_release(release)
    if first.album in odd.REISSUED:
        database.add_release(_edition(release, "2014", "US", "CD", "remastered"))
    if first.album in odd.TRANSLITERATED:
        database.add_release(_transliterated(release))
    if first.album not in odd.WITHOUT_STREAMING_ADDRESS:
        database.add_url(open_url("album", album_id(first)), release)
        database.add_url(
            open_url("artist", spotify_id("artist", first.album_artist)),
            album_credit[0].artist,
        )
        for item in items:
            address = open_url("track", spotify_id("track", item.key))
            database.add_url(address, made[item.key])


def _tracks(
    key: str, items: list[CatalogueRecording], made: dict[str, Recording]
) -> tuple[Track, ...]:
    """Fill every place of the album; those outside the catalogue have no title."""
    by_number = {item.track_number: made[item.key] for item in items}
    total = max(items[0].total_tracks, *by_number)
    filler_credit = credit([items[0].album_artist])
    tracks = []
    for number in range(1, total + 1):
        place = f"{key}/{number}"
        recording = by_number.get(number) or Recording(
            mbid("recording", place),
            "[untitled]",
            filler_credit,
            None,
            is_indexed=False,
        )
        tracks.append(
            Track(
                mbid("track", place),
                number,
                recording.title,
                recording.length_ms,
                recording,
            )
        )
    return tuple(tracks)


def _edition(release: Release, date: str, country: str, medium: str, note: str) -> Release:
    """Return another edition with the same recordings but track ids, date and barcode of its own."""
    key = f"{release.mbid}/{date}/{country}"
    tracks = tuple(
        replace(track, mbid=mbid("track", f"{key}/{track.position}")) for track in release.tracks
    )
    return replace(
        release,
        mbid=mbid("release", key),
        tracks=tracks,
        date=date,
        country=country,
        medium_format=medium,
        disambiguation=note,
        barcode="0" + (release.barcode or "")[::-1],
        packaging="Jewel Case",
    )


def _transliterated(release: Release) -> Release:
    """Return the pseudo-release with track titles in Latin letters."""
    key = f"{release.mbid}/transliterated"
    tracks = tuple(
        replace(
            track,
            mbid=mbid("track", f"{key}/{track.position}"),
            title=odd.TRANSLITERATED.get(track.title, track.title),
        )
        for track in release.tracks
    )
    credits_ = tuple(
        replace(item, name=odd.TRANSLITERATED.get(item.name, item.name)) for item in release.credits
    )
    return replace(
        release,
        mbid=mbid("release", key),
        title=odd.TRANSLITERATED[release.title],
        credits=credits_,
        tracks=tracks,
        status="Pseudo-Release",
        date=None,
        country=None,
        barcode=None,
        script="Latn",
        has_cover=False,
    )
