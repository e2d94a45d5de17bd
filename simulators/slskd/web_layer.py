"""Wire routes into a web application with slskd's order of checks and its odd answers."""

from collections.abc import Awaitable, Callable, Sequence
import logging

from aiohttp import web
from aiohttp.typedefs import Middleware

from simulators.common.request_log import RequestLog

from .clock import SimulatedClock
from .faults import Faults
from .json_rules import empty, text_error
from .security import (
    API_ROOT,
    UNAUTHORISED_HEADERS,
    Access,
    Tokens,
    is_anonymous,
    is_authorised,
    refuse_by_content_type,
    refuse_without_content_type,
)

_LOGGER = logging.getLogger(__name__)
_LARGEST_BODY = 64 * 1024 * 1024
_PAGE = (
    "<!doctype html><html><head><title>slskd</title></head>"
    "<body><div id='root'></div></body></html>"
)
_READS_BODY = frozenset(
    {
        ("POST", f"{API_ROOT}/searches"),
        ("POST", f"{API_ROOT}/session"),
        ("DELETE", f"{API_ROOT}/server"),
        ("POST", f"{API_ROOT}/transfers/downloads/{{username}}"),
        ("POST", f"{API_ROOT}/transfers/downloads/batches"),
        ("POST", f"{API_ROOT}/users/{{username}}/directory"),
        ("POST", f"{API_ROOT}/events/{{type}}"),
    }
)

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebLayer:
    """Stand between the socket and the routes."""

    def __init__(
        self,
        access: Access,
        tokens: Tokens,
        faults: Faults,
        requests: RequestLog,
        clock: SimulatedClock,
        url_base: str,
        until_prepared: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what decides about a request, and what to wait for before peers are asked."""
        self._access = access
        self._tokens = tokens
        self._faults = faults
        self._requests = requests
        self._clock = clock
        self._url_base = url_base
        self._until_prepared = until_prepared

    def application(self, routes: Sequence[web.RouteDef]) -> web.Application:
        """Return an application serving the routes, with and without the URL base."""
        application = web.Application(
            middlewares=[self._middleware(self._log), self._middleware(self._check)],
            client_max_size=_LARGEST_BODY,
        )
        router = application.router
        for base in {"", self._url_base}:
            for route in routes:
                router.add_route(route.method, f"{base}{API_ROOT}{route.path}", route.handler)
            router.add_get(f"{base}/health", self._health)
        router.add_route("*", "/{path:.*}", self._anything_else)
        return application

    @staticmethod
    def _middleware(
        step: Callable[[web.Request, Handler], Awaitable[web.StreamResponse]],
    ) -> Middleware:
        """Turn a method into a middleware."""

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            """Pass the request on."""
            return await step(request, handler)

        return middleware

    async def _log(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Remember each request with its status."""
        response = await handler(request)
        path = self._api_path(request.path)
        self._requests.add(request, response, self._clock.now(), path)
        return response

    async def _check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turn away what slskd turns away, in its order, and catch what it catches."""
        path = self._api_path(request.path)
        if request.match_info.handler in (self._anything_else, self._health):
            return await handler(request)
        refusal = refuse_by_content_type(request, path)
        if refusal is not None:
            return refusal
        if not is_anonymous(path, request.method) and not is_authorised(
            request, self._access, self._tokens
        ):
            return empty(401, UNAUTHORISED_HEADERS)
        resource = request.match_info.route.resource
        pattern = path if resource is None else self._api_path(resource.canonical)
        refusal = refuse_without_content_type(request, (request.method, pattern) in _READS_BODY)
        if refusal is not None:
            return refusal
        if request.method == "POST" or "/users/" in path:
            await self._until_prepared()
        try:
            return await self._faults.handle(request, path.removeprefix(API_ROOT), handler)
        except Exception as error:
            _LOGGER.exception("A request failed inside the simulator")
            return text_error(500, str(error))

    async def _health(self, request: web.Request) -> web.Response:
        """Tell that all is well."""
        return web.Response(text="Healthy")

    async def _anything_else(self, request: web.Request) -> web.Response:
        """Answer with the web page, as for every path that is neither API nor a file."""
        if await self._knows_other_methods(request):
            return empty(405)
        path = self._api_path(request.path)
        is_page = (
            request.method in ("GET", "HEAD")
            and path != "/api"
            and not path.startswith("/api/")
            and "." not in path.rpartition("/")[2]
        )
        if not is_page or self._access.is_headless:
            return empty(404)
        return web.Response(text=_PAGE, content_type="text/html")

    async def _knows_other_methods(self, request: web.Request) -> bool:
        """Tell whether the path is a route, only not by this method."""
        for method in ("GET", "POST", "PUT", "DELETE"):
            match = await request.app.router.resolve(request.clone(method=method))
            if match.handler != self._anything_else:
                return True
        return False

    def _api_path(self, path: str) -> str:
        """Return the path without the URL base."""
        base = self._url_base
        if base and (path == base or path.startswith(f"{base}/")):
            return path[len(base) :] or "/"
        return path
