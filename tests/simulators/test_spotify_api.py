"""Check what the Web API gives: lists, pages, entries of every kind, both spellings."""

import re

import pytest

from simulators.catalogue import demo_catalogue, with_large_playlist
from simulators.spotify import Spelling, SpotifySettings

from .spotify_client import connected

pytestmark = pytest.mark.usefixtures("socket_enabled")


def names(items: list[object], key: str = "item") -> list[str | None]:
    """Return the names of what stands in entries."""
    result: list[str | None] = []
    for entry in items:
        assert isinstance(entry, dict)
        result.append(entry[key] and entry[key]["name"])
    return result


async def test_profile_carries_only_what_development_mode_promises() -> None:
    """Country and product are gone; the stable account id is there."""
    async with connected(settings=SpotifySettings(spelling=Spelling.NEW)) as client:
        profile = await client.get("me")
        assert profile["id"] == "listener"
        assert profile["account_id"]
        assert not {"country", "product", "email"} & set(profile)


async def test_list_of_playlists_has_snapshots_a_null_and_followed_lists() -> None:
    """Totals are shown only for lists the account may read."""
    async with connected() as client:
        items = await client.all_items("me/playlists", limit=3)
        assert items[1] is None
        lists = {item["name"]: item for item in items if isinstance(item, dict)}
        assert lists["Open road"]["items"]["total"] == 19
        assert lists["Open road"]["snapshot_id"]
        assert lists["Shared with me"]["collaborative"] is True
        assert "items" in lists["Shared with me"]
        assert "items" not in lists["Followed list"]
        assert "Editor's choice" not in lists


async def test_private_and_collaborative_lists_need_their_scopes() -> None:
    """A short grant hides lists instead of failing the call."""
    async with connected() as client:
        client.sign_in(scope="")
        items = await client.all_items("me/playlists")
        assert {item["name"] for item in items if isinstance(item, dict)} == {
            "Late piano",
            "Followed list",
        }
        road = client.simulator.playlist_id("open-road")
        assert await client.error(f"playlists/{road}") == (
            403,
            "Insufficient client scope",
        )
        assert await client.error("me/tracks") == (403, "Insufficient client scope")


async def test_embedded_page_holds_a_hundred_and_items_page_fifty() -> None:
    """The two limits differ; `next` is absolute and leads to the end."""
    catalogue = with_large_playlist(demo_catalogue(), 230)
    async with connected(catalogue) as client:
        large = client.simulator.playlist_id("large")
        playlist = await client.get(f"playlists/{large}")
        embedded = playlist["items"]
        assert isinstance(embedded, dict)
        assert len(embedded["items"]) == 100
        assert embedded["limit"] == 100
        assert embedded["next"].startswith(client.simulator.api_url)
        assert await client.error(f"playlists/{large}/items", limit=51) == (
            400,
            "Invalid limit",
        )
        items = await client.all_items(f"playlists/{large}/items", limit=50)
        assert names(items)[0] == "Amber Avenue 1"
        assert len(set(names(items))) == 230
        assert client.simulator.log.count("/v1/playlists/*/items") == 6
        client.simulator.settings.items_limit_maximum = 100
        page = await client.get(f"playlists/{large}/items", limit=100, offset=200)
        assert page["total"] == 230
        assert page["next"] is None
        assert str(page["previous"]).endswith("offset=100&limit=100")


@pytest.mark.parametrize(
    ("spelling", "item_names", "page_names"),
    [
        (Spelling.OLD, {"track"}, {"tracks"}),
        (Spelling.TRANSITION, {"track", "item"}, {"tracks", "items"}),
        (Spelling.NEW, {"item"}, {"items"}),
    ],
)
async def test_spellings(spelling: Spelling, item_names: set[str], page_names: set[str]) -> None:
    """Old, both, or new names; saved tracks never changed theirs."""
    async with connected(settings=SpotifySettings(spelling=spelling)) as client:
        road = client.simulator.playlist_id("open-road")
        playlist = await client.get(f"playlists/{road}")
        assert {"tracks", "items"} & set(playlist) == page_names
        page = await client.get(f"playlists/{road}/items")
        items = page["items"]
        assert isinstance(items, list)
        for entry in items:
            assert {"track", "item"} & set(entry) == item_names
        saved = await client.all_items("me/tracks", limit=2)
        assert names(saved, "track") == [
            "Night Owl",
            "Au printemps, Op. 43 No. 6",
            "Crazy Blues",
            "Swansong",
        ]
        old_status = (await client.send(f"playlists/{road}/tracks")).status
        assert old_status == (200 if spelling is Spelling.OLD else 403)


