"""Call the actions by which a person decides about tracks, files and lists."""

import shutil
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from .test_actions import call, imported, track_id
from .waiting import until
from .world import World, account, playlist_subentry, set_up


async def downloaded(hass: HomeAssistant, world: World, **options: Any) -> int:
    """Have an account whose playlist is downloaded as far as it can be; return the track with a file."""
    await set_up(hass, account(world, playlist_subentry(world, "morning", **options)))
    await until(hass, lambda: hass.states.is_state("sensor.morning_owned", "1"))
    return await track_id(hass, world, "Morning Song")


async def test_get_track(hass: HomeAssistant, world: World) -> None:
    """Return everything that is known of a track."""
    number = await downloaded(hass, world)
    response = await call(hass, "get_track", track_id=number)
    assert response["state"] == "filed"
    assert response["tags"]["title"] == ["Morning Song"]
    [candidate] = response["candidates"]
    assert (candidate["position"], candidate["username"], candidate["failure"]) == (
        0,
        "helpful_person",
        None,
    )
    [verdict] = response["verdicts"]
    assert (verdict["accepted"], verdict["reason"]) == (True, None)
    assert verdict["properties"]["format"] == response["file"]["format"]
    checks = {check["name"]: check for check in verdict["checks"]}
    assert checks["size"]["measured"] == checks["size"]["limit"]
    assert checks["structure"]["result"] == "passed"
    assert checks["length"]["limit"] == "10.0"
    # With ffmpeg it was decoded, without it the verdict says so.
    assert checks["decode"]["result"] == ("passed" if shutil.which("ffmpeg") else "skipped")
    events = [entry["event"] for entry in response["journal"]]
    assert events[-1] == "filed"
    assert "searched" in events


async def test_choose_a_file_of_a_search(hass: HomeAssistant, world: World) -> None:
    """Download the file that a search has shown."""
    await imported(hass, world)
    number = await track_id(hass, world, "Morning Song")
    search = await call(hass, "search", track_id=number)
    [shown] = search["candidates"]
    response = await call(
        hass,
        "choose_candidate",
        track_id=number,
        username=shown["peer"],
        filename=shown["file"],
    )
    assert response["download"]["status"] == "chosen"
    await until(hass, lambda: hass.states.is_state("sensor.morning_owned", "1"))
    track = await call(hass, "get_track", track_id=number)
    assert "chosen" in [entry["event"] for entry in track["journal"]]


async def test_ignore_a_track_and_want_it_again(hass: HomeAssistant, world: World) -> None:
    """Count it as neither missing nor wanted, and say so."""
    await imported(hass, world)
    number = await track_id(hass, world, "Lost Interlude")
    response = await call(hass, "ignore_track", track_id=number, reason="Nobody has it")
    assert (response["ignored"], response["ignored_reason"]) == (True, "Nobody has it")
    await until(hass, lambda: hass.states.is_state("sensor.morning_missing", "1"))
    playlist = await call(hass, "get_playlist", playlist=world.playlist_id("morning"))
    assert playlist["playlist"]["ignored"] == 1
    queued = await call(hass, "download_missing", playlist=world.playlist_id("morning"))
    assert queued == {"queued": 1}
    response = await call(hass, "ignore_track", track_id=number, ignore="no")
    assert response["ignored"] is False
    await until(hass, lambda: hass.states.is_state("sensor.listener_tracks_wanted", "2"))


async def test_recycle_and_restore(hass: HomeAssistant, world: World) -> None:
    """Find the file of a removed track in the recycle bin, and bring it back."""
    number = await downloaded(hass, world, removal="recycle", removal_grace_days=0)
    world.spotify.world.remove("morning", 0)
    await call(hass, "sync_playlist", playlist=world.playlist_id("morning"))
    [entry] = hass.config_entries.async_entries("soulspot")
    # The rounds of the background work are an hour apart.
    await entry.runtime_data.pipeline._recycle_bin.recycle_removed()
    response = await call(hass, "get_recycle_bin")
    assert response["count"] == 1
    [file] = response["files"]
    assert file["reason"] == "Removed from the playlist Morning"
    assert [track["track_id"] for track in file["tracks"]] == [number]
    assert not (world.library / file["path"]).exists()
    restored = await call(hass, "restore_track", recycled_id=file["recycled_id"])
    assert restored == {"path": file["path"], "track_ids": [number]}
    assert (world.library / file["path"]).is_file()
    assert (await call(hass, "get_recycle_bin"))["files"] == []


