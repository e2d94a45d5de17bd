"""Simulate MusicBrainz: the JSON web service with its rate limit, and the Cover Art Archive."""

from .entities import VARIOUS_ARTISTS_ID, mbid
from .gate import Fault, MusicBrainzSettings
from .server import MusicBrainzSimulator

__all__ = [
    "VARIOUS_ARTISTS_ID",
    "Fault",
    "MusicBrainzSettings",
    "MusicBrainzSimulator",
    "mbid",
]
