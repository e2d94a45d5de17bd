"""Import every recorded reply of Spotify; what is expected is counted in the files themselves."""

from collections import Counter
from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

from custom_components.soulspot.engine.isrc import normalise_isrc
from custom_components.soulspot.engine.model import EntryKind, PlaylistItem
from custom_components.soulspot.engine.spotify.parsing import (
    embedded_page,
    parse_account,
    parse_items_page,
    parse_playlist,
    parse_playlists_page,
)
from custom_components.soulspot.engine.spotify.track_parsing import (
    parse_album_reply,
    parse_search_reply,
    parse_track_reply,
)


def replies(recordings: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each recorded object by its file's name, out of its envelope when it has one."""
    for file in sorted((recordings / "spotify").rglob("*.json")):
        document = json.loads(file.read_bytes())
        if isinstance(document, dict) and {"method", "body"} <= set(document):
            document = document["body"]
        if isinstance(document, dict):
            yield f"{file.parent.name}/{file.name}", document


def is_playlist(document: dict[str, Any]) -> bool:
    """Tell a playlist, filtered ones included."""
    return document.get("type") == "playlist" or {"owner", "tracks"} <= set(document)


def is_items_page(document: object) -> bool:
    """Tell a page of playlist items or saved tracks."""
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return False
    entries = document["items"]
    return bool(entries) and all(
        isinstance(entry, dict)
        and ("track" in entry or "added_by" in entry)
        and "played_at" not in entry
        for entry in entries
    )


def count_kinds(entries: list[Any]) -> Counter[str]:
    """Count what stands in a page, from the words of the file."""
    counts: Counter[str] = Counter()
    for entry in entries:
        content = entry.get("item", entry.get("track"))
        if content is None:
            counts["missing"] += 1
        elif entry.get("is_local"):
            counts["local"] += 1
        elif content.get("type") == "episode":
            counts["episode"] += 1
        else:
            counts["track" if content["name"] else "ghost"] += 1
    return counts


def assert_same_as_file(
    name: str, entries: list[Any], items: tuple[PlaylistItem, ...], offset: int
) -> None:
    """Compare what was read with the file, entry by entry."""
    assert Counter(item.kind.value for item in items) == count_kinds(entries), name
    assert [item.position for item in items] == list(range(offset, offset + len(entries))), name
    for entry, item in zip(entries, items, strict=True):
        content = entry.get("item", entry.get("track")) or {}
        if item.kind is EntryKind.MISSING:
            continue
        if item.kind is not EntryKind.GHOST:
            assert (item.track.title if item.track else item.title) == content["name"].strip(), name
        if "uri" in content:
            assert item.uri == content["uri"], name
        if item.kind in (EntryKind.TRACK, EntryKind.LOCAL):
            assert item.track is not None
            names = [artist["name"] for artist in content.get("artists", []) if artist["name"]]
            assert [artist.name for artist in item.track.artists] == names, name
            assert item.track.duration_ms == (content.get("duration_ms") or None), name
            assert item.track.isrc == normalise_isrc(content.get("external_ids", {}).get("isrc")), (
                name
            )


def test_playlists(recordings: Path) -> None:
    """Every playlist is imported with all its entries."""
    seen = Counter[str]()
    for name, document in replies(recordings):
        if not is_playlist(document):
            continue
        summary = parse_playlist(document)
        assert summary.name == document["name"].strip(), name
        assert summary.snapshot_id == document.get("snapshot_id"), name
        assert summary.owner_id == document["owner"]["id"], name
        page = document.get("items", document["tracks"])
        assert summary.total == page.get("total"), name
        embedded = embedded_page(document)
        assert (embedded is None) == ("items" not in page), name
        if embedded is not None:
            assert_same_as_file(name, page["items"], embedded.items, page.get("offset", 0))
            seen.update(item.kind.value for item in embedded.items)
        seen["playlists"] += 1
    assert seen["playlists"] > 15
    assert seen["local"] > 3
    assert seen["episode"] > 3
    assert seen["ghost"] > 0


def test_item_and_saved_track_pages(recordings: Path) -> None:
    """Every page keeps every entry and its position."""
    seen = Counter[str]()
    for name, document in replies(recordings):
        if not is_items_page(document):
            continue
        page = parse_items_page(document)
        assert_same_as_file(name, document["items"], page.items, document.get("offset", 0))
        assert page.total == document["total"], name
        assert page.next_link == document.get("next"), name
        seen.update(item.kind.value for item in page.items)
        seen["pages"] += 1
        seen["saved"] += "me/tracks" in document["href"]
    assert seen["pages"] > 15
    assert seen["saved"] > 5
    assert seen["track"] > 500
    assert seen["missing"] > 0


def test_lists_of_playlists(recordings: Path) -> None:
    """Every page of the user's playlists gives each playlist with its snapshot."""
    pages = 0
    for name, document in replies(recordings):
        entries = document.get("items")
        if not isinstance(entries, list) or not entries or entries[0].get("type") != "playlist":
            continue
        pages += 1
        summaries, next_link = parse_playlists_page(document)
        expected = [
            (entry["id"], entry.get("snapshot_id"), entry["tracks"]["total"]) for entry in entries
        ]
        assert [(one.spotify_id, one.snapshot_id, one.total) for one in summaries] == expected, name
        assert next_link == document["next"], name
    assert pages > 2


def test_tracks_albums_searches_and_accounts(recordings: Path) -> None:
    """Single tracks, albums, search replies and accounts are read."""
    seen = Counter[str]()
    for name, document in replies(recordings):
        kind = document.get("type")
        if kind == "track" and not document.get("is_local"):
            track = parse_track_reply(document)
            assert (track.title, track.spotify_uri) == (
                document["name"],
                document["uri"],
            ), name
            assert track.album is not None
            assert track.album.spotify_id == document["album"]["id"], name
        elif kind == "album":
            details = parse_album_reply(document)
            assert details.album.name == document["name"], name
            assert details.upc == document.get("external_ids", {}).get("upc"), name
            assert details.album.total_tracks == document.get("total_tracks"), name
        elif kind == "user":
            assert parse_account(document).id == document["id"], name
        elif isinstance(document.get("tracks"), dict) and not is_playlist(document):
            kind = "search"
            hits = document["tracks"]["items"]
            assert [hit.title for hit in parse_search_reply(document)] == [
                hit["name"] for hit in hits
            ], name
        else:
            continue
        seen[kind] += 1
    assert seen["track"] > 80
    assert min(seen["album"], seen["search"]) > 4
    assert seen["user"] > 1
