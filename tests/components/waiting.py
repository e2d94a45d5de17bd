"""Wait for what happens in the background."""

import asyncio
from collections.abc import Callable

from homeassistant.const import MATCH_ALL
from homeassistant.core import Event, HomeAssistant, callback

_LONGEST = 30.0  # seconds


async def until(hass: HomeAssistant, is_so: Callable[[], bool]) -> None:
    """Return when something is so; look after every event on the bus, and give up at last."""
    looked = asyncio.Event()

    @callback
    def look(_event: Event) -> None:
        """Look again."""
        looked.set()

    forget = hass.bus.async_listen(MATCH_ALL, look)
    try:
        async with asyncio.timeout(_LONGEST):
            while not is_so():
                looked.clear()
                await looked.wait()
    finally:
        forget()
