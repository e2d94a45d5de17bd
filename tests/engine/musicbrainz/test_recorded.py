"""Read every recorded reply of MusicBrainz; what is expected is counted in the files themselves."""

from collections import Counter
from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

from custom_components.soulspot.engine.model import Recording, Release
from custom_components.soulspot.engine.musicbrainz.parsing import (
    parse_artist,
    parse_artist_reply,
    parse_recording_reply,
    parse_recordings_reply,
    parse_release_reply,
    parse_releases_reply,
    parse_url_reply,
)

# What other services answer, and entities that are never asked for.
NOT_ASKED_FOR = (
    "acoustid", "collection_list", "coverartarchive", "cover_art", "error_", "label_lookup",
    "listenbrainz/mb_", "release_group_love_trip",
)  # fmt: skip


def replies(recordings: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each recorded object by its file's name."""
    for file in sorted((recordings / "musicbrainz").rglob("*.json")):
        document = json.loads(file.read_bytes())
        if isinstance(document, dict):
            yield f"{file.parent.name}/{file.name}", document


def kind_of(name: str, document: dict[str, Any]) -> str:
    """Tell what a reply is by what it holds."""
    if any(word in name for word in NOT_ASKED_FOR):
        return "other"
    marks = (
        ("recordings", "recordings"),
        ("urls", "url"),
        ("resource", "url"),
        ("artists", "artists"),
        ("life-span", "artist"),
        ("tracks", "medium"),
        ("track-offset", "medium"),
        ("recording", "track"),
        ("video", "recording"),
        ("releases", "releases"),
        ("media", "release"),
        ("text-representation", "release"),
    )
    return next(kind for mark, kind in marks if mark in document)


def assert_recording(name: str, raw: dict[str, Any], recording: Recording) -> None:
    """Compare a recording with the file."""
    assert recording.id == raw["id"], name
    assert recording.title == (raw["title"] or "").strip(), name
    assert recording.length_ms == (raw.get("length") or None), name
    assert recording.is_video == (raw.get("video") is True), name
    assert list(recording.isrcs) == [isrc for isrc in raw.get("isrcs") or [] if isrc], name
    assert recording.first_release_date == (raw.get("first-release-date") or None), name
    credit = raw.get("artist-credit") or []
    assert [part.name for part in recording.artist_credit] == [part["name"] for part in credit], (
        name
    )
    assert [part.artist_id for part in recording.artist_credit] == [
        part["artist"]["id"] for part in credit
    ], name
    assert [release.id for release in recording.releases] == [
        one["id"] for one in raw.get("releases", [])
    ], name
    for raw_release, release in zip(raw.get("releases", []), recording.releases, strict=True):
        assert_release(name, raw_release, release)


def assert_release(name: str, raw: dict[str, Any], release: Release) -> None:
    """Compare a release with the file."""
    assert release.title == raw["title"].strip(), name
    assert release.status == raw.get("status"), name
    assert release.date == (raw.get("date") or None), name
    group = raw.get("release-group", {})
    assert release.release_group_id == group.get("id"), name
    assert release.primary_type == group.get("primary-type"), name
    assert list(release.secondary_types) == group.get("secondary-types", []), name
    tracks = [
        track
        for medium in raw.get("media", [])
        for track in medium.get("track", medium.get("tracks", []))
    ]
    if tracks:
        assert release.track_id == tracks[0]["id"], name
        assert release.track_length_ms == (tracks[0].get("length") or None), name
        assert release.track_number is not None, name


def assert_details(name: str, document: dict[str, Any]) -> None:
    """Compare a release with all its tracks with the file."""
    details = parse_release_reply(document)
    assert details.release.id == document["id"], name
    assert details.release.title == document["title"], name
    assert details.release.track_id is None, name
    expected = []
    for medium in document.get("media", []):
        tracks = medium.get("tracks", [])
        if "pregap" in medium:
            tracks = [medium["pregap"], *tracks]
        expected += [
            (medium["position"], track["position"], track.get("id"), track["recording"]["id"])
            for track in tracks
        ]
    found = [
        (track.disc_number, track.position, track.id, track.recording.id)
        for track in details.tracks
    ]
    assert found == expected, name
    for _, position, track_id, recording_id in expected:
        release = details.release_of(recording_id)
        assert release is not None, name
        if [one[3] for one in expected].count(recording_id) == 1:
            assert (release.track_id, release.track_number) == (track_id, position), name


def of_kind(recordings: Path, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the replies of one kind that are more than a set of nulls, at least two."""
    found = 0
    for name, document in replies(recordings):
        if kind_of(name, document) == kind and document.get("id", "no id") is not None:
            found += 1
            yield name, document
    assert found > 1


def test_recordings(recordings: Path) -> None:
    """Searches, browses, ISRC lookups and single recordings are read completely."""
    hits = 0
    for name, document in of_kind(recordings, "recordings"):
        found = parse_recordings_reply(document)
        assert len(found) == len(document["recordings"]), name
        for raw, recording in zip(document["recordings"], found, strict=True):
            assert_recording(name, raw, recording)
        hits += len(found)
    assert hits > 600
    singles = 0
    for name, document in of_kind(recordings, "recording"):
        assert_recording(name, document, parse_recording_reply(document))
        singles += 1
    assert singles > 15


def test_lists_of_releases(recordings: Path) -> None:
    """Browses, searches and release groups name all their releases."""
    for name, document in of_kind(recordings, "releases"):
        raw = [one for one in document["releases"] if one.get("id")]
        releases = parse_releases_reply(document)
        assert [release.id for release in releases] == [one["id"] for one in raw], name
        if "primary-type" in document:
            groups = {(release.release_group_id, release.primary_type) for release in releases}
            assert groups <= {(document["id"], document["primary-type"])}, name


def test_releases_with_tracks(recordings: Path) -> None:
    """Every release, medium and track is read with all its tracks."""
    releases = 0
    for name, document in of_kind(recordings, "release"):
        assert_details(name, document)
        releases += 1
    assert releases > 50
    for name, document in replies(recordings):
        kind = kind_of(name, document)
        if kind == "medium" and document["position"] is not None:
            assert_details(name, {"id": "1", "title": "Any", "media": [document]})
        if kind == "track" and document["id"] is not None:
            medium = {"position": 1, "tracks": [document]}
            assert_details(name, {"id": "1", "title": "Any", "media": [medium]})


def test_artists(recordings: Path) -> None:
    """Artists come with all their other names, from lookups and from searches."""
    for name, document in of_kind(recordings, "artist"):
        artist = parse_artist_reply(document)
        assert (artist.id, artist.name) == (document["id"], document["name"]), name
        names = {alias["name"] for alias in document.get("aliases", [])}
        assert set(artist.aliases) == names - {document["name"]}, name
    for name, document in of_kind(recordings, "artists"):
        artists = [parse_artist(raw) for raw in document["artists"]]
        expected = [raw["name"] for raw in document["artists"]]
        assert [artist.name for artist in artists if artist] == expected, name


def test_addresses(recordings: Path) -> None:
    """Addresses lead to the releases they are related to, one or several."""
    for name, document in of_kind(recordings, "url"):
        urls = document.get("urls", [document])
        found = parse_url_reply(document)
        assert len(found) == len(urls), name
        for url, releases in zip(urls, found.values(), strict=True):
            related = [one["release"]["id"] for one in url["relations"] if "release" in one]
            assert [release.id for release in releases] == related, name


def test_search_hits_without_much(recordings: Path) -> None:
    """The facts known of the recorded searches are seen by the parser too."""
    hits: list[Recording] = []
    raw: list[dict[str, Any]] = []
    for _, document in replies(recordings):
        if isinstance(document.get("recordings"), list) and "created" in document:
            raw += document["recordings"]
            hits += parse_recordings_reply(document)
    assert len(hits) == len(raw) > 600
    assert (
        sum(hit.length_ms is None for hit in hits)
        == sum(not one.get("length") for one in raw)
        > 100
    )
    assert sum(hit.is_video for hit in hits) == sum(one.get("video") is True for one in raw)
    assert sum(bool(hit.isrcs) for hit in hits) == sum(bool(one.get("isrcs")) for one in raw) > 100
    aliases = sum(len(part.aliases) for hit in hits for part in hit.artist_credit)
    assert aliases > 1000


def test_positions_are_the_printed_numbers(recordings: Path) -> None:
    """The place on the medium is nearly always what is printed; a few releases count otherwise."""
    agreeing = Counter[bool]()
    for _, document in replies(recordings):
        if not isinstance(document.get("recordings"), list) or "created" not in document:
            continue
        numbers = {
            track["id"]: track["number"]
            for hit in document["recordings"]
            for release in hit.get("releases", [])
            for medium in release.get("media", [])
            for track in medium.get("track", [])
        }
        agreeing.update(
            str(release.track_number) == numbers[release.track_id]
            for hit in parse_recordings_reply(document)
            for release in hit.releases
            if release.track_id is not None and numbers[release.track_id].isdecimal()
        )
    assert agreeing[True] > 800
    assert agreeing[True] > 50 * agreeing[False]
