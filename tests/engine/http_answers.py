"""Let a small server answer in a chosen way, and ask it as the engine does."""

from aiohttp import ClientSession, web
import pytest
from yarl import URL

from custom_components.soulspot.engine.errors import Service, ServiceError
from custom_components.soulspot.engine.http import HttpClient

from .serving import Handler


def client(session: ClientSession, url: URL, **settings: object) -> HttpClient:
    """Return a client for a test server."""
    return HttpClient(session=session, service=Service.SLSKD, base_url=url, **settings)  # type: ignore[arg-type]


def answering(
    body: bytes | str = b"",
    *,
    status: int = 200,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
) -> Handler:
    """Return a handler with one fixed answer."""
    data = body.encode() if isinstance(body, str) else body

    async def answer(_: web.Request) -> web.Response:
        """Answer."""
        return web.Response(
            body=data,
            status=status,
            headers={"Content-Type": content_type, **(headers or {})},
        )

    return answer


async def failure_of(http: HttpClient, **arguments: object) -> ServiceError:
    """Return the error a GET ends with."""
    with pytest.raises(ServiceError) as caught:
        await http.request("GET", "/x", **arguments)  # type: ignore[arg-type]
    return caught.value


def redirecting(location: str, status: int = 307) -> Handler:
    """Return a handler that sends on from /x, and tells what arrived elsewhere."""

    async def answer(request: web.Request) -> web.Response:
        """Redirect or tell."""
        if request.path == "/x":
            return web.Response(
                status=status,
                body=b"<html>",
                headers={"Location": location, "Content-Type": "text/html"},
            )
        return web.json_response([request.method, request.headers.get("X-API-Key")])

    return answer
