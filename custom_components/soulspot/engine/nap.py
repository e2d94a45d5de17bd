"""Sleep until something is due or somebody knocks."""

import asyncio

from .ports import Clock


async def nap(clock: Clock, wake: asyncio.Event, seconds: float) -> None:
    """Return after so many seconds, or as soon as the event is set."""
    sleeper = asyncio.ensure_future(clock.sleep(seconds))
    waiter = asyncio.ensure_future(wake.wait())
    try:
        await asyncio.wait((sleeper, waiter), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeper.cancel()
        waiter.cancel()
