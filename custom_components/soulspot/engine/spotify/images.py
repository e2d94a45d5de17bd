"""Fetch the pictures that Spotify shows."""

from yarl import URL

from ..errors import InvalidReplyError, NotFoundError
from ..http import HttpClient
from ..images import image_type

MAXIMUM_BYTES = 5 * 1024 * 1024
ALLOWED_HOSTS = ("scdn.co", "spotifycdn.com")


async def fetch_image(http: HttpClient, address: str) -> bytes | None:
    """Return a JPEG or PNG, or None when the picture is gone: its addresses live for about a day.

    Raises InvalidReplyError for what is no picture or lies on a host that is not Spotify's, and what
    HttpClient.download raises.
    """
    try:
        url = URL(address)
        _, data = await http.download(url, maximum_bytes=MAXIMUM_BYTES, allowed_hosts=ALLOWED_HOSTS)
    except ValueError, NotFoundError:
        return None
    if image_type(data) is None:
        raise InvalidReplyError(http.service, "not_an_image")
    return data
