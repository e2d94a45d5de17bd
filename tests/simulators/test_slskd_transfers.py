"""Check downloads: what enqueueing answers, what rows show, what deleting does, in every version."""

import asyncio
from datetime import datetime
import json
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote
from uuid import uuid4

import pytest

from simulators.slskd import SUPPORTED, Behaviour, Outcome, Presence, Settings, WriteMode

from .slskd_client import SONG, SlskdClient, peer, real_song, slskd, song, wanted

pytestmark = pytest.mark.usefixtures("socket_enabled")

BACKGROUND = tuple(version for version in SUPPORTED if version >= "0.24")
BLOCKING = tuple(version for version in SUPPORTED if version < "0.24")


def on_manual_clock(version: str, **more: Any) -> Settings:
    """Return settings for a version; nothing is written unless asked for."""
    return Settings(version=version, clock_speed=0, **{"write_mode": WriteMode.NOTHING, **more})


async def states(client: SlskdClient, seconds: float, step: float = 0.05) -> list[str]:
    """Let time pass and return the different states seen on the way, in order."""
    seen: list[str] = []
    for _ in range(round(seconds / step)):
        await client.simulator.advance(step)
        state = (await client.row())["state"]
        if not seen or seen[-1] != state:
            seen.append(state)
    return seen


@pytest.mark.parametrize("version", BACKGROUND)
async def test_enqueue_answers_with_records(tmp_path: Path, version: str) -> None:
    """Since 0.24 the answer has the new records, and failures in the shape of the version."""
    async with slskd(tmp_path, [peer(song(), song("b.mp3"))], on_manual_clock(version)) as client:
        first = await client.enqueue("peer", wanted())
        assert first.status == 201
        [record] = first.json()["enqueued"]
        assert record["filename"] == SONG and record["state"] == "Queued, Locally"
        assert first.json()["failed"] == []
        again = (await client.enqueue("peer", wanted(), wanted("b.mp3"))).json()
        assert [one["filename"] for one in again["enqueued"]] == ["b.mp3"]
        failed: list[object] = [{}] if version >= "0.26" else [SONG]
        assert again["failed"] == failed
        assert client.simulator.statistics.enqueued_while_active == [("peer", SONG)]
        assert ("stateDescription" in record) == (version < "0.26")
        assert ("attempts" in record) == (version >= "0.25")
        assert ("removed" in record) == (version >= "0.26")


@pytest.mark.parametrize("version", BLOCKING)
async def test_enqueue_blocks_without_a_body(tmp_path: Path, version: str) -> None:
    """Up to 0.23 the answer is empty and comes when the peer has taken or refused every file."""
    refused = song("no.mp3", behaviour=Behaviour(Outcome.REJECT))
    silent = song("silent.mp3", behaviour=Behaviour(Outcome.NO_ANSWER))
    async with slskd(tmp_path, [peer(song(), refused, silent)], on_manual_clock(version)) as client:
        reply = await client.enqueue("peer", wanted())
        assert (reply.status, reply.text) == (201, "")
        assert (await client.row())["state"] != "Queued, Locally"
        reply = await client.enqueue("peer", wanted("no.mp3"))
        assert reply.status == 500
        assert reply.json() == "One or more errors occurred. (Transfer rejected: File not shared.)"
        row = await client.row()
        assert row["state"] == "Completed, Errored"
        assert row["exception"] == "Transfer rejected: File not shared."
        reply = await client.enqueue("peer", wanted("silent.mp3"))
        assert reply.json() == (
            "One or more errors occurred. (One or more errors occurred. "
            "(The wait timed out after 15000 milliseconds))"
        )


@pytest.mark.parametrize("version", BLOCKING)
async def test_double_enqueue_leaves_an_extra_row(tmp_path: Path, version: str) -> None:
    """Up to 0.23 a second request for the same file makes a failed row beside the running one."""
    slow = song(behaviour=Behaviour(queue_seconds=100))
    async with slskd(tmp_path, [peer(slow)], on_manual_clock(version)) as client:
        await client.enqueue("peer", wanted())
        reply = await client.enqueue("peer", wanted())
        assert reply.status == 500
        await client.simulator.advance(200)
        rows = await client.rows()
        assert sorted(one["state"] for one in rows) == [
            "Completed, Errored",
            "Completed, Succeeded",
        ]
        [failed] = [one for one in rows if "exception" in one]
        assert failed["exception"].endswith("is already in progress")


