"""Hold the simulator against the tables of slskd's routes, refusals, failures, states and their order."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import json
from pathlib import Path
import re
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from simulators.slskd import (
    SUPPORTED,
    Access,
    ApiKey,
    Behaviour,
    Outcome,
    Presence,
    Settings,
    WriteMode,
)

from .slskd_client import JSON_HEADERS, SONG, Reply, SlskdClient, peer, slskd, song, wanted

pytestmark = pytest.mark.usefixtures("socket_enabled")

FOR_EVER = 99
OTHERS = ("second.mp3", "third.mp3", "fourth.mp3")
KEY = "0123456789abcdef"
BATCHES = "/transfers/downloads/batches"
PLACEHOLDERS = {
    "{u}": "peer",
    "{file}": re.escape(SONG),
    "{guid}": r"[0-9a-f-]{36}",
    "{ip:port}": r"[\d.]+:\d+",
    "{ms}": r"\d+",
    "{a}": r"\d+",
    "{b}": r"\d+",
    "{n}": r"\d+",
}


def table(recordings: Path, name: str) -> Any:
    """Return one of the tables."""
    return json.loads((recordings / "slskd" / f"{name}.json").read_text("utf-8"))


def numbers(version: str) -> tuple[int, ...]:
    """Return a version to compare; whatever is no number counts as very late."""
    return tuple(int(part) if part.isdecimal() else 99 for part in version.split("."))


def applies(entry: dict[str, Any], version: str) -> bool:
    """Tell whether an entry of a table is about a version."""
    mine = numbers(version)
    first, last = entry.get("since", "0"), entry.get("to", "x")
    if not numbers(first.split()[0]) <= mine <= numbers(last):
        return False
    compared = re.match(r"(>=|<=|<)([\d.]+)", entry.get("versions", "all"))
    if compared is None:
        return True
    sign, bound = compared.group(1), numbers(compared.group(2))
    return {">=": mine >= bound, "<=": mine <= bound, "<": mine < bound}[sign]


def pattern(text: str) -> re.Pattern[str]:
    """Return what matches a text of a table with something in place of its variables."""
    escaped = re.escape(text)
    for name, form in PLACEHOLDERS.items():
        escaped = escaped.replace(re.escape(name), form)
    return re.compile(escaped)


@asynccontextmanager
async def client_of(folder: Path, version: str, **more: Any) -> AsyncIterator[SlskdClient]:
    """Run a version with a peer whose one song may behave in any way."""
    behaviour = more.pop("behaviour", None)
    settings = Settings(version=version, clock_speed=0, write_mode=WriteMode.NOTHING, **more)
    async with slskd(folder, [peer(song(behaviour=behaviour))], settings) as client:
        yield client


# --- Refusals ----------------------------------------------------------------------------------


class Refusals:
    """Compare refusals with the table, and remember which of its entries have been seen."""

    def __init__(self, entries: dict[str, Any], version: str) -> None:
        """Take what the table says about a version."""
        self._texts: dict[tuple[str, int], dict[str, re.Pattern[str]]] = {}
        self._seen: set[tuple[str, int, str]] = set()
        for route, rows in entries.items():
            if "batches" in route and numbers(version) < (0, 26):
                continue
            for row in rows if isinstance(rows, list) else ():
                if isinstance(row, dict) and applies(row, version):
                    self._add(route, row, version)

    def _add(self, route: str, row: dict[str, Any], version: str) -> None:
        """Take over the texts of one entry."""
        for status in re.findall(r"\d{3}", str(row["status"]))[:1]:
            known = self._texts.setdefault((route, int(status)), {})
            body = row.get("body")
            if isinstance(body, str) and body.startswith('"'):
                known[body] = re.compile(re.escape(json.loads(body)))
            for text in [*row.get("examples", ()), *row.get("recorded", ())]:
                plain, _, versions = text.partition(" (0.24.4-0.25.1)")
                is_old = text != plain
                plain, newer, _ = plain.partition(" (>=0.26.0)")
                is_newest = numbers(version) >= (0, 26)
                if not versions and not (is_old and is_newest) and not (newer and not is_newest):
                    known[plain] = pattern(plain)

    def check(self, route: str, status: int, reply: Reply, *, text: bool = True) -> None:
        """Fail unless the reply is one the table has for this route; bodies are JSON strings or empty."""
        assert reply.status == status, (route, reply.status, reply.text)
        known = self._texts[route, status]
        if not text:
            assert reply.text == ""
            return
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        said = reply.json()
        assert isinstance(said, str), (route, said)
        found = [plain for plain, form in known.items() if form.fullmatch(said)]
        self._seen.update((route, status, plain) for plain in found)
        # Where the table only describes what is said, any words will do.
        assert found or not known or any(is_description(plain) for plain in known), (route, said)

    def unseen(self) -> list[tuple[str, int, str]]:
        """Return the texts of the table that no reply had."""
        return [
            (route, status, plain)
            for (route, status), texts in self._texts.items()
            for plain in texts
            if not is_description(plain) and (route, status, plain) not in self._seen
        ]


def is_description(text: str) -> bool:
    """Tell whether the table describes a text instead of quoting it."""
    return text.startswith(("validation text", "library ", "re-used "))


async def refuse_searches(client: SlskdClient, refusals: Refusals) -> None:
    """Ask for searches in every wrong way."""
    route = "POST /searches"
    body = {"id": str(uuid4()), "searchText": "certain death"}
    for wrong in ({"searchText": ""}, {"searchText": "-live -mono"}):
        refusals.check(route, 400, await client.send("POST", "/searches", wrong))
    if client.simulator.version.refuses_concurrent_posts:
        async with client.simulator.search_routes.post_lock:
            refusals.check(route, 429, await client.send("POST", "/searches", body))
    assert (await client.send("POST", "/searches", body)).status == 200
    refusals.check(route, 500, await client.send("POST", "/searches", body))
    for path in (f"/searches/{uuid4()}", "/searches/none"):
        for method in ("GET", "PUT", "DELETE"):
            reply = await client.send(method, path)
            assert (reply.status, reply.text) == (404, "")
    client.simulator.disconnect_from_soulseek()
    body["id"] = str(uuid4())
    refusals.check(route, 409, await client.send("POST", "/searches", body))
    client.simulator.connect_to_soulseek()


async def refuse_downloads(client: SlskdClient, refusals: Refusals) -> None:
    """Ask for files in every wrong way."""
    route = "POST /transfers/downloads/{username}"
    simulator, version = client.simulator, client.simulator.version
    if version.validates_requests:
        refusals.check(route, 400, await client.enqueue("peer"))
        refusals.check(route, 400, await client.enqueue("peer", None))  # type: ignore[arg-type]
    if version.refuses_traversal:
        refusals.check(route, 400, await client.enqueue("peer", wanted("a\\..\\b.mp3")))
    if version.refuses_concurrent_posts:
        slots = simulator.transfer_routes.post_slots
        async with slots, slots:
            path = "/transfers/downloads/peer"
            refusals.check(route, 429, await client.send("POST", path, [wanted()]))
    refusals.check(route, 500, await client.enqueue("peer", wanted(), wanted()))
    for presence in (Presence.OFFLINE, Presence.UNREACHABLE, Presence.SILENT):
        simulator.set_presence("peer", presence)
        refusals.check(route, 500, await client.enqueue("peer", wanted()))
    simulator.set_presence("peer", Presence.ONLINE)
    simulator.disconnect_from_soulseek()
    refusals.check(route, 500, await client.enqueue("peer", wanted()))
    simulator.connect_to_soulseek()
    assert await client.rows() == []
    reply = await client.send("GET", "/transfers/downloads/peer")
    refusals.check("GET /transfers/downloads/{username}", 404, reply, text=False)


async def refuse_batches(client: SlskdClient, refusals: Refusals) -> None:
    """Ask for batches in every wrong way; older versions take the word for a user's name."""
    route = "POST /transfers/downloads/batches"
    body = {"id": str(uuid4()), "username": "peer", "files": [wanted()]}
    version = client.simulator.version
    if not version.has_batches:
        reply = await client.send("POST", BATCHES, body)
        assert reply.status == (400 if version.validates_requests else 500)
        assert isinstance(reply.json(), str)
        assert (await client.send("GET", f"{BATCHES}/{uuid4()}")).status == 404
        return
    changes: tuple[dict[str, object], ...] = (
        {"files": [wanted(), wanted()]},
        {"files": [None]},
        {"id": "one"},
        {"files": []},
    )
    for change in changes:
        refusals.check(route, 400, await client.send("POST", BATCHES, {**body, **change}))
    slots = client.simulator.transfer_routes.post_slots
    async with slots, slots:
        refusals.check(route, 429, await client.send("POST", BATCHES, body))
    client.simulator.set_presence("peer", Presence.OFFLINE)
    refusals.check(route, 404, await client.send("POST", BATCHES, body))
    client.simulator.set_presence("peer", Presence.ONLINE)
    refusals.check(route, 500, await client.send("POST", BATCHES, {**body, "options": None}))
    made = await client.send("POST", BATCHES, body)
    assert (made.status, made.json()["failures"]) == (201, [])
    refusals.check(route, 409, await client.send("POST", BATCHES, body))
    again = {"username": "peer", "files": [wanted()]}
    none = await client.send("POST", BATCHES, again)
    some = await client.send("POST", BATCHES, {**again, "files": [wanted(), wanted("b.mp3")]})
    assert (none.status, some.status) == (200, 207)
    failure = {"filename": SONG, "message": "Skipped: Already in progress"}
    assert none.json()["failures"] == some.json()["failures"] == [failure]
    for path, status in ((f"{BATCHES}/one", 400), (f"{BATCHES}/{uuid4()}", 404)):
        assert (await client.send("GET", path)).status == status


