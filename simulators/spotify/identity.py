"""Derive Spotify ids and addresses from catalogue keys."""

from hashlib import sha256
import re

from simulators.catalogue import SPOTIFY_ITSELF, CataloguePlaylist

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 22
_ID_PATTERN = re.compile(r"[0-9A-Za-z]{22}")
_EDITORIAL_PREFIX = "37i9dQZF1"


def spotify_id(kind: str, key: str) -> str:
    """Return the 22-character base-62 id of a thing of this kind."""
    number = int.from_bytes(sha256(f"{kind}:{key}".encode()).digest())
    characters = []
    for _ in range(_ID_LENGTH):
        number, digit = divmod(number, len(_BASE62))
        characters.append(_BASE62[digit])
    return "".join(characters)


def playlist_id(playlist: CataloguePlaylist) -> str:
    """Return the id of a playlist; lists made by Spotify itself carry their known prefix."""
    identifier = spotify_id("playlist", playlist.key)
    if playlist.owner == SPOTIFY_ITSELF:
        return _EDITORIAL_PREFIX + identifier[len(_EDITORIAL_PREFIX) :]
    return identifier


def is_valid_id(text: str) -> bool:
    """Tell whether a text has the form of an id."""
    return _ID_PATTERN.fullmatch(text) is not None


def uri(kind: str, identifier: str) -> str:
    """Return the `spotify:` form."""
    return f"spotify:{kind}:{identifier}"


def open_url(kind: str, identifier: str) -> str:
    """Return the address a listener would copy."""
    return f"https://open.spotify.com/{kind}/{identifier}"