async def test_export_and_delete_a_list(hass: HomeAssistant, world: World) -> None:
    """Hand a playlist out, take it in as a list, and delete that again."""
    await downloaded(hass, world)
    exported = await call(
        hass,
        "export_playlist",
        playlist=world.playlist_id("morning"),
        format="jspf",
        write_file=True,
    )
    assert (exported["tracks"], exported["owned"]) == (2, 1)
    assert (world.library / exported["path"]).read_text("utf-8") == exported["content"]
    copy = await call(hass, "import_list", name="Copy", content=exported["content"])
    list_id = copy["playlist"]["id"]
    shown = await call(hass, "get_playlist", playlist=list_id)
    assert (shown["playlist"]["tracks"], shown["playlist"]["owned"]) == (2, 1)
    everything = await call(hass, "get_playlist")
    assert [(item["id"], item["tracks"]) for item in everything["playlists"]] == [
        (world.playlist_id("morning"), 2),
        (list_id, 2),
    ]
    assert await call(hass, "delete_list", playlist=list_id) == {"deleted": list_id}
    with pytest.raises(ServiceValidationError) as raised:
        await call(hass, "get_playlist", playlist=list_id)
    assert raised.value.translation_key == "unknown_playlist"


@pytest.mark.parametrize(
    ("action", "data", "key"),
    [
        ("get_track", {"track_id": 999}, "unknown_track"),
        ("choose_candidate", {"track_id": 1}, "candidate_missing"),
        ("choose_candidate", {"track_id": 1, "username": "ann"}, "candidate_missing"),
        ("choose_candidate", {"track_id": 999, "position": 0}, "unknown_track"),
        ("ignore_track", {"track_id": 999}, "unknown_track"),
        ("restore_track", {}, "restored_file_missing"),
        ("restore_track", {"recycled_id": 999}, "not_in_recycle_bin"),
        ("restore_track", {"track_id": 999}, "unknown_track"),
        ("export_playlist", {}, "playlist_missing"),
        ("export_playlist", {"playlist": "list:nothing"}, "unknown_playlist"),
        ("delete_list", {"playlist": "list:nothing"}, "unknown_playlist"),
        ("delete_list", {"playlist": "0000000000000000000000"}, "not_a_list"),
        (
            "choose_candidate",
            {"track_id": 1, "position": 0, "username": "ann", "filename": "a.flac"},
            "candidate_missing",
        ),
        ("restore_track", {"track_id": 1, "recycled_id": 1}, "restored_file_missing"),
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


async def test_what_is_done_about_removed_tracks_can_be_set(
    hass: HomeAssistant, world: World
) -> None:
    """Keep the choice with the playlist, and nothing where it is as usual."""
    entry = await set_up(hass, account(world, playlist_subentry(world, "evening")))
    (subentry,) = entry.subentries.values()
    for removal, days, stored in (
        ("recycle", 3, {"removal": "recycle", "removal_grace_days": 3}),
        ("unlist", 7, {}),
    ):
        form = await entry.start_subentry_reconfigure_flow(hass, subentry.subentry_id)
        await hass.config_entries.subentries.async_configure(
            form["flow_id"],
            {
                "quality": "account",
                "automatic_download": False,
                "removal": removal,
                "removal_grace_days": days,
            },
        )
        (changed,) = entry.subentries.values()
        assert dict(changed.data) == {
            "playlist_id": world.playlist_id("evening"),
            "automatic_download": False,
            **stored,
        }
        await hass.async_block_till_done()
