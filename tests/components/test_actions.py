"""Call the actions, and read what they answer."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import orjson
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulators.slskd.faults import Fault as SlskdFault
from simulators.spotify.faults import Fault as SpotifyFault

from .waiting import until
from .world import DOMAIN, World, account, playlist_subentry, set_up


async def call(hass: HomeAssistant, action: str, **data: Any) -> Mapping[str, Any]:
    """Call an action and return its response, which must be JSON."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert response is not None
    orjson.dumps(response)
    return response


async def imported(hass: HomeAssistant, world: World) -> MockConfigEntry:
    """Have an account whose playlist is imported, but nothing downloaded."""
    subentry = playlist_subentry(world, "morning", automatic_download=False)
    entry = await set_up(hass, account(world, subentry))
    await until(hass, lambda: hass.states.is_state("sensor.morning_tracks", "2"))
    return entry


async def track_id(hass: HomeAssistant, world: World, title: str) -> int:
    """Return the number of a track by its title."""
    response = await call(hass, "get_playlist", playlist=world.playlist_id("morning"))
    return next(
        int(entry["track"]["track_id"])
        for entry in response["entries"]
        if entry["track"] and entry["track"]["title"] == title
    )


# --- Playlists --------------------------------------------------------------------------


async def test_import_a_new_playlist(hass: HomeAssistant, world: World) -> None:
    """Import by link, report what could not be taken, and configure the playlist."""
    entry = await set_up(hass, account(world))
    response = await call(
        hass,
        "import_playlist",
        playlist=world.spotify.playlist_url("morning"),
        quality="good",
        automatic_download=False,
    )
    assert response["playlist"]["name"] == "Morning"
    assert response["tracks_imported"] == 2
    assert response["tracks_failed"] == 1
    assert response["errors"] == ["Entry 2 is a podcast episode"]
    (subentry,) = entry.subentries.values()
    assert dict(subentry.data) == {
        "playlist_id": world.playlist_id("morning"),
        "automatic_download": False,
        "quality": "good",
    }
    await until(hass, lambda: hass.states.is_state("sensor.morning_tracks", "2"))
    again = await call(hass, "import_playlist", playlist=world.playlist_id("morning"))
    assert again["tracks_imported"] == 2
    assert len(entry.subentries) == 1


async def test_sync_by_device(hass: HomeAssistant, world: World) -> None:
    """Name a playlist by its device, or none for all of them."""
    entry = await imported(hass, world)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, f"{entry.entry_id}_{world.playlist_id('morning')}"), entry.entry_id
    )
    assert device is not None
    world.spotify.world.add("morning", "shared")
    response = await call(hass, "sync_playlist", device_id=device.id)
    assert [(item["name"], item["tracks"]) for item in response["playlists"]] == [("Morning", 3)]
    response = await call(hass, "sync_playlist")
    assert len(response["playlists"]) == 1


async def test_get_playlist(hass: HomeAssistant, world: World) -> None:
    """Return every position in order, with what is no track."""
    await imported(hass, world)
    response = await call(hass, "get_playlist", playlist=world.playlist_id("morning"))
    assert response["playlist"]["missing"] == 2
    assert [(entry["position"], entry["kind"]) for entry in response["entries"]] == [
        (0, "track"),
        (1, "episode"),
        (2, "track"),
    ]
    first = response["entries"][0]["track"]
    assert first["artist"] == "Ada Quartet"
    assert first["state"] is None


async def test_download_missing(hass: HomeAssistant, world: World) -> None:
    """Queue what is missing, file it, and explain the rest."""
    await imported(hass, world)
    response = await call(hass, "download_missing", playlist=world.playlist_id("morning"))
    assert response == {"queued": 2}
    await until(hass, lambda: hass.states.is_state("sensor.morning_owned", "1"))
    await until(hass, lambda: hass.states.is_state("sensor.listener_not_available", "1"))
    playlist = await call(hass, "get_playlist", playlist=world.playlist_id("morning"))
    filed, _, absent = (entry["track"] for entry in playlist["entries"])
    assert filed["state"] == "filed"
    assert filed["file"]["format"] == "flac"
    assert filed["file_path"].startswith(str(world.library))
    assert absent["state"] == "not_available"
    assert absent["reason_key"] == "only_kin_offered"
    assert absent["reason"] == (
        "Peers share other tracks of this artist or album, but not this one now"
    )


