"""Offer everything that is done with the library folder."""

from ..use_cases.index_library import IndexLibrary, IndexProgress


class Library:
    """Know what stands in the library folder."""

    def __init__(self, *, index: IndexLibrary) -> None:
        """Take the use cases that others need too."""
        self._index = index

    async def index(self) -> IndexProgress:
        """Read what is new or changed in the library folder now; raises StorageError without it."""
        return await self._index.execute()
