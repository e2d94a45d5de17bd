"""Offer the music every simulator agrees on: recordings, playlists and expected outcomes."""

from .demo import demo_catalogue
from .large import large_playlist, with_large_playlist
from .model import (
    LISTENER,
    OTHER_LISTENER,
    SPOTIFY_ITSELF,
    Catalogue,
    CataloguePlaylist,
    EntryKind,
    Episode,
    Expectation,
    LocalFile,
    PlaylistEntry,
    Recording,
)

__all__ = [
    "LISTENER",
    "OTHER_LISTENER",
    "SPOTIFY_ITSELF",
    "Catalogue",
    "CataloguePlaylist",
    "EntryKind",
    "Episode",
    "Expectation",
    "LocalFile",
    "PlaylistEntry",
    "Recording",
    "demo_catalogue",
    "large_playlist",
    "with_large_playlist",
]
