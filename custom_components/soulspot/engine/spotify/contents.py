"""Read whole lists page by page, and again when they changed meanwhile."""

from collections.abc import Awaitable, Callable
from hashlib import blake2s
from typing import Any

from ..errors import InputError, NotFoundError, PermissionDeniedError
from ..model import LIKED_SONGS_ID, PlaylistItem, PlaylistSummary
from ..payload import json_object, text_or_none
from .api import SpotifyApi
from .links import is_owned_by_spotify, is_spotify_id
from .models import ItemsPage, PlaylistContents
from .parsing import embedded_page, parse_items_page, parse_playlist

PAGE_SIZE = 50
MAXIMUM_PAGES = 1000
LIKED_SONGS_NAME = "Liked Songs"
_WITH_EPISODES = {"additional_types": "track,episode"}
_FORBIDDEN = "spotify_playlist_forbidden"

type _FetchPage = Callable[[int], Awaitable[ItemsPage]]


class ContentsReader:
    """Read the items of playlists and of the Liked Songs."""

    def __init__(self, api: SpotifyApi) -> None:
        """Take the API to ask."""
        self._api = api

    async def metadata(self, playlist_id: str) -> dict[str, Any]:
        """Return a playlist's reply, without its items as far as Spotify heeds the filter.

        Raises InputError for an id that is none, NotFoundError with `spotify_playlist_not_found` or
        `spotify_owned_playlist`, PermissionDeniedError with `spotify_playlist_forbidden`.
        """
        fields = "id,name,description,images,owner(id,display_name),collaborative,snapshot_id,items.total,tracks.total"
        payload = await self._get_playlist(playlist_id, "", {"fields": fields})
        return without_items(payload)

    async def snapshot(self, playlist_id: str) -> str | None:
        """Return the version of a playlist's contents; compare it for equality only."""
        if playlist_id == LIKED_SONGS_ID:
            return _liked_snapshot(await self._liked_page(0))
        payload = await self._get_playlist(playlist_id, "", {"fields": "snapshot_id"})
        return text_or_none(json_object(payload).get("snapshot_id"))

    async def playlist(self, playlist_id: str) -> tuple[PlaylistContents, dict[str, Any]]:
        """Return a playlist with its items, and its reply without them.

        Lists of up to 100 items take one request. Others are read again once when their snapshot or
        count changed in between.
        """
        contents, payload, is_settled = await self._read_playlist(playlist_id)
        if not is_settled:
            contents, payload, _ = await self._read_playlist(playlist_id)
        return contents, payload

    async def saved_tracks(self) -> PlaylistContents:
        """Return the Liked Songs, newest first, with a snapshot made of count and newest entries."""
        contents, is_settled = await self._read_saved_tracks()
        if not is_settled:
            contents, _ = await self._read_saved_tracks()
        return contents

    async def liked_summary(self) -> PlaylistSummary:
        """Return the Liked Songs without their items."""
        return _liked_summary(await self._liked_page(0))

    async def _read_playlist(
        self, playlist_id: str
    ) -> tuple[PlaylistContents, dict[str, Any], bool]:
        """Read a playlist once and tell whether it held still."""
        payload = await self._get_playlist(playlist_id, "", _WITH_EPISODES)
        summary = parse_playlist(payload)
        embedded = embedded_page(payload)
        # An embedded page may hold nothing but the count.
        is_embedded = embedded is not None and (bool(embedded.items) or not embedded.total)
        first = (
            embedded
            if embedded is not None and is_embedded
            else await self._playlist_page(playlist_id, 0)
        )
        items = list(first.items)
        total = summary.total if first.total is None else first.total
        offset = self._next_offset(first, 0)
        # Embedded pages may lack the link; then the count says whether there is more.
        if offset is None and is_embedded and len(items) < (total or 0):
            offset = len(items)
        try:
            last = await self._follow(
                offset, items, lambda start: self._playlist_page(playlist_id, start)
            )
        except PermissionDeniedError as error:
            # Some apps may not page through lists of their own user; the embedded page is all they get.
            if not is_embedded or error.translation_key != _FORBIDDEN:
                raise
            contents = PlaylistContents(summary=summary, items=tuple(items), is_complete=False)
            return contents, without_items(payload), True
        is_complete = _is_complete(last or first, len(items), total)
        is_settled = last is None or (is_complete and await self._is_unchanged(summary))
        contents = PlaylistContents(summary=summary, items=tuple(items), is_complete=is_complete)
        return contents, without_items(payload), is_settled

    async def _read_saved_tracks(self) -> tuple[PlaylistContents, bool]:
        """Read the Liked Songs once and tell whether they held still."""
        first = await self._liked_page(0)
        items = list(first.items)
        last = await self._follow(self._next_offset(first, 0), items, self._liked_page)
        is_complete = _is_complete(last or first, len(items), first.total)
        summary = _liked_summary(first)
        is_settled = last is None or (
            is_complete and summary.snapshot_id == await self.snapshot(LIKED_SONGS_ID)
        )
        return PlaylistContents(
            summary=summary, items=tuple(items), is_complete=is_complete
        ), is_settled

    async def _follow(
        self, offset: int | None, items: list[PlaylistItem], fetch: _FetchPage
    ) -> ItemsPage | None:
        """Append the items of the pages from `offset` on, a bounded number; return the last page."""
        page = None
        for _ in range(MAXIMUM_PAGES):
            if offset is None:
                break
            page = await fetch(offset)
            items.extend(page.items)
            offset = self._next_offset(page, offset)
        return page

    def _next_offset(self, page: ItemsPage, present: int) -> int | None:
        """Return where the next page begins, or None after the last one."""
        return None if page.next_link is None else self._api.next_offset(page.next_link, present)

    async def _is_unchanged(self, summary: PlaylistSummary) -> bool:
        """Tell whether the playlist still has the snapshot that was read before its items."""
        return summary.snapshot_id is None or summary.snapshot_id == await self.snapshot(
            summary.spotify_id
        )

    async def _playlist_page(self, playlist_id: str, offset: int) -> ItemsPage:
        """Return one page of a playlist."""
        params = {**_WITH_EPISODES, "limit": str(PAGE_SIZE), "offset": str(offset)}
        return parse_items_page(await self._get_playlist(playlist_id, "/items", params), offset)

    async def _liked_page(self, offset: int) -> ItemsPage:
        """Return one page of the Liked Songs."""
        params = {"limit": str(PAGE_SIZE), "offset": str(offset)}
        return parse_items_page(await self._api.get("me/tracks", params), offset)

    async def _get_playlist(self, playlist_id: str, suffix: str, params: dict[str, str]) -> Any:
        """Return a reply below a playlist, with errors that say what is wrong with the playlist."""
        if not is_spotify_id(playlist_id):
            raise InputError("invalid_link")
        try:
            return await self._api.get(f"playlists/{playlist_id}{suffix}", params)
        except NotFoundError as error:
            is_owned = is_owned_by_spotify(playlist_id)
            key = "spotify_owned_playlist" if is_owned else "spotify_playlist_not_found"
            raise NotFoundError(error.service, key, playlist_id=playlist_id) from error
        except PermissionDeniedError as error:
            if error.translation_key != PermissionDeniedError.translation_key:
                raise
            raise PermissionDeniedError(
                error.service, _FORBIDDEN, playlist_id=playlist_id
            ) from error


def without_items(payload: object) -> dict[str, Any]:
    """Return a playlist's reply with the totals, but not the pages, of its items."""
    data = dict(json_object(payload))
    for name in ("items", "tracks"):
        if name in data:
            data[name] = {"total": json_object(data[name]).get("total")}
    return data


def _is_complete(last: ItemsPage, count: int, first_total: int | None) -> bool:
    """Tell whether the last page is the end and as many items came as Spotify counts."""
    total = first_total if last.total is None else last.total
    return last.next_link is None and count >= (total or 0)


def _liked_summary(page: ItemsPage) -> PlaylistSummary:
    """Return the Liked Songs as a playlist."""
    return PlaylistSummary(
        spotify_id=LIKED_SONGS_ID,
        name=LIKED_SONGS_NAME,
        snapshot_id=_liked_snapshot(page),
        total=page.total,
    )


def _liked_snapshot(page: ItemsPage) -> str:
    """Return a stand-in for the snapshot that the Liked Songs lack: count, newest times and ids."""
    digest = blake2s(str(page.total).encode(), digest_size=16)
    for item in page.items:
        digest.update(f"|{item.uri}@{item.added_at}".encode())
    return f"liked:{digest.hexdigest()}"
