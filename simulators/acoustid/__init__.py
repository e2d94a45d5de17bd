"""Simulate AcoustID's web service: the lookup of fingerprints, with its key and its rate limit."""

from .server import ERRORS, AcoustIdSimulator, Artist, Match, Recording

__all__ = ["ERRORS", "AcoustIdSimulator", "Artist", "Match", "Recording"]
