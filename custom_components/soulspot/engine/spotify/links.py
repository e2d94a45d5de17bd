"""Read what people paste when they mean a Spotify playlist."""

import re
from typing import Never
from urllib.parse import urlsplit

from ..errors import InputError
from ..model import LIKED_SONGS_ID

_ID = re.compile(r"[0-9A-Za-z]{22}", re.ASCII)
_LOCALE = re.compile(r"intl-[a-z]{2,3}(-[a-z]{2,4})?", re.IGNORECASE | re.ASCII)
_HOSTS = frozenset({"open.spotify.com", "play.spotify.com"})
_SHORT_HOSTS = frozenset({"spotify.link", "spotify.app.link"})
_OTHER_KINDS = frozenset({"album", "artist", "audiobook", "chapter", "episode", "show", "track"})
_OWNED_BY_SPOTIFY = "37i9dQZ"
_MAXIMUM_LENGTH = 2048


def is_spotify_id(text: str) -> bool:
    """Tell whether the text is a 22-character base 62 id, safe to stand in a path."""
    return _ID.fullmatch(text) is not None


def is_owned_by_spotify(playlist_id: str) -> bool:
    """Tell whether the id looks like one of Spotify's own lists, which apps cannot read."""
    return playlist_id.startswith(_OWNED_BY_SPOTIFY)


def parse_playlist_link(text: str) -> str:
    """Return the playlist's id, or `LIKED_SONGS_ID`, from a link, URI or bare id.

    Raises InputError: `short_link` for links that must be opened first, `link_is_album` and its
    siblings for other things of Spotify, `invalid_link` for the rest.
    """
    link = text.strip().strip("<>\"'").strip()
    if len(link) > _MAXIMUM_LENGTH:
        raise InputError("invalid_link")
    if link == LIKED_SONGS_ID or is_spotify_id(link):
        return link
    if link[:8].lower() == "spotify:":
        return _parse_path(link.split(":")[1:])
    return _parse_address(link)


def _parse_address(link: str) -> str:
    """Return the id from a web address, whose scheme may be left out."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError as error:
        raise InputError("invalid_link") from error
    if parts.scheme not in ("http", "https"):
        raise InputError("invalid_link")
    if host in _SHORT_HOSTS:
        raise InputError("short_link")
    if host not in _HOSTS:
        raise InputError("invalid_link")
    segments = [segment for segment in parts.path.split("/") if segment]
    if segments and _LOCALE.fullmatch(segments[0]):
        del segments[0]
    if segments and segments[0] == "embed":
        del segments[0]
    return _parse_path(segments)


def _parse_path(segments: list[str]) -> str:
    """Return the id from the words that links and URIs have in common."""
    match segments:
        case ["playlist", playlist_id] | ["user", _, "playlist", playlist_id]:
            # A URI may carry what was copied behind it.
            playlist_id = playlist_id.partition("?")[0]
            if is_spotify_id(playlist_id):
                return playlist_id
        case ["collection"] | ["collection", "tracks"] | ["user", _, "collection"]:
            return LIKED_SONGS_ID
        case ["user", _]:
            raise InputError("link_is_user")
        case [kind, *_] if kind in _OTHER_KINDS:
            _reject(kind)
    raise InputError("invalid_link")


def _reject(kind: str) -> Never:
    """Say what the link leads to instead of a playlist."""
    raise InputError(f"link_is_{kind}")
