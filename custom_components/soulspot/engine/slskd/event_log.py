"""Read slskd's event log backwards to where the last look ended."""

from .connection import Connection
from .models import DownloadCompleted, EventPage
from .transfer_parsing import parse_events

_PAGE = 100


async def read(connection: Connection, after_id: str | None, limit: int) -> EventPage:
    """Return the finished downloads since an event, looking at `limit` events at most.

    Uploads and chat stand in the same log, newest first; while pages are read new events push old ones
    down, so that some are seen twice.
    """
    newest: str | None = None
    downloads: dict[str, DownloadCompleted] = {}
    for offset in range(0, max(limit, 1), _PAGE):
        size = min(_PAGE, max(limit, 1) - offset)
        reply = await connection.send(
            "GET", "/events", params={"offset": str(offset), "limit": str(size)}
        )
        rows = parse_events(reply.data)
        newest = newest or (rows[0].id if rows else None)
        for row in rows:
            if row.id == after_id:
                return _page(downloads, newest, is_complete=True)
            if row.download is not None:
                downloads[row.id] = row.download
        if after_id is None or len(rows) < size:
            return _page(downloads, newest, is_complete=True)  # The log is at its end.
    return _page(downloads, newest, is_complete=False)


def _page(
    downloads: dict[str, DownloadCompleted], newest: str | None, *, is_complete: bool
) -> EventPage:
    """Return what was read."""
    return EventPage(downloads=tuple(downloads.values()), newest_id=newest, is_complete=is_complete)
