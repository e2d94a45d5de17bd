"""Fetch the pictures that Spotify's replies name."""

from yarl import URL

from ..errors import InvalidReplyError, NotFoundError
from ..http import HttpClient
from ..images import image_type

MAXIMUM_BYTES = 5 * 1024 * 1024
ALLOWED_HOSTS = ("scdn.co", "spotifycdn.com")


class SpotifyImages:
    """Read covers of albums and playlists; their addresses expire within a day."""

    def __init__(self, http: HttpClient) -> None:
        """Take the client with the API's base address, whose host may serve pictures too."""
        self._http = http

    async def image(self, address: str) -> bytes | None:
        """Return the picture, or None when the address leads nowhere any more.

        Raises UnreachableError and UnavailableError when nothing comes, and InvalidReplyError for
        what is no JPEG or PNG of at most 5 MiB or would come from a host that is not Spotify's.
        """
        try:
            url = URL(address)
        except ValueError as error:
            raise InvalidReplyError(self._http.service, "redirected") from error
        try:
            _, data = await self._http.download(
                url, maximum_bytes=MAXIMUM_BYTES, allowed_hosts=ALLOWED_HOSTS
            )
        except NotFoundError:
            return None
        if image_type(data) is None:
            raise InvalidReplyError(self._http.service, "not_an_image")
        return data