@pytest.mark.parametrize("version", SUPPORTED)
async def test_states_on_the_way_to_success(tmp_path: Path, version: str) -> None:
    """A download passes through every state, bytes grow, and the row ends with exact numbers."""
    waiting = song(behaviour=Behaviour(queue_seconds=3))
    async with slskd(tmp_path, [peer(waiting)], on_manual_clock(version)) as client:
        await client.enqueue("peer", wanted())
        seen = await states(client, 8)
        expected = [
            "Queued, Locally",
            "Requested",
            "Queued, Remotely",
            "Initializing",
            "InProgress",
            "Completed, Succeeded",
        ]
        assert seen == expected[expected.index(seen[0]) :]
        row = await client.row()
        assert row["bytesTransferred"] == row["size"] == 2_000_000
        assert row["bytesRemaining"] == 0 and row["percentComplete"] == 100
        assert row["elapsedTime"].startswith("00:00:02")
        assert row["remainingTime"] == "00:00:00"
        assert row["averageSpeed"] == pytest.approx(1_000_000, rel=0.01)
        for name in ("requestedAt", "enqueuedAt"):
            assert datetime.fromisoformat(row[name]).tzinfo is None
        for name in ("startedAt", "endedAt"):
            assert row[name].endswith("Z")
        assert "exception" not in row and "placeInQueue" not in row


async def test_bytes_grow_while_in_progress(tmp_path: Path) -> None:
    """Half way through, half the bytes are there, on disk too, and the rest is estimated."""
    settings = on_manual_clock("0.26.0", write_mode=WriteMode.REAL)
    async with slskd(tmp_path, [peer(real_song())], settings) as client:
        simulator = client.simulator
        size = simulator.network.size(real_song())
        await client.enqueue("peer", wanted(size=size))
        await simulator.advance(0.7 + size / 2 / 1_000_000)
        row = await client.row()
        assert row["state"] == "InProgress"
        assert 40 < row["percentComplete"] < 100
        assert row["bytesTransferred"] + row["bytesRemaining"] == size
        assert "endedAt" not in row
        [unfinished] = list((tmp_path / "incomplete").rglob("*.mp3"))
        assert 0 < unfinished.stat().st_size < size
        assert unfinished.parent.parent.parent.parent.parent.name == "peer"


@pytest.mark.parametrize("version", SUPPORTED)
async def test_lists(tmp_path: Path, version: str) -> None:
    """Rows are grouped by user and remote folder; a user without rows is a 404."""
    # Older versions cannot be asked about a name with a slash in it.
    odd = "50% off/on #7 ночь" if version > "0.24.2" else "50% off #7 ночь"
    peers = [peer(song(), song("top.mp3")), peer(username=odd)]
    async with slskd(tmp_path, peers, on_manual_clock(version)) as client:
        assert (await client.send("GET", "/transfers/downloads")).json() == []
        reply = await client.send("GET", "/transfers/downloads/peer")
        assert (reply.status, reply.text) == (404, "")
        await client.enqueue("peer", wanted(), wanted("top.mp3"))
        await client.enqueue(odd, wanted())
        users = (await client.send("GET", "/transfers/downloads")).json()
        assert [user["username"] for user in users] == ["peer", odd]
        assert [one["directory"] for one in users[0]["directories"]] == [
            SONG.rpartition("\\")[0],
            "",
        ]
        assert users[0]["directories"][0]["fileCount"] == 1
        [row] = await client.rows(odd)
        path = f"/transfers/downloads/whoever/{row['id']}"
        assert (await client.send("GET", path)).json()["username"] == odd
        assert (await client.send("GET", "/transfers/downloads/peer/7")).status == 400
        unknown = f"/transfers/downloads/peer/{uuid4()}"
        assert (await client.send("GET", unknown)).status == 404


@pytest.mark.parametrize("version", SUPPORTED)
async def test_a_slash_in_a_name(tmp_path: Path, version: str) -> None:
    """Older versions leave an encoded slash as it is, and look for somebody else."""
    async with slskd(tmp_path, [peer(username="on/off")], on_manual_clock(version)) as client:
        reply = await client.enqueue("on/off", wanted())
        if version > "0.24.2":
            assert reply.status == 201
        else:
            assert (reply.status, reply.json()) == (500, "User on%2Foff appears to be offline")


