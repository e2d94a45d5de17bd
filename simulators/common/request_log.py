"""Remember the latest requests for assertions, without secrets."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aiohttp import web

_KEPT_REQUESTS = 20_000


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """Hold one answered request; query values are those of the first occurrence of each name."""

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    user_agent: str
    at: float


class RequestLog:
    """Keep the latest requests and count all of them by path and by status."""

    def __init__(self) -> None:
        """Start empty."""
        self.requests: deque[LoggedRequest] = deque(maxlen=_KEPT_REQUESTS)
        self.by_path: Counter[str] = Counter()
        self.by_status: Counter[int] = Counter()

    def add(
        self, request: web.Request, response: web.StreamResponse, at: float, path: str | None = None
    ) -> None:
        """Remember one request that was answered at a time, under its own path or another."""
        logged = LoggedRequest(
            request.method,
            path or request.path,
            {name: request.query[name] for name in request.query},
            response.status,
            request.headers.get("User-Agent", ""),
            at,
        )
        self.requests.append(logged)
        self.by_path[logged.path] += 1
        self.by_status[logged.status] += 1

    def count(self, path_pattern: str = "*") -> int:
        """Count all requests since the last clear whose path matches a shell-style pattern."""
        return sum(
            number for path, number in self.by_path.items() if fnmatchcase(path, path_pattern)
        )

    def clear(self) -> None:
        """Forget everything."""
        self.requests.clear()
        self.by_path.clear()
        self.by_status.clear()
