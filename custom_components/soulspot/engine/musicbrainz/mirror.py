"""Know the servers that speak MusicBrainz's language: the real one and mirrors of it."""

from yarl import URL

from ..addresses import parse_address
from ..errors import InvalidReplyError, NotFoundError, Service
from ..http import HttpClient
from ..payload import json_object
from .lane import PACE, RequestLane
from .service import user_agent

VARIOUS_ARTISTS_ID = "89ad4ac3-39f7-470e-963a-56509c546377"
FASTEST_PACE, SLOWEST_PACE = 0.02, 60.0  # seconds between starts
_OFFICIAL = "musicbrainz.org"
_SERVICE_PATH = "/ws/2"


def normalise_mirror(text: str) -> URL:
    """Return the base address of a web service from what a person typed: "mirror:5000" is enough.

    Raises InputError `invalid_url` for anything else, also for a user or password in the address.
    """
    url = parse_address(text.strip())
    path = url.raw_path.rstrip("/")
    if not path.endswith(_SERVICE_PATH):
        path += _SERVICE_PATH
    return URL.build(scheme=url.scheme, authority=url.raw_authority, path=path, encoded=True)


def allowed_pace(address: URL, pace: float) -> float:
    """Return the seconds between starts of requests: the real MusicBrainz allows one a second at most."""
    host = (address.host or "").lower()
    if host == _OFFICIAL or host.endswith(f".{_OFFICIAL}"):
        return max(pace, PACE)
    return min(max(pace, FASTEST_PACE), SLOWEST_PACE)


async def check_mirror(http: HttpClient, lane: RequestLane, *, version: str) -> None:
    """Return when a MusicBrainz answers at the client's base address.

    Raises InvalidReplyError `not_musicbrainz` when something else does, and the errors of
    `RequestLane.run`, `HttpClient.request` and `HttpClient.raise_for_status`.
    """
    url = http.url(f"artist/{VARIOUS_ARTISTS_ID}").with_query({"fmt": "json"})
    headers = {"User-Agent": user_agent(version), "Accept": "application/json"}
    try:
        reply = await lane.run(lambda: http.request("GET", url, headers=headers))
        http.raise_for_status(reply)
    except (InvalidReplyError, NotFoundError) as error:
        raise InvalidReplyError(Service.MUSICBRAINZ, "not_musicbrainz") from error
    if json_object(reply.data).get("id") != VARIOUS_ARTISTS_ID:
        raise InvalidReplyError(Service.MUSICBRAINZ, "not_musicbrainz")