async def test_import_a_list(hass: HomeAssistant, world: World) -> None:
    """Make a playlist of pasted lines, without Spotify, and download it."""
    await set_up(hass, account(world, with_spotify=False))
    response = await call(
        hass, "import_list", name="For later", content="Ada Quartet - Morning Song (0:20)\n???\n"
    )
    assert response["playlist"]["name"] == "For later"
    assert response["tracks_imported"] == 1
    playlist = response["playlist"]["id"]
    assert await call(hass, "download_missing", playlist=playlist) == {"queued": 1}
    sensor = "sensor.soulspot_listener_completed_in_all"
    await until(hass, lambda: hass.states.is_state(sensor, "1"))
    shown = await call(hass, "get_playlist", playlist=playlist)
    assert shown["entries"][0]["track"]["state"] == "filed"
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "import_list", name="Empty", content="\n")
    assert raised.value.translation_key == "list_empty"


# --- Tracks -----------------------------------------------------------------------------


async def test_download_by_name(hass: HomeAssistant, world: World) -> None:
    """Download a track that no playlist names, and return what was chosen."""
    await set_up(hass, account(world, with_spotify=False))
    response = await call(
        hass,
        "download_track",
        artist="Ada Quartet",
        title="Morning Song",
        duration=20,
        quality_preference="best",
        timeout_seconds=20,
    )
    assert response["search_results_count"] == 1
    assert response["selected_file"]["filename"].endswith("01 - Morning Song.flac")
    assert "Title agrees" in response["selected_file"]["why"]
    assert response["download"]["username"] == "helpful_person"
    assert response["error_message"] is None
    assert response["candidates"] == [response["selected_file"]]
    sensor = "sensor.soulspot_listener_completed_in_all"
    await until(hass, lambda: hass.states.is_state(sensor, "1"))
    queue = await call(hass, "get_queue", states=["filed"])
    assert queue["queue"]["filed_total"] == 1
    assert [item["track_id"] for item in queue["downloads"]] == [response["track_id"]]


async def test_download_what_nobody_has(hass: HomeAssistant, world: World) -> None:
    """Report the state and the reason."""
    await imported(hass, world)
    number = await track_id(hass, world, "Lost Interlude")
    response = await call(hass, "download_track", track_id=number, timeout_seconds=20)
    assert response["status"] == "not_available"
    assert response["error_key"] == "no_results"
    assert response["search_results_count"] == 0
    assert response["selected_file"] is None


async def test_search(hass: HomeAssistant, world: World) -> None:
    """Judge what is offered, without a download."""
    await imported(hass, world)
    number = await track_id(hass, world, "Morning Song")
    response = await call(hass, "search", track_id=number)
    assert response["outcome"] == "take"
    assert response["search_results_count"] == 1
    assert len(response["candidates"]) == 1
    assert response["queries"]
    queue = await call(hass, "get_queue")
    assert queue["downloads"] == []


async def test_enrich_metadata(hass: HomeAssistant, world: World) -> None:
    """Return what MusicBrainz adds."""
    await imported(hass, world)
    number = await track_id(hass, world, "Morning Song")
    response = await call(hass, "enrich_metadata", track_id=number)
    assert response["track"]["musicbrainz_recording_id"]
    assert "musicbrainz_recording_id" in response["enriched_fields"]
    assert response["artist"]["musicbrainz_id"]
    assert response["errors"] == []


# --- Bad input --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "data", "key"),
    [
        ("import_playlist", {}, "playlist_missing"),
        ("import_playlist", {"playlist": "my favourite songs"}, "invalid_link"),
        ("import_playlist", {"playlist": "spotify:album:4aawyAB9vmqN3uQ7FjRGTy"}, "link_is_album"),
        ("get_playlist", {"playlist": "0000000000000000000000"}, "unknown_playlist"),
        ("get_playlist", {"device_id": "of nobody"}, "device_is_no_playlist"),
        (
            "get_playlist",
            {"device_id": "of nobody", "playlist": "0000000000000000000000"},
            "playlist_missing",
        ),
        ("download_missing", {"playlist": "0000000000000000000000"}, "unknown_playlist"),
        ("download_track", {}, "track_missing"),
        ("download_track", {"artist": "Ada Quartet"}, "track_missing"),
        ("download_track", {"track_id": 999}, "unknown_track"),
        ("search", {"title": "Morning Song"}, "track_missing"),
        ("search", {"search_query": "morning"}, "track_missing"),
        ("enrich_metadata", {"track_id": 999}, "unknown_track"),
    ],
)
async def test_bad_input_has_a_name(
    hass: HomeAssistant, world: World, action: str, data: dict[str, Any], key: str
) -> None:
    """Tell the person what is wrong with the request."""
    await set_up(hass, account(world))
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, action, **data)
    assert raised.value.translation_key == key


