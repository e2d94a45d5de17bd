"""Serve /transfers/downloads."""

import asyncio

from aiohttp import web

from .clock import SimulatedClock
from .json_rules import (
    Body,
    Json,
    MalformedBodyError,
    answer,
    empty,
    guid,
    query_flag,
    read_json,
    text_error,
    username_of,
)
from .post_limit import PostLimit
from .transfer_model import Transfer, directory_rows, remote_parts, transfer_row
from .transfers import EnqueueError, TransferService, WantedFile
from .versions import FailedShape, SlskdVersion

CONCURRENT_ENQUEUES = 2


class TransferRoutes:
    """Answer requests about downloads."""

    def __init__(
        self, service: TransferService, clock: SimulatedClock, version: SlskdVersion
    ) -> None:
        """Take the service behind the routes."""
        self._service = service
        self._clock = clock
        self._version = version
        self.posts = PostLimit(CONCURRENT_ENQUEUES)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes below the API root; fixed paths come before those with names."""
        return [
            web.delete("/transfers/downloads/all/completed", self.remove_completed),
            web.get("/transfers/downloads", self.list_all),
            web.get("/transfers/downloads/{username}", self.list_user),
            web.post("/transfers/downloads/{username}", self.enqueue),
            web.get("/transfers/downloads/{username}/{id}", self.get),
            web.get("/transfers/downloads/{username}/{id}/position", self.position),
            web.delete("/transfers/downloads/{username}/{id}", self.cancel),
        ]

    def row(self, transfer: Transfer, zoned: bool = False) -> dict[str, Json]:
        """Return a download as this version shows it now."""
        return transfer_row(transfer, self._version, self._clock.now(), self._clock.ticks(), zoned)

    async def enqueue(self, request: web.Request) -> web.Response:
        """Begin downloads from one user."""
        if not self._version.refuses_concurrent_posts:
            return await self._enqueue(request)
        return await self.posts.answer(request, self._enqueue)

    async def _enqueue(self, request: web.Request) -> web.Response:
        """Read the request and begin the downloads."""
        username = username_of(request, self._version.decodes_slashes)
        try:
            files = wanted_files(await read_json(request), self._version)
        except MalformedBodyError as error:
            return text_error(400 if self._version.validates_requests else 500, str(error))
        if len({file.filename for file in files}) < len(files):
            return text_error(500, "Two or more files in request are duplicated")
        try:
            await self._service.check_peer(username)
        except EnqueueError as error:
            return text_error(500, str(error))
        enqueued, failed = self._service.enqueue(username, files)
        if self._version.failed_shape is FailedShape.NO_BODY:
            return await self._wait_for_all(enqueued)
        shape = self._version.failed_shape
        failures: list[Json] = [
            {} if shape is FailedShape.EMPTY_OBJECTS else file.filename for file in failed
        ]
        rows: list[Json] = [self.row(transfer, zoned=True) for transfer in enqueued]
        return answer({"enqueued": rows, "failed": failures}, 201)

    async def _wait_for_all(self, transfers: list[Transfer]) -> web.Response:
        """Answer when every file is queued at the peer or has failed, as older versions do."""
        await asyncio.gather(*(self._acknowledged(transfer) for transfer in transfers))
        errors = [one.exception for one in transfers if one.is_complete and one.exception]
        if not errors:
            return empty(201)
        texts = [
            f"One or more errors occurred. ({text})" if "timed out" in text else text
            for text in errors
        ]
        return text_error(
            500,
            "One or more errors occurred. " + " ".join(f"({text})" for text in texts),
        )

    async def _acknowledged(self, transfer: Transfer) -> None:
        """Wait until the peer took the request, or it is over."""
        if transfer.is_complete or transfer.enqueued is not None:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def arrived() -> None:
            if not future.done():
                future.set_result(None)

        transfer.on_acknowledged.append(arrived)
        await future

    async def list_all(self, request: web.Request) -> web.Response:
        """List the downloads of everybody, without paging."""
        users = self._service.by_user(query_flag(request, "includeRemoved"))
        return answer([self._user_row(name, transfers) for name, transfers in users.items()])

    def _user_row(self, username: str, transfers: list[Transfer]) -> dict[str, Json]:
        """Return the downloads from one user, by folder."""
        return {
            "username": username,
            "directories": directory_rows([self.row(transfer) for transfer in transfers]),
        }

    async def list_user(self, request: web.Request) -> web.Response:
        """List the downloads from one user; 404 when there are none."""
        username = username_of(request, self._version.decodes_slashes)
        transfers = self._service.of_user(username)
        return answer(self._user_row(username, transfers)) if transfers else empty(404)

    async def get(self, request: web.Request) -> web.Response:
        """Return one download, removed ones too; the username is not looked at."""
        transfer_id = guid(request.match_info["id"])
        if transfer_id is None:
            return empty(400)
        transfer = self._service.records.get(transfer_id)
        return empty(404) if transfer is None else answer(self.row(transfer))

    async def position(self, request: web.Request) -> web.Response:
        """Ask the peer for the place in its queue."""
        transfer_id = guid(request.match_info["id"])
        if transfer_id is None:
            return empty(400)
        transfer = self._service.records.get(transfer_id)
        if transfer is None:
            return empty(404)
        try:
            return answer(self._service.place_in_queue(transfer))
        except EnqueueError as error:
            return text_error(500, str(error))

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a download, or hide a finished one when asked to remove it."""
        transfer_id = guid(request.match_info["id"])
        if transfer_id is None:
            return empty(400)
        transfer = self._service.records.get(transfer_id)
        removes = query_flag(request, "remove")
        if transfer is None:
            return empty(204 if self._version.removes_unknown_ids or not removes else 404)
        was_complete = transfer.is_complete
        self._service.cancel(transfer)
        if removes and was_complete:
            transfer.removed = True
        elif removes and not self._version.removes_unknown_ids:
            return text_error(500, "Invalid attempt to remove a download before it is complete")
        return empty(204)

    async def remove_completed(self, request: web.Request) -> web.Response:
        """Hide everybody's finished downloads."""
        self._service.remove_completed()
        return empty(204)


def wanted_files(value: object, version: SlskdVersion) -> list[WantedFile]:
    """Read the files of an enqueue request; MalformedBodyError with the version's text."""
    if not isinstance(value, list):
        raise MalformedBodyError(
            "The JSON value could not be converted to a list of files. Path: $"
        )
    if not value:
        raise MalformedBodyError("At least one file is required")
    if any(item is None for item in value):
        kind = "files" if version.has_batches else "records"
        raise MalformedBodyError(f"One or more {kind} in the request are null")
    files = []
    for item in value:
        body = Body(item)
        filename, size = body.text("filename"), body.integer("size", 0)
        if not filename or size < 0:
            raise MalformedBodyError(
                "The Filename field is required." if not filename else "Size is negative"
            )
        files.append(WantedFile(filename, size))
    if version.refuses_traversal and any(
        part in (".", "..") for file in files for part in remote_parts(file.filename)
    ):
        raise MalformedBodyError(
            "One or more files in the request contain a dangerous path traversal segment"
        )
    return files