async def test_entries_of_every_kind() -> None:
    """Local file, episode, null and ghost look as recorded; the duplicate is kept."""
    async with connected() as client:
        road = client.simulator.playlist_id("open-road")
        entries = await client.all_items(
            f"playlists/{road}/items", additional_types="track,episode"
        )
        rows = [entry for entry in entries if isinstance(entry, dict)]
        assert names(entries).count("Code Monkey") == 2
        (local,) = [row for row in rows if row["is_local"]]
        assert local["item"]["id"] is None
        assert local["item"]["external_ids"] == {}
        assert local["item"]["uri"] == (
            "spotify:local:Neighbours%27+Choir::Rehearsal+in+the+garden:154"
        )
        (nothing,) = [row for row in rows if row["item"] is None]
        assert nothing["added_at"] is None
        assert nothing["added_by"] is None
        (episode,) = [row for row in rows if row["item"] and row["item"]["type"] == "episode"]
        assert "show" in episode["item"]
        assert not {"artists", "album", "external_ids"} & set(episode["item"])
        (ghost,) = [row for row in rows if row["item"] and row["item"]["name"] == ""]
        assert ghost["item"]["id"]
        assert ghost["item"]["duration_ms"] == 0
        assert ghost["item"]["external_ids"] == {}


async def test_variants_of_odd_entries() -> None:
    """Keys may be absent instead of null; episodes look like tracks to old clients."""
    settings = SpotifySettings(local_keys_absent=True, item_key_absent=True)
    async with connected(settings=settings) as client:
        road = client.simulator.playlist_id("open-road")
        entries = await client.all_items(f"playlists/{road}/items")
        rows = [entry for entry in entries if isinstance(entry, dict)]
        (local,) = [row for row in rows if row["is_local"]]
        assert not {"id", "href"} & set(local["item"])
        assert "id" not in local["item"]["artists"][0]
        assert sum("item" not in row for row in rows) == 1
        (episode,) = [row for row in rows if row.get("item", {}).get("type") == "episode"]
        assert episode["item"]["artists"][0]["name"] == "The Commons Hour"
        assert "show" not in episode["item"]


async def test_lists_that_cannot_be_read() -> None:
    """Somebody else's: metadata only; Spotify's own and unknown ones: not found."""
    async with connected() as client:
        followed = client.simulator.playlist_id("followed")
        playlist = await client.get(f"playlists/{followed}")
        assert playlist["name"] == "Followed list"
        assert not {"items", "tracks"} & set(playlist)
        assert await client.error(f"playlists/{followed}/items") == (403, "Forbidden")
        shared = client.simulator.playlist_id("shared-with-me")
        assert len(await client.all_items(f"playlists/{shared}/items")) == 2
        editorial = client.simulator.playlist_id("editorial")
        assert editorial.startswith("37i9dQZF1")
        assert len(editorial) == 22
        assert await client.error(f"playlists/{editorial}") == (
            404,
            "Resource not found",
        )
        assert (await client.error(f"playlists/{'0' * 22}"))[0] == 404
        assert await client.error("playlists/too-short") == (400, "invalid id")


async def test_snapshot_changes_with_every_edit() -> None:
    """Also when the contents return to what they were."""
    async with connected() as client:
        piano = client.simulator.playlist_id("late-piano")
        world = client.simulator.world
        seen = []
        for edit in (
            lambda: None,
            lambda: world.add("late-piano", "swansong", position=0),
            lambda: world.remove("late-piano", 0),
            lambda: world.move("late-piano", 0, 5),
            lambda: world.rename("late-piano", "Later piano"),
        ):
            edit()
            playlist = await client.get(f"playlists/{piano}", fields="snapshot_id,name")
            assert set(playlist) == {"snapshot_id", "name"}
            seen.append(playlist["snapshot_id"])
        assert len(set(seen)) == len(seen)
        assert playlist["name"] == "Later piano"


async def test_playlist_changed_between_two_pages() -> None:
    """A page shifted by a removal loses an entry: totals and snapshots tell."""
    catalogue = with_large_playlist(demo_catalogue(), 100)
    async with connected(catalogue) as client:
        world = client.simulator.world
        client.simulator.before_request(
            "/v1/playlists/*/items", lambda: _drop_first(world), occurrence=2
        )
        large = client.simulator.playlist_id("large")
        before = world.snapshot_id("large")
        items = await client.all_items(f"playlists/{large}/items", limit=50)
        assert len(items) == 99
        assert "Amber Garden 61" in names(items)
        assert len(set(names(items))) == 99
        assert world.snapshot_id("large") != before


