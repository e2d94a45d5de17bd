"""Compare the simulator's answers with recorded ones, name by name, type by type, format by format.

Each answer was recorded from one version or two. What another version leaves out or adds beside it is
written down here, so that every version is compared as a whole: nothing more, nothing less.
"""

from collections.abc import Iterable
import json
from pathlib import Path
from typing import Any

import pytest

from simulators.audio import AudioContent, Profile
from simulators.slskd import (
    SUPPORTED,
    Attributes,
    Behaviour,
    Settings,
    SharedFile,
    Webhook,
    WriteMode,
    load_responses,
)

from .shapes import assert_known_shape, formats, names_always_there
from .slskd_client import SONG, SlskdClient, peer, slskd, song, wanted

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Shape = dict[str, set[str]]

OLDEST, V23, V24, V25, NEWEST = SUPPORTED
LISTED = "$.directories[].files[]"
DURATIONS = {"elapsedTime": "duration", "remainingTime": "duration"}


def read(recordings: Path, name: str) -> Any:
    """Return a recorded answer."""
    return json.loads((recordings / "slskd" / name).read_text("utf-8"))


def rows_of(users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all download rows of a list by users."""
    return [
        row for user in users for directory in user["directories"] for row in directory["files"]
    ]


def settings(version: str, **more: Any) -> Settings:
    """Return settings for a version that writes nothing."""
    return Settings(version=version, clock_speed=0, write_mode=WriteMode.NOTHING, **more)


def less(shape: Shape, *names: str) -> Shape:
    """Return a shape without some names and all that is below them."""
    return {
        path: types
        for path, types in shape.items()
        if not any(path == f"$.{name}" or path.startswith(f"$.{name}.") for name in names)
    }


def more(shape: Shape, names: dict[str, str]) -> Shape:
    """Return a shape with some more names."""
    return shape | {f"$.{name}": {kind} for name, kind in names.items()}


async def finished(client: SlskdClient, *files: dict[str, object]) -> list[dict[str, Any]]:
    """Download and return the list by users."""
    for file in files or (wanted(),):
        await client.enqueue("peer", file)
    await client.simulator.advance(100)
    users: list[dict[str, Any]] = (await client.send("GET", "/transfers/downloads")).json()
    return users


# --- The server --------------------------------------------------------------------------------


def state_of(shape: Shape, version: str) -> Shape:
    """Return the recorded state of 0.25.1 as a version shows it."""
    if version < V24:
        shape = less(shape, "vpn", "health", "connectionWatchdog.isAwaitingVpn")
    if version < V23:
        shape = less(shape, "connectionWatchdog", "server.isConnecting", "server.isLoggingIn")
    # Nobody is below us in the distributed network.
    return less(shape, "distributedNetwork.children[]")


@pytest.mark.parametrize("version", SUPPORTED)
async def test_application_state(recordings: Path, tmp_path: Path, version: str) -> None:
    """The state has exactly the recorded names, types and formats."""
    recorded = read(recordings, "application-0.25.1.json")
    async with slskd(tmp_path, [peer()], settings(version)) as client:
        ours = (await client.send("GET", "/application")).json()
        server = (await client.send("GET", "/server")).json()
    if version == V25:
        assert ours["version"] == recorded["version"]
    assert formats(ours) == state_of(formats(recorded), version)
    assert server == ours["server"]
    assert ours["server"]["state"] == recorded["server"]["state"]


# --- Searches ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", SUPPORTED)
async def test_new_search(recordings: Path, tmp_path: Path, version: str) -> None:
    """The answer to a new search, and the record in lists, have exactly the recorded names."""
    recorded = read(recordings, "search-create-response.json")
    async with slskd(tmp_path, [peer()], settings(version)) as client:
        ours = await client.search("Little dark age mgmt")
        [listed] = (await client.send("GET", "/searches")).json()
        assert formats(ours) == formats(listed) == formats(recorded)
        assert ours["searchText"] == recorded["searchText"]
        assert ours["state"] == recorded["state"]
        await client.simulator.advance(60)
        ended = await client.get_search(ours["id"])
    assert formats(ended) == more(formats(recorded), {"endedAt": "time in UTC"})


@pytest.mark.parametrize("version", SUPPORTED)
async def test_search_responses(recordings: Path, tmp_path: Path, version: str) -> None:
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
    async with slskd(tmp_path, [peer(*files)], settings(version)) as client:
        record = await client.search("certain death")
        await client.simulator.advance(20)
        reply = await client.send("GET", f"/searches/{record['id']}/responses")
        ours = reply.json()
    assert_known_shape(ours, [recorded, *([one] for one in extra)])
    assert names_always_there(ours) == names_always_there(recorded)
    for kind in ("files", "lockedFiles"):
        recorded_files = [file for one in recorded for file in one[kind]]
        our_files = [file for one in ours for file in one[kind]]
        assert names_always_there(our_files) >= names_always_there(recorded_files)
        # A locked file says that it is not, and every code is 1.
        assert {(file["isLocked"], file["code"]) for file in our_files} == {
            (file["isLocked"], file["code"]) for file in recorded_files
        }
    combinations = {frozenset(file) for one in recorded for file in one["files"]}
    assert {frozenset(file) for one in ours for file in one["files"]} <= combinations


# --- Downloads ---------------------------------------------------------------------------------


def row_of(shape: Shape, version: str) -> Shape:
    """Return a row recorded from 0.23 as an older or newer version shows it, up to 0.25.1."""
    if version < V23:
        return less(shape, "stateDescription")
    return more(shape, {"attempts": "number"}) if version >= V25 else shape


@pytest.mark.parametrize("version", SUPPORTED[:-1])
async def test_rows(recordings: Path, tmp_path: Path, version: str) -> None:
    """A finished row has exactly the recorded names, types and formats; so has the list around it."""
    recorded = read(recordings, "downloads-for-user-2025-10.json")
    [done] = rows_of([recorded])
    async with slskd(tmp_path, [peer()], settings(version)) as client:
        [row] = rows_of(await finished(client))
        one = (await client.send("GET", "/transfers/downloads/peer")).json()
        alone = (await client.send("GET", f"/transfers/downloads/peer/{row['id']}")).json()
    assert row["state"] == done["state"]
    assert row["direction"] == done["direction"]
    assert formats(row) == formats(alone) == row_of(formats(done), version)
    assert {path: kinds for path, kinds in formats(one).items() if LISTED not in path} == {
        path: kinds for path, kinds in formats(recorded).items() if LISTED not in path
    }


@pytest.mark.parametrize("version", SUPPORTED[:2])
async def test_rows_of_a_double_request(recordings: Path, tmp_path: Path, version: str) -> None:
    """The row that asking twice leaves has exactly the recorded names and the recorded text."""
    recorded = rows_of(read(recordings, "downloads-list-2025-10.json"))
    doubled = next(row for row in recorded if "exception" in row)
    slow = song(behaviour=Behaviour(queue_seconds=20))
    async with slskd(tmp_path, [peer(slow)], settings(version)) as client:
        users = await finished(client, wanted(), wanted())
    ours = {row["state"]: row for row in rows_of(users)}["Completed, Errored"]
    assert formats(ours) == row_of(formats(doubled), version)
    assert ours["exception"] == doubled["exception"].replace(doubled["filename"], SONG).replace(
        f"from {doubled['username']} is", "from peer is"
    )


@pytest.mark.parametrize("version", SUPPORTED)
async def test_waiting_rows(recordings: Path, tmp_path: Path, version: str) -> None:
    """A waiting row has the recorded names among others, for it was recorded in part."""
    [recorded] = rows_of(read(recordings, "downloads-list-queued-0.24.5.json"))
    slow = song(behaviour=Behaviour(queue_seconds=900))
    async with slskd(tmp_path, [peer(slow)], settings(version)) as client:
        [ours] = rows_of(await finished(client))
    assert ours["state"] == recorded["state"] == "Queued, Remotely"
    assert set(recorded) < set(ours)
    assert formats({name: ours[name] for name in recorded}) == formats(recorded)
    # What a transfer has not done yet is not there at all.
    assert not set(ours) & {"startedAt", "endedAt", "elapsedTime", "remainingTime", "exception"}


async def test_rows_of_0_26(recordings: Path, tmp_path: Path) -> None:
    """A finished row has exactly the recorded names and types, one of a batch its id besides."""
    recorded = read(recordings, "downloads-list-0.26-2026-08.json")
    with_batch = read(recordings, "transfer-with-batch-0.26.json")
    async with slskd(tmp_path, [peer()], settings(NEWEST)) as client:
        ours = await finished(client)
        assert formats(ours) == formats(recorded)
        [row] = rows_of(ours)
        body = {"username": "peer", "files": [wanted()]}
        reply = await client.send("POST", "/transfers/downloads/batches", body)
        made = reply.json()["batch"]
        await client.simulator.advance(100)
        [batched] = await client.rows()
    assert set(batched) == {*row, "batchId"}
    assert batched["batchId"] == made["id"]
    assert formats({name: batched[name] for name in with_batch}) == formats(with_batch)
    assert (row["attempts"], row["removed"]) == (1, False)


# --- Events ------------------------------------------------------------------------------------


def data_of(shape: Shape, version: str) -> Shape:
    """Return the data of an event of 0.24.5 as another version writes it."""
    if version < V24:
        shape = less(shape, "transfer.placeInQueue", "transfer.exception")
        if "$.transfer" not in shape:
            return shape
        numbers = {"transfer.direction": "number", "transfer.state": "number"}
        if version >= V23:
            numbers["transfer.stateDescription"] = "text"
        return more(shape, numbers | {f"transfer.{name}": kind for name, kind in DURATIONS.items()})
    if version > V24 and "$.transfer" in shape:
        news = {"batchId": "null", "attempts": "number", "nextAttemptAt": "null"}
        if version > V25:
            shape = less(shape, "transfer.startOffset")
            news["removed"] = "boolean"
        return more(shape, {f"transfer.{name}": kind for name, kind in news.items()})
    return shape


@pytest.mark.parametrize("version", SUPPORTED)
async def test_events(recordings: Path, tmp_path: Path, version: str) -> None:
    """Events and the text inside them have exactly the recorded names, types and formats."""
    recorded = read(recordings, "events-0.24.5.json")
    decoded = read(recordings, "events-0.24.5-data-decoded.json")
    async with slskd(tmp_path, [peer()], settings(version)) as client:
        await finished(client)
        reply = await client.send("GET", "/events?limit=2")
        ours = reply.json()
    assert int(reply.headers["X-Total-Count"]) >= 2
    assert formats(ours) == formats(recorded)
    assert {one["type"]: json.loads(one["data"]) for one in recorded} == decoded
    our_data = {one["type"]: json.loads(one["data"]) for one in ours}
    assert decoded.keys() == our_data.keys()
    for kind, data in our_data.items():
        assert formats(data) == data_of(formats(decoded[kind]), version)
    if version < V24:
        assert our_data["DownloadFileComplete"]["transfer"]["state"] == flags_value(
            recordings, "Completed, Succeeded"
        )


def flags_value(recordings: Path, text: str) -> int:
    """Return the number of a transfer state."""
    observable: Iterable[dict[str, Any]] = read(recordings, "enums.json")["transferStates"][
        "observable"
    ]
    return next(int(entry["value"]) for entry in observable if entry["text"] == text)


@pytest.mark.parametrize("version", SUPPORTED)
async def test_webhook_calls(recordings: Path, tmp_path: Path, version: str) -> None:
    """A sample call has exactly the recorded names in 0.22; later the missing ones are null."""
    recorded = read(recordings, "webhook-downloadfilecomplete-docs.json")
    received: list[dict[str, Any]] = []
    async with slskd(tmp_path / "receiver", [peer()]) as receiver:
        address = f"{receiver.simulator.url}/api/v0/events/Noop"
        hook = Webhook(address, ("Any",))
        async with slskd(tmp_path, [peer()], settings(version, webhooks=(hook,))) as client:
            keep_payloads(client, received)
            await client.send("POST", "/events/downloadfilecomplete", "asdfasfdasfd")
            await client.simulator.events.deliver()
    [ours] = received
    assert (ours["type"], ours["version"]) == (recorded["type"], recorded["version"])
    assert ours["localFilename"] == recorded["localFilename"]
    assert ours["transfer"]["requestedAt"] == recorded["transfer"]["requestedAt"]
    assert ours["transfer"]["state"] == recorded["transfer"]["state"]
    if version < V23:
        assert formats(ours) == formats(recorded)
        return
    nulls = {name for name, value in ours["transfer"].items() if value is None}
    assert {"username", "filename", "enqueuedAt", "exception"} <= nulls
    told = {name: value for name, value in ours["transfer"].items() if value is not None}
    news = {"attempts"} if version >= V25 else set()
    gone = {"startOffset"} if version == NEWEST else set()
    news |= {"removed"} if version == NEWEST else set()
    assert set(told) == (set(recorded["transfer"]) | news) - gone


def keep_payloads(client: SlskdClient, received: list[dict[str, Any]]) -> None:
    """Keep what webhooks are called with."""
    events = client.simulator.events
    call = events._call

    async def keep(webhook: Webhook, payload: dict[str, Any]) -> None:
        if payload["type"] == "DownloadFileComplete":
            received.append(json.loads(json.dumps(payload)))
        await call(webhook, payload)

    events._call = keep  # type: ignore[method-assign]


# --- Others ------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", SUPPORTED)
async def test_folder_of_a_peer(recordings: Path, tmp_path: Path, version: str) -> None:
    """A folder listing has the recorded names among others, for it was recorded in part."""
    recorded = read(recordings, "user-directory-trimmed-2026.json")
    folder = SONG.rpartition("\\")[0]
    async with slskd(tmp_path, [peer()], settings(version)) as client:
        reply = await client.send("POST", "/users/peer/directory", {"directory": folder})
        ours = reply.json()
    assert set(ours[0]) == set(recorded[0])
    assert names_always_there(recorded[0]["files"]) <= names_always_there(ours[0]["files"])
    assert "\\" not in ours[0]["files"][0]["filename"]


@pytest.mark.parametrize("version", SUPPORTED)
async def test_summary_of_transfers(recordings: Path, tmp_path: Path, version: str) -> None:
    """The figures of every end have exactly the recorded names and types; older versions have none."""
    recorded = read(recordings, "telemetry-transfers-summary-0.25.1.json")
    async with slskd(tmp_path, [peer()], settings(version)) as client:
        await finished(client, wanted(), wanted("gone.mp3"))
        reply = await client.send("GET", "/telemetry/reports/transfers/summary")
    if version < V24:
        assert (reply.status, reply.text) == (404, "")
        return
    ours = reply.json()["Download"]
    assert set(ours) == {"Succeeded", "Rejected"}
    assert ours["Succeeded"]["count"] == 1
    for figures in ours.values():
        assert formats(figures) == formats(recorded["Download"]["Succeeded"])


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
