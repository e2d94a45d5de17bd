"""Simulate Spotify: sign-in with PKCE, Web API of Development Mode in 2026, pictures."""

from .faults import Fault
from .identity import open_url, playlist_id, spotify_id
from .server import ALL_SCOPES, SpotifySimulator
from .settings import (
    DEFAULT_APP,
    DEFAULT_CLIENT_ID,
    MY_HOME_ASSISTANT,
    ClientApp,
    Consent,
    Rotation,
    Spelling,
    SpotifySettings,
)

__all__ = [
    "ALL_SCOPES",
    "DEFAULT_APP",
    "DEFAULT_CLIENT_ID",
    "MY_HOME_ASSISTANT",
    "ClientApp",
    "Consent",
    "Fault",
    "Rotation",
    "Spelling",
    "SpotifySettings",
    "SpotifySimulator",
    "open_url",
    "playlist_id",
    "spotify_id",
]
