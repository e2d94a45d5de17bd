"""Read lists, tracks and albums from a simulated Spotify."""

from collections import Counter

import pytest

from custom_components.soulspot.engine.errors import (
    InputError,
    NotFoundError,
    PermissionDeniedError,
)
from custom_components.soulspot.engine.isrc import normalise_isrc
from custom_components.soulspot.engine.model import LIKED_SONGS_ID, EntryKind
from simulators.catalogue import EntryKind as SimulatedKind
from simulators.spotify import Fault, Spelling

from .conftest import Spotify

KINDS = {
    SimulatedKind.RECORDING: EntryKind.TRACK,
    SimulatedKind.LOCAL: EntryKind.LOCAL,
    SimulatedKind.EPISODE: EntryKind.EPISODE,
    SimulatedKind.NULL: EntryKind.MISSING,
    SimulatedKind.GHOST: EntryKind.GHOST,
}


def grow(spotify: Spotify, length: int, key: str = "open-road") -> None:
    """Make a playlist that long by repeating recordings."""
    recordings = list(spotify.simulator.world.recordings)
    for number in range(length - len(spotify.simulator.world.playlist(key).entries)):
        spotify.simulator.world.add(key, recordings[number % len(recordings)])


def expected_uris(spotify: Spotify, key: str) -> list[str | None]:
    """Return the tracks' URIs of a playlist, None for other kinds, as the catalogue has them."""
    return [
        f"spotify:track:{spotify.simulator.track_id(entry.recording)}"
        if entry.kind is SimulatedKind.RECORDING and entry.recording
        else None
        for entry in spotify.simulator.world.playlist(key).entries
    ]


async def test_account(spotify: Spotify) -> None:
    """The account that logged in is named."""
    account = await spotify.client.me()
    assert account.id == "listener"
    assert account.unique_id


@pytest.mark.parametrize("spelling", list(Spelling))
@pytest.mark.parametrize("length", [19, 100, 101, 230])
async def test_playlist(spotify: Spotify, spelling: Spelling, length: int) -> None:
    """Every entry arrives once, in order, with its kind, in each spelling and for any number of pages."""
    grow(spotify, length)
    spotify.simulator.settings.spelling = spelling
    playlist = spotify.simulator.world.playlist("open-road")
    contents = await spotify.client.items(spotify.simulator.playlist_id("open-road"))

    assert contents.is_complete
    assert contents.summary.name == playlist.name
    assert contents.summary.description == "For long drives & short ones."
    assert contents.summary.total == length
    assert contents.summary.snapshot_id == spotify.simulator.world.snapshot_id("open-road")
    assert [item.position for item in contents.items] == list(range(length))
    assert [item.kind for item in contents.items] == [
        KINDS[entry.kind] for entry in playlist.entries
    ]
    uris = [item.uri if item.kind is EntryKind.TRACK else None for item in contents.items]
    assert uris == expected_uris(spotify, "open-road")


async def test_short_playlist_takes_one_request(spotify: Spotify) -> None:
    """The embedded page is enough for up to 100 items."""
    grow(spotify, 100)
    await spotify.client.items(spotify.simulator.playlist_id("open-road"))
    assert spotify.simulator.log.count("/v1/*") == 1


async def test_titles_artists_and_codes(spotify: Spotify) -> None:
    """Tracks carry what the search needs."""
    contents = await spotify.client.items(spotify.simulator.playlist_id("late-piano"))
    recordings = spotify.simulator.world.recordings
    wanted = [
        recordings[key] for key in spotify.simulator.world.playlist("late-piano").recording_keys
    ]
    tracks = [item.track for item in contents.items]
    assert len(tracks) == len(wanted)
    for track, recording in zip(tracks, wanted, strict=True):
        assert track is not None
        assert track.title == recording.title
        assert tuple(artist.name for artist in track.artists) == recording.artists
        assert track.album is not None
        assert track.album.name == recording.album
        assert track.duration_ms == recording.length_ms
        assert track.isrc == normalise_isrc(recording.isrc)


