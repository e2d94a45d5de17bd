"""Answer as the Cover Art Archive: lists, redirects, pictures."""

from uuid import UUID

from aiohttp import web

from simulators.common.artwork import draw_cover_in_thread

from .entities import Database, Release
from .parts import Json

PREFIX = "/cover-art-archive"
_SIZES = (250, 500, 1200)
_NOT_FOUND = (
    "<!doctype html><title>404 Not Found</title><h1>Not Found</h1><p>No cover art found.</p>"
)


class CoverArtArchive:
    """Handle the requests below the archive's address."""

    def __init__(self, database: Database, base_url: str) -> None:
        """Take the database and the server's own address."""
        self._database = database
        self.base_url = base_url

    def add_routes(self, application: web.Application) -> None:
        """Register the addresses."""
        router = application.router
        for kind in ("release", "release-group"):
            base = f"{PREFIX}/{kind}/{{id}}"
            router.add_get(base, self._list)
            router.add_get(base + "/", self._list)
            router.add_get(base + "/front", self._front)
            router.add_get(base + "/front-{size}", self._front)
        router.add_get(f"{PREFIX}/release/{{id}}/{{name}}", self._named)
        router.add_get("/archive/download/{id}/{name}", self._download)
        router.add_get("/archive/items/{id}/{name}", self._picture)

    async def _list(self, request: web.Request) -> web.Response:
        """List the pictures of a release."""
        release = self._release(request)
        return web.json_response(self._listing(release))

    async def _front(self, request: web.Request) -> web.Response:
        """Lead to the front picture."""
        release = self._release(request)
        size = request.match_info.get("size", str(_SIZES[-1]))
        if size not in map(str, _SIZES):
            raise web.HTTPBadRequest(text="Invalid size")
        location = f"{self.base_url}/archive/download/mbid-{release.mbid}/{size}.jpg"
        return web.Response(status=307, headers={"Location": location})

    async def _named(self, request: web.Request) -> web.Response:
        """Lead to a picture by the name the list gives it."""
        release = self._release(request)
        _, _, size = request.match_info["name"].removesuffix(".jpg").partition("-")
        location = f"{self.base_url}/archive/download/mbid-{release.mbid}/{size or _SIZES[-1]}.jpg"
        return web.Response(status=307, headers={"Location": location})

    async def _download(self, request: web.Request) -> web.Response:
        """Lead on to the machine that holds the file."""
        identifier, name = request.match_info["id"], request.match_info["name"]
        location = f"{self.base_url}/archive/items/{identifier}/{name}"
        return web.Response(status=302, headers={"Location": location})

    async def _picture(self, request: web.Request) -> web.Response:
        """Return a picture as JPEG."""
        identifier = request.match_info["id"].removeprefix("mbid-")
        size = request.match_info["name"].removesuffix(".jpg")
        release = self._database.releases.get(identifier)
        if release is None or size not in map(str, _SIZES):
            raise _not_found()
        picture = await draw_cover_in_thread(release.group.mbid, int(size))
        return web.Response(body=picture, content_type="image/jpeg")

    def _release(self, request: web.Request) -> Release:
        """Find a release with a cover by its own id or its group's."""
        try:
            identifier = str(UUID(request.match_info["id"]))
        except ValueError:
            raise web.HTTPBadRequest(text="invalid MBID specified") from None
        release = self._database.releases.get(identifier)
        if release is None:
            editions = self._database.releases_of_group(identifier)
            release = next((edition for edition in editions if edition.has_cover), None)
        if release is None or not release.has_cover:
            raise _not_found()
        return release

    def _listing(self, release: Release) -> Json:
        """Render the list of pictures: the front in four sizes."""
        number = UUID(release.mbid).int % 10**11
        address = f"{self.base_url}{PREFIX}/release/{release.mbid}/{number}"
        thumbnails = {str(size): f"{address}-{size}.jpg" for size in _SIZES}
        image: Json = {
            "approved": True,
            "back": False,
            "comment": "",
            "edit": number % 10**8,
            "front": True,
            "id": number,
            "image": f"{address}.jpg",
            "thumbnails": {
                **thumbnails,
                "large": thumbnails["500"],
                "small": thumbnails["250"],
            },
            "types": ["Front"],
        }
        return {
            "images": [image],
            "release": f"https://musicbrainz.org/release/{release.mbid}",
        }


def _not_found() -> web.HTTPNotFound:
    """Return the archive's page for nothing there."""
    return web.HTTPNotFound(text=_NOT_FOUND, content_type="text/html")
