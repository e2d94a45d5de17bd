"""Serve /transfers/downloads/batches, which exist since 0.26."""

import re
import uuid

from aiohttp import web

from .clock import SimulatedClock
from .json_rules import (
    Body,
    Json,
    MalformedBodyError,
    answer,
    empty,
    guid,
    instant,
    read_json,
    text_error,
    without_nulls,
)
from .routes_transfers import TransferRoutes, wanted_files
from .transfer_model import Batch, remote_parts
from .transfers import (
    ALREADY_IN_PROGRESS,
    EnqueueError,
    TransferService,
    UserOfflineError,
    WantedFile,
)
from .versions import SlskdVersion

_LONGEST_USERNAME = 500
_ROOTED = re.compile(r"^([\\/]|[A-Za-z]:)")


class BatchRoutes:
    """Answer requests about batches."""

    def __init__(
        self,
        service: TransferService,
        transfers: TransferRoutes,
        clock: SimulatedClock,
        version: SlskdVersion,
    ) -> None:
        """Share the service and the enqueue slots with the single downloads."""
        self._service = service
        self._transfers = transfers
        self._clock = clock
        self._version = version

    def routes(self) -> list[web.RouteDef]:
        """Return the routes below the API root, none for a version without batches."""
        if not self._version.has_batches:
            return []
        return [
            web.post("/transfers/downloads/batches", self.create),
            web.get("/transfers/downloads/batches/{id}", self.get),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """Begin a batch."""
        return await self._transfers.posts.answer(request, self._create)

    async def _create(self, request: web.Request) -> web.Response:
        """Read the request and begin the downloads."""
        try:
            body = Body(await read_json(request))
            if "options" in body and body.raw("options") is None:
                return text_error(500, "Object reference not set to an instance of an object.")
            username, files = self._username_and_files(body)
            batch_id, search_id = _identifier(body, "id"), _identifier(body, "searchId")
            options = Body(body.raw("options") if "options" in body else {})
            destination = _destination(options)
        except MalformedBodyError as error:
            return text_error(400, str(error))
        if batch_id is not None and batch_id in self._service.batches:
            return text_error(409, f"A batch with ID {batch_id} already exists")
        try:
            await self._service.check_peer(username)
        except UserOfflineError as error:
            return text_error(404, str(error))
        except EnqueueError as error:
            return text_error(500, str(error))
        batch = Batch(
            batch_id or str(uuid.uuid4()),
            search_id,
            username,
            self._clock.ticks(),
            destination,
        )
        self._service.batches[batch.id] = batch
        enqueued, failed = self._service.enqueue(username, files, batch)
        failures: list[Json] = [
            {"filename": file.filename, "message": ALREADY_IN_PROGRESS} for file in failed
        ]
        status = 201 if not failed else 207 if enqueued else 200
        return answer({"batch": self._row(batch, zoned=True), "failures": failures}, status)

    async def get(self, request: web.Request) -> web.Response:
        """Return a batch with all its downloads, removed ones too."""
        batch_id = guid(request.match_info["id"])
        if batch_id is None:
            malformed = request.match_info["id"]
            return text_error(400, f"The specified id {malformed} is not a valid GUID/UUID")
        batch = self._service.batches.get(batch_id)
        return empty(404) if batch is None else answer(self._row(batch))

    def _username_and_files(self, body: Body) -> tuple[str, list[WantedFile]]:
        """Return whom to ask for what; MalformedBodyError when that is not said well."""
        username = body.text("username")
        files = wanted_files(body.items("files"), self._version)
        if not username or len(username) > _LONGEST_USERNAME:
            raise MalformedBodyError("The Username field is required.")
        if len({file.filename for file in files}) < len(files):
            raise MalformedBodyError("Two or more files in the request are repeated")
        return username, files

    def _row(self, batch: Batch, zoned: bool = False) -> Json:
        """Return a batch as the API shows it."""
        return without_nulls(
            {
                "id": batch.id,
                "searchId": batch.search_id,
                "username": batch.username,
                "direction": "Download",
                "createdAt": instant(batch.created),
                "options": {"destination": batch.destination},
                "transfers": [self._transfers.row(one, zoned) for one in batch.transfers],
            }
        )


def _identifier(body: Body, name: str) -> str | None:
    """Return an identifier of the request, or None when it was left out."""
    value = body.raw(name)
    identifier = guid(value)
    if value is not None and identifier is None:
        raise MalformedBodyError("One or more provided identifiers is not a valid GUID/UUID")
    return identifier


def _destination(options: Body) -> str | None:
    """Return the wanted folder below downloads; MalformedBodyError when it leads elsewhere."""
    destination = options.text("destination")
    if destination is None:
        return None
    parts = remote_parts(destination)
    if not parts or _ROOTED.match(destination) or any(part in (".", "..") for part in parts):
        raise MalformedBodyError(
            "The Destination must be a relative path without traversal segments"
        )
    return destination