async def test_empty_playlist(spotify: Spotify) -> None:
    """An empty list is complete with nothing in it."""
    contents = await spotify.client.items(spotify.simulator.playlist_id("empty"))
    assert (contents.items, contents.is_complete, contents.summary.total) == (
        (),
        True,
        0,
    )


@pytest.mark.parametrize("keys_absent", [False, True])
async def test_playlist_of_local_files(spotify: Spotify, keys_absent: bool) -> None:
    """Local files are read whether their empty members are null or absent."""
    spotify.simulator.settings.local_keys_absent = keys_absent
    contents = await spotify.client.items(spotify.simulator.playlist_id("only-local"))
    assert [item.kind for item in contents.items] == [EntryKind.LOCAL] * 3
    tracks = [item.track for item in contents.items if item.track]
    assert [track.title for track in tracks] == ["Side A", "track 03", "Wenn's regnet"]
    assert [[artist.name for artist in track.artists] for track in tracks] == [
        ["The Attic Tapes"],
        [],
        ["Großmutter & Söhne"],
    ]
    assert [track.album.name if track.album else None for track in tracks] == [
        "Demos",
        None,
        "Küchenlieder: Band 1",
    ]
    assert [track.duration_ms for track in tracks] == [1_320_000, 187_000, 98_000]


async def test_entry_without_item_key(spotify: Spotify) -> None:
    """An entry that lacks its content altogether keeps its place."""
    spotify.simulator.settings.item_key_absent = True
    contents = await spotify.client.items(spotify.simulator.playlist_id("open-road"))
    assert contents.items[9].kind is EntryKind.MISSING


async def test_collaborative_playlist(spotify: Spotify) -> None:
    """A list of somebody else that the user may edit is readable."""
    contents = await spotify.client.items(spotify.simulator.playlist_id("shared-with-me"))
    assert len(contents.items) == 2
    assert contents.summary.collaborative


async def test_followed_playlist(spotify: Spotify) -> None:
    """A list that is only followed is refused by name."""
    with pytest.raises(PermissionDeniedError) as caught:
        await spotify.client.items(spotify.simulator.playlist_id("followed"))
    assert caught.value.translation_key == "spotify_playlist_forbidden"


async def test_lists_of_spotify_and_unknown_lists(spotify: Spotify) -> None:
    """A 404 says more when the id is of one of Spotify's own lists; neither is remembered."""
    for playlist_id, key in (
        (spotify.simulator.playlist_id("editorial"), "spotify_owned_playlist"),
        ("0" * 22, "spotify_playlist_not_found"),
    ):
        for read in (
            spotify.client.items,
            spotify.client.playlist,
            spotify.client.snapshot,
        ):
            with pytest.raises(NotFoundError) as caught:
                await read(playlist_id)
            assert caught.value.translation_key == key
    assert spotify.cache.keys == set()


@pytest.mark.parametrize(
    "identifier", ["", "../me", "0123456789abcdefghijA/", "0123456789abcdefghijAB?x"]
)
async def test_malformed_ids_are_never_sent(spotify: Spotify, identifier: str) -> None:
    """Nothing but an id ever stands in a path."""
    reads = (
        spotify.client.items,
        spotify.client.playlist,
        spotify.client.snapshot,
        spotify.client.track,
        spotify.client.album,
    )
    for read in reads:
        with pytest.raises(InputError):
            await read(identifier)
    assert spotify.simulator.log.count() == 0


async def test_own_list_that_may_not_be_paged(spotify: Spotify) -> None:
    """When the items are refused, what the playlist embeds is kept and marked as not all."""
    grow(spotify, 130)
    spotify.simulator.fail(Fault.FORBIDDEN, path="/v1/playlists/*/items", times=None)
    contents = await spotify.client.items(spotify.simulator.playlist_id("open-road"))
    assert len(contents.items) == 100
    assert not contents.is_complete
    assert contents.summary.total == 130


