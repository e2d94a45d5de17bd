"""Run every statement on one dedicated thread, each call in one transaction."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import sqlite3
from typing import Concatenate

from ..errors import StorageError, StoreError
from .migrations import migrate


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
        # A cancelled caller must not leave half a state change: the transaction always ends.
        return await asyncio.shield(
            loop.run_in_executor(
                self._executor,
                lambda: self._transact(lambda c: function(c, *args, **kwargs)),
            )
        )

    async def close(self) -> None:
        """Write the journal back into the file and close it."""
        if self._connection is not None:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._close)
        self._executor.shutdown(wait=False)

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
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            # FULL: what was promised to a peer or a person survives a power cut.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA journal_size_limit = 8388608")
            migrate(connection)
        except sqlite3.Error as error:
            raise _translate(error) from error
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
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise _translate(error) from error
        return result

    def _checkpoint(self) -> None:
        """Empty the write-ahead journal."""
        if self._connection is not None:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _close(self) -> None:
        """Checkpoint and close."""
        self._checkpoint()
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _translate(error: sqlite3.Error) -> StoreError | StorageError:
    """Tell a full disk and a damaged file from other trouble."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith("SQLITE_FULL"):
        return StorageError("disk_full")
    if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
        return StorageError("folder_not_writable")
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError("store_damaged")
    return StoreError(error=code or type(error).__name__)
