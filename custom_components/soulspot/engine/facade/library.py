"""Offer everything that is done with the library folder."""

from ..model import RecycledId, TrackId
from ..store import removals
from ..use_cases.context import Context
from ..use_cases.library.index_library import IndexLibrary, IndexProgress
from ..use_cases.library.recycle_bin import RecycleBin
from ..use_cases.library.write_playlist_files import WritePlaylistFiles
from ..views import RecycleBinSnapshot, RestoreReport


class Library:
    """Know what stands in the library folder, and what was taken out of it."""

    def __init__(
        self,
        context: Context,
        *,
        index: IndexLibrary,
        files: WritePlaylistFiles,
        recycle_bin: RecycleBin,
    ) -> None:
        """Take the use cases that others need too."""
        self._context = context
        self._index = index
        self._files = files
        self._recycle_bin = recycle_bin

    async def index(self) -> IndexProgress:
        """Read what is new or changed in the library folder now; raises StorageError without it."""
        return await self._index.execute()

    async def recycle_bin(self, *, limit: int = 100, offset: int = 0) -> RecycleBinSnapshot:
        """Return a page of what lies in the recycle bin, at most 500, the latest first."""
        return await self._recycle_bin.show(limit=limit, offset=offset)

    async def restore(
        self, *, track_id: TrackId | None = None, recycled_id: RecycledId | None = None
    ) -> RestoreReport:
        """Bring back one file of the recycle bin, or the latest one of a track, as RecycleBin does."""
        return await self._recycle_bin.restore(track_id=track_id, recycled_id=recycled_id)

    async def held_removals(self) -> dict[str, int]:
        """Count what vanished so suddenly that a person has to confirm it, by playlist."""
        return await self._context.database.run(removals.count_held)

    async def confirm_removals(self, spotify_id: str) -> int:
        """Let held removals of a playlist count from now on, and return how many."""
        number = await self._context.database.run(
            removals.confirm, spotify_id, now=self._context.clock.now()
        )
        await self._files.execute((spotify_id,))
        self._context.announcer.changed()
        return number

    async def discard_removals(self, spotify_id: str) -> int:
        """Let the files of held removals stay for good, and return how many those are."""
        number = await self._context.database.run(removals.discard, spotify_id)
        await self._files.execute((spotify_id,))
        self._context.announcer.changed()
        return number
