"""Test the Spotify room."""
