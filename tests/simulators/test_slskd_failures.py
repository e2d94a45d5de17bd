"""Check how downloads fail: states and texts of each version, retries, local trouble."""

from pathlib import Path
from typing import Any

import pytest

from simulators.slskd import (
    SUPPORTED,
    Behaviour,
    Outcome,
    Presence,
    RetryPolicy,
    Settings,
    WriteMode,
)

from .slskd_client import SONG, SlskdClient, peer, slskd, song, wanted

pytestmark = pytest.mark.usefixtures("socket_enabled")

FOR_EVER = 99


def on_manual_clock(version: str, **more: Any) -> Settings:
    """Return settings for a version; nothing is written unless asked for."""
    return Settings(version=version, clock_speed=0, **{"write_mode": WriteMode.NOTHING, **more})


async def outcome(client: SlskdClient, seconds: float = 200) -> dict[str, Any]:
    """Ask for the song and return its row when all is over."""
    await client.enqueue("peer", wanted())
    await client.simulator.advance(seconds)
    return await client.row()


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize(
    ("behaviour", "kind", "text", "is_retried"),
    [
        (Behaviour(Outcome.REJECT), "Rejected", "Transfer rejected: File not shared.", False),
        (
            Behaviour(Outcome.REJECT, "Banned"),
            "Rejected",
            "Transfer rejected: Banned",
            False,
        ),
        (
            Behaviour(Outcome.DENY_LATER, "Too many megabytes", queue_seconds=90),
            "Rejected",
            "Too many megabytes",
            False,
        ),
        (
            Behaviour(Outcome.SIZE_CHANGED),
            "Aborted",
            "Transfer aborted: the remote size of 2004096 does not match expected size 2000000",
            False,
        ),
        (
            Behaviour(Outcome.NO_ANSWER),
            "TimedOut",
            "The wait timed out after 15000 milliseconds",
            True,
        ),
        (
            Behaviour(Outcome.DROP, times=FOR_EVER),
            "Errored",
            "Transfer failed: Read error: Remote connection closed",
            True,
        ),
        (
            Behaviour(Outcome.STALL, times=FOR_EVER),
            "TimedOut",
            "Inactivity timeout of 15000 milliseconds was reached",
            True,
        ),
        (
            Behaviour(Outcome.REPORT_FAILED, times=FOR_EVER),
            "Errored",
            "Download reported as failed by remote client",
            True,
        ),
        (
            Behaviour(Outcome.NO_CONNECTION),
            "Errored",
            "Failed to establish a direct or indirect transfer connection to peer (192.0.2.77:2234)",
            True,
        ),
    ],
)
async def test_kinds_of_failure(
    tmp_path: Path, version: str, behaviour: Behaviour, kind: str, text: str, is_retried: bool
) -> None:
    """Each failure ends in its state with its text; old versions call all of them errors."""
    async with slskd(tmp_path, [peer(behaviour=behaviour)], on_manual_clock(version)) as client:
        row = await outcome(client)
        assert row["state"] == f"Completed, {kind if version >= '0.24' else 'Errored'}"
        assert row["exception"] == text
        assert row["startedAt"] <= row["endedAt"]
        if version >= "0.26":
            assert row["attempts"] == (3 if is_retried else 1)


@pytest.mark.parametrize("version", SUPPORTED)
async def test_locked_and_unknown_files_are_not_shared(tmp_path: Path, version: str) -> None:
    """A locked file is refused like one that is not there."""
    async with slskd(tmp_path, [peer(song(is_locked=True))], on_manual_clock(version)) as client:
        assert (await outcome(client))["exception"] == "Transfer rejected: File not shared."
        await client.enqueue("peer", wanted("gone.mp3"))
        await client.simulator.advance(5)
        assert (await client.row())["exception"] == "Transfer rejected: File not shared."


async def test_size_must_be_the_announced_one(tmp_path: Path) -> None:
    """Another size in the request than the peer has ends the download."""
    async with slskd(tmp_path, [peer()], on_manual_clock("0.26.0")) as client:
        await client.enqueue("peer", wanted(size=1_999_999))
        await client.simulator.advance(5)
        row = await client.row()
        assert row["state"] == "Completed, Aborted"
        assert row["exception"].endswith("size of 2000000 does not match expected size 1999999")


async def test_retry_flashes_and_resumes(tmp_path: Path) -> None:
    """Since 0.26 a failure shows for a moment, then the same record goes on where it was."""
    dropping = peer(behaviour=Behaviour(Outcome.DROP, fraction=0.5, times=1))
    async with slskd(tmp_path, [dropping], on_manual_clock("0.26.0")) as client:
        await client.enqueue("peer", wanted())
        seen: list[tuple[str, int]] = []
        lowest_after_retry = 2_000_000
        ids = set()
        for _ in range(200):
            await client.simulator.advance(0.05)
            row = await client.row()
            ids.add(row["id"])
            if not seen or seen[-1] != (row["state"], row["attempts"]):
                seen.append((row["state"], row["attempts"]))
            if row["attempts"] == 2:
                lowest_after_retry = min(lowest_after_retry, row["bytesTransferred"])
        # The peer's queue is passed in an instant, so a poller may or may not see it.
        assert [one for one in seen if one[0] != "Queued, Remotely"][-7:] == [
            ("InProgress", 1),
            ("Completed, Errored", 1),
            ("Queued, Locally", 2),
            ("Requested", 2),
            ("Initializing", 2),
            ("InProgress", 2),
            ("Completed, Succeeded", 2),
        ]
        assert len(ids) == 1
        assert lowest_after_retry == 1_000_000
        assert "exception" not in await client.row()