async def refuse_removal(client: SlskdClient, refusals: Refusals) -> None:
    """Ask for places and removals in every wrong way."""
    await client.enqueue("peer", wanted())
    row = await client.row()
    own, other = (f"/transfers/downloads/peer/{name}" for name in (row["id"], uuid4()))
    places = "GET /transfers/downloads/{username}/{id}/position"
    refusals.check(places, 404, await client.send("GET", f"{other}/position"), text=False)
    while (await client.row())["state"] != "Queued, Remotely":
        await client.simulator.advance(0.1)
    client.simulator.set_presence("peer", Presence.OFFLINE)
    refusals.check(places, 500, await client.send("GET", f"{own}/position"))
    client.simulator.set_presence("peer", Presence.ONLINE)
    route = "DELETE /transfers/downloads/{username}/{id}"
    forgives = client.simulator.version.removes_unknown_ids
    reply = await client.send("DELETE", f"{other}?remove=true")
    refusals.check(route, 204 if forgives else 404, reply, text=False)
    assert (await client.send("DELETE", other)).status == 204
    malformed = await client.send("DELETE", "/transfers/downloads/peer/one")
    refusals.check(route, 400, malformed, text=False)
    reply = await client.send("DELETE", f"{own}?remove=true")
    refusals.check(route, 204 if forgives else 500, reply, text=not forgives)
    await client.simulator.advance(2)
    refusals.check(places, 500, await client.send("GET", f"{own}/position"))