def _drop_first(world: object) -> None:
    """Remove the first entry of the large list."""
    world.remove("large", 0)  # type: ignore[attr-defined]


async def test_etag_answers_not_modified_until_something_changes() -> None:
    """The tag belongs to the body."""
    async with connected() as client:
        piano = f"playlists/{client.simulator.playlist_id('late-piano')}"
        tag = (await client.send(piano)).headers["ETag"]
        assert tag.startswith('"MC-')
        again = await client.send(piano, headers={"If-None-Match": tag})
        assert again.status == 304
        assert again.body == b""
        client.simulator.world.remove("late-piano", 0)
        changed = await client.send(piano, headers={"If-None-Match": tag})
        assert changed.status == 200
        search = await client.send("search", q="ghosts", type="track")
        assert "ETag" not in search.headers


async def test_relinking_only_with_a_market() -> None:
    """Ids stay stable for clients that send no market."""
    settings = SpotifySettings(relinked_recordings={"night-owl"})
    async with connected(settings=settings) as client:
        wanted = client.simulator.track_id("night-owl")
        plain = await client.get(f"tracks/{wanted}")
        assert plain["id"] == wanted
        assert "is_playable" not in plain
        relinked = await client.get(f"tracks/{wanted}", market="DE")
        assert relinked["id"] != wanted
        assert relinked["is_playable"] is True
        origin = relinked["linked_from"]
        assert isinstance(origin, dict)
        assert origin["id"] == wanted


async def test_search_filters_and_small_pages() -> None:
    """ISRCs are compared in their plain form; ten results at most."""
    async with connected() as client:
        found = await client.get("search", q="isrc:ZZBFF1100001", type="track")
        tracks = found["tracks"]
        assert isinstance(tracks, dict)
        assert [track["name"] for track in tracks["items"]] == ["Night Owl"]
        assert tracks["limit"] == 5
        query = 'track:"gymnopedie" artist:macleod'
        found = await client.get("search", q=query, type="track")
        tracks = found["tracks"]
        assert isinstance(tracks, dict)
        assert tracks["items"][0]["external_ids"] == {}
        assert await client.error("search", q="x", type="track", limit=11) == (
            400,
            "Invalid limit",
        )
        assert (await client.error("search", q="", type="track"))[0] == 400


async def test_albums_and_removed_calls() -> None:
    """An album shows its UPC; batch calls are gone."""
    async with connected() as client:
        track = await client.get(f"tracks/{client.simulator.track_id('4-ghosts-i')}")
        album_of_track = track["album"]
        assert isinstance(album_of_track, dict)
        album = await client.get(f"albums/{album_of_track['id']}")
        ids = album["external_ids"]
        assert isinstance(ids, dict)
        assert re.fullmatch(r"\d{12,14}", ids["upc"])
        page = await client.get(f"albums/{album_of_track['id']}/tracks")
        items = page["items"]
        assert isinstance(items, list)
        assert [item["track_number"] for item in items] == [4, 14]
        artist = album_of_track["artists"][0]
        assert (await client.get(f"artists/{artist['id']}"))["name"] == artist["name"]
        assert (await client.error("tracks", ids=str(track["id"])))[0] == 403
        assert (await client.error("nonsense"))[0] == 404


async def test_pictures_are_real_and_differ() -> None:
    """Cover addresses lead to JPEG data of the promised size."""
    async with connected() as client:
        seen = set()
        for key in ("night-owl", "swansong"):
            track = await client.get(f"tracks/{client.simulator.track_id(key)}")
            album = track["album"]
            assert isinstance(album, dict)
            async with client.session.get(album["images"][2]["url"]) as response:
                assert response.content_type == "image/jpeg"
                body = await response.read()
            assert body.startswith(b"\xff\xd8")
            seen.add(body)
        assert len(seen) == 2
        piano = client.simulator.playlist_id("late-piano")
        images = (await client.send(f"playlists/{piano}/images")).json()
        assert images[0]["url"].startswith(client.simulator.accounts_url)
        empty = client.simulator.playlist_id("empty")
        playlist = await client.get(f"playlists/{empty}")
        assert playlist["images"] == []