async def test_missing_rights_are_not_taken_for_a_foreign_list(
    spotify: Spotify,
) -> None:
    """Other causes of a refusal end the reading, even half way."""
    grow(spotify, 130)
    spotify.simulator.fail(Fault.PREMIUM, path="/v1/playlists/*/items")
    with pytest.raises(PermissionDeniedError) as caught:
        await spotify.client.items(spotify.simulator.playlist_id("open-road"))
    assert caught.value.translation_key == "spotify_premium_required"


async def test_list_that_changes_while_it_is_read(spotify: Spotify) -> None:
    """A removal between two pages shifts the rest; the list is read again and nothing is lost."""
    grow(spotify, 180)

    def remove() -> None:
        spotify.simulator.world.remove("open-road", 0)

    spotify.simulator.before_request("/v1/playlists/*/items", remove, 2)
    contents = await spotify.client.items(spotify.simulator.playlist_id("open-road"))
    assert contents.is_complete
    uris = [item.uri if item.kind is EntryKind.TRACK else None for item in contents.items]
    assert uris == expected_uris(spotify, "open-road")
    assert contents.summary.snapshot_id == spotify.simulator.world.snapshot_id("open-road")


async def test_list_that_never_holds_still(spotify: Spotify) -> None:
    """After the second reading the earlier snapshot is kept, so that the next sync reads again."""
    grow(spotify, 180)
    for occurrence in (1, 2, 3, 4):
        spotify.simulator.before_request(
            "/v1/playlists/*/items",
            lambda: spotify.simulator.world.move("open-road", 0, 150),
            occurrence,
        )
    contents = await spotify.client.items(spotify.simulator.playlist_id("open-road"))
    assert contents.summary.snapshot_id != spotify.simulator.world.snapshot_id("open-road")
    assert spotify.simulator.log.count("/v1/playlists/*/items") == 4


async def test_all_playlists(spotify: Spotify) -> None:
    """All pages are listed with their snapshots, nulls are skipped, in each spelling."""
    visible = spotify.simulator.world.visible_to("listener")
    expected = {
        spotify.simulator.playlist_id(playlist.key): spotify.simulator.world.snapshot_id(
            playlist.key
        )
        for playlist in visible
    }
    for spelling in Spelling:
        spotify.simulator.settings.spelling = spelling
        playlists = await spotify.client.playlists()
        assert {playlist.spotify_id: playlist.snapshot_id for playlist in playlists} == expected
        totals = {playlist.name: playlist.total for playlist in playlists}
        assert totals["Open road"] == 19
        assert totals["Followed list"] is None
    assert await spotify.client.snapshots_of_all() == expected


async def test_snapshot_changes_with_the_list(spotify: Spotify) -> None:
    """One small request tells whether a list changed."""
    playlist_id = spotify.simulator.playlist_id("late-piano")
    before = await spotify.client.snapshot(playlist_id)
    assert before == await spotify.client.snapshot(playlist_id)
    spotify.simulator.world.move("late-piano", 0, 3)
    assert before != await spotify.client.snapshot(playlist_id)
    assert {request.query.get("fields") for request in spotify.simulator.log.requests} == {
        "snapshot_id"
    }


async def test_metadata_is_an_hour_old_at_most(spotify: Spotify) -> None:
    """A playlist's metadata is cached, by reading its items too, until it is asked for afresh."""
    playlist_id = spotify.simulator.playlist_id("late-piano")
    await spotify.client.items(playlist_id)
    assert spotify.cache.keys == {f"playlist:{playlist_id}"}
    spotify.simulator.world.rename("late-piano", "Later piano")
    assert (await spotify.client.playlist(playlist_id)).name == "Late piano"
    assert (await spotify.client.playlist(playlist_id)).total == 12
    assert (await spotify.client.playlist(playlist_id, refresh=True)).name == "Later piano"
    spotify.simulator.world.rename("late-piano", "Latest piano")
    spotify.clock.advance(3601)
    assert (await spotify.client.playlist(playlist_id)).name == "Latest piano"


