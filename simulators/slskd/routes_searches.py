"""Serve /searches."""

from aiohttp import web

from .json_rules import (
    Body,
    MalformedBodyError,
    answer,
    empty,
    guid,
    query_flag,
    read_json,
    text_error,
)
from .post_limit import PostLimit
from .search_model import Search, SearchOptions, search_row
from .searches import NotReadyError, SearchRefusedError, SearchService, SearchTakenError
from .versions import SlskdVersion


class SearchRoutes:
    """Answer requests about searches."""

    def __init__(self, service: SearchService, version: SlskdVersion) -> None:
        """Take the service behind the routes."""
        self._service = service
        self._version = version
        self.posts = PostLimit(1)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes below the API root."""
        return [
            web.post("/searches", self.create),
            web.get("/searches", self.list_all),
            web.get("/searches/{id}", self.get),
            web.get("/searches/{id}/responses", self.responses),
            web.put("/searches/{id}", self.stop),
            web.delete("/searches/{id}", self.delete),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """Begin a search."""
        if not self._version.refuses_concurrent_posts:
            return await self._create(request)
        return await self.posts.answer(request, self._create)

    async def _create(self, request: web.Request) -> web.Response:
        """Read the request and begin the search."""
        checks = self._version.validates_requests
        try:
            body = Body(await read_json(request))
            text, search_id = body.text("searchText"), _identifier(body)
            options = _options(body)
        except MalformedBodyError as error:
            if checks:
                return text_error(400, str(error))
            return text_error(500, "Object reference not set to an instance of an object.")
        if text is None or not text.strip():
            return text_error(400, "SearchText may not be null or empty")
        if checks and (problem := _out_of_range(options)):
            return text_error(400, problem)
        try:
            search = self._service.create(search_id, text, options)
        except SearchTakenError:
            return text_error(
                500,
                "An error occurred while saving the entity changes. See the inner exception for details.",
            )
        except SearchRefusedError as error:
            return text_error(400, str(error))
        except NotReadyError as error:
            return text_error(409, str(error))
        return answer(search_row(search, with_responses=False))

    def _find(self, request: web.Request) -> Search | None:
        """Return the record the path names, or None."""
        search_id = guid(request.match_info["id"])
        return self._service.records.get(search_id) if search_id else None

    async def list_all(self, request: web.Request) -> web.Response:
        """List all searches without responses."""
        return answer(
            [search_row(one, with_responses=False) for one in self._service.records.values()]
        )

    async def get(self, request: web.Request) -> web.Response:
        """Return one search."""
        search = self._find(request)
        if search is None:
            return empty(404)
        return answer(search_row(search, query_flag(request, "includeResponses")))

    async def responses(self, request: web.Request) -> web.Response:
        """Return the responses, none until the search is over."""
        search = self._find(request)
        return empty(404) if search is None else answer(search.responses)

    async def stop(self, request: web.Request) -> web.Response:
        """End a search early."""
        search = self._find(request)
        if search is None:
            return empty(404)
        self._service.stop(search)
        return empty(200)

    async def delete(self, request: web.Request) -> web.Response:
        """Forget a search."""
        search = self._find(request)
        if search is None:
            return empty(404)
        self._service.delete(search)
        return empty(204)


def _identifier(body: Body) -> str | None:
    """Return the id the client chose, or None when it chose none."""
    value = body.raw("id")
    identifier = guid(value)
    if value is not None and identifier is None:
        raise MalformedBodyError("The JSON value could not be converted to System.Guid. Path: $.id")
    return identifier


def _options(body: Body) -> SearchOptions:
    """Read the limits of a search."""
    default = SearchOptions()
    return SearchOptions(
        timeout_ms=body.integer("searchTimeout", default.timeout_ms),
        response_limit=body.integer("responseLimit", default.response_limit),
        file_limit=body.integer("fileLimit", default.file_limit),
        filters=body.flag("filterResponses", default.filters),
        minimum_files=body.integer("minimumResponseFileCount", default.minimum_files),
        maximum_queue=body.integer("maximumPeerQueueLength", default.maximum_queue),
        minimum_speed=body.integer("minimumPeerUploadSpeed", default.minimum_speed),
    )


def _out_of_range(options: SearchOptions) -> str | None:
    """Return what is wrong with the numbers of a request."""
    if options.timeout_ms < 5:
        return "The field SearchTimeout must be between 5 and 2147483647."
    named = {
        "ResponseLimit": options.response_limit,
        "FileLimit": options.file_limit,
        "MinimumResponseFileCount": options.minimum_files,
        "MaximumPeerQueueLength": options.maximum_queue,
        "MinimumPeerUploadSpeed": options.minimum_speed,
    }
    for name, value in named.items():
        if value < 0:
            return f"The field {name} must be between 0 and 2147483647."
    return None
