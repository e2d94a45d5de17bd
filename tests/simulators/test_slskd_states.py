"""Compare how transfers and searches end, and in what order states come, with the tables."""

import asyncio
from pathlib import Path
import re

import pytest

from simulators.slskd import SUPPORTED, Behaviour, Outcome

from .slskd_client import SlskdClient, wanted
from .slskd_tables import client_of, numbers, pattern, table

pytestmark = pytest.mark.usefixtures("socket_enabled")

FOR_EVER = 99

OTHERS = ("second.mp3", "third.mp3", "fourth.mp3")


@pytest.mark.parametrize("version", SUPPORTED)
@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(Outcome.REJECT),
        Behaviour(Outcome.REJECT, "Banned"),
        Behaviour(Outcome.REJECT, "Too many files"),
        Behaviour(Outcome.REJECT, "Too many megabytes"),
        Behaviour(Outcome.REJECT, "Overwhelmed with requests; try again later."),
        Behaviour(Outcome.REJECT, "Pending shutdown."),
        Behaviour(Outcome.REJECT, "File read error."),
        Behaviour(Outcome.SIZE_CHANGED),
        Behaviour(Outcome.NO_ANSWER),
        Behaviour(Outcome.NO_CONNECTION),
        Behaviour(Outcome.DROP, times=FOR_EVER),
        Behaviour(Outcome.STALL, times=FOR_EVER),
        Behaviour(Outcome.REPORT_FAILED, times=FOR_EVER),
    ],
    ids=lambda value: f"{value.outcome} {value.reason}",
)
async def test_failures(
    recordings: Path, tmp_path: Path, version: str, behaviour: Behaviour
) -> None:
    """What ends a transfer stands in the table with its state; old versions know one state for all."""
    async with client_of(tmp_path, version, behaviour=behaviour) as client:
        await client.enqueue("peer", wanted())
        await client.simulator.advance(200)
        row = await client.row()
    known = [
        entry
        for entry in table(recordings, "transfer-exceptions")["patterns"]
        if entry["text"] != "Transfer failed: {other}"
        and pattern(entry["text"]).fullmatch(row["exception"])
    ]
    assert len(known) == 1, row["exception"]
    expected = known[0]["state"] if numbers(version) >= (0, 24) else "Completed, Errored"
    assert row["state"] == expected


SCENARIOS: dict[str, tuple[Behaviour, tuple[str, ...], float]] = {
    "success_immediate": (Behaviour(), SUPPORTED, 20),
    "success_after_queue": (Behaviour(queue_seconds=600), SUPPORTED, 640),
    "rejected_at_once": (Behaviour(Outcome.REJECT), SUPPORTED, 5),
    "denied_after_queue": (
        Behaviour(Outcome.DENY_LATER, "Too many megabytes", queue_seconds=300),
        SUPPORTED,
        320,
    ),
    "size_changed": (Behaviour(Outcome.SIZE_CHANGED), SUPPORTED, 5),
    "peer_drops_mid_transfer_0.25": (Behaviour(Outcome.DROP), SUPPORTED[:-1], 20),
    "peer_drops_mid_transfer_0.26": (
        Behaviour(Outcome.DROP, times=FOR_EVER),
        SUPPORTED[-1:],
        60,
    ),
    "peer_never_answers_enqueue": (Behaviour(Outcome.NO_ANSWER), SUPPORTED[:-1], 30),
}

STATE = re.compile(r"Completed, \w+|Queued, \w+|Requested|Initializing|InProgress")


def states_in(entry: list[str]) -> list[str]:
    """Return the states an entry of a timeline begins with, or those of a row of arrows."""
    text = entry[1].partition(" (")[0].partition(";")[0].removeprefix("third attempt")
    found = STATE.findall(text)
    return found if "->" in text else [state for state in found[:1] if text.startswith(state)]