@pytest.mark.parametrize("length", [4, 50, 51, 120])
async def test_liked_songs(spotify: Spotify, length: int) -> None:
    """The saved tracks are a list like others, newest first."""
    liked = spotify.simulator.world.liked
    while len(liked) < length:
        liked.append(liked[len(liked) % 4])
    contents = await spotify.client.items(LIKED_SONGS_ID)
    assert contents.is_complete
    assert contents.summary.spotify_id == LIKED_SONGS_ID
    assert contents.summary.total == length
    expected = [spotify.simulator.track_id(entry.recording or "") for entry in liked]
    assert [item.uri for item in contents.items] == [
        f"spotify:track:{track_id}" for track_id in expected
    ]
    assert contents.summary.snapshot_id == await spotify.client.snapshot(LIKED_SONGS_ID)
    assert (await spotify.client.playlist(LIKED_SONGS_ID)).total == length


async def test_liked_songs_that_grow_while_they_are_read(spotify: Spotify) -> None:
    """A new song on top shifts the pages; the list is read again without doubles."""
    liked = spotify.simulator.world.liked
    while len(liked) < 120:
        liked.append(liked[len(liked) % 4])
    before = await spotify.client.snapshot(LIKED_SONGS_ID)
    spotify.simulator.before_request("/v1/me/tracks", lambda: liked.insert(0, liked[3]), 2)
    contents = await spotify.client.saved_tracks()
    assert len(contents.items) == 121
    assert contents.summary.snapshot_id not in (None, before)
    counts = Counter(item.uri for item in contents.items)
    assert counts == Counter(
        f"spotify:track:{spotify.simulator.track_id(entry.recording or '')}" for entry in liked
    )


async def test_track_and_album_are_remembered(spotify: Spotify) -> None:
    """A track is asked for once a day, and so is one that does not exist."""
    track_id = spotify.simulator.track_id("night-owl")
    track = await spotify.client.track(track_id)
    assert track.title == spotify.simulator.world.recordings["night-owl"].title
    assert await spotify.client.track(track_id) == track
    assert spotify.simulator.log.count("/v1/tracks/*") == 1
    for _ in range(2):
        with pytest.raises(NotFoundError):
            await spotify.client.track("0" * 22)
    assert spotify.simulator.log.count("/v1/tracks/*") == 2
    spotify.clock.advance(24 * 3600 + 1)
    await spotify.client.track(track_id)
    assert spotify.simulator.log.count("/v1/tracks/*") == 3

    assert track.album is not None
    assert track.album.spotify_id is not None
    details = await spotify.client.album(track.album.spotify_id)
    assert details.album.name == track.album.name
    assert details.upc


async def test_failures_are_not_remembered(spotify: Spotify) -> None:
    """What goes wrong once is asked again."""
    track_id = spotify.simulator.track_id("night-owl")
    spotify.simulator.fail(Fault.NOT_REGISTERED, path="/v1/tracks/*")
    with pytest.raises(PermissionDeniedError):
        await spotify.client.track(track_id)
    assert (await spotify.client.track(track_id)).title


async def test_search(spotify: Spotify) -> None:
    """A search by code finds the track, within the ten hits that are allowed, and is remembered."""
    recording = spotify.simulator.world.recordings["night-owl"]
    for _ in range(2):
        tracks = await spotify.client.search_tracks(f"isrc:{recording.isrc}", limit=50)
        assert [track.title for track in tracks] == [recording.title]
    assert spotify.simulator.log.count("/v1/search") == 1
    with pytest.raises(InputError):
        await spotify.client.search_tracks("  ")
