"""Look after the files in the background: what may go, what may come back, what could be better."""

from datetime import timedelta
import logging

from ...errors import StorageError
from ...store import removals
from ..context import Context
from .recycle_bin import RecycleBin
from .upgrade_files import UpgradeFiles

_LOGGER = logging.getLogger(__name__)

_EVERY = 3600.0  # seconds
_REMOVALS_KEPT = timedelta(days=90)  # Of tracks without a file.


class TidyLibrary:
    """Go round now and then, until cancelled."""

    def __init__(self, context: Context, recycle_bin: RecycleBin, upgrades: UpgradeFiles) -> None:
        """Take the rooms to work with."""
        self._context = context
        self._upgrades = upgrades
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
        now = self._context.clock.now()
        await self._context.database.run(removals.forget_old, now=now, keep=_REMOVALS_KEPT)
        await self._upgrades.execute()
