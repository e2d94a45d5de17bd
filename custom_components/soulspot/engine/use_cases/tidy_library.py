"""Look after the files in the background: what may go, what may come back, what could be better."""

import logging

from ..errors import StorageError
from .context import Context
from .recycle_bin import RecycleBin

_LOGGER = logging.getLogger(__name__)

_EVERY = 3600.0  # seconds


class TidyLibrary:
    """Go round now and then, until cancelled."""

    def __init__(self, context: Context, recycle_bin: RecycleBin) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._recycle_bin = recycle_bin
        self._told_trouble: str | None = None

    async def run(self) -> None:
        """Go round every hour; trouble with the folder is told once and tried again."""
        while True:
            try:
                await self.execute()
            except StorageError as error:
                if error.translation_key != self._told_trouble:
                    _LOGGER.warning("The library cannot be looked after: %s", error)
                self._told_trouble = error.translation_key
            else:
                self._told_trouble = None
            await self._context.clock.sleep(_EVERY)

    async def execute(self) -> None:
        """Do one round; raises StorageError when the library folder is away."""
        await self._recycle_bin.recover()
        await self._recycle_bin.recycle_removed()
        await self._recycle_bin.prune()
