"""Synthesise real audio files: decodable, of any length, different for every recording key."""

from .content import AudioContent, AudioTags, Damage, Profile
from .library import AudioLibrary, default_cache_folder

__all__ = [
    "AudioContent",
    "AudioLibrary",
    "AudioTags",
    "Damage",
    "Profile",
    "default_cache_folder",
]
