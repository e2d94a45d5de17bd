"""Find out which tracks Spotify links stand for."""

from collections.abc import Mapping

from ...errors import InputError, NotFoundError, ServiceError
from ...model import TrackMetadata
from ...store import tracks
from ..context import Context

# Each unknown link is a request of its own, and Spotify allows few of them a day.
_LINKS_AT_ONCE = 100
_PREFIX = "spotify:track:"


class ResolveLinks:
    """Turn links into tracks: from what is stored, else by asking Spotify."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with."""
        self._context = context

    async def execute(self, uris: Mapping[int, str]) -> dict[int, TrackMetadata | str]:
        """Return the track of each URI by its key, or the key of the reason why it has none.

        Reasons: `list_link_without_spotify`, `list_link_unknown`, `list_link_unanswered` once Spotify
        gives no answer or enough was asked, and for the rest too. Nothing is raised.
        """
        database = self._context.database
        found: dict[int, TrackMetadata | str] = {}
        asked: dict[str, TrackMetadata | str] = {}
        for key, uri in uris.items():
            if uri not in asked:
                stored = await database.run(tracks.find_by_uri, uri)
                asked[uri] = stored.metadata if stored else await self._ask(uri, asked)
            found[key] = asked[uri]
        return found

    async def _ask(self, uri: str, asked: Mapping[str, TrackMetadata | str]) -> TrackMetadata | str:
        """Ask Spotify, unless it has stopped answering."""
        if self._context.spotify is None:
            return "list_link_without_spotify"
        if len(asked) >= _LINKS_AT_ONCE or "list_link_unanswered" in asked.values():
            return "list_link_unanswered"
        try:
            return await self._context.spotify.track(uri.removeprefix(_PREFIX))
        except NotFoundError, InputError:
            return "list_link_unknown"
        except ServiceError:
            return "list_link_unanswered"