async def test_without_retries_a_drop_is_final_and_asking_again_works(tmp_path: Path) -> None:
    """Before 0.26 the client must ask again, and gets the file then."""
    dropping = peer(behaviour=Behaviour(Outcome.DROP, times=1))
    async with slskd(tmp_path, [dropping], on_manual_clock("0.25.1")) as client:
        assert (await outcome(client))["state"] == "Completed, Errored"
        assert (await outcome(client))["state"] == "Completed, Succeeded"


async def test_number_of_attempts_is_configured(tmp_path: Path) -> None:
    """The policy of the configuration is shown and kept."""
    settings = on_manual_clock("0.26.0", retry=RetryPolicy(attempts=2, delay=1.0))
    dropping = peer(behaviour=Behaviour(Outcome.DROP, times=FOR_EVER))
    async with slskd(tmp_path, [dropping], settings) as client:
        assert (await outcome(client))["attempts"] == 2
        options = (await client.send("GET", "/options")).json()
        retry = options["transfers"]["download"]["retry"]
        assert (retry["attempts"], retry["delay"]) == (2, 1000)


@pytest.mark.parametrize("version", SUPPORTED)
async def test_waiting_in_a_remote_queue_has_no_end(tmp_path: Path, version: str) -> None:
    """A peer that never starts, or goes away, leaves the download waiting for ever."""
    peers = [
        peer(behaviour=Behaviour(Outcome.NEVER_START)),
        peer(username="leaver", behaviour=Behaviour(queue_seconds=60)),
    ]
    async with slskd(tmp_path, peers, on_manual_clock(version)) as client:
        await client.enqueue("peer", wanted())
        await client.enqueue("leaver", wanted())
        await client.simulator.advance(5)
        client.simulator.set_presence("leaver", Presence.OFFLINE)
        await client.simulator.advance(7 * 24 * 3600)
        assert [row["state"] for row in await client.rows()] == ["Queued, Remotely"] * 2
        row = await client.row()
        await client.send("DELETE", f"/transfers/downloads/peer/{row['id']}")
        await client.simulator.advance(1)
        row = await client.row()
        assert row["state"] == "Completed, Cancelled"
        assert row["exception"] == "Operation cancelled"


@pytest.mark.parametrize("version", SUPPORTED)
async def test_peer_leaves_while_bytes_flow(tmp_path: Path, version: str) -> None:
    """Going offline breaks the connection; a retry then finds nobody."""
    async with slskd(tmp_path, [peer()], on_manual_clock(version)) as client:
        await client.enqueue("peer", wanted())
        await client.simulator.advance(1.5)
        client.simulator.set_presence("peer", Presence.OFFLINE)
        await client.simulator.advance(60)
        row = await client.row()
        assert row["state"] == "Completed, Errored"
        expected = (
            "User peer appears to be offline"
            if version >= "0.26"
            else "Transfer failed: Read error: Remote connection closed"
        )
        assert row["exception"] == expected


async def test_gone_since_the_search(tmp_path: Path) -> None:
    """Somebody may answer a search and be offline when asked."""
    async with slskd(
        tmp_path, [peer(behaviour=Behaviour(Outcome.GONE))], on_manual_clock("0.26.0")
    ) as client:
        record = await client.search("certain death")
        await client.simulator.advance(20)
        assert (await client.get_search(record["id"]))["responseCount"] == 1
        reply = await client.enqueue("peer", wanted())
        assert (reply.status, reply.json()) == (500, "User peer appears to be offline")


async def test_local_disk_trouble(tmp_path: Path) -> None:
    """A file that cannot be created is an error; one that cannot be moved stays succeeded."""
    settings = on_manual_clock("0.25.1", write_mode=WriteMode.SPARSE)
    async with slskd(tmp_path, [peer()], settings) as client:
        storage = client.simulator.storage
        storage.create_error = "No space left on device"
        row = await outcome(client)
        assert row["state"] == "Completed, Errored"
        assert row["exception"].startswith(f"Failed to create file {tmp_path}")
        storage.create_error, storage.move_error = None, "No space left on device"
        row = await outcome(client)
        assert row["state"] == "Completed, Succeeded"
        assert "No space left on device" in row["exception"]
        events = (await client.send("GET", "/events")).json()
        assert "DownloadFileComplete" not in {one["type"] for one in events}


async def test_cancel_while_waiting_for_a_retry(tmp_path: Path) -> None:
    """Cancelled in the pause between attempts, a download stays errored and is not tried again."""
    dropping = peer(behaviour=Behaviour(Outcome.DROP, times=FOR_EVER))
    async with slskd(tmp_path, [dropping], on_manual_clock("0.26.0")) as client:
        await client.enqueue("peer", wanted())
        while (await client.row())["attempts"] == 1:
            await client.simulator.advance(0.1)
        row = await client.row()
        assert row["state"] == "Queued, Locally"
        await client.send("DELETE", f"/transfers/downloads/peer/{row['id']}")
        await client.simulator.advance(100)
        row = await client.row()
        assert (row["state"], row["attempts"]) == ("Completed, Errored", 2)
        # The file is free to be asked for again.
        [again] = (await client.enqueue("peer", wanted())).json()["enqueued"]
        assert again["filename"] == SONG
