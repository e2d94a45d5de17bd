"""Render playlists, their entries and pages of anything."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from simulators.catalogue import CataloguePlaylist, EntryKind, PlaylistEntry

from .identity import open_url, playlist_id, uri
from .payloads import Json, Renderer
from .settings import Spelling, SpotifySettings
from .world import SpotifyWorld

EMBEDDED_PAGE_SIZE = 100


def page[Item](
    href: str,
    items: Sequence[Item],
    limit: int,
    offset: int,
    *,
    parameters: dict[str, str],
    render: Callable[[Item], object],
) -> Json:
    """Render one page: addresses of its neighbours are absolute or null."""

    def address(start: int) -> str:
        """Return the address of the page that starts there."""
        return f"{href}?{urlencode({'offset': start, 'limit': limit, **parameters})}"

    total = len(items)
    return {
        "href": address(offset),
        "items": [render(item) for item in items[offset : offset + limit]],
        "limit": limit,
        "next": address(offset + limit) if offset + limit < total else None,
        "offset": offset,
        "previous": address(max(0, offset - limit)) if offset > 0 else None,
        "total": total,
    }


class PlaylistRenderer:
    """Render playlists and entries for one request."""

    def __init__(
        self,
        world: SpotifyWorld,
        settings: SpotifySettings,
        renderer: Renderer,
        *,
        market: bool,
        episodes: bool,
        parameters: dict[str, str],
    ) -> None:
        """Take what the request asked for: a market, episodes, and the parameters to repeat in links."""
        self._world = world
        self._settings = settings
        self._renderer = renderer
        self._market = market
        self._episodes = episodes
        self._parameters = parameters

    def entry(self, entry: PlaylistEntry) -> Json:
        """Render one position of a playlist."""
        rendered: Json = {
            "added_at": entry.added_at,
            "added_by": None if entry.added_by is None else self._added_by(entry.added_by),
            "is_local": entry.kind is EntryKind.LOCAL,
            "primary_color": None,
            "video_thumbnail": {"url": None},
        }
        if entry.kind is EntryKind.NULL and self._settings.item_key_absent:
            return rendered
        item = self._item(entry)
        for name in _entry_names(self._settings.spelling):
            rendered[name] = item
        return rendered

    def saved(self, entry: PlaylistEntry) -> Json:
        """Render one saved track; its field never changed its name."""
        item = self._item(entry)
        if item is not None:
            del item["track"], item["episode"]
        return {"added_at": entry.added_at, "track": item}

    def listed(self, playlist: CataloguePlaylist, account: str) -> Json:
        """Render a playlist as in a list of playlists: totals instead of entries."""
        rendered = self._basics(playlist)
        if self._world.readable_by(playlist, account):
            for name in page_names(self._settings.spelling):
                href = self._renderer.href(f"playlists/{playlist_id(playlist)}/{name}")
                rendered[name] = {"href": href, "total": len(playlist.entries)}
        return rendered

    def full(self, playlist: CataloguePlaylist, account: str) -> Json:
        """Render a playlist with its first page, or metadata only when the account may not read it."""
        rendered = {**self._basics(playlist), "followers": {"href": None, "total": 0}}
        if self._world.readable_by(playlist, account):
            for name in page_names(self._settings.spelling):
                rendered[name] = self.items(playlist, EMBEDDED_PAGE_SIZE, 0, name)
        return rendered

    def items(
        self,
        playlist: CataloguePlaylist,
        limit: int,
        offset: int,
        path_name: str = "items",
    ) -> Json:
        """Render one page of the entries."""
        href = self._renderer.href(f"playlists/{playlist_id(playlist)}/{path_name}")
        return page(
            href,
            playlist.entries,
            limit,
            offset,
            parameters=self._parameters,
            render=self.entry,
        )

    def _basics(self, playlist: CataloguePlaylist) -> Json:
        """Render what every form of a playlist has."""
        identifier = playlist_id(playlist)
        return {
            "collaborative": playlist.collaborative,
            "description": playlist.description,
            "external_urls": {"spotify": open_url("playlist", identifier)},
            "href": self._renderer.href(f"playlists/{identifier}"),
            "id": identifier,
            "images": self.images(playlist),
            "name": playlist.name,
            "owner": self._renderer.user(playlist.owner),
            "primary_color": None,
            "public": playlist.public,
            "snapshot_id": self._world.snapshot_id(playlist.key),
            "type": "playlist",
            "uri": uri("playlist", identifier),
        }

    def images(self, playlist: CataloguePlaylist) -> list[Json]:
        """List the pictures of a playlist; an empty one has none."""
        if not playlist.entries:
            return []
        largest = self._renderer.images("playlist", playlist_id(playlist))[0]
        return [{**largest, "height": None, "width": None}]

    def _item(self, entry: PlaylistEntry) -> Json | None:
        """Render what stands at a position."""
        renderer = self._renderer
        if entry.local is not None:
            return renderer.local(entry.local, keys_absent=self._settings.local_keys_absent)
        if entry.episode is not None:
            as_asked = renderer.episode if self._episodes else renderer.episode_as_track
            return {**as_asked(entry.episode), "episode": True, "track": False}
        if entry.recording is None:
            return None
        if entry.kind is EntryKind.GHOST:
            track = renderer.ghost(entry.recording)
        else:
            relinked = (
                entry.recording in self._settings.relinked_recordings if self._market else None
            )
            track = renderer.track(self._world.recordings[entry.recording], relinked=relinked)
        return {**track, "episode": False, "track": True}

    def _added_by(self, account: str) -> Json:
        """Render who added an entry: an account without its display name."""
        user = self._renderer.user(account)
        del user["display_name"]
        return user


def _entry_names(spelling: Spelling) -> tuple[str, ...]:
    """Return the field names of what stands in an entry."""
    return {
        Spelling.OLD: ("track",),
        Spelling.TRANSITION: ("track", "item"),
        Spelling.NEW: ("item",),
    }[spelling]


def page_names(spelling: Spelling) -> tuple[str, ...]:
    """Return the field names of the entries of a playlist."""
    return {
        Spelling.OLD: ("tracks",),
        Spelling.TRANSITION: ("tracks", "items"),
        Spelling.NEW: ("items",),
    }[spelling]
