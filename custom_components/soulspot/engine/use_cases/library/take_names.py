"""Let files that have taken the part of others have their names too."""

import asyncio
import logging
from pathlib import Path, PurePosixPath

from ...errors import StorageError
from ...library.renaming import rename_file
from ...store import renamings
from ...store.renamings import Renaming
from ..context import Context

_LOGGER = logging.getLogger(__name__)


class TakeNames:
    """Rename files, so that the database and the folder agree after any crash.

    First the database says which name a file is to get, then the file moves, then the database says that
    it has the name.
    """

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def execute(self, library: Path) -> dict[str, str]:
        """Rename what can be renamed by now, and return the new paths by the old ones.

        A name that somebody else has taken meanwhile is left to them; trouble leaves it for later.
        To be called while no other file is moved.
        """
        database = self._context.database
        done = {}
        for renaming in await database.run(renamings.get_possible):
            try:
                if await _rename(library, renaming):
                    await database.run(renamings.finish, renaming)
                    done[renaming.path] = renaming.target
                else:
                    await database.run(renamings.forget, renaming.path)
            except StorageError as error:
                _LOGGER.debug("A file keeps its name for now: %s", error)
        return done


async def _rename(library: Path, renaming: Renaming) -> bool:
    """Rename one file."""
    return await asyncio.to_thread(
        rename_file,
        library,
        PurePosixPath(renaming.path),
        PurePosixPath(renaming.target),
        size=renaming.size,
        modified_ns=renaming.modified_ns,
    )
