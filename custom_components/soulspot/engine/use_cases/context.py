"""Hold what all use cases work with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import logging

from ..acoustid.client import AcoustIdClient
from ..model import Quality, Reason, Track
from ..musicbrainz.client import MusicBrainzClient
from ..musicbrainz.cover_art import CoverArtClient
from ..ports import Clock
from ..settings import PipelineSettings, PlaylistOptions
from ..slskd.client import SlskdClient
from ..spotify.client import SpotifyClient
from ..store import Database
from ..views import DownloadEvent, EventKind

_LOGGER = logging.getLogger(__name__)

type Listener = Callable[[DownloadEvent | None], None]


@dataclass(slots=True)
class Announcer:
    """Tell listeners what happened; None means that only counts changed."""

    _listeners: list[Listener] = field(default_factory=list)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Add a listener, and return how to remove it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self) -> None:
        """Announce that counts may have changed."""
        self._send(None)

    def happened(
        self,
        kind: EventKind,
        track: Track,
        *,
        quality: Quality,
        reason: Reason | None = None,
        path: str | None = None,
    ) -> None:
        """Announce something that a person may care about."""
        self._send(DownloadEvent(kind=kind, track=track, quality=quality, reason=reason, path=path))

    def _send(self, event: DownloadEvent | None) -> None:
        """Call every listener; a broken one does not stop the others or the work."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _LOGGER.exception("Unexpected error in a listener")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Bundle the rooms that the use cases bring together."""

    settings: PipelineSettings
    database: Database
    clock: Clock
    announcer: Announcer
    slskd: SlskdClient
    spotify: SpotifyClient | None
    musicbrainz: MusicBrainzClient
    cover_art: CoverArtClient
    acoustid: AcoustIdClient | None  # None without a key.
    fetch_image: Callable[[str], Awaitable[bytes | None]]  # From Spotify's picture servers.
    playlists: dict[str, PlaylistOptions]  # The configured ones, by Spotify id.
