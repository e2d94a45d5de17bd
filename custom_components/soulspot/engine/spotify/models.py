"""Hold what only the Spotify room speaks of."""

from dataclasses import dataclass

from ..model import Album, PlaylistItem, PlaylistSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotifyAccount:
    """Describe who logged in; `account_id` is the newer, stable id and may be missing."""

    id: str
    account_id: str | None = None
    display_name: str | None = None

    @property
    def unique_id(self) -> str:
        """Return the id to tell accounts apart by."""
        return self.account_id or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumDetails:
    """Describe an album with its bar code, which may be missing; leading zeros vary."""

    album: Album
    upc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsPage:
    """Hold one page of a list; `next_link` is None on the last one and not yet checked."""

    items: tuple[PlaylistItem, ...]
    total: int | None = None
    next_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistContents:
    """Hold a playlist with its items.

    `is_complete` is False when Spotify handed out fewer items than it counts: then a missing item
    says nothing. `summary.snapshot_id` is the one read before the items.
    """

    summary: PlaylistSummary
    items: tuple[PlaylistItem, ...]
    is_complete: bool = True
