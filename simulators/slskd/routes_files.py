"""Serve /files, the folders on slskd's own disk, and /events."""

import asyncio
import base64
import binascii
from datetime import UTC, datetime, timedelta
from pathlib import Path
import shutil

from aiohttp import web

from .events import EVENT_TYPES, EventLog
from .json_rules import (
    Json,
    MalformedBodyError,
    answer,
    empty,
    instant,
    query_flag,
    read_json,
    text_error,
)
from .storage import Storage
from .transfer_model import Transfer, event_row
from .versions import SlskdVersion

_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)


class FileRoutes:
    """Answer requests about finished and unfinished files."""

    def __init__(self, storage: Storage, may_delete: bool) -> None:
        """Take the folders; deleting needs remote file management."""
        self._storage = storage
        self._may_delete = may_delete

    def routes(self) -> list[web.RouteDef]:
        """Return the routes below the API root."""
        routes: list[web.RouteDef] = []
        for area in ("downloads", "incomplete"):
            root = f"/files/{area}"
            routes += [
                web.get(f"{root}/directories", self.list_folder),
                web.get(f"{root}/directories/{{encoded}}", self.list_folder),
                web.delete(f"{root}/directories/{{encoded}}", self.delete),
                web.delete(f"{root}/files/{{encoded}}", self.delete),
            ]
        return routes

    def _root(self, request: web.Request) -> Path:
        """Return the folder the path is about."""
        is_incomplete = "/files/incomplete/" in request.path
        return self._storage.incomplete if is_incomplete else self._storage.downloads

    def _named(self, request: web.Request) -> Path | web.Response:
        """Return the named path, or the answer for one that is wrong or outside."""
        root = self._root(request)
        encoded = request.match_info.get("encoded")
        if encoded is None:
            return root
        try:
            relative = base64.b64decode(encoded, validate=True).decode()
        except binascii.Error, UnicodeDecodeError:
            return empty(400)
        path = (root / relative).resolve()
        return path if path.is_relative_to(root.resolve()) else empty(403)

    async def list_folder(self, request: web.Request) -> web.Response:
        """List a folder."""
        path = self._named(request)
        if isinstance(path, web.Response):
            return path
        row = await asyncio.to_thread(
            _folder_row,
            path,
            self._root(request).resolve(),
            query_flag(request, "recursive"),
        )
        return empty(404) if row is None else answer(row)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a file or folder."""
        if not self._may_delete:
            return empty(403)
        path = self._named(request)
        if isinstance(path, web.Response):
            return path
        return empty(204 if await asyncio.to_thread(_delete, path) else 404)


def _delete(path: Path) -> bool:
    """Delete what is there and tell whether something was; blocks."""
    if path.is_dir():
        shutil.rmtree(path)
    elif path.is_file():
        path.unlink()
    else:
        return False
    return True


def _time(seconds: float) -> Json:
    """Return a file time as the API writes it."""
    moment = datetime.fromtimestamp(seconds, UTC) - _YEAR_ONE
    return instant(moment // timedelta(microseconds=1) * 10)


def _entry(path: Path, root: Path) -> dict[str, Json]:
    """Return what files and folders have in common."""
    status = path.stat()
    relative = path.resolve().relative_to(root).as_posix()
    return {
        "name": path.name,
        "fullName": "" if relative == "." else relative,
        "attributes": "Directory" if path.is_dir() else "Normal",
        "createdAt": _time(status.st_ctime),
        "modifiedAt": _time(status.st_mtime),
    }


def _folder_row(folder: Path, root: Path, recursive: bool) -> dict[str, Json] | None:
    """Return a listing, None when there is no such folder; blocks."""
    if not folder.is_dir():
        return None
    found = sorted(folder.rglob("*") if recursive else folder.iterdir())
    files: list[Json] = []
    directories: list[Json] = []
    for path in found:
        if path.is_dir():
            directories.append({**_entry(path, root), "files": [], "directories": []})
        else:
            files.append({**_entry(path, root), "length": path.stat().st_size})
    return {**_entry(folder, root), "files": files, "directories": directories}


class EventRoutes:
    """Answer requests about the event log."""

    def __init__(self, events: EventLog, version: SlskdVersion) -> None:
        """Take the log."""
        self._events = events
        self._version = version

    def routes(self) -> list[web.RouteDef]:
        """Return the routes below the API root."""
        return [
            web.get("/events", self.list_events),
            web.post("/events/{type}", self.raise_event),
        ]

    async def list_events(self, request: web.Request) -> web.Response:
        """Return a page of the log."""
        try:
            offset, limit = (
                int(request.query.get("offset", "0")),
                int(request.query.get("limit", "100")),
            )
        except ValueError:
            return empty(400)
        if offset < 0:
            return text_error(400, "Offset must be greater than or equal to zero")
        if limit <= 0:
            return text_error(400, "Limit must be greater than zero")
        headers = {"X-Total-Count": str(self._events.total)}
        return answer(self._events.page(offset, limit), headers=headers)

    async def raise_event(self, request: web.Request) -> web.Response:
        """Raise a sample event."""
        known = {kind.casefold(): kind for kind in EVENT_TYPES}
        kind = known.get(request.match_info["type"].casefold())
        if kind is None:
            return text_error(
                400,
                f"Unknown event type '{request.match_info['type']}'; "
                f"must be one of {', '.join(EVENT_TYPES)}",
            )
        try:
            word = await read_json(request)
        except MalformedBodyError:
            return text_error(500, "Object reference not set to an instance of an object.")
        data: dict[str, Json] = {"version": 0, "message": str(word)}
        if kind == "DownloadFileComplete":
            nothing = Transfer("00000000-0000-0000-0000-000000000000", "", "", 0, 0)
            nothing.state, nothing.attempts = "None", 0
            data = {
                "version": 0,
                "localFilename": f"{word}local.file",
                "remoteFilename": f"{word}remote.file",
                "transfer": {
                    **event_row(nothing, self._version, 0.0, 0),
                    **dict.fromkeys(("username", "filename")),
                    **({"stateDescription": None} if self._version.shows_state_description else {}),
                },
            }
        return answer(self._events.add(kind, data), 201)
