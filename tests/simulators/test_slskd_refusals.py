"""Compare the refusals of every version of the simulated slskd with the table of what is known."""

from collections.abc import Awaitable, Callable
import json
from pathlib import Path
import re
from typing import Any
from uuid import uuid4

import pytest

from simulators.slskd import SUPPORTED, Access, Behaviour, Outcome, Presence

from .reply import Reply
from .slskd_client import SONG, SlskdClient, wanted
from .slskd_tables import applies, client_of, numbers, pattern, table

pytestmark = pytest.mark.usefixtures("socket_enabled")

BATCHES = "/transfers/downloads/batches"


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
        async with client.simulator.search_routes.posts:
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
        slots = simulator.transfer_routes.posts
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
    slots = client.simulator.transfer_routes.posts
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
