"""Ask Spotify for the account, its playlists, and single tracks and albums."""

from collections.abc import Awaitable, Callable
from typing import Any

from ..errors import InputError, NotFoundError
from ..http import HttpClient
from ..model import LIKED_SONGS_ID, PlaylistSummary, TrackMetadata
from ..ports import PayloadCache, TokenProvider
from .api import SpotifyApi
from .contents import PAGE_SIZE, ContentsReader
from .guard import RequestGuard
from .links import is_spotify_id
from .models import AlbumDetails, PlaylistContents, SpotifyAccount
from .parsing import parse_account, parse_playlist, parse_playlists_page
from .track_parsing import parse_album_reply, parse_search_reply, parse_track_reply

TRACK_LIFETIME = 24 * 3600.0  # seconds
ALBUM_LIFETIME = 24 * 3600.0  # seconds
PLAYLIST_LIFETIME = 3600.0  # seconds
SEARCH_LIFETIME = 30 * 60.0  # seconds
MAXIMUM_SEARCH_HITS = 10  # in Development Mode since February 2026
_MAXIMUM_PLAYLIST_PAGES = 200
_MAXIMUM_QUERY = 250  # characters


class SpotifyClient:
    """Read from Spotify for one account.

    Every method raises AuthenticationError when the user must log in again, RateLimitedError and
    QuotaExceededError with the pause, UnavailableError and UnreachableError when Spotify is down,
    InvalidReplyError for nonsense, and PermissionDeniedError by its cause: `spotify_premium_required`,
    `spotify_user_not_registered`, `spotify_scope_missing`. Nothing is sent with `market`, so that ids
    stay those of the list.
    """

    def __init__(
        self,
        http: HttpClient,
        tokens: TokenProvider,
        guard: RequestGuard,
        cache: PayloadCache | None = None,
    ) -> None:
        """Take the client with the API's base address, and what the account's requests share."""
        self._api = SpotifyApi(http, tokens, guard)
        self._contents = ContentsReader(self._api)
        self._cache = cache

    async def me(self) -> SpotifyAccount:
        """Return who logged in."""
        return parse_account(await self._api.get("me"))

    async def playlists(self) -> tuple[PlaylistSummary, ...]:
        """Return all playlists of the user, own and followed ones, with their snapshots.

        Takes one request for 50 playlists. Playlists of others are listed but mostly unreadable.
        """
        found: dict[str, PlaylistSummary] = {}
        offset = 0
        for _ in range(_MAXIMUM_PLAYLIST_PAGES):
            payload = await self._api.get(
                "me/playlists", {"limit": str(PAGE_SIZE), "offset": str(offset)}
            )
            summaries, next_link = parse_playlists_page(payload)
            # A list that moved while paging appears on two pages.
            found.update((summary.spotify_id, summary) for summary in summaries)
            if next_link is None:
                break
            offset = self._api.next_offset(next_link, offset)
        return tuple(found.values())

    async def snapshots_of_all(self) -> dict[str, str | None]:
        """Return the snapshot of every playlist of the user by id; the Liked Songs have none here."""
        return {summary.spotify_id: summary.snapshot_id for summary in await self.playlists()}

    async def snapshot(self, playlist_id: str) -> str | None:
        """Return the version of one list's contents by the cheapest request; never cached.

        Raises as `items`.
        """
        return await self._contents.snapshot(playlist_id)

    async def playlist(self, playlist_id: str, *, refresh: bool = False) -> PlaylistSummary:
        """Return a playlist without its items, at most an hour old unless `refresh`.

        Raises as `items`.
        """
        if playlist_id == LIKED_SONGS_ID:
            return await self._contents.liked_summary()
        payload = await self._cached(
            f"playlist:{playlist_id}",
            PLAYLIST_LIFETIME,
            lambda: self._contents.metadata(playlist_id),
            refresh=refresh,
        )
        return parse_playlist(payload)

    async def items(self, playlist_id: str) -> PlaylistContents:
        """Return a playlist, or the Liked Songs, with all items in order; never cached.

        Raises InputError for a malformed id, NotFoundError with `spotify_playlist_not_found` or
        `spotify_owned_playlist`, PermissionDeniedError with `spotify_playlist_forbidden` for lists that
        the user neither owns nor collaborates on.
        """
        if playlist_id == LIKED_SONGS_ID:
            return await self.saved_tracks()
        contents, payload = await self._contents.playlist(playlist_id)
        if self._cache is not None:
            await self._cache.put(f"playlist:{playlist_id}", payload, PLAYLIST_LIFETIME)
        return contents

    async def saved_tracks(self) -> PlaylistContents:
        """Return the Liked Songs, newest first; never cached."""
        return await self._contents.saved_tracks()

    async def track(self, track_id: str, *, refresh: bool = False) -> TrackMetadata:
        """Return one track; raises NotFoundError, or InputError for a malformed id."""
        return parse_track_reply(
            await self._by_id("track", track_id, TRACK_LIFETIME, refresh=refresh)
        )

    async def album(self, album_id: str, *, refresh: bool = False) -> AlbumDetails:
        """Return one album with its bar code; raises as `track`."""
        return parse_album_reply(
            await self._by_id("album", album_id, ALBUM_LIFETIME, refresh=refresh)
        )

    async def search_tracks(
        self, query: str, limit: int = MAXIMUM_SEARCH_HITS
    ) -> tuple[TrackMetadata, ...]:
        """Return at most ten tracks for a query, which may use `isrc:` and `upc:`; cached for 30 minutes.

        Raises InputError for a blank query.
        """
        words = " ".join(query.split())[:_MAXIMUM_QUERY]
        if not words:
            raise InputError("blank_query")
        limit = min(max(limit, 1), MAXIMUM_SEARCH_HITS)
        params = {"q": words, "type": "track", "limit": str(limit)}
        payload = await self._cached(
            f"search:{words}:{limit}",
            SEARCH_LIFETIME,
            lambda: self._api.get("search", params),
        )
        return parse_search_reply(payload)

    async def _by_id(self, kind: str, identifier: str, lifetime: float, *, refresh: bool) -> Any:
        """Return the reply for one track or album, remembering too when there is none."""
        if not is_spotify_id(identifier):
            raise InputError("invalid_link")

        async def fetch() -> Any:
            try:
                return await self._api.get(f"{kind}s/{identifier}")
            except NotFoundError:
                return None

        payload = await self._cached(f"{kind}:{identifier}", lifetime, fetch, refresh=refresh)
        if payload is None:
            raise NotFoundError(self._api.service)
        return payload

    async def _cached(
        self,
        key: str,
        lifetime: float,
        fetch: Callable[[], Awaitable[Any]],
        *,
        refresh: bool = False,
    ) -> Any:
        """Return the cached reply, or fetch and keep it; what raises is not kept."""
        if self._cache is not None and not refresh:
            known = await self._cache.get(key)
            if known is not None:
                return known.payload
        payload = await fetch()
        if self._cache is not None:
            await self._cache.put(key, payload, lifetime)
        return payload
