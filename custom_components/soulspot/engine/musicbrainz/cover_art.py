"""Fetch album covers from the Cover Art Archive."""

from collections import OrderedDict
from dataclasses import replace

from ..errors import InvalidReplyError, NotFoundError
from ..http import HttpClient
from ..images import image_type
from .service import checked_id, user_agent

SIZES = (250, 500, 1200)  # pixels of the longer side
MAXIMUM_BYTES = 5 * 1024 * 1024
# The archive redirects to the machines behind its host.
ALLOWED_HOSTS = ("coverartarchive.org", "archive.org")
TIMEOUT = 30.0  # seconds a hop; the archive is slow
# The tracks of an album come one after the other, and the archive need not be asked for each.
_REMEMBERED = 8
_LARGEST_REMEMBERED = 1024 * 1024  # bytes


class CoverArtClient:
    """Read front covers.

    The last few answers are remembered. Every method raises UnavailableError and RateLimitedError when the archive says "later",
    UnreachableError when it is not there, and InvalidReplyError for what is no JPEG or PNG of at most
    5 MiB or would come from elsewhere. None means that there is no cover.
    """

    def __init__(self, http: HttpClient, *, version: str) -> None:
        """Take the client with the archive's base address, and the product's version to be named."""
        self._http = replace(http, headers={**http.headers, "User-Agent": user_agent(version)})
        self._latest: OrderedDict[str, bytes | None] = OrderedDict()

    async def front_cover(self, release_id: str, size: int = 500) -> bytes | None:
        """Return the front of a release in one of `SIZES`, the next larger one for others.

        Raises InputError with `invalid_musicbrainz_id`.
        """
        return await self._front("release", release_id, size)

    async def release_group_front_cover(
        self, release_group_id: str, size: int = 500
    ) -> bytes | None:
        """Return the front that stands for a release group; as `front_cover`."""
        return await self._front("release-group", release_group_id, size)

    async def _front(self, kind: str, musicbrainz_id: str, size: int) -> bytes | None:
        """Return a front, or None when the archive has none."""
        pixels = next((known for known in SIZES if known >= size), SIZES[-1])
        path = f"{kind}/{checked_id(musicbrainz_id)}/front-{pixels}"
        if path not in self._latest:
            data = await self._download(path)
            if len(data or b"") > _LARGEST_REMEMBERED:
                return data
            self._latest[path] = data
            while len(self._latest) > _REMEMBERED:
                self._latest.popitem(last=False)
        return self._latest[path]

    async def _download(self, path: str) -> bytes | None:
        """Return a picture from the archive, None when there is none."""
        try:
            _, data = await self._http.download(
                path, maximum_bytes=MAXIMUM_BYTES, allowed_hosts=ALLOWED_HOSTS, timeout=TIMEOUT
            )
        except NotFoundError:
            return None
        if image_type(data) is None:
            raise InvalidReplyError(self._http.service, "not_an_image")
        return data
