"""Answer some requests only a few at a time, and refuse the others, as slskd does without waiting."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from .json_rules import text_error

ONE_AT_A_TIME = (
    "Only one concurrent operation is permitted. Wait until the previous request completes"
)
# Real seconds: talking to the server or to a peer takes a moment during which others are refused.
_ANSWER_SECONDS = 0.01

type Handler = Callable[[web.Request], Awaitable[web.Response]]


class PostLimit(asyncio.Semaphore):
    """Count the requests of one kind that are being answered."""

    async def answer(self, request: web.Request, handler: Handler) -> web.Response:
        """Let a request be answered, or refuse it when there are too many."""
        if self.locked():
            return text_error(429, ONE_AT_A_TIME)
        async with self:
            await asyncio.sleep(_ANSWER_SECONDS)
            return await handler(request)
