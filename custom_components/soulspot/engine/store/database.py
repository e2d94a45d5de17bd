"""Run every statement on one dedicated thread, each call in one transaction."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
import logging
from pathlib import Path
import sqlite3
from typing import Concatenate

from ..errors import StorageError, StoreError
from .migrations import check_version, migrate

_LOGGER = logging.getLogger(__name__)


class Database:
    """Own the connection; the functions of this package's modules run in `run`."""

    def __init__(self, path: Path) -> None:
        """Remember the file; nothing is opened yet."""
        self._path = path
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="soulspot-store")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file and bring its schema up to date.

        Raises StoreError when the file is damaged or newer than this version, StorageError when
        the folder cannot be written.
        """
        await asyncio.get_running_loop().run_in_executor(self._executor, self._open)

    async def run[**P, T](
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run the function in one transaction: all of it is stored, or nothing."""
        loop = asyncio.get_running_loop()
        try:
            work = loop.run_in_executor(
                self._executor,
                lambda: self._transact(lambda c: function(c, *args, **kwargs)),
            )
        except (
            RuntimeError
        ) as error:  # The thread is gone: somebody was still under way at the end.
            raise StoreError("store_closed") from error
        # A cancelled caller must not leave half a state change: the transaction always ends.
        return await asyncio.shield(work)

    async def close(self) -> None:
        """Write the journal back into the file and close it."""
        if self._connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._close)
        await asyncio.to_thread(self._executor.shutdown)  # Returns when the thread is gone.

    async def checkpoint(self) -> None:
        """Write the journal back into the file, so that a copy of it is complete."""
        await asyncio.get_running_loop().run_in_executor(self._executor, self._checkpoint)

    def _open(self) -> None:
        """Connect, set the durability and migrate."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError("folder_not_writable") from error
        try:
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise _translate(error) from error
        try:
            _prepare(connection)
        except sqlite3.Error as error:
            connection.close()
            raise _translate(error) from error
        except StoreError:
            connection.close()
            raise
        self._connection = connection

    def _transact[T](self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Commit what the function did, or roll all of it back."""
        connection = self._connection
        if connection is None:
            raise StoreError("store_closed")
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = function(connection)
            except BaseException:
                _roll_back(connection)
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            _roll_back(connection)
            raise _translate(error) from error
        return result

    def _checkpoint(self) -> None:
        """Empty the write-ahead journal; on a full disk it stays, and nothing is lost by that."""
        if self._connection is None:
            return
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise _translate(error) from error

    def _close(self) -> None:
        """Checkpoint as far as possible, and close."""
        if self._connection is None:
            return
        try:
            self._checkpoint()
        except (StorageError, StoreError) as error:
            _LOGGER.warning("The database could not be tidied up: %s", error)
        self._connection.close()
        self._connection = None


def _prepare(connection: sqlite3.Connection) -> None:
    """Refuse what cannot be used before anything is changed, set the durability, and migrate."""
    check_version(connection)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: what was promised to a peer or a person survives a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_size_limit = 8388608")
    migrate(connection)


def _roll_back(connection: sqlite3.Connection) -> None:
    """Undo what is left of a transaction; a full disk may have ended it already."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _translate(error: sqlite3.Error) -> StoreError | StorageError:
    """Tell a full disk and a damaged file from other trouble."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith("SQLITE_FULL"):
        return StorageError("disk_full")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return StorageError("folder_not_writable")
    if code.startswith(("SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_NOMEM")):
        return StorageError("storage_failed", error=code)
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError("store_damaged")
    return StoreError(error=code or type(error).__name__)