@pytest.mark.parametrize("version", SUPPORTED)
async def test_trouble_with_the_peer_is_a_500(tmp_path: Path, version: str) -> None:
    """Whoever is offline, unreachable or silent leaves a text and no row."""
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        simulator = client.simulator
        texts = []
        for presence in (Presence.OFFLINE, Presence.UNREACHABLE, Presence.SILENT):
            simulator.set_presence("peer", presence)
            reply = await client.enqueue("peer", wanted())
            assert reply.status == 500
            texts.append(reply.json())
        simulator.set_presence("peer", Presence.ONLINE)
        simulator.disconnect_from_soulseek()
        texts.append((await client.enqueue("peer", wanted())).json())
        simulator.connect_to_soulseek()
        texts.append((await client.enqueue("peer", wanted(), wanted())).json())
        assert texts == [
            "User peer appears to be offline",
            (
                "Failed to connect to user peer: Failed to establish a direct or indirect "
                "message connection to peer (192.0.2.77:2234)"
            ),
            "The wait timed out after 5000 milliseconds",
            (
                "The server connection must be connected and logged in to connect to other "
                "users (currently: Disconnected)"
            ),
            "Two or more files in request are duplicated",
        ]
        assert await client.rows() == []


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize(
    "body",
    [[], [None], {"filename": "x"}, [{"size": 7}], [{"filename": "x", "size": -1}], "x"],
)
async def test_bad_enqueue_requests(tmp_path: Path, version: str, body: object) -> None:
    """Nonsense is a 400 with a text since 0.24.4, a 500 before."""
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        reply = await client.send("POST", "/transfers/downloads/peer", body)
        assert reply.status == (400 if version >= "0.24.4" else 500)
        assert isinstance(reply.json(), str)


async def test_traversal_is_refused_since_0_26(tmp_path: Path) -> None:
    """A path that climbs up is refused by new versions and stays inside the folder with old ones."""
    climbing = "..\\..\\climb.mp3"
    async with slskd(tmp_path, [peer(song(climbing))], on_manual_clock("0.26.0")) as client:
        reply = await client.enqueue("peer", wanted(climbing))
        assert reply.status == 400 and "traversal" in reply.json()
    settings = on_manual_clock("0.25.1", write_mode=WriteMode.SPARSE)
    async with slskd(tmp_path, [peer(song(climbing))], settings) as client:
        await client.enqueue("peer", wanted(climbing))
        await client.simulator.advance(5)
        assert (tmp_path / "downloads" / "_" / "climb.mp3").exists()


@pytest.mark.parametrize("version", BACKGROUND)
async def test_two_enqueues_at_a_time(tmp_path: Path, version: str) -> None:
    """A third request while two are under way is refused."""
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        slots = client.simulator.transfer_routes.posts
        async with slots, slots:
            reply = await client.enqueue("peer", wanted())
        assert reply.status == 429
        assert reply.json().startswith("Only one concurrent operation")
        assert (await client.enqueue("peer", wanted())).status == 201


@pytest.mark.parametrize("version", SUPPORTED)
async def test_cancel_and_remove(tmp_path: Path, version: str) -> None:
    """Cancelling takes a moment; removing acts on finished rows only and hides them."""
    async with slskd(tmp_path, [peer(song(size=50_000_000))], on_manual_clock(version)) as client:
        await client.enqueue("peer", wanted(size=50_000_000))
        await client.simulator.advance(5)
        row = await client.row()
        path = f"/transfers/downloads/peer/{row['id']}"
        early = await client.send("DELETE", f"{path}?remove=true")
        assert early.status == (204 if version >= "0.24.2" else 500)
        assert await states(client, 0.5) == [
            "InProgress",
            "Completed, Errored",
            "Completed, Cancelled",
        ]
        # Deleting a finished row without the flag does nothing.
        assert (await client.send("DELETE", path)).status == 204
        assert len(await client.rows()) == 1
        assert (await client.send("DELETE", f"{path}?remove=true")).status == 204
        assert await client.rows() == []
        assert (await client.send("GET", path)).status == 200
        everything = (await client.send("GET", "/transfers/downloads?includeRemoved=true")).json()
        assert everything[0]["directories"][0]["files"][0]["id"] == row["id"]
        unknown = f"/transfers/downloads/peer/{uuid4()}?remove=true"
        assert (await client.send("DELETE", unknown)).status == (
            204 if version >= "0.24.2" else 404
        )
        assert (await client.send("DELETE", "/transfers/downloads/peer/7")).status == 400


