"""Hold what a simulator has answered."""

from dataclasses import dataclass
import json
from typing import Any, Self

from aiohttp import ClientResponse
from multidict import CIMultiDictProxy


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold a complete reply."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @classmethod
    async def read(cls, response: ClientResponse) -> Self:
        """Read a reply to its end."""
        return cls(response.status, response.headers, await response.read())

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)
