"""Offer what one account can do, by concern: its playlists, tracks, library and queue."""