async def test_foreign_rows_can_be_swept_away(tmp_path: Path) -> None:
    """The call that clears everybody's finished rows exists; a good client leaves it alone."""
    async with slskd(tmp_path, [peer()], on_manual_clock("0.26.0")) as client:
        await client.enqueue("peer", wanted())
        await client.simulator.advance(5)
        reply = await client.send("DELETE", "/transfers/downloads/all/completed")
        assert reply.status == 204
        assert await client.rows() == []


async def test_rows_are_hidden_when_their_retention_ends(tmp_path: Path) -> None:
    """A finished row leaves the lists by itself, and is still found by its id."""
    async with slskd(tmp_path, [peer()], on_manual_clock("0.26.0", retention_minutes=5)) as client:
        await client.enqueue("peer", wanted())
        await client.simulator.advance(290)
        done = await client.row()
        assert done["state"] == "Completed, Succeeded"
        await client.simulator.advance(320)
        assert await client.rows() == []
        reply = await client.send("GET", f"/transfers/downloads/peer/{done['id']}")
        assert (reply.json()["id"], reply.json()["removed"]) == (done["id"], True)


async def test_finished_row_is_superseded(tmp_path: Path) -> None:
    """Asking again for a finished file makes a new row and hides the old one."""
    async with slskd(tmp_path, [peer()], on_manual_clock("0.26.0")) as client:
        await client.enqueue("peer", wanted())
        await client.simulator.advance(5)
        old = await client.row()
        await client.enqueue("peer", wanted())
        [new] = await client.rows()
        assert new["id"] != old["id"]
        hidden = await client.send("GET", f"/transfers/downloads/peer/{old['id']}")
        assert hidden.json()["removed"] is True


@pytest.mark.parametrize("version", SUPPORTED)
async def test_place_in_queue(tmp_path: Path, version: str) -> None:
    """The place is only known after asking, shrinks, and is forgotten when things move on."""
    waiting = song(behaviour=Behaviour(queue_seconds=100))
    async with slskd(tmp_path, [peer(waiting)], on_manual_clock(version)) as client:
        await client.enqueue("peer", wanted())
        await client.simulator.advance(1)
        row = await client.row()
        assert "placeInQueue" not in row
        path = f"/transfers/downloads/peer/{row['id']}/position"
        place = (await client.send("GET", path)).json()
        assert (await client.row())["placeInQueue"] == place >= 1
        await client.simulator.advance(100)
        assert "placeInQueue" not in await client.row()
        reply = await client.send("GET", path)
        assert reply.status == 500
        assert reply.json() == f"A download of {SONG} from user peer is not active"
        unknown = f"/transfers/downloads/peer/{uuid4()}/position"
        assert (await client.send("GET", unknown)).status == 404


async def test_peer_uploads_a_few_at_a_time(tmp_path: Path) -> None:
    """What exceeds a peer's slots waits in its queue, and its limit of files is a refusal."""
    names = [f"m\\{number}.mp3" for number in range(4)]
    sharer = peer(*(song(name) for name in names), upload_slots=1, max_queued_files=3)
    async with slskd(tmp_path, [sharer], on_manual_clock("0.26.0")) as client:
        await client.enqueue("peer", *(wanted(name) for name in names))
        await client.simulator.advance(1.5)
        assert [row["state"] for row in await client.rows()] == [
            "InProgress",
            "Queued, Remotely",
            "Queued, Remotely",
            "Completed, Rejected",
        ]
        refused = (await client.rows())[-1]
        assert refused["exception"] == "Transfer rejected: Too many files"
        await client.simulator.advance(10)
        done = [row["state"] for row in await client.rows()]
        assert done.count("Completed, Succeeded") == 3


async def test_local_slots(tmp_path: Path) -> None:
    """With few slots of our own the rest stays queued locally, without being wrong."""
    names = [f"m\\{number}.mp3" for number in range(3)]
    settings = on_manual_clock("0.26.0", local_slots=1)
    sharer = peer(*(song(name) for name in names))
    async with slskd(tmp_path, [sharer], settings) as client:
        await client.enqueue("peer", *(wanted(name) for name in names))
        await client.simulator.advance(1.5)
        found = [row["state"] for row in await client.rows()]
        assert found == ["InProgress", "Queued, Locally", "Queued, Locally"]
        await client.simulator.advance(10)
        assert {row["state"] for row in await client.rows()} == {"Completed, Succeeded"}