@pytest.mark.parametrize(
    ("playlist", "key"),
    [
        ("0000000000000000000000", "spotify_playlist_not_found"),
        ("37i9dQZF1DXcBWIGoYBM5M", "spotify_owned_playlist"),
        ("followed", "spotify_playlist_forbidden"),
    ],
)
async def test_playlists_that_spotify_does_not_give(
    hass: HomeAssistant, world: World, playlist: str, key: str
) -> None:
    """Say why, and configure nothing."""
    entry = await set_up(hass, account(world))
    link = world.playlist_id("followed") if playlist == "followed" else playlist
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "import_playlist", playlist=link)
    assert raised.value.translation_key == key
    assert not entry.subentries


async def test_devices_of_others_are_refused(hass: HomeAssistant, world: World) -> None:
    """Take the device of a playlist only."""
    entry = await set_up(hass, account(world))
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    foreign = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "1")}
    )
    for device_id in (foreign.id, entry.runtime_data.account_device_id):
        with pytest.raises(ServiceValidationError) as raised:
            await call(hass, "sync_playlist", device_id=device_id)
        assert raised.value.translation_key == "device_is_no_playlist"


async def test_only_known_playlists_are_synced(hass: HomeAssistant, world: World) -> None:
    """Say that a playlist was never imported, before Spotify is asked for it."""
    await set_up(hass, account(world))
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "sync_playlist", playlist=world.playlist_id("morning"))
    assert raised.value.translation_key == "unknown_playlist"


async def test_the_account_must_be_clear(hass: HomeAssistant, world: World) -> None:
    """Ask for the account when there are several, and for Spotify where it is needed."""
    await set_up(hass, account(world))
    without = await set_up(hass, account(world, with_spotify=False))
    with pytest.raises(ServiceValidationError):
        await call(hass, "get_queue")
    queue = await call(hass, "get_queue", config_entry_id=without.entry_id)
    assert queue["queue"]["slskd_connected"] is True
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "sync_playlist", config_entry_id=without.entry_id)
    assert raised.value.translation_key == "no_spotify"


async def test_services_that_are_away(hass: HomeAssistant, world: World) -> None:
    """Name the service that gives no answer."""
    await set_up(hass, account(world))
    world.spotify.fail(SpotifyFault.UNAVAILABLE, times=None)
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "import_playlist", playlist=world.playlist_id("morning"))
    assert raised.value.translation_key == "service_unavailable"
    assert raised.value.translation_placeholders == {"service": "Spotify", "status": "503"}
    world.slskd.inject(SlskdFault("*", "*", 502, times=100))
    with pytest.raises(HomeAssistantError) as raised:
        await call(hass, "search", artist="Ada Quartet", title="Morning Song")
    assert raised.value.translation_placeholders == {"service": "slskd", "status": "502"}


async def test_schemas_are_strict(hass: HomeAssistant, world: World) -> None:
    """Refuse fields and values that nobody knows."""
    await set_up(hass, account(world))
    for data in ({"surprise": 1}, {"states": ["lost"]}, {"limit": 0}):
        with pytest.raises(probatio.Invalid):
            await call(hass, "get_queue", **data)


async def test_reasons_speak_the_language_of_the_house(hass: HomeAssistant, world: World) -> None:
    """Tell reasons in the language that Home Assistant is set to."""
    hass.config.language = "de"
    await set_up(hass, account(world))
    response = await call(
        hass,
        "import_playlist",
        playlist=world.playlist_id("morning"),
        automatic_download=False,
    )
    assert response["errors"] == ["Eintrag 2 ist eine Podcast-Folge"]
