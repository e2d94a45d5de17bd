"""Compare the simulator's answers with recorded ones, name by name and type by type."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.audio import AudioContent, Profile
from simulators.slskd import Attributes, Behaviour, Settings, SharedFile, WriteMode, load_responses

from .shapes import assert_known_shape, names_always_there, shapes
from .slskd_client import SONG, SlskdClient, peer, slskd, song, wanted

pytestmark = pytest.mark.usefixtures("socket_enabled")


def read(recordings: Path, name: str) -> Any:
    """Return a recorded answer."""
    return json.loads((recordings / "slskd" / name).read_text("utf-8"))


def rows_of(users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all download rows of a list by users."""
    return [
        row for user in users for directory in user["directories"] for row in directory["files"]
    ]


def settings(version: str) -> Settings:
    """Return settings for a version that writes nothing."""
    return Settings(version=version, clock_speed=0, write_mode=WriteMode.NOTHING)


async def finished(client: SlskdClient, *files: dict[str, object]) -> list[dict[str, Any]]:
    """Download and return the list by users."""
    for file in files or (wanted(),):
        await client.enqueue("peer", file)
    await client.simulator.advance(100)
    users: list[dict[str, Any]] = (await client.send("GET", "/transfers/downloads")).json()
    return users


async def test_application_state(recordings: Path, tmp_path: Path) -> None:
    """The state has exactly the recorded names and types."""
    recorded = read(recordings, "application-0.25.1.json")
    async with slskd(tmp_path, [peer()], settings("0.25.1")) as client:
        ours = (await client.send("GET", "/application")).json()
    assert ours["version"] == recorded["version"]
    ours_shape, recorded_shape = shapes(ours), shapes(recorded)
    # Nobody is below us in the distributed network.
    recorded_shape.pop("$.distributedNetwork.children[]")
    assert ours_shape == recorded_shape


async def test_new_search(recordings: Path, tmp_path: Path) -> None:
    """The answer to a new search has exactly the recorded names and types."""
    recorded = read(recordings, "search-create-response.json")
    async with slskd(tmp_path, [peer()], settings("0.24.5")) as client:
        ours = await client.search("Little dark age mgmt")
    assert shapes(ours) == shapes(recorded)
    assert ours["searchText"] == recorded["searchText"]


async def test_search_responses(recordings: Path, tmp_path: Path) -> None:
    """Responses and files have the recorded names, those that never lack and those that may."""
    recorded = read(recordings, "search-responses-pop-group-y.json")
    extra = [
        *read(recordings, "search-responses-trimmed-2026.json"),
        *read(recordings, "search-responses-locked-2026.json"),
    ]
    content = AudioContent("x", 3_000, Profile.FLAC_16_44)
    files = (
        song(),
        SharedFile(
            "certain\\death.flac",
            content,
            attributes=Attributes(length=3, bit_depth=16, sample_rate=44_100),
        ),
        SharedFile("certain\\death.ogg", size=9, attributes=Attributes(130, 3, None, None, True)),
        SharedFile("certain\\death.cue", size=9),
        song("certain\\death\\locked.mp3", is_locked=True),
    )
    async with slskd(tmp_path, [peer(*files)], settings("0.26.0")) as client:
        record = await client.search("certain death")
        await client.simulator.advance(20)
        reply = await client.send("GET", f"/searches/{record['id']}/responses")
        ours = reply.json()
    assert_known_shape(ours, [recorded, *([one] for one in extra)])
    assert names_always_there(ours) == names_always_there(recorded)
    recorded_files = [file for one in recorded for file in one["files"]]
    our_files = [file for one in ours for file in one["files"]]
    assert names_always_there(our_files) == names_always_there(recorded_files)


async def test_rows_of_0_23(recordings: Path, tmp_path: Path) -> None:
    """A finished row and a duplicate's row have exactly the recorded names and types."""
    recorded = rows_of(read(recordings, "downloads-list-2025-10.json"))
    done = next(row for row in recorded if row["state"] == "Completed, Succeeded")
    doubled = next(row for row in recorded if "exception" in row)
    slow = song(behaviour=Behaviour(queue_seconds=20))
    async with slskd(tmp_path, [peer(slow)], settings("0.23.2")) as client:
        users = await finished(client, wanted(), wanted())
        one = (await client.send("GET", "/transfers/downloads/peer")).json()
    ours = {row["state"]: row for row in rows_of(users)}
    assert shapes(ours["Completed, Succeeded"]) == shapes(done)
    assert shapes(ours["Completed, Errored"]) == shapes(doubled)
    assert ours["Completed, Errored"]["exception"] == doubled["exception"].replace(
        doubled["filename"], SONG
    ).replace(f"from {doubled['username']} is", "from peer is")
    recorded_user = read(recordings, "downloads-for-user-2025-10.json")
    assert shapes(one) == shapes({**recorded_user, "directories": one["directories"]})
    assert set(one["directories"][0]) == set(recorded_user["directories"][0])


