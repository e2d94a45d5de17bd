"""Ask every version of the simulated slskd on every route of the table."""

from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from simulators.slskd import SUPPORTED, Access, ApiKey, Behaviour, Settings

from .reply import Reply
from .slskd_client import JSON_HEADERS, SONG, SlskdClient, peer, slskd, song, wanted
from .slskd_tables import applies, table

pytestmark = pytest.mark.usefixtures("socket_enabled")

OTHERS = ("second.mp3", "third.mp3", "fourth.mp3")

KEY = "0123456789abcdef"

BATCHES = "/transfers/downloads/batches"


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