@pytest.mark.parametrize("version", SUPPORTED)
async def test_refusals(recordings: Path, tmp_path: Path, version: str) -> None:
    """Every refusal of the table comes with its status, its text, and as a JSON string."""
    refusals = Refusals(table(recordings, "error-bodies"), version)
    steps: tuple[Callable[[SlskdClient, Refusals], Awaitable[None]], ...] = (
        refuse_searches,
        refuse_downloads,
        refuse_batches,
        refuse_removal,
    )
    for step in steps:
        waiting = Behaviour(queue_seconds=900)
        async with client_of(tmp_path, version, behaviour=waiting) as client:
            await step(client, refusals)
    if not numbers(version) >= (0, 24):
        for outcome in (Outcome.REJECT, Outcome.NO_ANSWER):
            async with client_of(tmp_path, version, behaviour=Behaviour(outcome)) as client:
                reply = await client.enqueue("peer", wanted())
                refusals.check("POST /transfers/downloads/{username}", 500, reply)
    async with client_of(tmp_path, version) as client:
        client.simulator.set_presence("peer", Presence.OFFLINE)
        refusals.check("users", 404, await client.send("GET", "/users/peer/info"))
        client.simulator.set_presence("peer", Presence.UNREACHABLE)
        refusals.check("users", 500, await client.send("GET", "/users/peer/info"))
        refusals.check("session", 400, await client.send("POST", "/session", {"username": ""}))
        wrong = {"username": "slskd", "password": "guess"}
        refusals.check("session", 401, await client.send("POST", "/session", wrong), text=False)
    async with client_of(tmp_path, version, access=Access(is_headless=True)) as client:
        refusals.check("session", 403, await client.send("POST", "/session", wrong), text=False)
    assert refusals.unseen() == []