async def test_rows_of_0_24(recordings: Path, tmp_path: Path) -> None:
    """A waiting row has the recorded names among others, for it was recorded in part."""
    [recorded] = rows_of(read(recordings, "downloads-list-queued-0.24.5.json"))
    slow = song(behaviour=Behaviour(queue_seconds=900))
    async with slskd(tmp_path, [peer(slow)], settings("0.24.5")) as client:
        [ours] = rows_of(await finished(client))
    assert ours["state"] == recorded["state"] == "Queued, Remotely"
    assert set(recorded) < set(ours)
    assert_known_shape({name: ours[name] for name in recorded}, [recorded])


async def test_rows_of_0_26(recordings: Path, tmp_path: Path) -> None:
    """A finished row has exactly the recorded names and types, one of a batch its id besides."""
    recorded = read(recordings, "downloads-list-0.26-2026-08.json")
    with_batch = read(recordings, "transfer-with-batch-0.26.json")
    async with slskd(tmp_path, [peer()], settings("0.26.0")) as client:
        ours = await finished(client)
        assert shapes(ours) == shapes(recorded)
        body = {"username": "peer", "files": [wanted()]}
        reply = await client.send("POST", "/transfers/downloads/batches", body)
        [batched] = reply.json()["batch"]["transfers"]
    assert set(with_batch) <= set(batched)
    assert_known_shape({name: batched[name] for name in with_batch}, [with_batch])


async def test_events_of_0_24(recordings: Path, tmp_path: Path) -> None:
    """Events and the text inside them have exactly the recorded names and types."""
    recorded = read(recordings, "events-0.24.5.json")
    async with slskd(tmp_path, [peer()], settings("0.24.5")) as client:
        await finished(client)
        ours = (await client.send("GET", "/events?limit=2")).json()
    assert shapes(ours) == shapes(recorded)
    recorded_data = {one["type"]: json.loads(one["data"]) for one in recorded}
    our_data = {one["type"]: json.loads(one["data"]) for one in ours}
    assert recorded_data.keys() == our_data.keys()
    for kind, data in our_data.items():
        assert shapes(data) == shapes(recorded_data[kind])


async def test_folder_of_a_peer(recordings: Path, tmp_path: Path) -> None:
    """A folder listing has the recorded names among others, for it was recorded in part."""
    recorded = read(recordings, "user-directory-trimmed-2026.json")
    folder = SONG.rpartition("\\")[0]
    async with slskd(tmp_path, [peer()], settings("0.26.0")) as client:
        reply = await client.send("POST", "/users/peer/directory", {"directory": folder})
        ours = reply.json()
    assert set(ours[0]) == set(recorded[0])
    assert names_always_there(recorded[0]["files"]) <= names_always_there(ours[0]["files"])


async def test_replay_gives_the_recorded_answers_back(recordings: Path, tmp_path: Path) -> None:
    """Peers made of a recorded search answer with the same rows, but for the token."""
    path = recordings / "slskd" / "search-responses-pop-group-y.json"
    recorded = json.loads(path.read_text("utf-8"))
    async with slskd(tmp_path, load_responses(path), settings("0.26.0")) as client:
        record = await client.search("pop", filterResponses=False)
        await client.simulator.advance(60)
        final = await client.get_search(record["id"], responses=True)
        by_name = {one["username"]: one for one in final["responses"]}
        matching = 0
        for original in recorded:
            ours = by_name.get(original["username"], {"files": [], "lockedFiles": []})
            for kind in ("files", "lockedFiles"):
                expected = [file for file in original[kind] if has_word(file["filename"], "pop")]
                assert ours[kind] == expected
                matching += len(expected)
        counted = final["fileCount"] + final["lockedFileCount"]
        assert counted == matching > 2_000


def has_word(path: str, word: str) -> bool:
    """Tell whether a path has a word, set apart by anything that is no letter or digit."""
    separated = "".join(char if char.isalnum() else " " for char in path.casefold())
    return word in separated.split()


async def test_replayed_file_can_be_downloaded(recordings: Path, tmp_path: Path) -> None:
    """A recorded file arrives with its recorded size."""
    path = recordings / "slskd" / "search-responses-pop-group-y.json"
    first = json.loads(path.read_text("utf-8"))[0]
    file = first["files"][0]
    async with slskd(tmp_path, load_responses(path)) as client:
        await client.enqueue(first["username"], wanted(file["filename"], file["size"]))
        await client.simulator.advance(60)
        [row] = await client.rows(first["username"])
        assert row["state"] == "Completed, Succeeded"
        [local] = list((tmp_path / "downloads").rglob("*.mp3"))
        assert local.stat().st_size == file["size"]