@pytest.mark.parametrize(
    ("name", "version"),
    [(name, version) for name, (_, versions, _) in SCENARIOS.items() for version in versions],
)
async def test_order_of_states(recordings: Path, tmp_path: Path, name: str, version: str) -> None:
    """A poller sees the states of the timeline in its order, and none that slskd does not have."""
    behaviour, _, seconds = SCENARIOS[name]
    timeline = table(recordings, "state-timelines")[name]
    expected = [state for entry in timeline for state in states_in(entry)]
    enums = table(recordings, "enums")["transferStates"]["observable"]
    async with client_of(tmp_path, version, behaviour=behaviour) as client:
        seen = await states_seen(client, seconds)
    assert set(seen) <= {entry["text"] for entry in enums}
    if numbers(version) < (0, 24):
        expected = [
            "Completed, Errored"
            if one.startswith("Completed") and not one.endswith("Succeeded")
            else one
            for one in expected
        ]
    # A peer who starts at once has no queue to wait in.
    if name == "success_immediate":
        expected.remove("Queued, Remotely")
    assert is_part(expected, seen), f"{seen} but {expected}"
    assert seen.count("Queued, Locally") == expected.count("Queued, Locally")
    assert [one for one in seen if one.startswith("Completed")] == [
        one for one in expected if one.startswith("Completed")
    ]


async def states_seen(client: SlskdClient, seconds: float) -> list[str]:
    """Ask for the song, and return the states its row goes through in so many seconds."""
    asking = asyncio.ensure_future(client.send("POST", "/transfers/downloads/peer", [wanted()]))
    records = client.simulator.transfers.records
    while not records:
        await asyncio.sleep(0)
    [transfer] = records.values()
    seen = [transfer.state]
    for _ in range(int(seconds / 0.05)):
        await client.simulator.advance(0.05)
        if seen[-1] != transfer.state:
            seen.append(transfer.state)
    assert (await asking).status in (201, 500)
    assert (await client.row())["state"] == seen[-1]
    return seen


def is_part(expected: list[str], seen: list[str]) -> bool:
    """Tell whether all that is expected was seen in its order, perhaps with more in between."""
    waiting = iter(seen)
    return all(any(state == one for one in waiting) for state in expected)


@pytest.mark.parametrize("version", SUPPORTED)
async def test_order_of_states_of_a_search(recordings: Path, tmp_path: Path, version: str) -> None:
    """A search turns complete before its end and its responses are there."""
    known = table(recordings, "enums")["searchStates"]
    observable = {entry["text"] for entry in known["observable"]}
    seen: list[tuple[str, bool, bool, bool]] = []
    async with client_of(tmp_path, version) as client:
        record = await client.search("certain death")
        for _ in range(400):
            found = await client.get_search(record["id"], responses=True)
            state = (
                found["state"],
                found["isComplete"],
                "endedAt" in found,
                bool(found["responses"]),
            )
            if seen[-1:] != [state]:
                seen.append(state)
            await client.simulator.advance(0.05)
    assert seen == [
        ("InProgress", False, False, False),
        ("Completed, TimedOut", True, False, False),
        ("Completed, TimedOut", True, True, True),
    ]
    assert {state for state, *_ in seen} <= observable
    assert not {state for state, *_ in seen} & set(known["neverObserved"])


@pytest.mark.parametrize("version", SUPPORTED)
async def test_restart(tmp_path: Path, version: str) -> None:
    """A restart ends a row with its text, and after the log-in another row takes its place."""
    async with client_of(tmp_path, version, behaviour=Behaviour(queue_seconds=60)) as client:
        await client.enqueue("peer", wanted())
        await client.simulator.advance(1)
        before = await client.row()
        await client.simulator.restart()
        closed = await client.row()
        assert closed["id"] == before["id"]
        assert (closed["state"], closed["exception"]) == (
            "Completed, Errored",
            "Application shut down",
        )
        await client.simulator.advance(6)
        [after] = await client.rows()
        assert after["id"] != before["id"]
        assert (after["filename"], "batchId" in after) == (before["filename"], False)