# --- Routes ------------------------------------------------------------------------------------


def encoded(text: str) -> str:
    """Return a path as the routes of files want it."""
    return quote(b64encode(text.encode()).decode(), safe="")


async def names_of(client: SlskdClient) -> dict[str, str]:
    """Put something there for every route, and return what fills its variables."""
    record = await client.search("certain death")
    await client.enqueue("peer", wanted())
    await client.simulator.advance(1)
    row = await client.row()
    folder = client.simulator.storage.downloads / "folder"
    folder.mkdir(parents=True)
    (folder / "file.mp3").write_bytes(b"x")
    names = {"/searches/{id}": record["id"], "{username}/{id}": row["id"]}
    if client.simulator.version.has_batches:
        body = {"username": "peer", "files": [wanted(OTHERS[0])]}
        made = (await client.send("POST", BATCHES, body)).json()["batch"]
        names["batches/{id}"] = made["id"]
    return names


def body_of(endpoint: dict[str, Any]) -> object:
    """Return something that the route of an endpoint accepts."""
    bodies: dict[str, object] = {
        "POST /searches": {"searchText": "certain death"},
        "POST /transfers/downloads/{username}": [wanted(OTHERS[1])],
        "POST /transfers/downloads/batches": {"username": "peer", "files": [wanted(OTHERS[2])]},
        "POST /session": {"username": "slskd", "password": "slskd"},
        "POST /users/{username}/directory": {"directory": "folder"},
        "POST /events/{type}": "x",
        "DELETE /server": "bye",
    }
    return bodies.get(f"{endpoint['method']} {endpoint['path']}")


def path_of(endpoint: dict[str, Any], names: dict[str, str]) -> str:
    """Return the path of an endpoint with its variables filled in."""
    path: str = endpoint["path"]
    for marked, value in names.items():
        if marked in path:
            path = path.replace(marked, marked.replace("{id}", value))
    file = encoded("folder/file.mp3" if "/files/{base64}" in path else "folder")
    return (
        path.replace("{username}", "peer")
        .replace("{type}", "Noop")
        .replace("{base64}", file)
        .replace("{id}", str(uuid4()))
    )


@pytest.mark.parametrize("version", SUPPORTED)
async def test_routes(recordings: Path, tmp_path: Path, version: str) -> None:
    """Every route of the table answers as it should, wants a key unless it is open, or is not there yet."""
    endpoints = list(table(recordings, "endpoints")["endpoints"])
    # What cuts the others off comes last.
    endpoints.sort(key=lambda one: (one["method"] == "DELETE", one["path"] == "/server"))
    access = Access(api_keys=(ApiKey(KEY),))
    keyed = {**JSON_HEADERS, "X-API-Key": KEY}
    settings = Settings(version=version, clock_speed=0, may_delete_files=True, access=access)
    waiting = [song(path, behaviour=Behaviour(queue_seconds=900)) for path in (SONG, *OTHERS)]
    async with slskd(tmp_path, [peer(*waiting)], settings) as client:
        plain_send = client.send

        async def send(method: str, path: str, body: object = None, **more: Any) -> Reply:
            """Send with the key unless told otherwise."""
            more.setdefault("headers", keyed)
            return await plain_send(method, path, body, **more)

        client.send = send  # type: ignore[method-assign]
        names = await names_of(client)
        for endpoint in endpoints:
            root = "" if endpoint["path"] == "/health" else "/api/v0"
            method, path = endpoint["method"], path_of(endpoint, names)
            body = body_of(endpoint)
            if not applies(endpoint, version):
                # Where there is no such route yet, the word is taken for a user's name, or nothing is there.
                reply = await send(method, path, body, root=root)
                assert reply.status in (400, 404, 405, 500), endpoint
                continue
            if endpoint["auth"] == "any":
                refused = await send(method, path, body, root=root, headers=JSON_HEADERS)
                assert (refused.status, refused.text) == (401, ""), endpoint
            [reply] = await client.moving(send(method, path, body, root=root))
            assert reply.status in endpoint["ok"], (endpoint, reply.status, reply.text)
            if reply.text and root:
                assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
            for name in endpoint.get("headers", ()):
                assert name in reply.headers


# --- How transfers fail, and in what order states come -----------------------------------------


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
