"""Read and check what a request to the web service asks for."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from aiohttp import web
from aiohttp.typedefs import Handler

from .gate import error_response
from .matching import Document, rank
from .parts import Json
from .query import BadQueryError, Group, parse_query

_LARGEST_PAGE = 100
_DEFAULT_PAGE = 25
_EMPTY_XML = (
    '<?xml version="1.0" encoding="UTF-8"?><metadata xmlns="http://musicbrainz.org/ns/mmd-2.0#"/>'
)


class RefusedRequest(Exception):
    """End a request with an error reply."""

    def __init__(self, status: int, message: str) -> None:
        """Take status and message of the reply."""
        super().__init__(message)
        self.status = status
        self.message = message


def json_only(answer: Callable[[web.Request], Json]) -> Handler:
    """Answer in JSON when asked for it; everybody else gets XML, here without contents."""

    async def respond(request: web.Request) -> web.StreamResponse:
        """Run the handler."""
        accepts_json = "application/json" in request.headers.get("Accept", "")
        if request.query.get("fmt") != "json" and not accepts_json:
            return web.Response(text=_EMPTY_XML, content_type="application/xml")
        try:
            return web.json_response(answer(request))
        except RefusedRequest as refusal:
            return error_response(refusal.status, refusal.message)

    return respond


def checked_id(text: str) -> str:
    """Return an id in small letters."""
    try:
        identifier = str(UUID(text))
    except ValueError:
        raise RefusedRequest(400, "Invalid mbid.") from None
    if identifier != text.lower():
        raise RefusedRequest(400, "Invalid mbid.")
    return identifier


def linked_id(request: web.Request, name: str) -> str:
    """Return the id of what is browsed by."""
    if name not in request.query:
        raise RefusedRequest(400, "The given parameters do not match any available query type.")
    return checked_id(request.query[name])


def paging(request: web.Request) -> tuple[int, int]:
    """Return limit and offset; values out of range fall back to the nearest or the usual one."""
    limit = _number(request, "limit") or _DEFAULT_PAGE
    return min(limit, _LARGEST_PAGE), _number(request, "offset")


def parsed_query(request: web.Request) -> Group:
    """Return the request's query."""
    try:
        return parse_query(request.query.get("query", ""))
    except BadQueryError as problem:
        raise _unparsable(problem) from None


def ranked[Entity](
    query: Group,
    entities: Iterable[Entity],
    describe: Callable[[Entity], Document],
    default_field: str,
) -> list[tuple[int, Entity]]:
    """Return all hits of a query with their scores, best first."""
    try:
        return rank(query, entities, describe, default_field)
    except BadQueryError as problem:
        raise _unparsable(problem) from None


def _unparsable(problem: BadQueryError) -> RefusedRequest:
    """Return the refusal of a query."""
    return RefusedRequest(400, f"Unable to parse the query: {problem}.")


def browsed[Entity](
    request: web.Request,
    name: str,
    found: Sequence[Entity],
    render: Callable[[Entity], Json],
) -> Json:
    """Render one page of a browse."""
    limit, offset = paging(request)
    return {
        f"{name}-count": len(found),
        f"{name}-offset": offset,
        f"{name}s": [render(item) for item in found[offset : offset + limit]],
    }


def _number(request: web.Request, name: str) -> int:
    """Return a whole number, 0 when it is missing or none."""
    text = request.query.get(name, "0")
    return int(text) if text.isascii() and text.isdecimal() else 0