async def ask_for_ever(client: SlskdClient) -> NoReturn:
    """Ask until there is no answer."""
    while True:
        await client.send("GET", "/server")


@pytest.mark.parametrize("version", SUPPORTED)
async def test_restart_gives_new_ids(tmp_path: Path, version: str) -> None:
    """What was unfinished ends, and comes back under a new id after the log-in, without its batch."""
    async with slskd(tmp_path, [peer(song(size=30_000_000))], on_manual_clock(version)) as client:
        simulator = client.simulator
        if version >= "0.26":
            body = {"username": "peer", "files": [wanted(size=30_000_000)]}
            await client.send("POST", "/transfers/downloads/batches", body)
        else:
            await client.enqueue("peer", wanted(size=30_000_000))
        await simulator.advance(5)
        old = await client.row()
        assert ("batchId" in old) == (version >= "0.26")
        down = asyncio.ensure_future(simulator.restart(down_seconds=5))
        with pytest.raises(OSError):
            await ask_for_ever(client)
        await client.moving(down, seconds=5)
        halted = await client.row()
        assert halted["id"] == old["id"]
        assert halted["state"] == "Completed, Errored"
        assert halted["exception"] == "Application shut down"
        await simulator.advance(10)
        [new] = await client.rows()
        assert new["id"] != old["id"] and new["filename"] == old["filename"]
        assert "batchId" not in new
        await simulator.advance(60)
        assert (await client.row())["state"] == "Completed, Succeeded"


async def test_event_tells_the_local_path(tmp_path: Path) -> None:
    """Succeeded comes before the move; the event after it has the path and a folder event follows."""
    settings = on_manual_clock("0.26.0", write_mode=WriteMode.SPARSE)
    async with slskd(tmp_path, [peer()], settings) as client:
        await client.enqueue("peer", wanted())
        while (await client.row())["state"] != "Completed, Succeeded":
            await client.simulator.advance(0.05)
        assert list((tmp_path / "downloads").iterdir()) == []
        await client.simulator.advance(0.2)
        events = (await client.send("GET", "/events?limit=2")).json()
        assert [one["type"] for one in events] == [
            "DownloadDirectoryComplete",
            "DownloadFileComplete",
        ]
        data = json.loads(events[1]["data"])
        local = tmp_path / "downloads" / "Out of It (2008)" / "05 - Certain Death.mp3"
        assert data["localFilename"] == str(local)
        assert local.stat().st_size == 2_000_000
        assert data["remoteFilename"] == SONG
        assert data["transfer"]["exception"] is None
        assert data["transfer"]["enqueuedAt"].endswith("Z")
        assert not data["transfer"]["requestedAt"].endswith("Z")
        folder = json.loads(events[0]["data"])
        assert folder["localDirectoryName"] == str(tmp_path / "downloads" / "Out of It (2008)")
        assert folder["username"] == "peer"


async def test_waiting_downloads_cost_nothing(tmp_path: Path) -> None:
    """However many downloads wait, nothing runs until the first of them is due."""
    names = [f"m\\{number}.mp3" for number in range(1000)]
    files = [song(name, behaviour=Behaviour(queue_seconds=3600)) for name in names]
    sharer = peer(*files, upload_slots=1000)
    async with slskd(tmp_path, [sharer], on_manual_clock("0.26.0")) as client:
        await client.enqueue("peer", *(wanted(name) for name in names))
        await client.simulator.advance(10)
        assert len(await client.rows()) == 1000
        quiet_seconds = client.simulator.clock.seconds_to_next
        assert quiet_seconds is not None
        assert quiet_seconds > 3000
        await client.simulator.advance(4000)
        assert {row["state"] for row in await client.rows()} == {"Completed, Succeeded"}


async def test_username_is_encoded_once(tmp_path: Path) -> None:
    """Every odd character of a name survives the way through the address."""
    name = "a/b%2Fc?d#e ü+&"
    async with slskd(tmp_path, [peer(username=name)], on_manual_clock("0.26.0")) as client:
        assert (await client.enqueue(name, wanted())).status == 201
        reply = await client.send("GET", f"/transfers/downloads/{quote(name, safe='')}")
        assert reply.json()["username"] == name
