"""Compare the names and types of the simulator's replies with recorded ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.spotify import Fault, Spelling, SpotifySettings

from .shapes import assert_known_shape, names_always_there
from .spotify_client import connected

pytestmark = pytest.mark.usefixtures("socket_enabled")


def load(folder: Path, name: str) -> Any:
    """Return one recorded reply."""
    return json.loads((folder / "spotify" / name).read_text())


async def test_items_page_of_the_transition(recordings: Path) -> None:
    """Every name of the recorded page is ours too, and none of ours is unknown."""
    recorded = load(recordings, "spotifyaio/playlist_items.json")
    others = [
        load(recordings, "spotifyaio/playlist_2.json")["tracks"],
        load(recordings, "spotifyaio/playlist_3.json")["tracks"],
    ]
    spelled_twice = [
        {
            **page,
            "items": [{**entry, "item": entry["track"]} for entry in page["items"]],
        }
        for page in others
    ]
    async with connected() as client:
        road = client.simulator.playlist_id("open-road")
        page = await client.get(f"playlists/{road}/items", additional_types="track,episode")
        assert_known_shape(page, [recorded, *spelled_twice])
        entries = page["items"]
        assert isinstance(entries, list)
        assert set(page) == set(recorded)
        wanted = names_always_there(recorded["items"])
        item_names = names_always_there([entry["item"] for entry in recorded["items"]])
        for entry in entries:
            assert wanted <= set(entry)
        assert item_names <= set(entries[0]["item"])


async def test_playlist_of_the_transition(recordings: Path) -> None:
    """The embedded page and the metadata match."""
    recorded = load(recordings, "spotifyaio/playlist_1.json")
    async with connected() as client:
        piano = client.simulator.playlist_id("late-piano")
        playlist = await client.get(f"playlists/{piano}")
        assert set(playlist) == set(recorded)
        items = playlist["items"]
        assert isinstance(items, dict)
        assert items["limit"] == recorded["items"]["limit"]
        assert_known_shape(playlist, [recorded])


async def test_list_of_playlists(recordings: Path) -> None:
    """Totals stand where they were recorded."""
    recorded = load(recordings, "spotifyaio/current_user_playlist_1.json")
    async with connected() as client:
        page = await client.get("me/playlists")
        items = page["items"]
        assert isinstance(items, list)
        items.remove(None)
        assert_known_shape(page, [recorded])
        for item in items:
            if item["owner"]["id"] == "listener":
                assert names_always_there(recorded["items"]) <= set(item)


@pytest.mark.parametrize(
    "name", ["spotifyaio/saved_tracks.json", "kotlin/200_me_tracks_limit_50.json"]
)
async def test_saved_tracks(recordings: Path, name: str) -> None:
    """Two recordings, four years apart, have the same names."""
    recorded = load(recordings, name)
    page_recorded = recorded.get("body", recorded)
    async with connected(settings=SpotifySettings(spelling=Spelling.OLD)) as client:
        page = await client.get("me/tracks")
        assert_known_shape(page, [page_recorded])
        ours = page["items"]
        assert isinstance(ours, list)
        theirs = [entry["track"] for entry in page_recorded["items"]]
        playable = {"is_playable"}
        assert names_always_there(theirs) - playable <= set(ours[0]["track"])
        etag = (await client.send("me/tracks")).headers["ETag"]
        if "etag" in recorded:
            assert len(etag) == len(recorded["etag"])


async def test_local_files_with_absent_keys(recordings: Path) -> None:
    """The other recorded form of local files."""
    folder = recordings / "spotify" / "swift"
    (path,) = folder.glob("Local_Songs*.json")
    recorded = [
        entry for entry in json.loads(path.read_text())["tracks"]["items"] if entry["is_local"]
    ]
    settings = SpotifySettings(spelling=Spelling.OLD, local_keys_absent=True)
    async with connected(settings=settings) as client:
        local = client.simulator.playlist_id("only-local")
        entries = await client.all_items(f"playlists/{local}/items")
        assert entries
        for entry in entries:
            assert isinstance(entry, dict)
            track = entry["track"]
            assert names_always_there([item["track"] for item in recorded]) == set(track) - {
                "episode",
                "track",
                "preview_url",
            }


async def test_ghost(recordings: Path) -> None:
    """A withdrawn track keeps its id only."""
    folder = recordings / "spotify" / "spotdl_cassettes"
    (path,) = folder.glob("playlists_5Lk*_tracks_*.json")
    (recorded,) = [
        entry for entry in json.loads(path.read_text())["items"] if not entry["track"]["name"]
    ]
    async with connected(settings=SpotifySettings(spelling=Spelling.OLD)) as client:
        road = client.simulator.playlist_id("open-road")
        entries = await client.all_items(f"playlists/{road}/items")
        (ghost,) = [
            entry
            for entry in entries
            if isinstance(entry, dict) and entry["track"] and not entry["track"]["name"]
        ]
        assert_known_shape(ghost, [recorded])
        assert set(ghost["track"]) == set(recorded["track"])


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("429_quota", Fault.QUOTA),
        ("429_rate", Fault.RATE_LIMIT),
        ("403_premium", Fault.PREMIUM),
        ("403_forbidden", Fault.FORBIDDEN),
        ("401", Fault.EXPIRED),
    ],
)
async def test_error_bodies(recordings: Path, name: str, fault: Fault) -> None:
    """Errors are word for word those that were written down."""
    folder = recordings / "spotify" / "transcribed"
    bodies = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    async with connected() as client:
        client.simulator.fail(fault)
        assert (await client.send("me")).json() in bodies, name
