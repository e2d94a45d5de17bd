"""Answer as the Web API: profile, playlists, saved tracks, tracks, albums."""

from aiohttp import web

from simulators.catalogue import LISTENER, SPOTIFY_ITSELF, CataloguePlaylist, Recording
from simulators.common.artwork import LARGEST_PICTURE, draw_cover_in_thread

from .identity import spotify_id
from .middleware import GRANT
from .parameters import (
    RefusedRequest,
    account_of,
    filtered,
    identifier_of,
    paging,
    repeated_parameters,
    require_scope,
    with_error_replies,
)
from .payloads import Json, Renderer
from .playlist_payloads import PlaylistRenderer, page
from .search import find_recordings, upc
from .settings import Spelling, SpotifySettings
from .world import SpotifyWorld

_LARGEST_SEARCH_LIMIT = 10
_OLD_PAGE_LIMIT = 100
_REMOVED_PATHS = (
    "/v1/tracks",
    "/v1/albums",
    "/v1/artists",
    "/v1/episodes",
    "/v1/markets",
    "/v1/users/{id}",
    "/v1/browse/new-releases",
    "/v1/artists/{id}/top-tracks",
)


class WebApi:
    """Handle the requests below /v1 and the pictures."""

    def __init__(self, world: SpotifyWorld, settings: SpotifySettings, base_url: str) -> None:
        """Take the playlists, the knobs and the server's own address."""
        self._world = world
        self._settings = settings
        self.base_url = base_url

    def add_routes(self, application: web.Application) -> None:
        """Register the addresses that are left in Development Mode."""
        handlers = {
            "/v1/me": self._me,
            "/v1/me/playlists": self._my_playlists,
            "/v1/users/{account}/playlists": self._playlists_of_user,
            "/v1/me/tracks": self._saved_tracks,
            "/v1/playlists/{id}": self._playlist,
            "/v1/playlists/{id}/items": self._playlist_items,
            "/v1/playlists/{id}/tracks": self._old_playlist_items,
            "/v1/playlists/{id}/images": self._playlist_images,
            "/v1/tracks/{id}": self._track,
            "/v1/albums/{id}": self._album,
            "/v1/albums/{id}/tracks": self._album_tracks,
            "/v1/artists/{id}": self._artist,
            "/v1/search": self._search,
            **dict.fromkeys(_REMOVED_PATHS, self._removed),
        }
        for path, handler in handlers.items():
            application.router.add_get(path, with_error_replies(handler))
        application.router.add_get("/image/{name}", self._picture)

    async def _me(self, request: web.Request) -> web.Response:
        """Return the signed-in account."""
        return web.json_response(self._renderer().me(account_of(request)))

    async def _my_playlists(self, request: web.Request) -> web.Response:
        """List owned and followed playlists; a null stands among them as it may in reality."""
        limit, offset = paging(request, 50)
        playlists: list[CataloguePlaylist | None] = [
            playlist
            for playlist in self._world.visible_to(account_of(request))
            if self._may_see(request, playlist)
        ]
        if self._settings.null_among_playlists and playlists:
            playlists.insert(1, None)
        renderer = self._playlist_renderer(request)

        def render(playlist: CataloguePlaylist | None) -> object:
            """Render one list."""
            return None if playlist is None else renderer.listed(playlist, account_of(request))

        href = self._renderer().href("me/playlists")
        if self._settings.spelling is not Spelling.NEW:
            href = self._renderer().href(f"users/{account_of(request)}/playlists")
        return web.json_response(page(href, playlists, limit, offset, parameters={}, render=render))

    async def _playlists_of_user(self, request: web.Request) -> web.Response:
        """Answer the address that pages of playlists lead to before the new spelling."""
        is_own = request.match_info["account"] == account_of(request)
        if self._settings.spelling is Spelling.NEW or not is_own:
            raise RefusedRequest(403, "Forbidden")
        return await self._my_playlists(request)

    async def _playlist(self, request: web.Request) -> web.Response:
        """Return a playlist with its first page, or only its metadata when it is not the reader's."""
        playlist = self._find_playlist(request)
        rendered = self._playlist_renderer(request).full(playlist, account_of(request))
        return web.json_response(filtered(request, rendered))

    async def _playlist_items(self, request: web.Request) -> web.Response:
        """Return one page of entries to owners and collaborators."""
        playlist = self._find_playlist(request)
        if not self._world.readable_by(playlist, account_of(request)):
            raise RefusedRequest(403, "Forbidden")
        limit, offset = paging(request, self._settings.items_limit_maximum)
        rendered = self._playlist_renderer(request).items(playlist, limit, offset)
        return web.json_response(filtered(request, rendered))

    async def _old_playlist_items(self, request: web.Request) -> web.Response:
        """Refuse the removed address, unless the old world is asked for."""
        if not self._settings.allow_old_items_path and self._settings.spelling is not Spelling.OLD:
            raise RefusedRequest(403, "Forbidden")
        playlist = self._find_playlist(request)
        limit, offset = paging(request, _OLD_PAGE_LIMIT, default=_OLD_PAGE_LIMIT)
        rendered = self._playlist_renderer(request).items(playlist, limit, offset, "tracks")
        return web.json_response(filtered(request, rendered))

    async def _playlist_images(self, request: web.Request) -> web.Response:
        """List the pictures of a playlist."""
        playlist = self._find_playlist(request)
        return web.json_response(self._playlist_renderer(request).images(playlist))

    async def _saved_tracks(self, request: web.Request) -> web.Response:
        """Return one page of the saved tracks, newest first."""
        require_scope(request, "user-library-read")
        limit, offset = paging(request, 50)
        saved = self._world.liked if account_of(request) == LISTENER else []
        href = self._renderer().href("me/tracks")
        parameters = repeated_parameters(request)
        return web.json_response(
            page(
                href,
                saved,
                limit,
                offset,
                parameters=parameters,
                render=self._playlist_renderer(request).saved,
            )
        )

    async def _track(self, request: web.Request) -> web.Response:
        """Return one track."""
        recording = self._world.recording_by_id(identifier_of(request))
        if recording is None:
            raise RefusedRequest(404, "Resource not found")
        relinked = None
        if "market" in request.query:
            relinked = recording.key in self._settings.relinked_recordings
        return web.json_response(self._renderer().track(recording, relinked=relinked))

    async def _album(self, request: web.Request) -> web.Response:
        """Return an album with its UPC and the tracks known here."""
        recordings = self._find_album(request)
        album = self._renderer().album(recordings[0])
        album |= {
            "copyrights": [],
            "external_ids": {"upc": upc(recordings[0])},
            "genres": [],
            "tracks": self._tracks_page(request, recordings, 50, 0),
        }
        return web.json_response(album)

    async def _album_tracks(self, request: web.Request) -> web.Response:
        """Return one page of the tracks of an album."""
        recordings = self._find_album(request)
        limit, offset = paging(request, 50)
        return web.json_response(self._tracks_page(request, recordings, limit, offset))

    async def _artist(self, request: web.Request) -> web.Response:
        """Return an artist."""
        identifier = identifier_of(request)
        names = {
            name for recording in self._world.recordings.values() for name in recording.artists
        }
        for name in names:
            if spotify_id("artist", name) == identifier:
                images = self._renderer().images("artist", identifier)
                return web.json_response(
                    {**self._renderer().artist(name), "genres": [], "images": images}
                )
        raise RefusedRequest(404, "Resource not found")

    async def _search(self, request: web.Request) -> web.Response:
        """Search tracks; ten at most since 2026."""
        query = request.query.get("q", "").strip()
        if not query:
            raise RefusedRequest(400, "No search query")
        kinds = request.query.get("type", "").split(",")
        if not set(kinds) <= {
            "track",
            "album",
            "artist",
            "playlist",
            "show",
            "episode",
            "audiobook",
        }:
            raise RefusedRequest(400, "Missing parameter type")
        limit, offset = paging(request, _LARGEST_SEARCH_LIMIT, default=5)
        result: Json = {}
        for kind in kinds:
            found = (
                find_recordings(self._world.recordings.values(), query) if kind == "track" else []
            )
            parameters = {"query": query, "type": kind}
            href = self._renderer().href("search")
            result[f"{kind}s"] = page(
                href,
                found,
                limit,
                offset,
                parameters=parameters,
                render=self._renderer().track,
            )
        return web.json_response(result)

    async def _removed(self, _request: web.Request) -> web.Response:
        """Refuse what Development Mode lost."""
        raise RefusedRequest(403, "Forbidden")

    async def _picture(self, request: web.Request) -> web.Response:
        """Return a cover as JPEG."""
        seed, _, size = request.match_info["name"].rpartition("-")
        if not seed or not size.isdecimal() or not 1 <= int(size) <= LARGEST_PICTURE:
            raise web.HTTPNotFound
        picture = await draw_cover_in_thread(seed, int(size))
        return web.Response(body=picture, content_type="image/jpeg")

    def _renderer(self) -> Renderer:
        """Return a renderer for the present spelling."""
        return Renderer(self.base_url, self._settings.spelling)

    def _playlist_renderer(self, request: web.Request) -> PlaylistRenderer:
        """Return a playlist renderer for what the request asks."""
        return PlaylistRenderer(
            self._world,
            self._settings,
            self._renderer(),
            market="market" in request.query,
            episodes="episode" in request.query.get("additional_types", "").split(","),
            parameters=repeated_parameters(request),
        )

    def _find_playlist(self, request: web.Request) -> CataloguePlaylist:
        """Find a playlist; lists made by Spotify itself do not exist for these apps."""
        playlist = self._world.playlist_by_id(identifier_of(request))
        if playlist is None or playlist.owner == SPOTIFY_ITSELF:
            raise RefusedRequest(404, "Resource not found")
        if not self._may_see(request, playlist):
            raise RefusedRequest(403, "Insufficient client scope")
        return playlist

    def _may_see(self, request: web.Request, playlist: CataloguePlaylist) -> bool:
        """Tell whether the granted scope covers a list."""
        scope = request[GRANT].scope.split()
        if playlist.collaborative:
            return "playlist-read-collaborative" in scope
        return playlist.public or "playlist-read-private" in scope

    def _find_album(self, request: web.Request) -> tuple[Recording, ...]:
        """Find the known recordings of an album."""
        recordings = self._world.album_recordings(identifier_of(request))
        if not recordings:
            raise RefusedRequest(404, "Resource not found")
        return recordings

    def _tracks_page(
        self,
        request: web.Request,
        recordings: tuple[Recording, ...],
        limit: int,
        offset: int,
    ) -> Json:
        """Render one page of an album's tracks."""
        href = self._renderer().href(f"albums/{identifier_of(request)}/tracks")
        return page(
            href,
            recordings,
            limit,
            offset,
            parameters={},
            render=self._renderer().album_track,
        )
