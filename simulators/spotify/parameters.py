"""Read and check what a Web API request asks for."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from .faults import error_response
from .fields import parse_fields
from .identity import is_valid_id
from .middleware import GRANT

type Handler = Callable[[web.Request], Awaitable[web.Response]]

_LARGEST_OFFSET = 100_000


class RefusedRequest(Exception):
    """End a request with an error reply."""

    def __init__(self, status: int, message: str) -> None:
        """Take status and message of the reply."""
        super().__init__(message)
        self.status = status
        self.message = message


def with_error_replies(handler: Handler) -> Handler:
    """Turn refusals into error replies."""

    async def answer(request: web.Request) -> web.Response:
        """Run the handler."""
        try:
            return await handler(request)
        except RefusedRequest as refusal:
            return error_response(refusal.status, refusal.message)

    return answer


def account_of(request: web.Request) -> str:
    """Return the account the token stands for."""
    return request[GRANT].account


def identifier_of(request: web.Request) -> str:
    """Return the id in the path."""
    identifier = request.match_info["id"]
    if not is_valid_id(identifier):
        raise RefusedRequest(400, "invalid id")
    return identifier


def paging(request: web.Request, largest_limit: int, default: int = 20) -> tuple[int, int]:
    """Return limit and offset."""
    limit = _number(request, "limit", min(default, largest_limit))
    offset = _number(request, "offset", 0)
    if not 1 <= limit <= largest_limit:
        raise RefusedRequest(400, "Invalid limit")
    if offset > _LARGEST_OFFSET:
        raise RefusedRequest(400, "Invalid offset")
    return limit, offset


def require_scope(request: web.Request, scope: str) -> None:
    """Refuse a token that was not given this scope."""
    if scope not in request[GRANT].scope.split():
        raise RefusedRequest(403, "Insufficient client scope")


def repeated_parameters(request: web.Request) -> dict[str, str]:
    """Return the parameters that the addresses of neighbouring pages repeat."""
    return {
        name: request.query[name]
        for name in ("additional_types", "fields", "market")
        if name in request.query
    }


def filtered(request: web.Request, rendered: object) -> object:
    """Apply the `fields` parameter."""
    text = request.query.get("fields")
    if not text:
        return rendered
    try:
        return parse_fields(text).apply(rendered)
    except ValueError:
        raise RefusedRequest(400, "Invalid field filter") from None


def _number(request: web.Request, name: str, default: int) -> int:
    """Return a whole number that is not negative."""
    text = request.query.get(name, str(default))
    if not text.isascii() or not text.isdecimal():
        raise RefusedRequest(400, f"Invalid {name}")
    return int(text)
